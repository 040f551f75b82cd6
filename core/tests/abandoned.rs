//! Abandoned writes: whether they may have been carried out is reported, from local facts alone.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic fails the test")]

mod support;

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mspkit::transport::{Memory, Request, Response, TransportError, TransportErrorKind};
use mspkit::{CallOptions, Config, Core, Error, ErrorKind, Hooks, Service};
use serde_json::json;
use support::{json_answer, served};
use tokio::time::timeout;

const CREATE: &str = "ncentral.service_orgs.create";
const RESOLVE: &str = "ncentral.custom_psa.resolve_ticket";

/// Makes a call and drops it after ten seconds of a paused clock; returns the reported error.
async fn dropped(host: &str, memory: Arc<Memory>, operation: &str, params: &str) -> Option<Error> {
    let options = json!({"base_url": format!("https://{host}.example"), "jwt": "the-user-token"});
    let config = Config::from_json(options.to_string().as_bytes()).unwrap();
    let reported = Arc::new(Mutex::new(None));
    let keep = reported.clone();
    let hooks = Hooks::default().on_abandoned(move |error| *keep.lock().unwrap() = Some(error.clone()));
    let core = Core::with_transport(Service::NCentral, &config, memory).unwrap().with_hooks(hooks);
    let options = CallOptions::default();
    let call = core.call(operation, params.as_bytes(), &options);
    // Whether it ends or is dropped does not matter here.
    let _ = timeout(Duration::from_secs(10), call).await;
    reported.lock().unwrap().take()
}

const ORG: &str = r#"{"so_name":"a","contact_first_name":"b","contact_last_name":"c"}"#;

fn kind(error: Option<&Error>) -> Option<ErrorKind> {
    error.map(Error::kind)
}

#[tokio::test(start_paused = true)]
async fn a_create_that_was_sent_may_have_been_carried_out() {
    let memory = served(|request: Request| async move {
        request.sent.mark();
        pending().await
    });
    let error = dropped("sent", memory, CREATE, ORG).await.unwrap();
    assert_eq!((error.kind(), error.retryable()), (ErrorKind::OutcomeUnknown, false));
    assert_eq!(error.operation(), Some(CREATE));
    assert!(error.request_id().is_some());
    let message = error.to_string();
    assert!(
        message.contains("abandoned after it was sent") && message.contains("The outcome is unknown"),
        "{message}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_create_that_was_not_sent_was_not_carried_out() {
    let connecting = served(|_| pending());
    let refused = served(|request: Request| async move {
        request.sent.mark();
        let mut answer: Response = json_answer(429, &json!({}));
        answer.headers.insert("retry-after", http::HeaderValue::from(60));
        Ok(answer)
    });
    let tokenless = Arc::new(Memory::new(|_| pending()));
    for (host, memory) in [("connecting", connecting), ("refused", refused), ("tokenless", tokenless)] {
        let error = dropped(host, memory, CREATE, ORG).await.unwrap();
        assert_eq!((error.kind(), error.retryable()), (ErrorKind::Cancelled, true), "{host}");
        assert!(error.to_string().contains("nothing was carried out"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_earlier_attempt_of_a_write_counts() {
    let memory = served(|request: Request| async move {
        request.sent.mark();
        let mut answer: Response = json_answer(503, &json!({}));
        answer.headers.insert("retry-after", http::HeaderValue::from(60));
        Ok(answer)
    });
    let ticket = r#"{"custom_psa_ticket_id":"1"}"#;
    let error = dropped("earlier", memory, RESOLVE, ticket).await.unwrap();
    assert_eq!((error.kind(), error.retryable()), (ErrorKind::OutcomeUnknown, true), "{error}");
}

#[tokio::test(start_paused = true)]
async fn reads_and_ended_calls_are_not_reported() {
    let silent = served(|request: Request| async move {
        request.sent.mark();
        pending().await
    });
    assert_eq!(
        kind(dropped("read", silent, "ncentral.customers.get", r#"{"customer_id":"1"}"#).await.as_ref()),
        None
    );
    let created = served(|_| async { Ok(json_answer(201, &json!({"soId": "1"}))) });
    assert_eq!(kind(dropped("created", created, CREATE, ORG).await.as_ref()), None);
    let lost = served(|request: Request| async move {
        request.sent.mark();
        Err(TransportError::new(TransportErrorKind::Closed, "gone"))
    });
    assert_eq!(kind(dropped("lost", lost, CREATE, ORG).await.as_ref()), None);
}
