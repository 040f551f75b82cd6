//! Loading data of the services.

use serde_json::{Value, json};

use crate::wire::{Client, new_service_org, simulator};

const ORGANIZATION: &str = "c1d4f7a2-93be-4c58-8a61-2f4b6e9d0c35";

#[test]
fn the_state_can_be_loaded_again() {
    let sim = simulator(json!({"service_orgs": 60, "customers": 7}));
    let before = sim.state();
    let other = simulator(json!({"seed": 8}));
    other.control("state", &before).unwrap();
    assert_eq!(other.state(), before);
    // Numbers instead of texts are the same ids.
    let numbers = simulator(json!({"ids": "number", "service_orgs": 60, "customers": 7})).state();
    other.control("state", &numbers).unwrap();
    assert_eq!(other.state(), before);
}

#[test]
fn units_are_visible_to_every_endpoint() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    client.get("/api/customers").expect(200);
    let given = json!({
        "service_orgs": [{"soName": "Contoso IT", "soId": 700}, {"soName": "Second"}],
        "customers": [{"customerName": "Woodgrove", "parentId": "700", "city": null}, {"customerId": "900"}],
    });
    sim.control("state", &given).unwrap();
    let list = |path: &str| client.get(path).expect(200).json()["data"].as_array().unwrap().clone();
    let customers = list("/api/customers");
    assert_eq!(customers.len(), 2);
    assert_eq!((&customers[0]["customerName"], &customers[0]["city"]), (&json!("Woodgrove"), &Value::Null));
    assert!(customers[0]["contactEmail"].as_str().unwrap().ends_with("@woodgrove.example"));
    assert_eq!((&customers[0]["customerId"], &customers[1]["parentId"]), (&json!("100"), &json!("700")));
    assert_eq!(list("/api/service-orgs/700/customers").len(), 2);
    assert_eq!(list("/api/service-orgs/50/customers").len(), 0);
    assert_eq!(client.get("/api/service-orgs/700").expect(200).json()["descendantCount"], 2);
    client.get("/api/service-orgs/51").expect(404);
    let created = client.post("/api/service-orgs", &new_service_org("Acme")).expect(201).json();
    assert_eq!(created["soId"], 901);
    // Service organizations are kept if only customers are given.
    sim.control("state", &json!({"customers": [{"parentId": 901}]})).unwrap();
    assert_eq!(list("/api/service-orgs").len(), 3);
    assert_eq!(list("/api/service-orgs/901/customers").len(), 1);
    sim.control("state", &json!({"service_orgs": []})).unwrap();
    assert_eq!((list("/api/service-orgs").len(), list("/api/customers").len()), (0, 0));
}

#[test]
fn sites_belong_to_customers() {
    let sim = simulator(json!({"customers": 3}));
    let client = Client::ncentral(&sim);
    let sites = |customer: u64| {
        let page = client.get(&format!("/api/customers/{customer}/sites")).expect(200).json();
        page["data"].as_array().unwrap().clone()
    };
    let given = json!({"sites": [{"parentId": 102, "siteName": "Harbour"}, {"siteId": "7", "city": null}]});
    let state = sim.control("state", &given).unwrap();
    assert_eq!(state["customers"].as_array().unwrap().len(), 3);
    assert_eq!((sites(100).len(), sites(101).len(), sites(102).len()), (1, 0, 1));
    assert_eq!((&sites(100)[0]["siteId"], &sites(100)[0]["city"]), (&json!("7"), &Value::Null));
    assert_eq!(
        (&sites(102)[0]["siteId"], &sites(102)[0]["siteName"]),
        (&json!("10000000"), &json!("Harbour"))
    );
    assert_eq!(client.get("/api/customers/102").expect(200).json()["descendantCount"], 1);
    // They are removed with their parent.
    let state = sim.control("state", &json!({"customers": [{}]})).unwrap();
    assert_eq!(state["sites"], json!([]));
}

#[test]
fn services_are_visible_to_every_endpoint() {
    let sim = simulator(json!({}));
    let given = json!({
        "estore": [{"name": "Firewall", "currencies": ["SEK"], "customProperties": [
            {"propertyId": "size", "mandatory": true, "allowedValues": ["S", "L"]},
        ]}, {"name": "Backup"}],
        "organization_services": {
            ORGANIZATION: [{"name": "Firewall", "customPropertiesData": [{"id": "size", "value": "L"}]}],
            "11111111-2222-4333-a444-555555555555": [{}],
        },
    });
    let state = sim.control("state", &given).unwrap();
    let service = &state["organization_services"][ORGANIZATION][0];
    assert_eq!((&service["currencyCode"], &service["serviceId"]), (&json!("SEK"), &state["estore"][0]["id"]));
    let client = Client::cloudmore(&sim);
    let base =
        format!("/api/resellers/{}/organizations/{ORGANIZATION}", sim.credentials().cloudmore_reseller_id);
    let list =
        |what: &str| client.get(&format!("{base}/{what}")).expect(200).json().as_array().unwrap().clone();
    assert_eq!((list("Estore").len(), list("services").len()), (2, 1));
    let one = client.get(&format!("{base}/services/{}", service["id"].as_str().unwrap())).expect(200).json();
    assert_eq!(one["customPropertiesData"], json!([{"id": "size", "value": "L"}]));
    let add = json!({"id": service["serviceId"], "currencyCode": "SEK", "customPropertiesData": []});
    let refused = client.post(&format!("{base}/services"), &add).expect(400).text().to_owned();
    assert!(refused.contains("size"), "{refused}");
}

