//! Loads collections. A collection that is not given is kept, except those that belong to a given one.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::{Map, Value};

use super::collection::{Collection, Row};
use super::table::{Role, Spec};
use super::{Store, check};
use crate::options::IdForm;
use crate::state::load::{self, Given};

/// The largest id that a test may choose if ids are counted; those above are for created objects.
const LARGEST: u64 = 999_999_999;

/// The given rows of each collection.
pub(crate) type Lists<'s> = BTreeMap<&'static str, &'s [Value]>;

impl Store {
    /// The store with these collections replacing its own.
    pub(crate) fn loaded(&self, lists: &Lists<'_>, seed: u64) -> Result<Self, String> {
        let mut made = self.clone();
        let gone = |spec: &Spec| lists.keys().any(|name| self.is_below(spec, name));
        for collection in made.collections.iter_mut().filter(|collection| gone(collection.spec)) {
            *collection = Collection::new(collection.spec);
        }
        let mut taken = made.taken(lists)?;
        let mut rng = Rng::with_seed(seed);
        for at in 0..made.collections.len() {
            let spec = made.collections[at].spec;
            let mut ids = made.counting_from_first(spec);
            for (index, given) in lists.get(spec.name.as_str()).into_iter().copied().flatten().enumerate() {
                let row = made.row(spec, index, given, (&mut ids, &mut taken), &mut rng)?;
                made.collections[at].put(row);
            }
        }
        made.count_again();
        Ok(made)
    }

    /// The ids that are in use after loading, by top-level collection.
    fn taken(&self, lists: &Lists<'_>) -> Result<BTreeSet<(String, String)>, String> {
        let mut taken = BTreeSet::new();
        for collection in &self.collections {
            let top = self.top(collection.spec);
            taken.insert((top.to_owned(), collection.spec.root().to_owned()));
            taken.extend(collection.rows().iter().map(|row| (top.to_owned(), row.id.to_string())));
        }
        for spec in self.specs() {
            for (index, given) in lists.get(spec.name.as_str()).into_iter().copied().flatten().enumerate() {
                if let Some(id) = given.get(&spec.id) {
                    let path = format!("{}[{index}].{}", spec.name, spec.id);
                    let id = id_of(spec, &path, id)?;
                    if !taken.insert((self.top(spec).to_owned(), id.clone())) {
                        return Err(format!("{path}: {id} is there already"));
                    }
                }
            }
        }
        Ok(taken)
    }

    fn row(
        &self,
        spec: &'static Spec,
        index: usize,
        given: &Value,
        (ids, taken): (&mut Self, &mut BTreeSet<(String, String)>),
        rng: &mut Rng,
    ) -> Result<Row, String> {
        let path = format!("{}[{index}]", spec.name);
        let Value::Object(fields) = given else { return Err(format!("{path}: must be an object")) };
        let parent = self.parent(spec, &path, fields)?;
        let name = spec.title.as_ref().and_then(|title| fields.get(title)?.as_str());
        let cells = self.described(rng, spec, index, &parent, name);
        let id = match fields.get(&spec.id) {
            Some(id) => id_of(spec, &path, id)?,
            None => self.free(spec, ids, taken),
        };
        let mut row = Row { id: id.into(), parent: parent.into(), cells };
        filled(spec, &path, fields, &mut row)?;
        Ok(row)
    }

    /// The id of a row's parent: the given one, or the first one.
    fn parent(&self, spec: &Spec, path: &str, fields: &Map<String, Value>) -> Result<String, String> {
        let Some(parent) = &spec.parent else { return Ok(String::new()) };
        let at = format!("{path}.{}", parent.field);
        let given = fields.get(&parent.field);
        let Some(above) = self.above(spec) else {
            return match given.map(|id| id_of(spec, &at, id)).transpose()? {
                Some(id) if id != spec.root() => {
                    Err(format!("{at}: {}s stand under {}", spec.noun(), spec.root()))
                }
                _ => Ok(spec.root().to_owned()),
            };
        };
        if let Some(id) = given {
            let id = id_of(above.spec, &at, id)?;
            let known = above.get(&id).is_some();
            return if known { Ok(id) } else { Err(format!("{at}: there is no {} {id}", above.spec.noun())) };
        }
        let first = above.rows().first().map(|row| row.id.to_string());
        first.ok_or_else(|| format!("{path}: there is no {}", above.spec.noun()))
    }

    /// The next unused id.
    fn free(&self, spec: &'static Spec, ids: &mut Self, taken: &mut BTreeSet<(String, String)>) -> String {
        let top = self.top(spec).to_owned();
        loop {
            let id = ids.next_id(spec).to_string();
            if taken.insert((top.clone(), id.clone())) {
                return id;
            }
        }
    }

    /// An empty store whose ids of this collection begin with the first.
    fn counting_from_first(&self, spec: &'static Spec) -> Self {
        let collections = self.specs().map(Collection::new).collect();
        let mut empty = Self { collections, next: BTreeMap::new(), rng: self.rng.clone() };
        empty.skip_to_first(spec);
        empty
    }

    /// Ids that are created later count up from the highest.
    fn count_again(&mut self) {
        self.next.clear();
        for at in 0..self.collections.len() {
            let collection = &self.collections[at];
            let numbers = collection.rows().iter().filter_map(|row| Some(row.id.parse::<u64>().ok()? + 1));
            let (spec, highest) = (collection.spec, numbers.max().unwrap_or_default());
            self.skip_to_first(spec);
            let next = self.next.entry(spec.counter()).or_default();
            *next = highest.max(*next);
        }
    }
}

/// Copies given values into a row; derived fields are ignored.
fn filled(spec: &'static Spec, path: &str, given: &Map<String, Value>, row: &mut Row) -> Result<(), String> {
    let shown = super::view::View::new(spec, row, 0).written(IdForm::String);
    let shown = serde_json::to_value(&shown).map_err(|error| format!("{path}: {error}"))?;
    for (name, value) in given {
        let Some(default) = shown.get(name) else {
            let known: Vec<_> =
                shown.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
            return Err(format!("{path}.{name}: unknown field; known are {}", known.join(", ")));
        };
        if spec.role(name) != Role::Stored {
            continue;
        }
        let fits = spec.field(name).is_none_or(|field| check::is_of_type(&field.schema, value));
        if !fits {
            return Err(format!("{path}.{name}: {value} is of another kind than {default}"));
        }
    }
    for (field, cell) in spec.stored().zip(&mut row.cells) {
        if let Some(value) = given.get(&field.name) {
            cell.clone_from(value);
        }
    }
    Ok(())
}

/// An id in stored form: a text.
fn id_of(spec: &Spec, path: &str, given: &Value) -> Result<String, String> {
    if !spec.counts() {
        return load::text(path, given);
    }
    let id = load::id(path, given)?;
    if id <= LARGEST { Ok(id.to_string()) } else { Err(format!("{path}: {id} is above {LARGEST}")) }
}

/// The given data of the store's collections.
pub(crate) fn lists<'s>(
    store: &Store,
    list: impl Fn(&str) -> Result<Given<'s>, String>,
) -> Result<Lists<'s>, String> {
    let mut given = Lists::new();
    for spec in store.specs() {
        if let Some(list) = list(&spec.name)? {
            given.insert(&spec.name, list);
        }
    }
    Ok(given)
}
