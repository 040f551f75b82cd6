//! Proxies: when one is used, how requests reach it, and that its password is never shown.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic fails the test")]

mod wire;

use std::sync::{Arc, Mutex};

use http::{Method, StatusCode};
use mspkit::transport::{Http, Pem, Request, TransportErrorKind, TransportOptions};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use url::Url;
use wire::{Server, echo, in_environment, options, outcome, read_request, text, wanted};

/// `me:p@ss` in the Basic scheme.
const CREDENTIALS: &str = "proxy-authorization: basic bwu6cebzcw==";

/// A proxy that keeps the heads of its requests, and responds to them itself except for `CONNECT`.
async fn proxy(tunnel: &'static str) -> (Server, Arc<Mutex<Vec<String>>>) {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&heads);
    let server = Server::start(move |mut stream| {
        let seen = Arc::clone(&seen);
        async move {
            while let Some((head, _)) = read_request(&mut stream).await {
                seen.lock().unwrap().push(head.clone());
                if let Some(rest) = head.strip_prefix("connect ") {
                    stream.write_all(tunnel.as_bytes()).await.unwrap();
                    if tunnel.contains("HTTP/1.1 2") {
                        let target = rest.split(' ').next().unwrap();
                        let mut target = TcpStream::connect(target).await.unwrap();
                        let _ = copy_bidirectional(&mut stream, &mut target).await;
                    }
                    return;
                }
                stream.write_all(b"HTTP/1.1 203 Proxied\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            }
        }
    })
    .await;
    (server, heads)
}

fn acceptor(certified: &rcgen::CertifiedKey<rcgen::KeyPair>) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let settings = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(settings))
}

fn through(proxy: &Server) -> TransportOptions {
    let mut options = options();
    options.proxy = Some(format!("http://me:p%40ss@{}", proxy.address));
    options
}

#[tokio::test]
async fn plain_request_goes_to_the_proxy_with_its_credentials() {
    let (proxy, heads) = proxy("").await;
    let transport = Http::new(&through(&proxy)).unwrap();
    for _ in 0..2 {
        let request = Request::new(Method::GET, Url::parse("http://nowhere.invalid/a?b=c").unwrap());
        assert_eq!(
            outcome(&transport, request).await.unwrap().status,
            StatusCode::NON_AUTHORITATIVE_INFORMATION
        );
    }
    assert_eq!(proxy.connections(), 1);
    for head in heads.lock().unwrap().iter() {
        assert!(head.starts_with("get http://nowhere.invalid/a?b=c http/1.1\r\n"), "{head}");
        assert!(head.contains("host: nowhere.invalid\r\n") && head.contains(CREDENTIALS), "{head}");
    }
}

#[tokio::test]
async fn secure_request_is_tunnelled_and_the_proxy_sees_only_the_host() {
    let server = Server::start(|mut stream| async move {
        // No TLS here: the failed handshake shows that the tunnel reaches this server.
        let _ = stream.write_all(b"not tls").await;
    })
    .await;
    let (proxy, heads) = proxy("HTTP/1.1 200 Connection Established\r\n\r\n").await;
    let transport = Http::new(&through(&proxy)).unwrap();
    let url = format!("https://{}/secret?token=hidden", server.address);
    let error = outcome(&transport, Request::new(Method::POST, Url::parse(&url).unwrap())).await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Connect, "{error}");
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
    assert_eq!(server.connections(), 1);
    let heads = heads.lock().unwrap();
    assert!(heads[0].starts_with(&format!("connect {} http/1.1\r\n", server.address)), "{heads:?}");
    assert!(heads[0].contains(CREDENTIALS) && !heads[0].contains("secret"), "{heads:?}");
}