#[test]
fn customers_and_cases_of_wiv_are_seen_by_lists_and_searches() {
    let sim = simulator(json!({}));
    let client = Client::wiv(&sim);
    let given = json!({
        "wiv_customers": [{"customer_id": "org_x", "customer_name": "Woodgrove"}, {}],
        "cases": [
            {"customer_id": "org_x", "created_at": "2031-01-02T00:00:00Z", "case_type": "Other"},
            {"customer_id": "org_x", "created_at": "2031-01-03T00:00:00Z"},
            {"customer_id": "org_12346"},
        ],
        "workflows": ["workflow_mine"],
    });
    let state = sim.control("state", &given).unwrap();
    assert_eq!(state["cases"][0]["title"], "Other found");
    assert_eq!(client.get("/msp/customers").expect(200).json()["data"].as_array().unwrap().len(), 2);
    let search = |path: &str, body: Value| client.post(path, &body).expect(200).json();
    let page = search("/v2/cases/msp/search?customer_id=org_x", json!({"max_returned_items": 1}));
    let next = search(
        "/v2/cases/msp/search?customer_id=org_x",
        json!({"max_returned_items": 1, "start_page_key": page["next_page_key"]}),
    );
    assert_eq!(
        (&page["data"][0]["case_id"], &next["data"][0]["case_id"]),
        (&json!("case_000001"), &json!("case_000002"))
    );
    assert_eq!(next["next_page_key"], Value::Null);
    let days = json!({"date_range": {"start": "2031-01-03", "end": "2031-12-31"}});
    assert_eq!(search("/v2/cases/msp/search", days)["data"].as_array().unwrap().len(), 1);
}

#[test]
fn mistakes_are_reported_with_their_path_and_change_nothing() {
    let sim = simulator(json!({}));
    let before = sim.state();
    for (given, path) in [
        (json!({"customer": []}), "customer: "),
        (json!({"customers": {}}), "customers: "),
        (json!({"customers": [{}, 5]}), "customers[1]: "),
        (json!({"customers": [{}, {"cty": "x"}]}), "customers[1].cty: unknown field; known are city, "),
        (json!({"customers": [{"city": 5}]}), "customers[0].city: "),
        (json!({"customers": [{"customerName": null}]}), "customers[0].customerName: "),
        (json!({"customers": [{"customerId": "x"}]}), "customers[0].customerId: "),
        (json!({"customers": [{"customerId": 50}]}), "customers[0].customerId: 50 is there already"),
        (json!({"customers": [{"customerId": 2_000_000_000}]}), "customers[0].customerId: "),
        (json!({"customers": [{"parentId": 99}]}), "customers[0].parentId: "),
        (json!({"service_orgs": [], "customers": [{}]}), "customers[0]"),
        (json!({"service_orgs": [{"parentId": 5}]}), "service_orgs[0].parentId: "),
        (json!({"service_orgs": [{"county": "x"}]}), "service_orgs[0].county: "),
        (json!({"sites": [{"parentId": 99}]}), "sites[0].parentId: there is no customer 99"),
        (json!({"sites": [{"siteId": 100}]}), "sites[0].siteId: 100 is there already"),
        (json!({"customers": [], "sites": [{}]}), "sites[0]: there is no customer"),
        (
            json!({"custom_psa_tickets": [{}, {"ticketId": 1_142_285_696}]}),
            "custom_psa_tickets[1].ticketId: ",
        ),
        (json!({"estore": [{"id": "x"}]}), "estore[0].id: "),
        (json!({"estore": [{"customProperties": [{}]}]}), "estore[0].customProperties[0].propertyId: "),
        (json!({"organization_services": {"x": []}}), "organization_services.x: "),
        (json!({"estore": [], "organization_services": {ORGANIZATION: [{}]}}), "organization_services."),
        (
            json!({"wiv_customers": [{"customer_id": "a"}, {"customer_id": "a"}]}),
            "wiv_customers[1].customer_id: ",
        ),
        (json!({"cases": [{"customer_id": "nobody"}]}), "cases[0].customer_id: "),
        (json!({"cases": [{"created_at": "2025-13-01"}]}), "cases[0].created_at: "),
        (json!({"cases": [], "workflows": [5]}), "workflows[0]: "),
    ] {
        let error = sim.control("state", &given).unwrap_err().to_string();
        assert!(error.starts_with(path), "{given} is refused with {error}");
        assert_eq!(sim.state(), before, "{given}");
    }
}

#[test]
fn a_fault_is_appended_and_counts_continue() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let list = || client.get("/api/customers");
    let rule = |status| json!({"match": "ncentral.customers.list", "times": 2, "fault": {"kind": "status", "status": status}});
    sim.control("fail", &rule(503)).unwrap();
    list().expect(503);
    sim.control("fail", &rule(502)).unwrap();
    list().expect(503);
    list().expect(502);
    client.get("/api/customers/100").expect(200);
    list().expect(502);
    list().expect(200);
}
