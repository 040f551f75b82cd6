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
//! Faults wait by full jitter from 0.5 s, doubling up to 8 s. Throttling has a budget of its own, from 2 s up to 30 s.
//! A `Retry-After` is honoured and never shortened; above the allowed maximum the call fails at once. Renewing a
//! refused token is not a retry and happens with `max_retries = 0` too. A token bucket per client stops a server
//! in trouble from being asked three times as often.

use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, Method};

use crate::config::LONGEST;
use crate::operation::{Operation, RetryClass};

const FAULT_BASE: Duration = Duration::from_millis(500);
const FAULT_CAP: Duration = Duration::from_secs(8);
const THROTTLE_BASE: Duration = Duration::from_secs(2);
pub(crate) const THROTTLE_CAP: Duration = Duration::from_secs(30);
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
    /// An answer with this status.
    Status(u16),
    /// The request never left.
    NotSent,
    /// The request left, and no whole answer came.
    Lost,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Take the answer.
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
            Seen::Status(status) if passing_fault(status) => {
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

    /// How long to wait before the next attempt after a fault.
    pub(crate) fn fault_wait(&self) -> Duration {
        let most = doubled(FAULT_BASE, self.faults.saturating_sub(1), FAULT_CAP);
        most.mul_f64(fastrand::f64())
    }
}

/// Statuses that another attempt may turn into a success; 501 and 505 will not pass.
fn passing_fault(status: u16) -> bool {
    status == 408 || (status >= 500 && status != 501 && status != 505)
}

/// How long a queue pauses at its nth 429 in a row without a `Retry-After`.
///
/// At least half of the step: the whole queue waits on it, and a pause near zero would only earn the next 429.
pub(crate) fn throttle_wait(strikes: u32) -> Duration {
    doubled(THROTTLE_BASE, strikes, THROTTLE_CAP).mul_f64(0.5 + fastrand::f64() / 2.0)
}

fn doubled(base: Duration, times: u32, cap: Duration) -> Duration {
    base.saturating_mul(1u32.checked_shl(times.min(16)).unwrap_or(u32::MAX)).min(cap)
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
        let mut tokens = crate::lock(&self.0);
        let enough = *tokens >= 1.0;
        if enough {
            *tokens -= 1.0;
        }
        enough
    }

    fn refund(&self) {
        let mut tokens = crate::lock(&self.0);
        *tokens = (*tokens + Self::REFUND).min(Self::CAPACITY);
    }
}

/// How long the server asks to wait: `Retry-After` in seconds or as a date on a 429 or a fault; on a 429 also the reset
/// of a rate-limit header. On other answers such headers only say how much is left.
pub(crate) fn retry_after(status: u16, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if status != 429 && status < 500 {
        return None;
    }
    if let Some(wait) = text("retry-after").and_then(|value| parse_retry_after(value, now)) {
        return Some(wait);
    }
    if status != 429 {
        return None;
    }
    if let Some(reset) = text("ratelimit").and_then(ratelimit_reset) {
        return Some(reset);
    }
    ["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"]
        .into_iter()
        .find_map(|name| text(name).and_then(|value| parse_reset(value, now)))
}

/// Seconds, whole or not, or an HTTP date; a date in the past is no wait at all.
fn parse_retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = value.parse::<f64>() {
        return seconds_of(seconds);
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or(Duration::ZERO).min(LONGEST))
}

/// Seconds from now, or a time in Unix seconds where the number can be nothing else.
fn parse_reset(value: &str, now: SystemTime) -> Option<Duration> {
    const A_DATE: f64 = 1_000_000_000.0;
    let number = value.parse::<f64>().ok()?;
    if number < A_DATE {
        return seconds_of(number);
    }
    let at = UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(number).ok()?)?;
    Some(at.duration_since(now).unwrap_or(Duration::ZERO).min(LONGEST))
}

/// `limit=100, remaining=0, reset=5` or `"default";r=0;t=5`.
fn ratelimit_reset(value: &str) -> Option<Duration> {
    value
        .split([',', ';'])
        .filter_map(|part| part.trim().split_once('='))
        .find(|(key, _)| *key == "reset" || *key == "t")
        .and_then(|(_, number)| seconds_of(number.parse().ok()?))
}

fn seconds_of(seconds: f64) -> Option<Duration> {
    if seconds.is_nan() || seconds < 0.0 {
        return None;
    }
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST).min(LONGEST))
}

#[cfg(test)]
mod tests;
