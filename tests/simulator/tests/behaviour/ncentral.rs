//! N-central: single objects, creates and refusals.

use serde_json::{Value, json};

use crate::wire::{Client, new_service_org, simulator};

fn message(reply: &Value) -> &str {
    let message = reply["message"].as_str().unwrap();
    assert!(message.starts_with("[ID="), "{message}");
    message.split_once("] ").unwrap().1
}

#[test]
fn ids_are_strings_except_after_a_create() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let org = client.get("/api/service-orgs/50").expect(200).json();
    assert_eq!((&org["soId"], &org["parentId"]), (&json!("50"), &json!("1")));
    let created = client.post("/api/service-orgs", &new_service_org("Acme")).expect(201).json();
    let id = created["soId"].as_u64().unwrap();
    let again = client.get(&format!("/api/service-orgs/{id}")).expect(200).json();
    assert_eq!(again["soId"], id.to_string());
    assert_eq!(again["soName"], "Acme");
    assert_eq!(again["contactFirstName"], "John");
    assert_eq!(again["city"], Value::Null);
}

#[test]
fn ids_can_be_numbers_everywhere() {
    let sim = simulator(json!({"ids": "number"}));
    let customer = Client::ncentral(&sim).get("/api/customers/100").expect(200).json();
    assert_eq!((&customer["customerId"], &customer["parentId"]), (&json!(100), &json!(50)));
}

#[test]
fn objects_are_under_data_on_request() {
    let sim = simulator(json!({"envelope": "data"}));
    let client = Client::ncentral(&sim);
    assert_eq!(client.get("/api/service-orgs/50").json()["data"]["soId"], "50");
    let created = client.post("/api/service-orgs", &new_service_org("Acme")).json();
    assert_eq!(created["data"]["soName"], "Acme");
}

#[test]
fn a_create_may_return_only_the_id() {
    for (envelope, path) in [("bare", "/customerId"), ("data", "/data/customerId")] {
        let sim = simulator(json!({"create_returns": "id", "envelope": envelope}));
        let body = json!({"customerName": "Client Corp", "contactFirstName": "Jane", "contactLastName": "Doe",
                          "licenseType": "Essential"});
        let reply = Client::ncentral(&sim).post("/api/service-orgs/50/customers", &body).expect(201).json();
        assert_eq!(reply.pointer(path), Some(&json!(110)));
        assert_eq!(reply.pointer(path.rsplit_once('/').unwrap().0).unwrap().as_object().unwrap().len(), 1);
    }
}

#[test]
fn duplicates_are_not_refused() {
    let sim = simulator(json!({"service_orgs": 0, "customers": 0}));
    let client = Client::ncentral(&sim);
    let first = client.post("/api/service-orgs", &new_service_org("Acme")).expect(201).json();
    let second = client.post("/api/service-orgs", &new_service_org("Acme")).expect(201).json();
    assert_ne!(first["soId"], second["soId"]);
    assert_eq!(sim.count("ncentral.service_orgs.create").committed, 2);
    assert_eq!(sim.state()["service_orgs"].as_array().unwrap().len(), 2);
}

#[test]
fn a_blank_name_is_refused_in_the_vendors_words() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let reply = client.post("/api/service-orgs", &new_service_org(" ")).expect(400).json();
    assert_eq!(
        message(&reply),
        "BAD REQUEST: SO Create -- Service Organization name is required and cannot be blank: SO Name: ''"
    );
    assert_eq!(reply["errors"][0]["field"], "soName");
    let body = json!({"customerName": "x", "contactFirstName": "", "country": "USA", "phone": 5,
                      "licenseType": "Gratis"});
    let reply = client.post("/api/service-orgs/50/customers", &body).expect(400).json();
    assert_eq!(message(&reply), "Multiple Validations Failed.");
    let fields: Vec<_> =
        reply["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
    assert_eq!(fields, ["contactFirstName", "contactLastName", "phone", "country", "licenseType"]);
    assert_eq!(sim.count("ncentral.service_orgs.create").committed, 0);
}

#[test]
fn a_body_must_be_a_json_object() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let path = "/api/service-orgs";
    client.call("POST", path, &[], "{}").expect(415);
    client.call("POST", path, &[("content-type", "text/plain")], "{}").expect(415);
    client.call("POST", path, &[("content-type", "application/json")], "{").expect(400);
    client.call("POST", path, &[("content-type", "application/json")], "[]").expect(400);
    client.call("POST", path, &[("content-type", "application/json; charset=utf-8")], "").expect(400);
}

#[test]
fn what_is_not_there_is_not_found() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let reply = client.get("/api/service-orgs/555").expect(404).json();
    assert_eq!(message(&reply), "NOT FOUND: ResourceNotFoundException: Org Unit not found: '555'.");
    let reply = client.get("/api/customers/abc").expect(400).json();
    assert_eq!(message(&reply), "BAD REQUEST: BadRequestException: Invalid customerId format: 'abc'.");
    // The id of a customer is not that of a service organization.
    client.get("/api/service-orgs/100").expect(404);
    client.get("/api/service-orgs/555/customers").expect(404);
    client.post("/api/service-orgs/555/customers", &json!({})).expect(404);
    assert_eq!(client.get("/api/nothing").expect(404).json()["status"], 404);
}

#[test]
fn a_wrong_method_gets_the_allowed_ones() {
    let sim = simulator(json!({}));
    let reply = Client::anonymous(&sim).call("PUT", "/api/service-orgs", &[], "").expect(405);
    assert_eq!(reply.header("allow"), "GET, POST");
    assert_eq!(reply.json()["status"], 405);
}
