//! Finding or creating under faults, over real sockets: two callers at once, who write the name differently, always leave one
//! object.
//!
//! A seed decides everything that goes wrong, in the list as well as in the create. The test compares with what the simulator
//! holds in the end, so it does not depend on timing.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mspkit::cloudmore::EnsureOrganization;
use mspkit::ncentral::{
    EnsureAccessGroup, EnsureCustomer, EnsureCustomerInput, EnsureCustomerRows, EnsureServiceOrg, EnsureSite,
};
use mspkit::transport::{Http, TransportOptions};
use mspkit::{Builder, CallOptions, Client, Cloudmore, Error, ErrorKind, NCentral, OnDifference, Operation};
use mspkit_sim::Simulator;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const AT_ONCE: usize = 60;

/// The operations, and where the simulator holds their objects: the collection and the field of the name.
const RUNS: [(&str, &str, &str); 5] = [
    ("ncentral.service_orgs.ensure", "service_orgs", "soName"),
    ("ncentral.service_orgs.ensure_customer", "customers", "customerName"),
    ("ncentral.customers.ensure_site", "sites", "siteName"),
    ("ncentral.access_groups.ensure", "access_groups", "groupName"),
    ("cloudmore.organizations.ensure", "organizations", "name"),
];

/// The name as the two callers and a third one write it.
const NAMES: [&str; 3] = ["Café Fault", "  CAFE\u{301}   fault ", "café fault"];

/// The responses that go wrong, and the ones to requests that were carried out.
fn fault(rng: &mut fastrand::Rng, paged: bool) -> Value {
    let status = |status: u16| json!({"kind": "status", "status": status});
    match rng.u32(0..18) {
        0..=2 => json!({"kind": "commit_close"}),
        3 => json!({"kind": "commit_reset"}),
        4 => json!({"kind": "commit_hang"}),
        5 => json!({"kind": "close"}),
        6 => json!({"kind": "reset"}),
        7 => json!({"kind": "hang"}),
        8 | 9 => status(*rng.choice(&[400, 403, 408, 500, 502, 503]).unwrap()),
        10 => json!({"kind": "status", "status": 429, "retry_after": rng.u64(0..=1)}),
        11 => json!({"kind": "truncate", "bytes": rng.u64(0..60)}),
        12 => json!({"kind": "html", "status": *rng.choice(&[200, 502]).unwrap()}),
        13 => status(401),
        14 => json!({"kind": "slow", "bytes_per_step": 40, "step_ms": 60}),
        15 => json!({"kind": "delay", "ms": rng.u64(1..700)}),
        // A list that is one response says nothing besides its rows, so nobody can tell that some were left out.
        16 if paged => json!({"kind": "empty_page"}),
        17 if paged => json!({"kind": "repeat_page"}),
        _ => json!({"kind": "content_type", "value": "text/plain"}),
    }
}

fn rules(operation: &Operation, rng: &mut fastrand::Rng) -> Vec<Value> {
    let ensure = operation.ensure.unwrap();
    let find = Operation::find(ensure.find).unwrap();
    let paged = find.paging == mspkit::Paging::PageNumber;
    let mut rules = Vec::new();
    for (of, most) in [(operation, 3), (find, 6)] {
        let path = format!("{} {}", of.method, of.path);
        for nth in (1..=most).filter(|_| rng.f64() < 0.4).collect::<Vec<_>>() {
            let fault = fault(rng, paged && of.id == find.id);
            rules.push(json!({"match": path, "nth": [nth], "fault": fault}));
        }
    }
    rules
}

fn equipped<C: Client>(builder: Builder<C>, simulator: &Simulator, http: &Arc<Http>, options: Value) -> C {
    builder.config(support::config(simulator, C::SERVICE, options)).transport(http.clone()).build().unwrap()
}

/// What a call returned: the id of the object, and whether it was created.
type Ensured = Result<(String, bool), Error>;

/// The options of a client that soon gives up.
fn hasty() -> Value {
    json!({"attempt_timeout": 0.4, "max_retries": 1, "max_retry_after": 1})
}

