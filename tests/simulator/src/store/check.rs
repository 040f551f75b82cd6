//! Validates a body by its schema in the document.

use serde_json::{Map, Value};

use super::schema::{Field, Schema};
use super::table::Served;
use crate::services::Problem;
use crate::state::names;

/// All violations: first missing fields, then wrong types, then unknown values of enumerations. Without `whole` no
/// field is missing.
pub(super) fn problems<'f>(
    served: &Served,
    fields: impl IntoIterator<Item = &'f Field>,
    body: &Map<String, Value>,
    whole: bool,
) -> Vec<Problem> {
    let (mut missing, mut forms, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for field in fields {
        let name = field.name.as_str();
        let value = body.get(name);
        let blank = match value {
            None => whole,
            Some(Value::Null) => !field.schema.allows("null"),
            Some(Value::String(text)) => text.trim().is_empty() && !field.schema.takes(text),
            Some(_) => false,
        };
        if field.required && blank {
            let message = served.messages.get(name).cloned();
            missing.push(Problem::new(
                name,
                message.unwrap_or_else(|| format!("{name} is required and cannot be blank")),
            ));
        } else if let Some(value) = value {
            if let Some(allowed) = field.schema.values.as_ref().filter(|allowed| !allowed.contains(value)) {
                let allowed: Vec<_> = allowed.iter().map(shown).collect();
                values.push(Problem::new(name, format!("{name} must be {}", allowed.join(" or "))));
            } else if let Some(wrong) = form(&field.schema, value) {
                forms.push(Problem::new(name, format!("{name} must be {wrong}")));
            }
        }
    }
    missing.into_iter().chain(forms).chain(values).collect()
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether a value has one of the types of a schema; ids are accepted as texts and as numbers.
pub(super) fn is_of_type(schema: &Schema, value: &Value) -> bool {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    schema.allows(kind)
        || kind == "integer" && schema.allows("number")
        || schema.is_id() && matches!(kind, "string" | "integer")
}

/// The expected type, for a value that does not have it.
fn form(schema: &Schema, value: &Value) -> Option<String> {
    if !is_of_type(schema, value) {
        let types: Vec<_> = schema.types.iter().map(String::as_str).filter(|kind| *kind != "null").collect();
        let article =
            if types.first().is_some_and(|kind| kind.starts_with(['a', 'i', 'o'])) { "an" } else { "a" };
        return Some(format!("{article} {}", types.join(" or ")));
    }
    match value {
        Value::String(text) => text_form(schema, text),
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            let low = schema.minimum.filter(|least| number < *least).map(|least| format!("at least {least}"));
            low.or_else(|| schema.maximum.filter(|most| number > *most).map(|most| format!("at most {most}")))
        }
        Value::Array(items) => {
            let wrong = |schema| items.iter().find_map(|item| form(schema, item));
            length(schema, items.len()).or_else(|| {
                wrong(schema.items.as_ref()?).map(|wrong| format!("a list whose items are {wrong}"))
            })
        }
        Value::Object(fields) => {
            let missing = schema.required.iter().find(|name| !fields.contains_key(*name));
            let missing = missing.map(|name| format!("an object with {name}"));
            missing.or_else(|| {
                schema.properties.iter().find_map(|(name, schema)| {
                    Some(format!("an object whose {name} is {}", form(schema, fields.get(name)?)?))
                })
            })
        }
        _ => None,
    }
}

/// The allowed length, for a list that is shorter or longer.
pub(super) fn length(schema: &Schema, length: usize) -> Option<String> {
    if length < schema.min_items {
        return Some(format!("a list of at least {}", schema.min_items));
    }
    schema.max_items.filter(|most| length > *most).map(|most| format!("a list of at most {most}"))
}

fn text_form(schema: &Schema, text: &str) -> Option<String> {
    let letters = |count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let wrong = match schema.format.as_deref() {
        Some("country") if !letters(2) => "a two letter ISO 3166-1 code",
        Some("currency") if !letters(3) => "a three letter ISO 4217 code",
        Some("uuid") if !names::is_guid(text) => "a UUID",
        Some("date") if !names::is_day(text) => "a date, YYYY-MM-DD",
        Some("date-time") if !text.get(..10).is_some_and(names::is_day) => "a date and time",
        _ => "",
    };
    let length = text.chars().count();
    if !wrong.is_empty() {
        Some(wrong.to_owned())
    } else if length < schema.min_length {
        Some(format!("at least {} characters long", schema.min_length))
    } else {
        let long = schema.max_length.filter(|most| length > *most);
        let long = long.map(|most| format!("at most {most} characters long"));
        let pattern = || schema.pattern.as_ref().filter(|pattern| !pattern.matches(text));
        long.or_else(|| pattern().map(|pattern| format!("a text that matches {pattern}")))
    }
}
