//! One call, step by step: credential → limiter → send → judge → retry or return.
//!
//! One deadline covers all of it, including queueing and back-off. The body is serialised once and shared by all
//! attempts. Dropping the future cancels the call: its slot is released and its connection closed.

mod context;
mod exchange;
mod not_sent;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

pub(crate) use self::context::{CallContext, CallPolicy, CallResponse, Origin};
use self::not_sent::token_timeout;
use crate::base::error::{Attempt, Error, ErrorKind, Result, Target};
use crate::base::markup;
use crate::base::redact::Redactor;
use crate::base::secret;
use crate::base::spelling::{Name, Time};
use crate::engine::auth::{Authenticator, Tokens};
use crate::engine::core::Core;
use crate::engine::diagnosis::{self, RequestInfo};
use crate::engine::error_body;
use crate::engine::failure::{self, AttemptOutcome};
use crate::engine::hooks::{self, RequestEvent, ResponseEvent, RetryEvent};
use crate::policy::abandon::Delivery;
use crate::policy::retry::{Backoff, Progress, Verdict};

/// Makes the call.
pub(crate) async fn run(core: &Core, context: &CallContext, policy: &CallPolicy) -> Result<CallResponse> {
    let id = request_id();
    let target = Arc::new(Target::new(&context.http.method, &context.http.url));
    let span = tracing::debug_span!("mspkit.call", operation = context.label, request_id = id);
    let call = Call {
        core,
        context,
        policy,
        id: &id,
        target: &target,
        started: Instant::now(),
        delivery: Delivery::default(),
    };
    // Dropped last, when it is known what was sent.
    let _abandoned = Abandoned(&call);
    async {
        let result = call.run().await;
        call.delivery.end();
        if let Err(error) = &result {
            log_failure(error, &target);
        }
        result
    }
    .instrument(span)
    .await
}

/// Logs a failed call. That a single object does not exist is an ordinary outcome and not worth a warning.
fn log_failure(error: &Error, target: &Target) {
    let Target { method, path, server } = target;
    let (kind, status, attempts) = (error.kind(), error.status(), error.attempts().len());
    if error.is_expected() {
        tracing::info!(method, path, server, ?kind, status, attempts, "not found");
    } else {
        tracing::warn!(method, path, server, ?kind, status, attempts, "giving up");
    }
}

/// Waits for something that a call needs before it can be sent, within the call's timeout.
pub(crate) async fn within<T>(
    timeout: Duration,
    label: &str,
    needed: impl Future<Output = Result<T>>,
) -> Result<T> {
    let waited = tokio::time::timeout(timeout, needed).await;
    waited.unwrap_or_else(|_| Err(token_timeout(timeout).with_operation(label)))
}

/// [`run`] as a boxed future: token renewals are calls inside calls.
pub(crate) fn run_boxed<'a>(
    core: &'a Core,
    context: &'a CallContext,
    policy: &'a CallPolicy,
) -> BoxFuture<'a, Result<CallResponse>> {
    run(core, context, policy).boxed()
}

struct Call<'a> {
    core: &'a Core,
    context: &'a CallContext,
    policy: &'a CallPolicy,
    id: &'a str,
    target: &'a Arc<Target>,
    started: Instant,
    delivery: Delivery,
}

/// Reports a write that was dropped before it ended.
struct Abandoned<'a>(&'a Call<'a>);

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        let Call { core, context, delivery, .. } = self.0;
        let Some(hook) = &core.hooks.on_abandoned else { return };
        if !delivery.is_ended() && context.class.changes_state() {
            let error = delivery.error(context.class.harmless());
            let error = self.0.with_context(failure::add_hint(error, context.outcome_check()), &[]);
            hooks::guarded("on_abandoned", || hook(&error));
        }
    }
}

