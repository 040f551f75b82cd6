//! The data of the services as far as lists and objects are sufficient: `collection[scope][id]`, served by the table.

mod check;
mod collection;
mod guids;
mod held;
mod load;
mod make;
mod pattern;
mod query;
mod reply;
pub(crate) mod schema;
mod seed;
pub(crate) mod serve;
pub(crate) mod spec;
pub(crate) mod table;
mod targets;
#[cfg(test)]
mod tests;
mod tree;
pub(crate) mod view;
#[cfg(test)]
mod word_tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use fastrand::Rng;
use serde_json::{Map, Value};

use crate::options::Options;
use crate::state::names;
use collection::{Cells, Collection, Row};
pub(crate) use load::lists;
use spec::Spec;
use table::Table;

/// All collections of the table that the store holds.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    /// In the order of the table: children follow their parents.
    collections: Vec<Collection>,
    /// The top-level collection of each, known from the beginning because every new id asks for it.
    tops: Vec<&'static str>,
    /// The next number of counted ids.
    next: BTreeMap<&'static str, u64>,
    rng: Rng,
    seed: u64,
}

impl Store {
    pub(crate) fn seeded(table: &'static Table, options: &Options) -> Self {
        let mut store = Self::empty(table, options.seed);
        let mut rng = Rng::with_seed(options.seed);
        for at in 0..store.collections.len() {
            let spec = store.collections[at].spec;
            if spec.is_held() {
                store.collections[at].makes = true;
            } else if spec.of.is_empty() {
                let count = options.count(&spec.name).or(spec.count).unwrap_or(spec.kinds.len());
                store.seed(at, count, options.own_id(&spec.name), &mut rng);
                store.collections[at].seal();
            }
            store.skip_to_first(spec);
        }
        store
    }

    /// Seeds a collection with so many rows; the second, or the only one, has the id that the credentials name.
    fn seed(&mut self, at: usize, count: usize, own: Option<&str>, rng: &mut Rng) {
        let spec = self.collections[at].spec;
        self.skip_to_first(spec);
        let parents: Vec<Arc<str>> =
            self.holders(spec).flat_map(Collection::rows).map(|row| Arc::clone(&row.id)).collect();
        if parents.is_empty() && !spec.above().is_empty() {
            return;
        }
        for index in 0..count {
            let parent = match parents.len() {
                0 => spec.root().into(),
                // Where there are many parents, the first has rows, and the others as many as chance gives them.
                all if spec.is_made() && index > 0 => {
                    Arc::clone(&parents[self.rng_of(spec, &format!("parent {index}")).usize(..all)])
                }
                all => Arc::clone(&parents[index % all]),
            };
            let cells = if spec.is_made() {
                Cells::Seeded(u32::try_from(index).unwrap_or_default())
            } else {
                Cells::Stored(self.described(rng, spec, index, &parent, None))
            };
            let own = own.filter(|own| self.collections[at].place(own).is_none());
            let id = match own.filter(|_| index == 1.min(count - 1)) {
                Some(own) => own.into(),
                None => self.next_id(spec),
            };
            self.collections[at].put(Row { id, parent, cells });
        }
    }

    /// The values of a row of the seed.
    fn seeded_cells(&self, spec: &Spec, row: &Row, number: u32) -> Box<[Value]> {
        let index = usize::try_from(number).unwrap_or_default();
        let place = make::Place { index, kind: index, turn: index, id: &row.id, parent: &row.parent };
        make::made(self, &mut self.rng_of(spec, &format!("row {number}")), spec, &place, &Map::new())
    }

    fn empty(table: &'static Table, seed: u64) -> Self {
        let stored = table.collections.iter().filter(|spec| !spec.by_hand);
        Self::of(stored.map(Collection::new).collect(), Rng::with_seed(seed ^ 0x570e), seed)
    }

