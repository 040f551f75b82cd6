//! Cloudmore's data: what belongs to what, and what requests change.

use mspkit_sim::Simulator;
use serde_json::{Value, json};

use crate::wire::{Client, Reply, simulator};

/// The first objects, which have the ids of the documents' examples.
const WOODGROVE: &str = "5f1f6a8e-6d0b-4a38-8f0e-9c3f0f5f7b21";
const SERVICE: &str = "8806367b-001a-4632-afb4-27a7fad7660c";
const SUBSCRIPTION: &str = "b3d1a2c4-5e6f-4a7b-8c9d-0e1f2a3b4c5d";
const BROKER: &str = "d94b6f21-7c0e-4a53-8e12-5b7f3a9c6d80";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

struct Cloudmore {
    sim: Simulator,
    client: Client,
    reseller: String,
    seller: String,
    /// The first organization.
    first: String,
    /// That of the credentials.
    own: String,
}

impl Cloudmore {
    fn new(options: Value) -> Self {
        let sim = simulator(options);
        let known = sim.credentials();
        let reseller = format!("/api/resellers/{}", known.cloudmore_reseller_id);
        Self {
            client: Client::cloudmore(&sim),
            seller: format!("/api/sellers/{}", known.cloudmore_seller_id),
            first: format!("{reseller}/organizations/{WOODGROVE}"),
            own: format!("{reseller}/organizations/{}", known.cloudmore_organization_id),
            reseller,
            sim,
        }
    }

    fn list(&self, path: &str) -> Vec<Value> {
        self.client.get(path).expect(200).json().as_array().unwrap().clone()
    }

    fn delete(&self, path: &str) -> Reply {
        self.client.call("DELETE", path, &[], "")
    }
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}

#[test]
fn organizations_are_the_same_everywhere() {
    let it = Cloudmore::new(json!({"organizations": 5}));
    let all = it.list(&format!("{}/Organizations", it.reseller));
    let own = it.sim.credentials().cloudmore_organization_id;
    assert_eq!((all.len(), ids(&all)[0], ids(&all)[1]), (5, WOODGROVE, own.as_str()));
    assert_eq!((&all[0]["name"], &all[0]["contact"]["name"]), (&json!("Woodgrove Ltd"), &json!("John Doe")));
    for id in ids(&all) {
        let base = format!("{}/organizations/{id}", it.reseller);
        let users = it.list(&format!("{base}/Users"));
        assert!((2..=5).contains(&users.len()));
        it.list(&format!("{base}/services"));
        let one = it.client.get(&format!("{base}/Users/{}", ids(&users)[1])).expect(200).json();
        assert_eq!(one, users[1]);
    }
    let tenants = it.list(&format!("{}/services/csp/CspTenants/List", it.reseller));
    assert_eq!((tenants.len(), &tenants[1]["name"]), (5, &all[1]["name"]));
    // The letter case of an id does not matter.
    it.client
        .get(&it.own.replace(&own, &own.to_uppercase()).replace("organizations", "Organizations"))
        .expect(200);
    let first = Cloudmore::new(json!({"credentials": {"cloudmore_organization_id": WOODGROVE}}));
    let rows = first.list(&format!("{}/Organizations", first.reseller));
    assert_eq!((rows.len(), ids(&rows)[0]), (3, WOODGROVE));
    assert!(ids(&rows)[1..].iter().all(|id| *id != WOODGROVE));
    let only = Cloudmore::new(json!({"organizations": 1}));
    assert_eq!(ids(&only.list(&format!("{}/Organizations", only.reseller))), [own]);
}

