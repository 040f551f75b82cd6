//! Cloudmore: logins, the E-Store and the services of organizations.

use std::time::Duration;

use mspkit_sim::Simulator;
use serde_json::{Value, json};

use crate::wire::{Client, Reply, simulator};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const GOOGLE: &str = "8806367b-001a-4632-afb4-27a7fad7660c";

/// Logs in with the client in the form; `changes` replaces fields of it.
pub(crate) fn log_in(simulator: &Simulator, changes: &[(&str, &str)]) -> Reply {
    let known = simulator.credentials();
    let mut form = std::collections::BTreeMap::from([
        ("grant_type", "password"),
        ("scope", "api"),
        ("username", &known.cloudmore_username),
        ("password", &known.cloudmore_password),
        ("client_id", &known.cloudmore_client_id),
        ("client_secret", &known.cloudmore_client_secret),
    ]);
    form.extend(changes.iter().copied());
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    Client::anonymous(simulator).call("POST", "/connect/token", &[FORM], &body)
}

fn base(simulator: &Simulator) -> String {
    let known = simulator.credentials();
    let (reseller, organization) = (known.cloudmore_reseller_id, known.cloudmore_organization_id);
    format!("/api/resellers/{reseller}/organizations/{organization}")
}

fn order() -> Value {
    json!({"id": GOOGLE, "currencyCode": "EUR", "customPropertiesData": [{"id": "domain", "value": "a.example"}]})
}

#[test]
fn the_client_logs_in_by_form_and_by_header() {
    let sim = simulator(json!({}));
    let token = log_in(&sim, &[]).expect(200).json();
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("Bearer"), &json!(86_400)));
    let known = sim.credentials();
    let client = format!("{}:{}", known.cloudmore_client_id, known.cloudmore_client_secret);
    let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, client);
    let body = format!(
        "grant_type=password&scope=api&username={}&password={}",
        known.cloudmore_username.replace('@', "%40"),
        known.cloudmore_password
    );
    let header = format!("Basic {basic}");
    let headers = [FORM, ("authorization", header.as_str())];
    Client::anonymous(&sim).call("POST", "/connect/token", &headers, &body).expect(200);
}

#[test]
fn logins_are_refused_in_oauths_words() {
    let sim = simulator(json!({}));
    for (change, error) in [
        (("client_secret", "x"), "invalid_client"),
        (("grant_type", "client_credentials"), "unsupported_grant_type"),
        (("scope", "all"), "invalid_scope"),
        (("password", "x"), "invalid_grant"),
    ] {
        assert_eq!(log_in(&sim, &[change]).expect(400).json()["error"], error);
    }
    let reply = log_in(&sim, &[("username", "x")]).json();
    assert_eq!(reply["error_description"], "invalid_username_or_password");
    Client::anonymous(&sim).post("/connect/token", &json!({})).expect(400);
}

#[test]
fn a_token_ends_by_the_clock_with_an_empty_401() {
    let sim = simulator(json!({"token_seconds": 60}));
    let client = Client::cloudmore(&sim);
    let path = format!("{}/services", base(&sim));
    client.get(&path).expect(200);
    sim.advance(Duration::from_secs(60));
    client.get(&path).expect_empty(401);
    // N-central's tokens are not Cloudmore's.
    Client::ncentral(&sim).get(&path).expect_empty(401);
}

#[test]
fn unknown_paths_and_methods_get_empty_responses() {
    let sim = simulator(json!({}));
    let client = Client::cloudmore(&sim);
    let known = sim.credentials();
    let other = "00000000-0000-4000-8000-000000000000";
    client.get(&format!("/api/resellers/{other}/organizations/{other}/services")).expect_empty(403);
    let reseller = known.cloudmore_reseller_id;
    client.get(&format!("/api/resellers/{reseller}/organizations/{other}/services")).expect_empty(404);
    client.get(&format!("{}/services/{other}", base(&sim))).expect_empty(404);
    client.get(&format!("{}/estore", base(&sim))).expect_empty(404);
    let reply = client.send("PUT", &format!("{}/services", base(&sim)), &json!({})).expect_empty(405);
    assert_eq!(reply.header("allow"), "GET, POST");
    let reply = client.get(&format!("{}/services/Dropbox", base(&sim))).expect(400).json();
    assert_eq!(reply, json!({"serviceId": ["The value 'Dropbox' is not valid."]}));
    // A documented path precedes one in which a parameter could be anything.
    let reply = client.get(&format!("{}/services/Csp", base(&sim))).expect_empty(405);
    assert_eq!(reply.header("allow"), "DELETE");
}

