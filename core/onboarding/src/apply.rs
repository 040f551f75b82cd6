//! Makes what a plan says: parents before children, several at a time, each write between two lines of the journal.

mod options;
mod work;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use mspkit::{Core, Error, ErrorKind, Result, Service};
use serde::Serialize;
use serde_json::Value;

pub use self::options::ApplyOptions;
use self::work::{Ended, Work};
use crate::journal::Journal;
use crate::plan::Plan;
use crate::report::{Outcome, OutcomeAction, Report};
use crate::spec::Spec;
use crate::step::{Action, Failure, Step};

/// How many rows are in progress at a time by default.
const CONCURRENCY: usize = 4;

/// The clients of the services that a document names things of. A client without default options for Cloudmore's reseller
/// cannot be used for its organizations.
#[derive(Debug, Clone, Default)]
pub struct Clients {
    /// Of N-central, for service organizations and what is below them, and for devices.
    pub ncentral: Option<Core>,
    /// Of Cloudmore, for organizations and their services.
    pub cloudmore: Option<Core>,
}

impl Clients {
    /// The client of a service.
    pub(crate) fn of(&self, service: Service) -> Result<&Core> {
        let (name, core) = match service {
            Service::Cloudmore => ("cloudmore", &self.cloudmore),
            _ => ("ncentral", &self.ncentral),
        };
        core.as_ref().ok_or_else(|| {
            Error::invalid(name, None, "is required: the document names things of this service")
        })
    }

    /// Refuses a client of another service, and steps of a service that has no client.
    pub(crate) fn check(&self, steps: &[Step]) -> Result<()> {
        let given = [
            ("ncentral", Service::NCentral, &self.ncentral),
            ("cloudmore", Service::Cloudmore, &self.cloudmore),
        ];
        for (name, service, core) in given {
            if let Some(other) = core.as_ref().map(Core::service).filter(|other| *other != service) {
                let given = format!("a client of {}", other.title());
                return Err(Error::invalid(
                    name,
                    Some(&given),
                    &format!("must be a client of {}", service.title()),
                ));
            }
        }
        steps.iter().try_for_each(|step| self.of(step.of.service()).map(drop))
    }
}

/// What has happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProgressEvent {
    /// It has been started.
    Started,
    /// It has ended well.
    Finished,
    /// It has failed, or could not be begun because of another one.
    Failed,
}

/// How far an apply is.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// What has happened.
    pub event: ProgressEvent,
    /// The path of the row.
    pub path: &'a str,
    /// Its kind.
    pub kind: &'a str,
    /// What was done, such as `created`; nothing when it is begun.
    pub action: Option<&'a str>,
    /// How many rows have ended, failed ones too.
    pub done: usize,
    /// How many of them failed.
    pub failed: usize,
    /// How many rows there are.
    pub total: usize,
}

impl Progress<'_> {
    /// It as the text of a JSON object.
    pub fn to_json(&self) -> String {
        // It has only texts and numbers, which can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What can be applied: a [`Spec`], for which a plan is made, or a [`Plan`].
pub trait Plannable: fmt::Debug + Sync {
    /// What identifies it in a journal.
    fn digest(&self) -> String;

    /// The plan, whose lists are read now if there is none yet.
    ///
    /// # Errors
    /// Those of [`Plan::of`].
    fn plan<'a>(&'a self, clients: &'a Clients) -> impl Future<Output = Result<Cow<'a, Plan>>> + Send;
}

impl Plannable for Plan {
    fn digest(&self) -> String {
        Self::digest(self)
    }

    async fn plan<'a>(&'a self, _clients: &'a Clients) -> Result<Cow<'a, Plan>> {
        Ok(Cow::Borrowed(self))
    }
}

impl Plannable for Spec {
    fn digest(&self) -> String {
        Self::digest(self)
    }

    async fn plan<'a>(&'a self, clients: &'a Clients) -> Result<Cow<'a, Plan>> {
        Plan::of(self, clients).await.map(Cow::Owned)
    }
}

/// Makes what is missing, and keeps a journal of it.
///
/// Called again with the same journal after a crash, it goes on: what is done is not repeated, and what was begun is looked
/// for first. A journal whose run has ended begins a new one. A second process that uses the journal is refused at once.
///
/// # Errors
/// `InvalidRequest` before anything is sent: without a client that is needed, for steps that cost money and are not allowed
/// to, for a plan that came from JSON and lacks secrets, and for a journal that is in use, of another document, of a newer
/// format, damaged, or cannot be written. Those of [`Plan::of`]. What goes wrong later is in the report.
pub async fn apply(
    plannable: &impl Plannable,
    clients: &Clients,
    journal: impl AsRef<Path>,
    options: &ApplyOptions,
) -> Result<Report> {
    let concurrency = options.concurrency.unwrap_or(CONCURRENCY);
    if concurrency == 0 {
        return Err(Error::invalid("concurrency", Some("0"), options::CONCURRENCY_ALLOWED));
    }
    // First, so that a second process is refused at once.
    let journal = Arc::new(Journal::open(journal.as_ref(), &plannable.digest())?);
    let plan = plannable.plan(clients).await?;
    check(&plan, clients, options)?;
    journal.start()?;
    Ok(Applying::new(&plan, clients, journal, options).run(concurrency).await)
}

/// Refuses a plan that must not be applied so.
fn check(plan: &Plan, clients: &Clients, options: &ApplyOptions) -> Result<()> {
    clients.check(&plan.steps)?;
    let paths = |of: &dyn Fn(&Step) -> bool| -> Vec<&str> {
        plan.steps.iter().filter(|step| of(step)).map(|step| step.path.as_str()).collect()
    };
    let costly = paths(&|step| step.cost && step.action.writes());
    if !costly.is_empty() && !options.allow_cost {
        let allowed = format!("must be true, since these cost money: {}", costly.join(", "));
        return Err(Error::invalid("allow_cost", Some("false"), &allowed));
    }
    let bare = paths(&|step| step.of.is_set() && step.action.writes() && step.secrets.0.is_empty());
    if !bare.is_empty() {
        let allowed = format!(
            "must have its secrets, which no JSON has; apply the document instead: {}",
            bare.join(", ")
        );
        return Err(Error::invalid("plan", None, &allowed));
    }
    Ok(())
}

/// An apply, from its first row to its last.
struct Applying<'a> {
    steps: &'a [Step],
    work: Work<'a>,
    options: &'a ApplyOptions,
    children: BTreeMap<usize, Vec<usize>>,
    outcomes: Vec<Option<Ended>>,
    failed: usize,
    done: usize,
    /// Why nothing more is begun.
    stopped: Option<Failure>,
}

