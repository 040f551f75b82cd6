//! Looking for objects without creating them, and the hook that is asked before anything is written.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod support;

use std::time::Duration;

use mspkit::{CallOptions, Core, Error, ErrorKind, RawResponse, Service};
use mspkit_sim::Simulator;
use serde_json::{Value, json};

const ONE: &str = "ncentral.service_orgs.ensure_customer";
const MANY: &str = "ncentral.service_orgs.ensure_customers";
const CREATE: &str = "ncentral.service_orgs.create_customer";

async fn simulator() -> (Simulator, Core) {
    let simulator = support::simulator(json!({"service_orgs": 1, "customers": 1})).await;
    let customers = json!([
        {"customerId": 100, "customerName": "Contoso", "parentId": 50, "city": "York"},
        {"customerId": 101, "customerName": "Twin", "parentId": 50},
        {"customerId": 102, "customerName": "twin ", "parentId": 50},
    ]);
    simulator.control("state", &json!({"customers": customers})).unwrap();
    let core =
        Core::new(Service::NCentral, &support::config(&simulator, Service::NCentral, json!({}))).unwrap();
    (simulator, core)
}

fn parsed(found: &RawResponse) -> Value {
    serde_json::from_slice(&found.json).unwrap()
}

async fn find(core: &Core, name: &str, options: &CallOptions) -> Result<Option<Value>, Error> {
    let params = json!({"so_id": 50, "customer_name": name, "city": "Leeds"}).to_string();
    Ok(core.find(ONE, params.as_bytes(), options).await?.as_ref().map(parsed))
}

#[tokio::test]
async fn only_what_identifies_an_object_is_needed_to_find_it() {
    let (simulator, core) = simulator().await;
    let options = CallOptions::default();
    let found = find(&core, " CONTOSO", &options).await.unwrap().unwrap();
    assert_eq!((&found["value"]["customerId"], &found["created"]), (&json!("100"), &json!(false)));
    assert_eq!(found["differences"][0]["field"], "city");
    assert_eq!(find(&core, "Fabrikam", &options).await.unwrap(), None);
    assert_eq!(find(&core, "TWIN", &options).await.unwrap_err().kind(), ErrorKind::Ambiguous);
    let error = core.find(ONE, br#"{"so_id": 50}"#, &options).await.unwrap_err();
    assert!(error.to_string().contains("customer_name is required"), "{error}");
    let error = core.find("ncentral.customers.get", b"{}", &options).await.unwrap_err();
    assert_eq!(error.argument_name(), Some("operation"));
    assert_eq!(simulator.count(CREATE).received, 0);
}

#[tokio::test]
async fn rows_are_looked_for_in_one_list() {
    let (simulator, core) = simulator().await;
    let rows: Vec<Value> = ["Contoso", "Fabrikam", "TWIN"]
        .iter()
        .map(|name| json!({"customer_name": name, "contact_first_name": "A", "contact_last_name": "B"}))
        .collect();
    let params = json!({"so_id": 50, "rows": rows}).to_string();
    let found = core.find(MANY, params.as_bytes(), &CallOptions::default()).await.unwrap().unwrap();
    let found = parsed(&found);
    let outcome = |at: usize| &found["outcomes"][at];
    assert_eq!(outcome(0)["ensured"]["value"]["customerId"], "100");
    assert!(outcome(1)["ensured"].is_null() && outcome(1)["error"].is_null(), "{found}");
    assert_eq!(outcome(2)["error"]["kind"], "Ambiguous");
    assert_eq!(simulator.count("ncentral.service_orgs.list_customers").received, 1);
    assert_eq!(simulator.count(CREATE).received, 0);
}

#[tokio::test]
async fn an_object_that_appears_meanwhile_is_found() {
    let (simulator, core) = simulator().await;
    let mut options = CallOptions::default();
    options.settle = Some(Duration::from_secs(20));
    let appears = async {
        let read = || simulator.count("ncentral.service_orgs.list_customers").received > 0;
        support::eventually("the list is read", read).await;
        let late = json!([{"customerId": 900, "customerName": "Late", "parentId": 50}]);
        simulator.control("state", &json!({"customers": late})).unwrap();
    };
    let (found, ()) = tokio::join!(find(&core, "Late", &options), appears);
    assert_eq!(found.unwrap().unwrap()["value"]["customerId"], "900");
}

#[tokio::test]
async fn nothing_is_sent_that_the_hook_refuses() {
    let (simulator, core) = simulator().await;
    let core = core.before_write(|event| {
        assert_eq!((event.method, event.attempt), ("POST", 1));
        Err(Error::refused("journal", None, "must be open"))
    });
    let options = CallOptions::default();
    core.call("ncentral.customers.get", br#"{"customer_id": 100}"#, &options).await.unwrap();
    let params = json!({
        "so_id": 50, "customer_name": "Fabrikam", "contact_first_name": "A", "contact_last_name": "B",
    });
    for operation in [CREATE, ONE] {
        let error = core.call(operation, params.to_string().as_bytes(), &options).await.unwrap_err();
        assert_eq!((error.kind(), error.argument_name()), (ErrorKind::InvalidRequest, Some("journal")));
    }
    assert_eq!(simulator.count(CREATE).received, 0);
}
