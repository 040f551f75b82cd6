//! Arrays that grow value by value, and can be cut again: after a row that cannot be read, and for a member that is there
//! twice, of which the last counts.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, StringArray, StructArray};
use arrow_buffer::{BooleanBufferBuilder, Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::ArrowError;
use mspkit::{Reader, Unreadable};

use super::read::Members;
use super::schema;
use crate::Type;

/// The values of a column so far.
#[derive(Debug)]
pub(super) struct Values {
    kind: Growing,
    valid: NullBufferBuilder,
}

#[derive(Debug)]
enum Growing {
    Text(Text),
    Id(Text),
    Json(Text),
    Integer(Vec<i64>),
    Number(Vec<f64>),
    Flag(BooleanBufferBuilder),
    List { of: Type, ends: Ends, entries: Box<Values> },
    Object(Box<Members>),
}

#[derive(Debug)]
struct Text {
    bytes: Vec<u8>,
    ends: Ends,
}

/// Where each value ends, after a zero.
#[derive(Debug)]
struct Ends(Vec<i32>);

impl Ends {
    fn new(rows: usize) -> Self {
        let mut ends = Vec::with_capacity(rows + 1);
        ends.push(0);
        Self(ends)
    }

    fn push(&mut self, end: usize) -> Result<(), Unreadable> {
        let end = i32::try_from(end).map_err(|_| Unreadable::new("the page is too large for a table"))?;
        self.0.push(end);
        Ok(())
    }

    /// Another value without anything in it.
    fn repeat(&mut self) {
        self.0.push(self.last());
    }

    fn last(&self) -> i32 {
        self.0.last().copied().unwrap_or_default()
    }

    /// Keeps the first values, and returns where they end.
    fn truncate(&mut self, values: usize) -> usize {
        self.0.truncate(values + 1);
        usize::try_from(self.last()).unwrap_or_default()
    }

    fn finish(self) -> OffsetBuffer<i32> {
        OffsetBuffer::new(ScalarBuffer::from(self.0))
    }
}

impl Text {
    fn new(rows: usize) -> Self {
        Self { bytes: Vec::with_capacity(rows * 8), ends: Ends::new(rows) }
    }

    fn push(&mut self, text: Option<&str>) -> Result<bool, Unreadable> {
        if let Some(text) = text {
            self.bytes.extend_from_slice(text.as_bytes());
        }
        self.ends.push(self.bytes.len())?;
        Ok(text.is_some())
    }
}

impl Values {
    /// None so far; about `rows` will come.
    pub(super) fn new(of: &Type, rows: usize) -> Self {
        let kind = match of {
            Type::Text => Growing::Text(Text::new(rows)),
            Type::Id => Growing::Id(Text::new(rows)),
            Type::Json => Growing::Json(Text::new(0)),
            Type::Integer => Growing::Integer(Vec::with_capacity(rows)),
            Type::Number => Growing::Number(Vec::with_capacity(rows)),
            Type::Flag => Growing::Flag(BooleanBufferBuilder::new(rows)),
            Type::List(of) => {
                Growing::List { of: (**of).clone(), ends: Ends::new(rows), entries: Self::new(of, 0).into() }
            }
            Type::Object(members) => Growing::Object(Members::of_object(members, rows).into()),
        };
        Self { kind, valid: NullBufferBuilder::new(rows) }
    }

    pub(super) fn len(&self) -> usize {
        self.valid.len()
    }

    /// Reads a value. If it cannot be read, what it added has to be cut.
    pub(super) fn read(&mut self, value: Reader<'_, '_>) -> Result<(), Unreadable> {
        let there = match &mut self.kind {
            Growing::Text(text) => text.push(value.text()?.as_deref())?,
            Growing::Id(text) => text.push(value.id()?.as_deref())?,
            Growing::Json(text) => text.push(value.json()?)?,
            Growing::Integer(numbers) => {
                let number = value.integer()?;
                numbers.push(number.unwrap_or_default());
                number.is_some()
            }
            Growing::Number(numbers) => {
                let number = value.number()?;
                numbers.push(number.unwrap_or_default());
                number.is_some()
            }
            Growing::Flag(flags) => {
                let flag = value.flag()?;
                flags.append(flag.unwrap_or_default());
                flag.is_some()
            }
            Growing::List { ends, entries, .. } => {
                let there = value.list(|entry| entries.read(entry))?.is_some();
                ends.push(entries.len())?;
                there
            }
            Growing::Object(members) => members.read(value)?,
        };
        self.valid.append(there);
        Ok(())
    }

    /// Adds the text of JSON, or null.
    pub(super) fn push_json(&mut self, json: Option<&str>) -> Result<(), Unreadable> {
        if let Growing::Json(text) = &mut self.kind {
            let there = text.push(json)?;
            self.valid.append(there);
        }
        Ok(())
    }

    /// Adds a missing value.
    pub(super) fn push_null(&mut self) {
        match &mut self.kind {
            Growing::Text(text) | Growing::Id(text) | Growing::Json(text) => text.ends.repeat(),
            Growing::Integer(numbers) => numbers.push(0),
            Growing::Number(numbers) => numbers.push(0.0),
            Growing::Flag(flags) => flags.append(false),
            Growing::List { ends, .. } => ends.repeat(),
            Growing::Object(members) => members.push_null(),
        }
        self.valid.append_null();
    }

    /// Keeps the first values only.
    pub(super) fn truncate(&mut self, values: usize) {
        match &mut self.kind {
            Growing::Text(text) | Growing::Id(text) | Growing::Json(text) => {
                let end = text.ends.truncate(values);
                text.bytes.truncate(end);
            }
            Growing::Integer(numbers) => numbers.truncate(values),
            Growing::Number(numbers) => numbers.truncate(values),
            Growing::Flag(flags) => flags.truncate(values),
            Growing::List { ends, entries, .. } => entries.truncate(ends.truncate(values)),
            Growing::Object(members) => members.truncate(values),
        }
        if self.valid.len() > values {
            self.valid.truncate(values);
        }
    }

    pub(super) fn finish(self) -> Result<ArrayRef, ArrowError> {
        let nulls = self.valid.build();
        let text =
            |text: Text, nulls| StringArray::try_new(text.ends.finish(), Buffer::from_vec(text.bytes), nulls);
        let array: ArrayRef = match self.kind {
            Growing::Text(kept) | Growing::Id(kept) | Growing::Json(kept) => Arc::new(text(kept, nulls)?),
            Growing::Integer(numbers) => Arc::new(Int64Array::try_new(numbers.into(), nulls)?),
            Growing::Number(numbers) => Arc::new(Float64Array::try_new(numbers.into(), nulls)?),
            Growing::Flag(flags) => Arc::new(BooleanArray::new(flags.build(), nulls)),
            Growing::List { of, ends, entries } => {
                let entries = entries.finish()?;
                Arc::new(ListArray::try_new(schema::entry(&of), ends.finish(), entries, nulls)?)
            }
            Growing::Object(members) => {
                let (fields, arrays) = members.finish()?;
                Arc::new(StructArray::try_new(fields, arrays, nulls)?)
            }
        };
        Ok(array)
    }
}
