//! What a failed exchange means: which fault it is, and whether the request may have reached the server.
//!
//! That nothing was sent is only ever concluded from what this side knows: that no connection was made, or that none has
//! taken the request. What the other side sends, an alert of TLS or the end of the connection, says nothing about it.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use url::Url;

use super::tunnel::Refusal;
use super::words::{causes, in_words, tls};
use super::{Fault, FaultKind, Sent};

/// hyper's message for too many or too long headers; its predicate for that is compiled for servers only.
const HEAD_TOO_LARGE: &str = "message head is too large";

/// What the client says of a failure before there was a response.
#[derive(Clone, Copy)]
pub(super) struct Stage {
    /// The connection was not made.
    pub(super) connecting: bool,
    /// It was not made in time.
    pub(super) late: bool,
    /// The request is none.
    pub(super) building: bool,
}

impl Stage {
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let connecting = error.is_connect();
        Self { connecting, late: connecting && error.is_timeout(), building: error.is_builder() }
    }
}

/// Where a request went.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    pub(super) target: &'a Url,
    /// Host and port of the proxy, if there is one.
    pub(super) proxy: Option<&'a str>,
}

/// The fault behind an error that came in place of a response. `sent` is right afterwards.
pub(super) fn while_sending(
    error: &(dyn StdError + 'static),
    stage: Stage,
    way: Way<'_>,
    sent: &Sent,
) -> Fault {
    let kind = match kind_of(error, stage) {
        // The connection took the request, so it was there.
        kind if kind.nothing_was_sent() && sent.get() => FaultKind::Closed,
        kind => kind,
    };
    if !kind.nothing_was_sent() {
        sent.mark();
    }
    let words = in_words(error);
    if !stage.connecting {
        return told(kind, error, words);
    }
    let target = authority(way.target);
    let through = way.proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
    let hint = if kind == FaultKind::ConnectTimeout { " (see `connect_timeout`)" } else { "" };
    told(kind, error, format!("connecting to {target}{through}: {words}{hint}"))
}

/// The fault behind an error inside the body of a response.
pub(super) fn while_reading(error: &(dyn StdError + 'static)) -> Fault {
    let kind = causes(error).find_map(kind_of_cause).unwrap_or(FaultKind::Closed);
    told(kind, error, in_words(error))
}

fn told(kind: FaultKind, error: &(dyn StdError + 'static), words: String) -> Fault {
    let number = causes(error).find_map(|cause| cause.downcast_ref::<io::Error>()?.raw_os_error());
    Fault::new(kind, Told { words, system: number.map(io::Error::from_raw_os_error) })
}

/// A cause in words, over the system's own error where it came from one.
#[derive(Debug)]
struct Told {
    words: String,
    system: Option<io::Error>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl StdError for Told {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.system.as_ref().map(|error| error as _)
    }
}

/// Host and port, without credentials.
pub(super) fn authority(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

fn kind_of(error: &(dyn StdError + 'static), stage: Stage) -> FaultKind {
    match stage {
        Stage { building: true, .. } => FaultKind::InvalidRequest,
        Stage { late: true, .. } => FaultKind::ConnectTimeout,
        Stage { connecting: true, .. } => {
            let refusal = causes(error).find_map(|cause| cause.downcast_ref::<Refusal>());
            // A proxy that forbids it, or wants to know who asks, says the same again.
            let lasting = refusal.is_some_and(|refusal| {
                (400..=499).contains(&refusal.status) && refusal.status != 408 && refusal.status != 429
            });
            if lasting { FaultKind::Refused } else { FaultKind::Connect }
        }
        _ if causes(error).any(never_written) => FaultKind::Connect,
        _ => causes(error).find_map(kind_of_cause).unwrap_or(FaultKind::Closed),
    }
}

fn kind_of_cause(cause: &(dyn StdError + 'static)) -> Option<FaultKind> {
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

/// Whether the connection went away before the request was handed to it.
fn never_written(cause: &(dyn StdError + 'static)) -> bool {
    cause.downcast_ref::<hyper::Error>().is_some_and(|error| error.is_canceled() || error.is_closed())
}
