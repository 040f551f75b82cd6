//! Plans: every action, what is read, and that nothing is written.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod support;

use mspkit_onboarding::Plan;
use serde_json::{Value, json};
use support::{clients, committed, simulator, yaml};

const ESTORE: &str = "8806367b-001a-4632-afb4-27a7fad7660c";

fn state() -> Value {
    json!({
        "service_orgs": [{"soId": 50, "soName": "Acme"}, {"soId": 51, "soName": "Beta"}, {"soId": 52, "soName": "beta "}],
        "customers": [
            {"customerId": 100, "customerName": "Contoso", "parentId": 50, "city": "York"},
            {"customerId": 101, "customerName": "Fabrikam", "parentId": 50},
        ],
        "sites": [{"siteId": 200, "siteName": "Harbour", "parentId": 100}],
    })
}

const DOCUMENT: &str = "
service_orgs:
- so_name: acme
  customers:
  - {customer_name: CONTOSO, contact_first_name: Ada, contact_last_name: Lovelace, city: Leeds, sites: [{site_name: New, contact_first_name: Ada, contact_last_name: Lovelace}]}
  - customer_name: Woodgrove
    contact_first_name: Ada
    contact_last_name: Lovelace
    sites: [{site_name: Harbour, contact_first_name: Ada, contact_last_name: Lovelace}]
    custom_properties: [{property_name: Location, value: Quay}]
  - customer_id: 101
    custom_properties: [{property_name: Locatoin, value: x}]
  - customer_id: 999
    sites: [{site_name: Below, contact_first_name: Ada, contact_last_name: Lovelace}]
- so_name: BETA
  customers: [{customer_name: Lost, contact_first_name: Ada, contact_last_name: Lovelace}]
- so_name: Missing
  customers: [{customer_name: Lost, contact_first_name: Ada, contact_last_name: Lovelace}]
";

async fn planned(simulator: &mspkit_sim::Simulator, text: &str) -> Plan {
    Plan::of(&yaml(text), &clients(simulator)).await.unwrap()
}

fn actions(plan: &Plan) -> Vec<(&str, &str)> {
    plan.steps().iter().map(|step| (step.path.as_str(), step.action.name())).collect()
}

