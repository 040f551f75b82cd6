//! Rows that belong to their parents: made from the seed when they are read, and stored when one of them changes.

use std::borrow::Cow;
use std::sync::Arc;

use fastrand::Rng;
use serde_json::Map;

use super::Store;
use super::collection::{Cells, Collection, Row};
use super::spec::Spec;
use super::{guids, make, seed};

impl Store {
    /// The rows of this parent.
    pub(super) fn held<'s>(&'s self, collection: &'s Collection, parent: &str) -> Vec<Cow<'s, Row>> {
        if collection.is_stored(parent) || !collection.makes {
            let rows = collection.under(parent).iter().filter_map(|place| collection.at(*place));
            return rows.map(Cow::Borrowed).collect();
        }
        self.made(collection.spec, parent).into_iter().map(Cow::Owned).collect()
    }

    /// The rows that the seed gives a parent.
    fn made(&self, spec: &'static Spec, parent: &str) -> Vec<Row> {
        let has_none = spec.above().is_empty()
            || self.parent_of(spec, parent).is_none_or(|holder| spec.spares(|field| holder.value(field)));
        if has_none {
            return Vec::new();
        }
        let parent: Arc<str> = parent.into();
        if spec.single {
            return vec![self.made_row(spec, &parent, Arc::clone(&parent), 0)];
        }
        if let Some(across) = &spec.across {
            let ids = self.views(across).into_iter().map(|row| row.id().into());
            return ids.enumerate().map(|(index, id)| self.made_row(spec, &parent, id, index)).collect();
        }
        let (Some((least, most)), Some(ordinal)) = (spec.each, self.ordinal(spec, &parent)) else {
            return Vec::new();
        };
        // Every parent has room for the largest number, so that an id tells its parent.
        let count = if ordinal == 0 { most } else { self.rng_of(spec, &parent).usize(least..=most) };
        let made = |at: usize| {
            let number = ordinal * most + at;
            let id = if spec.counts() || spec.first_guid().is_some() || spec.id.is_empty() {
                self.id_of(spec, number)
            } else {
                seed::text_id(&mut self.rng_of(spec, &format!("{parent}/{at}")), spec, number)
            };
            self.made_row(spec, &parent, id.into(), at)
        };
        (0..count).map(made).collect()
    }

    fn made_row(&self, spec: &'static Spec, parent: &Arc<str>, id: Arc<str>, at: usize) -> Row {
        let index = match spec.each {
            Some((_, most)) => self.ordinal(spec, parent).unwrap_or_default() * most + at,
            None => self.ordinal(spec, parent).unwrap_or(1),
        };
        let mut rng = self.rng_of(spec, &format!("{parent}:{id}"));
        // The first parent has the first kinds, the others begin with any.
        let kinds = spec.kinds.len().max(1);
        let begin =
            if index < kinds { 0 } else { self.rng_of(spec, &format!("{parent} kinds")).usize(..kinds) };
        let kind = if spec.each.is_some() { begin + at } else { at };
        let place = make::Place { index, kind, turn: at, id: &id, parent };
        let cells = make::made(self, &mut rng, spec, &place, &Map::new());
        Row { id, parent: Arc::clone(parent), cells: Cells::Stored(cells) }
    }

    /// The row with this id, which tells its parent.
    pub(super) fn held_with_id<'s>(&'s self, collection: &'s Collection, id: &str) -> Option<Cow<'s, Row>> {
        let spec = collection.spec;
        if !collection.makes {
            return None;
        }
        let parent: Arc<str> = if spec.single {
            id.into()
        } else if let (Some((_, most)), true) = (spec.each, spec.counts() || spec.first_guid().is_some()) {
            let number = self.number_of(spec, id)?;
            self.holder(spec, number.checked_div(most)?)?
        } else {
            // Ids that tell nothing: their parents are asked one by one.
            let mut parents = spec.above().iter().flat_map(|name| self.views(name));
            parents
                .find(|parent| self.held(collection, parent.id()).iter().any(|row| &*row.id == id))?
                .id()
                .into()
        };
        self.held(collection, &parent).into_iter().find(|row| &*row.id == id)
    }

