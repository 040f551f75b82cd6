//! What is missing: each row compared with the servers, without writing anything.
//!
//! Rows are looked up level by level, those with the same parent together, so that each list is read once. What is below
//! something that is not there yet is not there either.

use std::collections::BTreeMap;

use futures_util::{FutureExt, StreamExt, stream};
use mspkit::{CallOptions, Core, Error, ErrorKind, Result};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::apply::Clients;
use crate::kinds::{Kind, Made};
use crate::rows::{Reference, Row};
use crate::spec::Spec;
use crate::step::{Action, Failure, Step, StepJson, spelled};
use crate::{catalog, digest, properties};

/// How many lists are read at a time; the clients' limits hold besides.
const AT_ONCE: usize = 8;

/// The version of the JSON of a plan.
const VERSION: u32 = 1;

/// What will be done for each row of a spec, in order.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) steps: Vec<Step>,
}

#[derive(Deserialize)]
struct PlanJson {
    version: u32,
    digest: String,
    steps: Vec<StepJson>,
}

impl Plan {
    /// Reads what is on the servers and says what is missing.
    ///
    /// # Errors
    /// `InvalidRequest` without a client that the spec needs; those of reading lists, except refusals of one row's list, which
    /// block that row.
    pub async fn of(spec: &Spec, clients: &Clients) -> Result<Self> {
        let mut steps: Vec<Step> = spec.rows.iter().map(Step::of).collect();
        clients.check(&steps)?;
        for level in levels(&spec.rows) {
            let mut groups: BTreeMap<(Option<usize>, &str), Vec<usize>> = BTreeMap::new();
            for at in level {
                // What is only listed below something else does not need it to be there.
                let scope = steps[at].parent.filter(|_| steps[at].of.parent.is_some());
                match steps[at].parent.map(|parent| steps[parent].action) {
                    Some(Action::Create) if scope.is_some() => {}
                    Some(above @ (Action::Ambiguous | Action::Blocked)) => {
                        let path = steps[at].parent.map_or("", |parent| &steps[parent].path);
                        let message = format!("{path} is {}", above.name());
                        steps[at].refuse(Action::Blocked, Failure::new(ErrorKind::Cancelled, message));
                    }
                    _ => groups.entry((scope, steps[at].kind)).or_default().push(at),
                }
            }
            let mut work = Vec::new();
            for ((parent, _), rows) in groups {
                let parent = parent.and_then(|parent| steps[parent].id.clone());
                let group: Vec<(usize, Step)> = rows.iter().map(|at| (*at, steps[*at].clone())).collect();
                work.push(look(clients, parent, group).boxed());
            }
            let mut looked = stream::iter(work).buffer_unordered(AT_ONCE);
            while let Some(group) = looked.next().await {
                for (at, step) in group? {
                    steps[at] = step;
                }
            }
        }
        Ok(Self { steps })
    }

    /// Its steps, in the order of the spec: parents before children.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What identifies it in a journal: the digest of the spec that it was made from.
    pub fn digest(&self) -> String {
        digest::of(self.steps.iter().map(Step::identity))
    }

    /// How many steps have each action; only actions that occur.
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for step in &self.steps {
            *counts.entry(step.action.name()).or_default() += 1;
        }
        counts
    }

    /// It as the text of a JSON object: `version`, `digest`, `counts` and `steps`. Secrets are left out.
    pub fn to_json(&self) -> String {
        let steps: Vec<Value> = self.steps.iter().map(Step::to_json).collect();
        json!({"version": VERSION, "digest": self.digest(), "counts": self.counts(), "steps": steps})
            .to_string()
    }

    /// The plan that [`to_json`](Self::to_json) has written. It has no secrets: a plan whose steps set values can be looked at,
    /// but not applied.
    ///
    /// # Errors
    /// `InvalidRequest` for another text, a plan of a newer version, or one that was changed.
    pub fn from_json(json: &str) -> Result<Self> {
        let refused = |allowed: &str| Error::invalid("plan", None, allowed);
        let plan: PlanJson = serde_json::from_str(json)
            .map_err(|error| refused(&format!("must be the JSON of a plan ({error})")))?;
        if plan.version != VERSION {
            return Err(refused(&format!(
                "must be of version {VERSION}; this one is of version {}",
                plan.version
            )));
        }
        let count = plan.steps.len();
        let steps: Vec<Step> =
            plan.steps.into_iter().enumerate().map_while(|(at, step)| step.step(at)).collect();
        let made = Self { steps };
        if made.steps.len() < count || made.digest() != plan.digest {
            return Err(refused("must be as it was written: its steps and its digest differ"));
        }
        Ok(made)
    }
}

/// The rows by their depth.
fn levels(rows: &[Row]) -> Vec<Vec<usize>> {
    let mut depths: Vec<usize> = Vec::with_capacity(rows.len());
    let mut levels: Vec<Vec<usize>> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let depth = row.parent.map_or(0, |parent| depths[parent] + 1);
        depths.push(depth);
        levels.resize(levels.len().max(depth + 1), Vec::new());
        levels[depth].push(at);
    }
    levels
}

