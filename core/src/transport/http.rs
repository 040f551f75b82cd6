//! The transport over sockets: HTTP/1.1 through reqwest, with a pool of connections.
//!
//! What reqwest can do on its own account is switched off, redirects and retries above all: they are decided above this
//! seam, where it is known what a request means. HTTP/2 is left out so that each request in flight has a connection of
//! its own, and what becomes of one says nothing about another.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use ::http::response::Parts;
use ::http::{HeaderValue, Method, Uri};
use bytes::Bytes;
use reqwest::redirect::Policy;
use reqwest::{Body, Client, Proxy, retry};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::body::{self, LONGEST_REFUSAL, Limit, Outgoing};
use super::fault::{Stage, Way, authority, while_sending};
use super::tls::{self, Trust};
use super::{Attempt, Fault, FaultKind, OptionsError, Request, Response, Transport, TransportOptions};

/// Headers that say how a message is framed or routed, which only the connection knows.
const OWN_HEADERS: [HeaderName; 7] =
    [CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// Chains of proxies add dozens; hyper takes a hundred by itself.
const MAX_HEADERS: usize = 400;

/// Before the caller gives up, an answer without its whole body is given to it.
const MARGIN: Duration = Duration::from_millis(5);

/// Sends requests over HTTP/1.1, in clear or over TLS 1.2 and later.
///
/// Connections are kept for the next request to the same origin. They are driven by the Tokio runtime that made them,
/// so one `Http` belongs to one runtime.
pub struct Http {
    client: Client,
    trust: Arc<Trust>,
    /// Host and port of the proxy that was asked for.
    proxy: Option<String>,
    max_body_bytes: usize,
}

impl Http {
    /// A transport with a connection pool of its own. It connects to nothing yet.
    pub fn new(options: &TransportOptions) -> Result<Self, OptionsError> {
        if options.max_body_bytes == 0 {
            return Err(OptionsError::new("max_body_bytes", "must be at least 1"));
        }
        let user_agent = HeaderValue::from_str(&options.user_agent)
            .map_err(|_| OptionsError::new("user_agent", "must be visible ASCII text on one line"))?;
        let trust = Arc::new(Trust::new(options)?);
        let client = Client::builder()
            .tls_backend_preconfigured(tls::settings(options, &trust)?)
            .http1_only()
            .http1_max_headers(MAX_HEADERS)
            .gzip(false)
            .redirect(Policy::none())
            .retry(retry::never())
            .user_agent(user_agent)
            .tcp_nodelay(true)
            .connect_timeout(options.connect_timeout)
            .pool_idle_timeout(options.pool_idle_timeout)
            .pool_max_idle_per_host(options.pool_max_idle);
        let proxy = options.proxy.as_deref().map(proxy_address).transpose()?;
        let client = match &proxy {
            Some(address) => client.proxy(Proxy::all(address.clone()).map_err(|_| no_proxy_address())?),
            None if options.trust_env => client,
            None => client.no_proxy(),
        };
        // Everything was checked above but what only the TLS settings could still get wrong.
        let client = client.build().map_err(|error| OptionsError::new("verify", error))?;
        let proxy = proxy.as_ref().map(authority);
        Ok(Self { client, trust, proxy, max_body_bytes: options.max_body_bytes })
    }

    async fn exchange(&self, request: Request) -> Result<Response, Fault> {
        let (sent, until, url) = (request.sent.clone(), request.until, request.url.clone());
        let request = prepare(request)?;
        settle().await?;
        if request.url().scheme() == "https" {
            let ready = self.trust.prepare().await;
            ready.map_err(|reason| Fault::new(FaultKind::Connect, reason))?;
        }
        let answer = match self.client.execute(request).await {
            Ok(answer) => answer,
            Err(error) => {
                let stage = Stage::of(&error);
                let way = Way { target: &url, proxy: self.proxy.as_deref() };
                return Err(while_sending(&error.without_url(), stage, way, &sent));
            }
        };
        sent.mark();
        let (head, body) = ::http::Response::<Body>::from(answer).into_parts();
        Ok(self.whole(head, body, until).await)
    }

    /// The answer of a head and what of its body can be read in time.
    async fn whole<B>(&self, mut head: Parts, body: B, until: Option<Instant>) -> Response
    where
        B: http_body::Body<Data = Bytes> + Unpin,
        B::Error: StdError + 'static,
    {
        let limit = if head.status.is_client_error() || head.status.is_server_error() {
            Limit::Beginning(LONGEST_REFUSAL.min(self.max_body_bytes))
        } else {
            Limit::Whole(self.max_body_bytes)
        };
        let reading = body::read(body, &mut head.headers, limit);
        let read = match until.map(|until| until.checked_sub(MARGIN).unwrap_or(until)) {
            Some(until) => timeout_at(until, reading).await.unwrap_or_else(|_| Err(late())),
            None => reading.await,
        };
        let (body, unreadable) = match read {
            Ok(body) => (body, None),
            Err(fault) => (Bytes::new(), Some(Arc::new(fault))),
        };
        Response { status: head.status, headers: head.headers, body, unreadable, proxy: None }
    }
}

impl Transport for Http {
    fn send(&self, request: Request) -> Attempt<'_> {
        Box::pin(self.exchange(request))
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http")
            .field("proxy", &self.proxy)
            .field("max_body_bytes", &self.max_body_bytes)
            .finish_non_exhaustive()
    }
}

