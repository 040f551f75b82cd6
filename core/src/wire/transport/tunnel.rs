//! Requests over TLS through a proxy: `CONNECT`, and the proxy's response to it.
//!
//! reqwest can make tunnels, but only accepts 200 and does not report the status of a refusal. The pool and the connections
//! are hyper's, as in reqwest.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use ::http::{HeaderValue, Response, Uri};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tower_service::Service;

use super::body::Outgoing;
use super::describe::causes;
use super::error::Stage;
use super::proxy::Proxy;
use super::{OptionsError, TransportOptions};
use crate::base::markup;
use crate::base::redact::Redactor;
use crate::base::secret::Secret;

type BoxError = Box<dyn StdError + Send + Sync>;
type Connecting<S> = Pin<Box<dyn Future<Output = Result<S, BoxError>> + Send>>;
type ToProxy = MaybeHttpsStream<TokioIo<TcpStream>>;

/// The longest head of a response to `CONNECT`.
const LONGEST_HEAD: usize = 64 << 10;
/// How much of a refusal's page is read, and for how long, to find its title.
const LONGEST_PAGE: u64 = 16 << 10;
const PAGE_WAIT: Duration = Duration::from_millis(500);
/// The same as in reqwest.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// Connections through one proxy.
#[derive(Clone)]
pub(super) struct Tunnels(Client<Connector, Outgoing>);

impl Tunnels {
    pub(super) fn new(
        proxy: &Proxy,
        tls: &ClientConfig,
        agent: &HeaderValue,
        options: &TransportOptions,
        max_headers: usize,
    ) -> Result<Self, OptionsError> {
        let address = proxy.address.as_str().parse().map_err(|error| OptionsError::new("proxy", error))?;
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(options.connect_timeout));
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_keepalive_interval(Some(KEEPALIVE));
        tcp.set_keepalive_retries(Some(3));
        let mut to_proxy = tls.clone();
        to_proxy.alpn_protocols.clear();
        let proxy_connector = ProxyConnector {
            address,
            to_proxy: HttpsConnector::from((tcp, to_proxy)),
            proxy: Arc::new(proxy.clone()),
            agent: agent.clone(),
        };
        let connector = Connector {
            through: HttpsConnector::from((proxy_connector, tls.clone())),
            limit: options.connect_timeout,
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(options.pool_idle_timeout)
            .pool_max_idle_per_host(options.pool_max_idle)
            .http1_max_headers(max_headers)
            .build(connector);
        Ok(Self(client))
    }

    pub(super) async fn send(&self, request: ::http::Request<Outgoing>) -> Result<Response<Incoming>, Error> {
        self.0.request(request).await
    }
}

impl Stage {
    /// The stage of an error of a tunnel.
    pub(super) fn of_tunnel(error: &Error) -> Self {
        let connecting = error.is_connect();
        Self {
            connecting,
            late: connecting && causes(error).any(<dyn StdError>::is::<TooLate>),
            building: false,
        }
    }
}

/// Connects to servers, including TLS, within the connect timeout.
#[derive(Clone)]
struct Connector {
    through: HttpsConnector<ProxyConnector>,
    limit: Duration,
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<ToProxy>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.through.poll_ready(context)
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.limit, self.through.call(server));
        Box::pin(async move { connecting.await.unwrap_or_else(|_| Err(TooLate.into())) })
    }
}

/// Opens tunnels at the proxy.
#[derive(Clone)]
struct ProxyConnector {
    address: Uri,
    to_proxy: HttpsConnector<HttpConnector>,
    proxy: Arc<Proxy>,
    agent: HeaderValue,
}

impl Service<Uri> for ProxyConnector {
    type Response = ToProxy;
    type Error = BoxError;
    type Future = Connecting<ToProxy>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.to_proxy.poll_ready(context)
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let connecting = self.to_proxy.call(self.address.clone());
        let (proxy, agent) = (Arc::clone(&self.proxy), self.agent.clone());
        Box::pin(async move {
            let stream = connecting.await.map_err(Unreached)?;
            let mut stream = TokioIo::new(stream);
            let host = server.host().unwrap_or_default();
            let target = format!("{host}:{}", server.port_u16().unwrap_or(443));
            request_tunnel(&mut stream, &target, &proxy, &agent).await?;
            Ok(stream.into_inner())
        })
    }
}

