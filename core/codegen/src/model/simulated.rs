//! What the simulator holds, and how it serves an operation from that.

use serde::Serialize;
use serde_json::Value;

/// Things of one kind that a service holds.
#[derive(Debug, Clone, Serialize)]
pub struct Collection {
    /// Its name in the simulator's state and options.
    pub name: String,
    /// What it holds.
    pub doc: String,
    /// How many there are to begin with, where that is an option.
    pub count: Option<i64>,
    /// How the state shows it.
    pub shape: CollectionShape,
    /// What the generic store needs; nothing where the simulator has code of its own.
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
    /// Lists of objects by the key of what they belong to.
    Lists,
}

/// How the generic store serves an operation, in the form in which the simulator reads it.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// The collection that it reads or changes, where there is one.
    pub collection: Option<String>,
    /// The row of the simulator's table.
    pub row: Value,
}
