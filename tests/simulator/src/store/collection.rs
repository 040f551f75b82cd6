//! The rows of one collection, in the order of creation.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::spec::Spec;

/// An object in a collection.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: Arc<str>,
    /// Its parent's id; empty if it has no parent.
    pub(crate) parent: Arc<str>,
    pub(crate) cells: Cells,
}

/// The values of the stored fields, in the order of the table.
#[derive(Debug, Clone)]
pub(crate) enum Cells {
    Stored(Box<[Value]>),
    /// Made from the seed and the number of the row.
    Seeded(u32),
}

#[derive(Debug, Clone)]
pub(crate) struct Collection {
    pub(crate) spec: &'static Spec,
    /// None where a row was deleted, so that the others keep their places.
    rows: Vec<Option<Row>>,
    places: HashMap<Arc<str>, usize>,
    /// Places of the children of each id.
    under: HashMap<Arc<str>, Vec<usize>>,
    /// How many rows the seed made.
    seeded: usize,
    /// Parents whose rows are stored, if others' rows are made when they are read.
    stored: HashSet<Arc<str>>,
    /// Whether parents that are not in `stored` have rows.
    pub(super) makes: bool,
}

impl Collection {
    pub(super) fn new(spec: &'static Spec) -> Self {
        Self {
            spec,
            rows: Vec::new(),
            places: HashMap::new(),
            under: HashMap::new(),
            seeded: 0,
            stored: HashSet::new(),
            makes: spec.is_constant(),
        }
    }

    pub(super) fn put(&mut self, row: Row) {
        let place = self.rows.len();
        self.places.insert(self.key(&row.parent, &row.id), place);
        self.under.entry(Arc::clone(&row.parent)).or_default().push(place);
        self.rows.push(Some(row));
    }

    /// Only in a collection across another one, ids are unique within a parent.
    fn key(&self, parent: &str, id: &Arc<str>) -> Arc<str> {
        if self.spec.across.is_some() { format!("{parent}/{id}").into() } else { Arc::clone(id) }
    }

    pub(super) fn seal(&mut self) {
        self.seeded = self.rows.len();
    }

    /// The number of places that the seed filled.
    pub(super) fn seeded(&self) -> usize {
        self.seeded
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().flatten()
    }

    pub(super) fn at(&self, place: usize) -> Option<&Row> {
        self.rows.get(place)?.as_ref()
    }

    /// The place of the row with this id.
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    pub(super) fn get(&self, id: &str) -> Option<&Row> {
        self.at(self.place(id)?)
    }

    /// Places of the rows with this parent.
    pub(super) fn under(&self, id: &str) -> &[usize] {
        self.under.get(id).map_or(&[], Vec::as_slice)
    }

    /// Whether the rows of this parent are stored.
    pub(super) fn is_stored(&self, parent: &str) -> bool {
        self.stored.contains(parent)
    }

    /// From now on the rows of this parent are stored: these.
    pub(super) fn store(&mut self, parent: &str, rows: Vec<Row>) {
        if self.stored.insert(parent.into()) {
            for row in rows {
                self.put(row);
            }
        }
    }

    /// The row with this id, or the one of this parent in a collection across another one.
    fn own(&self, parent: &str, id: &str) -> Option<usize> {
        if self.spec.across.is_some() { self.place(&format!("{parent}/{id}")) } else { self.place(id) }
    }

    /// Sets these fields of a row that has these values.
    pub(super) fn change(
        &mut self,
        (parent, id): (&str, &str),
        mut cells: Box<[Value]>,
        fields: &Map<String, Value>,
    ) {
        for (field, cell) in self.spec.stored().zip(&mut cells) {
            if let Some(value) = fields.get(&field.name) {
                *cell = field.schema.stored(value);
            }
        }
        if let Some(row) = self.own(parent, id).and_then(|place| self.rows[place].as_mut()) {
            row.cells = Cells::Stored(cells);
        }
    }

    pub(super) fn remove(&mut self, parent: &str, id: &str) {
        let Some(place) = self.own(parent, id) else { return };
        let Some(row) = self.rows[place].take() else { return };
        self.places.remove(&self.key(&row.parent, &row.id));
        if let Some(siblings) = self.under.get_mut(&row.parent) {
            siblings.retain(|other| *other != place);
        }
    }

    /// Forgets the rows of a parent that no longer exists.
    pub(super) fn forget(&mut self, parent: &str) {
        for place in self.under.remove(parent).unwrap_or_default() {
            if let Some(row) = self.rows[place].take() {
                self.places.remove(&self.key(&row.parent, &row.id));
            }
        }
        self.stored.remove(parent);
    }
}