#[test]
fn lists_are_bare_arrays() {
    let sim = simulator(json!({"estore": 4, "organization_services": 2}));
    let client = Client::cloudmore(&sim);
    let store = client.get(&format!("{}/Estore", base(&sim))).expect(200).json();
    assert_eq!(store.as_array().unwrap().len(), 4);
    assert_eq!(store[0], json!({"id": GOOGLE, "name": "Google Workspace (Integrations Guide Service)"}));
    let detail = client.get(&format!("{}/Estore/{GOOGLE}", base(&sim))).expect(200).json();
    assert_eq!(detail["customProperties"][2]["propertyId"], "domain");
    assert_eq!(detail["customProperties"][2]["mandatory"], true);
    let services = client.get(&format!("{}/services", base(&sim))).expect(200).json();
    assert_eq!(services.as_array().unwrap().len(), 2);
    let id = services[0]["id"].as_str().unwrap();
    assert_eq!(client.get(&format!("{}/services/{id}", base(&sim))).expect(200).json(), services[0]);
}

#[test]
fn the_id_of_a_created_service_has_four_forms() {
    for form in ["header", "relative", "body", "none"] {
        let sim = simulator(json!({"located": form, "organization_services": 0}));
        let client = Client::cloudmore(&sim);
        let path = format!("{}/services", base(&sim));
        let reply = client.post(&path, &order()).expect(201);
        let services = client.get(&path).expect(200).json();
        let id = services[0]["id"].as_str().unwrap();
        let location = reply.headers.get("location").map(String::as_str);
        match form {
            "header" => assert_eq!(location, Some(format!("{}{path}/{id}", sim.url()).as_str())),
            "relative" => assert_eq!(location, Some(format!("{path}/{id}").as_str())),
            "body" => assert_eq!(reply.json()["id"], id),
            _ => assert_eq!(location, None),
        }
        assert_eq!(reply.body.is_empty(), form != "body");
        assert_eq!(services[0]["customPropertiesData"], json!([{"id": "domain", "value": "a.example"}]));
        client.post(&path, &order()).expect(201);
        assert_eq!(client.get(&path).json().as_array().unwrap().len(), 2);
    }
}

#[test]
fn an_order_is_refused_in_two_shapes() {
    let sim = simulator(json!({}));
    let client = Client::cloudmore(&sim);
    let path = format!("{}/services", base(&sim));
    let refused = |field: &str, value: Value| {
        let mut body = order();
        body[field] = value;
        client.post(&path, &body).expect(400).json()
    };
    assert_eq!(refused("id", json!("x")), json!({"id": ["The input was not valid."]}));
    assert_eq!(refused("currencyCode", json!("eur")), json!({"currencyCode": ["The input was not valid."]}));
    assert_eq!(
        refused("customPropertiesData", json!([])),
        json!([{"errorCode": 5, "errorName": "InvalidValue", "errorMessage": "Custom property Domain is mandatory"}])
    );
    assert!(
        refused("customPropertiesData", json!([{"value": "x"}])).get("CustomPropertiesData[0].Id").is_some()
    );
    assert_eq!(refused("currencyCode", json!("XXX"))[0]["errorCode"], 5);
    client
        .post(&path, &json!({"id": "00000000-0000-4000-8000-000000000000", "currencyCode": "EUR"}))
        .expect_empty(404);
    let reply = client.call("POST", &path, &[("content-type", "application/json")], "{").expect(400).json();
    assert!(reply["errors"].is_object() && reply["traceId"].is_string());
    client.call("POST", &path, &[("content-type", "text/plain")], "{}").expect(415);
}

#[test]
fn put_replaces_and_patch_adds() {
    let sim = simulator(json!({}));
    let client = Client::cloudmore(&sim);
    let services = client.get(&format!("{}/services", base(&sim))).json();
    let path = format!("{}/services/{}", base(&sim), services[0]["id"].as_str().unwrap());
    let data = || client.get(&path).json()["customPropertiesData"].clone();
    let change = |id: &str, value: &str| json!({"customPropertiesData": [{"id": id, "value": value}]});
    client.send("PATCH", &path, &change("adminFirstName", "John")).expect_empty(204);
    assert_eq!(data().as_array().unwrap().len(), 2);
    client.send("PUT", &path, &change("domain", "b.example")).expect_empty(204);
    assert_eq!(data(), json!([{"id": "domain", "value": "b.example"}]));
    client.send("PUT", &path, &change("adminFirstName", "John")).expect(400);
    client.send("PATCH", &path, &change("colour", "red")).expect(400);
    client.send("PATCH", &path, &json!({})).expect(400);
}

#[test]
fn a_deleted_service_does_not_exist() {
    let sim = simulator(json!({"empty_writes": false}));
    let client = Client::cloudmore(&sim);
    let list = format!("{}/services", base(&sim));
    let before = client.get(&list).json();
    let path = format!("{list}/{}", before[0]["id"].as_str().unwrap());
    let reply = client.call("DELETE", &path, &[], "").expect(200).json();
    assert_eq!(reply, before[0]);
    client.call("DELETE", &path, &[], "").expect_empty(404);
    assert_eq!(client.get(&list).json().as_array().unwrap().len(), 2);
}
