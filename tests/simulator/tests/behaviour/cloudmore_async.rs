//! What Cloudmore makes in the background: a start, some reads that see it unfinished, and the result.

use std::time::Duration;

use mspkit_sim::Simulator;
use serde_json::{Value, json};

use crate::wire::{Client, simulator};

const KNOWN: &str = "9e4b7a1c-0d56-4c83-a2f7-63b1d8e5c490";

fn reseller(sim: &Simulator) -> String {
    format!("/api/resellers/{}", sim.credentials().cloudmore_reseller_id)
}

fn organization(sim: &Simulator) -> String {
    format!("{}/organizations/{}", reseller(sim), sim.credentials().cloudmore_organization_id)
}

/// Starts a task, and returns the path of its result.
fn start(sim: &Simulator, client: &Client, path: &str) -> String {
    let reply = client.call("POST", path, &[], "").expect_empty(202);
    reply.header("location").strip_prefix(sim.url()).unwrap().to_owned()
}

#[test]
fn the_users_of_an_organization_are_listed_in_the_background() {
    let sim = simulator(json!({}));
    let client = Client::cloudmore(&sim);
    let path = format!("{}/services/csp/usersAsync", organization(&sim));
    let (task, other) = (start(&sim, &client, &path), start(&sim, &client, &path));
    assert_ne!(task, other);
    let read = |task: &str| client.get(task).expect(200).json();
    assert_eq!(
        (read(&task), read(&task)),
        (json!({"message": "Processing"}), json!({"message": "Processing"}))
    );
    let users = client.get(&format!("{}/services/csp/users", organization(&sim))).expect(200).json();
    assert_eq!(read(&task), json!({"message": "Successful", "users": users}));
    assert_eq!(read(&other), json!({"message": "Processing"}));
    // It is nobody else's.
    let own = sim.credentials().cloudmore_organization_id;
    client.get(&task.replace(&own, "5f1f6a8e-6d0b-4a38-8f0e-9c3f0f5f7b21")).expect_empty(404);
    client.get(&format!("{path}/unknown")).expect_empty(404);
    client.call("POST", &path.replace(&own, KNOWN), &[], "").expect_empty(404);
}

#[test]
fn the_report_of_an_invoice_has_its_lines() {
    let sim = simulator(json!({"job_polls": 0, "job_seconds": 60}));
    let client = Client::cloudmore(&sim);
    let base = format!("{}/billing", reseller(&sim));
    let invoices = format!("{base}/azurereports/AzureOneTimeInvoice");
    let task = start(&sim, &client, &format!("{invoices}/generateReport?invoiceNumber=G012345679"));
    assert!(task.starts_with(&format!("{invoices}/")) && !task.contains("generateReport"));
    assert_eq!(client.get(&task).expect(200).json(), json!({"message": "Processing"}));
    sim.advance(Duration::from_secs(60));
    let report = client.get(&task).expect(200).json();
    assert_eq!((&report["message"], &report["invoiceId"]), (&json!("Successful"), &json!("G012345679")));
    let page = "azureonetimeusage/report/billed/invoice/G012345679?pageNumber=1&pageSize=1000";
    let lines = client.get(&format!("{base}/{page}")).expect(200).json();
    assert_eq!(report["lines"], lines["lines"]);
    let refused = client.call("POST", &format!("{invoices}/generateReport?invoiceNumber=G1"), &[], "");
    refused.expect_empty(404);
    client.call("POST", &format!("{invoices}/generateReport?storeToBlob=5"), &[], "").expect(400);
    // Without a number it is the first.
    start(&sim, &client, &format!("{invoices}/generateReport"));
}

#[test]
fn tasks_that_were_started_elsewhere_are_known() {
    let sim = simulator(json!({"job_polls": 1}));
    let client = Client::cloudmore(&sim);
    let bulk = format!("/api/sellers/{}/services/bulkconsumptions", sim.credentials().cloudmore_seller_id);
    let billing = format!("{}/billing/reports/MonthlyBillingPerOrganizationAsync", reseller(&sim));
    for path in [&bulk, &billing] {
        let message = || client.get(&format!("{path}/{KNOWN}")).expect(200).json()["message"].clone();
        assert_eq!([message(), message(), message()], ["Processing", "Successful", "Successful"]);
        client.get(&format!("{path}/unknown")).expect_empty(404);
    }
    let report = client.get(&format!("{billing}/{KNOWN}")).expect(200).json();
    assert_eq!(report["organizations"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_task_fails_if_the_options_say_so() {
    let sim = simulator(json!({"job_polls": 0, "job_result": "failed", "located": "relative"}));
    let client = Client::cloudmore(&sim);
    let path = format!("{}/services/csp/usersAsync", organization(&sim));
    let task = |what: Value| {
        sim.control("options", &what).unwrap();
        client.call("POST", &path, &[], "").expect(202)
    };
    let failed = task(json!({})).header("location").to_owned();
    assert_eq!(client.get(&failed).expect(200).json(), json!({"message": "Failed"}));
    let id = task(json!({"located": "body", "job_result": "success"})).json()["id"].clone();
    let done = client.get(&format!("{path}/{}", id.as_str().unwrap())).expect(200).json();
    assert_eq!(done["message"], "Successful");
    assert!(task(json!({"located": "none"})).body.is_empty());
    assert_eq!(client.get(&failed).expect(200).json(), json!({"message": "Failed"}));
}
