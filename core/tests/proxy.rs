//! Proxies: when one is used, how it is asked, and that its password is never seen.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what fails here fails the test")]

mod wire;

use std::sync::{Arc, Mutex};

use http::{Method, StatusCode};
use mspkit::transport::{FaultKind, Http, Pem, Request, TransportOptions};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use url::Url;
use wire::{Server, echo, in_environment, options, outcome, read_request, text, wanted};

/// `me:p@ss` in the Basic scheme.
const CREDENTIALS: &str = "proxy-authorization: basic bwu6cebzcw==";

/// A proxy that keeps the heads of the requests it got, and answers them itself but for `CONNECT`.
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
                    if tunnel.starts_with("HTTP/1.1 200") {
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
        // No TLS here: that the tunnel reaches this server is seen from the failed handshake.
        let _ = stream.write_all(b"not tls").await;
    })
    .await;
    let (proxy, heads) = proxy("HTTP/1.1 200 Connection Established\r\n\r\n").await;
    let transport = Http::new(&through(&proxy)).unwrap();
    let url = format!("https://{}/secret?token=hidden", server.address);
    let fault = outcome(&transport, Request::new(Method::POST, Url::parse(&url).unwrap())).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Connect, "{fault}");
    assert!(fault.to_string().contains("corrupt message"), "{fault}");
    assert_eq!(server.connections(), 1);
    let heads = heads.lock().unwrap();
    assert!(heads[0].starts_with(&format!("connect {} http/1.1\r\n", server.address)), "{heads:?}");
    assert!(heads[0].contains(CREDENTIALS) && !heads[0].contains("secret"), "{heads:?}");
}

#[tokio::test]
async fn proxy_may_itself_be_reached_over_tls_and_so_may_what_is_behind_it() {
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let settings = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(settings));
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

#[tokio::test]
async fn proxy_that_refuses_means_not_sent() {
    for (answer, expected) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "authorization required"),
        ("HTTP/1.1 503 Busy\r\nContent-Length: 3\r\n\r\nabc", "unsuccessful"),
        ("SSH-2.0\r\n\r\n", "unsuccessful"),
        ("", "unexpected end of file"),
    ] {
        let (proxy, _) = proxy(answer).await;
        let transport = Http::new(&through(&proxy)).unwrap();
        let request = Request::new(Method::POST, Url::parse("https://nowhere.invalid/").unwrap());
        let sent = request.sent.clone();
        let fault = outcome(&transport, request).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Connect, "{fault}");
        assert!(!sent.get());
        let shown = format!("{fault} {fault:?} {transport:?} {:?}", through(&proxy));
        assert!(shown.contains(expected) && shown.contains(&proxy.address.to_string()), "{shown}");
        for secret in ["p%40ss", "p@ss", "bWU6cEBzcw", "me:"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[tokio::test]
async fn proxy_out_of_reach_means_not_sent() {
    let (proxy, _) = proxy("").await;
    let mut options = through(&proxy);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    options.proxy = Some(format!("me:p%40ss@{free}"));
    let request = Request::new(Method::GET, Url::parse("http://nowhere.invalid/").unwrap());
    let sent = request.sent.clone();
    let fault = outcome(&Http::new(&options).unwrap(), request).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Connect);
    assert!(!sent.get());
    assert!(
        fault.to_string().contains("the proxy 127.0.0.1") && !fault.to_string().contains("p%40ss"),
        "{fault}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn environment_is_followed_only_when_trusted() {
    let (proxy, heads) = proxy("").await;
    let server = Server::start(echo).await;
    let address = ("HTTP_PROXY", format!("http://me:p%40ss@{}", proxy.address));
    let target = ("MSPKIT_TEST_TARGET", server.url("/").to_string());

    in_environment("child_with_trust", &[address.clone(), target.clone()]).await;
    assert_eq!((proxy.connections(), server.connections()), (1, 0));
    assert!(heads.lock().unwrap()[0].contains(CREDENTIALS));

    in_environment("child_without_trust", &[address.clone(), target.clone()]).await;
    assert_eq!((proxy.connections(), server.connections()), (1, 1));

    let except = ("NO_PROXY", "127.0.0.0/8".to_owned());
    in_environment("child_that_goes_around", &[address.clone(), except.clone(), target.clone()]).await;
    assert_eq!((proxy.connections(), server.connections()), (1, 2));

    let own = ("MSPKIT_TEST_PROXY", address.1.clone());
    in_environment("child_with_a_proxy_of_its_own", &[own, address, except, target]).await;
    assert_eq!((proxy.connections(), server.connections()), (2, 2));
}

#[tokio::test]
#[ignore = "runs in the environment that another test makes"]
async fn child_with_trust() {
    let transport = Http::new(&TransportOptions::default()).unwrap();
    let response = outcome(&transport, wanted()).await.unwrap();
    assert_eq!(response.status, StatusCode::NON_AUTHORITATIVE_INFORMATION);
    assert!(!format!("{transport:?}").contains("ss"));
}

#[tokio::test]
#[ignore = "runs in the environment that another test makes"]
async fn child_with_a_proxy_of_its_own() {
    let mut options = TransportOptions::default();
    options.proxy = Some(std::env::var("MSPKIT_TEST_PROXY").unwrap());
    let response = outcome(&Http::new(&options).unwrap(), wanted()).await.unwrap();
    assert_eq!(response.status, StatusCode::NON_AUTHORITATIVE_INFORMATION);
}

#[tokio::test]
#[ignore = "runs in the environment that another test makes"]
async fn child_without_trust() {
    let response = outcome(&Http::new(&options()).unwrap(), wanted()).await.unwrap();
    assert!(!text(&response).contains("proxy-authorization"));
}

#[tokio::test]
#[ignore = "runs in the environment that another test makes"]
async fn child_that_goes_around() {
    let response = outcome(&Http::new(&TransportOptions::default()).unwrap(), wanted()).await.unwrap();
    assert_eq!(response.status, StatusCode::OK);
    assert!(!text(&response).contains("proxy-authorization"));
}
