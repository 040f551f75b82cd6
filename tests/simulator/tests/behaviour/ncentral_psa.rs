//! N-central: the standard PSA and the tickets of custom ones.

use serde_json::json;

use crate::wire::{Client, simulator};

const TICKET: &str = "/api/custom-psa/tickets/1142285696";

#[test]
fn a_credential_is_valid_or_invalid() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let known = sim.credentials();
    let right = json!({"username": known.psa_username, "password": known.psa_password});
    let check = |body, headers: &[(&str, &str)]| {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/json"));
        client.call("POST", "/api/standard-psa/3/credential", &headers, body).expect(200).json()
    };
    let right = right.to_string();
    assert_eq!(check(&right, &[]), json!({"data": {"isPsaCredentialsValid": true}, "_links": {}}));
    assert_eq!(check(&right, &[("INTEGRATION-KEY", "x")])["data"]["isPsaCredentialsValid"], false);
    let key = known.psa_integration_key;
    assert_eq!(check(&right, &[("INTEGRATION-KEY", &key)])["data"]["isPsaCredentialsValid"], true);
    let wrong = r#"{"username":"x","password":"y"}"#;
    assert_eq!(check(wrong, &[])["data"]["isPsaCredentialsValid"], false);
}

#[test]
fn only_one_standard_psa_can_be_checked() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let body = json!({"username": "x", "password": "y"});
    let reply = client.post("/api/standard-psa/5/credential", &body).expect(404).json();
    assert!(reply["message"].as_str().unwrap().ends_with("Psa with type 5.0 was not found!"));
    let reply = client.post("/api/standard-psa/3/credential", &json!({"password": "y"})).expect(400).json();
    assert!(reply["message"].as_str().unwrap().ends_with("PSA username must not be empty."));
}

#[test]
fn without_an_integration_the_standard_psa_answers_500() {
    let sim = simulator(json!({"standard_psa": false}));
    let client = Client::ncentral(&sim);
    client.get("/api/standard-psa").expect(500);
    client.post("/api/standard-psa/3/credential", &json!({"username": "x", "password": "y"})).expect(500);
    client.get("/api/custom-psa").expect(200);
}

#[test]
fn a_body_that_is_a_list_has_as_many_entries_as_the_document_says() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let put = |body: &str| {
        let path = "/api/standard-psa/customer/100/mappings";
        client.call("PUT", path, &[("content-type", "application/json")], body)
    };
    let reply = put("[]").expect(400).json();
    assert!(reply["message"].as_str().unwrap().ends_with("the body must be a list of at least 1"), "{reply}");
    put(r#"[{"customerId": 100, "psaCompanyId": 1, "psaSiteId": null, "psaContactId": null}]"#).expect(200);
}

#[test]
fn link_indexes_are_not_lists() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    for path in ["/api/standard-psa", "/api/custom-psa", "/api/custom-psa/tickets"] {
        let reply = client.get(path).expect(200).json();
        assert!(reply["_links"].is_object() && reply.get("data").is_none());
    }
}

#[test]
fn a_ticket_is_read_with_credentials_and_without() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let known = sim.credentials();
    let info = client.get(TICKET).expect(200).json();
    assert_eq!(info["data"]["ticketId"], "1142285696");
    let opened = info["data"]["creationDate"].as_str().unwrap();
    assert!(opened.ends_with("-05:00[America/New_York]"), "{opened}");
    let right = json!({"username": known.psa_username, "password": known.psa_password});
    assert_eq!(client.post(TICKET, &right).expect(200).json(), info);
    client.post(TICKET, &json!({"username": "x", "password": "y"})).expect(403);
    client.post(TICKET, &json!({"username": "x"})).expect(400);
    client.get("/api/custom-psa/tickets/7").expect(404);
    let reply = client.get("/api/custom-psa/tickets/string").expect(400).json();
    assert!(reply["message"].as_str().unwrap().ends_with("Invalid customPsaTicketId format: string."));
}

#[test]
fn a_ticket_is_created_resolved_and_reopened() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let body =
        json!({"psaCustomTicketId": 123, "ticketNumber": "EXT-456", "ticketUrl": "https://example.com/t"});
    let created = client.post("/api/custom-psa/tickets", &body).expect(200).json();
    assert_eq!(created["message"], "Custom PSA ticket created successfully.");
    assert_eq!(created["data"]["psaCustomTicketId"], 123);
    assert_eq!(created["data"]["psaTicketNumber"], "EXT-456");
    client.get("/api/custom-psa/tickets/123").expect(200);
    let act = |what: &str| {
        client.call("POST", &format!("/api/custom-psa/tickets/123/{what}"), &[], "").expect(200).json()
    };
    let resolved = act("resolve");
    assert_eq!(resolved["data"]["lastStatus"], "Resolved");
    assert_eq!(act("resolve"), resolved);
    assert_eq!(act("reopen")["data"]["lastStatus"], "Reopened");
    client.call("POST", "/api/custom-psa/tickets/9/resolve", &[], "").expect(404);
    client.call("POST", "/api/custom-psa/tickets/x/reopen", &[], "").expect(400);
}

#[test]
fn a_new_ticket_is_checked_field_by_field() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let body = json!({"psaCustomTicketId": "123", "ticketNumber": " ", "ticketUrl": "ftp://example.com"});
    let reply = client.post("/api/custom-psa/tickets", &body).expect(400).json();
    let fields: Vec<_> =
        reply["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
    assert_eq!(fields, ["psaCustomTicketId", "ticketNumber", "ticketUrl"]);
}
