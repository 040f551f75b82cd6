//! Loads collections. A collection that is not given is kept, except those that belong to a given one.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::{Map, Value};

use super::collection::{Cells, Collection, Row};
use super::spec::{Role, Spec};
use super::view::View;
use super::{Store, check, make};
use crate::options::IdForm;
use crate::state::load::{self, Given};

/// The largest id that a test may choose if ids are counted; those above are for created objects.
const LARGEST: u64 = 1_999_999_999;

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
                made.place_in(at, row);
            }
        }
        made.count_again();
        Ok(made)
    }

    /// Adds a row with this id if there is none.
    pub(crate) fn ensure(&mut self, name: &str, id: &str) {
        let Some(collection) = self.collection_mut(name).filter(|held| held.place(id).is_none()) else {
            return;
        };
        let number = u32::try_from(collection.rows().count()).unwrap_or_default();
        let parent = collection.spec.root().into();
        collection.put(Row { id: id.into(), parent, cells: Cells::Seeded(number) });
    }

    /// The ids that are in use after loading, by top-level collection.
    fn taken(&self, lists: &Lists<'_>) -> Result<BTreeSet<(String, String)>, String> {
        let mut taken = BTreeSet::new();
        for collection in &self.collections {
            let top = self.top(collection.spec);
            taken.insert((top.to_owned(), collection.spec.root().to_owned()));
            taken.extend(collection.rows().map(|row| (top.to_owned(), row.id.to_string())));
        }
        for spec in self.specs() {
            for (index, given) in lists.get(spec.name.as_str()).into_iter().copied().flatten().enumerate() {
                if let Some(id) = given.get(&spec.id).filter(|_| !spec.is_constant()) {
                    let path = format!("{}[{index}].{}", spec.name, spec.id);
                    let id = id_of(self.counts(spec), &path, id)?;
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
        let id = match (fields.get(&spec.id), &spec.across) {
            (Some(id), _) => id_of(self.counts(spec), &path, id)?,
            (None, None) if spec.single => parent.clone(),
            (None, None) => self.free(spec, ids, taken),
            (None, Some(across)) => {
                let first = self.views(across).first().map(|row| row.id().to_owned());
                first.ok_or_else(|| format!("{path}.{}: is missing", spec.id))?
            }
        };
        if spec.across.as_ref().is_some_and(|across| self.view(across, &id).is_none()) {
            return Err(format!("{path}.{}: there is no {} {id}", spec.id, spec.noun()));
        }
        let cells = if spec.is_made() {
            let place = make::Place { index, kind: index, turn: index, id: &id, parent: &parent };
            make::made(self, &mut self.rng_of(spec, &format!("{parent}:{id}")), spec, &place, fields)
        } else {
            let name = spec.title.as_ref().and_then(|title| fields.get(title)?.as_str());
            self.described(rng, spec, index, &parent, name)
        };
        let mut row = Row { id: id.into(), parent: parent.into(), cells: Cells::Stored(cells) };
        self.filled(spec, &path, fields, &mut row)?;
        Ok(row)
    }

    /// Adds a row; one that every parent has is replaced.
    fn place_in(&mut self, at: usize, row: Row) {
        let name = self.collections[at].spec.name.as_str();
        self.keep(name, &row.parent);
        if self.collections[at].spec.is_constant() {
            self.collections[at].remove(&row.parent, &row.id);
        }
        self.collections[at].put(row);
    }

    /// The id of a row's parent: the given one, or the first one.
    fn parent(&self, spec: &Spec, path: &str, fields: &Map<String, Value>) -> Result<String, String> {
        let Some(parent) = &spec.parent else { return Ok(String::new()) };
        let at = format!("{path}.{}", parent.field);
        let given = fields.get(&parent.field);
        if spec.above().is_empty() {
            return match given.map(|id| id_of(true, &at, id)).transpose()? {
                Some(id) if id != spec.root() => {
                    Err(format!("{at}: {}s stand under {}", spec.noun(), spec.root()))
                }
                _ => Ok(spec.root().to_owned()),
            };
        }
        let nouns: Vec<_> = self.holders(spec).map(|above| above.spec.noun()).collect();
        let nouns = nouns.join(" or ");
        if let Some(id) = given {
            let id = id_of(self.holders(spec).all(|above| self.counts(above.spec)), &at, id)?;
            let known = self.parent_of(spec, &id).is_some();
            return if known { Ok(id) } else { Err(format!("{at}: there is no {nouns} {id}")) };
        }
        let first =
            self.holders(spec).find_map(|above| Some(self.views(&above.spec.name).first()?.id().to_owned()));
        first.ok_or_else(|| format!("{path}: there is no {nouns}"))
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
        let mut empty = Self::of(collections, self.rng.clone(), self.seed);
        empty.skip_to_first(spec);
        empty
    }

    /// Ids that are created later count up from the highest.
    fn count_again(&mut self) {
        self.next.clear();
        for at in 0..self.collections.len() {
            let collection = &self.collections[at];
            let after = |row: &Row| match collection.spec.first_guid() {
                Some(_) => u64::try_from(self.number_of(collection.spec, &row.id)? + 1).ok(),
                None => Some(row.id.parse::<u64>().ok()? + collection.spec.step),
            };
            let numbers = collection.rows().filter_map(after);
            let (spec, highest) = (collection.spec, numbers.max().unwrap_or_default());
            self.skip_to_first(spec);
            let next = self.next.entry(spec.counter()).or_default();
            *next = highest.max(*next);
        }
    }

    /// Copies given values into a row; derived fields are ignored.
    fn filled(
        &self,
        spec: &'static Spec,
        path: &str,
        given: &Map<String, Value>,
        row: &mut Row,
    ) -> Result<(), String> {
        let Some(collection) = self.collection(&spec.name) else { return Ok(()) };
        let view = View::new(self, collection, Cow::Borrowed(row));
        let shown =
            serde_json::to_value(view.whole(IdForm::String)).map_err(|error| format!("{path}: {error}"))?;
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
        let mut cells = view.cells().into_owned();
        for (field, cell) in spec.stored().zip(&mut cells) {
            if let Some(value) = given.get(&field.name) {
                *cell = field.schema.stored(value);
            }
        }
        row.cells = Cells::Stored(cells.into());
        Ok(())
    }
}

/// An id in stored form: a text.
fn id_of(counted: bool, path: &str, given: &Value) -> Result<String, String> {
    if !counted {
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
    for spec in store.specs().filter(|spec| spec.of.is_empty()) {
        if let Some(list) = list(&spec.name)? {
            given.insert(&spec.name, list);
        }
    }
    Ok(given)
}
