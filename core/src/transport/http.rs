//! The transport over sockets: HTTP/1.1 with a pool of connections.
//!
//! hyper is used directly. That makes it known whether anything of a request was written, keeps vectored writes off
//! the socket, and costs less for a small call than a client with layers for redirects, cookies and retries, all of
//! which are decided above this seam.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use ::http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue, PROXY_AUTHORIZATION, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use ::http::{Method, Uri};
use bytes::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::AlertDescription as Alert;
use tokio::runtime::{Handle, RuntimeFlavor};

use super::body::{self, Outgoing};
use super::connect::{ConnectError, Connector};
use super::{Attempt, Fault, FaultKind, OptionsError, Request, Response, Transport, TransportOptions};

/// Headers that say how a message is framed or routed, which only the connection knows.
const OWN_HEADERS: [HeaderName; 7] =
    [CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// hyper's message for too many or too long headers; its predicate for that is compiled for servers only.
const HEAD_TOO_LARGE: &str = "message head is too large";

/// Sends requests over HTTP/1.1, in clear or over TLS 1.2 and later.
///
/// Connections are kept for the next request to the same origin. They are driven by the Tokio runtime that made them,
/// so one `Http` belongs to one runtime.
pub struct Http {
    client: Client<Connector, Outgoing>,
    connector: Connector,
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
        let connector = Connector::new(options)?;
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(options.pool_idle_timeout)
            .pool_max_idle_per_host(options.pool_max_idle)
            .build(connector.clone());
        Ok(Self { client, connector, user_agent, max_body_bytes: options.max_body_bytes })
    }

    fn prepare(&self, request: Request) -> Result<::http::Request<Outgoing>, Fault> {
        let Request { method, url, mut headers, body, sent } = request;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(invalid("the address is neither http nor https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("the address holds a user or a password"));
        }
        if method == Method::CONNECT {
            return Err(invalid("CONNECT is for proxies"));
        }
        if let Some(name) = OWN_HEADERS.iter().find(|name| headers.contains_key(*name)) {
            return Err(invalid(&format!("the header {name} is set by the connection")));
        }
        let address = url.as_str().split('#').next().unwrap_or_default();
        let uri: Uri =
            address.parse().map_err(|error| invalid(&format!("the address is not a URI: {error}")))?;

        headers.entry(USER_AGENT).or_insert_with(|| self.user_agent.clone());
        headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("gzip"));
        if let Some(value) = self.connector.proxy_authorization(&uri) {
            headers.insert(PROXY_AUTHORIZATION, value);
        }
        // A server may wait for a body that these methods usually have, unless it is told that its length is zero.
        let wants_body = matches!(method, Method::POST | Method::PUT | Method::PATCH);
        let body = body.or_else(|| wants_body.then(Bytes::new));

        let mut prepared = ::http::Request::new(Outgoing::new(body, sent));
        *prepared.method_mut() = method;
        *prepared.uri_mut() = uri;
        *prepared.headers_mut() = headers;
        Ok(prepared)
    }

    async fn exchange(&self, request: Request) -> Result<Response, Fault> {
        let sent = request.sent.clone();
        let prepared = self.prepare(request)?;
        settle().await?;
        let answer = match self.client.request(prepared).await {
            Ok(answer) => answer,
            Err(error) => {
                let fault = fault(&error);
                if fault.kind == FaultKind::Connect {
                    sent.withdraw();
                }
                return Err(fault);
            }
        };
        let (mut head, body) = answer.into_parts();
        let body = body::read(head.status, &mut head.headers, body, self.max_body_bytes).await?;
        Ok(Response { status: head.status, headers: head.headers, body })
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
            .field("proxy", &self.connector.has_proxy())
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

fn invalid(reason: &str) -> Fault {
    Fault::new(FaultKind::InvalidRequest, reason)
}

/// The fault behind an error of the client, or of a body that it is reading.
pub(super) fn fault(error: &(dyn StdError + 'static)) -> Fault {
    let mut find = causes(error);
    if let Some(connect) = find.clone().find_map(|cause| cause.downcast_ref::<ConnectError>()) {
        let kind = if connect.timed_out { FaultKind::ConnectTimeout } else { FaultKind::Connect };
        return Fault::new(kind, connect.to_string());
    }
    let kind = if find.clone().any(refused_in_handshake) {
        FaultKind::Connect
    } else {
        find.clone().find_map(kind).unwrap_or(FaultKind::Closed)
    };
    // The client's own words for every failure are "client error".
    let inner = find.nth(1).unwrap_or(error);
    Fault::new(kind, in_words(inner))
}

fn kind(cause: &(dyn StdError + 'static)) -> Option<FaultKind> {
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return error.is_parse().then(|| match error.to_string().as_str() {
            HEAD_TOO_LARGE => FaultKind::TooLarge,
            _ => FaultKind::Malformed,
        });
    }
    let error = cause.downcast_ref::<io::Error>()?;
    match error.kind() {
        _ if tls(cause).is_some() => Some(FaultKind::Closed),
        // What hyper reports for a body whose chunks are no chunks.
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Some(FaultKind::Malformed),
        _ => Some(FaultKind::Closed),
    }
}

fn tls<'a>(cause: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    cause.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref()
}

/// Whether a server ended TLS because of this client's certificate. Since TLS 1.3 that arrives after the handshake, when
/// a request may have been written already, but the server reads no request before it has accepted the certificate.
fn refused_in_handshake(cause: &(dyn StdError + 'static)) -> bool {
    let Some(rustls::Error::AlertReceived(alert)) = tls(cause) else { return false };
    matches!(
        alert,
        Alert::AccessDenied
            | Alert::BadCertificate
            | Alert::CertificateExpired
            | Alert::CertificateRequired
            | Alert::CertificateRevoked
            | Alert::CertificateUnknown
            | Alert::DecryptError
            | Alert::HandshakeFailure
            | Alert::UnknownCA
            | Alert::UnsupportedCertificate
    )
}

/// An error and the errors that caused it.
pub(super) fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> + Clone {
    std::iter::successors(Some(error), |&cause| cause.source())
}

/// An error and its causes as one line, saying nothing twice.
pub(super) fn in_words(error: &(dyn StdError + 'static)) -> String {
    causes(error).fold(String::new(), |mut words, cause| {
        let more = cause.to_string();
        if words.is_empty() {
            words = more;
        } else if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        words
    })
}
