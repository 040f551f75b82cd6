//! From how an attempt ended to the error that the caller sees: kind, words, and advice. Whoever makes such an error
//! known also redacts it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::base::error::{Error, ErrorKind};
use crate::base::words::{Time, with_names};
use crate::engine::advice::{self, Asked};
use crate::policy::retry::{self, Class, Seen};
use crate::wire::transport::{Fault, FaultKind, Response};

/// How one attempt ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// With a response of some status.
    Answer(Response),
    /// Without anything having been sent.
    NotSent { cause: String, timed_out: bool, fault: Option<Fault> },
    /// Sent, but without a whole response.
    Lost { cause: String, timed_out: bool, fault: Option<Fault> },
    /// With a success whose body was wanted and cannot be read.
    Unreadable { response: Response, fault: Arc<Fault> },
    /// With a response that is not taken: a redirect elsewhere.
    Refused { response: Response, reason: String },
    /// With a response that is larger than allowed.
    TooLarge(Fault),
    /// Without anything having been sent, by a proxy that would do the same again.
    Barred(Fault),
    /// The request is not one that can be sent.
    Unsendable(Fault),
}

impl Ending {
    /// A response decides by its status. Only the success of a call that was made for the response needs the body too.
    pub(crate) fn answer(response: Response, needs_body: bool) -> Self {
        match response.unreadable.clone() {
            Some(fault) if response.status.is_success() && needs_body => Self::Unreadable { response, fault },
            _ => Self::Answer(response),
        }
    }

    /// Only `sent` says whether the server may have seen the request, not what the fault is called.
    pub(crate) fn fault(fault: Fault, sent: bool) -> Self {
        let cause = words(&fault);
        match fault.kind {
            FaultKind::TooLarge => Self::TooLarge(fault),
            _ if sent => Self::Lost { cause, timed_out: false, fault: Some(fault) },
            FaultKind::InvalidRequest => Self::Unsendable(fault),
            FaultKind::Refused => Self::Barred(fault),
            kind => Self::NotSent { cause, timed_out: kind == FaultKind::ConnectTimeout, fault: Some(fault) },
        }
    }

    pub(crate) fn timed_out(sent: bool, after: Duration) -> Self {
        let after = Time(after);
        if sent {
            Self::Lost { cause: format!("no answer {after} into the call"), timed_out: true, fault: None }
        } else {
            Self::NotSent { cause: format!("not sent {after} into the call"), timed_out: true, fault: None }
        }
    }

    /// What retries judge; `None` where no judgement can help.
    pub(crate) fn seen(&self) -> Option<Seen> {
        match self {
            Self::Answer(response) => Some(Seen::Status(response.status.as_u16())),
            Self::NotSent { .. } => Some(Seen::NotSent),
            Self::Lost { .. } => Some(Seen::Lost),
            Self::Unreadable { fault, .. } => match fault.kind {
                // They would be the same again.
                FaultKind::TooLarge | FaultKind::Coding => None,
                _ => Some(Seen::Lost),
            },
            Self::Refused { .. } | Self::TooLarge(_) | Self::Unsendable(_) | Self::Barred(_) => None,
        }
    }

    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Answer(response) | Self::Refused { response, .. } | Self::Unreadable { response, .. } => {
                Some(response.status.as_u16())
            }
            _ => None,
        }
    }

    /// How long the server asks to wait.
    pub(crate) fn asked_to_wait(&self, now: SystemTime) -> Option<Duration> {
        match self {
            Self::Answer(response) => retry::retry_after(response.status.as_u16(), &response.headers, now),
            _ => None,
        }
    }

    pub(crate) fn cause(&self) -> Option<String> {
        match self {
            Self::Answer(response) | Self::Refused { response, .. } => {
                response.unreadable.as_deref().map(words)
            }
            Self::NotSent { cause, .. } | Self::Lost { cause, .. } => Some(cause.clone()),
            Self::Unreadable { fault, .. } => Some(words(fault)),
            Self::TooLarge(fault) | Self::Unsendable(fault) | Self::Barred(fault) => Some(words(fault)),
        }
    }
}

