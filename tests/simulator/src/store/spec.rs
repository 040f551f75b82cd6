//! What the table says about one collection.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::schema::{Field, one_or_more};
use crate::state::names;

/// A collection of objects of one kind.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Spec {
    pub(crate) name: String,
    /// Whether hand-written code holds them, rather than the store.
    pub(crate) by_hand: bool,
    /// The initial number, if that is an option.
    pub(crate) count: Option<usize>,
    /// The field of the id; empty if they have none of their own.
    #[serde(default)]
    pub(crate) id: String,
    /// The field of the name.
    pub(crate) title: Option<String>,
    /// The first id; the others count up from it.
    pub(crate) first: Option<Value>,
    /// Collections with the same value count their ids together.
    ids: Option<String>,
    /// How far apart counted ids are: something else has those in between.
    #[serde(default = "one")]
    pub(crate) step: u64,
    noun: Option<String>,
    missing: Option<String>,
    pub(crate) parent: Option<Parent>,
    /// The collections whose rows these are, in the form of another model.
    #[serde(default)]
    pub(crate) of: Vec<String>,
    /// Fields with another name in those collections.
    #[serde(default)]
    pub(crate) alias: BTreeMap<String, String>,
    /// The smallest and the largest number for each parent: they are made when they are read, and stored when they change.
    pub(crate) each: Option<(usize, usize)>,
    /// Each parent has exactly one, which has its id.
    #[serde(default)]
    pub(crate) single: bool,
    /// Each parent has one for every row of this collection, whose id it has.
    pub(crate) across: Option<String>,
    /// A parent with these values, or one of a list, has none.
    #[serde(default)]
    pub(crate) unless: Map<String, Value>,
    /// Fields with the value of a row above.
    #[serde(default)]
    pub(crate) from: BTreeMap<String, Source>,
    /// Fields with the value of any row of a collection; those of one collection are of the same row.
    #[serde(default)]
    pub(crate) pick: BTreeMap<String, Source>,
    /// Whether rows with the same parent pick one after another, from those of the nearest row above that has some.
    #[serde(default)]
    pub(crate) in_turn: bool,
    /// Values that occur together.
    #[serde(default)]
    pub(crate) kinds: Vec<Map<String, Value>>,
    /// Values of fields, with words in braces.
    #[serde(default)]
    pub(crate) values: Map<String, Value>,
    /// Fields with the same value in all of them.
    #[serde(default)]
    pub(crate) always: BTreeMap<String, Value>,
    /// Fields of the model that are never written.
    #[serde(default)]
    pub(crate) never: Vec<String>,
    /// The field that counts the children.
    pub(crate) children: Option<String>,
    /// The collections of the children that are counted; all if there are none.
    #[serde(default)]
    pub(crate) counted: Vec<String>,
    #[serde(default)]
    pub(crate) fields: Vec<Field>,
    /// The source of the value of each field.
    #[serde(skip)]
    pub(crate) roles: Vec<Role>,
}

fn one() -> u64 {
    1
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
    /// A field of a row above.
    From(Source),
    /// Stored in the row.
    Stored,
}

/// A field of another collection, written `collection.field`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Source {
    pub(crate) collection: String,
    pub(crate) field: String,
}

impl TryFrom<String> for Source {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (collection, field) = text.split_once('.').ok_or("a source is written `collection.field`")?;
        Ok(Self { collection: collection.to_owned(), field: field.to_owned() })
    }
}

/// Their parent.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Parent {
    /// The field of the parent's id.
    pub(crate) field: String,
    /// Where the parent is; in one of several if it can be of several kinds.
    #[serde(default, deserialize_with = "one_or_more")]
    pub(crate) collection: Vec<String>,
    /// The one id above all of them.
    pub(crate) root: Option<String>,
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

    /// The collections of the parents.
    pub(crate) fn above(&self) -> &[String] {
        self.parent.as_ref().map_or(&[], |parent| &parent.collection)
    }

    pub(crate) fn root(&self) -> &str {
        self.parent.as_ref().and_then(|parent| parent.root.as_deref()).unwrap_or_default()
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The first id, if ids are GUIDs that tell their number.
    pub(crate) fn first_guid(&self) -> Option<&str> {
        self.first.as_ref()?.as_str().filter(|first| names::is_guid(first))
    }

    /// Whether a parent with these values has none.
    pub(crate) fn spares(&self, value: impl Fn(&str) -> Option<Value>) -> bool {
        let is = |(field, unwanted): (&String, &Value)| {
            let value = value(field).unwrap_or_default();
            unwanted.as_array().map_or(*unwanted == value, |list| list.contains(&value))
        };
        !self.unless.is_empty() && self.unless.iter().all(is)
    }

    /// Whether ids are integers, as texts or not.
    pub(crate) fn counts(&self) -> bool {
        self.first.as_ref().is_some_and(Value::is_u64)
    }

    /// Whether rows belong to their parents and are made from them.
    pub(crate) fn is_held(&self) -> bool {
        self.each.is_some() || self.is_constant()
    }

    /// Whether every parent has these rows, also one that was created.
    pub(crate) fn is_constant(&self) -> bool {
        self.single || self.across.is_some()
    }

    /// Whether the values of a row follow from its position, rather than from all rows before it.
    pub(crate) fn is_made(&self) -> bool {
        self.is_held() || !self.kinds.is_empty() || !self.values.is_empty() || !self.pick.is_empty()
    }

    /// Whether an object is an organization with a contact.
    pub(crate) fn is_organization(&self) -> bool {
        self.field("contactEmail").is_some() && self.field("contactFirstName").is_some()
    }

    /// Whether an object is a company whose contact is an object.
    pub(crate) fn is_company(&self) -> bool {
        self.title.is_some() && self.field("contact").is_some()
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
        } else if let Some(source) = self.from.get(name) {
            Role::From(source.clone())
        } else if self.never.iter().any(|never| never == name) {
            Role::Never
        } else {
            Role::Stored
        }
    }
}
