//! The seam between a call and the network: one attempt goes out, one whole response or one fault comes back.
//!
//! Nothing here retries, follows a redirect, waits for a slot or knows a vendor; that is decided above. [`Http`] speaks
//! HTTP over sockets, [`Memory`] answers from a closure. Whoever wants something else in a test implements [`Transport`].

mod body;
mod certificate;
mod coding;
mod fault;
mod http;
mod memory;
mod no_proxy;
mod options;
mod pem;
pub(crate) mod proxy;
mod sent;
mod tls;
mod tunnel;
mod words;

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use ::http::{HeaderMap, Method, StatusCode};
use bytes::Bytes;
use tokio::time::Instant;
use url::Url;

pub(crate) use self::body::LONGEST_REFUSAL;
pub use self::http::Http;
pub use self::memory::Memory;
pub use self::options::{OptionsError, Pem, TransportOptions};
pub(crate) use self::pem::is_text as is_pem_text;
pub use self::sent::Sent;

/// An attempt in flight. Dropping it cancels the attempt.
pub type Attempt<'a> = Pin<Box<dyn Future<Output = Result<Response, Fault>> + Send + 'a>>;

/// Carries one request to a server and brings the whole response back.
///
/// Every status is a response, not a fault, redirects and errors included, and also when its body cannot be read:
/// [`Response::unreadable`] says so. An implementation sets [`Request::sent`] before anything of the request can reach
/// the server, does not send a request twice, and stops when the returned future is dropped. After a fault, and for an
/// attempt that was dropped, the flag alone says whether the server may have seen the request.
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends `request` and reads the response to its end.
    fn send(&self, request: Request) -> Attempt<'_>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: Request) -> Attempt<'_> {
        (**self).send(request)
    }
}

/// A request that is ready to go: nothing after it validates, signs or rewrites.
///
/// `Debug` shows where it goes and the names of its headers; not the query, the header values or the body, since any
/// of them may hold a secret.
#[derive(Clone)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The absolute address, `http` or `https`.
    pub url: Url,
    /// All headers but those of the connection: `Host`, `Content-Length` … `Accept`, `Accept-Encoding` and `User-Agent`
    /// are added where they are missing.
    pub headers: HeaderMap,
    /// The body; `None` sends none.
    pub body: Option<Bytes>,
    /// How many bytes the response may have after decompression, where that is less than any response may.
    pub max_body_bytes: Option<usize>,
    /// Set as soon as the request may have reached the server.
    pub sent: Sent,
    /// When the caller gives up. A body that is not here by then is given up a moment before, so that the status is not
    /// lost with it.
    pub until: Option<Instant>,
}

impl Request {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        let headers = HeaderMap::new();
        Self { method, url, headers, body: None, max_body_bytes: None, sent: Sent::new(), until: None }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &format_args!("{}", Bare(&self.url)))
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.body.as_ref().map(Bytes::len))
            .field("max_body_bytes", &self.max_body_bytes)
            .field("sent", &self.sent.get())
            .field("until", &self.until)
            .finish()
    }
}

/// An address without what may be secret in it: user, password, query and fragment.
struct Bare<'a>(&'a Url);

impl fmt::Display for Bare<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.0.host_str().unwrap_or_default())?;
        if let Some(port) = self.0.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(self.0.path())
    }
}

/// A whole response: the body is read to its end and already decompressed.
///
/// `Debug` shows the names of the headers and the size of the body, not what they hold.
#[derive(Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers as they came, but without `Content-Encoding` and `Content-Length` where the body was decompressed.
    pub headers: HeaderMap,
    /// The body; of a response with an error status its beginning, where it is long.
    pub body: Bytes,
    /// Why the body could not be read, where it could not: it is empty here then, and was not on the server.
    pub unreadable: Option<Arc<Fault>>,
    /// Host and port of the proxy that the request went to in clear, and that may have answered in the server's place.
    pub proxy: Option<Arc<str>>,
}

impl Response {
    /// A response without headers.
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into(), unreadable: None, proxy: None }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .field("unreadable", &self.unreadable)
            .field("proxy", &self.proxy)
            .finish()
    }
}

/// What went wrong with an attempt that brought no response, or with the body of a response.
///
/// Neither `Display` nor `Debug` shows more of an address than host and port, nor the credentials of a proxy.
#[derive(Debug)]
pub struct Fault {
    /// What kind of fault it is.
    pub kind: FaultKind,
    /// The cause in words.
    pub source: Box<dyn StdError + Send + Sync>,
}

impl Fault {
    /// A fault of `kind` whose cause is an error or a message.
    pub fn new(kind: FaultKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: source.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.source)
    }
}

impl StdError for Fault {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.source()
    }
}

/// The kinds of [`Fault`], by what a caller may conclude from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// No connection: name lookup, TCP, TLS or the proxy failed, or the connection went away before it took the request.
    /// Nothing was sent.
    Connect,
    /// No connection within the connect timeout. Nothing was sent.
    ConnectTimeout,
    /// A proxy refused to connect to the server and would do so again. Nothing was sent.
    Refused,
    /// The connection ended before or inside the response.
    Closed,
    /// The body was not here when the caller gave up.
    Late,
    /// The head of the response, or its decoded body, is larger than allowed.
    TooLarge,
    /// The response is not HTTP, or its coding is broken or cut off.
    Malformed,
    /// The body is in a content coding that was not asked for.
    Coding,
    /// The request cannot be sent as it is. Nothing was sent.
    InvalidRequest,
}

impl FaultKind {
    /// Whether the fault itself says that the server has seen nothing of the request.
    fn nothing_was_sent(self) -> bool {
        matches!(self, Self::Connect | Self::ConnectTimeout | Self::Refused | Self::InvalidRequest)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "no connection",
            Self::ConnectTimeout => "no connection in time",
            Self::Refused => "the proxy refuses",
            Self::Closed => "the connection was closed before the response was complete",
            Self::Late => "the response was not complete in time",
            Self::TooLarge => "the response is too large",
            Self::Malformed => "the response is malformed",
            Self::Coding => "the response cannot be decoded",
            Self::InvalidRequest => "the request cannot be sent",
        })
    }
}
