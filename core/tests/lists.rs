//! Lists as streams: whatever interrupts them, nothing is lost, nothing is repeated, and nothing keeps running.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use mspkit::ncentral::Customer;
use mspkit::ncentral::ListCustomers;
use mspkit::wiv::SearchCases;
use mspkit::{ErrorKind, NCentral, RawPage, Service, Wiv, blocking};
use mspkit_sim::Simulator;
use serde_json::json;
use support::{config, eventually, faults, json_answer, ncentral_at, served, simulator};

const LIST: &str = "ncentral.customers.list";
const PATH: &str = "GET /api/customers";

/// A simulator with 95 customers, so that ten to a page leave a last page that is not full.
async fn ninety_five() -> (Simulator, NCentral) {
    let simulator = simulator(json!({"customers": 95})).await;
    let config = config(&simulator, Service::NCentral, json!({"max_retries": 0}));
    let client = NCentral::builder().config(config).build().unwrap();
    (simulator, client)
}

fn id(customer: &Customer) -> String {
    customer.customer_id.as_ref().unwrap().to_string()
}

fn by_tens() -> ListCustomers {
    ListCustomers::new().page_size(10)
}

/// The ids of all customers, in the server's order.
fn all_ids(simulator: &Simulator) -> Vec<String> {
    let state = simulator.state();
    let customers = state["customers"].as_array().unwrap();
    customers.iter().map(|customer| customer["customerId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_list_continues_where_an_error_stopped_it() {
    let (simulator, client) = ninety_five().await;
    faults(&simulator, 1, &json!([{"match": PATH, "nth": [4], "fault": {"kind": "status", "status": 503}}]));
    let mut items = client.customers().list(by_tens()).concurrency(1).items();
    let (mut ids, mut failure) = (Vec::new(), None);
    while let Some(item) = items.next().await {
        match item {
            Ok(customer) => ids.push(id(&customer)),
            Err(error) => failure = Some(error),
        }
    }
    let failure = failure.unwrap();
    assert_eq!((failure.kind(), ids.len()), (ErrorKind::Server, 30));
    assert!(items.next().await.is_none(), "a list that failed is over");
    assert_eq!(failure.resume_token(), items.resume_token().as_deref());
    let rest = client.customers().list(by_tens()).resume_token(failure.resume_token().unwrap());
    ids.extend(rest.collect().await.unwrap().iter().map(id));
    assert_eq!(ids, all_ids(&simulator));
}

#[tokio::test]
async fn a_list_is_there_with_rows_that_are_not_read_yet() {
    let (_simulator, client) = ninety_five().await;
    let pager = client.customers().list(by_tens()).limit(15).pager().unwrap();
    let read = pager.collect_pages(None).await.unwrap();
    assert_eq!(read.iter().map(RawPage::len).collect::<Vec<_>>(), [10, 5]);
    assert_eq!((read[0].operation(), pager.operation()), (LIST, LIST));
    assert!(client.customers().list(by_tens()).limit(0).pager().is_err());
}

#[tokio::test]
async fn pages_that_were_read_ahead_come_before_a_later_error() {
    let (simulator, client) = ninety_five().await;
    // One page fails immediately, while those requested before it are slow.
    faults(
        &simulator,
        1,
        &json!([{"match": PATH, "nth": [2, 3], "fault": {"kind": "delay", "ms": 100}},
                {"match": PATH, "nth": [4], "fault": {"kind": "status", "status": 400}}]),
    );
    let mut pages = client.customers().list(by_tens()).pages();
    let mut ids = Vec::new();
    let error = loop {
        match pages.next().await.unwrap() {
            Ok(page) => ids.extend(page.items.iter().map(id)),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    assert!(ids.len() >= 20, "the error overtook the pages before it");
    assert!(pages.next().await.is_none());
    let token = error.resume_token().unwrap();
    let rest = client.customers().list(by_tens()).resume_token(token).collect().await.unwrap();
    ids.extend(rest.iter().map(id));
    assert_eq!(ids, all_ids(&simulator));
}

#[tokio::test]
async fn a_list_that_is_stopped_in_the_middle_of_a_page_continues_there() {
    let (simulator, client) = ninety_five().await;
    let expected = all_ids(&simulator);
    for taken in [1, 9, 10, 11, 25, 94, 95] {
        let mut items = client.customers().list(by_tens()).items();
        let mut ids = Vec::new();
        while ids.len() < taken {
            ids.push(id(&items.next().await.unwrap().unwrap()));
        }
        let token = items.resume_token().unwrap();
        drop(items);
        let rest = client.customers().list(by_tens()).resume_token(token).collect().await.unwrap();
        ids.extend(rest.iter().map(id));
        assert_eq!(ids, expected, "after {taken}");
    }
}

#[tokio::test]
async fn a_page_has_a_resume_token_for_each_of_its_items() {
    let (simulator, client) = ninety_five().await;
    let mut pages = client.customers().list(by_tens()).pages();
    pages.next().await.unwrap().unwrap();
    let second = pages.next().await.unwrap().unwrap();
    for consumed in [0, 1, 7, 10] {
        let token = second.resume_token_after(consumed);
        let next = client.customers().list(by_tens()).resume_token(token).limit(1).collect().await.unwrap();
        assert_eq!(id(&next[0]), all_ids(&simulator)[10 + consumed]);
    }
    assert_eq!(second.resume_token(), second.resume_token_after(10));
    assert_eq!(pages.resume_token(), Some(second.resume_token()));
}

#[tokio::test]
async fn dropping_a_list_cancels_what_it_reads_ahead() {
    let (simulator, client) = ninety_five().await;
    faults(&simulator, 1, &json!([{"match": PATH, "nth": [2, 3, 4, 5, 6], "fault": {"kind": "hang"}}]));
    let mut items = client.customers().list(by_tens()).items();
    items.next().await.unwrap().unwrap();
    eventually("pages are read ahead", || simulator.count(LIST).received == 6).await;
    drop(items);
    eventually("the server sees them close", || simulator.count(LIST).dropped == 5).await;
    let limits = client.limits();
    let limit = limits.iter().find(|limit| limit.endpoint == PATH).unwrap();
    assert_eq!((limit.in_flight, limit.waiting), (0, 0));
    // Their slots are free: the list can be read again.
    assert_eq!(client.customers().list(by_tens()).collect().await.unwrap().len(), 95);
}

#[tokio::test]
async fn no_page_is_requested_before_it_is_needed_or_beyond_the_limit() {
    let (simulator, client) = ninety_five().await;
    let mut one_by_one = client.customers().list(by_tens()).concurrency(1).items();
    for _ in 0..10 {
        one_by_one.next().await.unwrap().unwrap();
    }
    assert_eq!(simulator.count(LIST).received, 1);
    assert_eq!(client.customers().list(by_tens()).limit(25).collect().await.unwrap().len(), 25);
    assert_eq!(simulator.count(LIST).received, 1 + 3);
    drop(client.customers().list(by_tens()).items());
    assert_eq!(simulator.count(LIST).received, 1 + 3, "a list that is not read requests nothing");
}

#[tokio::test]
async fn rows_that_move_while_pages_are_read_are_returned_once() {
    const PAGE: u64 = 50;
    const PAGES: u64 = 40;
    // A row is inserted before each page, so that each page begins with the last row of the previous one.
    let memory = served(|request| async move {
        let page: u64 = request
            .url
            .query_pairs()
            .find(|(name, _)| name == "pageNumber")
            .and_then(|(_, number)| number.parse().ok())
            .unwrap();
        let first = (page - 1) * (PAGE - 1);
        let rows: Vec<_> = (first..first + PAGE)
            .map(|id| {
                if id % 2 == 0 { json!({"customerId": id}) } else { json!({"customerId": format!("c-{id}")}) }
            })
            .collect();
        Ok(json_answer(200, &json!({"data": rows, "totalPages": PAGES, "pageSize": PAGE})))
    });
    let client = ncentral_at("moving", &memory).build().unwrap();
    let customers = client.customers().list(ListCustomers::new()).collect().await.unwrap();
    let distinct: BTreeSet<_> = customers.iter().map(id).collect();
    assert_eq!(customers.len(), distinct.len());
    assert_eq!(customers.len() as u64, PAGES * (PAGE - 1) + 1);
}

#[tokio::test]
async fn a_scroll_with_a_lost_page_returns_every_case_once() {
    let simulator = simulator(json!({"cases": 600})).await;
    let config = config(&simulator, Service::Wiv, json!({}));
    let client = Wiv::builder().config(config).build().unwrap();
    let search = "POST /v2/cases/msp/search";
    faults(
        &simulator,
        1,
        &json!([{"match": search, "nth": [3], "fault": {"kind": "commit_close"}},
                {"match": search, "nth": [6], "fault": {"kind": "truncate", "bytes": 100}}]),
    );
    let cases = client.cases().search(SearchCases::new().max_returned_items(100)).collect().await.unwrap();
    let distinct: BTreeSet<_> = cases.iter().map(|case| case.case_id.as_ref().unwrap()).collect();
    assert_eq!((cases.len(), distinct.len()), (600, 600));
    // Two pages and the lost one, two and the lost one again, then the whole list.
    assert_eq!(simulator.count("wiv.cases.search").received, 3 + 3 + 6);
}

#[tokio::test]
async fn lists_are_streams() {
    let (_simulator, client) = ninety_five().await;
    let total = Arc::new(AtomicU64::new(0));
    let counted = total.clone();
    client
        .customers()
        .list(by_tens())
        .items()
        .for_each_concurrent(3, |customer| {
            customer.unwrap();
            counted.fetch_add(1, Ordering::Relaxed);
            std::future::ready(())
        })
        .await;
    assert_eq!(total.load(Ordering::Relaxed), 95);
    let pages: Vec<_> = client.customers().list(by_tens()).pages().collect().await;
    assert_eq!(pages.len(), 10);
}

#[test]
fn a_blocking_list_may_be_stopped_and_resumed() {
    let simulator = support::own_simulator(json!({"customers": 95, "latency_ms": 1}));
    let config = config(&simulator, Service::NCentral, json!({}));
    let client = blocking::NCentral::builder().config(config).build().unwrap();
    let mut ids = Vec::new();
    let mut items = client.customers().list(by_tens()).items();
    for item in items.by_ref().take(37) {
        ids.push(id(&item.unwrap()));
    }
    // The thread is busy with other things for a while.
    std::thread::sleep(Duration::from_millis(20));
    for item in items.by_ref().take(20) {
        ids.push(id(&item.unwrap()));
    }
    let token = items.resume_token().unwrap();
    drop(items);
    let rest = client.customers().list(by_tens()).resume_token(token).collect().unwrap();
    ids.extend(rest.iter().map(id));
    assert_eq!(ids, all_ids(&simulator));
}

#[test]
fn pages_of_a_blocking_list_are_read_ahead_while_the_program_works() {
    let simulator = support::own_simulator(json!({"customers": 95}));
    let config = config(&simulator, Service::NCentral, json!({}));
    let client = blocking::NCentral::builder().config(config).build().unwrap();
    let mut items = client.customers().list(by_tens()).items();
    items.next().unwrap().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let come = || simulator.count(LIST).answered == 1 + 5;
    runtime.block_on(eventually("five pages are read ahead while no call waits", come));
    assert_eq!(items.count(), 94);
}

#[tokio::test]
async fn a_row_without_an_id_among_known_ones_does_not_keep_a_list_going() {
    let requests = Arc::new(AtomicU64::new(0));
    let count = requests.clone();
    let memory = served(move |_| {
        let count = count.clone();
        async move {
            // 0 is a placeholder for no id, and every response differs from the previous one.
            let tick = count.fetch_add(1, Ordering::Relaxed);
            let rows: Vec<_> = (0..5).map(|id| json!({"customerId": id, "seen": tick})).collect();
            Ok(json_answer(200, &json!({"data": rows, "_links": {"nextPage": "/more"}})))
        }
    });
    let client = ncentral_at("ticking", &memory).build().unwrap();
    let mut items = client.customers().list(ListCustomers::new()).concurrency(1).items();
    let mut failure = None;
    while let Some(item) = items.next().await {
        assert!(requests.load(Ordering::Relaxed) < 50, "the list does not end");
        failure = item.err().or(failure);
    }
    let failure = failure.unwrap().to_string();
    assert!(failure.contains("does not advance"), "{failure}");
}

#[tokio::test]
async fn rows_without_ids_that_only_echo_the_request_end() {
    let requests = Arc::new(AtomicU64::new(0));
    let count = requests.clone();
    let memory = served(move |_| {
        let count = count.clone();
        async move {
            let tick = count.fetch_add(1, Ordering::Relaxed);
            Ok(json_answer(200, &json!([{"request": format!("pageNumber={tick}")}])))
        }
    });
    let client = ncentral_at("echoing", &memory).build().unwrap();
    let failure = client.customers().list(ListCustomers::new()).collect().await.unwrap_err().to_string();
    assert!(failure.contains("no row with a new id"), "{failure}");
    assert!(requests.load(Ordering::Relaxed) <= 201, "the list does not end");
}

#[tokio::test]
async fn one_known_id_among_rows_without_ids_does_not_keep_a_list_going() {
    let rows = |tick: u64| json!([{"customerId": 7}, {"seen": tick}, {"seen": tick + 1}, {"seen": tick + 2}]);
    let further = [json!({}), json!({"_links": {"nextPage": "/more"}}), json!({"totalPages": 1_000_000})];
    for (at, further) in further.into_iter().enumerate() {
        let requests = Arc::new(AtomicU64::new(0));
        let (count, most) =
            (requests.clone(), if further.get("totalPages").is_some() { 20_100 } else { 210 });
        let memory = served(move |_| {
            let mut body = further.clone();
            body["data"] = rows(4 * count.fetch_add(1, Ordering::Relaxed));
            async move { Ok(json_answer(200, &body)) }
        });
        let client = ncentral_at(&format!("mixed-{at}"), &memory).build().unwrap();
        let mut items = client.customers().list(ListCustomers::new().page_size(4)).items();
        let mut failure = None;
        while let Some(item) = items.next().await {
            assert!(requests.load(Ordering::Relaxed) < most, "the list does not end");
            failure = item.err().or(failure);
        }
        let failure = failure.unwrap().to_string();
        assert!(failure.contains("no row with a new id"), "{failure}");
    }
}

/// The outcome of a scroll whose responses, numbered from 0, have these rows and a key of their own each.
async fn scrolled(rows: impl Fn(u64) -> serde_json::Value + Send + Sync + Clone + 'static) -> (String, u64) {
    let requests = Arc::new(AtomicU64::new(0));
    let count = requests.clone();
    let memory = served(move |_| {
        let (count, rows) = (count.clone(), rows.clone());
        async move {
            let tick = count.fetch_add(1, Ordering::Relaxed);
            let key = json!({"scroll_id": format!("key {tick}")});
            Ok(json_answer(200, &json!({"data": rows(tick), "next_page_key": key})))
        }
    });
    let client = Wiv::builder().base_url("https://wiv.example").api_key("the-key").transport(memory);
    let client = client.build().unwrap();
    let search = client.cases().search(SearchCases::new()).collect();
    // A scroll that never ends fails this test instead of hanging it.
    let ended = tokio::time::timeout(Duration::from_secs(60), search).await.unwrap();
    (ended.unwrap_err().to_string(), requests.load(Ordering::Relaxed))
}

#[tokio::test]
async fn scrolled_rows_without_ids_end() {
    let (failure, requests) = scrolled(|tick| json!([{"case_type": format!("seen at {tick}")}])).await;
    assert!(failure.contains("no row with a new id") && requests <= 201, "{requests}: {failure}");
}

#[tokio::test]
async fn one_known_id_among_scrolled_rows_without_ids_does_not_keep_a_scroll_going() {
    let rows =
        |tick| json!([{"case_id": "a"}, {"seen": 3 * tick}, {"seen": 3 * tick + 1}, {"seen": 3 * tick + 2}]);
    let (failure, requests) = scrolled(rows).await;
    assert!(failure.contains("no row with a new id") && requests <= 210, "{requests}: {failure}");
}

#[tokio::test]
async fn a_scrolled_row_without_an_id_among_known_ones_does_not_keep_a_scroll_going() {
    let rows = |tick| json!([{"case_id": "a"}, {"case_id": "b"}, {"case_type": format!("seen at {tick}")}]);
    let (failure, requests) = scrolled(rows).await;
    assert!(failure.contains("does not advance") && requests < 20, "{requests}: {failure}");
}
