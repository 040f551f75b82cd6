//! Making a connection: name lookup, TCP, the proxy where one applies, and TLS, all within one time limit.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use ::http::{HeaderValue, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tower_service::Service;
use url::Url;

use super::tls::Tls;
use super::{OptionsError, TransportOptions};

/// How many name lookups may run at once: each holds a thread that cannot be interrupted.
const LOOKUPS: usize = 16;

/// The longest answer of a proxy to `CONNECT`.
const PROXY_HEAD: usize = 16 << 10;

type Connecting<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Makes connections, for the pool to keep.
#[derive(Clone)]
pub(super) struct Connector {
    tcp: HttpConnector<Lookup>,
    tls: Tls,
    proxies: Option<Arc<Matcher>>,
    limit: Duration,
}

impl Connector {
    pub(super) fn new(options: &TransportOptions) -> Result<Self, OptionsError> {
        let mut tcp = HttpConnector::new_with_resolver(Lookup(Arc::new(Semaphore::new(LOOKUPS))));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Divided by the number of addresses, so that a silent first one leaves time for the next.
        tcp.set_connect_timeout(Some(options.connect_timeout));
        Ok(Self {
            tcp,
            tls: Tls::new(options)?,
            proxies: proxies(options)?.map(Arc::new),
            limit: options.connect_timeout,
        })
    }

    /// The credentials that a proxy wants on the request itself, because the request is not tunnelled.
    pub(super) fn proxy_authorization(&self, target: &Uri) -> Option<HeaderValue> {
        if tls_wanted(target) {
            return None;
        }
        self.proxies.as_ref()?.intercept(target)?.basic_auth().cloned()
    }

    pub(super) fn has_proxy(&self) -> bool {
        self.proxies.is_some()
    }

    async fn connect(mut self, target: Uri) -> Result<Socket, ConnectError> {
        let deadline = Instant::now() + self.limit;
        let proxy = self.proxies.as_ref().and_then(|proxies| proxies.intercept(&target));
        let first = proxy.as_ref().map_or(&target, Intercept::uri);
        let place = if proxy.is_some() { "the proxy " } else { "" };

        let tcp = within(deadline, self.tcp.call(first.clone())).await;
        let tcp = tcp.map_err(|error| error.at(format_args!("connecting to {place}{}", authority(first))))?;
        let mut stream: Box<dyn Stream> = Box::new(Tcp(tcp.into_inner()));
        if tls_wanted(first) {
            stream = self.handshake(deadline, first, stream).await?;
        }
        let Some(proxy) = &proxy else { return Ok(Socket::new(stream, false)) };
        if !tls_wanted(&target) {
            return Ok(Socket::new(stream, true));
        }
        within(deadline, tunnel(&mut stream, &target, proxy.basic_auth()))
            .await
            .map_err(|error| error.at(format_args!("asking the proxy {} for a tunnel", authority(first))))?;
        Ok(Socket::new(self.handshake(deadline, &target, stream).await?, false))
    }

    async fn handshake(
        &self,
        deadline: Instant,
        target: &Uri,
        stream: Box<dyn Stream>,
    ) -> Result<Box<dyn Stream>, ConnectError> {
        let secure = async {
            let host = target.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
            let name = ServerName::try_from(host.to_owned())?;
            let connector = TlsConnector::from(self.tls.config().await?);
            Ok::<_, BoxError>(connector.connect(name, stream).await?)
        };
        match within(deadline, secure).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(error.at(format_args!("TLS handshake with {}", authority(target)))),
        }
    }
}

impl Service<Uri> for Connector {
    type Response = Socket;
    type Error = ConnectError;
    type Future = Connecting<Result<Socket, ConnectError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        Box::pin(self.clone().connect(target))
    }
}

fn tls_wanted(target: &Uri) -> bool {
    target.scheme_str() == Some("https")
}

/// Host and port, without credentials.
fn authority(uri: &Uri) -> String {
    let port = uri.port_u16().unwrap_or(if tls_wanted(uri) { 443 } else { 80 });
    format!("{}:{port}", uri.host().unwrap_or_default())
}