/// Requests a tunnel. Afterwards the next byte is the server's.
async fn request_tunnel(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    target: &str,
    proxy: &Proxy,
    agent: &HeaderValue,
) -> Result<(), BoxError> {
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").into_bytes();
    for (name, value) in [("Proxy-Authorization", proxy.authorization.as_ref()), ("User-Agent", Some(agent))]
    {
        if let Some(value) = value {
            request.extend_from_slice(format!("{name}: ").as_bytes());
            request.extend_from_slice(value.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await?;
    stream.flush().await?;
    loop {
        let head = head(stream).await?;
        let (status, line) = status_line(&head).ok_or(NoProxyThere)?;
        match status {
            100..=199 => {}
            // Every 2xx opens the tunnel (RFC 9110, 9.3.6).
            200..=299 => return Ok(()),
            _ => {
                let page = page(stream, &head).await;
                return Err(Refusal::new(status, line, &head, &page, &proxy.secrets).into());
            }
        }
    }
}

/// A head, read byte by byte so that nothing after it is consumed.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> Result<String, BoxError> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
        if head.len() == LONGEST_HEAD {
            return Err("the head of the proxy's response to CONNECT is too long".into());
        }
        let byte = stream.read_u8().await.map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof if head.is_empty() => {
                BoxError::from("the proxy closed the connection instead of responding to CONNECT")
            }
            std::io::ErrorKind::UnexpectedEof => {
                "the proxy closed the connection during its response to CONNECT".into()
            }
            _ => error.into(),
        })?;
        head.push(byte);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// The status, and the line without the version.
fn status_line(head: &str) -> Option<(u16, &str)> {
    let line = head.lines().next()?.strip_prefix("HTTP/1.")?.split_once(' ')?.1.trim();
    let digits = line.split(' ').next().filter(|digits| digits.len() == 3)?;
    Some((digits.parse().ok().filter(|status| *status >= 100)?, line))
}

fn fields<'h>(head: &'h str, name: &'h str) -> impl Iterator<Item = &'h str> {
    head.lines().skip(1).filter_map(move |line| {
        let (found, value) = line.split_once(':')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The part of a refusal's page that arrives in time.
async fn page(stream: &mut (impl AsyncRead + Unpin), head: &str) -> String {
    let length = fields(head, "content-length").next().and_then(|length| length.parse().ok());
    let mut page = Vec::new();
    let mut rest = stream.take(length.unwrap_or(LONGEST_PAGE).min(LONGEST_PAGE));
    let _ = tokio::time::timeout(PAGE_WAIT, rest.read_to_end(&mut page)).await;
    String::from_utf8_lossy(&page).into_owned()
}

/// A proxy's refusal to open a tunnel.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    description: String,
}

impl Refusal {
    fn new(status: u16, line: &str, head: &str, page: &str, secrets: &[String]) -> Self {
        let shown = |text: &str| {
            let mut redactor = Redactor::default();
            for secret in secrets {
                redactor.add(&Secret::from(secret));
            }
            redactor.clean_to(text, 120)
        };
        let title = markup::title(page).map(|title| format!(", a page titled \"{}\"", shown(&title)));
        let mut description =
            format!("the proxy responded to CONNECT with \"{}\"{}", shown(line), title.unwrap_or_default());
        if status == 407 {
            let schemes: Vec<String> = fields(head, "proxy-authenticate")
                .filter_map(|value| value.split([' ', ',']).next())
                .map(shown)
                .collect();
            let schemes =
                if schemes.is_empty() { String::new() } else { format!(" ({})", schemes.join(", ")) };
            description = format!(
                "{description}: proxy authorization required{schemes}; set user and password in its address; only \
                 Basic is supported"
            );
        }
        Self { status, description }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.description)
    }
}

impl StdError for Refusal {}

/// The proxy itself was not reached.
#[derive(Debug)]
pub(super) struct Unreached(BoxError);

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the proxy cannot be reached")
    }
}

impl StdError for Unreached {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}

/// The response is not from a proxy.
#[derive(Debug)]
struct NoProxyThere;

impl fmt::Display for NoProxyThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server there is no HTTP proxy")
    }
}

impl StdError for NoProxyThere {}

/// No connection within the connect timeout.
#[derive(Debug)]
struct TooLate;

impl fmt::Display for TooLate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not within the connect timeout")
    }
}

impl StdError for TooLate {}
