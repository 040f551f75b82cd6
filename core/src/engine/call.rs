//! One call, step by step: limiter → credential → send → judge → again or answer.
//!
//! One deadline covers all of it, queueing and back-off included. The body was serialised before and is shared by all
//! attempts. Dropping the future cancels: the slot is given back and the connection closed.

mod context;
mod exchange;
mod unbegun;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

pub(crate) use self::context::{Answered, Effort, Origin, Request};
use self::unbegun::no_token_within;
use crate::base::error::{Attempt, Error, ErrorKind, Result, Target};
use crate::base::markup;
use crate::base::redact::Redactor;
use crate::base::secret;
use crate::base::words::{Name, Time};
use crate::engine::advice::{self, Asked};
use crate::engine::auth::{Authenticator, Tokens};
use crate::engine::core::Core;
use crate::engine::error_body;
use crate::engine::failure::{self, Ending};
use crate::engine::hooks::{self, ResponseEvent, RetryEvent};
use crate::policy::abandon::Delivery;
use crate::policy::retry::{Backoff, Progress, Verdict};
use crate::table::{Operation, Paging};

/// Makes the call.
pub(crate) async fn run(core: &Core, request: &Request, effort: &Effort) -> Result<Answered> {
    let id = request_id();
    let target = Arc::new(Target::new(&request.prepared.method, &request.prepared.url));
    let span = tracing::debug_span!("mspkit.call", operation = request.label, request_id = id);
    let call = Call {
        core,
        request,
        effort,
        id: &id,
        target: &target,
        started: Instant::now(),
        delivery: Delivery::default(),
    };
    // Dropped last: by then it is known what was sent.
    let _abandoned = Abandoned(&call);
    async {
        let result = call.run().await;
        call.delivery.end();
        if let Err(error) = &result {
            tell_end(error, &target);
        }
        result
    }
    .instrument(span)
    .await
}

/// Logs how a call has failed. A single object that does not exist is an ordinary outcome, and no reason to warn.
fn tell_end(error: &Error, target: &Target) {
    let Target { method, path, server } = target;
    let (kind, status, attempts) = (error.kind(), error.status(), error.attempts().len());
    if error.is_expected() {
        tracing::info!(method, path, server, ?kind, status, attempts, "not found");
    } else {
        tracing::warn!(method, path, server, ?kind, status, attempts, "giving up");
    }
}

/// Waits for what a call needs before it can be made, no longer than the call may take.
pub(crate) async fn within<T>(
    timeout: Duration,
    label: &str,
    needed: impl Future<Output = Result<T>>,
) -> Result<T> {
    let waited = tokio::time::timeout(timeout, needed).await;
    waited.unwrap_or_else(|_| Err(no_token_within(timeout).with_operation(label)))
}

/// The same behind a pointer: token renewals are calls inside calls.
pub(crate) fn run_boxed<'a>(
    core: &'a Core,
    request: &'a Request,
    effort: &'a Effort,
) -> BoxFuture<'a, Result<Answered>> {
    run(core, request, effort).boxed()
}

struct Call<'a> {
    core: &'a Core,
    request: &'a Request,
    effort: &'a Effort,
    id: &'a str,
    target: &'a Arc<Target>,
    started: Instant,
    delivery: Delivery,
}

/// Tells of a write that was dropped before it ended.
struct Abandoned<'a>(&'a Call<'a>);

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        let Call { core, request, delivery, .. } = self.0;
        let Some(hook) = &core.hooks.on_abandoned else { return };
        if !delivery.is_ended() && request.class.changes_state() {
            let error = delivery.error(request.class.harmless());
            let error = self.0.dress(failure::advise(error, request.outcome_check), &[]);
            hooks::guarded("on_abandoned", || hook(&error));
        }
    }
}