#[test]
fn a_created_organization_is_listed_and_goes_with_all_it_has() {
    let it = Cloudmore::new(json!({}));
    let path = format!("{}/Organizations", it.reseller);
    let reply = it.client.post(&path, &json!({"name": "Contoso", "vat": "SE1"})).expect(201);
    let location = reply.header("location").to_owned();
    let created = it.client.get(location.strip_prefix(it.sim.url()).unwrap()).expect(200).json();
    assert_eq!((&created["name"], &created["vat"]), (&json!("Contoso"), &json!("SE1")));
    assert_eq!(it.list(&path).last(), Some(&created));
    let base = format!("{}/organizations/{}", it.reseller, created["id"].as_str().unwrap());
    assert!(it.list(&format!("{base}/Users")).is_empty() && it.list(&format!("{base}/services")).is_empty());
    let order = json!({"id": SERVICE, "currencyCode": "EUR", "customPropertiesData": [{"id": "domain", "value": "a"}]});
    it.client.post(&format!("{base}/services"), &order).expect(201);
    it.delete(&format!("{path}/{WOODGROVE}")).expect_empty(204);
    for gone in ["Users", "services", "Estore", "manualbilling", "services/csp/users"] {
        it.client.get(&format!("{}/{gone}", it.first)).expect_empty(404);
    }
    let all = it.list(&format!("{}/services/csp/nce/subscriptions", it.reseller));
    assert!(!all.is_empty() && all.iter().all(|row| row["organizationId"] != WOODGROVE));
    it.client.post(&path, &json!({"vat": "SE1"})).expect(400);
}

#[test]
fn subscriptions_belong_to_an_organization_and_a_service() {
    let it = Cloudmore::new(json!({}));
    let path = format!("{}/services/{SERVICE}/subscriptions", it.first);
    let rows = it.list(&path);
    assert_eq!((ids(&rows), &rows[0]["quantity"]), (vec![SUBSCRIPTION], &json!(10)));
    assert_eq!(it.client.get(&format!("{path}/{SUBSCRIPTION}")).expect(200).json(), rows[0]);
    let other = format!("{}/services/{SERVICE}/subscriptions", it.own);
    it.client.get(&format!("{other}/{SUBSCRIPTION}")).expect_empty(404);
    let services = it.list(&format!("{}/services", it.reseller));
    let second = format!("{}/services/{}/subscriptions", it.first, ids(&services)[1]);
    it.client.get(&format!("{second}/{SUBSCRIPTION}")).expect_empty(404);
    // An organization's service leads to the subscriptions of the service in the store.
    let own = it.list(&format!("{}/services", it.own));
    let by_own = it.list(&format!("{}/services/{}/subscriptions", it.own, ids(&own)[0]));
    assert_eq!((by_own.len(), by_own), (1, it.list(&other)));
    let all = it.list(&format!("{}/services/{SERVICE}/subscriptions", it.reseller));
    assert_eq!((all.len(), &all[0]), (3, &rows[0]));
    let users = it.list(&format!("{}/Users", it.first));
    let member = format!("{path}/{SUBSCRIPTION}/users/{}", ids(&users)[0]);
    it.delete(&member).expect_empty(204);
    it.delete(&member).expect_empty(404);
    it.delete(&format!("{other}/{SUBSCRIPTION}/users/{}", ids(&users)[0])).expect_empty(404);
}

#[test]
fn a_delete_suspends_where_the_document_says_so() {
    let it = Cloudmore::new(json!({}));
    let all = || it.list(&format!("{}/services/azure/Subscriptions", it.reseller));
    let (id, status) = (ids(&all())[0].to_owned(), |rows: &[Value]| rows[0]["status"].clone());
    assert_eq!(status(&all()), "Active");
    it.delete(&format!("{}/services/azure/subscriptions/{id}", it.own)).expect_empty(404);
    it.delete(&format!("{}/services/azure/subscriptions/{id}", it.first)).expect_empty(204);
    assert_eq!(status(&all()), "Suspended");
    let plan = it.list(&format!("{}/services/azureplan/subscriptions", it.first));
    assert_eq!((ids(&plan)[0], status(&plan)), (id.as_str(), json!("Suspended")));
    it.sim.control("options", &json!({"empty_writes": false})).unwrap();
    let shown =
        it.delete(&format!("{}/services/azure/subscriptions/{}", it.first, ids(&all())[1])).expect(200);
    assert_eq!(shown.json(), all()[1]);
    it.sim.control("options", &json!({"empty_writes": true})).unwrap();
    for level in [&it.reseller, &it.seller] {
        let path = format!("{level}/services");
        it.delete(&format!("{path}/{SERVICE}")).expect_empty(204);
        let rows = it.list(&path);
        assert_eq!((rows.len(), &rows[0]["enabled"], &rows[1]["enabled"]), (11, &json!(false), &json!(true)));
    }
}

