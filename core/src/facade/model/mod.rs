//! Parts of models: ids, dates, and the reading of results.
//!
//! A field that the server did not send differs from one that it sent as null: both are `None`, and `is_set` distinguishes
//! them. Unknown fields are kept unchanged and written again. The structs themselves are generated, through the macros in
//! `macros.rs`; `object.rs` reads objects, `field.rs` single fields.

mod extra;
mod field;
#[macro_use]
mod macros;
mod object;
#[cfg(test)]
mod wide;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use self::extra::Extra;
pub(crate) use self::field::{Field, whole};
pub(crate) use self::object::Object;
pub(crate) use crate::base::secret::Secret;
use crate::engine::response::Meta;
pub(crate) use crate::engine::value::Unreadable;

/// Any JSON value.
pub type Json = serde_json::Value;

/// An id: always text, whether the server sent a string or a number.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Id(String);

impl Id {
    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&Id> for Id {
    fn from(id: &Id) -> Self {
        id.clone()
    }
}

impl From<String> for Id {
    fn from(text: String) -> Self {
        Self(text)
    }
}

macro_rules! id_from {
    ($($from:ty),*) => {$(
        impl From<$from> for Id {
            fn from(value: $from) -> Self {
                Self(value.to_string())
            }
        }
    )*};
}

id_from!(&str, &String, i32, i64, u32, u64, usize);

impl PartialEq<str> for Id {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Id {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_any(deserializer)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Reads the result of a call from its JSON.
pub trait FromResponse: Sized {
    /// Reads the result.
    ///
    /// # Errors
    /// When a member has the wrong type, or the text is not JSON.
    fn from_response(json: &[u8]) -> Result<Self, Unreadable>;

    /// The same value, which knows its response for the errors of missing fields; `meta` is called if it can.
    #[must_use]
    fn of_response(self, meta: impl FnOnce() -> Arc<Meta>) -> Self {
        let _ = meta;
        self
    }
}

impl FromResponse for () {
    fn from_response(_: &[u8]) -> Result<Self, Unreadable> {
        Ok(())
    }
}

/// A body that is not JSON: a file or text.
impl FromResponse for bytes::Bytes {
    fn from_response(json: &[u8]) -> Result<Self, Unreadable> {
        Ok(Self::copy_from_slice(json))
    }
}

/// Whether a field has one of these texts.
pub(crate) fn is_one_of(field: Option<&impl serde::Serialize>, texts: &[&str]) -> bool {
    let value = serde_json::to_value(field).unwrap_or_default();
    value.as_str().is_some_and(|text| texts.contains(&text))
}

/// Any JSON, for rows of lists that mspkit does not have.
impl FromResponse for Json {
    fn from_response(json: &[u8]) -> Result<Self, Unreadable> {
        serde_json::from_slice(json)
            .map_err(|_| Unreadable::new("JSON that is too deep, or a number that is too large"))
    }
}

impl<M: Object> FromResponse for M {
    fn from_response(json: &[u8]) -> Result<Self, Unreadable> {
        let text = std::str::from_utf8(json).map_err(|_| Unreadable::new("it is not UTF-8 text"))?;
        whole(text)
    }

    fn of_response(mut self, meta: impl FnOnce() -> Arc<Meta>) -> Self {
        self.record(&meta());
        self
    }
}

/// A value from any format that serde reads, by the same rules as responses.
pub(crate) fn from_any<'de, T: Field, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let json = Json::deserialize(deserializer)?.to_string();
    whole(&json).map_err(serde::de::Error::custom)
}

/// The name of a field without the `r#` of keywords.
pub(crate) const fn bare(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// A range of days, both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateRange {
    /// The first day, `YYYY-MM-DD`.
    pub start: String,
    /// The last day, `YYYY-MM-DD`.
    pub end: String,
}

impl DateRange {
    /// From `start` to `end`, each `YYYY-MM-DD`.
    pub fn new(start: impl Into<String>, end: impl Into<String>) -> Self {
        Self { start: start.into(), end: end.into() }
    }
}