impl<'a> Applying<'a> {
    fn new(plan: &'a Plan, clients: &'a Clients, journal: Arc<Journal>, options: &'a ApplyOptions) -> Self {
        let mut children: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, step) in plan.steps.iter().enumerate() {
            if let Some(parent) = step.parent {
                children.entry(parent).or_default().push(at);
            }
        }
        Self {
            steps: &plan.steps,
            work: Work { clients, journal, settle: options.settle },
            options,
            children,
            outcomes: plan.steps.iter().map(|_| None).collect(),
            failed: 0,
            done: 0,
            stopped: None,
        }
    }

    async fn run(mut self, concurrency: usize) -> Report {
        let steps = self.steps;
        let mut ready: BTreeSet<usize> = (0..steps.len()).filter(|at| steps[*at].parent.is_none()).collect();
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < concurrency && self.stopped.is_none() {
                let Some(at) = ready.pop_first() else { break };
                let parent = steps[at].parent.and_then(|parent| self.outcomes[parent].as_ref()?.id.clone());
                self.progress(ProgressEvent::Started, at, None);
                let work = self.work.clone();
                running.push(async move { (at, work.step(&steps[at], parent.as_deref()).await) }.boxed());
            }
            let Some((at, ended)) = running.next().await else { break };
            if let Some(stop) = &ended.stop {
                self.stopped.get_or_insert_with(|| stop.clone());
            }
            let action = ended.action;
            self.end(at, ended);
            let below = self.children.remove(&at).unwrap_or_default();
            if action.is_good() {
                ready.extend(below);
            } else if action != OutcomeAction::NotStarted {
                for child in below {
                    self.block(child, &steps[at].path);
                }
            }
        }
        drop(running);
        if self.stopped.is_none()
            && let Err(error) = self.work.journal.finished()
        {
            self.stopped = Some((&error).into());
        }
        self.report()
    }

    /// Marks a row and all below it that cannot be made because of the one above.
    fn block(&mut self, at: usize, above: &str) {
        let error = Failure::new(ErrorKind::Cancelled, format!("{above} was not made"));
        self.end(at, Ended::failed(OutcomeAction::Blocked, error));
        let below = self.children.remove(&at).unwrap_or_default();
        let steps = self.steps;
        for child in below {
            self.block(child, &steps[at].path);
        }
    }

    fn end(&mut self, at: usize, ended: Ended) {
        self.done += 1;
        self.failed += usize::from(!ended.action.is_good());
        let event = if ended.action.is_good() { ProgressEvent::Finished } else { ProgressEvent::Failed };
        self.progress(event, at, Some(ended.action.name()));
        self.outcomes[at] = Some(ended);
    }

    fn progress(&self, event: ProgressEvent, at: usize, action: Option<&str>) {
        if let Some(on_step) = &self.options.on_step {
            let Step { path, kind, .. } = &self.steps[at];
            let (done, failed, total) = (self.done, self.failed, self.steps.len());
            on_step(&Progress { event, path, kind, action, done, failed, total });
        }
    }

    fn report(self) -> Report {
        let outcomes = self.steps.iter().zip(self.outcomes).map(|(step, ended)| {
            let ended = ended.unwrap_or_else(|| Ended::of(OutcomeAction::NotStarted, None));
            Outcome {
                path: step.path.clone(),
                kind: step.kind.to_owned(),
                name: step.name.clone(),
                action: ended.action,
                id: ended.id,
                error: ended.error,
                differences: ended.differences,
            }
        });
        Report { outcomes: outcomes.collect(), error: self.stopped }
    }
}

/// The differences of a result.
pub(crate) fn differences(ensured: &Value) -> Vec<Value> {
    ensured["differences"].as_array().cloned().unwrap_or_default()
}

/// What a plan's action becomes once it is done.
pub(crate) fn done(action: Action) -> OutcomeAction {
    match action {
        Action::Exists => OutcomeAction::Existed,
        Action::Differs => OutcomeAction::Differs,
        Action::Create => OutcomeAction::Created,
        Action::Set => OutcomeAction::Set,
        Action::Ambiguous => OutcomeAction::Failed,
        Action::Blocked => OutcomeAction::Blocked,
    }
}
