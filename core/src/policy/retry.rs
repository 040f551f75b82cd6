//! Retries: what may be sent again, when, and how often. All of it is here.
//!
//! What may be sent again is decided by the operation's class, never by its HTTP method:
//!
//! | class | not sent | 429 | 401 | 5xx, or no answer after sending |
//! |---|---|---|---|---|
//! | read | retry | retry | renew once, replay once | retry |
//! | create | retry | retry | renew, replay | never: the outcome is unknown |
//! | idempotent write | retry | retry | renew, replay | retry; 404 on a repeated DELETE is success |
//! | credential check | retry | retry | renew, replay | never |
//! | scroll continuation | retry | retry | replay | never: the pager restarts or raises |
//!
//! Faults wait by full jitter from 0.5 s, doubling up to 8 s. Throttling has a budget of its own, from 2 s up to
//! `max_backoff`. A `Retry-After` is honoured and never shortened; above the allowed maximum the call fails at once.
//! Renewing a refused token is not a retry and happens with `max_retries = 0` too. A token bucket per client stops a server
//! in trouble from being asked three times as often.

mod wait;

use std::sync::Mutex;

use http::Method;

pub(crate) use self::wait::{Backoff, retry_after};
use crate::table::{Operation, RetryClass};

/// The vendor advises to wait 2, 5, 10 seconds; with the cap this covers the default timeout of two minutes.
const MAX_THROTTLES: u32 = 8;

/// How a request may be repeated: the operation's class, with the scroll's two halves told apart.
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

    /// The class of a request that no table describes: only methods that are safe by definition are repeated.
    pub(crate) fn of_method(method: &Method) -> Self {
        if method.is_safe() { Self::Read } else { Self::Create }
    }

    /// Whether repeating a request of this class is harmless even when an earlier one took effect.
    pub(crate) fn harmless(self) -> bool {
        matches!(self, Self::Read | Self::IdempotentWrite)
    }

    /// Whether a lost answer leaves a change behind that may or may not have happened.
    pub(crate) fn changes_state(self) -> bool {
        matches!(self, Self::Create | Self::IdempotentWrite)
    }
}

/// What came of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A response with this status.
    Status(u16),
    /// The request never left.
    NotSent,
    /// The request left, and no whole response came.
    Lost,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Take the response.
    Accept,
    /// Send again after a fault's back-off.
    Retry,
    /// Send again when the whole queue may.
    Throttled,
    /// Get another token, then send again.
    Renew,
    /// Tell the caller.
    Fail,
}

/// What one call has used up so far.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "facts about one call that do not depend on each other")]
pub(crate) struct Progress {
    class: Class,
    retry_500: bool,
    delete: bool,
    max_retries: u32,
    renewable: bool,
    faults: u32,
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
        Self { class, retry_500, delete, max_retries, renewable, faults: 0, throttles: 0, maybe_done: false }
    }

    pub(crate) fn judge(&mut self, seen: Seen, budget: &RetryBudget) -> Verdict {
        match seen {
            Seen::Status(404) if self.delete && self.maybe_done => Verdict::Accept,
            Seen::Status(200..=299) => {
                budget.refund();
                Verdict::Accept
            }
            Seen::Status(401) if self.renewable => {
                self.renewable = false;
                Verdict::Renew
            }
            Seen::Status(429) if self.max_retries > 0 && self.throttles < MAX_THROTTLES => {
                self.throttles += 1;
                Verdict::Throttled
            }
            Seen::NotSent => self.retry(budget),
            Seen::Lost => {
                self.maybe_done = true;
                if self.class.harmless() { self.retry(budget) } else { Verdict::Fail }
            }
            Seen::Status(status) if may_pass(status) => {
                self.maybe_done = true;
                let lasting = status == 500 && !self.retry_500;
                if self.class.harmless() && !lasting { self.retry(budget) } else { Verdict::Fail }
            }
            Seen::Status(_) => Verdict::Fail,
        }
    }

    fn retry(&mut self, budget: &RetryBudget) -> Verdict {
        if self.faults >= self.max_retries || !budget.spend() {
            return Verdict::Fail;
        }
        self.faults += 1;
        Verdict::Retry
    }

    /// Whether an attempt may have changed something, whatever became of those after it.
    pub(crate) fn maybe_changed(&self) -> bool {
        self.maybe_done && self.class.changes_state()
    }

    /// How many faults there were.
    pub(crate) fn faults(&self) -> u32 {
        self.faults
    }
}

/// Statuses that another attempt may turn into a success; 501 and 505 will not pass.
pub(crate) fn may_pass(status: u16) -> bool {
    status == 408 || (status >= 500 && status != 501 && status != 505)
}

/// Tokens that retries cost and successes give back.
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
