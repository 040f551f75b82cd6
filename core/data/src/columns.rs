//! The columns of a list: one for each field of its model, with a type that does not depend on the rows.

use std::borrow::Cow;
use std::ops::Deref;

use mspkit::schema::{Field, Model};
use mspkit::{Error, Kind, Operation, Result, Spelling, meant};

use crate::asked::shown;

/// The name of the column with what a row has besides the fields of its model.
pub const EXTRA: &str = "extra";

/// What a column holds. Every value may be missing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Type {
    /// Text: also dates and times, as the server wrote them, and values with known names.
    Text,
    /// The text of an id, which servers send as text or as a number.
    Id,
    /// A whole number of 64 bits.
    Integer,
    /// A number of 64 bits with a fraction.
    Number,
    /// True or false.
    Flag,
    /// JSON text, for values of any form, and for an object that contains itself.
    Json,
    /// A list of values of one type.
    List(Box<Type>),
    /// An object, whose members are columns.
    Object(Vec<Column>),
}

/// A column: a field of a model, or what a row has besides them.
#[derive(Debug, Clone)]
pub struct Column {
    name: Cow<'static, str>,
    /// `None` for the members without a field.
    field: Option<&'static Field>,
    data_type: Type,
}

/// A value in a row that is no object: its name with that of every object around it, and where to find it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Leaf {
    /// The names, joined by dots: `address.city`.
    pub name: String,
    /// The vendor's names from the row to the value; the last one is missing for what an object has besides its fields.
    pub path: Vec<&'static str>,
    /// What it holds; never an object.
    pub data_type: Type,
}

/// The columns of a list, in the order of the fields of its model or as they were chosen. Derefs to a slice of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    model: &'static Model,
    chosen: Vec<Column>,
    spelling: Spelling,
    extra: bool,
}

impl Column {
    /// Its name: that of the field in the spelling of the language, or [`EXTRA`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The vendor's name of the member; `None` for the column of the members that are no fields.
    pub fn wire(&self) -> Option<&'static str> {
        self.field.map(|field| field.wire)
    }

    /// The field; `None` for the column of the members that are no fields.
    pub fn field(&self) -> Option<&'static Field> {
        self.field
    }

    /// What it holds.
    pub fn data_type(&self) -> &Type {
        &self.data_type
    }

    fn extra() -> Self {
        Self { name: EXTRA.into(), field: None, data_type: Type::Json }
    }

    fn spell(&mut self, spelling: Spelling) {
        if let Some(field) = self.field {
            self.name = spelling.name(field.name);
        }
        self.data_type.spell(spelling);
    }

    fn leaves(&self, before: &str, path: &[&'static str], found: &mut Vec<Leaf>) {
        let dot = if before.is_empty() { "" } else { "." };
        let name = format!("{before}{dot}{}", self.name);
        let path: Vec<&'static str> = path.iter().copied().chain(self.wire()).collect();
        match &self.data_type {
            Type::Object(members) => members.iter().for_each(|member| member.leaves(&name, &path, found)),
            data_type => found.push(Leaf { name, path, data_type: data_type.clone() }),
        }
    }
}

impl Type {
    /// The type of a kind. `around` are the models that contain it.
    fn of(kind: Kind, around: &mut Vec<&'static Model>) -> Self {
        match kind {
            Kind::Id | Kind::Guid => Self::Id,
            Kind::Int { .. } | Kind::IntOneOf { .. } => Self::Integer,
            Kind::Number { .. } => Self::Number,
            Kind::Bool => Self::Flag,
            Kind::List { of } => Self::List(Self::of(*of, around).into()),
            // An object without members is no column of any table format.
            Kind::Model { of } if of.fields.is_empty() || around.contains(&of) => Self::Json,
            Kind::Model { of } => Self::Object(members(of, around)),
            Kind::Any | Kind::Object | Kind::DateRange => Self::Json,
            _ => Self::Text,
        }
    }

    fn spell(&mut self, spelling: Spelling) {
        match self {
            Self::List(of) => of.spell(spelling),
            Self::Object(members) => members.iter_mut().for_each(|member| member.spell(spelling)),
            _ => {}
        }
    }

    fn add_extra(&mut self) {
        match self {
            Self::List(of) => of.add_extra(),
            Self::Object(members) => {
                for member in members.iter_mut() {
                    member.data_type.add_extra();
                }
                members.push(Column::extra());
            }
            _ => {}
        }
    }
}

