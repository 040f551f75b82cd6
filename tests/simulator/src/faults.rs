//! Faults by a plan: which requests fail, and how. The same seed and the same order of requests cause the same faults.

use std::time::{Duration, SystemTime};

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::template::Pattern;

/// Rules, tried in order for each request; the first that fires is applied.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// Seed of every `rate`.
    #[serde(default)]
    pub seed: u64,
    /// The rules.
    pub rules: Vec<FaultRule>,
}

/// Which requests fail: the next matching one, unless the fields say otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// The matching requests; those refused for a cap do not count.
    #[serde(rename = "match")]
    pub pattern: Pattern,
    /// Only these of them, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<Vec<u64>>,
    /// Each of them with this probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// At most this many, 0 for all; by default 1, or with `nth` or `rate` all of those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// What happens.
    pub fault: Fault,
}

/// How a request fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The request is delayed before it is handled.
    Delay {
        /// The delay.
        ms: u64,
    },
    /// Another response instead of the handler's, which does not act.
    Status {
        /// The status.
        status: u16,
        /// The `Retry-After`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<RetryAfter>,
        /// The body; by default the vendor's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        json: Option<Value>,
    },
    /// The connection closes; nothing is carried out.
    Close,
    /// The handler acts, then the connection closes without a response.
    CommitClose,
    /// The connection is reset; nothing is carried out.
    Reset,
    /// The handler acts, then the connection is reset without a response.
    CommitReset,
    /// The body ends early, although its length was announced.
    Truncate {
        /// How many bytes are still sent.
        bytes: usize,
    },
    /// The response has another content type.
    ContentType {
        /// The content type.
        value: String,
    },
    /// A proxy's page instead of the handler's response; the handler does not act.
    Html {
        /// The status.
        status: u16,
    },
    /// The body is sent slowly.
    Slow {
        /// Bytes per step.
        bytes_per_step: usize,
        /// Pause after each step.
        step_ms: u64,
    },
    /// A list page without items; its envelope stays correct.
    EmptyPage,
    /// A list page with the items of the previous page.
    RepeatPage,
    /// Nothing is carried out, and no response is sent.
    Hang,
    /// The handler acts, and no response is sent.
    CommitHang,
}

/// The value of a `Retry-After` header.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "retry_after: must be seconds, a text, or an object with date_in_seconds")]
pub enum RetryAfter {
    /// Seconds.
    Seconds(u64),
    /// Any text, such as an HTTP date.
    Text(String),
    /// An HTTP date, counted from now.
    Date {
        /// Seconds from now.
        date_in_seconds: i64,
    },
}

impl RetryAfter {
    pub(crate) fn header(&self) -> String {
        match self {
            Self::Seconds(seconds) => seconds.to_string(),
            Self::Text(text) => text.clone(),
            Self::Date { date_in_seconds } => http_date(*date_in_seconds),
        }
    }
}

/// The HTTP date this many seconds from now. HTTP dates have whole seconds, so it is rounded up to keep "not before"
/// true.
pub(crate) fn http_date(seconds: i64) -> String {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let now = SystemTime::now() + Duration::from_millis(999);
    let then = if seconds < 0 { now.checked_sub(distance) } else { now.checked_add(distance) };
    httpdate::fmt_http_date(then.unwrap_or(SystemTime::UNIX_EPOCH))
}

/// A plan with its counts.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    seed: u64,
    rules: Vec<Progress>,
}

#[derive(Debug)]
struct Progress {
    rule: FaultRule,
    matched: u64,
    fired: u64,
}

impl Faults {
    pub(crate) fn new(plan: FaultPlan) -> Self {
        let rules = plan.rules.into_iter().map(|rule| Progress { rule, matched: 0, fired: 0 }).collect();
        Self { seed: plan.seed, rules }
    }

    /// Appends a rule; the counts of the others continue.
    pub(crate) fn add(&mut self, rule: FaultRule) {
        self.rules.push(Progress { rule, matched: 0, fired: 0 });
    }