/// The error that an ending means for what was asked.
pub(crate) fn explain(ending: Ending, asked: &Asked<'_>) -> Error {
    let class = asked.class;
    match ending {
        Ending::Answer(response) => advice::answered(&response, asked),
        Ending::Refused { response, reason } => {
            let status = response.status.as_u16();
            // 301, 302 and 303 are how some servers say that a POST was done; 307 and 308 say that it was not.
            let maybe_done = class.changes_state() && matches!(status, 301..=303);
            let kind = if maybe_done { ErrorKind::OutcomeUnknown } else { ErrorKind::Decode };
            let error = Error::new(kind, reason).with_retryable(maybe_done && class.harmless());
            error.with_answer(status, &response.headers, &response.body)
        }
        Ending::NotSent { cause, timed_out, fault } => {
            let kind = if timed_out && fault.is_none() { ErrorKind::Timeout } else { ErrorKind::Connection };
            // A word on what it means for writes: people ask whether they may run their script again.
            let message = format!("{cause}; nothing was sent");
            with_fault(Error::new(kind, message).with_retryable(true), fault)
        }
        Ending::Lost { cause, timed_out, fault } => {
            let kind = match (class.changes_state(), timed_out) {
                (true, _) => ErrorKind::OutcomeUnknown,
                (false, true) => ErrorKind::Timeout,
                (false, false) => ErrorKind::Connection,
            };
            with_fault(Error::new(kind, cause).with_retryable(class.harmless()), fault)
        }
        Ending::Unreadable { response, fault } => {
            let kind = match fault.kind {
                _ if class.changes_state() => ErrorKind::OutcomeUnknown,
                FaultKind::TooLarge | FaultKind::Coding => ErrorKind::Decode,
                FaultKind::Late => ErrorKind::Timeout,
                _ => ErrorKind::Connection,
            };
            Error::new(kind, words(&fault))
                .with_answer(response.status.as_u16(), &response.headers, &response.body)
                .with_retryable(kind != ErrorKind::Decode && class.harmless())
                .with_source(fault)
        }
        Ending::TooLarge(fault) => {
            let kind = if class.changes_state() { ErrorKind::OutcomeUnknown } else { ErrorKind::Decode };
            let message = words(&fault);
            with_fault(Error::new(kind, message).with_retryable(class == Class::IdempotentWrite), Some(fault))
        }
        Ending::Barred(fault) => {
            let message = format!("{}; nothing was sent", words(&fault));
            with_fault(Error::new(ErrorKind::Connection, message), Some(fault))
        }
        Ending::Unsendable(fault) => {
            let message = words(&fault);
            with_fault(Error::new(ErrorKind::InvalidRequest, message), Some(fault))
        }
    }
}

/// A fault as it is told, with names of options in the caller's spelling.
fn words(fault: &Fault) -> String {
    with_names(&fault.to_string())
}

fn with_fault(error: Error, fault: Option<Fault>) -> Error {
    match fault {
        Some(fault) => error.with_source(Arc::new(fault)),
        None => error,
    }
}

/// The last attempt of a write may tell that it changed nothing while an earlier one may have: then nobody knows, and it
/// may even be refused because the earlier one was carried out.
pub(crate) fn mark_outcome_unknown(error: Error, class: Class, outcome_check: Option<&str>) -> Error {
    // These say themselves that it may have been carried out.
    if matches!(error.kind(), ErrorKind::OutcomeUnknown | ErrorKind::Server | ErrorKind::Cancelled) {
        return error;
    }
    let error = error.with_kind(ErrorKind::OutcomeUnknown).with_retryable(class.harmless());
    advise(error, outcome_check)
        .with_prefix("an earlier attempt may have taken effect; the last attempt failed")
}

/// What the caller can do about it, where the error alone does not say.
pub(crate) fn advise(error: Error, outcome_check: Option<&str>) -> Error {
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
