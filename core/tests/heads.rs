//! Responses whose body cannot be read: the status and the headers decide.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic fails the test")]

mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mspkit::ncentral::CreateCustomer;
use mspkit::{Builder, Error, ErrorKind, NCentral};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wire::{Server, read_request, within};

/// Ways in which the body after a complete head can be invalid.
const BODIES: [&str; 5] = [
    "Content-Length: 99\r\n\r\n{",
    "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "Content-Length: 1000000000\r\n\r\n{",
    "Content-Encoding: br\r\nContent-Length: 2\r\n\r\nab",
    "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab",
];

/// N-central that issues tokens, and responds to everything else with `head` and `body`, then closes or hangs.
async fn serve(head: &str, body: &'static str, hang: bool) -> (Builder<NCentral>, Arc<AtomicUsize>, Server) {
    let requests = Arc::new(AtomicUsize::new(0));
    let (count, answer) = (Arc::clone(&requests), format!("{head}{body}"));
    let server = Server::start(move |mut stream| {
        let (count, answer) = (Arc::clone(&count), answer.clone());
        async move {
            while let Some((head, _)) = read_request(&mut stream).await {
                if head.contains("/api/auth/") {
                    let tokens = r#"{"tokens":{"access":{"token":"access-token"}}}"#;
                    let tokens =
                        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{tokens}", tokens.len());
                    stream.write_all(tokens.as_bytes()).await.unwrap();
                    continue;
                }
                count.fetch_add(1, Ordering::SeqCst);
                let _ = stream.write_all(answer.as_bytes()).await;
                while hang && stream.read_u8().await.is_ok() {}
                return;
            }
        }
    })
    .await;
    let client =
        NCentral::builder().base_url(server.url("/").to_string()).jwt("the-user-token").trust_env(false);
    (client, requests, server)
}

async fn read(client: &NCentral) -> Result<(), Error> {
    within(async { client.customers().get("1").await }).await.map(drop)
}

async fn create(client: &NCentral) -> Result<(), Error> {
    let params = CreateCustomer::new("Contoso", "Ada", "Lovelace");
    within(async { client.service_orgs().create_customer("50", params).await }).await.map(drop)
}

#[tokio::test]
async fn below_500_the_status_decides() {
    let kinds = [
        (400, ErrorKind::BadRequest),
        (403, ErrorKind::PermissionDenied),
        (404, ErrorKind::NotFound),
        (409, ErrorKind::Conflict),
    ];
    for (status, kind) in kinds {
        for body in BODIES {
            let (client, requests, _server) = serve(&format!("HTTP/1.1 {status} X\r\n"), body, false).await;
            let client = client.build().unwrap();
            for result in [read(&client).await, create(&client).await] {
                let error = result.unwrap_err();
                assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{body:?}: {error}");
                assert!(error.to_string().contains("body could not be read"), "{error}");
            }
            assert_eq!(requests.load(Ordering::SeqCst), 2);
        }
    }
}

#[tokio::test]
async fn the_requested_wait_is_honoured() {
    for status in [429, 503] {
        for body in BODIES {
            let (client, requests, _server) =
                serve(&format!("HTTP/1.1 {status} X\r\nRetry-After: 1\r\n"), body, false).await;
            let begun = Instant::now();
            let error = read(&client.max_retries(1).timeout(Duration::from_millis(1500)).build().unwrap())
                .await
                .unwrap_err();
            assert_eq!(error.status(), Some(status), "{error}");
            assert_eq!(error.retry_after(), Some(Duration::from_secs(1)), "{error}");
            assert!(requests.load(Ordering::SeqCst) <= 2 && begun.elapsed() > Duration::from_millis(900));
        }
    }
}

#[tokio::test]
async fn a_create_with_a_2xx_response_succeeds() {
    for body in BODIES {
        let (client, requests, _server) = serve("HTTP/1.1 201 Created\r\n", body, false).await;
        create(&client.build().unwrap()).await.unwrap();
        assert_eq!(requests.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn a_read_needs_its_body() {
    for body in BODIES {
        let (client, requests, _server) = serve("HTTP/1.1 200 OK\r\n", body, false).await;
        let error = read(&client.max_retries(1).build().unwrap()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Connection | ErrorKind::Decode), "{error}");
        assert_eq!(error.status(), Some(200));
        // A request that would fail in the same way is not repeated.
        let again = if error.kind() == ErrorKind::Decode { 1 } else { 2 };
        assert_eq!(requests.load(Ordering::SeqCst), again, "{error}");
    }
}

#[tokio::test]
async fn a_body_that_never_ends_keeps_the_status() {
    let body = "Content-Length: 99\r\n\r\n{";
    for (head, kind) in [
        ("HTTP/1.1 403 X\r\n", Some(ErrorKind::PermissionDenied)),
        ("HTTP/1.1 400 X\r\n", Some(ErrorKind::BadRequest)),
        ("HTTP/1.1 201 X\r\n", None),
    ] {
        let (client, requests, _server) = serve(head, body, true).await;
        let client = client.attempt_timeout(Duration::from_millis(200)).build().unwrap();
        assert_eq!(create(&client).await.err().map(|error| error.kind()), kind, "{head}");
        assert_eq!(requests.load(Ordering::SeqCst), 1);
    }
}
