//! Faults, as the client sees them and as the server counts them.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use mspkit_sim::Simulator;
use serde_json::{Value, json};

use crate::wire::{Client, eventually, new_service_org, simulator};

const CREATE: &str = "ncentral.service_orgs.create";

fn plan(sim: &Simulator, pattern: &str, fault: &Value) {
    let rules = json!({"seed": 1, "rules": [{"match": pattern, "nth": [1], "fault": fault}]});
    sim.control("faults", &rules).unwrap();
}

/// A client, and a simulator whose first create fails.
fn create_with(fault: &Value) -> (Simulator, Client) {
    let sim = simulator(json!({"service_orgs": 0, "customers": 0}));
    let client = Client::ncentral(&sim);
    plan(&sim, "POST /api/service-orgs", fault);
    (sim, client)
}

fn create(client: &Client) -> std::io::Result<crate::wire::Reply> {
    let headers = [("content-type", "application/json")];
    client.try_call("POST", "/api/service-orgs", &headers, &new_service_org("Acme").to_string())
}

fn made(sim: &Simulator) -> usize {
    sim.state()["service_orgs"].as_array().unwrap().len()
}

#[test]
fn close_ends_the_connection_before_anything_happens() {
    for (kind, made_then) in [("close", 0), ("commit_close", 1)] {
        let (sim, client) = create_with(&json!({"kind": kind}));
        assert_eq!(create(&client).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        assert_eq!(made(&sim), made_then, "{kind}");
        let counts = sim.count(CREATE);
        assert_eq!((counts.received, counts.committed, counts.answered), (1, made_then as u64, 0));
        assert_eq!(sim.requests(0).last().unwrap().status, None);
        create(&client).unwrap().expect(201);
    }
}

#[test]
fn reset_ends_the_connection_with_a_reset() {
    for (kind, made_then) in [("reset", 0), ("commit_reset", 1)] {
        let (sim, client) = create_with(&json!({"kind": kind}));
        assert_eq!(create(&client).unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(made(&sim), made_then, "{kind}");
    }
}

#[test]
fn hang_never_responds_and_notices_disconnects() {
    for (kind, made_then) in [("hang", 0), ("commit_hang", 1)] {
        let (sim, client) = create_with(&json!({"kind": kind}));
        let mut wire = client.wire();
        let headers = [client.header(), ("content-type", "application/json")];
        wire.send("POST", "/api/service-orgs", &headers, &new_service_org("Acme").to_string());
        eventually("the request arrives", || sim.count(CREATE).received == 1);
        eventually("the handler has had its turn", || made(&sim) == made_then);
        assert_eq!(sim.count(CREATE).dropped, 0);
        drop(wire);
        eventually("the client is missed", || sim.count(CREATE).dropped == 1);
        let logged = sim.requests(0).pop().unwrap();
        assert_eq!((logged.dropped, logged.status), (true, None));
    }
}

#[test]
fn truncate_sends_the_given_bytes_and_no_more() {
    for bytes in [0, 1, 17] {
        let sim = simulator(json!({}));
        let client = Client::ncentral(&sim);
        plan(&sim, "GET /api/customers", &json!({"kind": "truncate", "bytes": bytes}));
        let mut wire = client.wire();
        wire.send("GET", "/api/customers", &[client.header()], "");
        let head = wire.head().unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK"));
        assert_eq!(wire.rest().unwrap().len(), bytes, "{head}");
        assert_eq!(sim.count("ncentral.customers.list").answered, 0);
    }
}

#[test]
fn status_replaces_the_handlers_response() {
    let fault = json!({"kind": "status", "status": 429, "retry_after": 7});
    let (sim, client) = create_with(&fault);
    let reply = create(&client).unwrap().expect(429);
    assert_eq!(reply.header("retry-after"), "7");
    assert!(reply.json()["message"].as_str().unwrap().contains("TOO MANY REQUESTS"));
    assert_eq!(made(&sim), 0);
    plan(
        &sim,
        "*",
        &json!({"kind": "status", "status": 503, "retry_after": {"date_in_seconds": 30}, "json": [1]}),
    );
    let reply = client.get("/api/customers").expect(503);
    assert_eq!(reply.json(), json!([1]));
    let date = httpdate::parse_http_date(reply.header("retry-after")).unwrap();
    assert!(date >= std::time::SystemTime::now() + Duration::from_secs(28));
}

#[test]
fn html_and_content_type_imitate_a_proxy() {
    let (sim, client) = create_with(&json!({"kind": "html", "status": 200}));
    let reply = create(&client).unwrap().expect(200);
    assert_eq!(reply.header("content-type"), "text/html");
    assert!(reply.text().starts_with("<html>"));
    assert_eq!(made(&sim), 0);
    plan(&sim, "*", &json!({"kind": "content_type", "value": "text/html"}));
    let reply = create(&client).unwrap().expect(201);
    assert_eq!(reply.header("content-type"), "text/html");
    assert_eq!(made(&sim), 1);
}

#[test]
fn delay_waits_before_it_acts() {
    let (sim, client) = create_with(&json!({"kind": "delay", "ms": 60}));
    let started = Instant::now();
    create(&client).unwrap().expect(201);
    assert!(started.elapsed() >= Duration::from_millis(60));
    assert_eq!(made(&sim), 1);
}

#[test]
fn slow_bodies_arrive_whole() {
    let sim = simulator(json!({"customers": 1}));
    let client = Client::ncentral(&sim);
    let whole = client.get("/api/customers").body;
    plan(&sim, "*", &json!({"kind": "slow", "bytes_per_step": 100, "step_ms": 5}));
    let started = Instant::now();
    assert_eq!(client.get("/api/customers").expect(200).body, whole);
    assert!(started.elapsed() >= Duration::from_millis(5 * (whole.len() as u64 / 100)));
    eventually("the answer is counted", || sim.count("ncentral.customers.list").answered == 2);
}

#[test]
fn a_page_can_be_empty_or_the_previous_one() {
    let sim = simulator(json!({"customers": 6}));
    let client = Client::ncentral(&sim);
    let page =
        |number: u8| client.get(&format!("/api/customers?pageSize=2&pageNumber={number}")).expect(200).json();
    let honest = page(2);
    plan(&sim, "GET /api/customers", &json!({"kind": "empty_page"}));
    let empty = page(2);
    assert_eq!((&empty["data"], &empty["totalItems"]), (&json!([]), &json!(6)));
    plan(&sim, "GET /api/customers", &json!({"kind": "repeat_page"}));
    let repeated = page(2);
    assert_eq!((&repeated["data"], &repeated["pageNumber"]), (&page(1)["data"], &json!(2)));
    assert_eq!(page(2), honest);
}

#[test]
fn a_faulty_scroll_page_loses_nothing() {
    for kind in ["empty_page", "repeat_page"] {
        let sim = simulator(json!({"cases": 6}));
        let client = Client::wiv(&sim);
        let rules = json!({"rules": [{"match": "*", "nth": [2], "fault": {"kind": kind}}]});
        sim.control("faults", &rules).unwrap();
        let mut seen = Vec::new();
        let mut body = json!({"max_returned_items": 2});
        for _ in 0..4 {
            let page = client.post("/v2/cases/msp/search", &body).expect(200).json();
            seen.extend(page["data"].as_array().unwrap().iter().map(|case| case["case_id"].clone()));
            body["start_page_key"] = page["next_page_key"].clone();
        }
        assert_eq!(body["start_page_key"], Value::Null);
        assert_eq!(seen.len(), if kind == "empty_page" { 6 } else { 8 });
    }
}

#[test]
fn the_same_seed_breaks_the_same_requests() {
    let run = |seed: u64| {
        let sim = simulator(json!({}));
        let rules = json!([{"match": "*", "rate": 0.5, "fault": {"kind": "status", "status": 500}}]);
        sim.control("faults", &json!({"seed": seed, "rules": rules})).unwrap();
        let client = Client::anonymous(&sim);
        (0..40).map(|_| client.get("/api/health").status).collect::<Vec<_>>()
    };
    let first = run(3);
    assert_eq!(first, run(3));
    assert_ne!(first, run(4));
    assert!(first.contains(&200) && first.contains(&500));
}
