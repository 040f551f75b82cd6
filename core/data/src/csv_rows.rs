//! Rows as lines of CSV (RFC 4180).
//!
//! A column is a value of the model: those of nested objects are named by their path, `address.city`, and lists are JSON
//! text. Texts that a spreadsheet would run as a formula begin with `'`. For Excel, the file begins with a byte order mark,
//! and ids that it would take for numbers and change are written as `="007"`.

use csv::{Terminator, WriterBuilder};
use mspkit::{CurrentPage, RawPage, Reader, Result, Unreadable};
use mspkit_reconcile::defused;

use crate::tree::{Member, Tree};
use crate::{Columns, Type};

/// Spreadsheets recognize UTF-8 by it.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// Excel shows whole numbers with more digits in another form, and rounds those with more than 15.
const DIGITS: usize = 11;

/// Writes rows as CSV.
#[derive(Debug)]
pub(crate) struct CsvRows {
    names: Vec<String>,
    ids: Vec<bool>,
    tree: Tree<usize>,
    excel: bool,
    cells: Vec<String>,
}

impl CsvRows {
    pub(crate) fn new(columns: &Columns, excel: bool) -> Self {
        let leaves = columns.flat();
        let paths: Vec<_> = leaves.iter().enumerate().map(|(at, leaf)| (&*leaf.path, at)).collect();
        let tree = Tree::of(&paths);
        let ids = leaves.iter().map(|leaf| leaf.data_type == Type::Id).collect();
        let cells = vec![String::new(); leaves.len()];
        Self { names: leaves.into_iter().map(|leaf| leaf.name).collect(), ids, tree, excel, cells }
    }

    /// The first line.
    pub(crate) fn header(&self) -> Vec<u8> {
        let mark = if self.excel { BYTE_ORDER_MARK.as_bytes() } else { &[] };
        let mut out = mark.to_vec();
        let mut writer = writer(&mut out);
        // A buffer in memory takes everything.
        let _ = writer.write_record(self.names.iter().map(defused));
        drop(writer);
        out
    }

    /// Adds the lines of the items that are left of a page; those before one that cannot be read come without an error.
    pub(crate) fn rest(&mut self, current: &CurrentPage, out: &mut Vec<u8>) -> Result<usize> {
        let mut writer = writer(out);
        let read = current.read_rest(|page, at| self.row(page, at, &mut writer));
        Ok(read?.1.len())
    }

    fn row(&mut self, page: &RawPage, at: usize, writer: &mut csv::Writer<&mut Vec<u8>>) -> Result<()> {
        self.cells.iter_mut().for_each(String::clear);
        let (tree, cells) = (&self.tree, &mut self.cells);
        page.read_with(at, |item| Reader::whole(item, |row| fill(tree, row, cells)))?;
        if self.excel {
            for (cell, _) in self.cells.iter_mut().zip(&self.ids).filter(|(_, id)| **id) {
                if looks_like_number(cell) {
                    *cell = format!("=\"{cell}\"");
                }
            }
        }
        // A buffer in memory takes everything.
        let _ = writer.write_record(&self.cells);
        Ok(())
    }
}

fn writer(out: &mut Vec<u8>) -> csv::Writer<&mut Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out)
}

/// Fills the cells of an object's members.
fn fill(tree: &Tree<usize>, object: Reader<'_, '_>, cells: &mut [String]) -> Result<(), Unreadable> {
    object.object_of(&tree.known, |member, value| {
        match member.map(|at| &tree.members[at]) {
            Err(_) => drop(value.skip()?),
            Ok(Member::Leaf(at)) => {
                let raw = value.skip()?;
                cells[*at].clear();
                push(raw, &mut cells[*at])?;
            }
            Ok(Member::Inner(inner)) => fill(inner, value, cells)?,
        }
        Ok(())
    })?;
    Ok(())
}

/// Adds a value to a cell: a text without quotes, nothing for null, and anything else as its JSON.
fn push(raw: &str, cell: &mut String) -> Result<(), Unreadable> {
    match raw.as_bytes().first() {
        Some(b'n') => {}
        Some(b'"') => {
            let text = Reader::whole(raw.as_bytes(), |value| Ok(value.text()?.unwrap_or_default()))?;
            cell.push_str(&defused(&text));
        }
        _ => cell.push_str(raw),
    }
    Ok(())
}

/// Whether a spreadsheet takes an id for a number and shows another one.
fn looks_like_number(id: &str) -> bool {
    let digits = id.bytes().filter(u8::is_ascii_digit).count();
    let number = digits > 0 && id.parse::<f64>().is_ok();
    let plain = digits == id.len() && digits <= DIGITS && (id == "0" || !id.starts_with('0'));
    number && !plain
}
