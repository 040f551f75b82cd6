//! Tests of calls: deadline, attempts, shared state, and dropped callers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic fails the test")]

mod support;
mod wire;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderValue;
use mspkit::ncentral::{CreateServiceOrg, ListCustomers};
use mspkit::transport::{Memory, Request, Response, TransportError, TransportErrorKind};
use mspkit::{Config, Error, ErrorKind, NCentral, Service, blocking};
use serde_json::json;
use support::{config, eventually, json_answer, ncentral_at, served, simulator};
use tokio::io::AsyncWriteExt as _;
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);

fn customer() -> Response {
    json_answer(200, &json!({"customerId": "1", "customerName": "C"}))
}

fn retry_after(status: u16, seconds: u64) -> Response {
    let mut answer = json_answer(status, &json!({}));
    answer.headers.insert("retry-after", HeaderValue::from(seconds));
    answer
}

/// A server that accepts a request and never responds.
fn silent() -> Arc<Memory> {
    served(|request: Request| async move {
        request.sent.mark();
        std::future::pending().await
    })
}

/// The outcome of a call of one customer, and its duration by the paused clock.
async fn timed(client: &NCentral) -> (Result<(), Error>, Duration) {
    let begun = Instant::now();
    let result = client.customers().get("1").await.map(drop);
    (result, begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn one_deadline_covers_token_attempts_and_back_off() {
    let memory = Arc::new(Memory::new(|request: Request| async move {
        request.sent.mark();
        sleep(2 * SECOND).await;
        if request.url.path() == "/api/auth/authenticate" {
            return Ok(json_answer(200, &json!({"tokens": {"access": {"token": "access-token"}}})));
        }
        // After the token, two attempts and a pause of 1 s after each there is 1 s left.
        Ok(retry_after(503, 1))
    }));
    let client = ncentral_at("deadline", &memory).timeout(9 * SECOND).max_retries(9).build().unwrap();
    let (result, took) = timed(&client).await;
    let error = result.unwrap_err();
    assert_eq!((error.kind(), took), (ErrorKind::Timeout, 9 * SECOND));
    let attempts = error.attempts();
    assert_eq!(
        attempts.iter().map(|attempt| attempt.status).collect::<Vec<_>>(),
        [Some(503), Some(503), None]
    );
    assert_eq!(attempts[0].waited, 2 * SECOND, "the token");
    assert_eq!(attempts[0].took, 2 * SECOND);
    assert!(attempts[1].waited >= SECOND, "the pause that the server requested");
    let sum: Duration = attempts.iter().map(|attempt| attempt.waited + attempt.took).sum();
    assert_eq!((attempts[2].took, sum), (SECOND, 9 * SECOND), "everything is reported");
}

#[tokio::test(start_paused = true)]
async fn a_late_token_is_a_timeout_of_the_call() {
    let memory = Arc::new(Memory::new(|_| std::future::pending()));
    let client = ncentral_at("no-token", &memory).timeout(3 * SECOND).build().unwrap();
    let (result, took) = timed(&client).await;
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.retryable(), took), (ErrorKind::Timeout, true, 3 * SECOND));
    assert!(error.to_string().contains("nothing was sent"), "{error}");
    // The create itself was never sent, so its outcome is known.
    let create = client.service_orgs().create(CreateServiceOrg::new("A", "B", "C")).await.unwrap_err();
    assert_eq!(create.kind(), ErrorKind::Timeout);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_its_own_timeout() {
    let memory = silent();
    let client = ncentral_at("attempts", &memory).attempt_timeout(2 * SECOND).build().unwrap();
    let error = timed(&client).await.0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.attempts().len(), 3);
    for attempt in error.attempts() {
        assert_eq!(attempt.took, 2 * SECOND);
        assert!(attempt.cause.is_some());
    }
    let create = client.service_orgs().create(CreateServiceOrg::new("A", "B", "C")).await.unwrap_err();
    assert_eq!((create.kind(), create.attempts().len()), (ErrorKind::OutcomeUnknown, 1));
}

