//! The same over real sockets: messages about connections, proxies and TLS show no secret.

use std::time::Duration;

use mspkit::ncentral::ValidatePsaCredential;
use mspkit::{Error, NCentral};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::echo::{proxy_url, watched};
use crate::planted::{self, ELSEWHERE, INTEGRATION_KEY, JWT, PSA_PASSWORD};
use crate::watch;
use crate::wire::{Server, read_request};

/// Makes calls through a client and returns all errors.
async fn failures(client: &NCentral) -> Vec<Error> {
    let check = ValidatePsaCredential::new("user", PSA_PASSWORD).integration_key(INTEGRATION_KEY);
    let results = [
        client.auth().authenticate().await.map(drop),
        client.standard_psa().validate_credential("4", check).await.map(drop),
        client.request("GET", "/api/x").extra_query("token", ELSEWHERE).await.map(drop),
        client.request("POST", "/api/x").extra_header("x-token", ELSEWHERE).await.map(drop),
    ];
    results.into_iter().map(Result::unwrap_err).collect()
}

async fn unseen_with(what: &str, base_url: &str, proxy: Option<String>) {
    let builder = watched(NCentral::builder()).base_url(base_url).jwt(JWT).max_retries(0).trust_env(false);
    let builder = builder.attempt_timeout(Duration::from_millis(500)).allow_http(true);
    let builder = if let Some(proxy) = proxy { builder.proxy(proxy) } else { builder };
    for error in failures(&builder.build().unwrap()).await {
        planted::unseen_in(what, &error);
    }
}

/// Echoes a request in one of several forms.
async fn answer(stream: &mut TcpStream, nth: usize, text: &str) {
    let line: String = text.replace(['\r', '\n'], " ");
    let answer = match nth {
        0 => format!("HTTP/1.1 407 {line}\r\nContent-Length: 0\r\n\r\n"),
        1 => format!("HTTP/1.1 502 Bad\r\nX-Echo: {line}\r\nContent-Length: {}\r\n\r\n{line}", line.len()),
        2 => format!("{line}\r\n\r\n"),
        3 => format!("HTTP/1.1 200 OK\r\n{line}\r\n\r\n"),
        4 => format!("HTTP/1.1 200 OK\r\nContent-Length: {line}\r\n\r\n"),
        5 => format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{line}\r\n"),
        6 => format!("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n{line}"),
        7 => format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n{line}",
            line.len()
        ),
        8 => format!("HTTP/1.1 200 OK\r\nContent-Encoding: {line}\r\nContent-Length: 2\r\n\r\n{{}}"),
        9 => format!(
            "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/{line}\r\nContent-Length: 0\r\n\r\n"
        ),
        _ => String::new(),
    };
    let _ = stream.write_all(answer.as_bytes()).await;
}

/// A server that echoes in the given way and hangs up.
async fn echoing(nth: usize) -> Server {
    Server::start(move |mut stream| async move {
        if let Some((head, body)) = read_exactly(&mut stream).await {
            answer(&mut stream, nth, &format!("{head} {}", String::from_utf8_lossy(&body))).await;
        }
        let _ = stream.shutdown().await;
    })
    .await
}

/// Unlike the reader of the other tests it keeps the head's case, and with it the mark.
async fn read_exactly(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    use tokio::io::AsyncReadExt as _;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| {
        line.to_lowercase().strip_prefix("content-length: ").and_then(|n| n.trim().parse().ok())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, body))
}

#[tokio::test]
async fn responses_that_echo_the_request_in_every_part_of_http() {
    for nth in 0..=10 {
        let server = echoing(nth).await;
        unseen_with(&format!("answer {nth}"), &format!("http://{}", server.address), None).await;
    }
    watch::end();
}

#[tokio::test]
async fn proxies_that_echo_their_credentials() {
    for nth in 0..=10 {
        let proxy = echoing(nth).await;
        let url = proxy_url(&proxy.address.to_string());
        unseen_with(&format!("proxy {nth}"), "http://behind.invalid", Some(url.clone())).await;
        unseen_with(&format!("proxy {nth} of TLS"), "https://behind.invalid", Some(url)).await;
    }
    watch::end();
}

#[tokio::test]
async fn addresses_without_a_server() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    unseen_with("a refused connection", &format!("http://{gone}"), None).await;
    unseen_with("a refused connection", &format!("https://{gone}"), None).await;
    unseen_with("an invalid name", "https://nowhere.invalid", None).await;
    unseen_with("a proxy that is gone", "http://behind.invalid", Some(proxy_url(&gone))).await;
    unseen_with("a proxy that is gone", "https://behind.invalid", Some(proxy_url("nowhere.invalid:1"))).await;
    watch::end();
}

#[tokio::test]
async fn a_server_without_tls() {
    let server = Server::start(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad\r\n\r\n").await;
        let _ = read_request(&mut stream).await;
    })
    .await;
    unseen_with("no TLS", &format!("https://{}", server.address), None).await;
    watch::end();
}
