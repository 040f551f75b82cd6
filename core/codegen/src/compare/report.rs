//! Differences as text that is easy to search, and as JSON.

use std::fmt;

use serde::Serialize;
use serde_json::json;

use super::Comparison;

/// The kind of a difference: the word that its line begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// An operation.
    Operation,
    /// A parameter.
    Parameter,
    /// A body, or a field of it.
    Field,
    /// A type.
    Type,
    /// The values of an enumeration.
    Enum,
}

const WORDS: [(Word, &str); 5] = [
    (Word::Operation, "operation"),
    (Word::Parameter, "parameter"),
    (Word::Field, "field"),
    (Word::Type, "type"),
    (Word::Enum, "enum"),
];

/// A difference. "There" is the vendor's file, "here" is our document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its kind.
    pub word: Word,
    /// The method of the operation, in capitals.
    pub method: String,
    /// The path of the operation.
    pub path: String,
    /// Where in the operation: `query pageSize`, `body a.b[].c`; empty for the operation itself.
    pub place: String,
    /// What differs.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(word, _)| *word == self.word).map_or("", |(_, text)| text);
        write!(f, "{word} {} {}", self.method, self.path)?;
        if !self.place.is_empty() {
            write!(f, " {}", self.place)?;
        }
        write!(f, ": {}", self.what)
    }
}

pub(super) fn text(comparison: &Comparison) -> String {
    let mut lines: Vec<String> = comparison.differences.iter().map(Difference::to_string).collect();
    let unresolved = comparison.unresolved.iter();
    lines.extend(
        unresolved
            .map(|name| format!("note: {name} has no target there; what it stands for is not compared")),
    );
    let operations = if comparison.common == 1 { "operation" } else { "operations" };
    let common = format!("{} {operations} compared with {}", comparison.common, comparison.service);
    let counts: Vec<String> = counts(comparison)
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    lines.push(match comparison.differences.len() {
        0 => format!("summary: no differences; {common}"),
        1 => format!("summary: 1 difference ({}); {common}", counts.join(", ")),
        all => format!("summary: {all} differences ({}); {common}", counts.join(", ")),
    });
    lines.join("\n") + "\n"
}

pub(super) fn json(comparison: &Comparison) -> String {
    let counts: serde_json::Map<_, _> =
        counts(comparison).map(|(word, count)| (word.to_owned(), count.into())).collect();
    let report = json!({
        "service": comparison.service,
        "compared": comparison.common,
        "counts": counts,
        "differences": comparison.differences,
        "unresolved": comparison.unresolved,
    });
    format!("{report:#}\n")
}

fn counts(comparison: &Comparison) -> impl Iterator<Item = (&'static str, usize)> {
    WORDS.iter().map(|(word, text)| {
        (*text, comparison.differences.iter().filter(|difference| difference.word == *word).count())
    })
}
