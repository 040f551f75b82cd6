//! The transport over plain sockets: requests, responses and errors.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic fails the test")]

mod wire;

use std::net::TcpListener as StdListener;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use mspkit::transport::{Http, Request, Sent, Transport, TransportErrorKind, TransportOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Notify;
use url::Url;
use wire::{Server, drop_when, echo, fault_of, http, options, outcome, read_request, text, within};

#[tokio::test]
async fn a_response_is_complete() {
    let server = Server::answering("HTTP/1.1 404 Nope\r\nX-Id: 7\r\nContent-Length: 5\r\n\r\nhello").await;
    let response = outcome(&http(), server.get("/a?b=c")).await.unwrap();
    assert_eq!(response.status, StatusCode::NOT_FOUND);
    assert_eq!(response.headers["x-id"], "7");
    assert_eq!(text(&response), "hello");
}

#[tokio::test]
async fn a_redirect_is_a_response() {
    let server = Server::answering("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n").await;
    let response = outcome(&http(), server.get("/a")).await.unwrap();
    assert_eq!(response.status, StatusCode::FOUND);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn informational_responses_are_skipped() {
    let server = Server::answering(
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    )
    .await;
    let response = outcome(&http(), server.get("/")).await.unwrap();
    assert_eq!(response.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_request_is_sent_unchanged() {
    let server = Server::start(echo).await;
    let mut request = server.get("/p%2Fq?x=%20#here");
    request.headers.insert("x-mine", HeaderValue::from_static("1"));
    let response = outcome(&http(), request).await.unwrap();
    let head = text(&response);
    assert!(head.starts_with("get /p%2fq?x=%20 http/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("host: {}\r\n", server.address)), "{head}");
    assert!(head.contains("x-mine: 1\r\n"), "{head}");
    assert!(head.contains("accept-encoding: gzip\r\n"), "{head}");
    assert!(head.contains(concat!("user-agent: mspkit/", env!("CARGO_PKG_VERSION"), "\r\n")), "{head}");
    assert!(!head.contains("content-length"), "{head}");
}

#[tokio::test]
async fn a_body_is_sent_with_its_length() {
    let server = Server::start(|mut stream| async move {
        let (head, body) = read_request(&mut stream).await.unwrap();
        assert!(head.contains("content-length: 7\r\n"), "{head}");
        assert!(!head.contains("transfer-encoding"), "{head}");
        assert_eq!(body, b"{\"a\":1}");
        stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    })
    .await;
    let response = outcome(&http(), server.post("/", "{\"a\":1}")).await.unwrap();
    assert_eq!(response.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_post_without_body_has_a_length_of_zero() {
    let server = Server::start(echo).await;
    for (method, expected) in
        [(Method::POST, true), (Method::PUT, true), (Method::PATCH, true), (Method::DELETE, false)]
    {
        let response = outcome(&http(), Request::new(method.clone(), server.url("/"))).await.unwrap();
        assert_eq!(text(&response).contains("content-length: 0\r\n"), expected, "{method}");
    }
}

#[tokio::test]
async fn invalid_requests_are_refused() {
    let with_header = |name: &'static str| {
        let mut request = Request::new(Method::GET, Url::parse("http://127.0.0.1:1/").unwrap());
        request.headers.insert(name, HeaderValue::from_static("1"));
        request
    };
    let to = |url: &str| Request::new(Method::GET, Url::parse(url).unwrap());
    let requests = [
        to("ftp://127.0.0.1/"),
        to("http://{x}/?q=hidden"),
        to("http://user:hidden@127.0.0.1:1/"),
        Request::new(Method::CONNECT, Url::parse("http://127.0.0.1:1/").unwrap()),
        with_header("content-length"),
        with_header("transfer-encoding"),
        with_header("host"),
        with_header("connection"),
    ];
    for request in requests {
        let sent = request.sent.clone();
        let error = outcome(&http(), request).await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::InvalidRequest, "{error}");
        assert!(!sent.get());
        assert!(!format!("{error} {error:?}").contains("hidden"));
    }
}

#[tokio::test]
async fn invalid_options_are_named() {
    let wrong = |change: fn(&mut TransportOptions)| {
        let mut options = options();
        change(&mut options);
        Http::new(&options).unwrap_err()
    };
    assert_eq!(wrong(|o| o.max_body_bytes = 0).option, "max_body_bytes");
    assert_eq!(wrong(|o| "a\nb".clone_into(&mut o.user_agent)).option, "user_agent");
    for proxy in [
        "socks5://me:hidden@proxy:1",
        "http://me:hidden@",
        "me:hidden",
        "http://me:hid/den@proxy",
        "http://me:hidden@pro{x}y",
        "",
    ] {
        let mut options = options();
        options.proxy = Some(proxy.to_owned());
        let error = Http::new(&options).unwrap_err();
        assert_eq!(error.option, "proxy", "{proxy}");
        assert!(!format!("{error} {error:?} {options:?}").contains("hid"), "{error}");
    }
}

#[tokio::test]
async fn a_connection_is_reused() {
    let server = Server::start(echo).await;
    let transport = http();
    for _ in 0..50 {
        outcome(&transport, server.get("/")).await.unwrap();
        outcome(&transport, server.post("/", "{}")).await.unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_connection_is_reused_by_a_runtime_that_does_not_run_between_calls() {
    let far = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let here = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = far.block_on(Server::start(echo));
    let transport = http();
    for _ in 0..50 {
        here.block_on(outcome(&transport, server.get("/"))).unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_connection_that_was_closed_while_the_runtime_did_not_run_is_not_used() {
    let far = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let here = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (close, closed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (order, report) = (Arc::clone(&close), Arc::clone(&closed));
    let server = far.block_on(Server::start(move |mut stream| {
        let (order, report) = (Arc::clone(&order), Arc::clone(&report));
        async move {
            read_request(&mut stream).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
            order.notified().await;
            drop(stream);
            report.notify_one();
        }
    }));
    let transport = http();
    for round in 1..=100 {
        here.block_on(outcome(&transport, server.post("/", "{}"))).unwrap();
        close.notify_one();
        far.block_on(within(closed.notified()));
        assert_eq!(server.connections(), round);
    }
}

#[tokio::test]
async fn idle_connection_is_closed_after_its_time() {
    let (gone, mut wait) = tokio::sync::mpsc::channel(1);
    let server = Server::start(move |mut stream| {
        let gone = gone.clone();
        async move {
            echo(&mut stream).await;
            let _ = gone.send(()).await;
        }
    })
    .await;
    let mut options = options();
    options.pool_idle_timeout = Duration::from_millis(100);
    let transport = Http::new(&options).unwrap();
    outcome(&transport, server.get("/")).await.unwrap();
    within(wait.recv()).await.unwrap();
}

#[tokio::test]
async fn dropping_an_attempt_closes_its_connection() {
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let (gone, mut wait) = tokio::sync::mpsc::channel(1);
        let arrived = Sent::new();
        let (mark, done) = (arrived.clone(), gone);
        let server = Server::start(move |mut stream| {
            let (mark, done) = (mark.clone(), done.clone());
            async move {
                read_request(&mut stream).await.unwrap();
                mark.mark();
                assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
                done.send(()).await.unwrap();
            }
        })
        .await;
        let transport = http();
        let request = Request::new(method, server.url("/"));
        let sent = request.sent.clone();
        drop_when(transport.send(request), || arrived.get()).await;
        assert!(sent.get(), "the server has read it");
        within(wait.recv()).await.unwrap();
    }
}

#[tokio::test]
async fn refused_connection_means_not_sent() {
    let address = StdListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for method in [Method::GET, Method::POST] {
        let request = Request::new(method, Url::parse(&format!("http://{address}/?q=hidden")).unwrap());
        let sent = request.sent.clone();
        let error = outcome(&http(), request).await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::Connect);
        assert!(!sent.get());
        let message = error.to_string();
        assert!(message.contains(&address.to_string()) && message.contains("refused"), "{message}");
        assert!(!message.contains("hidden"), "{message}");
        let system = error.source.source().and_then(|cause| cause.downcast_ref::<std::io::Error>());
        assert_eq!(system.map(std::io::Error::kind), Some(std::io::ErrorKind::ConnectionRefused));
    }
}

#[tokio::test]
async fn unknown_host_means_not_sent() {
    let request = Request::new(Method::POST, Url::parse("http://nowhere.invalid/").unwrap());
    let sent = request.sent.clone();
    let error = outcome(&http(), request).await.unwrap_err();
    assert!(
        matches!(error.kind, TransportErrorKind::Connect | TransportErrorKind::ConnectTimeout),
        "{error}"
    );
    assert!(!sent.get());
}

#[tokio::test]
async fn full_listener_is_a_connect_timeout_and_means_not_sent() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // Nothing accepts: these fill the queue, and later connections get no response.
    let mut queue = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(200), tokio::net::TcpStream::connect(address)).await
    {
        queue.push(stream);
    }
    let mut options = options();
    options.connect_timeout = Duration::from_millis(100);
    let transport = Http::new(&options).unwrap();
    for method in [Method::GET, Method::POST] {
        let request = Request::new(method, Url::parse(&format!("http://{address}/")).unwrap());
        let sent = request.sent.clone();
        let error = outcome(&transport, request).await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::ConnectTimeout, "{error}");
        assert!(!sent.get());
    }
}

#[tokio::test]
async fn a_close_before_the_response_means_sent() {
    assert_eq!(fault_of("").await, TransportErrorKind::Closed);
    assert_eq!(fault_of("HTTP/1.1 200 O").await, TransportErrorKind::Closed);
}

#[tokio::test]
async fn a_truncated_body_is_an_error() {
    assert_eq!(
        fault_of("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789").await,
        TransportErrorKind::Closed
    );
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(fault_of(format!("{chunked}5\r\nhello\r\n")).await, TransportErrorKind::Closed);
    assert_eq!(fault_of(format!("{chunked}5\r\nhel")).await, TransportErrorKind::Closed);
    assert_eq!(fault_of(format!("{chunked}5\r\nhello\r\n0\r\n")).await, TransportErrorKind::Closed);
}

#[tokio::test]
async fn a_response_that_is_not_http_is_malformed() {
    assert_eq!(fault_of("SSH-2.0-OpenSSH_9.2\r\n\r\n").await, TransportErrorKind::Malformed);
    assert_eq!(fault_of("HTTP/1.1 abc OK\r\n\r\n").await, TransportErrorKind::Malformed);
    assert_eq!(
        fault_of("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab").await,
        TransportErrorKind::Malformed
    );
    assert_eq!(
        fault_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n").await,
        TransportErrorKind::Malformed
    );
}

#[tokio::test]
async fn hundreds_of_headers_are_read() {
    let many = (0..350).map(|n| format!("X-Trace-{n}: v\r\n")).collect::<Vec<_>>().concat();
    let server = Server::answering(format!("HTTP/1.1 200 OK\r\n{many}Content-Length: 2\r\n\r\n{{}}")).await;
    assert_eq!(outcome(&http(), server.get("/")).await.unwrap().headers.len(), 351);
}

#[tokio::test]
async fn flood_of_headers_is_too_large() {
    let many = "X-A: b\r\n".repeat(5_000);
    assert_eq!(fault_of(format!("HTTP/1.1 200 OK\r\n{many}\r\n")).await, TransportErrorKind::TooLarge);
    let server = Server::answering(format!("HTTP/1.1 200 OK\r\n{many}\r\n")).await;
    let message = outcome(&http(), server.get("/")).await.unwrap_err().to_string();
    assert!(message.contains("headers") && !message.contains("max_body_bytes"), "{message}");
    let long = "b".repeat(2 << 20);
    assert_eq!(
        fault_of(format!("HTTP/1.1 200 OK\r\nX-A: {long}\r\n\r\n")).await,
        TransportErrorKind::TooLarge
    );
}
