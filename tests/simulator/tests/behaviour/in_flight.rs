//! Caps on requests in flight, and what counts as in flight.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use serde_json::json;

use crate::wire::{Client, eventually, simulator};

const LIST: &str = "ncentral.customers.list";

#[test]
fn the_request_beyond_the_cap_gets_429() {
    let sim = simulator(json!({"caps": {"GET /api/customers": 2}}));
    let client = Client::ncentral(&sim);
    let rule = json!({"match": "GET /api/customers", "times": 2, "fault": {"kind": "hang"}});
    sim.control("faults", &json!({"rules": [rule]})).unwrap();
    let mut held: Vec<_> = (0..2)
        .map(|_| {
            let mut wire = client.wire();
            wire.send("GET", "/api/customers", &[client.header()], "");
            wire
        })
        .collect();
    eventually("two are in flight", || sim.count(LIST).received == 2);
    let reply = client.get("/api/customers").expect(429).json();
    assert_eq!(reply["status"], 429);
    // Another endpoint has its own cap.
    client.get("/api/service-orgs").expect(200);
    held.pop();
    eventually("one has gone", || sim.count(LIST).dropped == 1);
    client.get("/api/customers").expect(200);
    let counts = sim.count(LIST);
    assert_eq!((counts.throttled, counts.max_in_flight, counts.received), (1, 3, 4));
}

#[test]
fn whoever_keeps_to_the_cap_never_sees_429() {
    let sim = simulator(json!({"caps": {"*": 4}, "customers": 50}));
    let client = Client::ncentral(&sim);
    let refused = AtomicU32::new(0);
    thread::scope(|scope| {
        for worker in 0..4 {
            let (client, refused) = (&client, &refused);
            scope.spawn(move || {
                let mut wire = client.wire();
                for round in 0..500 {
                    let target =
                        format!("/api/customers?pageSize=20&pageNumber={}", 1 + (worker + round) % 3);
                    let reply = wire.call("GET", &target, &[client.header()], "").unwrap();
                    refused.fetch_add(u32::from(reply.status != 200), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(refused.into_inner(), 0);
    let counts = sim.count(LIST);
    assert_eq!((counts.received, counts.answered, counts.throttled), (2000, 2000, 0));
    assert!(counts.max_in_flight <= 4);
}

#[test]
fn a_slow_body_is_in_flight_until_its_end() {
    let sim = simulator(json!({"caps": {"*": 1}}));
    let client = Client::ncentral(&sim);
    let fault = json!({"kind": "slow", "bytes_per_step": 1, "step_ms": 1000});
    sim.control("faults", &json!({"rules": [{"match": "*", "times": 1, "fault": fault}]})).unwrap();
    let mut wire = client.wire();
    wire.send("GET", "/api/customers", &[client.header()], "");
    wire.head().unwrap();
    client.get("/api/customers").expect(429);
    drop(wire);
    eventually("the client is missed", || sim.count(LIST).dropped == 1);
    client.get("/api/customers").expect(200);
}

#[test]
fn latency_is_spent_in_flight() {
    let sim = simulator(json!({"latency_ms": 40, "caps": null}));
    let client = Client::ncentral(&sim);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| client.get("/api/customers").expect(200));
        }
    });
    assert_eq!(sim.count(LIST).max_in_flight, 3);
}
