//! A server that disconnects at every possible moment: over TCP and over TLS, by FIN and by RST.
//!
//! Prints `{"tcp": port, "tls": port, "ca": pem}` and serves until its standard input ends.
#![allow(clippy::print_stdout, reason = "a command-line program talks to its terminal")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A response that leaves the connection open.
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 23\r\n\r\n{\"execution_id\": \"e-1\"}";

/// How far a connection gets, and how it ends.
const ENDS: usize = 7;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve())
}

async fn serve() -> Result<(), Failure> {
    let signed = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    let key = PrivateKeyDer::try_from(signed.signing_key.serialize_der())?;
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![signed.cert.der().clone()], key)?;
    let (tcp, tls) = (TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?);
    let line =
        json!({"tcp": tcp.local_addr()?.port(), "tls": tls.local_addr()?.port(), "ca": signed.cert.pem()});
    println!("{line}");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(accept(tcp, None));
    tokio::spawn(accept(tls, Some(acceptor)));
    // The parent holds the other end as long as it lives.
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    Ok(())
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>) {
    static ACCEPTED: AtomicUsize = AtomicUsize::new(0);
    while let Ok((stream, _)) = listener.accept().await {
        let end = ACCEPTED.fetch_add(1, Ordering::Relaxed) % ENDS;
        let acceptor = acceptor.clone();
        // The end of one connection does not concern the others.
        tokio::spawn(async move { drop(connection(stream, acceptor, end).await) });
    }
}

async fn connection(stream: TcpStream, acceptor: Option<TlsAcceptor>, end: usize) -> Result<(), Failure> {
    if end % 2 == 1 {
        // Closing sends RST if data was not read.
        stream.set_zero_linger()?;
    }
    if end < 2 {
        return Ok(());
    }
    match acceptor {
        None => exchange(stream, end).await,
        Some(acceptor) => exchange(acceptor.accept(stream).await?, end).await,
    }
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, end: usize) -> Result<(), Failure> {
    let mut some = vec![0; 64 * 1024];
    match end {
        2..=4 => {
            let most = [10, 1024, some.len()][end - 2];
            stream.read_exact(&mut some[..most]).await?;
        }
        5 => {
            stream.read_exact(&mut some[..100]).await?;
            stream.write_all(ANSWER).await?;
            stream.flush().await?;
        }
        _ => whole(&mut stream).await?,
    }
    Ok(())
}

/// Reads a whole request, responds, and disconnects while the client may keep the connection.
async fn whole(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Result<(), Failure> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).await?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
    let mut left: usize = length.trim().parse()?;
    let mut some = vec![0; 64 * 1024];
    while left > 0 {
        let most = left.min(some.len());
        left -= stream.read_exact(&mut some[..most]).await?;
    }
    stream.write_all(ANSWER).await?;
    Ok(stream.flush().await?)
}
