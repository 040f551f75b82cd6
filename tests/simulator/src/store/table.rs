//! The generated table: the collections, and the operations that read and change them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::schema::{Field, Schema, one_or_more};
use super::spec::Spec;

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

/// An operation that the store serves.
#[derive(Debug, Clone, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is one word of the documents")]
pub(crate) struct Served {
    pub(crate) operation: String,
    pub(crate) verb: Verb,
    #[serde(default)]
    pub(crate) collection: String,
    /// The collection whose id precedes in the path.
    pub(crate) scope: Option<String>,
    /// The place of the scope's id among the path's parameters, if it is not the one before the object's.
    pub(crate) at: Option<usize>,
    /// The field that the object's id in the path names, if that is not the id.
    pub(crate) key: Option<String>,
    /// The member of an object that has the list.
    pub(crate) under: Option<String>,
    /// Whether what is below the scope's children belongs to it too.
    #[serde(default)]
    pub(crate) below: bool,
    /// The names of the path's parameters.
    #[serde(default)]
    pub(crate) params: Vec<String>,
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
    /// The parameters of the query.
    #[serde(default)]
    pub(crate) query: Vec<Field>,
    #[serde(default)]
    pub(crate) body: Vec<Field>,
    /// The fields of each object of a body that is a list.
    #[serde(default)]
    pub(crate) entries: Vec<Field>,
    /// How long a body that is a list may be.
    #[serde(default)]
    pub(crate) list: Schema,
    #[serde(default)]
    pub(crate) example: Value,
    /// The members beside `data` in a response that has one in all examples.
    pub(crate) around: Option<Map<String, Value>>,
    /// Whether `data` has a list.
    #[serde(default)]
    pub(crate) data_is_list: bool,
    /// Whether a list is an array, and nothing around it.
    #[serde(default)]
    pub(crate) bare: bool,
    /// Whether an object is the only entry of a list.
    #[serde(default)]
    pub(crate) in_list: bool,
    /// Whether the response is the example, with the values of the row, the path and the body.
    #[serde(default)]
    pub(crate) like_example: bool,
    /// The field of the body with the ids of the parents.
    pub(crate) into: Option<String>,
    /// The field of the body with the objects; the body itself if it is empty.
    pub(crate) items: Option<String>,
    /// The field of the body, or of its objects, with the ids.
    pub(crate) by: Option<String>,
    /// Whether the object is the first of its collection.
    #[serde(default)]
    pub(crate) first: bool,
    /// Fields of a row that the body calls by another name.
    #[serde(default)]
    pub(crate) rename: BTreeMap<String, String>,
    /// Fields of a row that a write sets.
    #[serde(default)]
    pub(crate) sets: Map<String, Value>,
    /// Which parameter keeps the rows with its value in which field; `>=` and `<=` before the field for limits.
    #[serde(default)]
    pub(crate) filter: BTreeMap<String, String>,
    /// Values of a parameter that keep all rows.
    #[serde(default, deserialize_with = "one_or_more")]
    pub(crate) any: Vec<String>,
    /// The refusals of objects by their collection, `root`, `unknown`, or a field and its value: `isProbe=true`, or `*`
    /// for any value.
    #[serde(default)]
    pub(crate) refuses: BTreeMap<String, Refusal>,
    /// What happens with an unknown id.
    #[serde(default)]
    pub(crate) unknown: Unknown,
    /// The option without which the service fails.
    pub(crate) needs: Option<String>,
    /// The status for a user without permission.
    #[serde(default = "forbidden")]
    pub(crate) denied: u16,
}

fn forbidden() -> u16 {
    403
}

/// A refusal by the kind of an object.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
}

/// What happens with an unknown id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unknown {
    /// It is not found.
    #[default]
    Missing,
    /// Nothing: the response is that of a success.
    Ignored,
    /// A success without an object.
    Empty,
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
    /// Checks the scope and the body for hand-written code.
    ByHand,
}