fn prepare(request: Request) -> Result<reqwest::Request, Fault> {
    let Request { method, url, mut headers, body, sent, .. } = request;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("the address holds a user or a password"));
    }
    if method == Method::CONNECT {
        return Err(invalid("CONNECT is for proxies"));
    }
    if let Some(name) = OWN_HEADERS.iter().find(|name| headers.contains_key(*name)) {
        return Err(invalid(&format!("the header {name} is set by the connection")));
    }
    // A server may wait for a body that these methods usually have, unless it is told that its length is zero.
    let wants_body = matches!(method, Method::POST | Method::PUT | Method::PATCH);
    let body = body.or_else(|| wants_body.then(Bytes::new));
    headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("gzip"));
    let mut prepared = reqwest::Request::new(method, url);
    *prepared.headers_mut() = headers;
    *prepared.body_mut() = Some(Body::wrap(Outgoing::new(body, sent)));
    Ok(prepared)
}

/// The address of a proxy, which may be given without a scheme.
fn proxy_address(given: &str) -> Result<Url, OptionsError> {
    let full = if given.contains("://") { given.to_owned() } else { format!("http://{given}") };
    let address = Url::parse(&full).map_err(|_| no_proxy_address())?;
    if !matches!(address.scheme(), "http" | "https") {
        return Err(OptionsError::new("proxy", "must begin with http:// or https://"));
    }
    // reqwest would go around a proxy whose address is no URI.
    address.as_str().parse::<Uri>().map_err(|_| no_proxy_address())?;
    Ok(address)
}

/// The reason never repeats the value, which may hold a password.
fn no_proxy_address() -> OptionsError {
    let reason = "is not an address; special characters of user and password are percent-encoded";
    OptionsError::new("proxy", reason)
}

/// Lets waiting connections learn what became of them.
///
/// A runtime on the caller's thread stands still between calls. Until it has looked at its sockets, a connection that
/// the server closed meanwhile looks alive, and one whose answer was just read does not look idle yet.
async fn settle() -> Result<(), Fault> {
    let runtime = Handle::try_current().map_err(|_| invalid("there is no Tokio runtime here"))?;
    if runtime.runtime_flavor() == RuntimeFlavor::CurrentThread {
        // The first turn polls the sockets, the second runs the connections that they woke.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
    }
    Ok(())
}

fn late() -> Fault {
    Fault::new(FaultKind::Late, "its body was still on the way")
}

fn invalid(reason: &str) -> Fault {
    Fault::new(FaultKind::InvalidRequest, reason)
}
