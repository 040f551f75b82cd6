//! From a failed exchange to its [`TransportError`], and to whether the request may have reached the server.
//!
//! That nothing was sent is only concluded from local facts: no connection was made, or none accepted the request. What the
//! peer sends, such as a TLS alert or the end of the connection, proves nothing.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use url::Url;

use super::describe::{causes, describe, tls};
use super::tunnel::Refusal;
use super::{Sent, TransportError, TransportErrorKind};

/// hyper's message for too many or too long headers; its predicate for that is compiled for servers only.
const HEAD_TOO_LARGE: &str = "message head is too large";

/// How far the client had come when it failed without a response.
#[derive(Clone, Copy)]
pub(super) struct Stage {
    /// The connection failed.
    pub(super) connecting: bool,
    /// The connection timed out.
    pub(super) late: bool,
    /// The request is invalid.
    pub(super) building: bool,
}

impl Stage {
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let connecting = error.is_connect();
        Self { connecting, late: connecting && error.is_timeout(), building: error.is_builder() }
    }
}

/// The route of a request.
#[derive(Clone, Copy)]
pub(super) struct Route<'a> {
    pub(super) target: &'a Url,
    /// Host and port of the proxy, if there is one.
    pub(super) proxy: Option<&'a str>,
}

/// The error of an exchange without a response. Sets `sent` if the request may have been sent.
pub(super) fn while_sending(
    error: &(dyn StdError + 'static),
    stage: Stage,
    route: Route<'_>,
    sent: &Sent,
) -> TransportError {
    let kind = match kind_of(error, stage) {
        // The connection existed, since it accepted the request.
        kind if kind.nothing_was_sent() && sent.get() => TransportErrorKind::Closed,
        kind => kind,
    };
    if !kind.nothing_was_sent() {
        sent.mark();
    }
    let description = describe(error);
    if !stage.connecting {
        return described(kind, error, description);
    }
    let target = authority(route.target);
    let through = route.proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
    let hint = if kind == TransportErrorKind::ConnectTimeout { " (see `connect_timeout`)" } else { "" };
    described(kind, error, format!("connecting to {target}{through}: {description}{hint}"))
}

/// The error of reading the body of a response.
pub(super) fn while_reading(error: &(dyn StdError + 'static)) -> TransportError {
    let kind = causes(error).find_map(kind_of_cause).unwrap_or(TransportErrorKind::Closed);
    described(kind, error, describe(error))
}

fn described(
    kind: TransportErrorKind,
    error: &(dyn StdError + 'static),
    description: String,
) -> TransportError {
    let number = causes(error).find_map(|cause| cause.downcast_ref::<io::Error>()?.raw_os_error());
    TransportError::new(kind, Described { description, system: number.map(io::Error::from_raw_os_error) })
}

/// A description of an error, with the system's error as its source if there is one.
#[derive(Debug)]
struct Described {
    description: String,
    system: Option<io::Error>,
}

impl fmt::Display for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.description)
    }
}

impl StdError for Described {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.system.as_ref().map(|error| error as _)
    }
}

/// Host and port, without credentials.
pub(super) fn authority(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

fn kind_of(error: &(dyn StdError + 'static), stage: Stage) -> TransportErrorKind {
    match stage {
        Stage { building: true, .. } => TransportErrorKind::InvalidRequest,
        Stage { late: true, .. } => TransportErrorKind::ConnectTimeout,
        Stage { connecting: true, .. } => {
            let refusal = causes(error).find_map(|cause| cause.downcast_ref::<Refusal>());
            // A proxy that forbids it, or requires authorization, would refuse again.
            let lasting = refusal.is_some_and(|refusal| {
                (400..=499).contains(&refusal.status) && refusal.status != 408 && refusal.status != 429
            });
            if lasting { TransportErrorKind::Refused } else { TransportErrorKind::Connect }
        }
        _ if causes(error).any(never_written) => TransportErrorKind::Connect,
        _ => causes(error).find_map(kind_of_cause).unwrap_or(TransportErrorKind::Closed),
    }
}

fn kind_of_cause(cause: &(dyn StdError + 'static)) -> Option<TransportErrorKind> {
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return error.is_parse().then(|| match error.to_string().as_str() {
            HEAD_TOO_LARGE => TransportErrorKind::TooLarge,
            _ => TransportErrorKind::Malformed,
        });
    }
    let error = cause.downcast_ref::<io::Error>()?;
    match error.kind() {
        _ if tls(cause).is_some() => Some(TransportErrorKind::Closed),
        // What hyper reports for invalid chunks in a body.
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Some(TransportErrorKind::Malformed),
        _ => Some(TransportErrorKind::Closed),
    }
}

/// Whether the connection closed before the request was handed to it.
fn never_written(cause: &(dyn StdError + 'static)) -> bool {
    cause.downcast_ref::<hyper::Error>().is_some_and(|error| error.is_canceled() || error.is_closed())
}
