//! The rows of one collection, in the order of creation.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::table::Spec;

/// An object in a collection.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: Box<str>,
    /// Its parent's id; empty if it has no parent.
    pub(crate) parent: Box<str>,
    /// The values of the stored fields, in the order of the table.
    pub(crate) cells: Box<[Value]>,
}

#[derive(Debug, Clone)]
pub(crate) struct Collection {
    pub(crate) spec: &'static Spec,
    rows: Vec<Row>,
    places: HashMap<Box<str>, usize>,
    /// Indices of the children of each id.
    under: HashMap<Box<str>, Vec<usize>>,
}

impl Collection {
    pub(super) fn new(spec: &'static Spec) -> Self {
        Self { spec, rows: Vec::new(), places: HashMap::new(), under: HashMap::new() }
    }

    pub(super) fn put(&mut self, row: Row) {
        let place = self.rows.len();
        self.places.insert(row.id.clone(), place);
        self.under.entry(row.parent.clone()).or_default().push(place);
        self.rows.push(row);
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(super) fn get(&self, id: &str) -> Option<&Row> {
        self.places.get(id).map(|place| &self.rows[*place])
    }

    /// Indices of the rows with this parent.
    pub(super) fn under(&self, id: &str) -> &[usize] {
        self.under.get(id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn cell<'r>(&self, row: &'r Row, field: &str) -> Option<&'r Value> {
        row.cells.get(self.spec.stored().position(|stored| stored.name == field)?)
    }

    pub(super) fn change(&mut self, id: &str, body: &Map<String, Value>, others: bool) {
        let Some(place) = self.places.get(id) else { return };
        for (field, cell) in self.spec.stored().zip(&mut self.rows[*place].cells) {
            match body.get(&field.name) {
                Some(value) => cell.clone_from(value),
                None if others => *cell = Value::Null,
                None => {}
            }
        }
    }

    pub(super) fn remove(&mut self, id: &str) {
        let Some(place) = self.places.get(id) else { return };
        let mut rows = std::mem::take(&mut self.rows);
        rows.remove(*place);
        *self = Self::new(self.spec);
        for row in rows {
            self.put(row);
        }
    }
}