#[tokio::test]
async fn every_row_has_an_action_and_nothing_is_written() {
    let simulator = simulator(json!({"service_orgs": 1, "customers": 1}));
    simulator.control("state", &state()).unwrap();
    let plan = planned(&simulator, DOCUMENT).await;
    assert_eq!(
        actions(&plan),
        [
            ("service_orgs/acme", "exists"),
            ("service_orgs/acme/customers/CONTOSO", "differs"),
            ("service_orgs/acme/customers/CONTOSO/sites/New", "create"),
            ("service_orgs/acme/customers/Woodgrove", "create"),
            ("service_orgs/acme/customers/Woodgrove/sites/Harbour", "create"),
            ("service_orgs/acme/customers/Woodgrove/custom_properties/Location", "set"),
            ("service_orgs/acme/customers/customer_id=101", "exists"),
            ("service_orgs/acme/customers/customer_id=101/custom_properties/Locatoin", "blocked"),
            ("service_orgs/acme/customers/customer_id=999", "blocked"),
            ("service_orgs/acme/customers/customer_id=999/sites/Below", "blocked"),
            ("service_orgs/BETA", "ambiguous"),
            ("service_orgs/BETA/customers/Lost", "blocked"),
            ("service_orgs/Missing", "blocked"),
            ("service_orgs/Missing/customers/Lost", "blocked"),
        ]
    );
    let steps = plan.steps();
    assert_eq!(steps[0].id.as_deref(), Some("50"));
    let differences = Value::from(steps[1].differences.clone());
    assert!(
        differences.to_string().contains(r#"{"field":"city","found":"York","wanted":"Leeds"}"#),
        "{differences}"
    );
    let message = |at: usize| steps[at].error.clone().unwrap().message;
    assert!(message(7).contains("did you mean Location?"), "{}", message(7));
    assert!(message(10).contains("51, 52"), "{}", message(10));
    assert!(message(12).contains("only its name is given"), "{}", message(12));
    assert_eq!(committed(&simulator), 0);
}

#[tokio::test]
async fn each_list_is_read_once() {
    let simulator = simulator(json!({"service_orgs": 1, "customers": 3}));
    let rows: Vec<String> = (0..30)
        .map(|at| {
            format!("  - {{customer_name: New {at}, contact_first_name: Ada, contact_last_name: Lovelace}}\n")
        })
        .collect();
    let plan =
        planned(&simulator, &format!("service_orgs:\n- so_id: 50\n  customers:\n{}", rows.concat())).await;
    assert_eq!(plan.counts()["create"], 30);
    assert_eq!(simulator.count("ncentral.service_orgs.list_customers").received, 1);
}

#[tokio::test]
async fn a_property_is_compared_and_its_value_is_not_shown() {
    let simulator = simulator(json!({"service_orgs": 1, "customers": 2, "devices": 2}));
    let text = |value: &str| {
        format!(
            "service_orgs:\n- so_id: 50\n  custom_properties: [{{property_name: Location, value: {value}}}]\n\
             devices:\n- device_id: 1000\n  custom_properties: []\n"
        )
    };
    let devices = simulator.state_of(|name| name == "devices");
    let device = &devices["devices"][0]["deviceId"];
    let device = device.as_str().map_or(device.to_string(), str::to_owned);
    let text = |value: &str| text(value).replace("1000", &device);
    let plan = planned(&simulator, &text("Planted Value")).await;
    assert_eq!(plan.steps()[1].action.name(), "set");
    assert!(!plan.to_json().contains("Planted") && !format!("{plan:?}").contains("Planted"), "{plan:?}");
}

#[tokio::test]
async fn a_service_without_its_mandatory_properties_is_blocked() {
    let simulator = simulator(json!({}));
    let organization = "5f1f6a8e-6d0b-4a38-8f0e-9c3f0f5f7b21";
    let organization = simulator.state_of(|name| name == "organizations")["organizations"][0]["id"]
        .as_str()
        .unwrap_or(organization)
        .to_owned();
    let text = |data: &str| {
        format!(
            "organizations:\n- organization_id: {organization}\n  services:\n  - id: {ESTORE}\n    currency_code: EUR\n\
             {data}\n  - id: 00000000-0000-4000-8000-000000000000\n    currency_code: EUR\n"
        )
    };
    let plan = planned(&simulator, &text("")).await;
    let step = &plan.steps()[1];
    assert_eq!(step.action.name(), "blocked", "{step:?}");
    assert!(step.error.clone().unwrap().message.contains("domain"), "{step:?}");
    let unknown = &plan.steps()[2];
    assert!(unknown.error.clone().unwrap().message.contains("is not in the E-Store"), "{unknown:?}");
    let given = "    custom_properties_data: [{id: adminFirstName, value: A}, {id: adminLastName, value: B}, {id: domain, value: c.example}]";
    let plan = planned(&simulator, &text(given)).await;
    let step = &plan.steps()[1];
    assert!(step.action.name() == "create" && step.cost, "{step:?}");
}

#[tokio::test]
async fn a_plan_reads_back_from_its_json_and_a_changed_one_is_refused() {
    let simulator = simulator(json!({"service_orgs": 1, "customers": 1}));
    simulator.control("state", &state()).unwrap();
    let plan = planned(&simulator, DOCUMENT).await;
    let json = plan.to_json();
    let again = Plan::from_json(&json).unwrap();
    assert_eq!(again.to_json(), json);
    assert_eq!(plan.digest(), yaml(DOCUMENT).digest());
    let changed = Plan::from_json(&json.replace("Leeds", "York")).unwrap_err();
    assert!(changed.to_string().starts_with("plan: must be as it was written"), "{changed}");
    assert!(Plan::from_json(&json.replacen("\"version\":1", "\"version\":2", 1)).is_err());
}

#[tokio::test]
async fn a_client_that_is_needed_is_asked_for() {
    let simulator = simulator(json!({}));
    let mut given = clients(&simulator);
    given.cloudmore = None;
    let spec = yaml("organizations: [{name: Contoso}]");
    let error = Plan::of(&spec, &given).await.unwrap_err();
    assert!(error.to_string().starts_with("cloudmore: is required"), "{error}");
    given.cloudmore = given.ncentral.take();
    let error = Plan::of(&spec, &given).await.unwrap_err();
    assert_eq!(error.to_string(), "cloudmore: must be a client of Cloudmore; given: a client of N-central");
}
