//! JSON, whose parser says where each value is by the part of the text that it returns.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::document::{Content, DEEPEST, Entry, Lines, Node};

pub(super) fn read(text: &str) -> Result<Node, (usize, String)> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| (error.line().max(1), broken(&error)))?;
    Reader { text, lines: Lines::of(text) }.node(raw, 0)
}

fn broken(error: &serde_json::Error) -> String {
    format!("is not JSON: {error}")
}

struct Reader<'a> {
    text: &'a str,
    lines: Lines,
}

impl Reader<'_> {
    fn node(&self, raw: &RawValue, depth: usize) -> Result<Node, (usize, String)> {
        let json = raw.get();
        let line = self.lines.at((json.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize));
        let fault = |error: serde_json::Error| (line, broken(&error));
        if depth >= DEEPEST {
            return Err((line, format!("is nested deeper than {DEEPEST} levels")));
        }
        let content = match json.as_bytes().first() {
            Some(b'n') => Content::Null,
            Some(b'"') => Content::Scalar { text: serde_json::from_str(json).map_err(fault)?, quoted: true },
            Some(b'[') => {
                let entries: Vec<&RawValue> = serde_json::from_str(json).map_err(fault)?;
                Content::List(
                    entries.into_iter().map(|entry| self.node(entry, depth + 1)).collect::<Result<_, _>>()?,
                )
            }
            Some(b'{') => {
                let mut json = serde_json::Deserializer::from_str(json);
                let members = json.deserialize_map(Members).map_err(fault)?;
                let entry = |(name, raw): (String, &RawValue)| {
                    let value = self.node(raw, depth + 1)?;
                    Ok(Entry { name, line: value.line, value })
                };
                Content::Map(members.into_iter().map(entry).collect::<Result<_, _>>()?)
            }
            _ => Content::Scalar { text: json.to_owned(), quoted: false },
        };
        Ok(Node::new(line, content))
    }
}

/// The members of an object, also those with the same name.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}
