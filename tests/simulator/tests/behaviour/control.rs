//! The control interface.

use mspkit_sim::{Requests, Sabotage};
use serde_json::{Value, json};

use crate::wire::{Client, new_service_org, simulator};

#[test]
fn everything_can_be_done_over_http() {
    let sim = simulator(json!({}));
    let control = Client::anonymous(&sim);
    let ready = control.get("/_sim/ready").expect(200).json();
    assert_eq!(ready["url"], sim.url());
    let reset = control.post("/_sim/reset", &json!({"customers": 2, "access_seconds": 5})).expect(200).json();
    assert_eq!(reset["options"]["customers"], 2);
    assert_eq!(reset["credentials"]["ncentral_jwt"], sim.credentials().ncentral_jwt);
    let client = Client::ncentral(&sim);
    control.post("/_sim/clock", &json!({"advance_seconds": 6})).expect(200);
    client.get("/api/customers").expect(401);
    let client = Client::ncentral(&sim);
    control
        .post("/_sim/script", &json!({"answers": [{"match": "GET /api/customers", "status": 503}]}))
        .expect(200);
    client.get("/api/customers").expect(503);
    let rule = json!({"match": "*", "times": 1, "fault": {"kind": "status", "status": 502}});
    control.post("/_sim/faults", &json!({"seed": 1, "rules": [rule]})).expect(200);
    client.get("/api/customers").expect(502);
    assert_eq!(client.get("/api/customers").expect(200).json()["totalItems"], 2);
    let state = control.get("/_sim/state").expect(200).json();
    assert_eq!(state["customers"].as_array().unwrap().len(), 2);
    assert_eq!(state["custom_psa_tickets"].as_array().unwrap().len(), 5);
}

#[test]
fn mistakes_are_reported() {
    let sim = simulator(json!({}));
    let control = Client::anonymous(&sim);
    for (path, body) in [
        ("/_sim/reset", json!({"customer": 2})),
        ("/_sim/clock", json!({})),
        ("/_sim/clock", json!({"advance_seconds": -1})),
        ("/_sim/script", json!({"answers": [{"match": "customers"}]})),
        ("/_sim/script", json!({"answers": [{"match": "*", "status": 1000}]})),
        ("/_sim/faults", json!({"rules": [{"match": "*", "fault": {"kind": "explode"}}]})),
        ("/_sim/sabotage", json!({"kind": "all"})),
        ("/_sim/options", json!({"customers": 2})),
    ] {
        let reply = control.post(path, &body).expect(400).json();
        assert!(reply["error"].is_string(), "{path}");
    }
    control.get("/_sim/nothing").expect(404);
    control.get("/_sim/reset").expect(405);
    control.get("/_sim/requests?since=x").expect(400);
}

#[test]
fn mistakes_are_reported_in_plain_words_with_their_names() {
    let sim = simulator(json!({}));
    let control = Client::anonymous(&sim);
    let rule = |fault: Value| json!({"match": "*", "fault": fault});
    let cases: [(&str, Value, &str, &[&str]); 5] = [
        (
            "/_sim/reset",
            json!({"service_orgz": 2}),
            "unknown field `service_orgz`, expected one of",
            &["service_orgs"],
        ),
        ("/_sim/reset", json!({"service_orgs": "x"}), "service_orgs: invalid type", &["service_orgs"]),
        (
            "/_sim/fail",
            rule(json!({"kind": "slow", "step_ms": 1})),
            "missing field `bytes_per_step`",
            &["bytes_per_step"],
        ),
        (
            "/_sim/fail",
            rule(json!({"kind": "status", "status": 503, "retry_after": {}})),
            "retry_after: must be seconds",
            &["retry_after"],
        ),
        ("/_sim/state", json!({"wiv_customers": 1}), "wiv_customers: must be a list", &["wiv_customers"]),
    ];
    for (path, body, message, names) in cases {
        let reply = control.post(path, &body).expect(400).json();
        let error = reply["error"].as_str().unwrap();
        assert!(error.starts_with(message), "{error}");
        assert!(!["line", "u64", "untagged"].iter().any(|word| error.contains(word)), "{error}");
        let reported: Vec<_> = reply["names"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(names.iter().all(|name| reported.contains(name)), "{reported:?}");
    }
    // The values of `kind` are the same in every language.
    let reply = control.post("/_sim/fail", &rule(json!({"kind": "commit"}))).expect(400).json();
    assert_eq!(reply["names"], json!([]));
}

#[test]
fn responses_can_be_set_for_unknown_endpoints() {
    let sim = simulator(json!({}));
    let control = Client::anonymous(&sim);
    let client = Client::ncentral(&sim);
    client.get("/api/gadgets").expect(404);
    let answer = |status: u16| json!({"match": "* /api/gadgets", "times": 0, "status": status, "json": {}});
    control.post("/_sim/answer", &answer(201)).expect(200);
    client.get("/api/gadgets").expect(201);
    client.post("/api/gadgets", &json!({})).expect(201);
    control.post("/_sim/answer", &answer(202)).expect(200);
    client.get("/api/gadgets").expect(202);
    control.post("/_sim/answer", &json!({"match": "*", "status": 20})).expect(400);
}

#[test]
fn requests_are_logged_unchanged() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    client.get("/api/customers?pageSize=2&x=a%20b&x=c");
    client.post("/api/service-orgs", &new_service_org("Acme"));
    client.get("/api/nothing");
    let since = Client::anonymous(&sim).get("/_sim/requests?since=1").expect(200);
    let log: Requests = serde_json::from_slice(&since.body).unwrap();
    assert_eq!(log.forgotten, 0);
    let [list, create, nothing] = log.requests.as_slice() else { panic!("{log:?}") };
    assert_eq!(list.n, 2);
    assert_eq!(list.operation.as_deref(), Some("ncentral.customers.list"));
    assert_eq!((list.method.as_str(), list.path.as_str()), ("GET", "/api/customers"));
    assert_eq!(list.raw_target, "/api/customers?pageSize=2&x=a%20b&x=c");
    assert_eq!(list.query["pageSize"], "2");
    assert_eq!(list.query["x"], json!(["a b", "c"]));
    assert_eq!(list.headers["host"], "simulator");
    assert_eq!((list.status, list.dropped, &list.json), (Some(200), false, &None));
    assert_eq!(create.json, Some(new_service_org("Acme")));
    assert_eq!((nothing.operation.as_deref(), nothing.status), (None, Some(404)));
    let counts = &log.counts["ncentral.service_orgs.create"];
    assert_eq!((counts.received, counts.committed, counts.answered), (1, 1, 1));
    assert_eq!(log.counts["unknown"].received, 1);
    assert!(!log.counts.contains_key("ncentral.customers.get"));
}

