//! A field that an object has with another value than the one that was given.

use std::fmt;

/// A field with another value. `Display` writes both.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The vendor's name of the field in the object that was found.
    pub field: String,
    /// The JSON of the value that was given.
    pub wanted: String,
    /// The JSON of the value that the object has.
    pub found: String,
}

impl Difference {
    pub(crate) fn new(field: impl Into<String>, wanted: impl Into<String>, found: impl Into<String>) -> Self {
        Self { field: field.into(), wanted: wanted.into(), found: found.into() }
    }

    /// The difference as a JSON object with these three members.
    pub fn to_json(&self) -> String {
        let field = serde_json::Value::from(self.field.as_str());
        format!(r#"{{"field":{field},"wanted":{},"found":{}}}"#, self.wanted, self.found)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {} instead of {}", self.field, self.found, self.wanted)
    }
}
