//! How single fields are read: tolerantly.
//!
//! Scalars are read as what they are meant to be: an id or a text that comes as a number, a number that comes as text.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Id, Json, Secret};

/// A field's type: read from whatever a server may send for it; nothing for null.
pub trait Field: Sized {
    /// The value, or nothing where the server sent null.
    ///
    /// # Errors
    /// When the value cannot stand for this type.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error>;
}

/// Reads a field inside a map or a list.
pub(crate) struct FieldSeed<T>(PhantomData<T>);

impl<T> FieldSeed<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Field> DeserializeSeed<'de> for FieldSeed<T> {
    type Value = Option<T>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read(deserializer)
    }
}

/// A scalar in whatever form it came.
struct Scalar<T, F>(F, &'static str, PhantomData<T>);

/// The forms that a scalar can come in.
enum Form<'a> {
    Text(&'a str),
    Int(i128),
    Float(f64),
    Bool(bool),
}

impl<T, F: FnOnce(Form<'_>) -> Option<T>> Visitor<'_> for Scalar<T, F> {
    type Value = Option<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }
    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Option<T>, E> {
        let expected = self.1;
        (self.0)(Form::Text(text))
            .map(Some)
            .ok_or_else(|| E::custom(format_args!("a text that is not {expected}")))
    }
    fn visit_bool<E: serde::de::Error>(self, flag: bool) -> Result<Option<T>, E> {
        let expected = self.1;
        (self.0)(Form::Bool(flag))
            .map(Some)
            .ok_or_else(|| E::custom(format_args!("{flag} where {expected} belongs")))
    }
    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Option<T>, E> {
        let expected = self.1;
        let value = (self.0)(Form::Int(number.into()));
        value.map(Some).ok_or_else(|| E::custom(format_args!("{number} where {expected} belongs")))
    }
    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Option<T>, E> {
        let expected = self.1;
        let value = (self.0)(Form::Int(number.into()));
        value.map(Some).ok_or_else(|| E::custom(format_args!("{number} where {expected} belongs")))
    }
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Option<T>, E> {
        let expected = self.1;
        let value = (self.0)(Form::Float(number));
        value.map(Some).ok_or_else(|| E::custom(format_args!("{number} where {expected} belongs")))
    }
}

fn scalar<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &'static str,
    read: impl FnOnce(Form<'_>) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(Scalar(read, expected, PhantomData))
}

fn any_text(form: &Form<'_>) -> String {
    match form {
        Form::Text(text) => (*text).to_owned(),
        Form::Int(number) => number.to_string(),
        Form::Float(number) => number.to_string(),
        Form::Bool(flag) => flag.to_string(),
    }
}

impl Field for String {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, "text", |form| Some(any_text(&form)))
    }
}

impl Field for Id {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, "an id", |form| match form {
            Form::Bool(_) => None,
            form => Some(Id(any_text(&form))),
        })
    }
}

impl Field for Secret {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, "text", |form| Some(Secret::from(any_text(&form))))
    }
}

impl Field for i64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, "a whole number", |form| match form {
            Form::Int(number) => number.try_into().ok(),
            Form::Text(text) => text.trim().parse().ok(),
            // Exact for every whole number that a double can hold exactly.
            Form::Float(number) if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 => {
                format!("{number:.0}").parse().ok()
            }
            _ => None,
        })
    }
}

impl Field for f64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, "a number", |form| match form {
            Form::Int(number) => number.to_string().parse().ok(),
            Form::Float(number) => Some(number),
            Form::Text(text) => text.trim().parse().ok(),
            Form::Bool(_) => None,
        })
    }
}

impl Field for bool {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, "true or false", |form| match form {
            Form::Bool(flag) => Some(flag),
            Form::Text(text) => text.trim().to_ascii_lowercase().parse().ok(),
            Form::Int(0) => Some(false),
            Form::Int(1) => Some(true),
            _ => None,
        })
    }
}

impl Field for Json {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        let value = Json::deserialize(deserializer)?;
        Ok((!value.is_null()).then_some(value))
    }
}

impl<T: Field> Field for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Field> Visitor<'de> for Entries<T> {
            type Value = Option<Vec<T>>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = seq.next_element_seed(FieldSeed::new())? {
                    // A null among entries stands for nothing.
                    entries.extend(entry);
                }
                Ok(Some(entries))
            }
        }
        deserializer.deserialize_any(Entries(PhantomData))
    }
}

/// The error for something that stands where an object belongs.
pub(crate) fn not_an_object<E: serde::de::Error>(what: &str) -> E {
    E::custom(format_args!("{what} where an object belongs"))
}