#[test]
fn a_delete_removes_elsewhere() {
    let it = Cloudmore::new(json!({}));
    for path in [
        "Users",
        "ExternalInvoice?startDate=2025-01-01&endDate=2026-12-31",
        "manualbilling",
        "services/csp/users",
    ] {
        let rows = it.list(&format!("{}/{path}", it.first));
        let one = path.split('?').next().unwrap();
        let one = format!("{}/{one}/{}", it.first, ids(&rows)[0]);
        it.delete(&one).expect_empty(204);
        it.delete(&one).expect_empty(404);
        assert_eq!(it.list(&format!("{}/{path}", it.first)), rows[1..]);
    }
    for service in ["Csp", "Azure"] {
        it.delete(&format!("{}/services/{service}", it.first)).expect_empty(204);
        it.delete(&format!("{}/services/{service}", it.first)).expect_empty(404);
        it.delete(&format!("{}/services/{service}", it.own)).expect_empty(204);
    }
    // The documents have no list of these.
    for path in [
        "ResellerAdministrators/9d2b6f0c-4e1a-4c7b-8f35-0a6e2d9c1b74",
        "paymentmethods/d8f3b6a0-5c41-4e27-8b9d-2a7e0f6c1935",
        "OrganizationGroups/a5c7e9d1-3b2f-4680-9e4d-7f1b0c8a6d35/Members/5f1f6a8e-6d0b-4a38-8f0e-9c3f0f5f7b21",
        "OrganizationGroups/a5c7e9d1-3b2f-4680-9e4d-7f1b0c8a6d35",
        "services/8806367b-001a-4632-afb4-27a7fad7660c/products/e1b7c1de-9d0a-4b0e-8a3e-6f3f5f0c2a11/addons/2f6c0d8b-71e4-4b39-9a5d-c8e3f1a07b62",
        "services/8806367b-001a-4632-afb4-27a7fad7660c/products/e1b7c1de-9d0a-4b0e-8a3e-6f3f5f0c2a11",
    ] {
        it.delete(&format!("{}/{path}", it.reseller)).expect_empty(204);
        it.delete(&format!("{}/{path}", it.reseller)).expect_empty(404);
    }
}

#[test]
fn products_add_ons_and_prices_belong_to_a_service() {
    let it = Cloudmore::new(json!({}));
    let services = it.list(&format!("{}/services", it.seller));
    let path = |at: usize| format!("{}/services/{}/products", it.seller, ids(&services)[at]);
    let (first, second) = (it.list(&path(0)), it.list(&path(1)));
    assert_eq!(it.client.get(&format!("{}/{}", path(0), ids(&first)[0])).expect(200).json(), first[0]);
    it.client.get(&format!("{}/{}", path(1), ids(&first)[0])).expect_empty(404);
    let addons = it.list(&format!("{}/{}/addons", path(0), ids(&first)[0]));
    it.client.get(&format!("{}/{}/addons/{}", path(0), ids(&first)[0], ids(&addons)[0])).expect(200);
    it.client.get(&format!("{}/{}/addons", path(1), ids(&first)[0])).expect_empty(404);
    assert!(ids(&second).iter().all(|id| !ids(&first).contains(id)));
    let euros = it.list(&format!("{}/services/{SERVICE}/pricelist?currencyCode=EUR", it.seller));
    assert_eq!((euros.len(), &euros[0]["productId"]), (first.len(), &first[0]["id"]));
    let dollars = it.list(&format!("{}/services/{SERVICE}/pricelist?currencyCode=USD", it.reseller));
    let mut own = it.list(&format!("{}/services/{SERVICE}/pricelist", it.first));
    own.retain(|price| price["currencyCode"] == "USD");
    assert_eq!((dollars.len(), &dollars), (3, &own));
    it.client.get(&format!("{}/services/{SERVICE}/pricelist", it.reseller)).expect(400);
    it.delete(&format!("{}/{}", path(0), ids(&first)[0])).expect_empty(204);
    assert_eq!(it.list(&path(0)), first[1..]);
    let left = it.list(&format!("{}/services/{SERVICE}/pricelist?currencyCode=EUR", it.seller));
    assert!(left.iter().all(|price| price["productId"] != first[0]["id"]));
}

