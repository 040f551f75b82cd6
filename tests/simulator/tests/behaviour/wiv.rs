//! Wiv: fields, scrolls and runs.

use std::time::Duration;

use serde_json::{Value, json};

use crate::wire::{Client, simulator};

const SEARCH: &str = "/v2/cases/msp/search";

fn ids(page: &Value) -> Vec<&str> {
    page["data"].as_array().unwrap().iter().map(|case| case["case_id"].as_str().unwrap()).collect()
}

#[test]
fn a_key_is_required() {
    let sim = simulator(json!({}));
    let reply = Client::anonymous(&sim).get("/msp/customers").expect(401).json();
    assert_eq!(reply, json!({"error": "Authentication required"}));
}

#[test]
fn fields_are_chosen_by_their_request_names() {
    let sim = simulator(json!({"wiv_customers": 2}));
    let client = Client::wiv(&sim);
    let all = client.get("/msp/customers").expect(200).json();
    assert_eq!(all["data"].as_array().unwrap().len(), 2);
    assert_eq!(all["data"][0].as_object().unwrap().len(), 11);
    let some = client.get("/msp/customers?fields=id,name").expect(200).json();
    assert_eq!(
        some["data"][0],
        json!({"customer_id": all["data"][0]["customer_id"], "customer_name": all["data"][0]["customer_name"]})
    );
    let reply = client.get("/msp/customers?fields=id,customer_name").expect(400).json();
    assert_eq!(reply, json!({"error": "Invalid fields requested"}));
}

#[test]
fn a_scroll_advances_on_every_continuation() {
    let sim = simulator(json!({"cases": 10}));
    let client = Client::wiv(&sim);
    let first = client.post(SEARCH, &json!({"max_returned_items": 3})).expect(200).json();
    assert_eq!(ids(&first).len(), 3);
    let next = |key: &Value| {
        client.post(SEARCH, &json!({"max_returned_items": 3, "start_page_key": key})).expect(200).json()
    };
    let second = next(&first["next_page_key"]);
    assert_ne!(second["next_page_key"], first["next_page_key"]);
    // The same key again does not repeat the page: the server has moved on.
    let third = next(&first["next_page_key"]);
    assert_eq!(ids(&second), ["case_000004", "case_000005", "case_000006"]);
    assert_eq!(ids(&third), ["case_000007", "case_000008", "case_000009"]);
    let last = next(&third["next_page_key"]);
    assert_eq!(ids(&last), ["case_000010"]);
    assert_eq!(last["next_page_key"], Value::Null);
}

#[test]
fn a_scroll_id_may_stay_the_same() {
    let sim = simulator(json!({"scroll_rotates": false}));
    let client = Client::wiv(&sim);
    let first = client.post(SEARCH, &json!({"max_returned_items": 3})).json();
    let second = client.post(SEARCH, &json!({"start_page_key": first["next_page_key"]})).json();
    assert_eq!(first["next_page_key"], second["next_page_key"]);
    assert_eq!(ids(&second).len(), 3);
}

#[test]
fn a_scroll_expires_when_idle() {
    let sim = simulator(json!({"scroll_idle_seconds": 30}));
    let client = Client::wiv(&sim);
    let mut key = client.post(SEARCH, &json!({"max_returned_items": 3})).json()["next_page_key"].clone();
    for _ in 0..3 {
        sim.advance(Duration::from_secs(20));
        key =
            client.post(SEARCH, &json!({"start_page_key": key})).expect(200).json()["next_page_key"].clone();
    }
    sim.advance(Duration::from_secs(30));
    let reply = client.post(SEARCH, &json!({"start_page_key": key})).expect(404).json();
    assert!(reply["error"].as_str().unwrap().contains("expired"));
    client.post(SEARCH, &json!({"start_page_key": {"scroll_id": "nonsense"}})).expect(404);
}

#[test]
fn searches_are_narrowed_by_customer_and_days() {
    let sim = simulator(json!({"cases": 48, "wiv_customers": 4}));
    let client = Client::wiv(&sim);
    let found = client.post(&format!("{SEARCH}?customer_id=org_12346"), &json!({})).expect(200).json();
    assert_eq!(ids(&found).len(), 12);
    assert_eq!(found["next_page_key"], Value::Null);
    let january = json!({"date_range": {"start": "2025-01-01", "end": "2025-01-31"}});
    let found = client.post(SEARCH, &january).json();
    assert_eq!(ids(&found).len(), 4);
    let own = client.post("/v2/cases/search", &json!({})).expect(200).json();
    assert_eq!(ids(&own).len(), 48);
}

#[test]
fn a_search_is_refused_in_wivs_words() {
    let sim = simulator(json!({}));
    let client = Client::wiv(&sim);
    for (body, error) in [
        (json!([]), "Request body must be a dictionary"),
        (json!({"max_returned_items": 0}), "Invalid max_returned_items"),
        (json!({"date_range": {"start": "2025-02-30", "end": "2025-03-01"}}), "Invalid date_range"),
        (json!({"start_page_key": "x"}), "Invalid start_page_key"),
    ] {
        assert_eq!(client.post(SEARCH, &body).expect(400).json(), json!({"error": error}));
    }
    client.call("POST", SEARCH, &[("content-type", "application/json")], "").expect(400);
    assert!(client.call("POST", SEARCH, &[], "{}").expect(415).json()["message"].is_string());
    assert!(client.get("/nothing").expect(404).json()["message"].is_string());
    assert_eq!(client.get(SEARCH).expect(405).header("allow"), "POST");
}

#[test]
fn every_run_is_recorded() {
    let sim = simulator(json!({}));
    let client = Client::wiv(&sim);
    let path = "/workflows/workflow_def456ghi789/run";
    let run = client.post(path, &json!({"payload": {"user_id": "12345"}})).expect(200).json();
    assert_eq!(run["data"]["event_type"], "WORKFLOW_TRIGGER");
    assert_eq!(run["data"]["payload"], json!({"user_id": "12345"}));
    let other = client.post(path, &json!({})).expect(200).json();
    assert_ne!(run["data"]["execution_id"], other["data"]["execution_id"]);
    assert_eq!(sim.count("wiv.workflows.run").committed, 2);
    client.post("/workflows/unknown/run", &json!({})).expect(404);
    client.post(path, &json!({"payload": []})).expect(400);
}
