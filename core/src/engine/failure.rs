//! From the outcome of an attempt to the error that the caller sees: kind, message and hints. Callers redact the error.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::base::error::{Error, ErrorKind};
use crate::base::spelling::{Time, with_names};
use crate::engine::diagnosis::{self, RequestInfo};
use crate::policy::retry::{self, AttemptResult, Class};
use crate::wire::transport::{Response, TransportError, TransportErrorKind};

/// The outcome of one attempt.
#[derive(Debug)]
pub(crate) enum AttemptOutcome {
    /// A response of any status.
    Response(Response),
    /// Nothing was sent.
    NotSent { cause: String, timed_out: bool, source: Option<TransportError> },
    /// The request was sent, but no complete response arrived.
    Lost { cause: String, timed_out: bool, source: Option<TransportError> },
    /// A success whose body is needed and cannot be read.
    Unreadable { response: Response, source: Arc<TransportError> },
    /// A response that is not accepted: a redirect to another server.
    Refused { response: Response, reason: String },
    /// A response that is larger than allowed.
    TooLarge(TransportError),
    /// Nothing was sent: a proxy refused and would refuse again.
    Barred(TransportError),
    /// The request is not one that can be sent.
    Unsendable(TransportError),
}

impl AttemptOutcome {
    /// A response counts by its status. Only a success that needs its body fails if that cannot be read.
    pub(crate) fn from_response(response: Response, needs_body: bool) -> Self {
        match response.unreadable.clone() {
            Some(source) if response.status.is_success() && needs_body => {
                Self::Unreadable { response, source }
            }
            _ => Self::Response(response),
        }
    }

    /// Only `sent` says whether the server may have seen the request, not the kind of the error.
    pub(crate) fn from_error(source: TransportError, sent: bool) -> Self {
        let cause = describe(&source);
        match source.kind {
            TransportErrorKind::TooLarge => Self::TooLarge(source),
            _ if sent => Self::Lost { cause, timed_out: false, source: Some(source) },
            TransportErrorKind::InvalidRequest => Self::Unsendable(source),
            TransportErrorKind::Refused => Self::Barred(source),
            kind => Self::NotSent {
                cause,
                timed_out: kind == TransportErrorKind::ConnectTimeout,
                source: Some(source),
            },
        }
    }

    pub(crate) fn timed_out(sent: bool, after: Duration) -> Self {
        let after = Time(after);
        if sent {
            Self::Lost { cause: format!("no response {after} into the call"), timed_out: true, source: None }
        } else {
            Self::NotSent { cause: format!("not sent {after} into the call"), timed_out: true, source: None }
        }
    }

    /// What the retry policy judges; `None` for outcomes that are never retried.
    pub(crate) fn result(&self) -> Option<AttemptResult> {
        match self {
            Self::Response(response) => Some(AttemptResult::Status(response.status.as_u16())),
            Self::NotSent { .. } => Some(AttemptResult::NotSent),
            Self::Lost { .. } => Some(AttemptResult::Lost),
            Self::Unreadable { source, .. } => match source.kind {
                // Another attempt would fail in the same way.
                TransportErrorKind::TooLarge | TransportErrorKind::Coding => None,
                _ => Some(AttemptResult::Lost),
            },
            Self::Refused { .. } | Self::TooLarge(_) | Self::Unsendable(_) | Self::Barred(_) => None,
        }
    }

    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Response(response) | Self::Refused { response, .. } | Self::Unreadable { response, .. } => {
                Some(response.status.as_u16())
            }
            _ => None,
        }
    }

    /// How long the server asks to wait.
    pub(crate) fn requested_wait(&self, now: SystemTime) -> Option<Duration> {
        match self {
            Self::Response(response) => retry::retry_after(response.status.as_u16(), &response.headers, now),
            _ => None,
        }
    }

    pub(crate) fn cause(&self) -> Option<String> {
        match self {
            Self::Response(response) | Self::Refused { response, .. } => {
                response.unreadable.as_deref().map(describe)
            }
            Self::NotSent { cause, .. } | Self::Lost { cause, .. } => Some(cause.clone()),
            Self::Unreadable { source, .. } => Some(describe(source)),
            Self::TooLarge(source) | Self::Unsendable(source) | Self::Barred(source) => {
                Some(describe(source))
            }
        }
    }
}

