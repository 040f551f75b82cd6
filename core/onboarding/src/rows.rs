//! The rows of a document in their order, parents before children, with every mistake that is found without a server.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use mspkit::{Error, Param};
use mspkit_reconcile::name::folded;
use serde_json::{Map, Value, json};

use crate::document::{Content, Entry, Node, short};
use crate::kinds::{self, Kind};
use crate::problems::Problems;

/// A thing that a file names.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) kind: &'static Kind,
    /// The row that it is below.
    pub(crate) parent: Option<usize>,
    pub(crate) path: String,
    /// What names it: the value of its key, or its id.
    pub(crate) name: String,
    pub(crate) reference: Reference,
    /// Its arguments without secrets.
    pub(crate) arguments: Map<String, Value>,
    /// Its arguments that are secrets, by name.
    pub(crate) secrets: Secrets,
}

/// Arguments that are secrets: nothing shows their values.
#[derive(Clone, Default)]
pub(crate) struct Secrets(pub(crate) Map<String, Value>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// How a row names its thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference {
    /// By its fields; it is made if it is not there.
    Fields,
    /// By the name of something that must exist, since nothing else is given.
    Name,
    /// By the id of something that must exist.
    Id,
}

impl Reference {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Fields => "fields",
            Self::Name => "name",
            Self::Id => "id",
        }
    }
}

impl Row {
    /// What it is, without secrets, for the digest.
    pub(crate) fn identity(&self) -> Value {
        json!([self.path, self.kind.name, self.reference.word(), self.name, self.arguments])
    }
}

/// Every row of a document.
pub(crate) fn read(document: &Node, problems: &mut Problems) -> Vec<Row> {
    let mut reading = Reading { rows: Vec::new(), keys: HashMap::new(), problems };
    let lists: Vec<&'static Kind> = kinds::roots().collect();
    if let Content::Map(entries) = &document.content {
        reading.members(entries, "", &lists, &[], None);
    } else {
        let known: Vec<&str> = lists.iter().map(|kind| kind.list).collect();
        let allowed = format!("must be an object with {}", known.join(", "));
        reading.problems.refuse(document.line, "", &allowed, &document.shown());
    }
    if reading.rows.is_empty() && reading.problems.is_empty() {
        reading.problems.add(document.line, "", "names nothing");
    }
    reading.rows
}

/// The text about an unknown name.
pub(crate) fn unknown<'n>(what: &str, written: &str, known: impl Iterator<Item = &'n str>) -> String {
    let known: Vec<&str> = known.collect();
    match mspkit::meant(written, known.iter().map(|name| Cow::Borrowed(*name))) {
        Some(meant) => format!("is not {what}; did you mean {meant}?"),
        None => format!("is not {what}; there are {}", known.join(", ")),
    }
}

struct Reading<'p> {
    rows: Vec<Row>,
    /// The line of each thing, by its parent, list and name.
    keys: HashMap<(Option<usize>, &'static str, String), usize>,
    problems: &'p mut Problems,
}