/// Looks for rows of one kind below one parent. A refusal of their list blocks them.
async fn look(
    clients: &Clients,
    parent: Option<String>,
    mut group: Vec<(usize, Step)>,
) -> Result<Vec<(usize, Step)>> {
    let Some(kind) = group.first().map(|(_, step)| step.of) else { return Ok(group) };
    let core = clients.of(kind.service())?;
    let parent = parent.as_deref();
    for (_, step) in group.iter_mut().filter(|(_, step)| step.reference != Reference::Fields) {
        let looked = by_reference(core, step, parent).await;
        refused(step, looked)?;
    }
    let mut wanted: Vec<&mut Step> =
        group.iter_mut().map(|(_, step)| step).filter(|step| step.reference == Reference::Fields).collect();
    if !wanted.is_empty() {
        let looked = match (&kind.made, parent) {
            (Made::Set { list, .. }, Some(parent)) => {
                let scope = (kind.parent.unwrap_or_default(), parent);
                properties::of(core, list, scope).await.map(|all| {
                    for step in &mut wanted {
                        properties::compare(step, &all);
                    }
                })
            }
            (Made::Ensure { many, .. } | Made::Buy { many, .. }, _) => {
                by_fields(core, many, parent, &mut wanted).await
            }
            _ => Ok(()),
        };
        if let Err(error) = looked {
            for step in wanted {
                refused(step, Err(error.clone()))?;
            }
        } else if let (Made::Buy { entry, .. }, Some(parent)) = (&kind.made, parent) {
            for step in wanted.into_iter().filter(|step| step.action == Action::Create) {
                match catalog::objection(core, entry, step, parent).await {
                    Ok(None) => {}
                    Ok(Some(reason)) => step.refuse(Action::Blocked, reason),
                    Err(error) => refused(step, Err(error))?,
                }
            }
        }
    }
    Ok(group)
}

/// What a refusal of a list means: it blocks the row. Other errors end the plan.
fn refused(step: &mut Step, looked: Result<()>) -> Result<()> {
    use ErrorKind::{Ambiguous, BadRequest, Conflict, InvalidRequest, NotFound, PermissionDenied};
    match looked {
        Err(error) if error.kind() == Ambiguous => step.refuse(Action::Ambiguous, (&error).into()),
        Err(error)
            if matches!(
                error.kind(),
                BadRequest | Conflict | InvalidRequest | NotFound | PermissionDenied
            ) =>
        {
            step.refuse(Action::Blocked, (&error).into());
        }
        looked => return looked,
    }
    Ok(())
}

/// Looks for something that must exist.
async fn by_reference(core: &Core, step: &mut Step, parent: Option<&str>) -> Result<()> {
    let options = CallOptions::default();
    step.action = Action::Exists;
    step.cost = false;
    match (step.reference, &step.of.made, step.of.get) {
        (Reference::Id, _, Some(get)) => {
            let params = spelled(core, &json!({step.of.id_field().unwrap_or_default(): step.name}));
            core.call(get, params.as_bytes(), &options).await?;
            step.id = Some(step.name.clone());
        }
        (_, Made::Ensure { one, .. } | Made::Buy { one, .. }, _) => {
            let params = spelled(core, &Value::Object(step.call(parent)));
            if let Some(found) = core.find(one, params.as_bytes(), &options).await? {
                existing(step, &parsed(&found.json));
            } else {
                let message = format!("there is no {}, and only its name is given", step.name);
                step.refuse(Action::Blocked, Failure::new(ErrorKind::NotFound, message));
            }
        }
        _ => {}
    }
    Ok(())
}

/// Looks for rows by their fields, all in one list.
async fn by_fields(core: &Core, many: &str, parent: Option<&str>, steps: &mut [&mut Step]) -> Result<()> {
    let mut params = Map::new();
    let rows: Vec<Value> = steps.iter().map(|step| Value::Object(step.call(None))).collect();
    params.insert("rows".to_owned(), Value::from(rows));
    let scope = steps.first().and_then(|step| step.of.parent);
    if let (Some(name), Some(id)) = (scope, parent) {
        params.insert(name.to_owned(), Value::from(id));
    }
    let params = spelled(core, &Value::Object(params));
    let found = core.find(many, params.as_bytes(), &CallOptions::default()).await?;
    let found = found.map(|found| parsed(&found.json)).unwrap_or_default();
    for (step, outcome) in steps.iter_mut().zip(found["outcomes"].as_array().into_iter().flatten()) {
        let error = &outcome["error"];
        match (&outcome["ensured"], error["kind"].as_str()) {
            (ensured @ Value::Object(_), _) => existing(step, ensured),
            (_, Some(kind)) => {
                let action =
                    if kind == ErrorKind::Ambiguous.name() { Action::Ambiguous } else { Action::Blocked };
                let message = error["message"].as_str().unwrap_or_default().to_owned();
                step.refuse(action, Failure { kind: kind.to_owned(), message });
            }
            _ => {}
        }
    }
    Ok(())
}

/// A row that is there.
fn existing(step: &mut Step, ensured: &Value) {
    step.id = id_of(step.of, &ensured["value"]);
    step.differences = ensured["differences"].as_array().cloned().unwrap_or_default();
    step.action = if step.differences.is_empty() { Action::Exists } else { Action::Differs };
    step.cost = false;
}

/// The id in a result, as text.
pub(crate) fn id_of(kind: &Kind, value: &Value) -> Option<String> {
    match &value[kind.id_in_result()] {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// The JSON of a result, which the core has composed.
pub(crate) fn parsed(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap_or_default()
}
