//! Code that the transport tests share: a scripted loopback server, and requests to it.

#![allow(dead_code, unreachable_pub, reason = "every test binary uses its part")]

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;
use mspkit::transport::{
    Http, Request, Response, Transport, TransportError, TransportErrorKind, TransportOptions,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// How long a test waits for something that must happen.
pub const LIMIT: Duration = Duration::from_secs(10);

/// A server that hands every connection to a script.
pub struct Server {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub async fn start<S, F>(script: S) -> Self
    where
        S: Fn(TcpStream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(script(stream));
            }
        });
        Self { address, connections, task }
    }

    /// A server that reads one request per connection, writes `answer` and closes.
    pub async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Arc<[u8]> = answer.into().into();
        Self::start(move |mut stream| {
            let answer = Arc::clone(&answer);
            async move {
                read_request(&mut stream).await;
                // The client may close the connection before it has read everything.
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
            }
        })
        .await
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub fn get(&self, path: &str) -> Request {
        Request::new(Method::GET, self.url(path))
    }

    pub fn post(&self, path: &str, body: &'static str) -> Request {
        Request { body: Some(body.into()), ..Request::new(Method::POST, self.url(path)) }
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The head and the body of one request; `None` if the client closes the connection before the end of the head.
pub async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, body))
}

/// Responds to every request of a connection with 200 and the request's head as the body.
pub async fn echo(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    while let Some((head, _)) = read_request(&mut stream).await {
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{head}", head.len());
        if stream.write_all(answer.as_bytes()).await.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
}

pub fn text(response: &Response) -> &str {
    std::str::from_utf8(&response.body).unwrap()
}

/// Options that no environment of the machine can change.
pub fn options() -> TransportOptions {
    let mut options = TransportOptions::default();
    options.trust_env = false;
    options
}

pub fn http() -> Http {
    Http::new(&options()).unwrap()
}

/// A transport that accepts bodies of up to 10 kB.
pub fn small() -> Http {
    let mut options = options();
    options.max_body_bytes = 10_000;
    Http::new(&options).unwrap()
}

/// The kind of error that a response causes in [`small`].
pub async fn fault_of(answer: impl Into<Vec<u8>>) -> TransportErrorKind {
    let server = Server::answering(answer).await;
    let request = server.get("/");
    let sent = request.sent.clone();
    let error = outcome(&small(), request).await.unwrap_err();
    assert!(sent.get(), "there was a response, so the request was sent: {error}");
    error.kind
}

/// The outcome of a request, which must be known within the limit; an unreadable body counts as an error.
pub async fn outcome(transport: &Http, request: Request) -> Result<Response, TransportError> {
    let mut response = within(transport.send(request)).await?;
    match response.unreadable.take() {
        Some(error) => Err(Arc::into_inner(error).unwrap()),
        None => Ok(response),
    }
}

pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, future).await.expect("must end in time")
}

/// Runs the ignored test `child` of this binary in a process with only these variables of those that matter here, since an
/// environment belongs to a whole process.
pub async fn in_environment(child: &str, variables: &[(&str, String)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", child, "--ignored"]);
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.envs(variables.iter().map(|(name, value)| (*name, value.as_str())));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && report.contains("1 passed"), "{report}");
}

/// The request that the parent of a child test set.
pub fn wanted() -> Request {
    Request::new(Method::GET, Url::parse(&std::env::var("MSPKIT_TEST_TARGET").unwrap()).unwrap())
}

/// Polls a future until a condition holds, then drops it.
pub async fn drop_when<T>(
    mut future: Pin<Box<dyn Future<Output = T> + Send + '_>>,
    holds: impl Fn() -> bool,
) {
    within(async {
        while !holds() {
            let turn = tokio::time::timeout(Duration::from_millis(2), &mut future).await;
            assert!(turn.is_err(), "ended before it could be dropped");
        }
    })
    .await;
}
