//! The data of the services as far as lists and objects are sufficient: `collection[scope][id]`, served by the table.

mod check;
mod collection;
mod load;
mod seed;
pub(crate) mod serve;
pub(crate) mod table;
#[cfg(test)]
mod tests;
pub(crate) mod view;

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Map, Value};

use crate::options::Options;
use crate::state::names;
use collection::{Collection, Row};
pub(crate) use load::lists;
use table::{Spec, Table};
use view::View;

/// All collections of the table that the store holds.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    /// In the order of the table: children follow their parents.
    collections: Vec<Collection>,
    /// The next number of counted ids.
    next: BTreeMap<&'static str, u64>,
    rng: Rng,
}

impl Store {
    pub(crate) fn seeded(table: &'static Table, options: &Options) -> Self {
        let mut store = Self::empty(table, options.seed);
        let mut rng = Rng::with_seed(options.seed);
        for at in 0..store.collections.len() {
            let spec = store.collections[at].spec;
            store.skip_to_first(spec);
            let count = options.count(&spec.name).or(spec.count).unwrap_or_default();
            for index in 0..count {
                let parent = match store.above(spec) {
                    None => spec.root().into(),
                    Some(above) if above.rows().is_empty() => break,
                    Some(above) => above.rows()[index % above.rows().len()].id.clone(),
                };
                let cells = store.described(&mut rng, spec, index, &parent, None);
                let id = store.next_id(spec);
                store.collections[at].put(Row { id, parent, cells });
            }
        }
        store
    }

    fn empty(table: &'static Table, seed: u64) -> Self {
        let stored = table.collections.iter().filter(|spec| !spec.by_hand);
        Self {
            collections: stored.map(Collection::new).collect(),
            next: BTreeMap::new(),
            rng: Rng::with_seed(seed ^ 0x570e),
        }
    }

    pub(crate) fn collection(&self, name: &str) -> Option<&Collection> {
        self.collections.iter().find(|collection| collection.spec.name == name)
    }

    fn collection_mut(&mut self, name: &str) -> Option<&mut Collection> {
        self.collections.iter_mut().find(|collection| collection.spec.name == name)
    }

    pub(crate) fn specs(&self) -> impl Iterator<Item = &'static Spec> {
        self.collections.iter().map(|collection| collection.spec)
    }

    fn above(&self, spec: &Spec) -> Option<&Collection> {
        self.collection(spec.above()?)
    }

    /// Whether this collection is that one, or below it.
    fn is_below(&self, spec: &Spec, name: &str) -> bool {
        spec.name == name || self.above(spec).is_some_and(|above| self.is_below(above.spec, name))
    }

    /// The top-level collection of this one; ids are unique below it.
    fn top<'s>(&'s self, spec: &'s Spec) -> &'s str {
        self.above(spec).map_or(spec.name.as_str(), |above| self.top(above.spec))
    }

    fn is_taken(&self, spec: &Spec, id: &str) -> bool {
        let top = self.top(spec);
        let family = self.collections.iter().filter(|collection| self.top(collection.spec) == top);
        id == spec.root() || family.into_iter().any(|collection| collection.get(id).is_some())
    }

    /// Ids of this collection begin no lower than its first one.
    fn skip_to_first(&mut self, spec: &'static Spec) {
        let first = spec.first.as_ref().map_or(1, |first| seed::number_of(first).1);
        let next = self.next.entry(spec.counter()).or_default();
        *next = first.max(*next);
    }

    /// An unused id.
    fn next_id(&mut self, spec: &'static Spec) -> Box<str> {
        if spec.field(&spec.id).is_some_and(|field| field.schema.format.as_deref() == Some("uuid")) {
            return names::guid(&mut self.rng).into();
        }
        let (prefix, width) = spec.first.as_ref().map_or((String::new(), 0), |first| {
            let (prefix, number) = seed::number_of(first);
            let width = first.as_str().map_or(0, |text| text.len() - prefix.len());
            (prefix, width.max(number.to_string().len()))
        });
        loop {
            let next = self.next.entry(spec.counter()).or_insert(1);
            let number = *next;
            *next += 1;
            let id = format!("{prefix}{number:0width$}");
            if !self.is_taken(spec, &id) {
                return id.into();
            }
        }
    }

    /// The values of a row of which only the name is given.
    fn described(
        &self,
        rng: &mut Rng,
        spec: &Spec,
        index: usize,
        parent: &str,
        name: Option<&str>,
    ) -> Box<[Value]> {
        let above = self.above(spec).and_then(|above| {
            let row = above.get(parent)?;
            above.cell(row, above.spec.title.as_deref()?)?.as_str()
        });
        let place = seed::Place {
            index,
            above,
            is_leaf: self.collections.iter().all(|other| other.spec.above() != Some(&spec.name)),
            before: self.collection(&spec.name).map_or(0, |collection| collection.under(parent).len()),
        };
        seed::cells(rng, spec, &place, name)
    }

    /// Creates a row from the fields of a request, and returns its id.
    pub(crate) fn create(
        &mut self,
        name: &str,
        parent: Option<&str>,
        body: &Map<String, Value>,
    ) -> Option<Box<str>> {
        let spec = self.collection(name)?.spec;
        let id = self.next_id(spec);
        let cells = spec.stored().map(|field| body.get(&field.name).cloned().unwrap_or_default()).collect();
        let parent = parent.unwrap_or(spec.root()).into();
        self.collection_mut(name)?.put(Row { id: id.clone(), parent, cells });
        Some(id)
    }

    /// Changes the given fields; with `others` the rest becomes null.
    pub(crate) fn change(&mut self, name: &str, id: &str, body: &Map<String, Value>, others: bool) {
        if let Some(collection) = self.collection_mut(name) {
            collection.change(id, body, others);
        }
    }

    /// Deletes a row and its children.
    pub(crate) fn remove(&mut self, name: &str, id: &str) {
        if let Some(collection) = self.collection_mut(name) {
            collection.remove(id);
        }
        let below: Vec<_> =
            self.collections.iter().filter(|below| below.spec.above() == Some(name)).collect();
        let orphans: Vec<_> = below
            .into_iter()
            .flat_map(|below| {
                below.under(id).iter().map(|at| (below.spec.name.as_str(), below.rows()[*at].id.clone()))
            })
            .collect();
        for (name, id) in orphans {
            self.remove(name, &id);
        }
    }

    /// One row, as in a response.
    pub(crate) fn view(&self, name: &str, id: &str) -> Option<View<'_>> {
        let collection = self.collection(name)?;
        Some(self.shown(collection, collection.get(id)?))
    }

    /// The rows of a collection, or those with this parent.
    pub(crate) fn views(&self, name: &str, under: Option<&str>) -> Vec<View<'_>> {
        let Some(collection) = self.collection(name) else { return Vec::new() };
        let rows = collection.rows();
        match under {
            None => rows.iter().map(|row| self.shown(collection, row)).collect(),
            Some(id) => collection.under(id).iter().map(|at| self.shown(collection, &rows[*at])).collect(),
        }
    }

    fn shown<'s>(&'s self, collection: &'s Collection, row: &'s Row) -> View<'s> {
        let name = collection.spec.name.as_str();
        let counted = collection.spec.children.is_some();
        let below = self.collections.iter().filter(|below| counted && below.spec.above() == Some(name));
        View::new(collection.spec, row, below.map(|below| below.under(&row.id).len()).sum())
    }
}