async fn call(
    operation: &Operation,
    simulator: &Simulator,
    http: &Arc<Http>,
    name: &str,
    options: Value,
) -> Ensured {
    let ncentral = || equipped(NCentral::builder(), simulator, http, options.clone());
    let settle = Duration::from_secs(2);
    match operation.id {
        "ncentral.service_orgs.ensure" => {
            let params = EnsureServiceOrg::new(name, "Ada", "Lovelace");
            let ensured = ncentral().service_orgs().ensure(params).settle(settle).await?;
            Ok((ensured.value()?.so_id()?.to_string(), *ensured.created()?))
        }
        "ncentral.service_orgs.ensure_customer" => {
            let params = EnsureCustomer::new(name, "Ada", "Lovelace");
            let ensured = ncentral().service_orgs().ensure_customer(50, params).settle(settle).await?;
            Ok((ensured.value()?.customer_id()?.to_string(), *ensured.created()?))
        }
        "ncentral.customers.ensure_site" => {
            let params = EnsureSite::new(name, "Ada", "Lovelace");
            let ensured = ncentral().customers().ensure_site(100, params).settle(settle).await?;
            Ok((ensured.value()?.site_id()?.to_string(), *ensured.created()?))
        }
        "ncentral.access_groups.ensure" => {
            let params = EnsureAccessGroup::new(name, "Everyone");
            let ensured = ncentral().access_groups().ensure(50, params).settle(settle).await?;
            Ok((ensured.value()?.group_id()?.to_string(), *ensured.created()?))
        }
        "cloudmore.organizations.ensure" => {
            let client: Cloudmore = equipped(Cloudmore::builder(), simulator, http, options.clone());
            let ensured = client.organizations().ensure(EnsureOrganization::new(name)).settle(settle).await?;
            Ok((ensured.value()?.id()?.to_string(), *ensured.created()?))
        }
        other => panic!("{other} has no run here"),
    }
}

/// The objects of the name that the simulator holds.
fn held(simulator: &Simulator, collection: &str, field: &str) -> usize {
    let state = simulator.state_of(|name| name == collection);
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let wanted = [plain(NAMES[0]), plain(NAMES[1])];
    let rows = state[collection].as_array().unwrap().iter();
    rows.filter(|row| row[field].as_str().is_some_and(|name| wanted.contains(&plain(name)))).count()
}

/// Options of a simulator with few objects.
fn few(seed: u64) -> Value {
    json!({
        "seed": seed, "service_orgs": 1, "customers": 2, "sites": 0, "devices": 0, "users": 0, "user_roles": 0,
        "access_groups": 0, "installers": 0, "wiv_customers": 2, "cases": 2, "estore": 2,
    })
}