#[test]
fn brokers_have_bills_and_are_resellers() {
    let it = Cloudmore::new(json!({}));
    let path = format!("{}/brokers", it.seller);
    let reply = it.client.post(&path, &json!({"name": "Tartu Cloud"})).expect(201);
    assert!(reply.header("location").starts_with(&format!("{}{path}/", it.sim.url())));
    let brokers = it.list(&path);
    assert_eq!((brokers.len(), ids(&brokers)[0]), (4, BROKER));
    assert_eq!(ids(&it.list(&format!("{}/resellers", it.seller))), ids(&brokers));
    let bills = format!("{}/resellers/{BROKER}/manualbilling", it.seller);
    let all = "billingStartDate=2025-01-01&billingEndDate=2026-12-31";
    let lines = it.list(&format!("{bills}?{all}"));
    assert_eq!(it.client.get(&format!("{bills}/{}", ids(&lines)[0])).expect(200).json(), lines[0]);
    let january = format!("{bills}?billingStartDate=2026-01-01&billingEndDate=2026-01-31");
    assert_eq!(it.list(&january), lines[..1]);
    it.delete(&format!("{bills}/{}", ids(&lines)[0])).expect_empty(204);
    assert_eq!(it.list(&format!("{bills}?{all}")), lines[1..]);
    it.client.get(&format!("{bills}?billingStartDate=January&billingEndDate=2026-12-31")).expect(400);
    let other = format!("{}/resellers/{}/manualbilling", it.seller, ids(&brokers)[1]);
    it.client.get(&format!("{other}/{}", ids(&lines)[1])).expect_empty(404);
    it.delete(&format!("{path}/{BROKER}")).expect_empty(204);
    it.client.get(&format!("{bills}?{all}")).expect_empty(404);
}

#[test]
fn each_level_is_the_callers_own() {
    let it = Cloudmore::new(json!({}));
    let known = it.sim.credentials();
    for path in [
        format!("/api/sellers/{}/brokers", known.cloudmore_reseller_id),
        format!("/api/sellers/{NOBODY}/resellers/{BROKER}"),
        format!("/api/resellers/{NOBODY}/Organizations"),
        format!("/api/resellers/{BROKER}/organizations/{WOODGROVE}/Users"),
    ] {
        it.client.get(&path).expect_empty(403);
    }
    for path in [
        format!("{}/resellers/{NOBODY}", it.seller),
        format!("{}/organizations/{NOBODY}/Users", it.reseller),
        format!("{}/Users/{NOBODY}", it.first),
        format!("{}/services/{NOBODY}/subscriptions", it.first),
        format!("{}/services/azure/users/{NOBODY}/subscriptions", it.first),
        format!("{}/services/csp/nce/subscriptions/{NOBODY}", it.first),
    ] {
        it.client.get(&path).expect_empty(404);
    }
    let users = it.list(&format!("{}/services/azure/users", it.first));
    let of = |base: &str| format!("{base}/services/azure/users/{}/subscriptions", ids(&users)[0]);
    assert_eq!(it.list(&of(&it.first)).len(), 1);
    it.client.get(&of(&it.own)).expect_empty(404);
    let wrong = it.client.get("/api/resellers/me/Organizations").expect(400).json();
    assert_eq!(wrong, json!({"resellerId": ["The value 'me' is not valid."]}));
    it.client.get(&format!("{}/Users/me", it.first)).expect(400);
}

