//! Finds an object by what identifies it, and creates it if there is none.
//!
//! The list is read to its end before anything is created, and any error of it ends the call: only a list that is whole says
//! that an object is not there. A create is sent once. If its outcome is unknown, the list is read again, with growing pauses,
//! until the object is there or the time for that is over. For each object there is one call at a time in a process; one that
//! is dropped after it has sent a create is remembered, so that the next one looks again, too, before it creates.

mod differences;
mod key;
mod look;
mod many;
mod object_lock;

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use tokio::time::Instant;

use self::look::{Looking, Match, Snapshot};
use self::object_lock::ObjectLock;
use crate::base::error::{Difference, Error, ErrorKind, Result};
use crate::base::spelling::{Name, Time};
use crate::base::time::LONGEST;
use crate::engine::call::{self, CallContext, CallPolicy};
use crate::engine::core::Core;
use crate::engine::request::{CallOptions, Fields, RequestTemplate};
use crate::engine::response::{Meta, RawResponse};
use crate::engine::result;
use crate::table::{Ensure, Operation};
use crate::wire::raw;

/// How long to look for an object after a create whose outcome is unknown, by default.
const SETTLE: Duration = Duration::from_secs(60);

/// The first and the longest pause before the list is read again, and how it grows.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
const GROWTH: u32 = 2;

/// What to do when an object exists with other values than those that were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OnDifference {
    /// Return the object with its differences.
    #[default]
    Report,
    /// Fail with `Difference`.
    Raise,
}

/// A call that finds or creates.
pub(super) struct Ensuring<'a> {
    pub(super) core: &'a Core,
    pub(super) operation: &'static Operation,
    pub(super) ensure: &'static Ensure,
    pub(super) options: &'a CallOptions,
}

