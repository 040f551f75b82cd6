//! TOML, from its parser's values with positions.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::document::{Content, DEEPEST, Entry, Lines, Node};
use crate::problems::Problems;

pub(super) fn read(text: &str, problems: &mut Problems) -> Option<Node> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let lines = Lines::of(text);
    for error in &errors {
        let line = error.span().map_or(1, |span| lines.at(span.start));
        problems.add(line, "", format!("is not TOML: {}", error.message()));
    }
    if !errors.is_empty() {
        return None;
    }
    match map(table.get_ref(), &lines, 0) {
        Ok(content) => Some(Node::new(1, content)),
        Err((line, message)) => {
            problems.add(line, "", message);
            None
        }
    }
}

fn map(table: &DeTable<'_>, lines: &Lines, depth: usize) -> Result<Content, (usize, String)> {
    let entry = |(name, value): (&Spanned<toml::de::DeString<'_>>, &Spanned<DeValue<'_>>)| {
        let line = lines.at(name.span().start);
        Ok(Entry { name: name.get_ref().to_string(), line, value: node(value, lines, depth + 1)? })
    };
    let mut entries: Vec<Entry> = table.iter().map(entry).collect::<Result<_, _>>()?;
    // The table is sorted by name; the order of the text is the user's.
    entries.sort_by_key(|entry| entry.line);
    Ok(Content::Map(entries))
}

fn node(value: &Spanned<DeValue<'_>>, lines: &Lines, depth: usize) -> Result<Node, (usize, String)> {
    let line = lines.at(value.span().start);
    if depth >= DEEPEST {
        return Err((line, format!("is nested deeper than {DEEPEST} levels")));
    }
    let plain = |text: String| Content::Scalar { text, quoted: false };
    let content = match value.get_ref() {
        DeValue::String(text) => Content::Scalar { text: text.to_string(), quoted: true },
        DeValue::Integer(number) if number.radix() == 10 => plain(number.as_str().to_owned()),
        DeValue::Integer(number) => return Err((line, format!("must be a decimal number; given: {number}"))),
        DeValue::Float(number) => plain(number.as_str().to_owned()),
        DeValue::Boolean(truth) => plain(truth.to_string()),
        DeValue::Datetime(time) => plain(time.to_string()),
        DeValue::Array(entries) => Content::List(
            entries.iter().map(|entry| node(entry, lines, depth + 1)).collect::<Result<_, _>>()?,
        ),
        DeValue::Table(table) => map(table, lines, depth)?,
    };
    Ok(Node::new(line, content))
}
