//! The retry policy: what may be sent again, when, and how often.
//!
//! The operation's class decides what may be sent again, never its HTTP method:
//!
//! | class | not sent | 429 | 401 | 5xx, or no response after sending |
//! |---|---|---|---|---|
//! | read | retry | retry | renew once, replay once | retry |
//! | create | retry | retry | renew, replay | never: the outcome is unknown |
//! | idempotent write | retry | retry | renew, replay | retry; 404 on a repeated DELETE is success |
//! | credential check | retry | retry | renew, replay | never |
//! | scroll continuation | retry | retry | replay | never: the pager restarts or raises |
//!
//! Transient errors wait with full jitter from 0.5 s, doubling up to 8 s. Throttling has a budget of its own, from 2 s up to
//! `max_backoff`. A `Retry-After` is honoured and never shortened; above the allowed maximum the call fails immediately.
//! Renewing a refused token is not a retry and happens with `max_retries = 0` too. A token bucket per client keeps retries
//! from multiplying the load on a server in trouble.

mod wait;

use std::sync::Mutex;

use http::Method;

pub(crate) use self::wait::{Backoff, retry_after};
use crate::table::{Operation, RetryClass};

/// The vendor advises waits of 2, 5 and 10 seconds; with the cap this covers the default timeout of two minutes.
const MAX_THROTTLES: u32 = 8;

/// How a request may be repeated: the operation's class, with separate classes for the two requests of a scroll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Read,
    Create,
    IdempotentWrite,
    CredentialCheck,
    Continuation,
}

impl Class {
    pub(crate) fn of(operation: &Operation, continuation: bool) -> Self {
        match operation.retry {
            RetryClass::Read => Self::Read,
            RetryClass::Create => Self::Create,
            RetryClass::IdempotentWrite => Self::IdempotentWrite,
            RetryClass::CredentialCheck => Self::CredentialCheck,
            RetryClass::Scroll => {
                if continuation {
                    Self::Continuation
                } else {
                    Self::Read
                }
            }
        }
    }

    /// The class of a request outside the table: only safe methods are repeated.
    pub(crate) fn of_method(method: &Method) -> Self {
        if method.is_safe() { Self::Read } else { Self::Create }
    }

    /// Whether repeating a request of this class is harmless even if an earlier one took effect.
    pub(crate) fn harmless(self) -> bool {
        matches!(self, Self::Read | Self::IdempotentWrite)
    }

    /// Whether a lost response leaves it unknown whether something was changed.
    pub(crate) fn changes_state(self) -> bool {
        matches!(self, Self::Create | Self::IdempotentWrite)
    }
}

/// The result of one attempt, as far as retries depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttemptResult {
    /// A response with this status.
    Status(u16),
    /// The request was not sent.
    NotSent,
    /// The request was sent, and no complete response arrived.
    Lost,
}

/// What to do after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Accept the response.
    Accept,
    /// Send again after the back-off of a transient error.
    Retry,
    /// Send again after the queue's pause.
    Throttled,
    /// Renew the token, then send again.
    Renew,
    /// Fail the call.
    Fail,
}

/// The retries that one call has used so far.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "facts about one call that do not depend on each other")]
pub(crate) struct Progress {
    class: Class,
    retry_500: bool,
    delete: bool,
    max_retries: u32,
    renewable: bool,
    failures: u32,
    throttles: u32,
    /// An earlier attempt may have taken effect.
    maybe_done: bool,
}

impl Progress {
    pub(crate) fn new(
        class: Class,
        method: &Method,
        retry_500: bool,
        max_retries: u32,
        renewable: bool,
    ) -> Self {
        let delete = *method == Method::DELETE;
        Self {
            class,
            retry_500,
            delete,
            max_retries,
            renewable,
            failures: 0,
            throttles: 0,
            maybe_done: false,
        }
    }

    pub(crate) fn judge(&mut self, result: AttemptResult, budget: &RetryBudget) -> Verdict {
        match result {
            AttemptResult::Status(404) if self.delete && self.maybe_done => Verdict::Accept,
            AttemptResult::Status(200..=299) => {
                budget.refund();
                Verdict::Accept
            }
            AttemptResult::Status(401) if self.renewable => {
                self.renewable = false;
                Verdict::Renew
            }
            AttemptResult::Status(429) if self.max_retries > 0 && self.throttles < MAX_THROTTLES => {
                self.throttles += 1;
                Verdict::Throttled
            }
            AttemptResult::NotSent => self.retry(budget),
            AttemptResult::Lost => {
                self.maybe_done = true;
                if self.class.harmless() { self.retry(budget) } else { Verdict::Fail }
            }
            AttemptResult::Status(status) if may_pass(status) => {
                self.maybe_done = true;
                let lasting = status == 500 && !self.retry_500;
                if self.class.harmless() && !lasting { self.retry(budget) } else { Verdict::Fail }
            }
            AttemptResult::Status(_) => Verdict::Fail,
        }
    }

    fn retry(&mut self, budget: &RetryBudget) -> Verdict {
        if self.failures >= self.max_retries || !budget.spend() {
            return Verdict::Fail;
        }
        self.failures += 1;
        Verdict::Retry
    }

    /// Whether an attempt may have changed something, whatever the outcome of later ones.
    pub(crate) fn maybe_changed(&self) -> bool {
        self.maybe_done && self.class.changes_state()
    }

    /// The number of transient errors so far.
    pub(crate) fn transient_errors(&self) -> u32 {
        self.failures
    }
}

/// Whether another attempt may succeed after this status; 501 and 505 are permanent.
pub(crate) fn may_pass(status: u16) -> bool {
    status == 408 || (status >= 500 && status != 501 && status != 505)
}

/// A token bucket: retries spend tokens and successes refund them.
#[derive(Debug)]
pub(crate) struct RetryBudget(Mutex<f64>);

impl RetryBudget {
    const CAPACITY: f64 = 100.0;
    const REFUND: f64 = 0.2;

    pub(crate) fn new() -> Self {
        Self(Mutex::new(Self::CAPACITY))
    }

    fn spend(&self) -> bool {
        let mut tokens = crate::base::lock(&self.0);
        let enough = *tokens >= 1.0;
        if enough {
            *tokens -= 1.0;
        }
        enough
    }

    fn refund(&self) {
        let mut tokens = crate::base::lock(&self.0);
        *tokens = (*tokens + Self::REFUND).min(Self::CAPACITY);
    }
}

#[cfg(test)]
mod tests;