fn proxies(options: &TransportOptions) -> Result<Option<Matcher>, OptionsError> {
    let Some(proxy) = &options.proxy else {
        return Ok(options.trust_env.then(Matcher::from_system));
    };
    // The reason never repeats the value, which may hold a password.
    let wrong = |reason| OptionsError::new("proxy", reason);
    let full = if proxy.contains("://") { proxy.clone() } else { format!("http://{proxy}") };
    let parsed = Url::parse(&full).map_err(|_| {
        wrong("is not an address; special characters of user and password are percent-encoded")
    })?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(wrong("must begin with http:// or https://"));
    }
    let matcher = Matcher::builder().all(parsed.as_str()).build();
    if matcher.intercept(&Uri::from_static("https://localhost")).is_none() {
        return Err(wrong("is not an address of a proxy"));
    }
    Ok(Some(matcher))
}

async fn tunnel(
    stream: &mut Box<dyn Stream>,
    target: &Uri,
    authorization: Option<&HeaderValue>,
) -> Result<(), BoxError> {
    let authority = authority(target);
    let mut head = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n").into_bytes();
    if let Some(value) = authorization {
        head.extend_from_slice(b"Proxy-Authorization: ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head).await?;
    stream.flush().await?;

    let mut answer = Vec::with_capacity(1024);
    loop {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err("it closed the connection".into());
        }
        if let Some(end) = memchr::memmem::find(&answer, b"\r\n\r\n") {
            return match status(&answer) {
                // The target speaks only after it was spoken to: more bytes here are not from it.
                Some(200..=299) if end + 4 == answer.len() => Ok(()),
                Some(407) => Err("it wants other credentials (407)".into()),
                Some(code) => Err(format!("it answered {code}").into()),
                None => Err("it does not speak HTTP".into()),
            };
        }
        if answer.len() > PROXY_HEAD {
            return Err("its answer is too long".into());
        }
    }
}

fn status(head: &[u8]) -> Option<u16> {
    let code = head.strip_prefix(b"HTTP/1.")?.get(2..5)?;
    std::str::from_utf8(code).ok()?.parse().ok()
}

type BoxError = Box<dyn StdError + Send + Sync>;

/// Why there is no connection.
#[derive(Debug)]
pub(super) struct ConnectError {
    pub(super) timed_out: bool,
    message: String,
}

impl ConnectError {
    fn at(self, step: fmt::Arguments<'_>) -> Self {
        Self { message: format!("{step}: {}", self.message), ..self }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for ConnectError {}

async fn within<T, E: Into<BoxError>>(
    deadline: Instant,
    step: impl Future<Output = Result<T, E>>,
) -> Result<T, ConnectError> {
    match timeout_at(deadline, step).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => {
            let error: BoxError = error.into();
            let io = super::http::causes(&*error).find_map(|cause| cause.downcast_ref::<io::Error>());
            let timed_out = io.is_some_and(|io| io.kind() == io::ErrorKind::TimedOut);
            Err(ConnectError { timed_out, message: explain(&*error) })
        }
        Err(_) => {
            Err(ConnectError { timed_out: true, message: "not done within connect_timeout".to_owned() })
        }
    }
}

fn explain(error: &(dyn StdError + 'static)) -> String {
    let message = super::http::in_words(error);
    if message.contains("UnknownIssuer") {
        format!("{message} (the authority that signed it can be given as ca_bundle)")
    } else {
        message
    }
}

/// The lookup of the operating system, on threads of the runtime, a bounded number at once.
#[derive(Clone)]
struct Lookup(Arc<Semaphore>);

impl Service<Name> for Lookup {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Connecting<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let slots = Arc::clone(&self.0);
        Box::pin(async move {
            let slot = slots.acquire_owned().await.map_err(io::Error::other)?;
            tokio::task::spawn_blocking(move || {
                // Given back when the lookup ends, not when the caller stops waiting for it.
                let _slot = slot;
                (name.as_str(), 0).to_socket_addrs()
            })
            .await?
        })
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A TCP stream that is written to with plain sends only: a vectored write to a closed connection raises `SIGPIPE`,
/// which ends a C program that loaded this library.
struct Tcp(TcpStream);

impl AsyncRead for Tcp {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Tcp {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// A connection that is ready for requests.
pub(super) struct Socket {
    stream: TokioIo<Box<dyn Stream>>,
    proxied: bool,
}

impl Socket {
    fn new(stream: Box<dyn Stream>, proxied: bool) -> Self {
        Self { stream: TokioIo::new(stream), proxied }
    }
}

impl Connection for Socket {
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.proxied)
    }
}

impl Read for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl Write for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