#[tokio::test(start_paused = true)]
async fn no_retries_is_one_request() {
    type Answer = fn() -> Result<Response, TransportError>;
    let answers: [(&str, Answer); 5] = [
        ("server-error", || Ok(json_answer(503, &json!({})))),
        ("throttled", || Ok(retry_after(429, 1))),
        ("timeout", || Ok(json_answer(408, &json!({})))),
        ("closed", || Err(TransportError::new(TransportErrorKind::Closed, "closed"))),
        ("refused", || Err(TransportError::new(TransportErrorKind::Connect, "refused"))),
    ];
    for (name, answer) in answers {
        let memory = served(move |request: Request| async move {
            if name == "closed" {
                request.sent.mark();
            }
            answer()
        });
        let client = ncentral_at(name, &memory).max_retries(0).build().unwrap();
        client.auth().authenticate().await.unwrap();
        let before = memory.requests();
        let error = timed(&client).await.0.unwrap_err();
        assert_eq!((memory.requests() - before, error.attempts().len()), (1, 1), "{name}: {error}");
        // The same for one call of a client that would retry.
        let client = ncentral_at(&format!("{name}-once"), &memory).build().unwrap();
        client.auth().authenticate().await.unwrap();
        let before = memory.requests();
        client.customers().get("1").max_retries(0).await.unwrap_err();
        assert_eq!(memory.requests() - before, 1, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_longer_wait_than_allowed_fails_immediately_and_is_reported() {
    for (status, kind) in [(429, ErrorKind::RateLimit), (503, ErrorKind::Server)] {
        let memory = served(move |_| async move { Ok(retry_after(status, 121)) });
        let client = ncentral_at(&format!("wait-{status}"), &memory).timeout(300 * SECOND).build().unwrap();
        let (result, took) = timed(&client).await;
        let error = result.unwrap_err();
        assert_eq!((error.kind(), took), (kind, Duration::ZERO));
        assert_eq!(error.retry_after(), Some(121 * SECOND));
        assert_eq!(error.attempts().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_longer_than_the_call_is_not_started() {
    let memory = served(|_| async { Ok(retry_after(503, 20)) });
    let client = ncentral_at("outlasts", &memory).timeout(10 * SECOND).build().unwrap();
    let (result, took) = timed(&client).await;
    assert_eq!((result.unwrap_err().retry_after(), took), (Some(20 * SECOND), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_never_shortened() {
    let requests = Arc::new(AtomicUsize::new(0));
    let memory = served(move |_| {
        let first = requests.fetch_add(1, Ordering::SeqCst) == 0;
        async move { Ok(if first { retry_after(503, 100) } else { customer() }) }
    });
    let client = ncentral_at("patient", &memory).build().unwrap();
    let (result, took) = timed(&client).await;
    result.unwrap();
    assert!(took >= 100 * SECOND && took < 101 * SECOND, "{took:?}");
}

/// A server of raw sockets that keeps its connections and responds to every request of an N-central client.
async fn keeping() -> wire::Server {
    wire::Server::start(|mut stream| async move {
        while let Some((_, _)) = wire::read_request(&mut stream).await {
            let body = r#"{"tokens":{"access":{"token":"access-token"}},"customerId":"1"}"#;
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            if stream.write_all(format!("{head}{body}").as_bytes()).await.is_err() {
                break;
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_base_url_with_a_path_comes_before_every_path() {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = requests.clone();
    let server = wire::Server::start(move |mut stream| {
        let seen = seen.clone();
        async move {
            while let Some((head, _)) = wire::read_request(&mut stream).await {
                seen.lock().unwrap().push(head.lines().next().unwrap_or_default().to_owned());
                let body = r#"{"tokens":{"access":{"token":"access-token"}},"data":[{"customerId":"1"}],"totalItems":1,
                    "_links":{"nextPage":null}}"#;
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            }
        }
    })
    .await;
    for base in ["/msp/n-central", "/msp/n-central/"] {
        let base_url = server.url(base).to_string();
        let client =
            NCentral::builder().base_url(base_url).jwt("the-user-token").trust_env(false).build().unwrap();
        let customers = client.customers().list(ListCustomers::new()).collect().await.unwrap();
        assert_eq!(customers[0].customer_id, Some("1".into()));
        client.request("GET", "/api/devices").send().await.unwrap();
        let requests: Vec<_> = requests.lock().unwrap().drain(..).collect();
        assert_eq!(
            requests,
            [
                "post /msp/n-central/api/auth/authenticate http/1.1",
                "get /msp/n-central/api/customers?pagenumber=1 http/1.1",
                "get /msp/n-central/api/devices http/1.1",
            ]
        );
    }
}

#[tokio::test]
async fn a_client_with_other_options_shares_tokens_connections_and_limits() {
    let server = keeping().await;
    let url = server.url("/").to_string();
    let client = NCentral::builder().base_url(url).jwt("the-user-token").trust_env(false).build().unwrap();
    client.customers().get("1").await.unwrap();
    let options = Config::from_json(br#"{"timeout": 7, "max_retries": 0}"#).unwrap();
    let other = client.with_options(&options).unwrap();
    other.customers().get("1").await.unwrap();
    other.clone().customers().get("1").await.unwrap();
    assert_eq!(server.connections(), 1);
    assert_eq!(client.limits(), other.limits());
    let groups: Vec<_> = other.limits().into_iter().map(|limit| limit.endpoint).collect();
    assert_eq!(groups, ["GET /api/customers/{customerId}", "POST /api/auth/authenticate"]);
}

#[test]
fn options_of_the_client_cannot_be_changed_for_a_copy() {
    let memory = silent();
    let client = ncentral_at("fixed", &memory).build().unwrap();
    for options in [r#"{"jwt": "another"}"#, r#"{"base_url": "https://b.example"}"#, r#"{"verify": false}"#] {
        let error = client.with_options(&Config::from_json(options.as_bytes()).unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{options}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_closed_client_ends_waits() {
    let memory =
        served(|_| async { Ok(json_answer(200, &json!({"reportId": 7, "reportStatus": "IN_PROGRESS"}))) });
    let client = ncentral_at("waits", &memory).build().unwrap();
    let calling = client.clone();
    let waiting = tokio::spawn(async move { calling.reports().wait(7).poll_interval(3600 * SECOND).await });
    eventually("the report was asked for", || memory.requests() == 2).await;
    let closed = Instant::now();
    client.close();
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Closed, Some("ncentral.reports.wait")));
    assert!(closed.elapsed() < SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_ends_in_a_request_names_the_state_before_it() {
    let polls = Arc::new(AtomicUsize::new(0));
    let memory = served(move |_| {
        let first = polls.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            sleep(if first { Duration::ZERO } else { 60 * SECOND }).await;
            Ok(json_answer(200, &json!({"reportId": 7, "reportStatus": "IN_PROGRESS"})))
        }
    });
    let client = ncentral_at("cut-short", &memory).build().unwrap();
    let error = client.reports().wait(7).poll_interval(SECOND).timeout(5 * SECOND).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("IN_PROGRESS"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_closed_client_refuses_calls_and_lets_those_in_flight_end() {
    let memory = served(|_| async {
        sleep(SECOND).await;
        Ok(customer())
    });
    let client = ncentral_at("closed", &memory).build().unwrap();
    let calling = client.clone();
    let in_flight = tokio::spawn(async move { timed(&calling).await.0 });
    eventually("the call is in flight", || memory.requests() == 2).await;
    client.close();
    client.close();
    let sent = memory.requests();
    let clone = client.clone();
    for client in [&client, &clone] {
        let error = client.customers().get("1").await.unwrap_err();
        assert_eq!((error.kind(), error.attempts().len()), (ErrorKind::Closed, 0));
        let error = client.request("GET", "/api/sites").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Closed);
        let error = client.customers().list(ListCustomers::new()).items().next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Closed);
        assert!(error.resume_token().is_some(), "an interrupted list can be resumed");
    }
    assert_eq!(memory.requests(), sent);
    in_flight.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_dropped_call_frees_its_slot_and_its_connection() {
    let simulator = simulator(json!({})).await;
    let client =
        NCentral::builder().config(config(&simulator, Service::NCentral, json!({}))).build().unwrap();
    support::faults(
        &simulator,
        1,
        &json!([{"match": "GET /api/customers/{customerId}", "times": 0, "fault": {"kind": "hang"}}]),
    );
    let calls: Vec<_> = (0..5)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.customers().get("100").await.map(drop) })
        })
        .collect();
    let count = || simulator.count("ncentral.customers.get");
    eventually("all calls have arrived", || count().received == 5).await;
    for call in &calls {
        call.abort();
    }
    eventually("the server sees them close", || count().dropped == 5).await;
    support::faults(&simulator, 1, &json!([]));
    client.customers().get("100").timeout(SECOND).await.unwrap();
    let limits = client.limits();
    let limit = limits.iter().find(|limit| limit.endpoint.contains("customerId")).unwrap();
    assert_eq!((limit.in_flight, limit.waiting), (0, 0));
}

/// The events of a client's hooks, one line each.
type Events = Arc<Mutex<Vec<String>>>;

fn recorder(events: &Events) -> impl Fn(String) + Send + Sync + 'static + use<> {
    let events = events.clone();
    move |line| events.lock().unwrap().push(line)
}

#[tokio::test(start_paused = true)]
async fn hooks_report_every_attempt_with_its_numbers() {
    let requests = Arc::new(AtomicUsize::new(0));
    let memory = served(move |request: Request| {
        let nth = requests.fetch_add(1, Ordering::SeqCst);
        async move {
            request.sent.mark();
            match nth {
                0 => Ok(retry_after(503, 3)),
                1 => Ok(retry_after(429, 5)),
                2 => Err(TransportError::new(TransportErrorKind::Closed, "gone")),
                _ => Ok(customer()),
            }
        }
    });
    let log = Events::default();
    let [one, two, three] = [recorder(&log), recorder(&log), recorder(&log)];
    let ids = Arc::new(Mutex::new(Vec::new()));
    let seen = ids.clone();
    let builder = ncentral_at("hooks", &memory)
        .on_request(move |event| {
            seen.lock().unwrap().push(event.request_id.to_owned());
            one(format!("{} {} {} {}", event.attempt, event.operation, event.method, event.path));
        })
        .on_response(move |event| {
            two(format!("{} {:?} {:?}", event.attempt, event.status, event.cause.is_some()));
        })
        .on_retry(move |event| three(format!("{} {} {}", event.attempt, event.reason, event.wait.as_secs())));
    let client = builder.max_retries(2).build().unwrap();
    client.auth().authenticate().await.unwrap();
    log.lock().unwrap().clear();
    ids.lock().unwrap().clear();
    let meta = client.customers().get("1").with_response().await.unwrap().meta;
    let sends = |attempt: usize| format!("{attempt} ncentral.customers.get GET /api/customers/1");
    let lines = log.lock().unwrap().clone();
    assert_eq!(
        lines[..8],
        [
            sends(1),
            "1 Some(503) false".to_owned(),
            "1 HTTP 503 3".to_owned(),
            sends(2),
            "2 Some(429) false".to_owned(),
            "2 HTTP 429 5".to_owned(),
            sends(3),
            "3 None true".to_owned(),
        ]
    );
    assert!(lines[8].starts_with("3 the connection was closed"), "{}", lines[8]);
    assert_eq!(lines[9..], [sends(4), "4 Some(200) false".to_owned()]);
    assert_eq!(meta.attempts, 4);
    assert!(ids.lock().unwrap().iter().all(|id| *id == meta.request_id), "one id for all attempts");
}

#[tokio::test]
async fn a_blocking_client_inside_a_runtime_is_refused() {
    let memory = silent();
    let client = blocking::NCentral::builder().base_url("https://async.example").jwt("the-user-token");
    let client = client.transport(memory.clone()).build().unwrap();
    let errors = [
        client.customers().get("1").send().unwrap_err(),
        client.customers().list(ListCustomers::new()).collect().unwrap_err(),
        client.customers().list(ListCustomers::new()).items().next().unwrap().unwrap_err(),
        client.request("GET", "/api/sites").send().unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains("async"), "{error}");
    }
    assert_eq!(memory.requests(), 0);
}