/// One run: what the callers got, or what is wrong.
async fn run(at: usize, seed: u64, http: Arc<Http>) -> Result<Vec<String>, String> {
    let (id, collection, field) = RUNS[at];
    let operation = Operation::find(id).unwrap();
    let simulator = Arc::new(support::simulator(few(seed)).await);
    let mut rng = fastrand::Rng::with_seed(seed);
    let before = rng.bool();
    if before {
        call(operation, &simulator, &http, NAMES[0], json!({}))
            .await
            .map_err(|error| format!("{id}: {error}"))?;
    }
    support::faults(&simulator, seed, &json!(rules(operation, &mut rng)));
    let caller = |name| {
        let (simulator, http) = (simulator.clone(), http.clone());
        tokio::spawn(async move { call(operation, &simulator, &http, name, hasty()).await })
    };
    let (one, other) = (caller(NAMES[0]), caller(NAMES[1]));
    let both = [one.await.unwrap(), other.await.unwrap()];
    let number = held(&simulator, collection, field);
    support::faults(&simulator, seed, &json!([]));
    let last = call(operation, &simulator, &http, NAMES[2], json!({})).await;
    let after = held(&simulator, collection, field);
    let kind = |outcome: &Ensured| match outcome {
        Ok((_, true)) => "created".to_owned(),
        Ok((_, false)) => "found".to_owned(),
        Err(error) => error.kind().name().to_owned(),
    };
    let kinds: Vec<String> = both.iter().chain([&last]).map(kind).collect();
    let ids: std::collections::BTreeSet<&String> =
        both.iter().chain([&last]).filter_map(|outcome| Some(&outcome.as_ref().ok()?.0)).collect();
    let made = both.iter().filter(|outcome| outcome.as_ref().is_ok_and(|(_, created)| *created)).count();
    let right = number <= 1
        && after == 1
        && ids.len() == 1
        && last.is_ok()
        && made <= usize::from(!before)
        && (number == 1 || both.iter().all(Result::is_err));
    if right {
        return Ok(kinds);
    }
    Err(format!("{id} with seed {seed}: {number} objects, then {after}; {made} made, {both:?}, {last:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_one_object_whatever_goes_wrong() {
    let runs: u64 =
        std::env::var("MSPKIT_ENSURE_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(1000);
    // One for all runs: making a transport reads the platform's authorities.
    let http = Arc::new(Http::new(&TransportOptions::default()).unwrap());
    let (mut tally, mut wrong, mut going) = (BTreeMap::<String, usize>::new(), Vec::new(), JoinSet::new());
    let mut count = |ended: Result<Vec<String>, String>| match ended {
        Ok(kinds) => kinds.into_iter().for_each(|kind| *tally.entry(kind).or_default() += 1),
        Err(what) => wrong.push(what),
    };
    for (seed, at) in (0..runs).zip((0..RUNS.len()).cycle()) {
        going.spawn(run(at, seed, http.clone()));
        if going.len() == AT_ONCE {
            count(going.join_next().await.unwrap().unwrap());
        }
    }
    while let Some(ended) = going.join_next().await {
        count(ended.unwrap());
    }
    println!("{runs} runs: {tally:?}");
    assert!(wrong.is_empty(), "{} runs are wrong:\n{}", wrong.len(), wrong.join("\n"));
    for kind in ["created", "found", ErrorKind::OutcomeUnknown.name(), ErrorKind::PermissionDenied.name()] {
        assert!(tally.get(kind).is_some_and(|times| *times > 0), "no {kind} in {tally:?}");
    }
}

/// A caller who is cancelled in the middle of its create is remembered for the next one.
#[tokio::test]
async fn a_create_that_was_abandoned_is_not_sent_again() {
    let simulator = support::simulator(json!({"customers": 2})).await;
    let path = "POST /api/service-orgs/{soId}/customers";
    support::faults(
        &simulator,
        1,
        &json!([{"match": path, "nth": [1], "fault": {"kind": "delay", "ms": 1500}}]),
    );
    let http = Arc::new(Http::new(&TransportOptions::default()).unwrap());
    let client: NCentral = equipped(NCentral::builder(), &simulator, &http, json!({}));
    let ensure = || {
        let params = EnsureCustomer::new("Abandoned", "Ada", "Lovelace");
        client.service_orgs().ensure_customer(50, params).settle(Duration::from_secs(3))
    };
    let abandoned = tokio::time::timeout(Duration::from_millis(600), async { ensure().await }).await;
    assert!(abandoned.is_err());
    let ensured = ensure().await.unwrap();
    let create = simulator.count("ncentral.service_orgs.create_customer");
    // The server may have dropped the request with its connection; either way there is one.
    assert_eq!(create.committed, 1, "{create:?}");
    assert_eq!(ensured.value().unwrap().customer_name.as_deref(), Some("Abandoned"));
}

#[tokio::test]
async fn threads_of_a_program_take_turns() {
    let simulator = support::simulator(json!({"customers": 2, "latency_ms": 20})).await;
    let http = Arc::new(Http::new(&TransportOptions::default()).unwrap());
    let client: NCentral = equipped(NCentral::builder(), &simulator, &http, json!({}));
    let calls =
        (0..20).map(|at| {
            let params = EnsureCustomer::new(NAMES[at % 3], "Ada", "Lovelace");
            let client = client.clone();
            async move {
                client.service_orgs().ensure_customer(50, params).await.unwrap().created().copied().unwrap()
            }
        });
    let created = futures_util::future::join_all(calls).await;
    assert_eq!(created.iter().filter(|created| **created).count(), 1);
    assert_eq!(simulator.count("ncentral.service_orgs.create_customer").committed, 1);
}

#[tokio::test]
async fn waiting_for_a_turn_ends_with_the_timeout_and_with_the_client() {
    let simulator = support::simulator(json!({"customers": 2})).await;
    let list = "GET /api/service-orgs/{soId}/customers";
    support::faults(
        &simulator,
        1,
        &json!([{"match": list, "nth": [1], "fault": {"kind": "delay", "ms": 3000}}]),
    );
    let http = Arc::new(Http::new(&TransportOptions::default()).unwrap());
    let client: NCentral = equipped(NCentral::builder(), &simulator, &http, json!({}));
    let ensure = |options: CallOptions| {
        let (client, params) = (client.clone(), EnsureCustomer::new("Turns", "Ada", "Lovelace"));
        async move { client.service_orgs().ensure_customer(50, params).options(options).await }
    };
    let first = tokio::spawn(ensure(CallOptions::default()));
    let looked = || simulator.count("ncentral.service_orgs.list_customers").received == 1;
    support::eventually("the first call looks", looked).await;
    let mut short = CallOptions::default();
    short.timeout = Some(Duration::from_millis(100));
    assert_eq!(ensure(short).await.unwrap_err().kind(), ErrorKind::Timeout);
    let waiting = tokio::spawn(ensure(CallOptions::default()));
    // It goes as far as it can before it waits.
    tokio::task::yield_now().await;
    client.close();
    let error = tokio::time::timeout(Duration::from_secs(1), waiting).await.unwrap().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    first.abort();
}

#[tokio::test]
async fn errors_have_the_objects_and_the_differences() {
    let simulator = support::simulator(json!({"customers": 2})).await;
    let list = "GET /api/service-orgs/{soId}/customers";
    let rows = json!({"data": [{"customerId": 1, "customerName": "Twin"}, {"customerId": 2, "customerName": "Twin"}], "totalItems": 2});
    support::script(&simulator, &json!([{"match": list, "times": 2, "status": 200, "json": rows}]));
    let http = Arc::new(Http::new(&TransportOptions::default()).unwrap());
    let client: NCentral = equipped(NCentral::builder(), &simulator, &http, json!({}));
    let params = EnsureCustomer::new("Twin", "Ada", "Lovelace");
    let error = client.service_orgs().ensure_customer(50, params).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    let ids: Vec<Value> = error.matches().iter().map(|json| serde_json::from_str(json).unwrap()).collect();
    assert_eq!([&ids[0]["customerId"], &ids[1]["customerId"]], ["1", "2"]);
    let params = EnsureCustomer::new("Own", "Ada", "Lovelace").city("Leeds");
    client.service_orgs().ensure_customer(50, params).await.unwrap();
    let params = EnsureCustomer::new("OWN", "Ada", "Lovelace").city("York");
    let error = client.service_orgs().ensure_customer(50, params).on_difference(OnDifference::Raise).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Difference);
    let [difference] = error.differences() else { panic!("{:?}", error.differences()) };
    assert_eq!(
        (&*difference.field, &*difference.wanted, &*difference.found),
        ("city", "\"York\"", "\"Leeds\"")
    );
}

/// Rows of two programs at once: some exist, some occur twice, some are refused by the server.
async fn many(seed: u64, http: Arc<Http>) -> Result<BTreeMap<String, usize>, String> {
    let simulator =
        Arc::new(support::simulator(json!({"seed": seed, "service_orgs": 1, "customers": 3})).await);
    let mut rng = fastrand::Rng::with_seed(seed);
    let operation = Operation::find("ncentral.service_orgs.ensure_customers").unwrap();
    support::faults(&simulator, seed, &json!(rules(operation, &mut rng)));
    let rows = |shift: usize| {
        let name = move |at: usize| format!("Row {}{}", at % 7, if shift == 1 { " " } else { "" });
        (0..10).map(move |at| EnsureCustomerInput::new(name(at + shift), "Ada", "Lovelace"))
    };
    let call = |shift, options: &Value| {
        let options = options.clone();
        let client: NCentral = equipped(NCentral::builder(), &simulator, &http, options);
        let params = EnsureCustomerRows::new(rows(shift).collect::<Vec<_>>());
        let settle = Duration::from_secs(2);
        tokio::spawn(async move { client.service_orgs().ensure_customers(50, params).settle(settle).await })
    };
    let (one, other) = (call(0, &hasty()), call(1, &hasty()));
    let both = [one.await.unwrap(), other.await.unwrap()];
    support::faults(&simulator, seed, &json!([]));
    let last = call(0, &json!({})).await.unwrap();
    let state = simulator.state_of(|name| name == "customers");
    let mut held = BTreeMap::<String, usize>::new();
    for row in state["customers"].as_array().unwrap() {
        let name = row["customerName"].as_str().unwrap().trim().to_owned();
        if name.starts_with("Row ") {
            *held.entry(name).or_default() += 1;
        }
    }
    let wrong = |what: &str| Err(format!("seed {seed}: {what}: {held:?}, {both:?}, {last:?}"));
    if held.len() != 7 || held.values().any(|number| *number != 1) {
        return wrong("not one object for each name");
    }
    let mut tally = BTreeMap::<String, usize>::new();
    for (which, outcome) in both.iter().chain([&last]).enumerate() {
        let outcomes = match outcome {
            Ok(outcome) => outcome.outcomes().unwrap(),
            Err(error) if which < 2 => {
                *tally.entry(format!("call: {}", error.kind())).or_default() += 1;
                continue;
            }
            Err(_) => return wrong("the last call failed"),
        };
        if outcomes.len() != 10 {
            return wrong("not an outcome for each row");
        }
        for (at, outcome) in outcomes.iter().enumerate() {
            let kind = match (&outcome.ensured, &outcome.error) {
                (Some(ensured), None) if *ensured.created().unwrap() => "created".to_owned(),
                (Some(_), None) => "found".to_owned(),
                (None, Some(error)) if which < 2 => error.kind().unwrap().to_owned(),
                _ => return wrong("an outcome is neither or both"),
            };
            if usize::try_from(*outcome.row().unwrap()).unwrap() != at {
                return wrong("the outcomes are not in order");
            }
            *tally.entry(kind).or_default() += 1;
        }
    }
    Ok(tally)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_rows_make_one_object_each() {
    let http = Arc::new(Http::new(&TransportOptions::default()).unwrap());
    let (mut tally, mut wrong, mut going) = (BTreeMap::<String, usize>::new(), Vec::new(), JoinSet::new());
    let mut count = |ended: Result<BTreeMap<String, usize>, String>| match ended {
        Ok(kinds) => kinds.into_iter().for_each(|(kind, times)| *tally.entry(kind).or_default() += times),
        Err(what) => wrong.push(what),
    };
    for seed in 0..200 {
        going.spawn(many(seed, http.clone()));
        if going.len() == AT_ONCE / 4 {
            count(going.join_next().await.unwrap().unwrap());
        }
    }
    while let Some(ended) = going.join_next().await {
        count(ended.unwrap());
    }
    println!("200 runs with many rows: {tally:?}");
    assert!(wrong.is_empty(), "{} runs are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn the_list_is_read_once_for_many_rows() {
    let simulator = support::simulator(json!({"service_orgs": 1, "customers": 1200, "latency_ms": 5})).await;
    let http = Arc::new(Http::new(&TransportOptions::default()).unwrap());
    let client: NCentral = equipped(NCentral::builder(), &simulator, &http, json!({}));
    let rows = (0..300).map(|at| EnsureCustomerInput::new(format!("Customer {at}"), "Ada", "Lovelace"));
    let params = EnsureCustomerRows::new(rows.collect::<Vec<_>>());
    let result = client.service_orgs().ensure_customers(50, params).await.unwrap();
    assert_eq!(result.outcomes().unwrap().len(), 300);
    let create = simulator.count("ncentral.service_orgs.create_customer");
    assert_eq!((create.committed, create.throttled), (300, 0));
    assert!(create.max_in_flight > 1, "{create:?}");
    // 1,200 rows in pages of 500.
    assert_eq!(simulator.count("ncentral.service_orgs.list_customers").received, 3);
}