#[tokio::test]
async fn proxy_and_server_may_both_use_tls() {
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let acceptor = acceptor(&certified);
    let behind = acceptor.clone();
    let server = Server::start(move |stream| {
        let acceptor = behind.clone();
        async move { echo(acceptor.accept(stream).await.unwrap()).await }
    })
    .await;
    let proxy = Server::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await.unwrap();
            let (head, _) = read_request(&mut stream).await.unwrap();
            let Some(rest) = head.strip_prefix("connect ") else {
                stream.write_all(b"HTTP/1.1 203 Proxied\r\nContent-Length: 0\r\n\r\n").await.unwrap();
                return stream.flush().await.unwrap();
            };
            let target = rest.split(' ').next().unwrap();
            let mut target = TcpStream::connect(target).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let _ = copy_bidirectional(&mut stream, &mut target).await;
        }
    })
    .await;
    let mut options = options();
    options.ca_bundle = Some(Pem::Bytes(certified.cert.pem().into_bytes()));
    options.proxy = Some(format!("https://me:p%40ss@localhost:{}", proxy.address.port()));
    let url = format!("https://localhost:{}/a", server.address.port());
    let transport = Http::new(&options).unwrap();
    for _ in 0..3 {
        let request = Request::new(Method::GET, Url::parse(&url).unwrap());
        let response = outcome(&transport, request).await.unwrap();
        assert!(text(&response).starts_with("get /a http/1.1"), "{response:?}");
        assert!(!text(&response).contains("proxy-authorization"));
    }
    assert_eq!((proxy.connections(), server.connections()), (1, 1));

    let plain = Request::new(Method::GET, Url::parse("http://nowhere.invalid/").unwrap());
    let response = outcome(&Http::new(&options).unwrap(), plain).await.unwrap();
    assert_eq!(response.status, StatusCode::NON_AUTHORITATIVE_INFORMATION);
}

/// A proxy that opens tunnels with this response, in front of a server over TLS; options to reach that server.
async fn tunnelling(reply: &'static str) -> (TransportOptions, Url, [Server; 2]) {
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let acceptor = acceptor(&certified);
    let server = Server::start(move |stream| {
        let acceptor = acceptor.clone();
        async move { echo(acceptor.accept(stream).await.unwrap()).await }
    })
    .await;
    let (proxy, _) = proxy(reply).await;
    let mut options = through(&proxy);
    options.ca_bundle = Some(Pem::Bytes(certified.cert.pem().into_bytes()));
    let url = Url::parse(&format!("https://localhost:{}/a", server.address.port())).unwrap();
    (options, url, [server, proxy])
}

#[tokio::test]
async fn every_2xx_opens_the_tunnel_and_it_is_kept() {
    for reply in [
        "HTTP/1.1 200 Connection established\r\n\r\n",
        "HTTP/1.1 201 Created\r\nVia: x\r\n\r\n",
        "HTTP/1.1 299\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\n\n",
    ] {
        let (options, url, [server, proxy]) = tunnelling(reply).await;
        let transport = Http::new(&options).unwrap();
        for _ in 0..5 {
            let mut request = Request::new(Method::POST, url.clone());
            request.body = Some("{}".into());
            let response = outcome(&transport, request).await.unwrap();
            let head = text(&response);
            assert!(
                head.starts_with("post /a http/1.1\r\n") && head.contains("content-length: 2\r\n"),
                "{head}"
            );
            assert!(head.contains(&format!("host: localhost:{}\r\n", server.address.port())), "{head}");
            assert!(
                head.contains("user-agent: mspkit/") && head.contains("accept-encoding: gzip\r\n"),
                "{head}"
            );
            assert!(!head.contains("proxy-authorization"), "{head}");
            assert!(response.proxy.is_none());
        }
        assert_eq!((proxy.connections(), server.connections()), (1, 1), "{reply:?}");
    }
}

#[test]
fn tunnel_is_reused_by_a_runtime_that_does_not_run_between_calls() {
    let far = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let here = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (options, url, [server, proxy]) = far.block_on(tunnelling("HTTP/1.1 200 OK\r\n\r\n"));
    let transport = Http::new(&options).unwrap();
    for _ in 0..50 {
        here.block_on(outcome(&transport, Request::new(Method::POST, url.clone()))).unwrap();
    }
    assert_eq!((proxy.connections(), server.connections()), (1, 1));
}

