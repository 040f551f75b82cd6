//! The steps of a plan.

use mspkit::{Core, Error};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::kinds::{self, Kind};
use crate::rows::{Reference, Row, Secrets};

/// What a plan says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// It is there, with the given values; nothing will be done.
    Exists,
    /// It is not there and will be created.
    Create,
    /// Its value is another one and will be set.
    Set,
    /// It is there with other values; it stays as it is.
    Differs,
    /// Several objects have its name; nothing can be done for it and what is below it.
    Ambiguous,
    /// Something prevents it, which its error says; nothing can be done for it and what is below it.
    Blocked,
}

impl Action {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::Create => "create",
            Self::Set => "set",
            Self::Differs => "differs",
            Self::Ambiguous => "ambiguous",
            Self::Blocked => "blocked",
        }
    }

    /// Whether applying it writes something.
    pub fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Set)
    }
}

/// Why something cannot be done, or was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// The kind of the error, such as `BadRequest`.
    pub kind: String,
    /// What happened, for a person.
    pub message: String,
}

impl Failure {
    pub(crate) fn new(kind: mspkit::ErrorKind, message: impl Into<String>) -> Self {
        Self { kind: kind.name().to_owned(), message: message.into() }
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self::new(error.kind(), error.to_string())
    }
}

/// A step of a plan: what will be done for one row.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Step {
    /// Where the row is in the document, such as `service_orgs/Acme/customers/Contoso`. It is the same whatever is on the
    /// servers.
    pub path: String,
    /// Its kind, such as `customer`.
    pub kind: &'static str,
    /// What names it.
    pub name: String,
    /// What will be done.
    pub action: Action,
    /// The fields with other values, as JSON: `field`, `wanted` and `found`. Of a secret there is only `field`.
    pub differences: Vec<Value>,
    /// Its id, if it exists.
    pub id: Option<String>,
    /// Whether it may cost money.
    pub cost: bool,
    /// Why nothing can be done, if it is ambiguous or blocked.
    pub error: Option<Failure>,
    pub(crate) of: &'static Kind,
    pub(crate) parent: Option<usize>,
    /// By what the row is named.
    pub(crate) reference: Reference,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) secrets: Secrets,
}

impl Step {
    pub(crate) fn of(row: &Row) -> Self {
        Self {
            path: row.path.clone(),
            kind: row.kind.name,
            name: row.name.clone(),
            action: if row.kind.is_set() { Action::Set } else { Action::Create },
            differences: Vec::new(),
            id: None,
            cost: row.kind.costs,
            error: None,
            of: row.kind,
            parent: row.parent,
            reference: row.reference,
            arguments: row.arguments.clone(),
            secrets: row.secrets.clone(),
        }
    }

    pub(crate) fn refuse(&mut self, action: Action, error: Failure) {
        self.action = action;
        self.cost = false;
        self.error = Some(error);
    }

    /// What identifies it, as the row that it was made from.
    pub(crate) fn identity(&self) -> Value {
        json!([self.path, self.of.name, self.reference.word(), self.name, self.arguments])
    }

    /// Its arguments with the parent's id and its secrets, as the JSON of a call.
    pub(crate) fn call(&self, parent: Option<&str>) -> Map<String, Value> {
        let mut params = self.arguments.clone();
        params.extend(self.secrets.0.clone());
        // An id that names it is no argument, unless it is set by it.
        if let Some(id) = self.of.id_field().filter(|_| !self.of.is_set()) {
            params.remove(id);
        }
        if let (Some(name), Some(id)) = (self.of.parent, parent) {
            params.insert(name.to_owned(), Value::from(id));
        }
        params
    }

    /// It as JSON, without secrets.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "path": self.path,
            "kind": self.kind,
            "name": self.name,
            "action": self.action,
            "differences": self.differences,
            "id": self.id,
            "cost": self.cost,
            "error": self.error,
            "parent": self.parent,
            "reference": self.reference.word(),
            "arguments": self.arguments,
        })
    }
}

/// A step as a plan's JSON has it.
#[derive(Deserialize)]
pub(crate) struct StepJson {
    path: String,
    kind: String,
    name: String,
    action: Action,
    differences: Vec<Value>,
    id: Option<String>,
    cost: bool,
    error: Option<Failure>,
    parent: Option<usize>,
    reference: String,
    arguments: Map<String, Value>,
}

impl StepJson {
    /// The step, if it is one that this version knows and its parent is before it.
    pub(crate) fn step(self, at: usize) -> Option<Step> {
        let of = kinds::named(&self.kind)?;
        let all = [Reference::Fields, Reference::Name, Reference::Id];
        let reference = all.into_iter().find(|one| one.word() == self.reference)?;
        let parent = self.parent.filter(|parent| *parent < at);
        (parent == self.parent).then_some(Step {
            path: self.path,
            kind: of.name,
            name: self.name,
            action: self.action,
            differences: self.differences,
            id: self.id,
            cost: self.cost,
            error: self.error,
            of,
            parent,
            reference,
            arguments: self.arguments,
            secrets: Secrets::default(),
        })
    }
}

/// The JSON of a call's parameters in the spelling of a client.
pub(crate) fn spelled(core: &Core, params: &Value) -> String {
    fn renamed(core: &Core, value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let member = |(name, value): (&String, &Value)| {
                    (core.spelling().name(name).into_owned(), renamed(core, value))
                };
                members.iter().map(member).collect()
            }
            Value::Array(entries) => entries.iter().map(|entry| renamed(core, entry)).collect(),
            other => other.clone(),
        }
    }
    renamed(core, params).to_string()
}
