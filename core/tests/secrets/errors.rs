//! Whatever a server sends back, the error shows no secret.

use std::sync::Arc;
use std::time::Duration;

use mspkit::cloudmore::CreateService;
use mspkit::ncentral::{CreateServiceOrg, GetCustomPsaTicket, ListCustomers, ValidatePsaCredential};
use mspkit::transport::{Memory, Request, Response};
use mspkit::wiv::{self, SearchCases};
use mspkit::{ClientAuth, Error};
use tokio::sync::Notify;

use crate::echo::{RESELLER, SHAPES, STATUSES, Shape, cloudmore, echo, ncentral, tokens, wiv};
use crate::planted::{self, INTEGRATION_KEY, PSA_PASSWORD};
use crate::watch;

/// The errors of calls that carry every kind of secret.
async fn failures(memory: &Arc<Memory>) -> Vec<Error> {
    let patience = Duration::from_secs(1);
    let ncentral = ncentral(memory).max_retries(0).max_retry_after(patience).build().unwrap();
    let cloudmores = [ClientAuth::Basic, ClientAuth::Body]
        .map(|auth| cloudmore(memory).max_retries(0).client_auth(auth).build().unwrap());
    let wiv = wiv(memory).max_retries(0).build().unwrap();
    let check = ValidatePsaCredential::new("user", PSA_PASSWORD).integration_key(INTEGRATION_KEY);
    let mut results = vec![
        ncentral.auth().authenticate().await.map(drop),
        ncentral.standard_psa().validate_credential("4", check).await.map(drop),
        ncentral.custom_psa().get_ticket("1", GetCustomPsaTicket::new("user", PSA_PASSWORD)).await.map(drop),
        ncentral.service_orgs().create(CreateServiceOrg::new("A", "B", "C")).await.map(drop),
        ncentral.customers().list(ListCustomers::new()).collect().await.map(drop),
        ncentral.auth().validate().await.map(drop),
        ncentral.auth().refresh().await.map(drop),
        ncentral.request("GET", "/api/sites").await.map(drop),
        ncentral.auth().logout().await.map(drop),
        wiv.customers().list(wiv::ListCustomers::new()).collect().await.map(drop),
        wiv.cases().search(SearchCases::new()).collect().await.map(drop),
    ];
    for cloudmore in &cloudmores {
        results.push(cloudmore.services().list(RESELLER).collect().await.map(drop));
        results
            .push(cloudmore.services().create(RESELLER, CreateService::new(RESELLER, "EUR")).await.map(drop));
    }
    results.into_iter().filter_map(Result::err).collect()
}

async fn none_is_seen(status: u16, (name, shape): (&str, Shape), tokens_too: bool) -> usize {
    let failures = failures(&echo(status, shape, tokens_too)).await;
    for error in &failures {
        planted::unseen_in(&format!("an error after {status} with {name}"), error);
    }
    failures.len()
}

#[tokio::test(start_paused = true)]
async fn nothing_that_a_server_echoes_is_seen() {
    let mut errors = 0;
    for status in STATUSES {
        for shape in SHAPES {
            errors += none_is_seen(status, shape, false).await;
        }
    }
    assert!(errors > 800, "there were only {errors} errors");
    watch::end();
}

#[tokio::test(start_paused = true)]
async fn nothing_that_a_token_endpoint_echoes_is_seen() {
    let mut errors = 0;
    for status in STATUSES {
        for shape in SHAPES {
            errors += none_is_seen(status, shape, true).await;
        }
    }
    assert!(errors > 800, "there were only {errors} errors");
    watch::end();
}

#[tokio::test(start_paused = true)]
async fn a_token_inside_an_unreadable_response_is_not_seen() {
    let broken = [
        r#"{"tokens":{"refresh":{"token":"PlantRefresh"}},"access_token":5}"#,
        r#"{"tokens":{"access":{"token":["PlantAccess"]}},"access_token":["PlantAccess"]}"#,
        r#"{"tokens":"PlantAccess","access_token":{"a":"PlantAccess"}}"#,
        r#"["PlantAccess"]"#,
        r#""PlantAccess""#,
        "PlantAccess",
        r#"{"tokens":{"access":{"token":"Plant\nAccess"}},"access_token":"Plant\nAccess"}"#,
    ];
    for body in broken {
        let memory =
            Arc::new(Memory::new(move |_| async move { Ok(Response::new(http::StatusCode::OK, body)) }));
        for error in failures(&memory).await {
            // The response of an endpoint without tokens is not a secret of this client.
            if error.operation().is_some_and(|id| id.contains("auth") || id.contains("token")) {
                planted::unseen_in(body, &error);
            }
        }
    }
    watch::end();
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_replaced_during_a_call_is_not_seen() {
    let release = Arc::new(Notify::new());
    let held = release.clone();
    let memory = Arc::new(Memory::new(move |request: Request| {
        let held = held.clone();
        async move {
            let path = request.url.path();
            if path == "/api/auth/authenticate" {
                let body = r#"{"tokens":{"access":{"token":"PlantOldAccess"},"refresh":{"token":"PlantOldRefresh"}}}"#;
                return Ok(Response::new(http::StatusCode::OK, body));
            }
            if path == "/api/auth/refresh" {
                return Ok(tokens());
            }
            held.notified().await;
            let text = String::from_utf8_lossy(request.headers["authorization"].as_bytes()).into_owned();
            Ok(Response::new(http::StatusCode::BAD_REQUEST, text))
        }
    }));
    let client = ncentral(&memory).build().unwrap();
    let calling = client.clone();
    let call = tokio::spawn(async move { calling.customers().get("1").await.map(drop) });
    crate::support::eventually("the call is in flight", || memory.requests() == 2).await;
    client.auth().refresh().await.unwrap();
    release.notify_one();
    planted::unseen_in("an error of a call with the previous token", &call.await.unwrap().unwrap_err());
    watch::end();
}