impl Call<'_> {
    async fn run(&self) -> Result<Answered> {
        let Call { request, effort, .. } = *self;
        let renewable = Authenticator::renewable(request.auth);
        let method = &request.prepared.method;
        let mut progress =
            Progress::new(request.class, method, request.retry_500, effort.max_retries, renewable);
        let result = self.attempt(&mut progress).await;
        if !progress.maybe_changed() {
            return result;
        }
        result.map_err(|error| failure::mark_outcome_unknown(error, request.class, request.outcome_check))
    }

    /// Attempts until one ends the call.
    async fn attempt(&self, progress: &mut Progress) -> Result<Answered> {
        let Call { core, request, effort, .. } = *self;
        let deadline = self.started + effort.timeout;
        let backoff = Backoff::new(effort.max_backoff, effort.max_retry_after);
        let patience = effort.max_retry_after.max(effort.max_backoff);
        let mut attempts: Vec<Attempt> = Vec::new();
        let mut waiting_since = self.started;
        let mut throttled = false;
        loop {
            core.check_open().map_err(|error| self.dress(error, &attempts))?;
            // The token first: calls that wait for their slot would otherwise renew it one batch after another.
            let mut headers = request.prepared.headers.clone();
            let mut tokens = self.authorize(&mut headers, deadline, &attempts).await?;
            let fresh = tokens.as_ref().is_some_and(|tokens| tokens.usable());
            let permit = request.gate.acquire(throttled, deadline, patience).await;
            let mut permit = permit.map_err(|why| self.dress(self.no_slot(why), &attempts))?;
            core.check_open().map_err(|error| self.dress(error, &attempts))?;
            if fresh && tokens.as_ref().is_some_and(|tokens| !tokens.usable()) {
                tokens = self.authorize(&mut headers, deadline, &attempts).await?;
            }
            self.check_time_left(deadline).map_err(|error| self.dress(error, &attempts))?;
            self.own_headers(&mut headers);
            let sent_at = Instant::now();
            let (until, at_most) =
                (deadline.min(sent_at + effort.attempt_timeout), sent_at + effort.attempt_timeout);
            let ending = self.exchange(&headers, attempts.len() + 1, until, at_most, &mut permit).await;
            let asked = ending.asked_to_wait(SystemTime::now());
            // Before the slot is passed on: the next call must find the pause.
            let mut pause = None;
            match ending.status() {
                Some(429) => pause = Some(request.gate.throttled(asked, &backoff)),
                Some(200..=299) => request.gate.succeeded(Some(sent_at.elapsed())),
                Some(_) => request.gate.succeeded(None),
                None => {}
            }
            drop(permit);
            attempts.push(Attempt {
                status: ending.status(),
                cause: ending.cause().map(|cause| core.shared.spelling.say(&self.redactor().clean(&cause))),
                waited: sent_at - waiting_since,
                took: sent_at.elapsed(),
            });
            waiting_since = Instant::now();
            self.tell_response(&attempts);
            let Some(seen) = ending.seen() else {
                return Err(self.failed(ending, pause, &attempts, tokens.as_deref()));
            };
            let verdict = progress.judge(seen, &core.shared.budget);
            self.delivery.judged(progress.maybe_changed());
            let wait = match verdict {
                Verdict::Accept => {
                    return self.accept(ending, progress.maybe_changed(), &attempts, tokens.as_deref());
                }
                Verdict::Fail => return Err(self.failed(ending, pause, &attempts, tokens.as_deref())),
                Verdict::Renew => {
                    if let Some(tokens) = &tokens {
                        tokens.refuse();
                    }
                    Duration::ZERO
                }
                Verdict::Throttled => request.gate.pause_left(),
                Verdict::Retry => asked.unwrap_or(Duration::ZERO).max(backoff.fault(progress.faults())),
            };
            let too_long =
                asked.filter(|asked| verdict != Verdict::Renew && *asked > effort.max_retry_after).map(
                    |asked| format!("The server asks to wait {}, which is longer than allowed", Time(asked)),
                );
            let too_late = Instant::now() + wait > deadline;
            if too_long.is_some() || too_late {
                let hint = too_long.unwrap_or_else(|| {
                    format!(
                        "No time left for another attempt, {} from now ({}: {})",
                        Time(wait),
                        Name("timeout"),
                        Time(effort.timeout)
                    )
                });
                return Err(self.failed(ending, pause, &attempts, tokens.as_deref()).with_hint(hint));
            }
            self.tell_retry(&attempts, &ending, verdict, wait);
            throttled = verdict == Verdict::Throttled;
            if verdict == Verdict::Retry {
                tokio::time::sleep(wait).await;
            }
        }
    }

    fn accept(
        &self,
        ending: Ending,
        maybe_done: bool,
        attempts: &[Attempt],
        tokens: Option<&Tokens>,
    ) -> Result<Answered> {
        let Ending::Answer(response) = ending else {
            return Err(self.failed(ending, None, attempts, tokens));
        };
        if error_body::error_inside_success(&response.body) || advice::is_challenge(&response.headers) {
            return Err(self.failed(Ending::Answer(response), None, attempts, tokens));
        }
        if let Some(tokens) = tokens {
            tokens.prove();
        }
        let mut headers = response.headers;
        secret::take_out(&mut headers);
        Ok(Answered {
            status: response.status.as_u16(),
            headers,
            body: response.body,
            unreadable: response.unreadable,
            request_id: self.id.to_owned(),
            attempts: attempts.to_vec(),
            elapsed: self.started.elapsed(),
            origin: self.request.origin(maybe_done),
            target: self.target.clone(),
        })
    }

    /// What the caller is told about an ending that nothing more is done about.
    ///
    /// `pause` is what a 429 meant for the endpoint: until then it takes no calls, whatever the server asked for.
    fn failed(
        &self,
        ending: Ending,
        pause: Option<Duration>,
        attempts: &[Attempt],
        tokens: Option<&Tokens>,
    ) -> Error {
        let Self { core, request, .. } = *self;
        let asked = Asked {
            service: core.shared.service,
            class: request.class,
            auth: request.auth,
            login: request.login,
            base: &core.shared.base,
        };
        let error = failure::explain(ending, &asked).redacted(&self.redactor());
        let error = if pause.is_some() { error.with_retry_after(pause) } else { error };
        let unproved = tokens.is_some_and(|tokens| !tokens.proved());
        let hint = core.shared.service.dialect().fresh_token_500.filter(|_| unproved);
        let error = match hint {
            Some(hint) if error.status() == Some(500) && !markup::is_page(error.body()) => {
                error.with_hint(hint)
            }
            _ => error,
        };
        let error = failure::advise(error, self.request.outcome_check);
        self.dress(error, attempts)
    }

    async fn authorize(
        &self,
        headers: &mut HeaderMap,
        deadline: Instant,
        attempts: &[Attempt],
    ) -> Result<Option<Arc<Tokens>>> {
        let auth = &self.core.shared.auth;
        let authorized =
            timeout_at(deadline, auth.authorize(self.request.auth, headers, self.core.login())).await;
        let Ok(authorized) = authorized else {
            return Err(self.dress(no_token_within(self.effort.timeout), attempts));
        };
        authorized.map_err(|error| self.no_token(error, attempts))
    }

    fn dress(&self, error: Error, attempts: &[Attempt]) -> Error {
        let expected = error.kind() == ErrorKind::NotFound
            && self.request.class.harmless()
            && Operation::find(self.request.label).is_none_or(|operation| operation.paging == Paging::None);
        error
            .with_operation(self.request.label)
            .with_target(Some(self.target.clone()))
            .with_request_id(self.id)
            .with_attempts(attempts.to_vec())
            .with_expected(expected)
    }

    fn redactor(&self) -> Redactor {
        self.core.redactor(&self.request.prepared.secrets)
    }

    fn tell_response(&self, attempts: &[Attempt]) {
        if let Some(last) = attempts.last() {
            self.core.hooks.response(&ResponseEvent {
                operation: self.request.label,
                method: &self.target.method,
                path: &self.target.path,
                server: &self.target.server,
                request_id: self.id,
                attempt: attempts.len(),
                status: last.status,
                cause: last.cause.as_deref(),
                took: last.took,
            });
        }
    }

    fn tell_retry(&self, attempts: &[Attempt], ending: &Ending, verdict: Verdict, wait: Duration) {
        let reason = match (verdict, ending.status()) {
            (Verdict::Renew, _) => "the token was refused".to_owned(),
            (_, Some(status)) => format!("HTTP {status}"),
            (_, None) => attempts.last().and_then(|last| last.cause.clone()).unwrap_or_default(),
        };
        self.core.hooks.retry(&RetryEvent {
            operation: self.request.label,
            method: &self.target.method,
            path: &self.target.path,
            server: &self.target.server,
            request_id: self.id,
            attempt: attempts.len(),
            reason: &reason,
            wait,
        });
    }
}

fn request_id() -> String {
    format!("{:032x}", fastrand::u128(..))
}
