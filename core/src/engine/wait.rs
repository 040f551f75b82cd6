//! Waits for a final state: requests an endpoint again and again until what it returns is done or has failed.
//!
//! The time between two requests grows. A poll that fails with a transient error is repeated like one that found nothing
//! new, a few times in a row, so that a long wait survives a restart of the server. The id stays valid: after a timeout the
//! caller can wait again.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::time::Instant;

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::quote::quote;
use crate::base::spelling::{Name, Time, UNIT};
use crate::engine::call::{self, CallContext, CallPolicy, CallResponse};
use crate::engine::core::Core;
use crate::engine::request::{CallOptions, RequestTemplate};
use crate::engine::response::RawResponse;
use crate::engine::result;
use crate::table::{Operation, ParamLocation, Wait};
use crate::wire::raw;

/// Transient errors in a row that do not end a wait.
const TOLERATED: u32 = 5;

/// The time between two requests grows by this factor.
const GROWTH: f64 = 1.5;

/// A wait of a client.
pub(super) struct Waiting<'a> {
    pub(super) core: &'a Core,
    pub(super) operation: &'static Operation,
    pub(super) wait: &'static Wait,
    pub(super) options: &'a CallOptions,
}

/// What a response says about the state.
enum State {
    Done(Bytes),
    Pending(String),
    Failed { state: String, reason: Option<String> },
}

