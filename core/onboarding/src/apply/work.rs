//! One step: from the journal's line before it to the one after it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use mspkit::{CallOptions, Core, Error, ErrorKind, Result};
use serde_json::Value;

use super::{Clients, differences, done};
use crate::journal::{Journal, Left};
use crate::kinds::Made;
use crate::plan::{id_of, parsed};
use crate::report::OutcomeAction;
use crate::step::{Action, Failure, Step, spelled};
use crate::{catalog, properties};

/// How long an object is looked for whose create may still be carried out, by default.
const SETTLE: Duration = Duration::from_secs(60);

/// What every step needs.
#[derive(Clone)]
pub(super) struct Work<'a> {
    pub(super) clients: &'a Clients,
    pub(super) journal: Arc<Journal>,
    pub(super) settle: Option<Duration>,
}

/// What the journal knows of the requests of a step.
#[derive(Debug, Default)]
struct Requests {
    /// Whether one was sent.
    sent: bool,
    /// Why the line before one could not be written, so that it was not sent.
    refused: Option<Failure>,
}

/// How a step has ended.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    pub(super) action: OutcomeAction,
    pub(super) id: Option<String>,
    pub(super) error: Option<Failure>,
    pub(super) differences: Vec<Value>,
    /// Why nothing more may be written.
    pub(super) stop: Option<Failure>,
}

impl Ended {
    pub(super) fn of(action: OutcomeAction, id: Option<String>) -> Self {
        Self { action, id, error: None, differences: Vec::new(), stop: None }
    }

    pub(super) fn failed(action: OutcomeAction, error: Failure) -> Self {
        Self { error: Some(error), ..Self::of(action, None) }
    }
}

