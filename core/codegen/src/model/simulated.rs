//! The simulator's collections, and how it serves operations from them.

use serde::Serialize;
use serde_json::Value;

/// A collection of objects of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct Collection {
    /// Its name in the simulator's state and options.
    pub name: String,
    /// What it contains.
    pub doc: String,
    /// The initial number of objects, if that is an option.
    pub count: Option<i64>,
    /// How the state shows it.
    pub shape: CollectionShape,
    /// Whether it shows the rows of other collections in another form.
    pub is_form: bool,
    /// The row for the generic store; `None` if the simulator has code of its own for it.
    #[serde(skip)]
    pub stored: Option<Value>,
}

/// How the state shows a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectionShape {
    /// A list of objects.
    Objects,
    /// A list of texts.
    Texts,
    /// Lists of objects by the key of their parent.
    Lists,
}

/// How the generic store serves an operation, in the simulator's format.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// The collection that it reads or changes, if any.
    pub collection: Option<String>,
    /// The row of the simulator's table.
    pub row: Value,
}
