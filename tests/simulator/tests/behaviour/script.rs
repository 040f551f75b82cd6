//! Scripted responses.

use serde_json::json;

use crate::wire::{Client, new_service_org, simulator};

#[test]
fn a_script_precedes_the_handlers() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let answers = json!({"answers": [
        {"match": "GET /api/customers/{customerId}", "json": {"Error Message": "no access"}},
        {"match": "GET /api/customers/100", "status": 502, "text": "<html>", "content_type": "text/html",
         "headers": {"Retry-After": "1", "X-Base": "{{url}}/api"}},
        {"match": "GET /api/sites", "times": 0, "json": []},
    ]});
    sim.control("script", &answers).unwrap();
    assert_eq!(client.get("/api/customers/100").expect(200).text(), r#"{"Error Message":"no access"}"#);
    let reply = client.get("/api/customers/100").expect(502);
    assert_eq!((reply.header("content-type"), reply.header("retry-after")), ("text/html", "1"));
    assert_eq!(reply.header("x-base"), format!("{}/api", sim.url()));
    client.get("/api/customers/100").expect(200);
    for _ in 0..3 {
        assert_eq!(client.get("/api/sites").expect(200).json(), json!([]));
    }
}

#[test]
fn a_response_is_appended_to_the_script() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    sim.control("answer", &json!({"match": "GET /api/devices", "json": {"data": [1]}})).unwrap();
    sim.control("answer", &json!({"match": "GET /api/devices", "times": 0, "status": 204})).unwrap();
    assert_eq!(client.get("/api/devices").expect(200).json(), json!({"data": [1]}));
    client.get("/api/devices").expect(204);
    client.get("/api/devices").expect(204);
    assert!(sim.control("answer", &json!({"match": "GET /x", "status": 20})).is_err());
}

#[test]
fn a_script_checks_credentials_unless_disabled() {
    let sim = simulator(json!({}));
    let strict = json!({"match": "GET /api/customers", "status": 204});
    let lax = json!({"match": "GET /api/service-orgs", "status": 204, "skip_auth": true});
    sim.control("script", &json!({"answers": [strict, lax]})).unwrap();
    let anonymous = Client::anonymous(&sim);
    anonymous.get("/api/customers").expect(401);
    anonymous.get("/api/service-orgs").expect_empty(204);
    Client::ncentral(&sim).get("/api/customers").expect_empty(204);
}

#[test]
fn a_script_can_let_the_handler_act_first() {
    let sim = simulator(json!({"service_orgs": 0, "customers": 0}));
    let client = Client::ncentral(&sim);
    let act = json!({"match": "POST /api/service-orgs", "act": true, "status": 500});
    let break_off = json!({"match": "POST /api/service-orgs", "act": true, "fault": {"kind": "close"}});
    sim.control("script", &json!({"answers": [act, break_off]})).unwrap();
    client.post("/api/service-orgs", &new_service_org("Acme")).expect_empty(500);
    let headers = [("content-type", "application/json")];
    let body = new_service_org("Acme").to_string();
    assert!(client.try_call("POST", "/api/service-orgs", &headers, &body).is_err());
    assert_eq!(sim.count("ncentral.service_orgs.create").committed, 2);
}

#[test]
fn token_endpoints_follow_the_script_too() {
    let sim = simulator(json!({}));
    let refuse = json!({"match": "POST /connect/token", "status": 400, "json": {"error": "invalid_grant"}});
    sim.control("script", &json!({"answers": [refuse]})).unwrap();
    assert_eq!(crate::cloudmore::log_in(&sim, &[]).expect(400).json(), json!({"error": "invalid_grant"}));
    crate::cloudmore::log_in(&sim, &[]).expect(200);
}
