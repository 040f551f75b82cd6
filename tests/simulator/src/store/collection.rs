//! The rows of one collection, in the order of their making.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::table::Spec;

/// One of the things that a collection holds.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: Box<str>,
    /// What it stands under; empty where that is nothing.
    pub(crate) parent: Box<str>,
    /// The values of the fields that are kept, in the order of the table.
    pub(crate) cells: Box<[Value]>,
}

#[derive(Debug, Clone)]
pub(crate) struct Collection {
    pub(crate) spec: &'static Spec,
    rows: Vec<Row>,
    places: HashMap<Box<str>, usize>,
    /// Places of what stands directly under each id.
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

    /// Places of the rows that stand under this id.
    pub(super) fn under(&self, id: &str) -> &[usize] {
        self.under.get(id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn cell<'r>(&self, row: &'r Row, field: &str) -> Option<&'r Value> {
        row.cells.get(self.spec.kept().position(|kept| kept.name == field)?)
    }

    pub(super) fn change(&mut self, id: &str, body: &Map<String, Value>, others: bool) {
        let Some(place) = self.places.get(id) else { return };
        for (field, cell) in self.spec.kept().zip(&mut self.rows[*place].cells) {
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
