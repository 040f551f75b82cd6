//! What one call is made of: how long it may try, its request, and the response that it ends with.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use crate::base::error::{Attempt, Error, Result, Target};
use crate::base::time::LONGEST;
use crate::base::words::UNIT;
use crate::engine::core::Core;
use crate::engine::request::{CallOptions, Prepared};
use crate::policy::limit::Gate;
use crate::policy::retry::Class;
use crate::table::{Answer, Auth, Operation, RetryClass};
use crate::wire::transport::Fault;

/// How long and how often one call may try.
#[derive(Debug, Clone)]
pub(crate) struct Effort {
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) max_retry_after: Duration,
    pub(crate) max_backoff: Duration,
    /// How many bytes the response may have, where that is less than any response may.
    pub(crate) max_body_bytes: Option<usize>,
}

impl Effort {
    /// By the options of the call, and the client's own.
    pub(crate) fn of(core: &Core, options: &CallOptions) -> Result<Effort> {
        if options.timeout == Some(Duration::ZERO) {
            return Err(Error::argument("timeout", "0", &format!("must be a number of {UNIT} more than 0")));
        }
        Ok(Self {
            timeout: options.timeout.unwrap_or(core.settings.timeout).min(LONGEST),
            attempt_timeout: core.settings.attempt_timeout,
            max_retries: options.max_retries.unwrap_or(core.settings.max_retries),
            max_retry_after: core.settings.max_retry_after,
            max_backoff: core.settings.max_backoff,
            max_body_bytes: None,
        })
    }
}

/// A request with all that decides how it is treated.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) label: &'static str,
    pub(crate) class: Class,
    pub(crate) retry_500: bool,
    pub(crate) auth: Auth,
    /// Asks for tokens.
    pub(crate) login: bool,
    pub(crate) outcome_check: Option<&'static str>,
    pub(crate) gate: Arc<Gate>,
    /// Whether a success is none without its body; what was created is there all the same.
    pub(crate) needs_body: bool,
    pub(crate) prepared: Prepared,
}

impl Request {
    /// The request of an operation, by its row of the table.
    pub(crate) fn of(
        core: &Core,
        operation: &'static Operation,
        prepared: Prepared,
        continuation: bool,
    ) -> Self {
        Self {
            label: operation.id,
            class: Class::of(operation, continuation),
            retry_500: operation.retry_500,
            auth: operation.auth,
            login: operation.answer == Answer::Tokens,
            outcome_check: operation.outcome_check,
            gate: core.gate(operation.limit.group, operation.limit.cap),
            needs_body: operation.retry != RetryClass::Create
                && !matches!(operation.answer, Answer::Empty | Answer::Success | Answer::LoggedOut),
            prepared,
        }
    }

    pub(super) fn origin(&self, maybe_done: bool) -> Origin {
        Origin { label: self.label, class: self.class, outcome_check: self.outcome_check, maybe_done }
    }
}

/// A successful response, not yet shaped.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Why the body, which is empty then, could not be read: of writes, whose success is known from the status.
    pub(crate) unreadable: Option<Arc<Fault>>,
    pub(crate) request_id: String,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) elapsed: Duration,
    pub(crate) origin: Origin,
    pub(crate) target: Arc<Target>,
}

/// Which request a response belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) label: &'static str,
    pub(crate) class: Class,
    pub(crate) outcome_check: Option<&'static str>,
    /// An attempt before the one that was answered may have been carried out.
    pub(crate) maybe_done: bool,
}
