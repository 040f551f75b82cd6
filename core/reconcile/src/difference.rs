//! Fields of rows that match but have other values.

use std::fmt;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::name::composed;
use crate::rows::text_of;

/// A pair of fields with different values.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The field of the left row.
    pub left_field: String,
    /// The field of the right row.
    pub right_field: String,
    /// The value of the left row; null if it has none.
    pub left: Json,
    /// The value of the right row; null if it has none.
    pub right: Json,
}

/// A value as its JSON, which `Display` writes.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    pub(crate) fn of(raw: Option<&RawValue>) -> Self {
        Self(raw.map_or_else(|| RawValue::NULL.to_owned(), ToOwned::to_owned))
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.get())
    }
}

/// Whether two values are the same: numbers as numbers, if one of them is no text, and texts without blanks around them.
pub(crate) fn is_same(one: Option<&RawValue>, other: Option<&RawValue>) -> bool {
    let (Some(one), Some(other)) = (one.map(RawValue::get), other.map(RawValue::get)) else {
        return one.is_none() && other.is_none();
    };
    let (Some(text), Some(other_text)) = (text_of(one), text_of(other)) else {
        return serde_json::from_str::<serde_json::Value>(one).ok() == serde_json::from_str(other).ok();
    };
    let (text, other_text) = (composed(text.trim()), composed(other_text.trim()));
    let are_texts = one.starts_with('"') && other.starts_with('"');
    text == other_text || (!are_texts && same_number(&text, &other_text))
}

/// Whether both are numbers of the same value. Integers are compared by their digits, which a float would round.
fn same_number(one: &str, other: &str) -> bool {
    let integer = |text: &str| text.parse::<i128>().ok();
    match (integer(one), integer(other)) {
        (Some(one), Some(other)) => one == other,
        _ => match (one.parse::<f64>(), other.parse::<f64>()) {
            (Ok(one), Ok(other)) => one.is_finite() && one.to_bits() == other.to_bits(),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let raw = |text: &str| {
            Some(RawValue::from_string(text.to_owned()).unwrap()).filter(|raw| raw.get() != "null")
        };
        is_same(raw(one).as_deref(), raw(other).as_deref())
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        for (one, other) in [
            ("7", "7.0"),
            ("7", "\"7\""),
            ("\" 7 \"", "7"),
            ("1e2", "100.0"),
            ("\"07\"", "7"),
            ("0.10", "0.1"),
        ] {
            assert!(same(one, other), "{one} and {other}");
        }
        for (one, other) in [
            ("7", "8"),
            ("\"07\"", "\"7\""),
            ("9007199254740993", "9007199254740992"),
            ("0", "null"),
            ("1", "true"),
            ("\"NaN\"", "1"),
        ] {
            assert!(!same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn other_values_are_compared_as_they_are() {
        assert!(same("null", "null") && same("\"Café\"", "\" Cafe\u{301}\"") && same("true", "\"true\""));
        assert!(same("{\"a\": 1}", "{\"a\":1}") && same("[1]", "[ 1 ]"));
        assert!(!same("\"a\"", "\"A\"") && !same("[1]", "[2]") && !same("[1]", "1"));
    }
}
