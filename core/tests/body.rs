//! Bodies of responses: bounded, decompressed, and never treated as complete if they are not.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic fails the test")]

mod wire;

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use mspkit::transport::{Transport as _, TransportErrorKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;
use wire::{Server, fault_of, http, outcome, read_request, small, text, within};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn gzip_answer(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn announced_length_above_the_limit_is_refused_without_reading() {
    let server = Server::start(|mut stream| async move {
        read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10001\r\n\r\n").await.unwrap();
        // No byte of the body is sent, and the connection stays open until the client closes it.
        let _ = stream.read(&mut [0; 1]).await;
    })
    .await;
    let error = outcome(&small(), server.get("/")).await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::TooLarge);
    let message = error.to_string();
    assert!(message.contains("10000") && message.contains("max_body_bytes"), "{message}");
}

#[tokio::test]
async fn body_is_bounded_without_an_announced_length() {
    let server = Server::start(|mut stream| async move {
        read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        while stream.write_all(&[b' '; 1000]).await.is_ok() {}
    })
    .await;
    assert_eq!(outcome(&small(), server.get("/")).await.unwrap_err().kind, TransportErrorKind::TooLarge);
}

#[tokio::test]
async fn body_of_exactly_the_limit_is_accepted() {
    let body = "x".repeat(10_000);
    let plain = format!("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n{body}");
    for answer in [
        plain.clone().into_bytes(),
        format!("HTTP/1.1 200 OK\r\n\r\n{body}").into(),
        gzip_answer(&gzip(body.as_bytes())),
    ] {
        let server = Server::answering(answer).await;
        assert_eq!(outcome(&small(), server.get("/")).await.unwrap().body, body);
    }
}

#[tokio::test]
async fn gzip_is_decompressed_and_no_longer_announced() {
    let server = Server::answering(gzip_answer(&gzip(b"{\"a\":1}"))).await;
    let response = outcome(&http(), server.get("/")).await.unwrap();
    assert_eq!(text(&response), "{\"a\":1}");
    assert!(!response.headers.contains_key("content-encoding"));
    assert!(!response.headers.contains_key("content-length"));
}

#[tokio::test]
async fn gzip_in_pieces_is_whole() {
    let body = gzip(b"one two");
    let server = Server::start(move |mut stream| {
        let body = body.clone();
        async move {
            read_request(&mut stream).await;
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
                .await
                .unwrap();
            for byte in body {
                stream.write_all(&[b'1', b'\r', b'\n', byte, b'\r', b'\n']).await.unwrap();
                stream.flush().await.unwrap();
                tokio::task::yield_now().await;
            }
            stream.write_all(b"0\r\n\r\n").await.unwrap();
        }
    })
    .await;
    assert_eq!(text(&outcome(&http(), server.get("/")).await.unwrap()), "one two");
}

#[tokio::test]
async fn gzip_that_is_cut_off_is_malformed() {
    let whole = gzip(&b"abcdefgh".repeat(500));
    for end in 1..whole.len() {
        assert_eq!(fault_of(gzip_answer(&whole[..end])).await, TransportErrorKind::Malformed, "cut at {end}");
    }
}

#[tokio::test]
async fn gzip_that_is_broken_is_malformed() {
    let whole = gzip(b"some text");
    let mut wrong_sum = whole.clone();
    let sum = wrong_sum.len() - 8;
    wrong_sum[sum] ^= 1;
    assert_eq!(fault_of(gzip_answer(&wrong_sum)).await, TransportErrorKind::Malformed);
    assert_eq!(fault_of(gzip_answer(b"plain text, not gzip")).await, TransportErrorKind::Malformed);
}

#[tokio::test]
async fn gzip_bomb_is_stopped_at_the_limit() {
    // 100 MB of spaces in about 100 kB, and again with only the compressed size under the limit.
    assert_eq!(fault_of(gzip_answer(&gzip(&vec![b' '; 100_000_000]))).await, TransportErrorKind::TooLarge);
    assert_eq!(fault_of(gzip_answer(&gzip(&vec![b' '; 1_000_000]))).await, TransportErrorKind::TooLarge);
}

#[tokio::test]
async fn gzip_without_output_ends_when_the_caller_gives_up() {
    let (gone, mut wait) = tokio::sync::mpsc::channel(1);
    let server = Server::start(move |mut stream| {
        let gone = gone.clone();
        async move {
            read_request(&mut stream).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n").await.unwrap();
            stream.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]).await.unwrap();
            let empty_blocks = [0, 0, 0, 0xff, 0xff].repeat(200);
            while stream.write_all(&empty_blocks).await.is_ok() {}
            gone.send(()).await.unwrap();
        }
    })
    .await;
    let transport = small();
    timeout(Duration::from_millis(100), transport.send(server.get("/"))).await.unwrap_err();
    within(wait.recv()).await.unwrap();
}