/// The error for an outcome of a request.
pub(crate) fn into_error(outcome: AttemptOutcome, request: &RequestInfo<'_>) -> Error {
    let class = request.class;
    match outcome {
        AttemptOutcome::Response(response) => diagnosis::response_error(&response, request),
        AttemptOutcome::Refused { response, reason } => {
            let status = response.status.as_u16();
            // Some servers send 301, 302 or 303 after a POST that was carried out; 307 and 308 mean that it was not.
            let maybe_done = class.changes_state() && matches!(status, 301..=303);
            let kind = if maybe_done { ErrorKind::OutcomeUnknown } else { ErrorKind::Decode };
            let error = Error::new(kind, reason).with_retryable(maybe_done && class.harmless());
            error.with_answer(status, &response.headers, &response.body)
        }
        AttemptOutcome::NotSent { cause, timed_out, source } => {
            let kind = if timed_out && source.is_none() { ErrorKind::Timeout } else { ErrorKind::Connection };
            // Users need to know whether they may run their script again.
            let message = format!("{cause}; nothing was sent");
            with_transport_error(Error::new(kind, message).with_retryable(true), source)
        }
        AttemptOutcome::Lost { cause, timed_out, source } => {
            let kind = match (class.changes_state(), timed_out) {
                (true, _) => ErrorKind::OutcomeUnknown,
                (false, true) => ErrorKind::Timeout,
                (false, false) => ErrorKind::Connection,
            };
            with_transport_error(Error::new(kind, cause).with_retryable(class.harmless()), source)
        }
        AttemptOutcome::Unreadable { response, source } => {
            let kind = match source.kind {
                _ if class.changes_state() => ErrorKind::OutcomeUnknown,
                TransportErrorKind::TooLarge | TransportErrorKind::Coding => ErrorKind::Decode,
                TransportErrorKind::Timeout => ErrorKind::Timeout,
                _ => ErrorKind::Connection,
            };
            Error::new(kind, describe(&source))
                .with_answer(response.status.as_u16(), &response.headers, &response.body)
                .with_retryable(kind != ErrorKind::Decode && class.harmless())
                .with_source(source)
        }
        AttemptOutcome::TooLarge(source) => {
            let kind = if class.changes_state() { ErrorKind::OutcomeUnknown } else { ErrorKind::Decode };
            let message = describe(&source);
            with_transport_error(
                Error::new(kind, message).with_retryable(class == Class::IdempotentWrite),
                Some(source),
            )
        }
        AttemptOutcome::Barred(source) => {
            let message = format!("{}; nothing was sent", describe(&source));
            with_transport_error(Error::new(ErrorKind::Connection, message), Some(source))
        }
        AttemptOutcome::Unsendable(source) => {
            let message = describe(&source);
            with_transport_error(Error::new(ErrorKind::InvalidRequest, message), Some(source))
        }
    }
}

/// A transport error as text, with the names of options marked for the caller's spelling.
fn describe(source: &TransportError) -> String {
    with_names(&source.to_string())
}

fn with_transport_error(error: Error, source: Option<TransportError>) -> Error {
    match source {
        Some(source) => error.with_source(Arc::new(source)),
        None => error,
    }
}

/// The last attempt of a write may have changed nothing while an earlier one may have succeeded. The outcome is then
/// unknown; the last attempt may even have been refused because the earlier one was carried out.
pub(crate) fn mark_outcome_unknown(error: Error, class: Class, outcome_check: Option<&str>) -> Error {
    // These kinds already mean that it may have been carried out.
    if matches!(error.kind(), ErrorKind::OutcomeUnknown | ErrorKind::Server | ErrorKind::Cancelled) {
        return error;
    }
    let error = error.with_kind(ErrorKind::OutcomeUnknown).with_retryable(class.harmless());
    add_hint(error, outcome_check)
        .with_prefix("an earlier attempt may have taken effect; the last attempt failed")
}

/// Adds a hint on what to do after an unknown outcome.
pub(crate) fn add_hint(error: Error, outcome_check: Option<&str>) -> Error {
    match error.kind() {
        ErrorKind::OutcomeUnknown if error.retryable() => {
            error.with_hint("The outcome is unknown; it is safe to repeat the call")
        }
        ErrorKind::OutcomeUnknown => {
            let check = outcome_check.unwrap_or("Look the object up before doing it again");
            error.with_hint(format!("The outcome is unknown, and the call was not sent again. {check}"))
        }
        _ => error,
    }
}
