//! N-central: pages, their envelopes and their ends.

use serde_json::{Value, json};

use crate::wire::{Client, simulator};

fn ids(items: &Value, field: &str) -> Vec<String> {
    items.as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

fn keys(page: &Value) -> Vec<&str> {
    page.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_page_has_every_observed_member() {
    let sim = simulator(json!({"customers": 45}));
    let client = Client::ncentral(&sim);
    let page = client.get("/api/customers?pageSize=20&pageNumber=3&sortBy=customerId").expect(200).json();
    assert_eq!(page["pageNumber"], 3);
    assert_eq!(page["pageSize"], 20);
    assert_eq!(page["itemCount"], 5);
    assert_eq!(page["totalItems"], 45);
    assert_eq!(page["totalPages"], 3);
    let links = &page["_links"];
    assert_eq!(links["firstPage"], "/api/customers?pageNumber=1&pageSize=20&sortBy=customerId");
    assert_eq!(links["previousPage"], "/api/customers?pageNumber=2&pageSize=20&sortBy=customerId");
    assert!(links.get("nextPage").is_none());
    assert_eq!(page["data"][0].as_object().unwrap().len(), 23);
    let beyond = client.get("/api/customers?pageSize=20&pageNumber=9").expect(200).json();
    assert_eq!(beyond["data"], json!([]));
}

#[test]
fn the_other_envelopes_have_fewer_members() {
    for (form, wanted) in [
        ("minimal", vec!["data", "totalItems"]),
        ("seed", vec!["data", "pageNumber", "pageSize", "totalItems"]),
    ] {
        let sim = simulator(json!({"list_envelope": form}));
        let page = Client::ncentral(&sim).get("/api/service-orgs").expect(200).json();
        assert_eq!(keys(&page), wanted);
        assert_eq!(ids(&page["data"], "soId"), ["50", "51", "52"]);
    }
    let sim = simulator(json!({"list_envelope": "array"}));
    let page = Client::ncentral(&sim).get("/api/service-orgs?pageSize=2").expect(200).json();
    assert_eq!(ids(&page, "soId"), ["50", "51"]);
}

#[test]
fn all_pages_together_are_the_list() {
    let sim = simulator(json!({"customers": 23}));
    let client = Client::ncentral(&sim);
    let mut seen = Vec::new();
    for number in 1..=4 {
        let page = client.get(&format!("/api/customers?pageSize=7&pageNumber={number}")).json();
        seen.extend(ids(&page["data"], "customerId"));
    }
    assert_eq!(seen, (100..123).map(|id| id.to_string()).collect::<Vec<_>>());
}

#[test]
fn large_pages_are_cut_and_larger_ones_refused() {
    let sim = simulator(json!({"max_page_size": 4}));
    let client = Client::ncentral(&sim);
    let page = client.get("/api/customers?pageSize=1000").expect(200).json();
    assert_eq!((page["pageSize"].as_u64(), page["data"].as_array().unwrap().len()), (Some(4), 4));
    for wrong in ["pageSize=1001", "pageSize=0", "pageSize=-1", "pageSize=x", "pageNumber=0", "pageSize=1.5"]
    {
        let reply = client.get(&format!("/api/customers?{wrong}")).expect(400).json();
        assert_eq!(reply["errors"][0]["field"], wrong.split('=').next().unwrap());
    }
    let both = client.get("/api/customers?pageSize=0&sortOrder=up").expect(400).json();
    assert!(both["message"].as_str().unwrap().ends_with("Multiple Validations Failed."));
    assert_eq!(both["errors"].as_array().unwrap().len(), 2);
}

#[test]
fn sorting_accepts_six_words_in_any_case() {
    let sim = simulator(json!({"customers": 5}));
    let client = Client::ncentral(&sim);
    let first = |query: &str| {
        let page = client.get(&format!("/api/customers?{query}")).expect(200).json();
        page["data"][0]["customerId"].clone()
    };
    for up in ["ASC", "ascending", "Natural"] {
        assert_eq!(first(&format!("sortBy=customerId&sortOrder={up}")), "100");
    }
    for down in ["desc", "DESCENDING", "reverse"] {
        assert_eq!(first(&format!("sortBy=customerId&sortOrder={down}")), "104");
    }
    let names = client.get("/api/customers?sortBy=customerName").json();
    let names = ids(&names["data"], "customerName");
    assert!(names.is_sorted(), "{names:?}");
}

#[test]
fn select_filters_rows_and_warns_about_unknown_syntax() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let page = client.get("/api/customers?select=parentId%3D%3D51").json();
    assert_eq!(page["totalItems"], 3);
    assert!(page.get("_warning").is_none());
    let page = client.get("/api/customers?select=generation%3Dgt%3D2").json();
    assert_eq!(page["totalItems"], 10);
    assert!(page["_warning"].as_str().unwrap().contains("select"));
    for broken in ["(((", "nonsense"] {
        let refused = client.get(&format!("/api/customers?select={broken}")).expect(400).json();
        assert_eq!(refused["errors"][0]["field"], "select");
    }
}

#[test]
fn a_customers_sites_are_its_own_and_paged() {
    let sim = simulator(json!({"customers": 2, "sites": 5}));
    let client = Client::ncentral(&sim);
    let page = client.get("/api/customers/100/sites?pageSize=2&pageNumber=2").expect(200).json();
    assert_eq!((ids(&page["data"], "siteId"), &page["totalItems"]), (vec!["10000004".to_owned()], &json!(3)));
    let site = page["data"][0].as_object().unwrap();
    assert_eq!((site.len(), &site["orgUnitType"], &site["parentId"]), (23, &json!("SITE"), &json!("100")));
    assert_eq!(client.get("/api/customers/101/sites").expect(200).json()["totalItems"], 2);
    // A new customer has none, which is not an error; a unit of another kind is not a customer.
    let body = json!({"customerName": "Client Corp", "contactFirstName": "Jane", "contactLastName": "Doe"});
    assert_eq!(client.post("/api/service-orgs/50/customers", &body).expect(201).json()["customerId"], 102);
    assert_eq!(client.get("/api/customers/102/sites").expect(200).json()["data"], json!([]));
    for (unknown, status) in [("555", 404), ("50", 404), ("10000004", 404), ("x", 400)] {
        let refused = client.get(&format!("/api/customers/{unknown}/sites")).expect(status).json();
        assert!(refused["message"].as_str().unwrap().contains(&format!("'{unknown}'")), "{refused}");
    }
}

#[test]
fn a_created_customer_is_in_the_next_list() {
    let sim = simulator(json!({"customers": 3}));
    let client = Client::ncentral(&sim);
    let total = |path: &str| client.get(path).expect(200).json()["totalItems"].as_u64().unwrap();
    assert_eq!((total("/api/customers"), total("/api/service-orgs/51/customers")), (3, 1));
    let body = json!({"customerName": "Client Corp", "contactFirstName": "Jane", "contactLastName": "Doe"});
    client.post("/api/service-orgs/51/customers", &body).expect(201);
    assert_eq!((total("/api/customers"), total("/api/service-orgs/51/customers")), (4, 2));
    assert_eq!(client.get("/api/service-orgs/51").json()["descendantCount"], 2);
    let orgs = client.get("/api/service-orgs").json();
    assert_eq!(orgs["data"][1]["descendantCount"], 2);
}