#[tokio::test]
async fn empty_body_may_be_called_gzip() {
    for head in ["200 OK\r\nContent-Length: 0", "204 No Content", "200 OK\r\nTransfer-Encoding: chunked"] {
        let end = if head.ends_with("chunked") { "0\r\n\r\n" } else { "" };
        let server =
            Server::answering(format!("HTTP/1.1 {head}\r\nContent-Encoding: gzip\r\n\r\n{end}")).await;
        assert!(outcome(&http(), server.get("/")).await.unwrap().body.is_empty(), "{head}");
    }
}

#[tokio::test]
async fn other_names_of_gzip_and_deflate_are_decoded() {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(b"{\"a\":1}").unwrap();
    let zlib = zlib.finish().unwrap();
    let members = [gzip(b"{\"a\""), gzip(b":1}")].concat();
    let named = [
        ("GZIP", gzip(b"{\"a\":1}")),
        ("x-gzip", members),
        ("Deflate", zlib),
        ("Identity", b"{\"a\":1}".into()),
    ];
    for (name, body) in named {
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Encoding: {name}\r\nContent-Length: {}\r\n\r\n", body.len());
        let server = Server::answering([head.as_bytes(), &body].concat()).await;
        assert_eq!(text(&outcome(&http(), server.get("/")).await.unwrap()), "{\"a\":1}", "{name}");
    }
}

#[tokio::test]
async fn a_coding_that_was_not_requested_is_reported_with_the_status() {
    for coding in ["br", "gzip, gzip", "zstd"] {
        let answer = format!(
            "HTTP/1.1 201 Created\r\nContent-Encoding: {coding}\r\nContent-Length: 2\r\nX-Id: 7\r\n\r\n{{}}"
        );
        let server = Server::answering(answer).await;
        let response = within(http().send(server.get("/"))).await.unwrap();
        assert_eq!((response.status.as_u16(), &response.headers["x-id"]), (201, &"7".parse().unwrap()));
        let error = response.unreadable.unwrap();
        assert_eq!(error.kind, TransportErrorKind::Coding);
        assert!(error.to_string().contains(coding), "{error}");
    }
}

#[tokio::test]
async fn only_the_beginning_of_an_error_response_is_read() {
    let long = b"x".repeat(8 << 20);
    let plain = format!("HTTP/1.1 400 No\r\nContent-Length: {}\r\n\r\n", long.len()).into_bytes();
    let mut coded = gzip_answer(&gzip(&long));
    coded.splice(9..12, *b"503");
    for answer in [[plain, long.clone()].concat(), coded] {
        let server = Server::answering(answer).await;
        let response = outcome(&http(), server.get("/")).await.unwrap();
        assert!(response.status.as_u16() >= 400);
        assert_eq!(response.body, long[..256 << 10]);
    }
}

#[tokio::test]
async fn status_and_headers_are_kept_if_the_body_cannot_be_read() {
    let cut = "Content-Length: 99\r\n\r\n{";
    let chunk = "Transfer-Encoding: chunked\r\n\r\nzz\r\n";
    let huge = "Content-Length: 1000000000\r\n\r\n{";
    let odd = "Content-Encoding: br\r\nContent-Length: 2\r\n\r\nab";
    let broken = "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab";
    for status in [201, 204 + 2, 302, 403, 429, 503] {
        for body in [cut, chunk, huge, odd, broken] {
            let server = Server::answering(format!("HTTP/1.1 {status} X\r\nRetry-After: 2\r\n{body}")).await;
            let response = within(http().send(server.get("/"))).await.unwrap();
            assert_eq!(
                (response.status.as_u16(), response.headers["retry-after"].as_bytes()),
                (status, &b"2"[..])
            );
            assert!(response.unreadable.is_some() && response.body.is_empty(), "{status}, {body:?}");
        }
    }
}

#[tokio::test]
async fn a_late_body_keeps_the_status() {
    let server = Server::start(|mut stream| async move {
        read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\n{").await.unwrap();
        let _ = stream.read(&mut [0; 1]).await;
    })
    .await;
    let mut request = server.get("/");
    let until = tokio::time::Instant::now() + Duration::from_millis(200);
    request.until = Some(until);
    let response = tokio::time::timeout_at(until, http().send(request)).await.unwrap().unwrap();
    assert_eq!(response.status.as_u16(), 403);
    assert_eq!(response.unreadable.unwrap().kind, TransportErrorKind::Timeout);
}

/// How often another task ran during the reading.
async fn turns_beside(reading: impl Future<Output = ()>) -> usize {
    let turns = std::cell::Cell::new(0);
    let beat = async {
        loop {
            tokio::task::yield_now().await;
            turns.set(turns.get() + 1);
        }
    };
    tokio::select! { biased; () = reading => {}, () = beat => {} }
    turns.get()
}

#[test]
fn decoding_yields_to_other_tasks() {
    const LENGTH: usize = 60_000_000;
    let far = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let here = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = far.block_on(Server::answering(gzip_answer(&gzip(&vec![b' '; LENGTH]))));
    let turns = here.block_on(turns_beside(async {
        assert_eq!(outcome(&http(), server.get("/")).await.unwrap().body.len(), LENGTH);
    }));
    // All data arrives in a few reads; the other yields are between slices of the decoding.
    assert!(turns >= LENGTH >> 21, "{turns} turns");
}