impl Work<'_> {
    /// Makes what a step says, below a parent with this id.
    pub(super) async fn step(&self, step: &Step, parent: Option<&str>) -> Ended {
        let left = self.journal.left(&step.path);
        match (step.action, left.and_then(|left| left.done.as_ref())) {
            (Action::Ambiguous | Action::Blocked, _) => {
                Ended { error: step.error.clone(), ..Ended::of(done(step.action), None) }
            }
            (Action::Exists | Action::Differs, _) => self.existing(step, left),
            // To set a value again is harmless, and it may be another one by now.
            (Action::Create, Some((action, id))) => Ended::of(*action, id.clone()),
            (Action::Create | Action::Set, _) => self.write(step, parent, left).await,
        }
    }

    /// Something that is there: an interrupted run may have made it.
    fn existing(&self, step: &Step, left: Option<&Left>) -> Ended {
        let action = match (left, step.of.is_set()) {
            (None, _) => done(step.action),
            (Some(Left { done: Some((action, _)), .. }), _) => *action,
            (Some(_), false) => OutcomeAction::Created,
            (Some(_), true) => OutcomeAction::Set,
        };
        let ended = Ended { differences: step.differences.clone(), ..Ended::of(action, step.id.clone()) };
        match left {
            Some(Left { done: None, .. }) => self.noted(step, ended),
            _ => ended,
        }
    }

    async fn write(&self, step: &Step, parent: Option<&str>, left: Option<&Left>) -> Ended {
        let core = match self.clients.of(step.of.service()) {
            Ok(core) => core,
            Err(error) => return Ended::failed(OutcomeAction::Failed, (&error).into()),
        };
        match self.objection(core, step, parent).await {
            Ok(None) => {}
            Ok(Some(reason)) => return Ended::failed(OutcomeAction::Failed, reason),
            Err(error) => return Ended::failed(OutcomeAction::Failed, (&error).into()),
        }
        if let Err(error) = self.journal.begun(&step.path) {
            return Ended { stop: Some((&error).into()), ..Ended::of(OutcomeAction::NotStarted, None) };
        }
        let requests = Arc::default();
        let core = &self.journalled(core, &step.path, &requests);
        let made = match &step.of.made {
            Made::Ensure { one, .. } | Made::Buy { one, .. } => {
                self.ensure(core, one, step, parent, left).await
            }
            Made::Set { list, set } => self.set(core, list, set, step, parent).await,
            Made::Never => Ok(Ended::of(OutcomeAction::Existed, step.id.clone())),
        };
        let Requests { sent, refused } =
            std::mem::take(&mut *requests.lock().unwrap_or_else(PoisonError::into_inner));
        match (made, refused) {
            (Ok(ended), None) => self.noted(step, ended),
            (Err(error), None) => self.noted(step, Ended::failed(OutcomeAction::Failed, (&error).into())),
            (Ok(ended), refused) => Ended { stop: refused, ..ended },
            // An earlier attempt may have been carried out.
            (Err(error), refused) if sent => {
                Ended { stop: refused, ..Ended::failed(OutcomeAction::Failed, (&error).into()) }
            }
            (Err(_), refused) => Ended { stop: refused, ..Ended::of(OutcomeAction::NotStarted, None) },
        }
    }

    /// Why something must not be bought.
    async fn objection(&self, core: &Core, step: &Step, parent: Option<&str>) -> Result<Option<Failure>> {
        match (&step.of.made, parent) {
            (Made::Buy { entry, .. }, Some(parent)) => catalog::objection(core, entry, step, parent).await,
            _ => Ok(None),
        }
    }

    /// Writes how a step has ended; if that is not possible, it is the last one.
    fn noted(&self, step: &Step, ended: Ended) -> Ended {
        let written = match &ended.error {
            // A create that may still be carried out stays begun.
            Some(error) if error.kind == ErrorKind::OutcomeUnknown.name() => Ok(()),
            Some(error) => self.journal.failed(&step.path, &error.kind),
            None => self.journal.done(&step.path, ended.action, ended.id.as_deref()),
        };
        match written {
            Ok(()) => ended,
            Err(error) => Ended { stop: Some((&error).into()), ..ended },
        }
    }

    /// Finds or creates.
    async fn ensure(
        &self,
        core: &Core,
        one: &str,
        step: &Step,
        parent: Option<&str>,
        left: Option<&Left>,
    ) -> Result<Ended> {
        let params = spelled(core, &Value::Object(step.call(parent)));
        let settle = self.settle.unwrap_or(SETTLE);
        // A request of a run that was interrupted may be carried out until then.
        let since = left
            .and_then(|left| left.sent)
            .map(|sent| SystemTime::now().duration_since(sent).unwrap_or_default());
        if let Some(still) = since.and_then(|since| settle.checked_sub(since)) {
            let options = options(still);
            if let Some(found) = core.find(one, params.as_bytes(), &options).await? {
                let ensured = parsed(&found.json);
                let id = id_of(step.of, &ensured["value"]);
                return Ok(Ended {
                    differences: differences(&ensured),
                    ..Ended::of(OutcomeAction::Created, id)
                });
            }
        }
        let ensured = parsed(&core.call(one, params.as_bytes(), &options(settle)).await?.json);
        let differences = differences(&ensured);
        // What an interrupted run had begun was not there before it.
        let action = match (ensured["created"] == true || left.is_some(), differences.is_empty()) {
            (true, _) => OutcomeAction::Created,
            (false, true) => OutcomeAction::Existed,
            (false, false) => OutcomeAction::Differs,
        };
        Ok(Ended { differences, ..Ended::of(action, id_of(step.of, &ensured["value"])) })
    }

    /// Sets a value, unless the property has it.
    async fn set(
        &self,
        core: &Core,
        list: &str,
        set: &str,
        step: &Step,
        parent: Option<&str>,
    ) -> Result<Ended> {
        let scope = step.of.parent.zip(parent);
        let mut step = step.clone();
        // What is below something that was not there could not be compared in the plan.
        if let (None, Some(scope)) = (&step.id, scope) {
            let all = properties::of(core, list, scope).await?;
            properties::compare(&mut step, &all);
            if !step.action.writes() {
                let ended = Ended { error: step.error, ..Ended::of(done(step.action), step.id) };
                return Ok(ended);
            }
        }
        let mut params = step.call(parent);
        if let (Some(name), Some(id)) = (step.of.id_field(), &step.id) {
            params.insert(name.to_owned(), Value::from(id.as_str()));
        }
        let params = spelled(core, &Value::Object(params));
        core.call(set, params.as_bytes(), &CallOptions::default()).await?;
        Ok(Ended::of(OutcomeAction::Set, step.id))
    }

    /// The client that notes in the journal when a request is sent that writes, and sends none if it cannot.
    fn journalled(&self, core: &Core, path: &str, requests: &Arc<Mutex<Requests>>) -> Core {
        // A request that is read ahead may keep the client for a while, but must not keep the journal open.
        let (journal, path, requests) = (Arc::downgrade(&self.journal), path.to_owned(), requests.clone());
        core.before_write(move |_| {
            let Some(journal) = journal.upgrade() else {
                return Err(Error::invalid("journal", None, "must be open; the run has ended"));
            };
            let written = journal.sent(&path);
            let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
            match &written {
                Ok(()) => requests.sent = true,
                Err(error) => requests.refused = Some(error.into()),
            }
            written
        })
    }
}

fn options(settle: Duration) -> CallOptions {
    let mut options = CallOptions::default();
    options.settle = Some(settle);
    options
}
