//! Rows as lines of JSON, under the names of a language, with ids as text: what a model's plain data is.

use mspkit::schema::{Field, Model};
use mspkit::{CurrentPage, Kind, KnownNames, RawPage, Reader, Result, Spelling, Unreadable};

use crate::{Column, Columns};

/// The names of a model's members, and what they hold.
#[derive(Debug, Clone)]
struct Names {
    known: KnownNames,
    /// What is written of them, at the places of their names.
    members: Vec<Named>,
    /// Whether members without a field are written.
    others: bool,
}

#[derive(Debug, Clone)]
struct Named {
    /// The JSON of the name, and a colon.
    name: String,
    holds: Holds,
}

/// What a member holds.
#[derive(Debug, Clone)]
enum Holds {
    /// A text, or a number that becomes one.
    Text,
    /// A value that is written as it is.
    Value,
    Object(Names),
    List(Box<Holds>),
}

/// Writes rows as lines of JSON.
#[derive(Debug)]
pub(crate) struct JsonRows {
    names: Names,
}

impl JsonRows {
    /// For a list with these columns; `None` for one whose rows have no known fields.
    pub(crate) fn new(columns: Option<&Columns>, all: bool, spelling: Spelling) -> Self {
        let Some(columns) = columns else {
            return Self { names: Names { known: KnownNames::new([]), members: Vec::new(), others: true } };
        };
        let chosen: Vec<_> = columns.iter().filter_map(Column::wire).collect();
        let is_wanted = |field: &Field| all || chosen.contains(&field.wire);
        let names = Names::of(columns.model(), is_wanted, spelling, &mut Vec::new());
        Self { names: Names { others: all, ..names } }
    }

    /// Adds the lines of the items that are left of a page; those before one that cannot be read come without an error.
    pub(crate) fn rest(&self, current: &CurrentPage, out: &mut Vec<u8>) -> Result<usize> {
        Ok(current.read_rest(|page, at| self.row(page, at, out))?.1.len())
    }

    fn row(&self, page: &RawPage, at: usize, out: &mut Vec<u8>) -> Result<()> {
        let begin = out.len();
        let written = page.read_with(at, |item| Reader::whole(item, |row| self.names.write(row, out)));
        match written {
            Ok(()) => out.push(b'\n'),
            Err(_) => out.truncate(begin),
        }
        written
    }
}

impl Names {
    /// The members of a model. `around` are the models that contain it; one that contains itself keeps the vendor's names.
    fn of(
        model: &'static Model,
        is_wanted: impl Fn(&Field) -> bool,
        spelling: Spelling,
        around: &mut Vec<&'static Model>,
    ) -> Self {
        around.push(model);
        let fields: Vec<_> = model.fields.iter().filter(|field| is_wanted(field)).collect();
        let named = fields.iter().map(|field| Named {
            name: format!("\"{}\":", spelling.name(field.name)),
            holds: Holds::of(field.kind, spelling, around),
        });
        let members = named.collect();
        around.pop();
        Self { known: KnownNames::new(fields.iter().map(|field| field.wire)), members, others: true }
    }

    fn write(&self, object: Reader<'_, '_>, out: &mut Vec<u8>) -> Result<(), Unreadable> {
        out.push(b'{');
        let begin = out.len();
        object.object_of(&self.known, |member, value| {
            if member.is_err() && !self.others {
                value.skip()?;
                return Ok(());
            }
            if out.len() > begin {
                out.push(b',');
            }
            match member {
                Ok(at) => {
                    out.extend_from_slice(self.members[at].name.as_bytes());
                    self.members[at].holds.write(value, out)
                }
                Err(name) => {
                    out.extend_from_slice(serde_json::Value::from(name).to_string().as_bytes());
                    out.push(b':');
                    push(value.skip()?, out);
                    Ok(())
                }
            }
        })?;
        out.push(b'}');
        Ok(())
    }
}

impl Holds {
    fn of(kind: Kind, spelling: Spelling, around: &mut Vec<&'static Model>) -> Self {
        match kind {
            Kind::List { of } => Self::List(Self::of(*of, spelling, around).into()),
            Kind::Model { of } if !around.contains(&of) => {
                Self::Object(Names::of(of, |_| true, spelling, around))
            }
            Kind::Int { .. }
            | Kind::IntOneOf { .. }
            | Kind::Number { .. }
            | Kind::Bool
            | Kind::Any
            | Kind::Object
            | Kind::DateRange
            | Kind::Model { .. } => Self::Value,
            _ => Self::Text,
        }
    }

    fn write(&self, value: Reader<'_, '_>, out: &mut Vec<u8>) -> Result<(), Unreadable> {
        let raw = value.skip()?;
        match (self, raw.as_bytes().first()) {
            (Self::Text, Some(b'-' | b'0'..=b'9' | b't' | b'f')) => {
                let text = Reader::whole(raw.as_bytes(), |value| Ok(value.text()?.unwrap_or_default()))?;
                out.push(b'"');
                out.extend_from_slice(text.as_bytes());
                out.push(b'"');
            }
            (Self::Object(names), Some(b'{')) => {
                Reader::whole(raw.as_bytes(), |object| names.write(object, out))?;
            }
            (Self::List(holds), Some(b'[')) => {
                out.push(b'[');
                let begin = out.len();
                Reader::whole(raw.as_bytes(), |list| {
                    list.list(|entry| {
                        if out.len() > begin {
                            out.push(b',');
                        }
                        holds.write(entry, out)
                    })
                })?;
                out.push(b']');
            }
            _ => push(raw, out),
        }
        Ok(())
    }
}

/// Adds JSON that has no line break in it afterwards.
fn push(raw: &str, out: &mut Vec<u8>) {
    if !raw.contains(['\n', '\r']) {
        out.extend_from_slice(raw.as_bytes());
        return;
    }
    // Valid JSON has them between values only.
    out.extend(raw.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')));
}
