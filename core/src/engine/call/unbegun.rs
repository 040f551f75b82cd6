//! Why an attempt was not begun: no time, no slot, no token.

use std::time::Duration;

use tokio::time::Instant;

use super::Call;
use crate::base::error::{Attempt, Error, ErrorKind, Result};
use crate::base::words::{Name, Time};
use crate::engine::advice;
use crate::policy::limit::NoSlot;

impl Call<'_> {
    /// A write is not begun with less time left than its response takes: it would only end as one whose outcome nobody
    /// knows. A call that got its slot at once always begins.
    pub(super) fn check_time_left(&self, deadline: Instant) -> Result<()> {
        if self.request.class.harmless() {
            return Ok(());
        }
        let usual = self.request.gate.usual_time();
        let left = deadline.saturating_duration_since(Instant::now());
        if left >= usual.min(self.effort.timeout / 2) {
            return Ok(());
        }
        let message = format!(
            "no time for it within {}: {} are left, and answers take {} here; nothing was sent",
            Time(self.effort.timeout),
            Time(left),
            Time(usual),
        );
        Err(Error::new(ErrorKind::Timeout, message).with_retryable(true))
    }

    pub(super) fn no_slot(&self, why: NoSlot) -> Error {
        match why {
            NoSlot::Paused(pause) => {
                let left = pause.left();
                let why = match pause.asked {
                    None => "and did not say for how long".to_owned(),
                    Some(asked) if asked == pause.decided => format!("and asked to wait {}", Time(asked)),
                    Some(asked) if asked < pause.decided => {
                        format!("asked to wait {}, and went on refusing after that", Time(asked))
                    }
                    Some(asked) => {
                        format!(
                            "and asked to wait {}, too long to be meant; then one call tries again",
                            Time(asked)
                        )
                    }
                };
                let message = format!(
                    "this endpoint is paused for another {}: the server had too many calls {why}; nothing was sent",
                    Time(left)
                );
                Error::new(ErrorKind::RateLimit, message).with_retryable(true).with_retry_after(Some(left))
            }
            NoSlot::Late => {
                let status = self.request.gate.status(self.request.label);
                let message = format!(
                    "no slot within {}: {} calls in flight (limit {}), {} waiting; nothing was sent",
                    Time(self.effort.timeout),
                    status.in_flight,
                    status.cap,
                    status.waiting,
                );
                Error::new(ErrorKind::Timeout, message).with_retryable(true)
            }
        }
    }

    /// A refusal of the token says nothing about the object of the call: it is a matter of credentials.
    pub(super) fn no_token(&self, error: Error, attempts: &[Attempt]) -> Error {
        let from = error.operation().map_or("the token endpoint".to_owned(), |from| Name(from).to_string());
        let error = advice::for_want_of_a_token(error).with_prefix(&format!("no access token ({from})"));
        let error = error.for_operation(self.request.label);
        if error.attempts().is_empty() { self.dress(error, attempts) } else { error }
    }
}

pub(super) fn no_token_within(timeout: Duration) -> Error {
    let message = format!("no access token within {}; nothing was sent", Time(timeout));
    Error::new(ErrorKind::Timeout, message).with_retryable(true)
}
