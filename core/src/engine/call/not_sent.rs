//! Errors of attempts that were not made: no time, no slot, no token.

use std::time::Duration;

use tokio::time::Instant;

use super::Call;
use crate::base::error::{Attempt, Error, ErrorKind, Result};
use crate::base::spelling::{Name, Time};
use crate::engine::diagnosis;
use crate::policy::limit::AcquireError;

impl Call<'_> {
    /// A write is not sent with less time left than a response usually takes, because its outcome would probably be
    /// unknown. A call that got its slot immediately is always sent.
    pub(super) fn check_time_left(&self, deadline: Instant) -> Result<()> {
        if self.context.class.harmless() {
            return Ok(());
        }
        let usual = self.context.limiter.usual_time();
        let left = deadline.saturating_duration_since(Instant::now());
        if left >= usual.min(self.policy.timeout / 2) {
            return Ok(());
        }
        let message = format!(
            "not enough time left within {}: {} remain, and responses usually take {}; nothing was sent",
            Time(self.policy.timeout),
            Time(left),
            Time(usual),
        );
        Err(Error::new(ErrorKind::Timeout, message).with_retryable(true))
    }

    pub(super) fn no_slot_error(&self, why: AcquireError) -> Error {
        match why {
            AcquireError::Paused(pause) => {
                let left = pause.left();
                let why = match pause.requested {
                    None => "and requested no particular wait".to_owned(),
                    Some(requested) if requested == pause.decided => {
                        format!("and requested a wait of {}", Time(requested))
                    }
                    Some(requested) if requested < pause.decided => {
                        format!("requested a wait of {}, and kept refusing after it", Time(requested))
                    }
                    Some(requested) => {
                        format!(
                            "and requested an implausible wait of {}; then one call tries again",
                            Time(requested)
                        )
                    }
                };
                let message = format!(
                    "this endpoint is paused for another {}: the server refused calls as too many {why}; nothing was sent",
                    Time(left)
                );
                Error::new(ErrorKind::RateLimit, message).with_retryable(true).with_retry_after(Some(left))
            }
            AcquireError::TimedOut => {
                let status = self.context.limiter.status(self.context.label);
                let message = format!(
                    "no slot within {}: {} calls in flight (limit {}), {} waiting; nothing was sent",
                    Time(self.policy.timeout),
                    status.in_flight,
                    status.cap,
                    status.waiting,
                );
                Error::new(ErrorKind::Timeout, message).with_retryable(true)
            }
        }
    }

    /// The error for a login that failed: it is about the credentials and not about the object of the call.
    pub(super) fn token_error(&self, error: Error, attempts: &[Attempt]) -> Error {
        let from = error.operation().map_or("the token endpoint".to_owned(), |from| Name(from).to_string());
        let error = diagnosis::as_token_error(error).with_prefix(&format!("no access token ({from})"));
        let error = error.for_operation(self.context.label);
        if error.attempts().is_empty() { self.with_context(error, attempts) } else { error }
    }
}

pub(super) fn token_timeout(timeout: Duration) -> Error {
    let message = format!("no access token within {}; nothing was sent", Time(timeout));
    Error::new(ErrorKind::Timeout, message).with_retryable(true)
}