    /// The number of a parent among all that can have such rows; only those of the seed have one.
    fn ordinal(&self, spec: &Spec, parent: &str) -> Option<usize> {
        let holders = spec.above();
        holders.iter().enumerate().find_map(|(at, name)| {
            let above = self.collection(name)?;
            let place = match (above.spec.each, above.spec.is_held()) {
                (_, false) => above.place(parent).filter(|place| *place < above.seeded())?,
                (Some(_), true) if above.makes => {
                    let number = self.number_of(above.spec, parent)?;
                    (number < self.room(above.spec)).then_some(number)?
                }
                (None, true) if above.spec.single => self.ordinal(above.spec, parent)?,
                _ => return None,
            };
            Some(place * holders.len() + at)
        })
    }

    /// The parent with this number.
    fn holder(&self, spec: &Spec, ordinal: usize) -> Option<Arc<str>> {
        let holders = spec.above();
        let above = self.collection(holders.get(ordinal % holders.len().max(1))?)?;
        let place = ordinal / holders.len();
        if above.spec.single {
            return self.holder(above.spec, place);
        }
        if above.spec.is_held() {
            let id = self.id_of(above.spec, place);
            return (place < self.room(above.spec)).then(|| id.into());
        }
        above.at(place).filter(|_| place < above.seeded()).map(|row| Arc::clone(&row.id))
    }

    /// How many ids are reserved for the rows that the seed makes.
    pub(super) fn room(&self, spec: &Spec) -> usize {
        let most = match spec.each {
            Some((_, most)) => most,
            None if spec.single => 1,
            None => return 0,
        };
        let parents = |above: &Collection| {
            if above.spec.is_held() { self.room(above.spec) } else { above.seeded() }
        };
        most * spec.above().len() * self.holders(spec).map(parents).max().unwrap_or_default()
    }

    /// The id of the row with this number, if ids tell their numbers.
    fn id_of(&self, spec: &Spec, number: usize) -> String {
        match spec.first_guid() {
            Some(first) => guids::guid(first, self.salt(spec), u64::try_from(number).unwrap_or_default()),
            None => (first(spec) + number * step(spec)).to_string(),
        }
    }

    /// The number of the row with this id, if ids tell their numbers.
    pub(super) fn number_of(&self, spec: &Spec, id: &str) -> Option<usize> {
        if let Some(first) = spec.first_guid() {
            return usize::try_from(guids::number(first, self.salt(spec), id)?).ok();
        }
        let past = id.parse::<usize>().ok()?.checked_sub(first(spec))?;
        past.is_multiple_of(step(spec)).then(|| past / step(spec))
    }

    /// Makes the GUIDs of one collection others than those of the next.
    pub(super) fn salt(&self, spec: &Spec) -> u64 {
        self.rng_of(spec, "ids").u64(..)
    }

    /// The random numbers of something in a collection, always the same.
    pub(super) fn rng_of(&self, spec: &Spec, of: &str) -> Rng {
        let bytes = spec.name.bytes().chain([b'/']).chain(of.bytes());
        // FNV-1a.
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Rng::with_seed(self.seed ^ hash)
    }

    /// Stores the rows of a parent, which then can change.
    pub(super) fn keep(&mut self, name: &str, parent: &str) {
        let Some(collection) = self.collection(name) else { return };
        if !collection.spec.is_held() || collection.is_stored(parent) {
            return;
        }
        let rows = self.held(collection, parent).into_iter().map(Cow::into_owned).collect();
        if let Some(collection) = self.collection_mut(name) {
            // Rows that are stored already, because none are made, keep their places.
            let rows = if collection.makes { rows } else { Vec::new() };
            collection.store(parent, rows);
        }
    }
}

fn step(spec: &Spec) -> usize {
    usize::try_from(spec.step).unwrap_or(1).max(1)
}

/// The first id, as a number.
fn first(spec: &Spec) -> usize {
    usize::try_from(seed::first_number(spec)).unwrap_or(1)
}