impl Waiting<'_> {
    /// The first response with a final state.
    pub(super) async fn run(&self, template: &RequestTemplate) -> Result<RawResponse> {
        let Waiting { operation, options, .. } = *self;
        if options.poll_interval == Some(Duration::ZERO) {
            let allowed = format!("must be a number of {UNIT} more than 0");
            return Err(Error::argument("poll_interval", "0", &allowed).with_operation(operation.id));
        }
        let started = Instant::now();
        let deadline = options.timeout.map(|timeout| started + timeout.min(crate::base::time::LONGEST));
        let mut template = Cow::Borrowed(template);
        let (mut polls, mut failures, mut missing, mut moved) = (0_u32, 0, 0, false);
        let mut last = "unknown".to_owned();
        loop {
            polls += 1;
            last = match self.poll(&template, deadline).await {
                Ok(response) => {
                    failures = 0;
                    match self.judge(&response)? {
                        State::Done(json) => return self.finish(&template, response, json),
                        State::Failed { state, reason } => {
                            return Err(self.failure(&template, &response, &state, reason));
                        }
                        State::Pending(state) => state,
                    }
                }
                Err(error) => match error.kind() {
                    ErrorKind::NotFound if missing < self.wait.missing => {
                        missing += 1;
                        "not found yet".to_owned()
                    }
                    ErrorKind::NotFound | ErrorKind::BadRequest if !moved && self.wait.parent.is_some() => {
                        moved = true;
                        let Some(parent) = self.parent(&template, deadline).await? else { return Err(error) };
                        template = Cow::Owned(parent);
                        continue;
                    }
                    _ if error.retryable() && failures < TOLERATED => {
                        failures += 1;
                        // The end of the wait cuts its last request short, which says nothing about the state.
                        let cut = deadline.is_some_and(|deadline| Instant::now() >= deadline);
                        match error.kind() {
                            ErrorKind::Timeout if cut => last,
                            kind => format!("{kind:?}"),
                        }
                    }
                    _ => return Err(error),
                },
            };
            let next = Instant::now() + self.pause(polls).min(crate::base::time::LONGEST);
            let ends = deadline.filter(|deadline| next >= *deadline);
            let open = self.core.sleep_until(ends.unwrap_or(next)).await;
            open.map_err(|error| error.with_operation(operation.id))?;
            if ends.is_some() {
                return Err(self.timeout(started, polls, &last));
            }
        }
    }

    async fn poll(&self, template: &RequestTemplate, deadline: Option<Instant>) -> Result<CallResponse> {
        let Waiting { core, operation, .. } = *self;
        let policy = self.policy(deadline)?;
        let context = CallContext::of(core, operation, template.finish(&core.shared.base, &[], &[]), false);
        call::run(core, &context, &policy).await
    }

    /// Each request has the client's timeout, or what is left of the wait.
    fn policy(&self, deadline: Option<Instant>) -> Result<CallPolicy> {
        let mut policy = CallPolicy::of(self.core, &CallOptions { timeout: None, ..self.options.clone() })?;
        if let Some(deadline) = deadline {
            policy.timeout = policy.timeout.min(deadline.saturating_duration_since(Instant::now()));
        }
        Ok(policy)
    }

    fn pause(&self, polls: u32) -> Duration {
        self.options.poll_interval.unwrap_or_else(|| {
            let (first, most) = self.wait.interval;
            let grown = Duration::from_secs(first)
                .mul_f64(GROWTH.powi(i32::try_from(polls - 1).unwrap_or(16).min(16)));
            grown.min(Duration::from_secs(most))
        })
    }

    fn judge(&self, response: &CallResponse) -> Result<State> {
        let unreadable = |error: Error| {
            let meta = result::meta_of(response);
            result::unreadable(self.core, self.operation, &[], &meta, &response.body, error)
        };
        if response.status == 202 || response.body.trim_ascii().is_empty() {
            return Ok(State::Pending(format!("HTTP {}", response.status)));
        }
        match self.wait.rows {
            None => {
                let object = raw::object(&response.body, self.operation.envelope(), self.operation.id_fields);
                // The state may be beside the envelope as well as inside it.
                let object = object.map_err(&unreadable)?;
                let outside = raw::object(&response.body, None, &[]).unwrap_or_default();
                Ok(self.state_of(&object, &outside))
            }
            Some(member) => {
                let page = raw::list(&response.body, self.operation.envelope(), "", self.operation.id_fields);
                let page = page.map_err(&unreadable)?;
                let rows: Vec<&[u8]> = page.items.iter().map(|item| page.slice(item)).collect();
                let states: Vec<State> = rows.iter().map(|row| self.state_of(row, &[])).collect();
                let all = rows.join(&b","[..]);
                let json: Bytes = [format!("{{\"{member}\":[").as_bytes(), &all, b"]}"].concat().into();
                let mut failed = None;
                for state in states {
                    match state {
                        State::Pending(state) => return Ok(State::Pending(state)),
                        State::Failed { .. } => failed = Some(state),
                        State::Done(_) => {}
                    }
                }
                match failed {
                    Some(failed) => Ok(failed),
                    None if rows.is_empty() => Ok(State::Pending("no rows yet".to_owned())),
                    None => Ok(State::Done(json)),
                }
            }
        }
    }

    fn state_of(&self, object: &[u8], outside: &[u8]) -> State {
        let wait = self.wait;
        let member = |name: &str| {
            let text = |json: &[u8]| {
                let json = std::str::from_utf8(json).ok()?;
                let raw = raw::member(json, name)?;
                serde_json::from_str::<Value>(raw).ok().filter(|value| !value.is_null())
            };
            let value = text(object).or_else(|| text(outside))?;
            Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        let state = member(wait.state);
        let is_one_of = |states: &[&str]| {
            state.as_ref().is_some_and(|state| states.iter().any(|known| known.eq_ignore_ascii_case(state)))
        };
        if is_one_of(wait.failed) {
            let reason = wait.message.and_then(member).filter(|reason| !reason.trim().is_empty());
            return State::Failed { state: state.unwrap_or_default(), reason };
        }
        let done = if wait.done.is_empty() { !is_one_of(wait.pending) } else { is_one_of(wait.done) };
        if done {
            State::Done(Bytes::copy_from_slice(object))
        } else {
            State::Pending(state.unwrap_or_else(|| "none".to_owned()))
        }
    }

    /// The result: the object of the last response, or its rows.
    fn finish(&self, template: &RequestTemplate, response: CallResponse, json: Bytes) -> Result<RawResponse> {
        match self.wait.rows {
            Some(_) => Ok(result::with_json(response, json)),
            None => result::shape(self.core, self.operation, template, response),
        }
    }

    fn failure(
        &self,
        template: &RequestTemplate,
        response: &CallResponse,
        state: &str,
        reason: Option<String>,
    ) -> Error {
        let reason = reason.map_or(String::new(), |reason| format!(": {reason}"));
        let message = format!("it ended with the state {}{reason}", quote(state));
        let meta = result::meta_of(response);
        let error = Error::new(ErrorKind::OperationFailed, message);
        result::unreadable(self.core, self.operation, template.secrets(), &meta, &response.body, error)
    }

    fn timeout(&self, started: Instant, polls: u32, last: &str) -> Error {
        let names = self.operation.params.iter().filter(|param| param.location == ParamLocation::Path);
        let names: Vec<String> = names.map(|param| Name(param.name).to_string()).collect();
        let message = format!(
            "not finished after {} and {polls} requests (state: {last}); it goes on at the server, and you can wait again with \
             the same {}",
            Time(started.elapsed()),
            names.join(", ")
        );
        Error::new(ErrorKind::Timeout, message).with_operation(self.operation.id).with_retryable(true)
    }

    /// The request for the parent of what was asked for, if the server has one.
    async fn parent(
        &self,
        template: &RequestTemplate,
        deadline: Option<Instant>,
    ) -> Result<Option<RequestTemplate>> {
        let Some((id, field)) = self.wait.parent else { return Ok(None) };
        let operation = self.core.operation(id)?;
        let Ok(request) = template.for_operation(operation) else { return Ok(None) };
        let context =
            CallContext::of(self.core, operation, request.finish(&self.core.shared.base, &[], &[]), false);
        // The refusal is the better error if the parent cannot be read either.
        let Ok(response) = call::run(self.core, &context, &self.policy(deadline)?).await else {
            return Ok(None);
        };
        let Ok(object) = raw::object(&response.body, operation.envelope(), &[field]) else { return Ok(None) };
        let text = String::from_utf8_lossy(&object);
        let parent = raw::member(&text, field).filter(|raw| *raw != "null");
        parent.map(|raw| template.with_last_path_param(raw)).transpose()
    }
}
