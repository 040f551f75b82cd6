//! The rows of one side: what of them is compared or shown, read from JSON.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Error, Result, describe};

/// The fields that are read of each row of a side.
pub(crate) struct Fields(Vec<String>);

impl Fields {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// The place of a field, which is read from now on.
    pub(crate) fn add(&mut self, field: &str) -> usize {
        self.0.iter().position(|known| known == field).unwrap_or_else(|| {
            self.0.push(field.to_owned());
            self.0.len() - 1
        })
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.0
    }
}

/// The values of the fields of each row, as JSON; `None` where a row lacks it.
pub(crate) struct Rows<'j>(Vec<Vec<Option<&'j RawValue>>>);

impl<'j> Rows<'j> {
    /// Reads a JSON list of objects. `side` is the name of the argument.
    pub(crate) fn read(side: &str, json: &'j [u8], fields: &Fields) -> Result<Self> {
        let not_a_list = || {
            let begin = String::from_utf8_lossy(json);
            Error::new(side, describe(begin.trim_start()), "must be a list of rows, which are objects")
        };
        let entries: Vec<&RawValue> = serde_json::from_slice(json).map_err(|_| not_a_list())?;
        let rows = entries.iter().enumerate().map(|(at, raw)| {
            let wrong = |_| Error::new(format!("{side}[{at}]"), describe(raw.get()), "must be an object");
            read_row(raw.get(), fields).map_err(wrong)
        });
        let rows: Vec<_> = rows.collect::<Result<_>>()?;
        if u32::try_from(rows.len()).is_err() {
            return Err(Error::new(side, format!("{} rows", rows.len()), "must have fewer rows than 2^32"));
        }
        Ok(Self(rows))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The JSON of a field of a row; `None` if it has none or null.
    pub(crate) fn raw(&self, row: usize, field: usize) -> Option<&'j RawValue> {
        self.0[row][field].filter(|raw| raw.get() != "null")
    }

    /// Whether any row has the field, null included.
    pub(crate) fn have(&self, field: usize) -> bool {
        self.0.iter().any(|row| row[field].is_some())
    }
}

/// The text of a value: a text as it is, and the number 7 or 7.0 as `7`. `None` for objects and lists.
pub(crate) fn text_of(raw: &str) -> Option<Cow<'_, str>> {
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str(raw).ok().map(Cow::Owned),
        b'{' | b'[' => None,
        _ => Some(whole(raw).unwrap_or(raw).into()),
    }
}

/// The digits of a number that is written with zeros after the point.
fn whole(raw: &str) -> Option<&str> {
    let (digits, zeros) = raw.split_once('.')?;
    zeros.bytes().all(|byte| byte == b'0').then_some(digits)
}

fn read_row<'j>(raw: &'j str, fields: &Fields) -> serde_json::Result<Vec<Option<&'j RawValue>>> {
    let mut row = vec![None; fields.0.len()];
    let mut reader = serde_json::Deserializer::from_str(raw);
    Row { fields, row: &mut row }.deserialize(&mut reader)?;
    Ok(row)
}

/// Reads the wanted members of an object. A field with a dot is a member of that name, or one of a nested object.
struct Row<'f, 'r, 'j> {
    fields: &'f Fields,
    row: &'r mut Vec<Option<&'j RawValue>>,
}

impl<'j> DeserializeSeed<'j> for Row<'_, '_, 'j> {
    type Value = ();

    fn deserialize<D: Deserializer<'j>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'j> Visitor<'j> for Row<'_, '_, 'j> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'j>>(self, mut map: A) -> Result<(), A::Error> {
        let mut own = vec![false; self.fields.0.len()];
        while let Some(name) = map.next_key::<String>()? {
            let begins = |field: &String| {
                field.strip_prefix(&name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            if !self.fields.0.iter().any(begins) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: &RawValue = map.next_value()?;
            for (at, field) in self.fields.0.iter().enumerate() {
                match field.strip_prefix(&name) {
                    Some("") => (self.row[at], own[at]) = (Some(value), true),
                    Some(rest) if !own[at] => {
                        if let Some(inner) = rest.strip_prefix('.') {
                            self.row[at] = nested(value, inner).or(self.row[at]);
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// A member of a nested object.
fn nested<'j>(value: &'j RawValue, path: &str) -> Option<&'j RawValue> {
    let mut fields = Fields::new();
    fields.add(path);
    read_row(value.get(), &fields).ok()?.pop()?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn field(row: &str, name: &str) -> Option<String> {
        let mut fields = Fields::new();
        let at = fields.add(name);
        let json = format!("[{row}]");
        Rows::read("left", json.as_bytes(), &fields).unwrap().raw(0, at).map(|raw| raw.get().to_owned())
    }

    #[test]
    fn a_field_is_found_by_its_name_or_its_path() {
        assert_eq!(field(r#"{"a": 1, "b": 2}"#, "b").as_deref(), Some("2"));
        assert_eq!(field(r#"{"a": {"b": {"c": 3}}}"#, "a.b.c").as_deref(), Some("3"));
        assert_eq!(field(r#"{"a.b": 1, "a": {"b": 2}}"#, "a.b").as_deref(), Some("1"));
        assert_eq!(field(r#"{"a": {"b": 2}, "a.b": 1}"#, "a.b").as_deref(), Some("1"));
        for (row, name) in
            [(r#"{"a": null}"#, "a"), ("{}", "a"), (r#"{"a": 1}"#, "a.b"), (r#"{"ab": 1}"#, "a")]
        {
            assert_eq!(field(row, name), None, "{row} {name}");
        }
    }

    #[test]
    fn numbers_are_the_texts_of_their_digits() {
        for (raw, text) in [
            ("7", "7"),
            ("7.0", "7"),
            ("7.50", "7.50"),
            ("\"07\"", "07"),
            ("12345678901234567890", "12345678901234567890"),
        ] {
            assert_eq!(text_of(raw).as_deref(), Some(text));
        }
        assert_eq!(text_of("[1]"), None);
    }

    #[test]
    fn what_is_no_list_of_objects_is_refused() {
        for (json, argument) in
            [("{}", "left"), ("", "left"), ("[1]", "left[0]"), ("[{}, []]", "left[1]"), ("[{]", "left")]
        {
            assert_eq!(
                Rows::read("left", json.as_bytes(), &Fields::new()).err().unwrap().argument,
                argument,
                "{json}"
            );
        }
    }
}