impl Ensuring<'_> {
    /// The object, as `{value, created, differences}`, or the outcomes of many.
    pub(super) async fn run(&self, template: &RequestTemplate) -> Result<RawResponse> {
        let started = Instant::now();
        let ended = match self.ensure.rows {
            Some(rows) => self.many(template, rows, started).await,
            None => self.one(template, started).await,
        };
        let answer = ended.map_err(|error| error.for_operation(self.operation.id))?;
        Ok(RawResponse { meta: Meta { elapsed: started.elapsed(), ..answer.meta }, ..answer })
    }

    /// The object, as `{value, created, differences}` with `created` false, or nothing; or the outcomes of many, of which
    /// those of objects that are not there have neither `ensured` nor `error`. Creates nothing.
    pub(super) async fn find(&self, template: &RequestTemplate) -> Result<Option<RawResponse>> {
        let started = Instant::now();
        let deadline = self.deadline(started)?;
        let ended = if let Some(rows) = self.ensure.rows {
            self.find_many(template, rows, deadline).await.map(Some)
        } else {
            let look = Looking::new(self.core, self.ensure, template, self.options)?;
            self.found(&look, template, None, deadline).await
        };
        let answer = ended.map_err(|error| error.for_operation(self.operation.id))?;
        Ok(answer
            .map(|answer| RawResponse { meta: Meta { elapsed: started.elapsed(), ..answer.meta }, ..answer }))
    }

    /// The object, if it is in the list, or appears in it while `settle` lasts; by default the list is read once.
    async fn found(
        &self,
        look: &Looking<'_>,
        template: &RequestTemplate,
        snapshot: Option<&Snapshot>,
        deadline: Option<Instant>,
    ) -> Result<Option<RawResponse>> {
        let until = self.options.settle.map(|settle| Instant::now() + settle.min(LONGEST));
        let mut found = match snapshot {
            Some(snapshot) => snapshot.matches(&look.key),
            None => look.run(deadline).await?,
        };
        if let (Some(until), true) = (until, found.is_empty()) {
            found = self.look_again(look, until, deadline).await?;
        }
        if found.is_empty() {
            return Ok(None);
        }
        self.existing(look, found, template, false).map(Some)
    }

    async fn one(&self, template: &RequestTemplate, started: Instant) -> Result<RawResponse> {
        let look = Looking::new(self.core, self.ensure, template, self.options)?;
        self.ensured(&look, template, None, self.deadline(started)?).await
    }

    /// When the call ends, after checking its options.
    fn deadline(&self, started: Instant) -> Result<Option<Instant>> {
        CallPolicy::of(self.core, self.options)?;
        Ok(self.options.timeout.map(|timeout| started + timeout.min(LONGEST)))
    }

    /// One object. `snapshot` is the list, if it was read already.
    async fn ensured(
        &self,
        look: &Looking<'_>,
        template: &RequestTemplate,
        snapshot: Option<&Snapshot>,
        deadline: Option<Instant>,
    ) -> Result<RawResponse> {
        let settle = self.options.settle.unwrap_or(SETTLE).min(LONGEST);
        let mut held = self.lock(look.object(), deadline).await?;
        let mut found = match snapshot.filter(|snapshot| !held.changed_since(snapshot.read_at)) {
            Some(snapshot) => snapshot.matches(&look.key),
            None => look.run(deadline).await?,
        };
        if let Some(until) = held.uncertain().filter(|_| found.is_empty()) {
            found = self.look_again(look, until, deadline).await?;
        }
        if !found.is_empty() {
            held.settled();
            return self.existing(look, found, template, false);
        }
        let sent = Instant::now();
        held.create_sent(sent + settle);
        match self.create(template, deadline).await {
            Ok(answer) => {
                held.settled();
                self.created(look, answer, template, settle, deadline).await
            }
            // Somebody else may have been faster.
            Err(error) if error.kind() == ErrorKind::Conflict => {
                held.settled();
                match look.run(deadline).await {
                    Ok(found) if !found.is_empty() => self.existing(look, found, template, false),
                    _ => Err(error),
                }
            }
            Err(error) if maybe_created(error.kind()) => {
                let until = Instant::now() + settle;
                held.create_sent(until);
                let found = self.look_again(look, until, deadline).await;
                if Instant::now() >= until || found.as_ref().is_ok_and(|found| !found.is_empty()) {
                    held.settled();
                }
                match found {
                    Ok(found) if !found.is_empty() => self.existing(look, found, template, true),
                    Ok(_) if settle.is_zero() => Err(error),
                    Ok(_) => {
                        Err(error.with_hint(format!("It was not in the list after {}", Time(sent.elapsed()))))
                    }
                    Err(why) => {
                        let hint = format!("The list could not be read again ({})", why.message());
                        Err(look.with_context(error.with_hint(hint), None, template))
                    }
                }
            }
            Err(error) => {
                held.settled();
                Err(error)
            }
        }
    }

    /// The lock of the object, within the call's time and while the client is open.
    async fn lock(&self, object: String, deadline: Option<Instant>) -> Result<ObjectLock> {
        let end = deadline.unwrap_or_else(|| Instant::now() + LONGEST);
        tokio::select! {
            lock = ObjectLock::acquire(object) => Ok(lock),
            open = self.core.sleep_until(end) => Err(open.err().unwrap_or_else(too_late)),
        }
    }

    /// Reads the list again, with growing pauses, until the object is there or the time is over. Transient errors do not end
    /// it early, but the last one counts if nothing was found.
    async fn look_again(
        &self,
        look: &Looking<'_>,
        until: Instant,
        deadline: Option<Instant>,
    ) -> Result<Vec<Match>> {
        let until = deadline.map_or(until, |deadline| until.min(deadline));
        let mut pause = FIRST_PAUSE;
        let mut last = Ok(Vec::new());
        while Instant::now() < until {
            self.core.sleep_until(until.min(Instant::now() + pause)).await?;
            pause = LONGEST_PAUSE.min(pause * GROWTH);
            last = look.run(deadline).await;
            match &last {
                Ok(found) if found.is_empty() => {}
                Err(error) if error.retryable() => {}
                _ => break,
            }
        }
        last
    }

    async fn create(&self, template: &RequestTemplate, deadline: Option<Instant>) -> Result<RawResponse> {
        let operation = self.core.operation(self.ensure.create)?;
        let template = template.as_operation(operation);
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return Err(too_late());
        }
        let policy = CallPolicy::of(self.core, &CallOptions { timeout: None, ..self.options.clone() })?;
        let policy = CallPolicy { timeout: left.unwrap_or(policy.timeout), ..policy };
        let http = template.finish(&self.core.shared.base, &[], &[]);
        let context = CallContext::of(self.core, operation, http, false);
        let response = call::run(self.core, &context, &policy).await?;
        result::shape(self.core, operation, &template, response)
    }

    /// The result for an object that the list has.
    fn existing(
        &self,
        look: &Looking<'_>,
        mut found: Vec<Match>,
        template: &RequestTemplate,
        created: bool,
    ) -> Result<RawResponse> {
        let row = match (found.pop(), found.is_empty()) {
            (Some(row), true) => row,
            (last, _) => {
                found.extend(last);
                return Err(look.ambiguous(&found, template));
            }
        };
        self.compared(look, &row.json, &row.meta, template, created)
    }

    /// The result for an object with these fields, or the error for its differences.
    fn compared(
        &self,
        look: &Looking<'_>,
        row: &str,
        meta: &Meta,
        template: &RequestTemplate,
        created: bool,
    ) -> Result<RawResponse> {
        let differences = differences::of(self.ensure, &template.sent(), row);
        if !differences.is_empty() && self.options.on_difference == Some(OnDifference::Raise) {
            let id = look.id(row).map_or(String::new(), |id| format!(" ({id})"));
            let each = differences.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let message = format!("the object with the {}{id} has other values: {each}", look.key.shown());
            let error = Error::new(ErrorKind::Difference, message).with_differences(differences);
            return Err(look.with_context(error, Some(meta), template));
        }
        let differences = differences.iter().map(Difference::to_json).collect::<Vec<_>>().join(",");
        Ok(answer(meta.clone(), row, created, &format!("[{differences}]")))
    }

    /// The result for an object that was just created. If the server did not name its id, the list does.
    async fn created(
        &self,
        look: &Looking<'_>,
        response: RawResponse,
        template: &RequestTemplate,
        settle: Duration,
        deadline: Option<Instant>,
    ) -> Result<RawResponse> {
        let value = self.as_row(look, &response, template)?;
        if look.id(&value).is_none() {
            let now = look.run(deadline).await;
            let listed = match now {
                Ok(found) if found.is_empty() => {
                    self.look_again(look, Instant::now() + settle, deadline).await
                }
                now => now,
            };
            // It exists, so whatever became of looking for its id is no failure of this call.
            match listed.as_deref() {
                Ok([row]) => return Ok(answer(response.meta, &row.json, true, "[]")),
                Ok(_) => tracing::warn!(
                    operation = self.operation.id,
                    "created, but the list does not name its id"
                ),
                Err(error) => {
                    let kind = error.kind();
                    tracing::warn!(
                        operation = self.operation.id,
                        ?kind,
                        "created, but the list with its id could not be read"
                    );
                }
            }
        }
        Ok(answer(response.meta, &value, true, "[]"))
    }

    /// A created object with the fields of a row: what the server sent, and what was sent to it.
    fn as_row(
        &self,
        look: &Looking<'_>,
        response: &RawResponse,
        template: &RequestTemplate,
    ) -> Result<String> {
        let create = self.core.operation(self.ensure.create)?;
        let same = match (create.model, look.find.model) {
            (Some(one), Some(other)) => std::ptr::eq(one, other),
            _ => false,
        };
        let known = |name: &str| {
            same || look.find.model.is_some_and(|model| model.fields.iter().any(|field| field.wire == name))
        };
        let mut members: Fields = Vec::new();
        let text = String::from_utf8_lossy(&response.json);
        if text.starts_with('{') {
            let walked = raw::walk(&text, |name, raw| {
                if known(name) && raw != "null" {
                    members.push((name.to_owned(), raw.to_owned()));
                }
            });
            walked.map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?;
        }
        let sent = template.sent();
        let keys = self.ensure.key.iter().filter_map(|key| {
            let from = key.params.iter().find(|wire| sent.iter().any(|(name, _)| name == *wire))?;
            Some((*from, key.field))
        });
        for (wire, field) in keys.chain(self.ensure.compared.iter().copied()) {
            let given = sent.iter().find(|(name, _)| name == wire);
            if let (Some((_, raw)), false) = (given, members.iter().any(|(name, _)| name == field)) {
                members.push((field.to_owned(), raw.clone()));
            }
        }
        Ok(raw::compose(members.iter().map(|(name, raw)| (name.as_str(), raw.as_str()))))
    }
}

/// Whether an error of a create leaves open whether there is an object now.
fn maybe_created(kind: ErrorKind) -> bool {
    use ErrorKind::{Cancelled, Decode, OutcomeUnknown, Server};
    matches!(kind, OutcomeUnknown | Server | Decode | Cancelled)
}

fn answer(meta: Meta, value: &str, created: bool, differences: &str) -> RawResponse {
    let created = if created { "true" } else { "false" };
    let members = [("value", value), ("created", created), ("differences", differences)];
    let json = Bytes::from(raw::compose(members.into_iter()));
    RawResponse { meta, body: json.clone(), json }
}

/// The result of a step, or an error at the deadline.
async fn before<T>(deadline: Option<Instant>, step: impl Future<Output = Result<T>>) -> Result<T> {
    match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, step).await.unwrap_or_else(|_| Err(too_late())),
        None => step.await,
    }
}

fn too_late() -> Error {
    let message =
        format!("the time of the call ({}) ended before this call created anything", Name("timeout"));
    Error::new(ErrorKind::Timeout, message).with_retryable(true)
}
