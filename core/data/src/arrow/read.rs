//! Objects as values of columns, in one pass over their JSON: rows, and the objects in them.

use arrow_array::ArrayRef;
use arrow_schema::{ArrowError, Fields};
use mspkit::schema::Model;
use mspkit::{KnownNames, Reader, Unreadable};

use super::schema;
use super::values::Values;
use crate::{Column, Columns};

/// The members of objects, as columns.
#[derive(Debug)]
pub(super) struct Members {
    fields: Fields,
    /// The vendor's names of the columns that have one, and which columns they are.
    known: KnownNames,
    columns: Vec<usize>,
    values: Vec<Values>,
    /// The model of a row, whose fields are no columns if they are not chosen.
    model: Option<&'static Model>,
    /// Where the members without a field are kept, and their JSON in the row that is read.
    extra: Option<(usize, String)>,
    rows: usize,
}

impl Members {
    /// The columns of rows; about `rows` will come.
    pub(super) fn of_rows(columns: &Columns, rows: usize) -> Self {
        Self { model: Some(columns.model()), ..Self::of_object(columns, rows) }
    }

    pub(super) fn of_object(columns: &[Column], rows: usize) -> Self {
        let extra = columns.iter().position(|column| column.wire().is_none());
        Self {
            fields: schema::fields(columns),
            known: KnownNames::new(columns.iter().filter_map(Column::wire)),
            columns: (0..columns.len()).filter(|at| Some(*at) != extra).collect(),
            values: columns.iter().map(|column| Values::new(column.data_type(), rows)).collect(),
            model: None,
            extra: extra.map(|at| (at, String::new())),
            rows: 0,
        }
    }

    /// Reads a row.
    ///
    /// # Errors
    /// When it is not an object whose members fit their columns; then nothing is added.
    pub(super) fn row(&mut self, json: &[u8]) -> Result<(), Unreadable> {
        let rows = self.rows;
        let read = Reader::whole(json, |value| self.read(value));
        if read.is_err() {
            self.truncate(rows);
        }
        read.map(drop)
    }

    /// Reads an object; false for null. After an error, what it added has to be cut.
    pub(super) fn read(&mut self, value: Reader<'_, '_>) -> Result<bool, Unreadable> {
        let Self { known, columns, values, model, extra, rows, .. } = self;
        let there = value.object_of(known, |member, value| {
            let at = match member {
                Ok(at) => columns[at],
                Err(name) => {
                    let json = value.skip()?;
                    let is_field =
                        || model.is_some_and(|model| model.fields.iter().any(|field| field.wire == name));
                    if let Some((_, kept)) = extra.as_mut().filter(|_| !is_field()) {
                        keep(kept, name, json);
                    }
                    return Ok(());
                }
            };
            let column = &mut values[at];
            if column.len() > *rows {
                column.truncate(*rows);
            }
            column.read(value)
        })?;
        if let Some((at, kept)) = extra {
            if !kept.is_empty() {
                kept.push('}');
            }
            let json = (!kept.is_empty()).then_some(kept.as_str());
            values[*at].push_json(json)?;
            kept.clear();
        }
        *rows += 1;
        for column in values.iter_mut().filter(|column| column.len() < *rows) {
            column.push_null();
        }
        Ok(there.is_some())
    }

    pub(super) fn push_null(&mut self) {
        self.values.iter_mut().for_each(Values::push_null);
        self.rows += 1;
    }

    pub(super) fn truncate(&mut self, rows: usize) {
        self.values.iter_mut().for_each(|column| column.truncate(rows));
        if let Some((_, kept)) = &mut self.extra {
            kept.clear();
        }
        self.rows = self.rows.min(rows);
    }

    pub(super) fn finish(self) -> Result<(Fields, Vec<ArrayRef>), ArrowError> {
        let arrays: Result<_, _> = self.values.into_iter().map(Values::finish).collect();
        Ok((self.fields, arrays?))
    }
}

/// Adds a member to the JSON of an object that is not closed yet.
fn keep(kept: &mut String, name: &str, json: &str) {
    kept.push(if kept.is_empty() { '{' } else { ',' });
    kept.push_str(&serde_json::Value::from(name).to_string());
    kept.push(':');
    kept.push_str(json);
}
