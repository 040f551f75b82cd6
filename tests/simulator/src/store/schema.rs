//! The schemas of fields, with which bodies are validated and values are made.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Number, Value};

use super::pattern::Pattern;

/// A field of an object.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) required: bool,
    /// Whether only the state shows it: the id of a parent that the vendor does not write.
    #[serde(default)]
    pub(crate) hidden: bool,
    #[serde(default)]
    pub(crate) schema: Schema,
}

/// The allowed values.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Schema {
    #[serde(rename = "type", deserialize_with = "one_or_more")]
    pub(crate) types: Vec<String>,
    pub(crate) format: Option<String>,
    #[serde(rename = "enum")]
    pub(crate) values: Option<Vec<Value>>,
    /// Values of an open enumeration.
    pub(crate) known: Option<Vec<Value>>,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    #[serde(rename = "minLength")]
    pub(crate) min_length: usize,
    #[serde(rename = "maxLength")]
    pub(crate) max_length: Option<usize>,
    #[serde(rename = "minItems")]
    pub(crate) min_items: usize,
    #[serde(rename = "maxItems")]
    pub(crate) max_items: Option<usize>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) example: Option<Value>,
    pub(crate) examples: Vec<Value>,
    pub(crate) items: Option<Box<Schema>>,
    pub(crate) properties: BTreeMap<String, Schema>,
    pub(crate) required: Vec<String>,
}

pub(super) fn one_or_more<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        One(String),
        More(Vec<String>),
    }
    Ok(match Given::deserialize(deserializer)? {
        Given::One(one) => vec![one],
        Given::More(more) => more,
    })
}

impl Schema {
    pub(crate) fn allows(&self, kind: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|known| known == kind)
    }

    pub(crate) fn is_id(&self) -> bool {
        self.format.as_deref() == Some("mspkit-id")
    }

    fn is_truth(&self) -> bool {
        self.types.iter().any(|kind| kind == "boolean") && !self.types.iter().any(|kind| kind == "string")
    }

    /// Whether a text is long enough and matches the pattern.
    pub(super) fn takes(&self, text: &str) -> bool {
        text.chars().count() >= self.min_length
            && self.pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
    }

    /// A value as it is stored: ids are texts, and a truth value that came as text is one.
    pub(super) fn stored(&self, value: &Value) -> Value {
        match (value, &self.items) {
            (Value::Number(id), _) if self.is_id() => id_text(id).into(),
            (Value::String(text), _) if self.is_truth() => {
                text.parse().map_or_else(|_| value.clone(), Value::Bool)
            }
            (Value::Array(list), Some(items)) => list.iter().map(|value| items.stored(value)).collect(),
            _ => value.clone(),
        }
    }

    /// Example values of a document.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Value> {
        self.example.iter().chain(&self.examples)
    }
}

/// A number as an id: without the fraction of zero that some programs write.
pub(super) fn id_text(number: &Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(number) => format!("{number:.0}"),
        None => number.to_string(),
    }
}
