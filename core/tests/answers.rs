//! Successful responses that cannot be read, and what is shown of them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use mspkit::ncentral::{CreateServiceOrg, ListCustomers, ValidatePsaCredential};
use mspkit::transport::{Memory, Response};
use mspkit::{Core, ErrorKind, NCentral, Service, blocking};

const TOKENS: &str =
    r#"{"tokens":{"access":{"token":"planted-access"},"refresh":{"token":"planted-refresh"}}}"#;

/// A client whose server issues tokens, and responds to everything else with `status` and `body`.
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
async fn a_create_with_a_web_page_as_response_is_unknown() {
    let client = client(201, "<html><title>Welcome</title></html>");
    let error = client.service_orgs().create(CreateServiceOrg::new("A", "B", "C")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(error.status(), Some(201));
    assert_eq!(error.attempts().len(), 1);
    assert!(error.request_id().is_some());
    let text = error.to_string();
    assert!(text.contains("Welcome") && text.contains("outcome is unknown"), "{text}");
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped() {
    let org = client(200, "\u{feff}{\"soId\":77}").service_orgs().get("77").await.unwrap();
    assert_eq!(org.so_id.unwrap(), "77");
}

#[tokio::test]
async fn a_missing_field_of_a_nested_object_is_an_error_with_its_response() {
    let transport = Memory::new(|_| async {
        Ok(Response::new(StatusCode::OK, r#"{"tokens":{"access":{"token":"planted-access"}}}"#))
    });
    let client =
        NCentral::builder().base_url("http://localhost").jwt("j").transport(Arc::new(transport)).build();
    let result = client.unwrap().auth().authenticate().with_response().await.unwrap();
    let pair = result.value.tokens().unwrap();
    assert!(pair.access().is_ok());
    let error = pair.refresh().unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::MissingField, Some("ncentral.auth.authenticate"))
    );
    assert_eq!(error.request_id(), Some(&*result.meta.request_id));
}

const ONE_BAD: &str =
    r#"{"data":[{"customerId":1},{"customerId":2,"generation":"many"},{"customerId":3}],"totalItems":3}"#;

#[tokio::test]
async fn reading_continues_after_an_item_that_cannot_be_read() {
    let client = client(200, ONE_BAD);
    let list = || client.customers().list(ListCustomers::new());
    let mut items = list().items();
    assert_eq!(items.next().await.unwrap().unwrap().customer_id.unwrap(), "1");
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(200)));
    let text = error.to_string();
    assert!(
        text.contains("customers.list") && text.contains("row 2 of page 1") && text.contains("generation"),
        "{text}"
    );
    assert!(error.request_id().is_some());
    assert_eq!(items.resume_token().as_deref(), error.resume_token());
    assert_eq!(items.next().await.unwrap().unwrap().customer_id.unwrap(), "3");
    assert!(items.next().await.is_none());
    assert_eq!(items.complete(), Some(true));
    let mut behind = list().resume_token(error.resume_token().unwrap()).items();
    assert_eq!(behind.next().await.unwrap().unwrap().customer_id.unwrap(), "3");
    assert!(behind.next().await.is_none());
    assert_eq!(behind.missing(), Some(0));
}

#[tokio::test]
async fn a_page_ends_before_an_item_that_cannot_be_read_and_continues_after_it() {
    let client = client(200, ONE_BAD);
    let mut pages = client.customers().list(ListCustomers::new()).pages();
    let mut ids = Vec::new();
    let mut rows = 0;
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => {
                ids.extend(page.items.into_iter().map(|customer| customer.customer_id.unwrap().to_string()));
            }
            Err(error) => {
                assert_eq!(ids, ["1"]);
                assert!(error.message().starts_with("row 2 of page 1: "), "{error}");
                rows += 1;
            }
        }
    }
    assert_eq!((ids.len(), rows), (2, 1));
}

#[tokio::test]
async fn collecting_is_all_or_nothing() {
    let client = client(200, ONE_BAD);
    let mut items = client.customers().list(ListCustomers::new()).items();
    let start = items.resume_token();
    let error = items.rest(None).await.unwrap_err();
    assert_eq!(error.resume_token(), start.as_deref());
    assert_eq!(items.resume_token(), start);
    assert_eq!(items.rest(Some(1)).await.unwrap().len(), 1);
    assert!(items.next().await.unwrap().is_err());
    assert_eq!(items.into_pages().next().await.unwrap().unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_missing_token_endpoint_is_not_a_missing_object() {
    let transport =
        Memory::new(|_| async { Ok(Response::new(StatusCode::NOT_FOUND, Bytes::from_static(b"{}"))) });
    let client = NCentral::builder().base_url("http://localhost").jwt("j").transport(Arc::new(transport));
    let error = client.build().unwrap().service_orgs().get("50").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("base_url leads to"), "{error}");
    assert_eq!(error.operation(), Some("ncentral.service_orgs.get"));
}

#[tokio::test]
async fn absurd_times_are_handled() {
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
    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)), "then it is requested again");
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
fn a_core_names_missing_options() {
    let config = mspkit::Config::from_json(br#"{"base_url":"http://localhost","jwt":"j"}"#).unwrap();
    let core = Core::new(Service::NCentral, &config).unwrap();
    assert_eq!(core.service(), Service::NCentral);
    let error = mspkit::CallOptions::from_json(br#"{"extra_headers":{"a":["planted"]}}"#).unwrap_err();
    assert!(!error.to_string().contains("planted"), "{error}");
    let error = mspkit::PagingOptions::from_json(br#"{"on_lost_page":"shrug"}"#).unwrap_err();
    assert!(error.to_string().contains("restart"), "{error}");
}