    fn of(collections: Vec<Collection>, rng: Rng, seed: u64) -> Self {
        let mut store = Self { collections, tops: Vec::new(), next: BTreeMap::new(), rng, seed };
        store.tops = store.specs().map(|spec| store.top(spec)).collect();
        store
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

    /// Whether there can be no organizations below one of this collection.
    fn is_leaf(&self, spec: &Spec) -> bool {
        let mut others = self.collections.iter().map(|other| other.spec);
        !others.any(|other| other.is_organization() && other.above().contains(&spec.name))
    }

    fn is_taken(&self, spec: &Spec, id: &str) -> bool {
        let own = self.collections.iter().position(|collection| std::ptr::eq(collection.spec, spec));
        let top = own.map(|at| self.tops[at]);
        let mut family = self.collections.iter().zip(&self.tops).filter(|(_, other)| Some(**other) == top);
        id == spec.root() || family.any(|(collection, _)| collection.place(id).is_some())
    }

    /// Ids of this collection begin no lower than its first one.
    fn skip_to_first(&mut self, spec: &'static Spec) {
        let first = seed::first_number(spec);
        // The ids of rows that are made when they are read are not used again.
        let first = first + spec.step * u64::try_from(self.room(spec)).unwrap_or_default();
        let next = self.next.entry(spec.counter()).or_default();
        *next = first.max(*next);
    }

    /// An unused id.
    fn next_id(&mut self, spec: &'static Spec) -> Arc<str> {
        if let Some(first) = spec.first_guid() {
            let salt = self.salt(spec);
            loop {
                let next = self.next.entry(spec.counter()).or_default();
                let id = guids::guid(first, salt, *next);
                *next += 1;
                if !self.is_taken(spec, &id) {
                    return id.into();
                }
            }
        }
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
            *next += spec.step;
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
            let row = self.view(&above.spec.name, parent)?;
            row.value(above.spec.title.as_deref()?)?.as_str().map(str::to_owned)
        });
        let place = seed::Place {
            index,
            above: above.as_deref(),
            is_leaf: self.is_leaf(spec),
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
    ) -> Option<Arc<str>> {
        let spec = self.collection(name)?.spec;
        let parent: Arc<str> = parent.unwrap_or(spec.root()).into();
        self.keep(name, &parent);
        let id = self.next_id(spec);
        let given = |field: &schema::Field| body.get(&field.name).map(|value| field.schema.stored(value));
        let cells = spec.stored().map(|field| given(field).unwrap_or_default()).collect();
        self.collection_mut(name)?.put(Row { id: Arc::clone(&id), parent, cells: Cells::Stored(cells) });
        Some(id)
    }

    /// Sets these fields of the row with this parent and id.
    pub(crate) fn change(&mut self, name: &str, place: (&str, &str), fields: &Map<String, Value>) {
        self.keep(name, place.0);
        let view = self.view_of(name, place);
        let Some(cells) = view.map(|view| view.cells().into_owned().into()) else { return };
        if let Some(collection) = self.collection_mut(name) {
            collection.change(place, cells, fields);
        }
    }

    /// Deletes the row with this parent and id, and its children.
    pub(crate) fn remove(&mut self, name: &str, (parent, id): (&str, &str)) {
        self.keep(name, parent);
        if let Some(collection) = self.collection_mut(name) {
            collection.remove(parent, id);
        }
        let is_above = |spec: &Spec| spec.above().iter().any(|above| above == name);
        for at in 0..self.collections.len() {
            let below = &self.collections[at];
            if !is_above(below.spec) {
                continue;
            }
            if below.spec.is_held() {
                self.collections[at].forget(id);
                continue;
            }
            let name = below.spec.name.as_str();
            let orphans: Vec<_> = below
                .under(id)
                .iter()
                .filter_map(|at| below.at(*at))
                .map(|row| Arc::clone(&row.id))
                .collect();
            for orphan in orphans {
                self.remove(name, (id, &orphan));
            }
        }
    }

    /// The number of children of a row, as its field counts them.
    fn children(&self, spec: &Spec, id: &str) -> usize {
        let counted = |below: &&Collection| {
            let is_below = below.spec.above().contains(&spec.name);
            is_below && (spec.counted.is_empty() || spec.counted.contains(&below.spec.name))
        };
        self.collections.iter().filter(counted).map(|below| below.under(id).len()).sum()
    }
}
