//! CSV of customers: a row each, with the service organization that it belongs to.
//!
//! Spreadsheets write CSV with a byte order mark and, where the comma is the decimal point, with semicolons.

use mspkit_reconcile::Lines;
use mspkit_reconcile::name::folded;

use crate::document::{Content, Entry, Node};
use crate::kinds::{self, Kind};
use crate::problems::Problems;

/// The columns that name the service organization.
const PARENTS: [&str; 2] = ["so_id", "so_name"];

pub(super) fn read(text: &str, problems: &mut Problems) -> Option<Node> {
    let (orgs, customers) = (kinds::named("service_org")?, kinds::named("customer")?);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut header: Option<Vec<String>> = None;
    let mut groups: Vec<(Entry, Vec<Node>)> = Vec::new();
    let mut lines = Lines::of(text);
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = lines.at(error.position().map_or(0, csv::Position::byte));
                problems.add(line, "", format!("is not CSV: {error}"));
                return None;
            }
        };
        let line = lines.at(record.position().map_or(0, csv::Position::byte));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        match &header {
            None => header = Some(columns(&record, customers, line, problems)?),
            Some(columns) => {
                let Some((parent, row)) = row(&record, columns, line, problems) else { continue };
                match groups.iter_mut().find(|(known, _)| same(known, &parent)) {
                    Some((_, rows)) => rows.push(row),
                    None => groups.push((parent, vec![row])),
                }
            }
        }
    }
    if header.is_none() {
        problems.add(1, "", "is empty; the first line must have the names of the columns");
        return None;
    }
    let org = |(parent, rows): (Entry, Vec<Node>)| {
        let line = parent.line;
        let rows =
            Entry { name: customers.list.to_owned(), line, value: Node::new(line, Content::List(rows)) };
        Node::new(line, Content::Map(vec![parent, rows]))
    };
    let list = Node::new(1, Content::List(groups.into_iter().map(org).collect()));
    let orgs = Entry { name: orgs.list.to_owned(), line: 1, value: list };
    Some(Node::new(1, Content::Map(vec![orgs])))
}

/// The delimiter that is most frequent in the first line, outside of quotes.
fn delimiter(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in text.lines().next().unwrap_or_default().bytes() {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(one, _)| *one == byte && !quoted) {
            *count += 1;
        }
    }
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}

/// The names of the columns.
fn columns(
    record: &csv::StringRecord,
    kind: &Kind,
    line: usize,
    problems: &mut Problems,
) -> Option<Vec<String>> {
    let names: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
    let known = || kind.fields().map(|param| param.name).chain(PARENTS);
    let mut good = true;
    for (at, name) in names.iter().enumerate() {
        if name.is_empty() {
            continue;
        }
        if !known().any(|known| known == name) {
            problems.add(line, name, crate::rows::unknown("a column", name, known()));
            good = false;
        } else if names[..at].contains(name) {
            problems.add(line, name, "is a column twice");
            good = false;
        }
    }
    if !names.iter().any(|name| PARENTS.contains(&name.as_str())) {
        problems.add(line, PARENTS[0], format!("is required as a column, or {}", PARENTS[1]));
        good = false;
    }
    good.then_some(names)
}

/// The service organization of a row, and its customer.
fn row(
    record: &csv::StringRecord,
    columns: &[String],
    line: usize,
    problems: &mut Problems,
) -> Option<(Entry, Node)> {
    let mut parents = Vec::new();
    let mut fields = Vec::new();
    for (at, cell) in record.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
        let Some(name) = columns.get(at).filter(|name| !name.is_empty()) else {
            problems.add(line, "", format!("has a value in column {}, which has no name", at + 1));
            return None;
        };
        let scalar = Content::Scalar { text: cell.to_owned(), quoted: false };
        let entry = Entry { name: name.clone(), line, value: Node::new(line, scalar) };
        if PARENTS.contains(&name.as_str()) { parents.push(entry) } else { fields.push(entry) }
    }
    match (parents.pop(), parents.is_empty()) {
        (Some(parent), true) => Some((parent, Node::new(line, Content::Map(fields)))),
        (None, _) => {
            problems.add(line, PARENTS[0], format!("is required, or {}", PARENTS[1]));
            None
        }
        (Some(_), false) => {
            problems.add(line, PARENTS[0], format!("must be given alone, without {}", PARENTS[1]));
            None
        }
    }
}

fn same(one: &Entry, other: &Entry) -> bool {
    let text = |entry: &Entry| match &entry.value.content {
        Content::Scalar { text, .. } => folded(text),
        _ => String::new(),
    };
    one.name == other.name && text(one) == text(other)
}
