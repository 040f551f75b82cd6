//! The cost of the core itself, with a server in memory: everything about a call except HTTP.
//!
//! A call should cost less than 8 µs. N-central sends 1,000 customers a page at most, which have 538 bytes each on average
//! in a real list.

#![allow(clippy::unwrap_used, reason = "a panic fails the benchmark")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{Criterion, Throughput};
use http::StatusCode;
use mspkit::ncentral::{CreateServiceOrg, ListCustomers};
use mspkit::transport::{Memory, Request, Response};
use mspkit::{NCentral, Wiv};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const CUSTOMERS: u64 = 1000;
const BYTES_EACH: usize = 538;

/// A customer as the server writes it.
fn customer(id: u64) -> Value {
    let mut customer = json!({
        "customerId": id.to_string(),
        "customerName": format!("Customer {id}"),
        "orgUnitType": "CUSTOMER",
        "parentId": "50",
        "externalId": null,
        "externalId2": null,
        "contactFirstName": "Ada",
        "contactLastName": "Lovelace",
        "phone": "+46 8 123 45 67",
        "contactTitle": null,
        "contactEmail": "ada.lovelace@example.com",
        "contactPhone": "+46 8 123 45 68",
        "contactPhoneExt": "12",
        "contactDepartment": "Operations",
        "street1": "",
        "street2": null,
        "city": "Stockholm",
        "stateProv": null,
        "country": "SE",
        "county": null,
        "postalCode": "111 22",
    });
    let short_of = BYTES_EACH - customer.to_string().len();
    customer["street1"] = "x".repeat(short_of).into();
    customer
}

fn page() -> Bytes {
    let customers: Vec<Value> = (1..=CUSTOMERS).map(customer).collect();
    json!({"data": customers, "totalItems": CUSTOMERS, "totalPages": 1, "pageNumber": 1, "pageSize": CUSTOMERS})
        .to_string()
        .into()
}

/// A client with a server in memory that responds to everything except token requests with `body`.
fn ncentral(host: &str, body: &Bytes) -> NCentral {
    let body = body.clone();
    let memory = Memory::new(move |request: Request| {
        let tokens = request.url.path() == "/api/auth/authenticate";
        let body = if tokens {
            json!({"tokens": {"access": {"token": "access-token"}}}).to_string().into()
        } else {
            body.clone()
        };
        async move { Ok(Response::new(StatusCode::OK, body)) }
    });
    let builder = NCentral::builder().base_url(format!("https://{host}.example")).jwt("the-user-token");
    builder.transport(Arc::new(memory)).build().unwrap()
}

/// Measures sequential calls inside a runtime, without the cost of entering it.
fn time(runtime: &Runtime, times: u64, call: impl AsyncFn()) -> Duration {
    runtime.block_on(async {
        call().await;
        let begun = Instant::now();
        for _ in 0..times {
            call().await;
        }
        begun.elapsed()
    })
}

fn calls(criterion: &mut Criterion, runtime: &Runtime) {
    let mut group = criterion.benchmark_group("call");
    let object = Bytes::from(customer(1).to_string());
    let client = ncentral("calls", &object);
    group.bench_function("get a customer", |bencher| {
        bencher.iter_custom(|times| {
            time(runtime, times, async || drop(black_box(client.customers().get("1").await.unwrap())))
        });
    });
    group.bench_function("create a service organization", |bencher| {
        bencher.iter_custom(|times| {
            time(runtime, times, async || {
                let params = CreateServiceOrg::new("Name", "Ada", "Lovelace").city("Stockholm").country("SE");
                drop(black_box(client.service_orgs().create(params).await.unwrap()));
            })
        });
    });
    group.bench_function("an endpoint that is not listed", |bencher| {
        bencher.iter_custom(|times| {
            time(runtime, times, async || drop(black_box(client.request("GET", "/api/sites").await.unwrap())))
        });
    });
    let empty = Memory::new(|_| async { Ok(Response::new(StatusCode::OK, r#"{"data":{"runId":"1"}}"#)) });
    let wiv = Wiv::builder().base_url("https://wiv.example").api_key("the-key").transport(Arc::new(empty));
    let wiv = wiv.build().unwrap();
    group.bench_function("run a workflow", |bencher| {
        bencher.iter_custom(|times| {
            time(runtime, times, async || {
                drop(black_box(wiv.workflows().run("1", mspkit::wiv::RunWorkflow::new()).await.unwrap()));
            })
        });
    });
    group.finish();
}

fn pages(criterion: &mut Criterion, runtime: &Runtime) {
    let page = page();
    let client = ncentral("pages", &page);
    let list = || client.customers().list(ListCustomers::new().page_size(1000)).concurrency(1);
    let mut group = criterion.benchmark_group("page of 1,000 customers");
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("cut", |bencher| {
        bencher.iter_custom(|times| {
            // The first item of a list is available as soon as its page is split.
            time(runtime, times, async || drop(black_box(list().items().next().await.unwrap().unwrap())))
        });
    });
    group.bench_function("cut and read", |bencher| {
        bencher.iter_custom(|times| {
            time(runtime, times, async || drop(black_box(list().collect().await.unwrap())))
        });
    });
    group.bench_function("read by serde_json alone", |bencher| {
        bencher.iter(|| black_box(serde_json::from_slice::<Value>(black_box(&page)).unwrap()));
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    calls(&mut criterion, &runtime);
    pages(&mut criterion, &runtime);
    criterion.final_summary();
}
