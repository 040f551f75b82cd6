//! A list that several clients read together: everything once, within one limit.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod support;

use std::collections::BTreeSet;

use mspkit::ncentral::{Customer, ListCustomers};
use mspkit::{ErrorKind, NCentral, Partition, Service, blocking};
use serde_json::json;
use support::{config, faults, simulator};

const LIST: &str = "ncentral.customers.list";

fn id(customer: &Customer) -> u64 {
    customer.customer_id.as_ref().unwrap().to_string().parse().unwrap()
}

/// The ids that a worker with a client of its own reads.
fn worked(config: mspkit::Config, partition: &str) -> Vec<u64> {
    let client = blocking::NCentral::builder().config(config).build().unwrap();
    let mut items = client.read_partition(&Partition::<Customer>::from_json(partition).unwrap());
    let ids = items.by_ref().map(|customer| id(&customer.unwrap())).collect();
    assert_eq!(items.complete(), Some(true));
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn four_workers_read_a_hundred_thousand_rows_once_and_within_the_limit() {
    let simulator = simulator(json!({"customers": 100_000, "latency_ms": 0})).await;
    let config = config(&simulator, Service::NCentral, json!({"max_retries": 0}));
    let client = NCentral::builder().config(config.clone()).build().unwrap();
    let parts = client.customers().list(ListCustomers::new().page_size(1000)).partitions(4).await.unwrap();
    let pages: Vec<_> = parts.iter().map(|part| (part.first_page(), part.last_page())).collect();
    let wanted =
        [(1, Some(25)), (26, Some(50)), (51, Some(75)), (76, None)].map(|(one, last)| (Some(one), last));
    assert_eq!(pages, wanted);
    let workers: Vec<_> = parts
        .iter()
        .map(|part| {
            let (config, json) = (config.clone(), part.to_json());
            std::thread::spawn(move || worked(config, &json))
        })
        .collect();
    let read: Vec<u64> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
    assert_eq!((read.len(), read.iter().collect::<BTreeSet<_>>().len()), (100_000, 100_000));
    let counts = &simulator.counts()[LIST];
    assert_eq!((counts.received, counts.throttled), (101, 0));
    assert!(counts.max_in_flight <= 4, "{}", counts.max_in_flight);
}

#[tokio::test]
async fn a_partition_that_failed_is_read_on_with_its_own_token() {
    let simulator = simulator(json!({"customers": 95})).await;
    let config = config(&simulator, Service::NCentral, json!({"max_retries": 0}));
    let client = NCentral::builder().config(config).build().unwrap();
    let parts = client.customers().list(ListCustomers::new().page_size(10)).partitions(3).await.unwrap();
    // Pages 4 to 6; the second of them fails.
    let fail =
        json!([{"match": "GET /api/customers", "nth": [2], "fault": {"kind": "status", "status": 503}}]);
    faults(&simulator, 1, &fail);
    let mut items = client.read_partition(&parts[1]);
    let (mut ids, mut failure) = (Vec::new(), None);
    while let Some(item) = items.next().await {
        match item {
            Ok(customer) => ids.push(id(&customer)),
            Err(error) => failure = Some(error),
        }
    }
    let failure = failure.unwrap();
    assert_eq!((failure.kind(), ids.len()), (ErrorKind::Server, 10));
    let rest = parts[1].clone().resume_token(failure.resume_token().unwrap());
    let mut items = client.read_partition(&rest);
    while let Some(item) = items.next().await {
        ids.push(id(&item.unwrap()));
    }
    assert_eq!((ids.len(), items.complete(), items.missing()), (30, Some(true), Some(0)));
    let others = [&parts[0], &parts[2]].map(|part| client.read_partition(part));
    for mut items in others {
        while let Some(item) = items.next().await {
            ids.push(id(&item.unwrap()));
        }
    }
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (95, 95));
    // The token after the last item of a partition leads to its end, not into the next one.
    let mut done = client.read_partition(&parts[0]);
    while done.next().await.is_some() {}
    let token = done.resume_token().unwrap();
    let mut after = client.read_partition(&parts[0].clone().resume_token(token));
    assert!(after.next().await.is_none());
}

#[tokio::test]
async fn a_partition_of_another_server_or_service_is_refused() {
    let one = simulator(json!({"customers": 20})).await;
    let other = simulator(json!({"customers": 20})).await;
    let client = |simulator| {
        NCentral::builder().config(config(simulator, Service::NCentral, json!({}))).build().unwrap()
    };
    let parts = client(&one).customers().list(ListCustomers::new().page_size(5)).partitions(2).await.unwrap();
    let refused = client(&other).read_partition(&parts[0]).next().await.unwrap().unwrap_err();
    assert_eq!((refused.kind(), refused.argument_name()), (ErrorKind::InvalidRequest, Some("partition")));
    assert!(refused.message().contains("another server"), "{refused}");
    let wiv = mspkit::Wiv::builder().config(config(&one, Service::Wiv, json!({}))).build().unwrap();
    let refused = wiv.read_partition(&parts[0]).next().await.unwrap().unwrap_err();
    assert!(refused.message().contains("is one of N-central, and this client is one of Wiv"), "{refused}");
    let error = Partition::<Customer>::from_json("{}").unwrap_err();
    assert_eq!(error.argument_name(), Some("partition"));
    assert_eq!(one.counts()[LIST].received, 1);
    assert!(!other.counts().contains_key(LIST));
}
