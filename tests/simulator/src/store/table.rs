//! The generated table: the collections, and the operations that read and change them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

static TABLE: LazyLock<Result<Table, String>> = LazyLock::new(|| read(include_str!("../generated.json")));

/// The table of this simulator, or what is wrong with it.
pub(crate) fn table() -> Result<&'static Table, String> {
    TABLE.as_ref().map_err(Clone::clone)
}

/// Parses a table.
pub(crate) fn read(text: &str) -> Result<Table, String> {
    let mut table: Table =
        serde_json::from_str(text).map_err(|error| format!("the table of collections: {error}"))?;
    for spec in &mut table.collections {
        spec.roles = spec.fields.iter().map(|field| spec.role(&field.name)).collect();
    }
    Ok(table)
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Table {
    /// Children follow their parents.
    pub(crate) collections: Vec<Spec>,
    /// The operations that the store serves.
    pub(crate) served: Vec<Served>,
}

/// A collection of objects of one kind.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Spec {
    pub(crate) name: String,
    /// Whether hand-written code holds them, rather than the store.
    pub(crate) by_hand: bool,
    /// The initial number, if that is an option.
    pub(crate) count: Option<usize>,
    /// The field of the id.
    #[serde(default)]
    pub(crate) id: String,
    /// The field of the name.
    pub(crate) title: Option<String>,
    /// The first id; the others count up from it.
    pub(crate) first: Option<Value>,
    /// Collections with the same value count their ids together.
    ids: Option<String>,
    noun: Option<String>,
    missing: Option<String>,
    pub(crate) parent: Option<Parent>,
    /// Fields with the same value in all of them.
    #[serde(default)]
    pub(crate) always: BTreeMap<String, Value>,
    /// Fields of the model that are never written.
    #[serde(default)]
    pub(crate) never: Vec<String>,
    /// The field that counts the children.
    pub(crate) children: Option<String>,
    #[serde(default)]
    pub(crate) fields: Vec<Field>,
    /// The source of the value of each field.
    #[serde(skip)]
    pub(crate) roles: Vec<Role>,
}

/// The source of the value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// The id.
    Id,
    /// The parent's id.
    Parent,
    /// The number of children.
    Children,
    /// The same in all rows.
    Always(Value),
    /// Never written.
    Never,
    /// Stored in the row.
    Stored,
}

/// Their parent.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Parent {
    /// The field of the parent's id.
    pub(crate) field: String,
    /// Where the parent is.
    pub(crate) collection: Option<String>,
    /// The one id above all of them.
    pub(crate) root: Option<String>,
}

/// A field of an object.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) required: bool,
    pub(crate) schema: Schema,
}

/// The allowed values.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Schema {
    #[serde(rename = "type", deserialize_with = "one_or_more")]
    pub(crate) types: Vec<String>,
    pub(crate) format: Option<String>,
    #[serde(rename = "enum")]
    pub(crate) values: Option<Vec<Value>>,
    /// Values of an open enumeration.
    pub(crate) known: Option<Vec<Value>>,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    #[serde(rename = "minLength")]
    pub(crate) min_length: usize,
    #[serde(rename = "maxLength")]
    pub(crate) max_length: Option<usize>,
    pub(crate) example: Option<Value>,
    pub(crate) examples: Vec<Value>,
    pub(crate) items: Option<Box<Schema>>,
    pub(crate) properties: BTreeMap<String, Schema>,
    pub(crate) required: Vec<String>,
}

fn one_or_more<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        One(String),
        More(Vec<String>),
    }
    Ok(match Given::deserialize(deserializer)? {
        Given::One(one) => vec![one],
        Given::More(more) => more,
    })
}

/// An operation that the store serves.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Served {
    pub(crate) operation: String,
    pub(crate) verb: Verb,
    #[serde(default)]
    pub(crate) collection: String,
    /// The collection whose id precedes in the path.
    pub(crate) scope: Option<String>,
    pub(crate) paging: String,
    /// The kind of the response.
    pub(crate) answer: String,
    /// The status of a success.
    pub(crate) status: u16,
    /// The vendor's name of the action in its refusals.
    #[serde(default)]
    pub(crate) context: String,
    /// The vendor's message for a missing field.
    #[serde(default)]
    pub(crate) messages: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) body: Vec<Field>,
    #[serde(default)]
    pub(crate) example: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verb {
    List,
    Get,
    Create,
    /// Changes the given fields.
    Update,
    /// Replaces everything.
    Replace,
    Delete,
    /// Returns the document's example, without a collection.
    Example,
}

impl Spec {
    /// The name of the counter of their ids.
    pub(crate) fn counter(&self) -> &str {
        self.ids.as_deref().unwrap_or(&self.name)
    }

    /// The name of an object.
    pub(crate) fn noun(&self) -> String {
        self.noun.clone().unwrap_or_else(|| self.name.trim_end_matches('s').replace('_', " "))
    }

    /// The vendor's word for a missing one.
    pub(crate) fn missing(&self) -> String {
        self.missing.clone().unwrap_or_else(|| {
            let noun = self.noun();
            let (first, rest) = noun.split_at(noun.chars().next().map_or(0, char::len_utf8));
            format!("{}{rest}", first.to_uppercase())
        })
    }

    pub(crate) fn above(&self) -> Option<&str> {
        self.parent.as_ref()?.collection.as_deref()
    }

    pub(crate) fn root(&self) -> &str {
        self.parent.as_ref().and_then(|parent| parent.root.as_deref()).unwrap_or_default()
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether ids are integers, as texts or not.
    pub(crate) fn counts(&self) -> bool {
        self.first.as_ref().is_some_and(Value::is_u64)
    }

    /// Fields that are stored in a row: all except derived ones.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().zip(&self.roles).filter(|(_, role)| **role == Role::Stored).map(|(field, _)| field)
    }

    pub(crate) fn role(&self, name: &str) -> Role {
        if self.id == name {
            Role::Id
        } else if self.parent.as_ref().is_some_and(|parent| parent.field == name) {
            Role::Parent
        } else if self.children.as_deref() == Some(name) {
            Role::Children
        } else if let Some(value) = self.always.get(name) {
            Role::Always(value.clone())
        } else if self.never.iter().any(|never| never == name) {
            Role::Never
        } else {
            Role::Stored
        }
    }
}

impl Schema {
    pub(crate) fn allows(&self, kind: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|known| known == kind)
    }

    pub(crate) fn is_id(&self) -> bool {
        self.format.as_deref() == Some("mspkit-id")
    }

    /// Example values of a document.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Value> {
        self.example.iter().chain(&self.examples)
    }
}
