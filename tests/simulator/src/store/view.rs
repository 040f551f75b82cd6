//! A row as in a response: with its ids and derived fields.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::Store;
use super::collection::{Cells, Collection, Row};
use super::schema::Schema;
use super::spec::{Role, Spec};
use crate::options::IdForm;

#[derive(Debug, Clone)]
pub(crate) struct View<'s> {
    store: &'s Store,
    /// The collection as whose row it is shown.
    pub(crate) spec: &'s Spec,
    collection: &'s Collection,
    row: Cow<'s, Row>,
}

/// A field's value, for sorting and filtering.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Absent,
    Number(i64),
    Text(String),
}

impl<'s> View<'s> {
    pub(super) fn new(store: &'s Store, collection: &'s Collection, row: Cow<'s, Row>) -> Self {
        Self { store, spec: collection.spec, collection, row }
    }

    /// The same row in the form of a collection of several.
    pub(super) fn shown_as(self, spec: &'s Spec) -> Self {
        Self { spec, ..self }
    }

    pub(crate) fn id(&self) -> &str {
        &self.row.id
    }

    pub(crate) fn parent(&self) -> &str {
        &self.row.parent
    }

    /// The name of the collection that holds the row.
    pub(crate) fn held_in(&self) -> &'s str {
        &self.collection.spec.name
    }

    pub(super) fn own_spec(&self) -> &'s Spec {
        self.collection.spec
    }

    /// The field of this name, for sorting and filtering; none if there is no such field.
    pub(crate) fn field(&self, name: &str) -> Option<Field> {
        let cells = self.cells();
        let held = self.named(name, &cells)?;
        Some(match held {
            Held::Id(id) => id.parse().map_or_else(|_| Field::Text(id.to_owned()), Field::Number),
            Held::Count(count) => Field::Number(i64::try_from(count).unwrap_or(i64::MAX)),
            Held::Value(value) => match value.as_ref() {
                Value::Null => Field::Absent,
                Value::String(text) => Field::Text(text.clone()),
                other => other.as_i64().map_or_else(|| Field::Text(other.to_string()), Field::Number),
            },
        })
    }

    /// The value of the field of this name.
    pub(crate) fn value(&self, name: &str) -> Option<Value> {
        // Without the cells, so that rows can be made from the ids of each other.
        if self.own(name) == self.collection.spec.id {
            return Some(self.id().into());
        }
        let cells = self.cells();
        Some(match self.named(name, &cells)? {
            Held::Id(id) => id.into(),
            Held::Count(count) => count.into(),
            Held::Value(value) => value.into_owned(),
        })
    }

    /// The values of the stored fields.
    pub(super) fn cells(&self) -> Cow<'_, [Value]> {
        match &self.row.cells {
            Cells::Stored(cells) => Cow::Borrowed(cells),
            Cells::Seeded(number) => {
                Cow::Owned(self.store.seeded_cells(self.collection.spec, &self.row, *number).into())
            }
        }
    }

    /// The field that a name of the shown form has in the collection.
    fn own<'n>(&'n self, name: &'n str) -> &'n str {
        let own = self.collection.spec;
        if std::ptr::eq(self.spec, own) {
            name
        } else if let Some(alias) = self.spec.alias.get(name) {
            alias
        } else if self.spec.id == name {
            &own.id
        } else if self.spec.title.as_deref() == Some(name) {
            own.title.as_deref().unwrap_or(name)
        } else {
            name
        }
    }

    fn named<'v>(&'v self, name: &str, cells: &'v [Value]) -> Option<Held<'v>> {
        let own = self.own(name);
        let mut cells = cells.iter();
        for (field, role) in self.collection.spec.fields.iter().zip(&self.collection.spec.roles) {
            if field.name == own {
                return self.held(role, &mut cells);
            }
            if *role == Role::Stored {
                cells.next();
            }
        }
        None
    }

    /// The value of a field, given the preceding cells; none if it is never written.
    fn held<'v>(&'v self, role: &'v Role, cells: &mut std::slice::Iter<'v, Value>) -> Option<Held<'v>> {
        match role {
            Role::Id => Some(Held::Id(&self.row.id)),
            Role::Parent => Some(Held::Id(&self.row.parent)),
            Role::Children => Some(Held::Count(self.store.children(self.collection.spec, &self.row.id))),
            Role::Always(value) => Some(Held::Value(Cow::Borrowed(value))),
            Role::From(source) => {
                let above = self.store.ancestor(self.collection.spec, &self.row.parent, &source.collection);
                let value = above.and_then(|above| above.value(&source.field));
                Some(Held::Value(Cow::Owned(value.unwrap_or_default())))
            }
            Role::Never => None,
            Role::Stored => Some(Held::Value(cells.next().map_or(Cow::Owned(Value::Null), Cow::Borrowed))),
        }
    }

    /// As in a response.
    pub(crate) fn written(&self, ids: IdForm) -> Written<'_> {
        Written { view: self, ids, whole: false }
    }

    /// As in the state, with fields that the vendor does not write.
    pub(crate) fn whole(&self, ids: IdForm) -> Written<'_> {
        Written { view: self, ids, whole: true }
    }
}

enum Held<'v> {
    Id(&'v str),
    Count(usize),
    Value(Cow<'v, Value>),
}

/// A row in the form of a response, or of the state.
pub(crate) struct Written<'v> {
    view: &'v View<'v>,
    ids: IdForm,
    whole: bool,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let view = self.view;
        let all = view.cells();
        let mut cells = all.iter();
        let own = std::ptr::eq(view.spec, view.collection.spec);
        for (field, role) in view.spec.fields.iter().zip(&view.spec.roles) {
            let held = if own { view.held(role, &mut cells) } else { view.named(&field.name, &all) };
            let Some(held) = held.filter(|_| self.whole || !field.hidden) else { continue };
            match held {
                Held::Count(count) => map.serialize_entry(&field.name, &count)?,
                Held::Id(id) => match number(id, &field.schema, self.ids) {
                    Some(number) => map.serialize_entry(&field.name, &number)?,
                    None => map.serialize_entry(&field.name, id)?,
                },
                Held::Value(value) => {
                    let id = value.as_str().filter(|_| field.schema.is_id());
                    match id.and_then(|id| number(id, &field.schema, self.ids)) {
                        Some(number) => map.serialize_entry(&field.name, &number)?,
                        None => map.serialize_entry(&field.name, value.as_ref())?,
                    }
                }
            }
        }
        map.end()
    }
}

/// The id as a number, if that is its form.
fn number(id: &str, schema: &Schema, ids: IdForm) -> Option<u64> {
    let wanted = ids == IdForm::Number && schema.allows("integer") || !schema.allows("string");
    id.parse().ok().filter(|_| wanted)
}
