//! Answers that are successes and cannot be read, and what is shown of any of them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use mspkit::params::{CreateServiceOrg, ListCustomers, ValidatePsaCredential};
use mspkit::transport::{Memory, Response};
use mspkit::{Core, ErrorKind, NCentral, Service, blocking};

const TOKENS: &str =
    r#"{"tokens":{"access":{"token":"planted-access"},"refresh":{"token":"planted-refresh"}}}"#;

/// A client whose server answers tokens, and `body` with `status` to everything else.
fn client(status: u16, body: &'static str) -> NCentral {
    let transport = Memory::new(move |request| async move {
        let (status, body) =
            if request.url.path().starts_with("/api/auth/auth") { (200, TOKENS) } else { (status, body) };
        Ok(Response::new(StatusCode::from_u16(status).unwrap(), Bytes::from_static(body.as_bytes())))
    });
    NCentral::builder()
        .base_url("http://localhost")
        .jwt("planted-jwt")
        .max_retries(0)
        .transport(Arc::new(transport))
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_create_whose_answer_is_a_page_is_unknown() {
    let client = client(201, "<html><title>Welcome</title></html>");
    let error = client.service_orgs().create(CreateServiceOrg::new("A", "B", "C")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(error.status(), Some(201));
    assert_eq!(error.attempts().len(), 1);
    assert!(error.request_id().is_some());
    let text = error.to_string();
    assert!(text.contains("Welcome") && text.contains("not known"), "{text}");
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over() {
    let org = client(200, "\u{feff}{\"soId\":77}").service_orgs().get("77").await.unwrap();
    assert_eq!(org.so_id.unwrap(), "77");
}

#[tokio::test]
async fn pages_end_where_an_item_cannot_be_read() {
    let body = r#"{"data":[{"customerId":1},{"customerId":2,"generation":"many"}],"totalPages":9}"#;
    let client = client(200, body);
    let mut pages = client.customers().list(ListCustomers::new()).concurrency(1).pages();
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("generation"), "{error}");
    assert_eq!(pages.resume_token(), error.resume_token());
    assert!(pages.next().await.is_none());
    let again = client.customers().list(ListCustomers::new()).resume_token(error.resume_token().unwrap());
    assert_eq!(again.collect().await.unwrap_err().message(), error.message(), "the page's own start");
}

#[tokio::test]
async fn a_missing_token_endpoint_is_no_missing_object() {
    let transport =
        Memory::new(|_| async { Ok(Response::new(StatusCode::NOT_FOUND, Bytes::from_static(b"{}"))) });
    let client = NCentral::builder().base_url("http://localhost").jwt("j").transport(Arc::new(transport));
    let error = client.build().unwrap().service_orgs().get("50").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("base_url leads to"), "{error}");
    assert_eq!(error.operation(), Some("ncentral.service_orgs.get"));
}

#[tokio::test]
async fn absurd_times_are_survived() {
    let transport = Memory::new(|request| async move {
        let tokens = r#"{"tokens":{"access":{"token":"a","expirySeconds":18446744073709551615}}}"#;
        let mut response = if request.url.path().starts_with("/api/auth") {
            Response::new(StatusCode::OK, tokens)
        } else {
            Response::new(StatusCode::TOO_MANY_REQUESTS, "{}")
        };
        response.headers.insert("retry-after", "10000000000000000000".parse().unwrap());
        Ok(response)
    });
    let client = NCentral::builder().base_url("https://absurd.example").jwt("j").timeout(Duration::MAX);
    let client = client.transport(Arc::new(transport)).build().unwrap();
    let error = client.service_orgs().get("50").timeout(Duration::MAX).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimit);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)), "then it is asked again");
    assert!(error.message().contains("Too Many") && error.to_string().contains("31536000"), "{error}");
}

#[tokio::test]
async fn debug_shows_no_secret_of_calls_answers_and_requests() {
    let client = client(200, r#"{"isPsaCredentialsValid":true}"#);
    let credential = ValidatePsaCredential::new("user", "planted-password").integration_key("planted-key");
    let call =
        client.standard_psa().validate_credential("3", credential).extra_header("x-own", "planted-header");
    let free =
        client.request("GET", "/api/x?key=planted-query").body(&"planted-body").extra_query("q", "planted-q");
    let authenticated = client.auth().authenticate().with_response().await.unwrap();
    let raw = client.request("POST", "/api/auth/authenticate").await.unwrap();
    let shown = format!("{call:?} {free:?} {authenticated:?} {raw:?} {client:?}");
    assert!(!shown.contains("planted"), "{shown}");
}

#[tokio::test]
async fn a_blocking_list_inside_async_ends() {
    let client = blocking::NCentral::builder().base_url("http://localhost").jwt("j").build().unwrap();
    let results: Vec<_> = client.customers().list(ListCustomers::new()).items().collect();
    assert_eq!(results.len(), 1);
    assert_eq!(results[0].as_ref().unwrap_err().kind(), ErrorKind::InvalidRequest);
}

#[test]
fn a_core_says_what_it_is_not_given() {
    let config = mspkit::Config::from_json(br#"{"base_url":"http://localhost","jwt":"j"}"#).unwrap();
    let core = Core::new(Service::NCentral, &config).unwrap();
    assert_eq!(core.service(), Service::NCentral);
    let error = mspkit::CallOptions::from_json(br#"{"extra_headers":{"a":["planted"]}}"#).unwrap_err();
    assert!(!error.to_string().contains("planted"), "{error}");
    let error = mspkit::PagingOptions::from_json(br#"{"on_lost_page":"shrug"}"#).unwrap_err();
    assert!(error.to_string().contains("restart"), "{error}");
}
