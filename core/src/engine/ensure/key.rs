//! What identifies an object before it has an id: the wanted values, and which rows have them.

use crate::base::error::{Error, Result};
use crate::base::quote::quote;
use crate::engine::request::{Fields, RequestTemplate};
use crate::table::{Ensure, KeyField};
use crate::wire::raw;
use mspkit_reconcile::name::{composed, folded};

/// The characters besides letters and digits that a row filter compares literally.
const PLAIN: &[char] = &[' ', '-', '_', '.', '&'];

/// The wanted values of the fields that identify an object.
pub(super) struct Key(Vec<Part>);

struct Part {
    field: &'static str,
    /// As it was given.
    text: String,
    folded: String,
}

/// How a row matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// The values are written alike.
    Exact,
    /// They are the same to a person.
    Folded,
}

impl Key {
    pub(super) fn of(ensure: &Ensure, template: &RequestTemplate) -> Result<Self> {
        let mut parts = Vec::new();
        for field in ensure.key {
            let value = |wire: &&'static str| given(&template.fields, wire).map(|text| (*wire, text));
            let Some((wire, text)) = field.params.iter().find_map(value) else {
                let reason = "it tells whether the object exists";
                return Err(Error::required(template.name_of(field.params[0]), reason));
            };
            let folded = folded(&text);
            if folded.is_empty() {
                let allowed = "must not be blank: it tells whether the object exists";
                return Err(Error::argument(template.name_of(wire), &quote(&text), allowed));
            }
            parts.push(Part { field: field.field, text, folded });
        }
        Ok(Self(parts))
    }

    /// Whether a row has the wanted values.
    pub(super) fn likeness(&self, row: &str) -> Option<Likeness> {
        let mut likeness = Likeness::Exact;
        for part in &self.0 {
            let text = text_of(raw::member(row, part.field)?)?;
            if folded(&text) != part.folded {
                return None;
            }
            if composed(&text) != composed(&part.text) {
                likeness = Likeness::Folded;
            }
        }
        Some(likeness)
    }

    /// The filter for exactly these values; `None` if one contains a character that may mean something in it.
    pub(super) fn filter(&self) -> Option<String> {
        let plain = |part: &Part| part.text.chars().all(|c| c.is_alphanumeric() || PLAIN.contains(&c));
        let test = |part: &Part| format!("{}=={}", part.field, part.text);
        self.0.iter().all(plain).then(|| self.0.iter().map(test).collect::<Vec<_>>().join(";"))
    }

    /// The values of a row as one text, the same as the [`identity`](Self::identity) of a key that the row has.
    pub(super) fn identity_of(ensure: &Ensure, row: &str) -> Option<String> {
        let text = |field: &KeyField| Some(folded(&text_of(raw::member(row, field.field)?)?));
        ensure.key.iter().map(text).collect::<Option<Vec<_>>>().map(|texts| texts.join("\n"))
    }

    /// The values as one text, the same for all that are the same.
    pub(super) fn identity(&self) -> String {
        self.0.iter().map(|part| part.folded.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The values for a person.
    pub(super) fn shown(&self) -> String {
        self.0
            .iter()
            .map(|part| format!("{} {}", part.field, quote(&part.text)))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// A field that was given, as text; null counts as not given.
fn given(fields: &Fields, wire: &str) -> Option<String> {
    let (_, raw) = fields.iter().find(|(name, _)| name == wire)?;
    text_of(raw)
}

/// A text, or a number or truth value as text.
pub(super) fn text_of(raw: &str) -> Option<String> {
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str(raw).ok(),
        b'n' | b'{' | b'[' => None,
        _ => Some(raw.to_owned()),
    }
}
