//! The generated table: which collections there are, and which operations read and change them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

static TABLE: LazyLock<Result<Table, String>> = LazyLock::new(|| read(include_str!("../generated.json")));

/// The table of this simulator, or what is wrong with it.
pub(crate) fn table() -> Result<&'static Table, String> {
    TABLE.as_ref().map_err(Clone::clone)
}

/// Reads a table.
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
    /// What stands under another comes behind it.
    pub(crate) collections: Vec<Spec>,
    /// The operations that the store serves.
    pub(crate) served: Vec<Served>,
}

/// Things of one kind.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Spec {
    pub(crate) name: String,
    /// Whether code of its own holds them, and not the store.
    pub(crate) by_hand: bool,
    /// How many there are to begin with, where that is an option.
    pub(crate) count: Option<usize>,
    /// The field of the id.
    #[serde(default)]
    pub(crate) id: String,
    /// The field of the name that people give.
    pub(crate) title: Option<String>,
    /// The first id; the others count up from it.
    pub(crate) first: Option<Value>,
    /// Collections with the same word count their ids together.
    ids: Option<String>,
    noun: Option<String>,
    missing: Option<String>,
    pub(crate) parent: Option<Parent>,
    /// What is the same in all of them.
    #[serde(default)]
    pub(crate) always: BTreeMap<String, Value>,
    /// Fields of the model that are never written.
    #[serde(default)]
    pub(crate) never: Vec<String>,
    /// The field that counts what stands directly below.
    pub(crate) children: Option<String>,
    #[serde(default)]
    pub(crate) fields: Vec<Field>,
    /// Where the value of each field comes from.
    #[serde(skip)]
    pub(crate) roles: Vec<Role>,
}

/// Where the value of a field comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is the id.
    Id,
    /// It is the id of what stands above.
    Parent,
    /// It counts what stands below.
    Children,
    /// It is the same in all rows.
    Always(Value),
    /// It is never written.
    Never,
    /// A row keeps it.
    Kept,
}

/// What they stand under.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Parent {
    /// The field of its id.
    pub(crate) field: String,
    /// Where it is.
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

/// What a value may be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Schema {
    #[serde(rename = "type", deserialize_with = "one_or_more")]
    pub(crate) types: Vec<String>,
    pub(crate) format: Option<String>,
    #[serde(rename = "enum")]
    pub(crate) values: Option<Vec<Value>>,
    /// Values of an enumeration that may get others.
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
    enum Said {
        One(String),
        More(Vec<String>),
    }
    Ok(match Said::deserialize(deserializer)? {
        Said::One(one) => vec![one],
        Said::More(more) => more,
    })
}

/// An operation that the store serves.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Served {
    pub(crate) operation: String,
    pub(crate) verb: Verb,
    #[serde(default)]
    pub(crate) collection: String,
    /// The collection whose id stands in the path before.
    pub(crate) scope: Option<String>,
    pub(crate) paging: String,
    /// The kind of the answer.
    pub(crate) answer: String,
    /// The status of a success.
    pub(crate) status: u16,
    /// What the vendor calls the action in its refusals.
    #[serde(default)]
    pub(crate) context: String,
    /// What the vendor says when a field is missing.
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
    /// Changes what is given.
    Update,
    /// Replaces everything.
    Replace,
    Delete,
    /// Answers what the document shows, and knows nothing of collections.
    Example,
}

impl Spec {
    /// What counts their ids.
    pub(crate) fn counter(&self) -> &str {
        self.ids.as_deref().unwrap_or(&self.name)
    }

    /// What people call one of them.
    pub(crate) fn noun(&self) -> String {
        self.noun.clone().unwrap_or_else(|| self.name.trim_end_matches('s').replace('_', " "))
    }

    /// What the vendor calls one that is not there.
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

    /// Whether ids are whole numbers, in texts or not.
    pub(crate) fn counts(&self) -> bool {
        self.first.as_ref().is_some_and(Value::is_u64)
    }

    /// Fields that are kept in a row: all but those that follow from the rest.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().zip(&self.roles).filter(|(_, role)| **role == Role::Kept).map(|(field, _)| field)
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
            Role::Kept
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

    /// Values that a document shows.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Value> {
        self.example.iter().chain(&self.examples)
    }
}