#[tokio::test]
async fn proxy_that_refuses_means_not_sent_and_its_message_is_shown() {
    let page =
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 46\r\n\r\n<html><title>Blocked by policy</title></html> ";
    let schemes = "HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n";
    for (answer, kind, expected) in [
        (page, TransportErrorKind::Refused, "403 Forbidden\", a page titled \"Blocked by policy\""),
        (schemes, TransportErrorKind::Refused, "proxy authorization required (Negotiate, Basic)"),
        ("HTTP/1.1 407 me:p@ss bWU6cEBzcw==\r\n\r\n", TransportErrorKind::Refused, "407 me:*** ***"),
        ("HTTP/1.1 403 No\x1b[2J\r\n\r\n", TransportErrorKind::Refused, "403 No\\u{1b}[2J"),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", TransportErrorKind::Connect, "502 Bad Gateway"),
        ("HTTP/1.1 503 Busy\r\nContent-Length: 3\r\n\r\nabc", TransportErrorKind::Connect, "503 Busy"),
        ("SSH-2.0\r\n\r\n", TransportErrorKind::Connect, "no HTTP proxy"),
        ("", TransportErrorKind::Connect, "closed the connection instead of responding"),
        ("HTTP/1.1 200 O", TransportErrorKind::Connect, "closed the connection during its response"),
    ] {
        let (proxy, _) = proxy(answer).await;
        let transport = Http::new(&through(&proxy)).unwrap();
        let request = Request::new(Method::POST, Url::parse("https://nowhere.invalid/").unwrap());
        let sent = request.sent.clone();
        let error = outcome(&transport, request).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(!sent.get());
        let shown = format!("{error} {error:?} {transport:?} {:?}", through(&proxy));
        assert!(
            error.to_string().contains(expected) && shown.contains(&proxy.address.to_string()),
            "{shown}"
        );
        for secret in ["p%40ss", "p@ss", "bWU6cEBzcw"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[tokio::test]
async fn proxy_that_never_responds_is_a_connect_timeout() {
    let silent =
        Server::start(|mut stream| async move { while read_request(&mut stream).await.is_some() {} }).await;
    let mut options = through(&silent);
    options.connect_timeout = std::time::Duration::from_millis(100);
    let request = Request::new(Method::POST, Url::parse("https://nowhere.invalid/").unwrap());
    let sent = request.sent.clone();
    let error = outcome(&Http::new(&options).unwrap(), request).await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::ConnectTimeout, "{error}");
    assert!(!sent.get() && error.to_string().contains(&silent.address.to_string()), "{error}");
}

#[tokio::test]
async fn response_of_a_proxy_to_an_unencrypted_request_names_it() {
    let (proxy, _) = proxy("").await;
    let request = Request::new(Method::GET, Url::parse("http://nowhere.invalid/").unwrap());
    let response = outcome(&Http::new(&through(&proxy)).unwrap(), request).await.unwrap();
    assert_eq!(response.proxy.as_deref(), Some(&*proxy.address.to_string()));
}

#[tokio::test]
async fn a_407_is_about_the_proxy() {
    for refuses in [
        "HTTP/1.1 407 Sign in\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 407 Sign in\r\nContent-Length: 9\r\n\r\n",
    ] {
        let proxy = Server::answering(refuses).await;
        for base in ["http://nowhere.invalid", "https://nowhere.invalid"] {
            let client = mspkit::NCentral::builder().base_url(base).jwt("the-user-token").allow_http(true);
            let client = client.proxy(format!("http://me:p%40ss@{}", proxy.address)).build().unwrap();
            let before = proxy.connections();
            let error = wire::within(async { client.customers().get("1").await }).await.unwrap_err();
            assert_eq!(error.kind(), mspkit::ErrorKind::Connection, "{error}");
            let message = error.to_string();
            assert!(message.contains(&format!("the proxy {}", proxy.address)), "{message}");
            assert!(message.contains("authorization") && message.contains("407"), "{message}");
            assert!(!message.contains("jwt") && !message.contains("p@ss"), "{message}");
            // Another attempt could lock the account.
            assert_eq!(proxy.connections(), before + 1, "{message}");
        }
    }
}

#[tokio::test]
async fn proxy_for_an_unencrypted_address_must_be_allowed() {
    let client = || {
        mspkit::NCentral::builder()
            .base_url("http://127.0.0.1:1")
            .jwt("the-user-token")
            .proxy("http://me:hidden@proxy:1")
    };
    let message = client().build().unwrap_err().to_string();
    assert!(
        message.starts_with("proxy: ") && message.contains("allow_http") && !message.contains("hidden"),
        "{message}"
    );
    client().allow_http(true).build().unwrap();
}

#[tokio::test]
async fn unreachable_proxy_means_not_sent() {
    let (proxy, _) = proxy("").await;
    let mut options = through(&proxy);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    options.proxy = Some(format!("me:p%40ss@{free}"));
    let request = Request::new(Method::GET, Url::parse("http://nowhere.invalid/").unwrap());
    let sent = request.sent.clone();
    let error = outcome(&Http::new(&options).unwrap(), request).await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Connect);
    assert!(!sent.get());
    assert!(
        error.to_string().contains("the proxy 127.0.0.1") && !error.to_string().contains("p%40ss"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn environment_is_used_only_when_trusted() {
    let (proxy, heads) = proxy("").await;
    let server = Server::start(echo).await;
    let address = ("HTTP_PROXY", format!("http://me:p%40ss@{}", proxy.address));
    let target = ("MSPKIT_TEST_TARGET", server.url("/").to_string());

    in_environment("child_with_trust", &[address.clone(), target.clone()]).await;
    assert_eq!((proxy.connections(), server.connections()), (1, 0));
    assert!(heads.lock().unwrap()[0].contains(CREDENTIALS));

    in_environment("child_without_trust", &[address.clone(), target.clone()]).await;
    assert_eq!((proxy.connections(), server.connections()), (1, 1));

    in_environment("child_that_sends_nothing_readable", &[address.clone(), target.clone()]).await;
    assert_eq!((proxy.connections(), server.connections()), (1, 2));

    let mut around = 2;
    for list in ["127.0.0.0/8".to_owned(), server.address.to_string()] {
        let except = ("NO_PROXY", list);
        in_environment("child_that_bypasses_the_proxy", &[address.clone(), except.clone(), target.clone()])
            .await;
        around += 1;
        assert_eq!((proxy.connections(), server.connections()), (1, around));
    }
    let except = ("NO_PROXY", "*".to_owned());
    let own = ("MSPKIT_TEST_PROXY", address.1.clone());
    in_environment("child_with_a_proxy_of_its_own", &[own, address, except, target]).await;
    assert_eq!((proxy.connections(), server.connections()), (2, around));
}

#[tokio::test]
#[ignore = "needs the environment that another test sets"]
async fn child_with_trust() {
    let transport = Http::new(&in_clear()).unwrap();
    let response = outcome(&transport, wanted()).await.unwrap();
    assert_eq!(response.status, StatusCode::NON_AUTHORITATIVE_INFORMATION);
    assert!(!format!("{transport:?}").contains("ss"));
}

#[tokio::test]
#[ignore = "needs the environment that another test sets"]
async fn child_with_a_proxy_of_its_own() {
    let mut options = TransportOptions::default();
    options.proxy = Some(std::env::var("MSPKIT_TEST_PROXY").unwrap());
    let response = outcome(&Http::new(&options).unwrap(), wanted()).await.unwrap();
    assert_eq!(response.status, StatusCode::NON_AUTHORITATIVE_INFORMATION);
}

#[tokio::test]
#[ignore = "needs the environment that another test sets"]
async fn child_without_trust() {
    let response = outcome(&Http::new(&options()).unwrap(), wanted()).await.unwrap();
    assert!(!text(&response).contains("proxy-authorization"));
}

#[tokio::test]
#[ignore = "needs the environment that another test sets"]
async fn child_that_bypasses_the_proxy() {
    let response = outcome(&Http::new(&in_clear()).unwrap(), wanted()).await.unwrap();
    assert_eq!(response.status, StatusCode::OK);
    assert!(!text(&response).contains("proxy-authorization"));
}

#[tokio::test]
#[ignore = "needs the environment that another test sets"]
async fn child_that_sends_nothing_readable() {
    let response = outcome(&Http::new(&TransportOptions::default()).unwrap(), wanted()).await.unwrap();
    assert_eq!(response.status, StatusCode::OK);
}

/// The environment's proxies, for unencrypted requests too.
fn in_clear() -> TransportOptions {
    let mut options = TransportOptions::default();
    options.allow_http = true;
    options
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn password_of_the_environments_proxy_is_a_secret() {
    let (proxy, _) = proxy("HTTP/1.1 403 you are me:p@ss, p%40ss\r\n\r\n").await;
    let address = ("HTTPS_PROXY", format!(" http://me:p%40ss@{}\n", proxy.address));
    in_environment("child_with_an_echoing_proxy", &[address]).await;
    assert_eq!(proxy.connections(), 1);
}

#[tokio::test]
#[ignore = "needs the environment that another test sets"]
async fn child_with_an_echoing_proxy() {
    let client = mspkit::NCentral::builder()
        .base_url("https://nowhere.invalid")
        .jwt("the-user-token")
        .build()
        .unwrap();
    let error = wire::within(async { client.customers().get("1").await }).await.unwrap_err();
    assert!(error.to_string().contains("you are me"), "{error}");
    assert!(!format!("{error} {error:?} {:?}", error.attempts()).contains("ss,"), "{error}");
    assert!(!error.to_string().contains("p%40ss"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_invalid_variable_is_refused_by_name() {
    let variable = ("HTTPS_PROXY", "http://me:hidden@pro xy".to_owned());
    in_environment("child_with_an_invalid_variable", &[variable]).await;
}

#[tokio::test]
#[ignore = "needs the environment that another test sets"]
async fn child_with_an_invalid_variable() {
    let client = || mspkit::NCentral::builder().base_url("https://nowhere.invalid").jwt("the-user-token");
    let error = client().build().unwrap_err();
    assert_eq!(error.kind(), mspkit::ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("HTTPS_PROXY") && !error.to_string().contains("hidden"), "{error}");
    client().trust_env(false).build().unwrap();
}