fn members(model: &'static Model, around: &mut Vec<&'static Model>) -> Vec<Column> {
    around.push(model);
    let member = |field: &'static Field| Column {
        name: field.name.into(),
        field: Some(field),
        data_type: Type::of(field.kind, around),
    };
    let members = model.fields.iter().map(member).collect();
    around.pop();
    members
}

impl Columns {
    /// The columns of a model: one for each of its fields.
    pub fn of(model: &'static Model) -> Self {
        let chosen = members(model, &mut Vec::new());
        Self { model, chosen, spelling: Spelling::default(), extra: false }
    }

    /// The columns of a list by the id of its operation.
    ///
    /// ```
    /// let refused = mspkit_data::Columns::of_list("paginate").unwrap_err();
    /// assert_eq!(refused.argument_name(), Some("columns"));
    /// ```
    ///
    /// # Errors
    /// `InvalidRequest` for a list whose rows have no known fields, such as those of `paginate`.
    pub fn of_list(operation: &str) -> Result<Self> {
        let model = Operation::find(operation).and_then(|operation| operation.model);
        model.map(Self::of).ok_or_else(|| {
            let known = "need a list whose fields are known; rows of this one are plain data";
            Error::invalid("columns", None, known)
        })
    }

    /// The same, with names as a language spells them, in errors as well.
    #[must_use]
    pub fn spelled(mut self, spelling: Spelling) -> Self {
        self.chosen.iter_mut().for_each(|column| column.spell(spelling));
        self.spelling = spelling;
        self
    }

    /// The columns with these names, in this order: their own names, in the spelling of the language or in snake case, or
    /// the vendor's.
    ///
    /// # Errors
    /// `InvalidRequest` for a name that no column has, a column that is chosen twice, and no columns at all.
    pub fn choose(&self, names: &[impl AsRef<str>]) -> Result<Self> {
        let mut chosen: Vec<Column> = Vec::with_capacity(names.len());
        for (at, name) in names.iter().map(AsRef::as_ref).enumerate() {
            let found = self.chosen.iter().find(|column| column.is_called(name));
            let Some(column) = found else { return Err(self.unknown(at, name)) };
            if chosen.contains(column) {
                return Err(self.refused(at, name, "is chosen twice"));
            }
            chosen.push(column.clone());
        }
        if chosen.is_empty() {
            let error = Error::invalid("columns", Some("[]"), "must name at least one column");
            return Err(error.spelled(self.spelling));
        }
        Ok(Self { chosen, ..self.clone() })
    }

    /// The same with a last column, [`EXTRA`]: the JSON of an object of all members that have no field. Objects inside of a
    /// row get a member of this name as well.
    #[must_use]
    pub fn with_extra(mut self) -> Self {
        if !self.extra {
            self.chosen.iter_mut().for_each(|column| column.data_type.add_extra());
            self.chosen.push(Column::extra());
            self.extra = true;
        }
        self
    }

    /// The model of the rows.
    pub fn model(&self) -> &'static Model {
        self.model
    }

    /// The values that are no objects, under the names of all objects around them: what a file of lines has as its columns.
    ///
    /// ```
    /// # fn main() -> Result<(), mspkit::Error> {
    /// let columns = mspkit_data::Columns::of_list("cloudmore.organizations.list")?;
    /// assert!(columns.flat().iter().all(|leaf| leaf.name.split('.').count() == leaf.path.len()));
    /// # Ok(()) }
    /// ```
    pub fn flat(&self) -> Vec<Leaf> {
        let mut found = Vec::new();
        self.chosen.iter().for_each(|column| column.leaves("", &[], &mut found));
        found
    }

    fn unknown(&self, at: usize, name: &str) -> Error {
        let names = || self.chosen.iter().map(|column| Cow::from(column.name()));
        let similar = meant(name, names()).map(|meant| format!("; did you mean {meant}?"));
        let all = names().collect::<Vec<_>>().join(", ");
        self.refused(at, name, &format!("must be one of {all}{}", similar.unwrap_or_default()))
    }

    fn refused(&self, at: usize, name: &str, allowed: &str) -> Error {
        let given = format!("{:?}", shown(name));
        Error::invalid(&format!("columns[{at}]"), Some(&given), allowed).spelled(self.spelling)
    }
}

impl Column {
    fn is_called(&self, name: &str) -> bool {
        let field = |field: &Field| field.name == name || field.wire == name;
        self.name == name || self.field.is_some_and(field)
    }
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.wire() == other.wire() && self.data_type == other.data_type
    }
}

impl Deref for Columns {
    type Target = [Column];

    fn deref(&self) -> &[Column] {
        &self.chosen
    }
}

#[cfg(test)]
mod tests;
