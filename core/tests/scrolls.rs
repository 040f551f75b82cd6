//! Interrupted scrolls: whatever is abandoned or lost, no case is missing and none is repeated.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use mspkit::wiv::SearchCases;
use mspkit::{ErrorKind, OnLostPage, Wiv};
use mspkit_sim::{Options, Simulator};
use serde_json::json;

async fn simulated(cases: usize) -> (Simulator, Wiv) {
    let simulator = Simulator::start(Options { cases, ..Options::default() }).await.unwrap();
    let key = simulator.credentials().wiv_api_key;
    let client = Wiv::builder().base_url(simulator.url()).api_key(key).trust_env(false).build().unwrap();
    (simulator, client)
}

fn search() -> SearchCases {
    SearchCases::new().max_returned_items(2)
}

async fn ids(client: &Wiv, token: Option<&str>) -> Vec<String> {
    let mut list = client.cases().search(search());
    if let Some(token) = token {
        list = list.resume_token(token);
    }
    let cases = list.collect().await.unwrap();
    cases.into_iter().map(|case| case.case_id.unwrap().to_string()).collect()
}

#[tokio::test]
async fn a_checkpoint_is_valid_after_reading_has_continued() {
    let (_simulator, client) = simulated(8).await;
    let all = ids(&client, None).await;
    let mut pages = client.cases().search(search()).pages();
    pages.next().await.unwrap().unwrap();
    let checkpoint = pages.resume_token().unwrap();
    pages.next().await.unwrap().unwrap();
    pages.next().await.unwrap().unwrap();
    assert_eq!(ids(&client, Some(&checkpoint)).await, all[2..]);
}

#[tokio::test]
async fn a_cancelled_page_is_not_missed() {
    let (simulator, client) = simulated(8).await;
    let all = ids(&client, None).await;
    let mut items = client.cases().search(search()).items();
    let mut read = Vec::new();
    for _ in 0..2 {
        read.push(items.next().await.unwrap().unwrap().case_id.unwrap().to_string());
    }
    let hang = json!({"match": "POST /v2/cases/msp/search", "nth": [1], "fault": {"kind": "commit_hang"}});
    simulator.control("faults", &json!({"seed": 1, "rules": [hang]})).unwrap();
    let given_up = tokio::time::timeout(Duration::from_millis(200), items.next()).await;
    assert!(given_up.is_err(), "the continuation hangs after the server has advanced");
    let token = items.resume_token().unwrap();
    assert_eq!(ids(&client, Some(&token)).await, all[2..], "resumed elsewhere");
    drop(items);
}

#[tokio::test]
async fn a_raised_loss_resumes_without_a_gap_from_iterator_and_error() {
    let (simulator, client) = simulated(8).await;
    let all = ids(&client, None).await;
    let lost = json!({"match": "POST /v2/cases/msp/search", "nth": [2], "fault": {"kind": "commit_close"}});
    simulator.control("faults", &json!({"seed": 1, "rules": [lost]})).unwrap();
    let mut items = client.cases().search(search()).on_lost_page(OnLostPage::Raise).items();
    let mut read = 0;
    let error = loop {
        match items.next().await.unwrap() {
            Ok(_) => read += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(read, 2);
    assert_eq!(error.kind(), ErrorKind::Connection);
    let of_error = error.resume_token().unwrap().to_owned();
    let of_iterator = items.resume_token().unwrap();
    for token in [of_error, of_iterator] {
        assert_eq!(ids(&client, Some(&token)).await, all[2..]);
    }
}
