//! The transport over sockets: HTTP/1.1 through reqwest, with a pool of connections; `tunnel.rs` is the way through a
//! proxy to a server over TLS.
//!
//! What reqwest can do on its own account is switched off, redirects and retries above all: they are decided above this
//! seam, where it is known what a request means. HTTP/2 is left out so that each request in flight has a connection of
//! its own, and what becomes of one says nothing about another.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::http::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TE, TRAILER, TRANSFER_ENCODING,
    UPGRADE, USER_AGENT,
};
use ::http::response::Parts;
use ::http::{HeaderMap, HeaderValue, Method, Uri};
use bytes::Bytes;
use reqwest::redirect::Policy;
use reqwest::{Body, Client, retry};
use rustls::ClientConfig;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::body::{self, LONGEST_REFUSAL, Limit, Outgoing};
use super::fault::{Stage, Way, while_sending};
use super::proxy::{Proxy, Routes};
use super::tls::{self, Trust};
use super::tunnel::Tunnels;
use super::{Attempt, Fault, FaultKind, OptionsError, Request, Response, Transport, TransportOptions};

/// Headers that say how a message is framed or routed, which only the connection knows.
const OWN_HEADERS: [HeaderName; 7] =
    [CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// Chains of proxies add dozens; hyper takes a hundred by itself.
const MAX_HEADERS: usize = 400;

/// Before the caller gives up, a response without its whole body is given to it.
const MARGIN: Duration = Duration::from_millis(5);

/// Sends requests over HTTP/1.1, in clear or over TLS 1.2 and later.
///
/// Connections are kept for the next request to the same origin. They are driven by the Tokio runtime that made them,
/// so one `Http` belongs to one runtime.
pub struct Http {
    direct: Client,
    /// For requests in clear that go through a proxy.
    plain: Option<Client>,
    /// For requests over TLS that go through a proxy.
    tunnels: Option<Tunnels>,
    routes: Routes,
    trust: Arc<Trust>,
    user_agent: HeaderValue,
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
        let settings = tls::settings(options, &trust)?;
        let routes = Routes::new(options, &|name| std::env::var_os(name))?;
        let tunnels = routes
            .secure
            .as_ref()
            .map(|proxy| Tunnels::new(proxy, &settings, &user_agent, options, MAX_HEADERS));
        let plain = routes.plain.as_ref().map(|proxy| client(options, settings.clone(), Some(proxy)));
        Ok(Self {
            tunnels: tunnels.transpose()?,
            plain: plain.transpose()?,
            direct: client(options, settings, None)?,
            routes,
            trust,
            user_agent,
            max_body_bytes: options.max_body_bytes,
        })
    }

    async fn exchange(&self, request: Request) -> Result<Response, Fault> {
        let (sent, until) = (request.sent.clone(), request.until);
        let most = self.max_body_bytes.min(request.max_body_bytes.unwrap_or(usize::MAX));
        let Prepared { method, url, headers, body } = self.prepare(request)?;
        settle().await?;
        let secure = url.scheme() == "https";
        if secure {
            let ready = self.trust.prepare().await;
            ready.map_err(|reason| Fault::new(FaultKind::Connect, reason))?;
        }
        let proxy = self.routes.of(&url).map(|proxy| &*proxy.shown);
        let way = Way { target: &url, proxy };
        match (proxy, &self.tunnels, &self.plain) {
            (Some(_), Some(tunnels), _) if secure => {
                let uri = url.as_str().parse::<Uri>().map_err(|_| invalid("the address is not valid"))?;
                let mut request = ::http::Request::new(body);
                (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, uri, headers);
                let answer = tunnels
                    .send(request)
                    .await
                    .map_err(|error| while_sending(&error, Stage::of_tunnel(&error), way, &sent))?;
                sent.mark();
                let (head, body) = answer.into_parts();
                Ok(self.whole(head, body, until, most).await)
            }
            (_, _, plain) => {
                let through = proxy.and(plain.as_ref());
                let mut request = reqwest::Request::new(method, url.clone());
                *request.headers_mut() = headers;
                *request.body_mut() = Some(Body::wrap(body));
                let answer = through.unwrap_or(&self.direct).execute(request).await.map_err(|error| {
                    let stage = Stage::of(&error);
                    while_sending(&error.without_url(), stage, way, &sent)
                })?;
                sent.mark();
                let (head, body) = ::http::Response::<Body>::from(answer).into_parts();
                let response = self.whole(head, body, until, most).await;
                Ok(Response { proxy: through.and(proxy).map(Arc::from), ..response })
            }
        }
    }

    /// The response of a head and what of its body can be read in time.
    async fn whole<B>(&self, mut head: Parts, body: B, until: Option<Instant>, most: usize) -> Response
    where
        B: http_body::Body<Data = Bytes> + Unpin,
        B::Error: StdError + 'static,
    {
        let limit = if head.status.is_client_error() || head.status.is_server_error() {
            Limit::Beginning(LONGEST_REFUSAL.min(most))
        } else {
            Limit::Whole(most)
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

    fn prepare(&self, request: Request) -> Result<Prepared, Fault> {
        let Request { method, url, mut headers, body, sent, .. } = request;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("the address contains a user or password"));
        }
        if method == Method::CONNECT {
            return Err(invalid("CONNECT is for proxies"));
        }
        if let Some(name) = OWN_HEADERS.iter().find(|name| headers.contains_key(*name)) {
            return Err(invalid(&format!("the header {name} is set by the connection")));
        }
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("gzip"));
        headers.entry(USER_AGENT).or_insert_with(|| self.user_agent.clone());
        // A server may wait for a body that these methods usually have, unless it is told that its length is zero.
        let wants_body = matches!(method, Method::POST | Method::PUT | Method::PATCH);
        let body = Outgoing::new(body.or_else(|| wants_body.then(Bytes::new)), sent);
        Ok(Prepared { method, url, headers, body })
    }
}

/// A request as it goes out.
struct Prepared {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Outgoing,
}

fn client(
    options: &TransportOptions,
    settings: ClientConfig,
    proxy: Option<&Proxy>,
) -> Result<Client, OptionsError> {
    let client = Client::builder()
        .tls_backend_preconfigured(settings)
        .http1_only()
        .http1_max_headers(MAX_HEADERS)
        .redirect(Policy::none())
        .retry(retry::never())
        .tcp_nodelay(true)
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(options.pool_idle_timeout)
        .pool_max_idle_per_host(options.pool_max_idle)
        .no_proxy();
    let client = match proxy {
        None => client,
        Some(Proxy { address, authorization, .. }) => {
            let through = reqwest::Proxy::all(address.clone());
            let through = through.map_err(|error| OptionsError::new("proxy", error.without_url()))?;
            client.proxy(match authorization {
                Some(value) => through.custom_http_auth(value.clone()),
                None => through,
            })
        }
    };
    // Everything was checked before but what only the TLS settings could still get wrong.
    client.build().map_err(|error| OptionsError::new("verify", error))
}

impl Transport for Http {
    fn send(&self, request: Request) -> Attempt<'_> {
        Box::pin(self.exchange(request))
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http")
            .field("routes", &self.routes)
            .field("max_body_bytes", &self.max_body_bytes)
            .finish_non_exhaustive()
    }
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
    Fault::new(FaultKind::Late, "its body had not arrived completely")
}

fn invalid(reason: &str) -> Fault {
    Fault::new(FaultKind::InvalidRequest, reason)
}