    pub(crate) fn count(&self) -> usize {
        self.rules.len()
    }

    /// The fault of this request, if it has one. Every matching rule counts the request.
    pub(crate) fn decide(&mut self, method: &Method, path: &str) -> Option<Fault> {
        let mut chosen = None;
        for (index, progress) in self.rules.iter_mut().enumerate() {
            if !progress.rule.pattern.matches(method, path) {
                continue;
            }
            progress.matched += 1;
            if chosen.is_none() && progress.fires(self.seed, index as u64) {
                progress.fired += 1;
                chosen = Some(progress.rule.fault.clone());
            }
        }
        chosen
    }
}

impl Progress {
    fn fires(&self, seed: u64, index: u64) -> bool {
        let some = self.rule.nth.is_some() || self.rule.rate.is_some();
        let times = self.rule.times.unwrap_or(u64::from(!some));
        if times > 0 && self.fired >= times {
            return false;
        }
        if self.rule.nth.as_ref().is_some_and(|nth| !nth.contains(&self.matched)) {
            return false;
        }
        // Drawn from the position and not from a running generator, so that rules are independent.
        let draw = |rate| {
            let place = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (index << 48) ^ self.matched;
            fastrand::Rng::with_seed(place).f64() < rate
        };
        self.rule.rate.is_none_or(draw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fired(plan: &str, requests: usize) -> Vec<usize> {
        let mut faults = Faults::new(serde_json::from_str(plan).unwrap());
        (1..=requests).filter(|_| faults.decide(&Method::GET, "/api/customers").is_some()).collect()
    }

    #[test]
    fn nth_counts_from_one() {
        let plan = r#"{"rules":[{"match":"GET /api/customers","nth":[1,3],"fault":{"kind":"close"}}]}"#;
        assert_eq!(fired(plan, 5), [1, 3]);
    }

    #[test]
    fn times_ends_a_rule() {
        let plan = r#"{"rules":[{"match":"*","times":2,"fault":{"kind":"hang"}}]}"#;
        assert_eq!(fired(plan, 5), [1, 2]);
    }

    #[test]
    fn one_request_fails_by_default_and_all_for_0() {
        let plan =
            |fields: &str| format!(r#"{{"rules":[{{"match":"*",{fields}"fault":{{"kind":"hang"}}}}]}}"#);
        assert_eq!(fired(&plan(""), 3), [1]);
        assert_eq!(fired(&plan(r#""times":0,"#), 3), [1, 2, 3]);
        assert_eq!(fired(&plan(r#""times":0,"nth":[1,3],"#), 3), [1, 3]);
        assert_eq!(fired(&plan(r#""times":1,"nth":[1,3],"#), 3), [1]);
        assert_eq!(fired(&plan(r#""rate":1,"#), 3), [1, 2, 3]);
    }

    #[test]
    fn a_rate_is_seeded() {
        let plan = |seed| {
            format!(r#"{{"seed":{seed},"rules":[{{"match":"*","rate":0.25,"fault":{{"kind":"close"}}}}]}}"#)
        };
        let first = fired(&plan(1), 1000);
        assert_eq!(first, fired(&plan(1), 1000));
        assert_ne!(first, fired(&plan(2), 1000));
        assert!((180..320).contains(&first.len()), "{}", first.len());
    }

    #[test]
    fn the_first_rule_that_fires_is_applied_and_all_count() {
        let plan = r#"{"rules":[{"match":"*","nth":[1],"fault":{"kind":"close"}},
                                {"match":"*","nth":[2],"fault":{"kind":"reset"}}]}"#;
        let mut faults = Faults::new(serde_json::from_str(plan).unwrap());
        let mut decide = || faults.decide(&Method::GET, "/x");
        assert_eq!([decide(), decide(), decide()], [Some(Fault::Close), Some(Fault::Reset), None]);
    }
}
