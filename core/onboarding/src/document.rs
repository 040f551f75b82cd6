//! A document as all formats are read: values with the lines on which they are.

use mspkit::Param;
use mspkit::schema::Model;
use serde_json::{Map, Value};

/// Deeper documents are refused.
pub(crate) const DEEPEST: usize = 32;

/// A value, and where it begins.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) content: Content,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    Null,
    /// A text, or what is written without quotes and may be a number or a truth value.
    Scalar {
        text: String,
        quoted: bool,
    },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A member of a map.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) value: Node,
}

impl Node {
    pub(crate) fn new(line: usize, content: Content) -> Self {
        Self { line, content }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.content, Content::Null)
    }

    /// What it is, for an error.
    pub(crate) fn shown(&self) -> String {
        match &self.content {
            Content::Null => "nothing".to_owned(),
            Content::Scalar { text, quoted: false } => short(text),
            Content::Scalar { text, .. } => Value::from(short(text)).to_string(),
            Content::List(_) => "a list".to_owned(),
            Content::Map(_) => "an object".to_owned(),
        }
    }

    /// Its JSON as a value of a parameter.
    pub(crate) fn json_for(&self, param: &Param) -> Value {
        self.json(param.kind)
    }

    /// Its JSON as a value of this kind: what is written without quotes is what the kind needs.
    fn json(&self, kind: mspkit::Kind) -> Value {
        use mspkit::Kind as K;
        match (&self.content, kind) {
            (Content::Null, _) => Value::Null,
            (Content::Scalar { text, quoted: true }, _) => Value::from(text.as_str()),
            (
                Content::Scalar { text, .. },
                K::Bool
                | K::Int { .. }
                | K::Number { .. }
                | K::IntOneOf { .. }
                | K::Object
                | K::Any
                | K::Model { .. },
            ) => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str())),
            (Content::Scalar { text, .. }, _) => match text.to_ascii_lowercase().as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => Value::from(text.as_str()),
            },
            (Content::List(entries), K::List { of }) => entries.iter().map(|entry| entry.json(*of)).collect(),
            (Content::List(entries), _) => entries.iter().map(|entry| entry.json(K::Text)).collect(),
            (Content::Map(entries), kind) => {
                let of = |name: &str| match kind {
                    K::Model { of } => field_kind(of, name),
                    _ => K::Any,
                };
                let member = |entry: &Entry| (entry.name.clone(), entry.value.json(of(&entry.name)));
                Value::Object(entries.iter().map(member).collect::<Map<_, _>>())
            }
        }
    }
}

fn field_kind(model: &Model, name: &str) -> mspkit::Kind {
    model.field(name).map_or(mspkit::Kind::Any, |field| field.kind)
}

/// A text that fits into an error.
pub(crate) fn short(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The lines of a text by the positions in it.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    /// The line of a byte, from 1.
    pub(crate) fn at(&self, byte: usize) -> usize {
        self.0.partition_point(|end| *end < byte) + 1
    }
}
