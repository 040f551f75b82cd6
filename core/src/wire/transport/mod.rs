//! The interface between calls and the network: sends one attempt, and returns one complete response or one error.
//!
//! Nothing here retries, follows a redirect, waits for a slot or knows a vendor; the engine decides that. [`Http`] speaks
//! HTTP over sockets, [`Memory`] responds from a closure. Tests that need something else implement [`Transport`].

mod body;
mod certificate;
mod coding;
mod describe;
mod error;
mod http;
mod memory;
mod no_proxy;
mod options;
mod pem;
pub(crate) mod proxy;
mod sent;
mod tls;
mod tunnel;

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
pub type Attempt<'a> = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// Sends one request to a server and returns the complete response.
///
/// Every status is a response and not an error, including redirects, and even if the body cannot be read, which
/// [`Response::unreadable`] reports. An implementation sets [`Request::sent`] before anything of the request can reach the
/// server, does not send a request twice, and stops when the returned future is dropped. After an error, and for a dropped
/// attempt, only the flag shows whether the server may have seen the request.
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends `request` and reads the response to its end.
    fn send(&self, request: Request) -> Attempt<'_>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: Request) -> Attempt<'_> {
        (**self).send(request)
    }
}

/// A complete request: the transport does not validate, sign or rewrite it.
///
/// `Debug` shows the address and the names of the headers; not the query, the header values or the body, since any of them
/// may hold a secret.
#[derive(Clone)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The absolute address, `http` or `https`.
    pub url: Url,
    /// All headers except those of the connection, such as `Host` and `Content-Length`. `Accept`, `Accept-Encoding` and
    /// `User-Agent` are added if they are missing.
    pub headers: HeaderMap,
    /// The body; `None` sends none.
    pub body: Option<Bytes>,
    /// A lower limit on the size of the decompressed response than the transport's, in bytes.
    pub max_body_bytes: Option<usize>,
    /// Set as soon as the request may have reached the server.
    pub sent: Sent,
    /// The caller's deadline. Reading an incomplete body stops a moment before it, so that the status is not lost.
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

/// An address without the parts that may be secret: user, password, query and fragment.
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

/// A complete response: the body is read to its end and decompressed.
///
/// `Debug` shows the names of the headers and the size of the body, not their content.
#[derive(Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers, without `Content-Encoding` and `Content-Length` if the body was decompressed.
    pub headers: HeaderMap,
    /// The body; with an error status, long bodies are truncated.
    pub body: Bytes,
    /// Why the body could not be read, if so. `body` is empty then.
    pub unreadable: Option<Arc<TransportError>>,
    /// Host and port of the proxy that the request went to unencrypted, and that may have sent the response itself.
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

/// Why an attempt has no response, or why the body of a response could not be read.
///
/// Neither `Display` nor `Debug` shows more of an address than host and port, nor the credentials of a proxy.
#[derive(Debug)]
pub struct TransportError {
    /// The kind of the error.
    pub kind: TransportErrorKind,
    /// The cause.
    pub source: Box<dyn StdError + Send + Sync>,
}

impl TransportError {
    /// An error of `kind` whose cause is an error or a message.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: source.into() }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.source)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.source()
    }
}

/// The kinds of [`TransportError`], by what a caller may conclude from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: name lookup, TCP, TLS or the proxy failed, or the connection closed before it accepted the request.
    /// Nothing was sent.
    Connect,
    /// No connection within the connect timeout. Nothing was sent.
    ConnectTimeout,
    /// A proxy refused to connect to the server and would refuse again. Nothing was sent.
    Refused,
    /// The connection closed before or during the response.
    Closed,
    /// The body was incomplete at the caller's deadline.
    Timeout,
    /// The head of the response, or its decoded body, is larger than allowed.
    TooLarge,
    /// The response is not HTTP, or its encoding is invalid or truncated.
    Malformed,
    /// The body has a content coding that was not requested.
    Coding,
    /// The request is invalid. Nothing was sent.
    InvalidRequest,
}

impl TransportErrorKind {
    /// Whether the kind means that the server has seen nothing of the request.
    fn nothing_was_sent(self) -> bool {
        matches!(self, Self::Connect | Self::ConnectTimeout | Self::Refused | Self::InvalidRequest)
    }
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "no connection",
            Self::ConnectTimeout => "no connection in time",
            Self::Refused => "the proxy refuses",
            Self::Closed => "the connection was closed before the response was complete",
            Self::Timeout => "the response was not complete in time",
            Self::TooLarge => "the response is too large",
            Self::Malformed => "the response is malformed",
            Self::Coding => "the response cannot be decoded",
            Self::InvalidRequest => "the request cannot be sent",
        })
    }
}