#[test]
fn usage_comes_in_pages() {
    let it = Cloudmore::new(json!({}));
    for path in [
        "report/billed/invoice/G012345678",
        "report/unbilled/period/current/operation/9e4b7a1c-0d56-4c83-a2f7-63b1d8e5c490/result",
    ] {
        let page =
            |query: &str| it.client.get(&format!("{}/billing/azureonetimeusage/{path}?{query}", it.reseller));
        let lines = |number: usize| {
            page(&format!("pageNumber={number}&pageSize=50")).expect(200).json()["lines"].clone()
        };
        let (first, second) = (lines(1), lines(2));
        assert_eq!(first.as_array().unwrap().len(), 50);
        assert!((20..=50).contains(&second.as_array().unwrap().len()) && first != second);
        assert_eq!(lines(9), json!([]));
        page("pageSize=50").expect(400);
        page("pageNumber=0").expect_empty(404);
    }
    let organizations = it.list(&format!("{}/Organizations", it.reseller));
    let bills = it
        .client
        .get(&format!(
            "{}/billing/reports/MonthlyBillingPerOrganization?startDate=2026-01-01&endDate=2026-02-01",
            it.reseller
        ))
        .expect(200)
        .json();
    assert_eq!(bills["organizations"].as_array().unwrap().len(), organizations.len());
}

#[test]
fn the_state_can_be_loaded() {
    let it = Cloudmore::new(json!({}));
    let given = json!({
        "organizations": [{"name": "Contoso"}, {"id": NOBODY}],
        "organization_users": [{"email": "a@contoso.example", "organizationId": NOBODY}],
        "subscriptions": [{"serviceId": SERVICE, "quantity": 4}],
        "webhooks": [],
    });
    it.sim.control("state", &given).unwrap();
    assert_eq!(it.list(&format!("{}/Organizations", it.reseller)).len(), 2);
    assert_eq!(it.list(&format!("{}/organizations/{NOBODY}/Users", it.reseller)).len(), 1);
    assert_eq!(it.list(&format!("{}/Users", it.first)), [] as [Value; 0]);
    assert_eq!(it.list(&format!("{}/services/{SERVICE}/subscriptions", it.first))[0]["quantity"], 4);
    assert!(it.list(&format!("{}/webhooks", it.seller)).is_empty());
    it.client.get(&format!("{}/services", it.own)).expect_empty(404);
    let services = json!({"organization_services": {BROKER: [{}]}});
    let state = it.sim.control("state", &services).unwrap();
    assert_eq!(state["organizations"][2]["id"], BROKER);
    assert_eq!(it.list(&format!("{}/organizations/{BROKER}/services", it.reseller)).len(), 1);
    let wrong = json!({"subscriptions": [{"organizationId": SERVICE}]});
    let error = it.sim.control("state", &wrong).unwrap_err().to_string();
    assert!(error.starts_with("subscriptions[0].organizationId: there is no organization"), "{error}");
}

#[test]
fn much_data_costs_little() {
    let begun = std::time::Instant::now();
    let it = Cloudmore::new(json!({"organizations": 5_000}));
    let all = it.list(&format!("{}/Organizations", it.reseller));
    let last = format!("{}/organizations/{}", it.reseller, ids(&all)[4_999]);
    let users = it.list(&format!("{last}/Users"));
    it.client.get(&format!("{last}/Users/{}", ids(&users)[0])).expect(200);
    it.client.get(&format!("{last}/Users/{NOBODY}")).expect_empty(404);
    // Far less than if every user was made to find one.
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn texts_are_judged_as_the_document_says() {
    let it = Cloudmore::new(json!({}));
    let webhooks = format!("{}/webhooks", it.seller);
    let webhook =
        |name: &str, url: &str| json!({"name": name, "url": url, "triggerEventType": "BrokerAddService"});
    it.client.post(&webhooks, &webhook("New services", "https://hooks.example.com/")).expect(201);
    // Only a text that is too short is blank.
    it.client.post(&webhooks, &webhook(" ", "http://hooks.example.com/")).expect(201);
    for (name, url, field) in
        [("", "https://hooks.example.com/", "name"), ("a", "", "url"), ("a", "mailto:a@b.example", "url")]
    {
        let refused = it.client.post(&webhooks, &webhook(name, url)).expect(400).json();
        assert!(refused[field].is_array(), "{refused}");
    }
    let administrators = format!("{}/SellerAdministrators", it.seller);
    let from = |country: &str| json!({"name": "a@b.example", "email": "a@b.example", "roleId": 2, "address": {"countryCode": country}});
    it.client.post(&administrators, &from("EE")).expect(201);
    it.client.post(&administrators, &from("E1")).expect(400);
}
