//! Variables of a case: `$name` is replaced by a value, `${name}` inside a longer string by its text.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

#[derive(Default)]
pub(crate) struct Variables(BTreeMap<String, Value>);

impl Variables {
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// The value with its variables replaced; keys of objects stay as they are.
    pub(crate) fn fill(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => self.text(text)?,
            Value::Array(entries) => {
                Value::Array(entries.iter().map(|entry| self.fill(entry)).collect::<Result<_, _>>()?)
            }
            Value::Object(members) => Value::Object(self.fill_map(members)?),
            other => other.clone(),
        })
    }

    pub(crate) fn fill_map(&self, members: &Map<String, Value>) -> Result<Map<String, Value>, String> {
        members.iter().map(|(name, value)| Ok((name.clone(), self.fill(value)?))).collect()
    }

    fn text(&self, text: &str) -> Result<Value, String> {
        if let Some(name) = text.strip_prefix('$').filter(|name| is_name(name)) {
            return self.get(name).cloned();
        }
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, behind)) = after.split_once('}').filter(|(name, _)| is_name(name)) else { break };
            filled.push_str(before);
            match self.get(name)? {
                Value::String(text) => filled.push_str(text),
                other => filled.push_str(&other.to_string()),
            }
            rest = behind;
        }
        filled.push_str(rest);
        Ok(Value::String(filled))
    }

    fn get(&self, name: &str) -> Result<&Value, String> {
        self.0.get(name).ok_or_else(|| format!("there is no variable {name}"))
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
