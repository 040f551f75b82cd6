//! The parts of one call: its policy, its request and context, and the response that it ends with.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use crate::base::error::{Attempt, Error, Result, Target};
use crate::base::spelling::UNIT;
use crate::base::time::LONGEST;
use crate::engine::core::Core;
use crate::engine::request::{CallOptions, HttpRequest};
use crate::policy::limit::Limiter;
use crate::policy::retry::Class;
use crate::table::{Answer, Auth, Operation, Paging, RetryClass};
use crate::wire::transport::TransportError;

/// How long and how often one call may be attempted; its options and the client's settings, resolved once.
#[derive(Debug, Clone)]
pub(crate) struct CallPolicy {
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) max_retry_after: Duration,
    pub(crate) max_backoff: Duration,
    /// A lower limit on the size of the response than the client's.
    pub(crate) max_body_bytes: Option<usize>,
}

impl CallPolicy {
    /// Resolves the options of a call over the client's settings.
    pub(crate) fn of(core: &Core, options: &CallOptions) -> Result<CallPolicy> {
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

/// A request with everything that decides how it is sent, retried and reported.
#[derive(Debug)]
pub(crate) struct CallContext {
    /// The operation's row of the table; `None` for requests that the table does not list.
    pub(crate) operation: Option<&'static Operation>,
    /// The operation's id, or another name for requests without an operation.
    pub(crate) label: &'static str,
    pub(crate) class: Class,
    pub(crate) retry_500: bool,
    pub(crate) auth: Auth,
    /// Whether it requests tokens.
    pub(crate) login: bool,
    pub(crate) limiter: Arc<Limiter>,
    /// Whether a success without a readable body is an error. A create succeeds even without one.
    pub(crate) needs_body: bool,
    pub(crate) http: HttpRequest,
}

impl CallContext {
    /// The context of a request of an operation.
    pub(crate) fn of(
        core: &Core,
        operation: &'static Operation,
        http: HttpRequest,
        continuation: bool,
    ) -> Self {
        Self {
            operation: Some(operation),
            label: operation.id,
            class: Class::of(operation, continuation),
            retry_500: operation.retry_500,
            auth: operation.auth,
            login: operation.answer == Answer::Tokens,
            limiter: core.limiter(operation.limit.group, operation.limit.cap),
            needs_body: operation.retry != RetryClass::Create
                && !matches!(operation.answer, Answer::Empty | Answer::Success | Answer::LoggedOut),
            http,
        }
    }

    /// Whether the operation reads a list.
    pub(super) fn is_list(&self) -> bool {
        self.operation.is_some_and(|operation| operation.paging != Paging::None)
    }

    /// Where to look after a create whose outcome is unknown.
    pub(super) fn outcome_check(&self) -> Option<&'static str> {
        self.operation.and_then(|operation| operation.outcome_check)
    }

    pub(super) fn origin(&self, maybe_done: bool) -> Origin {
        Origin { operation: self.operation, label: self.label, class: self.class, maybe_done }
    }
}

/// A successful response, before it becomes a result.
#[derive(Debug)]
pub(crate) struct CallResponse {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Why the body could not be read; it is empty then. Only for writes, whose status shows the success.
    pub(crate) unreadable: Option<Arc<TransportError>>,
    pub(crate) request_id: String,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) elapsed: Duration,
    pub(crate) origin: Origin,
    pub(crate) target: Arc<Target>,
}

/// Which request a response belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    operation: Option<&'static Operation>,
    pub(crate) label: &'static str,
    pub(crate) class: Class,
    /// Whether an attempt before the last one may have been carried out.
    pub(crate) maybe_done: bool,
}

impl Origin {
    pub(crate) fn of(operation: &'static Operation) -> Self {
        let class = Class::of(operation, false);
        Self { operation: Some(operation), label: operation.id, class, maybe_done: false }
    }

    /// Where to look after a create whose outcome is unknown.
    pub(crate) fn outcome_check(&self) -> Option<&'static str> {
        self.operation.and_then(|operation| operation.outcome_check)
    }
}