impl Call<'_> {
    async fn run(&self) -> Result<CallResponse> {
        let Call { context, policy, .. } = *self;
        let renewable = Authenticator::renewable(context.auth);
        let method = &context.http.method;
        let mut progress =
            Progress::new(context.class, method, context.retry_500, policy.max_retries, renewable);
        let result = self.attempt(&mut progress).await;
        if !progress.maybe_changed() {
            return result;
        }
        result.map_err(|error| failure::mark_outcome_unknown(error, context.class, context.outcome_check()))
    }

    /// Makes attempts until one ends the call.
    async fn attempt(&self, progress: &mut Progress) -> Result<CallResponse> {
        let Call { core, context, policy, .. } = *self;
        let deadline = self.started + policy.timeout;
        let backoff = Backoff::new(policy.max_backoff, policy.max_retry_after);
        let patience = policy.max_retry_after.max(policy.max_backoff);
        let mut attempts: Vec<Attempt> = Vec::new();
        let mut waiting_since = self.started;
        let (mut throttled, mut renewed) = (false, false);
        loop {
            core.check_open().map_err(|error| self.with_context(error, &attempts))?;
            // Before the slot: calls that wait in the queue would otherwise renew the token one batch after another.
            let mut headers = context.http.headers.clone();
            let mut tokens = self.authorize(&mut headers, deadline, &attempts).await?;
            let fresh = tokens.as_ref().is_some_and(|tokens| tokens.usable());
            let permit = context.limiter.acquire(throttled, deadline, patience).await;
            let mut permit = permit.map_err(|why| self.with_context(self.no_slot_error(why), &attempts))?;
            core.check_open().map_err(|error| self.with_context(error, &attempts))?;
            if fresh && tokens.as_ref().is_some_and(|tokens| !tokens.usable()) {
                tokens = self.authorize(&mut headers, deadline, &attempts).await?;
            }
            self.check_ready(deadline, &attempts)?;
            self.add_headers(&mut headers);
            let sent_at = Instant::now();
            let (until, at_most) =
                (deadline.min(sent_at + policy.attempt_timeout), sent_at + policy.attempt_timeout);
            let outcome = self.exchange(&headers, attempts.len() + 1, until, at_most, &mut permit).await;
            let requested = outcome.requested_wait(SystemTime::now());
            // Before the slot is released, so that the next call sees the pause.
            let mut pause = None;
            match outcome.status() {
                Some(429) => pause = Some(context.limiter.throttled(requested, &backoff)),
                Some(200..=299) => context.limiter.succeeded(Some(sent_at.elapsed())),
                Some(_) => context.limiter.succeeded(None),
                None => {}
            }
            drop(permit);
            attempts.push(Attempt {
                status: outcome.status(),
                cause: outcome
                    .cause()
                    .map(|cause| core.shared.spelling.render(&self.redactor().clean(&cause))),
                waited: sent_at - waiting_since,
                took: sent_at.elapsed(),
            });
            waiting_since = Instant::now();
            self.emit_response(&attempts);
            let Some(attempt) = outcome.result() else {
                return Err(self.failed(outcome, pause, &attempts, tokens.as_deref()));
            };
            let verdict = progress.judge(attempt, &core.shared.budget);
            self.delivery.judged(progress.maybe_changed());
            let wait = match verdict {
                Verdict::Accept => {
                    return self.accept(outcome, progress.maybe_changed(), &attempts, tokens.as_deref());
                }
                Verdict::Fail => {
                    if let Some(operation) =
                        context.operation.filter(|_| renewed && outcome.status() == Some(401))
                    {
                        core.shared.auth.deny(operation.id);
                    }
                    return Err(self.failed(outcome, pause, &attempts, tokens.as_deref()));
                }
                // A fresh token was refused for this operation a moment ago: another login would change nothing.
                Verdict::Renew if context.operation.is_some_and(|it| core.shared.auth.is_denied(it.id)) => {
                    return Err(self.failed(outcome, pause, &attempts, tokens.as_deref()));
                }
                Verdict::Renew => {
                    renewed = true;
                    if let Some(tokens) = &tokens {
                        tokens.refuse();
                    }
                    Duration::ZERO
                }
                Verdict::Throttled => context.limiter.pause_left(),
                Verdict::Retry => {
                    requested.unwrap_or(Duration::ZERO).max(backoff.transient(progress.transient_errors()))
                }
            };
            let too_long = requested
                .filter(|requested| verdict != Verdict::Renew && *requested > policy.max_retry_after)
                .map(|requested| {
                    format!("The server requests a wait of {}, which is longer than allowed", Time(requested))
                });
            let too_late = Instant::now() + wait > deadline;
            if too_long.is_some() || too_late {
                let hint = too_long.unwrap_or_else(|| {
                    format!(
                        "No time left for another attempt, {} from now ({}: {})",
                        Time(wait),
                        Name("timeout"),
                        Time(policy.timeout)
                    )
                });
                return Err(self.failed(outcome, pause, &attempts, tokens.as_deref()).with_hint(hint));
            }
            self.emit_retry(&attempts, &outcome, verdict, wait);
            throttled = verdict == Verdict::Throttled;
            if verdict == Verdict::Retry {
                tokio::time::sleep(wait).await;
            }
        }
    }

    fn accept(
        &self,
        outcome: AttemptOutcome,
        maybe_done: bool,
        attempts: &[Attempt],
        tokens: Option<&Tokens>,
    ) -> Result<CallResponse> {
        let AttemptOutcome::Response(response) = outcome else {
            return Err(self.failed(outcome, None, attempts, tokens));
        };
        if error_body::error_inside_success(&response.body) || diagnosis::is_challenge(&response.headers) {
            return Err(self.failed(AttemptOutcome::Response(response), None, attempts, tokens));
        }
        if let Some(tokens) = tokens {
            tokens.prove();
        }
        let mut headers = response.headers;
        secret::take_out(&mut headers);
        Ok(CallResponse {
            status: response.status.as_u16(),
            headers,
            body: response.body,
            unreadable: response.unreadable,
            request_id: self.id.to_owned(),
            attempts: attempts.to_vec(),
            elapsed: self.started.elapsed(),
            origin: self.context.origin(maybe_done),
            target: self.target.clone(),
        })
    }

    /// The error for an outcome that is not retried.
    ///
    /// `pause` is the endpoint's pause after a 429, which may differ from what the server requested.
    fn failed(
        &self,
        outcome: AttemptOutcome,
        pause: Option<Duration>,
        attempts: &[Attempt],
        tokens: Option<&Tokens>,
    ) -> Error {
        let Self { core, context, .. } = *self;
        let request = RequestInfo {
            service: core.shared.service,
            class: context.class,
            auth: context.auth,
            login: context.login,
            operation: context.operation,
            base: &core.shared.base,
        };
        let error = failure::into_error(outcome, &request).redacted(&self.redactor());
        let error = if pause.is_some() { error.with_retry_after(pause) } else { error };
        let unproved = tokens.is_some_and(|tokens| !tokens.proved());
        let hint = core.shared.service.dialect().fresh_token_500.filter(|_| unproved);
        let error = match hint {
            Some(hint) if error.status() == Some(500) && !markup::is_page(error.body()) => {
                error.with_hint(hint)
            }
            _ => error,
        };
        let error = failure::add_hint(error, self.context.outcome_check());
        self.with_context(error, attempts)
    }

    async fn authorize(
        &self,
        headers: &mut HeaderMap,
        deadline: Instant,
        attempts: &[Attempt],
    ) -> Result<Option<Arc<Tokens>>> {
        let auth = &self.core.shared.auth;
        let authorized =
            timeout_at(deadline, auth.authorize(self.context.auth, headers, self.core.login())).await;
        let Ok(authorized) = authorized else {
            return Err(self.with_context(token_timeout(self.policy.timeout), attempts));
        };
        authorized.map_err(|error| self.token_error(error, attempts))
    }

    fn with_context(&self, error: Error, attempts: &[Attempt]) -> Error {
        let expected =
            error.kind() == ErrorKind::NotFound && self.context.class.harmless() && !self.context.is_list();
        error
            .with_operation(self.context.label)
            .with_target(Some(self.target.clone()))
            .with_request_id(self.id)
            .with_attempts(attempts.to_vec())
            .with_expected(expected)
    }

    fn redactor(&self) -> Redactor {
        self.core.redactor(&self.context.http.secrets)
    }

    /// Whether the next attempt may be sent.
    fn check_ready(&self, deadline: Instant, attempts: &[Attempt]) -> Result<()> {
        let ready = self.check_time_left(deadline).and_then(|()| self.permit_write(attempts.len() + 1));
        ready.map_err(|error| self.with_context(error, attempts))
    }

    /// Asks the hook of calls that change something.
    fn permit_write(&self, attempt: usize) -> Result<()> {
        if !self.context.class.changes_state() {
            return Ok(());
        }
        let event = RequestEvent {
            operation: self.context.label,
            method: &self.target.method,
            path: &self.target.path,
            server: &self.target.server,
            request_id: self.id,
            attempt,
        };
        self.core.hooks.permit(&event)
    }

    fn emit_response(&self, attempts: &[Attempt]) {
        if let Some(last) = attempts.last() {
            self.core.hooks.response(&ResponseEvent {
                operation: self.context.label,
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

    fn emit_retry(&self, attempts: &[Attempt], outcome: &AttemptOutcome, verdict: Verdict, wait: Duration) {
        let reason = match (verdict, outcome.status()) {
            (Verdict::Renew, _) => "the token was refused".to_owned(),
            (_, Some(status)) => format!("HTTP {status}"),
            (_, None) => attempts.last().and_then(|last| last.cause.clone()).unwrap_or_default(),
        };
        self.core.hooks.retry(&RetryEvent {
            operation: self.context.label,
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
