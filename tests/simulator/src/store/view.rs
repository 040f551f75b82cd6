//! A row as in a response: with its ids and derived fields.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::collection::Row;
use super::table::{Role, Schema, Spec};
use crate::options::IdForm;

#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'s> {
    pub(crate) spec: &'s Spec,
    row: &'s Row,
    children: usize,
}

/// A field's value, for sorting and filtering.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field<'v> {
    Absent,
    Number(i64),
    Text(Cow<'v, str>),
}

impl<'s> View<'s> {
    pub(super) fn new(spec: &'s Spec, row: &'s Row, children: usize) -> Self {
        Self { spec, row, children }
    }

    pub(crate) fn id(&self) -> &'s str {
        &self.row.id
    }

    pub(crate) fn parent(&self) -> &'s str {
        &self.row.parent
    }

    /// The field of this name; none if there is no such field.
    pub(crate) fn field(&self, name: &str) -> Option<Field<'s>> {
        let mut cells = self.row.cells.iter();
        for (field, role) in self.spec.fields.iter().zip(&self.spec.roles) {
            let held = self.held(role, &mut cells);
            if field.name == name {
                return held.map(|held| held.field());
            }
        }
        None
    }

    /// The value of a field, given the preceding cells; none if it is never written.
    fn held(&self, role: &'s Role, cells: &mut std::slice::Iter<'s, Value>) -> Option<Held<'s>> {
        match role {
            Role::Id => Some(Held::Id(&self.row.id)),
            Role::Parent => Some(Held::Id(&self.row.parent)),
            Role::Children => Some(Held::Count(self.children)),
            Role::Always(value) => Some(Held::Value(value)),
            Role::Never => None,
            Role::Stored => Some(cells.next().map_or(Held::Value(&Value::Null), Held::Value)),
        }
    }

    pub(crate) fn written(self, ids: IdForm) -> Written<'s> {
        Written { view: self, ids }
    }
}

enum Held<'s> {
    Id(&'s str),
    Count(usize),
    Value(&'s Value),
}

impl<'s> Held<'s> {
    fn field(&self) -> Field<'s> {
        match *self {
            Self::Id(id) => id.parse().map_or(Field::Text(id.into()), Field::Number),
            Self::Count(count) => Field::Number(i64::try_from(count).unwrap_or(i64::MAX)),
            Self::Value(Value::Null) => Field::Absent,
            Self::Value(Value::String(text)) => Field::Text(text.into()),
            Self::Value(other) => {
                other.as_i64().map_or_else(|| Field::Text(other.to_string().into()), Field::Number)
            }
        }
    }
}

/// A row in the form of a response.
pub(crate) struct Written<'s> {
    view: View<'s>,
    ids: IdForm,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut cells = self.view.row.cells.iter();
        let spec = self.view.spec;
        for (field, role) in spec.fields.iter().zip(&spec.roles) {
            match self.view.held(role, &mut cells) {
                None => {}
                Some(Held::Count(count)) => map.serialize_entry(&field.name, &count)?,
                Some(Held::Id(id)) => match number(id, &field.schema, self.ids) {
                    Some(number) => map.serialize_entry(&field.name, &number)?,
                    None => map.serialize_entry(&field.name, id)?,
                },
                Some(Held::Value(value)) => {
                    let id = value.as_str().filter(|_| field.schema.is_id());
                    match id.and_then(|id| number(id, &field.schema, self.ids)) {
                        Some(number) => map.serialize_entry(&field.name, &number)?,
                        None => map.serialize_entry(&field.name, value)?,
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