#[test]
fn behaviour_can_change_during_a_run() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    client.get("/api/customers").expect(200);
    sim.control("options", &json!({"list_envelope": "array", "caps": {"*": 0}})).unwrap();
    client.get("/api/customers").expect(429);
    sim.control("options", &json!({"caps": null})).unwrap();
    assert!(client.get("/api/customers").expect(200).json().is_array());
}

#[test]
fn sabotage_falsifies_every_response_and_survives_a_reset() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let first = |reply: Value| reply["data"][0]["city"].as_str().unwrap().to_owned();
    let honest = first(client.get("/api/customers").json());
    sim.sabotage(Sabotage::WrongField);
    assert_eq!(first(client.get("/api/customers").json()), format!("{honest}~"));
    sim.control("script", &json!({"answers": [{"match": "*", "json": {"soId": 5}}]})).unwrap();
    assert_eq!(client.get("/api/customers").json(), json!({"soId": 6}));
    sim.sabotage(Sabotage::LostItem);
    assert_eq!(client.get("/api/customers").json()["data"].as_array().unwrap().len(), 9);
    sim.reset(mspkit_sim::Options::default());
    let client = Client::ncentral(&sim);
    assert_eq!(client.get("/api/customers").json()["data"].as_array().unwrap().len(), 9);
    sim.sabotage(Sabotage::ExtraRequest);
    client.get("/api/service-orgs");
    assert_eq!(sim.count("ncentral.service_orgs.list").received, 2);
    assert_eq!(sim.requests(0).len(), 4);
    sim.sabotage(Sabotage::None);
    assert_eq!(first(client.get("/api/customers").json()), honest);
    // Even with sabotage, a login to Cloudmore works.
    sim.sabotage(Sabotage::WrongField);
    Client::cloudmore(&sim);
}

#[test]
fn credentials_can_be_chosen() {
    let sim = simulator(json!({"credentials": {"wiv_api_key": "planted"}}));
    assert_eq!(sim.credentials().wiv_api_key, "planted");
    Client::wiv(&sim).get("/msp/customers").expect(200);
}

#[test]
fn too_large_a_body_is_refused() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let mut wire = client.wire();
    let length = (17 << 20).to_string();
    wire.send("PUT", "/api/service-orgs", &[client.header(), ("content-length", &length)], "");
    assert_eq!(wire.receive().unwrap().status, 413);
}

#[tokio::test]
async fn a_simulator_runs_on_the_callers_runtime_and_stops_on_drop() {
    let sim = mspkit_sim::Simulator::start(mspkit_sim::Options::default()).await.unwrap();
    let url = sim.url().to_owned();
    let target = url.clone();
    let health = tokio::task::spawn_blocking(move || {
        crate::wire::Wire::open(&target).call("GET", "/api/health", &[], "").unwrap().status
    });
    assert_eq!(health.await.unwrap(), 200);
    drop(sim);
    let address = url.strip_prefix("http://").unwrap();
    let until = std::time::Instant::now() + crate::wire::PATIENCE;
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        assert!(std::time::Instant::now() < until, "the port stays open");
        tokio::task::yield_now().await;
    }
}

#[test]
fn the_readme_names_every_option() {
    let readme = include_str!("../../README.md");
    let options = serde_json::to_value(mspkit_sim::Options::default()).unwrap();
    // The sizes of collections are described where the collections are.
    let documented = include_str!("../../src/generated.rs");
    let is_size = |name: &str| documented.contains(&format!("            {name} = "));
    for name in options.as_object().unwrap().keys().filter(|name| !is_size(name)) {
        assert!(readme.contains(&format!("`{name}`")), "{name} is missing");
    }
}