impl Reading<'_> {
    /// The members of an object that are lists of other rows; names that are neither these nor `fields` are mistakes.
    fn members(
        &mut self,
        entries: &[Entry],
        place: &str,
        lists: &[&'static Kind],
        fields: &[&str],
        parent: Option<usize>,
    ) {
        for entry in entries {
            let place = if place.is_empty() { entry.name.clone() } else { format!("{place}.{}", entry.name) };
            let Some(kind) = lists.iter().find(|kind| kind.list == entry.name) else {
                if !fields.contains(&entry.name.as_str()) {
                    let known = fields.iter().copied().chain(lists.iter().map(|kind| kind.list));
                    self.problems.add(entry.line, place, unknown("a field", &entry.name, known));
                }
                continue;
            };
            match &entry.value.content {
                Content::Null => {}
                Content::List(nodes) => {
                    for (at, node) in nodes.iter().enumerate() {
                        self.row(node, &format!("{place}[{at}]"), kind, parent);
                    }
                }
                _ => self.problems.refuse(entry.line, place, "must be a list", &entry.value.shown()),
            }
        }
    }

    /// A row and everything below it.
    fn row(&mut self, node: &Node, place: &str, kind: &'static Kind, parent: Option<usize>) {
        let Content::Map(entries) = &node.content else {
            return self.problems.refuse(node.line, place, "must be an object", &node.shown());
        };
        let children: Vec<&'static Kind> = kind.children().collect();
        let id = kind.id_field().filter(|_| kind.get.is_some() || kind.is_set());
        let params: Vec<&'static Param> = kind.fields().collect();
        let named_by = kind.is_set().then_some(kind.key).flatten();
        let fields: Vec<&str> =
            id.into_iter().chain(named_by).chain(params.iter().map(|param| param.name)).collect();
        self.repeated(entries, place);
        let mut row = Row {
            kind,
            parent,
            path: String::new(),
            name: String::new(),
            reference: Reference::Fields,
            arguments: Map::new(),
            secrets: Secrets::default(),
        };
        let given: Vec<(&Entry, &Param)> = entries
            .iter()
            .filter(|entry| !entry.value.is_null())
            .filter_map(|entry| Some((entry, *params.iter().find(|param| param.name == entry.name)?)))
            .collect();
        let of = |name: Option<&str>| {
            entries.iter().find(|entry| Some(entry.name.as_str()) == name && !entry.value.is_null())
        };
        let has_children = entries.iter().any(|entry| children.iter().any(|kind| kind.list == entry.name));
        for (entry, param) in &given {
            self.argument(&mut row, entry, param, &format!("{place}.{}", entry.name));
        }
        let only_key =
            given.len() == 1 && given.iter().all(|(entry, _)| Some(entry.name.as_str()) == kind.key);
        match (of(id), of(kind.key)) {
            (Some(id), _) if !kind.is_set() => {
                row.reference = Reference::Id;
                for (entry, _) in &given {
                    let message =
                        format!("must not be given with {}, which names something that exists", id.name);
                    self.problems.add(entry.line, format!("{place}.{}", entry.name), message);
                }
                self.name(&mut row, id, place, node.line);
            }
            (Some(id), Some(key)) => {
                let message = format!("must not be given with {}: one of them is enough", id.name);
                self.problems.add(key.line, format!("{place}.{}", key.name), message);
            }
            (Some(entry), None) | (None, Some(entry)) => {
                let enough = !params.iter().any(|param| param.required && Some(param.name) != kind.key);
                if only_key && has_children && !enough && !kind.is_set() {
                    row.reference = Reference::Name;
                }
                self.name(&mut row, entry, place, node.line);
            }
            (None, None) => {
                let names: Vec<&str> = kind.key.into_iter().chain(id).collect();
                self.problems.add(node.line, place, format!("{} is required", names.join(" or ")));
            }
        }
        if row.reference == Reference::Fields {
            self.required(&given, &params, kind, place, node.line, parent);
        }
        row.path = self.path(&row);
        let at = self.rows.len();
        self.rows.push(row);
        self.members(entries, place, &children, &fields, Some(at));
    }

    /// Fields that an object has twice, of which a reader would keep one.
    fn repeated(&mut self, entries: &[Entry], place: &str) {
        for (at, entry) in entries.iter().enumerate() {
            if let Some(first) = entries[..at].iter().find(|other| other.name == entry.name) {
                let message = format!("is also on line {}; give it once", first.line);
                self.problems.add(entry.line, format!("{place}.{}", entry.name), message);
            }
        }
    }

    /// Checks a value and keeps it.
    fn argument(&mut self, row: &mut Row, entry: &Entry, param: &Param, place: &str) {
        let value = entry.value.json_for(param);
        if let Err(error) = param.check(&value.to_string()) {
            return self.problems.add(entry.line, place, mistake(&error, param.name));
        }
        let kept = if param.secret { &mut row.secrets.0 } else { &mut row.arguments };
        kept.insert(param.name.to_owned(), value);
    }

    /// The name of a row, which it shares with no other one of the same parent.
    fn name(&mut self, row: &mut Row, entry: &Entry, place: &str, line: usize) {
        let place = format!("{place}.{}", entry.name);
        let Content::Scalar { text, .. } = &entry.value.content else {
            let allowed = "must be text or a whole number";
            return self.problems.refuse(entry.line, place, allowed, &entry.value.shown());
        };
        if text.trim().is_empty() {
            return self.problems.refuse(entry.line, place, "must not be blank", &entry.value.shown());
        }
        row.name.clone_from(text);
        if Some(entry.name.as_str()) != row.kind.key {
            row.arguments.insert(entry.name.clone(), Value::from(text.as_str()));
        }
        let key = (row.parent, row.kind.list, format!("{} {}", entry.name, folded(text)));
        if let Some(first) = self.keys.insert(key, line) {
            let message = format!("{:?} is also on line {first}; give each once", short(text));
            self.problems.add(entry.line, place, message);
        }
    }

    /// What is missing.
    fn required(
        &mut self,
        given: &[(&Entry, &Param)],
        params: &[&'static Param],
        kind: &Kind,
        place: &str,
        line: usize,
        parent: Option<usize>,
    ) {
        if kind.parent.is_some() && parent.is_none() {
            let id = kind.id_field().unwrap_or_default();
            let parents = kinds::KINDS.iter().filter(|parent| parent.children.contains(&kind.name));
            let parents: Vec<&str> = parents.map(|parent| parent.list).collect();
            let message = format!("must be below {}, or be named by {id} only", parents.join(" or "));
            return self.problems.add(line, place, message);
        }
        let missing = params.iter().filter(|param| param.required && Some(param.name) != kind.key);
        for param in missing.filter(|param| !given.iter().any(|(_, known)| known.name == param.name)) {
            self.problems.add(line, format!("{place}.{}", param.name), "is required");
        }
    }

    /// The stable path of a row: the lists and names that lead to it.
    fn path(&self, row: &Row) -> String {
        let above = row.parent.map_or(String::new(), |parent| format!("{}/", self.rows[parent].path));
        let name = row.name.replace('%', "%25").replace('/', "%2F");
        let by_id =
            row.kind.id_field().filter(|id| row.arguments.contains_key(*id) && Some(*id) != row.kind.key);
        match by_id {
            Some(id) => format!("{above}{}/{id}={name}", row.kind.list),
            // A name that looks like an id is kept apart from it.
            None => match row.kind.id_field().and_then(|id| name.strip_prefix(id)?.strip_prefix('=')) {
                Some(rest) => {
                    format!("{above}{}/{}%3D{rest}", row.kind.list, &name[..name.len() - rest.len() - 1])
                }
                None => format!("{above}{}/{name}", row.kind.list),
            },
        }
    }
}

/// What an error of an argument says, without the argument's name, which is in the place already.
fn mistake(error: &Error, name: &str) -> String {
    match (error.argument_name(), error.allowed()) {
        (Some(argument), Some(allowed)) => {
            let within = argument.strip_prefix(name).filter(|rest| !rest.is_empty());
            let within = within.map_or(String::new(), |rest| format!("{rest}: "));
            let given = error.given().map_or(String::new(), |given| format!("; given: {given}"));
            format!("{within}{allowed}{given}")
        }
        _ => error.message().to_owned(),
    }
}
