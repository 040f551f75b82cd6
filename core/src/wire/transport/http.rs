//! The transport over sockets: HTTP/1.1 through reqwest, with a pool of connections; `tunnel.rs` connects to TLS servers
//! through a proxy.
//!
//! Redirects, retries and the like are switched off in reqwest: the engine decides them, since it knows what a request
//! means. HTTP/2 is not used, so that each request in flight has a connection of its own that fails independently.

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
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::body::{self, LONGEST_REFUSAL, Limit, Outgoing};
use super::error::{Route, Stage, while_sending};
use super::proxy::{Proxy, Routes};
use super::tls::{self, Trust};
use super::tunnel::Tunnels;
use super::{
    Attempt, OptionsError, Request, Response, Transport, TransportError, TransportErrorKind, TransportOptions,
};

/// Headers of framing and routing, which the connection sets.
const OWN_HEADERS: [HeaderName; 7] =
    [CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// Chains of proxies add dozens of headers; hyper's default is a hundred.
const MAX_HEADERS: usize = 400;

/// How long before the caller's deadline a response with an incomplete body is returned.
const MARGIN: Duration = Duration::from_millis(5);

/// Sends requests over HTTP/1.1, unencrypted or over TLS 1.2 and later.
///
/// Connections are kept for the next request to the same origin. The Tokio runtime that made them drives them, so an
/// `Http` belongs to one runtime.
pub struct Http {
    direct: Client,
    /// For unencrypted requests through a proxy.
    plain: Option<Client>,
    /// For requests over TLS through a proxy.
    tunnels: Option<Tunnels>,
    routes: Routes,
    trust: Arc<Trust>,
    user_agent: HeaderValue,
    max_body_bytes: usize,
}

impl Http {
    /// A transport with a connection pool of its own. It does not connect yet.
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

    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        let (sent, until) = (request.sent.clone(), request.until);
        let most = self.max_body_bytes.min(request.max_body_bytes.unwrap_or(usize::MAX));
        let OutgoingRequest { method, url, headers, body } = self.prepare(request)?;
        settle().await?;
        let secure = url.scheme() == "https";
        if secure {
            let ready = self.trust.prepare().await;
            ready.map_err(|reason| TransportError::new(TransportErrorKind::Connect, reason))?;
        }
        let proxy = self.routes.of(&url).map(|proxy| &*proxy.shown);
        let route = Route { target: &url, proxy };
        match (proxy, &self.tunnels, &self.plain) {
            (Some(_), Some(tunnels), _) if secure => {
                let uri = url.as_str().parse::<Uri>().map_err(|_| invalid("the address is not valid"))?;
                let mut request = ::http::Request::new(body);
                (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, uri, headers);
                let response = tunnels
                    .send(request)
                    .await
                    .map_err(|error| while_sending(&error, Stage::of_tunnel(&error), route, &sent))?;
                sent.mark();
                let (head, body) = response.into_parts();
                Ok(self.whole(head, body, until, most).await)
            }
            (_, _, plain) => {
                let through = proxy.and(plain.as_ref());
                let mut request = reqwest::Request::new(method, url.clone());
                *request.headers_mut() = headers;
                *request.body_mut() = Some(Body::wrap(body));
                let response = through.unwrap_or(&self.direct).execute(request).await.map_err(|error| {
                    let stage = Stage::of(&error);
                    while_sending(&error.without_url(), stage, route, &sent)
                })?;
                sent.mark();
                let (head, body) = ::http::Response::<Body>::from(response).into_parts();
                let response = self.whole(head, body, until, most).await;
                Ok(Response { proxy: through.and(proxy).map(Arc::from), ..response })
            }
        }
    }

    /// The response with a head, and its body if that can be read in time.
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
            Err(error) => (Bytes::new(), Some(Arc::new(error))),
        };
        Response { status: head.status, headers: head.headers, body, unreadable, proxy: None }
    }

    fn prepare(&self, request: Request) -> Result<OutgoingRequest, TransportError> {
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
        // Servers may wait for a body with these methods unless the length is given as zero.
        let wants_body = matches!(method, Method::POST | Method::PUT | Method::PATCH);
        let body = Outgoing::new(body.or_else(|| wants_body.then(Bytes::new)), sent);
        Ok(OutgoingRequest { method, url, headers, body })
    }
}

/// A request as it is sent.
struct OutgoingRequest {
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
    // Everything else was checked before, so only the TLS settings can be wrong.
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

/// The longest that [`settle`] takes.
const SETTLED: Duration = Duration::from_millis(1);

/// Lets pooled connections update their state.
///
/// A runtime on the caller's thread does not run between calls. Until it polls its sockets, a connection that the server
/// has closed looks alive, and one whose response was just read does not look idle. If the caller stops blocking on the runtime
/// at this moment, the runtime forgets to wake what has yielded, so this does not wait for that alone.
async fn settle() -> Result<(), TransportError> {
    let runtime = Handle::try_current().map_err(|_| invalid("there is no Tokio runtime here"))?;
    if runtime.runtime_flavor() == RuntimeFlavor::CurrentThread {
        // The first yield polls the sockets, the second runs the connections that they woke.
        let yields = async {
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        };
        let _ = timeout(SETTLED, yields).await;
    }
    Ok(())
}

fn late() -> TransportError {
    TransportError::new(TransportErrorKind::Timeout, "its body was incomplete")
}

fn invalid(reason: &str) -> TransportError {
    TransportError::new(TransportErrorKind::InvalidRequest, reason)
}
