//! The decisions of a person: which rows belong together, and which never do.

use std::borrow::Cow;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Error, Result, describe, quote};
use crate::lines::Lines;
use crate::options::members;
use crate::report::csv::undefused;

/// What stands in the column `never` of a pair that never matches.
const NEVER: &[&str] = &["never", "yes", "true", "x", "1"];
/// What stands there otherwise.
const NOT_NEVER: &[&str] = &["", "no", "false", "0"];

/// Pairs that a person decided on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    pub(crate) pairs: Vec<Pair>,
}

/// One decision: the values by which it names a left and a right row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The line of the CSV, or the number of the entry, from 1.
    pub(crate) line: usize,
    pub(crate) left: String,
    pub(crate) right: String,
    pub(crate) never: bool,
}

impl Mapping {
    /// An empty mapping.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds rows that belong together.
    #[must_use]
    pub fn pair(self, left: impl Into<String>, right: impl Into<String>) -> Self {
        self.with(left.into(), right.into(), false)
    }

    /// Adds rows that never belong together.
    #[must_use]
    pub fn never(self, left: impl Into<String>, right: impl Into<String>) -> Self {
        self.with(left.into(), right.into(), true)
    }

    fn with(mut self, left: String, right: String, never: bool) -> Self {
        let line = self.pairs.len() + 1;
        self.pairs.push(Pair { line, left, right, never });
        self
    }

    /// Reads a file with CSV or JSON. `argument` is the name of the option in errors.
    pub fn read(argument: &str, path: impl AsRef<Path>) -> Result<Self> {
        let shown = quote(&path.as_ref().to_string_lossy());
        let failed = |error: std::io::Error| {
            Error::new(argument, format!("{shown} ({error})"), "must be a file that can be read")
        };
        let bytes = std::fs::read(&path).map_err(failed)?;
        let text =
            String::from_utf8(bytes).map_err(|_| Error::new(argument, shown, "must be a file in UTF-8"))?;
        Self::from_text(argument, &text)
    }

    /// Reads CSV or JSON: JSON begins with `[` or `{`.
    pub fn from_text(argument: &str, text: &str) -> Result<Self> {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with(['[', '{']) {
            let raw: &RawValue = serde_json::from_str(text)
                .map_err(|error| Error::new(argument, error.to_string(), "must be CSV or JSON"))?;
            Self::from_json(argument, raw.get())
        } else {
            Self::from_csv(argument, text)
        }
    }

    /// Reads the value of the option.
    pub(crate) fn from_json(argument: &str, raw: &str) -> Result<Self> {
        let mut pairs = Vec::new();
        match raw.as_bytes().first() {
            Some(b'"') => {
                let text: String =
                    serde_json::from_str(raw).map_err(|_| Error::new(argument, "a text", "must be valid"))?;
                return Self::from_text(argument, &text);
            }
            Some(b'{') => {
                for (at, (left, right)) in members(raw.as_bytes()).unwrap_or_default().into_iter().enumerate()
                {
                    let right = named(&format!("{argument}[{left}]"), Some(&right))?;
                    pairs.push(Pair { line: at + 1, left, right, never: false });
                }
            }
            Some(b'[') => {
                let entries: Vec<&RawValue> = serde_json::from_str(raw).unwrap_or_default();
                for (at, entry) in entries.into_iter().enumerate() {
                    pairs.push(Pair::of(&format!("{argument}[{at}]"), at + 1, entry.get())?);
                }
            }
            _ => {
                let allowed =
                    "must be CSV or JSON as text, a list of objects with left and right, or an object";
                return Err(Error::new(argument, describe(raw), allowed));
            }
        }
        Ok(Self { pairs: pairs.into_iter().filter(Pair::is_decided).collect() })
    }

    fn from_csv(argument: &str, text: &str) -> Result<Self> {
        let first = text.lines().next().unwrap_or_default();
        let delimiter =
            [b';', b'\t'].into_iter().find(|mark| !first.contains(',') && first.contains(char::from(*mark)));
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter.unwrap_or(b','))
            .flexible(true)
            .from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| broken(argument, &error))?;
        let column = |name: &str| headers.iter().position(|header| header.trim().eq_ignore_ascii_case(name));
        let (Some(left), Some(right)) = (column("left"), column("right")) else {
            let allowed = "must begin with a line that names the columns left and right";
            return Err(Error::new(argument, quote(first), allowed));
        };
        let never = column("never");
        let (mut pairs, mut lines) = (Vec::new(), Lines::of(text));
        for record in reader.records() {
            let record = record.map_err(|error| broken(argument, &error))?;
            let line = lines.at(record.position().map_or(0, csv::Position::byte));
            let cell = |column: usize| record.get(column).unwrap_or_default();
            let named = |column: usize| undefused(cell(column).trim()).to_owned();
            let never = match never
                .map(|column| cell(column).trim().to_lowercase())
                .unwrap_or_default()
                .as_str()
            {
                word if NEVER.contains(&word) => true,
                word if NOT_NEVER.contains(&word) => false,
                word => {
                    let allowed = format!("must be one of {}, or empty", NEVER.join(", "));
                    return Err(Error::new(format!("{argument}[line {line}][never]"), quote(word), allowed));
                }
            };
            pairs.push(Pair { line, left: named(left), right: named(right), never });
        }
        Ok(Self { pairs: pairs.into_iter().filter(Pair::is_decided).collect() })
    }
}

impl Pair {
    /// A line with one side only is still to be decided.
    fn is_decided(&self) -> bool {
        !self.left.trim().is_empty() && !self.right.trim().is_empty()
    }

    fn of(argument: &str, line: usize, raw: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Entry<'e> {
            #[serde(borrow)]
            left: Option<&'e RawValue>,
            #[serde(borrow)]
            right: Option<&'e RawValue>,
            #[serde(default, borrow)]
            never: Option<&'e RawValue>,
        }
        let wrong = |_| Error::new(argument, describe(raw), "must be an object with left and right");
        let entry: Entry<'_> = if raw.starts_with('{') {
            serde_json::from_str(raw).map_err(wrong)?
        } else {
            return Err(Error::new(argument, describe(raw), "must be an object with left and right"));
        };
        let never = match entry.never.map(RawValue::get) {
            None | Some("null" | "false") => false,
            Some("true") => true,
            Some(other) => {
                return Err(Error::new(
                    format!("{argument}[never]"),
                    describe(other),
                    "must be true or false",
                ));
            }
        };
        let left = named(&format!("{argument}[left]"), entry.left)?;
        let right = named(&format!("{argument}[right]"), entry.right)?;
        Ok(Self { line, left, right, never })
    }
}

/// The value by which a row is named; empty if it is still to be decided.
fn named(argument: &str, raw: Option<&RawValue>) -> Result<String> {
    let text = match raw.map(RawValue::get) {
        None | Some("null") => Some(Cow::Borrowed("")),
        Some(raw) => crate::rows::text_of(raw),
    };
    let wrong = || {
        Error::new(
            argument,
            raw.map_or_else(String::new, |raw| describe(raw.get())),
            "must be text or a number",
        )
    };
    Ok(text.ok_or_else(wrong)?.trim().to_owned())
}

fn broken(argument: &str, error: &csv::Error) -> Error {
    Error::new(argument, error.to_string(), "must be CSV in UTF-8")
}
