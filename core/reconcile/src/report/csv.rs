//! Reports as CSV, and the mapping that a person can correct.

use csv::{Terminator, Writer, WriterBuilder};

use super::row;
use crate::reconciliation::Reconciliation;
use crate::side::Shown;

/// What makes spreadsheets take a text for a formula.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r'];
/// Spreadsheets recognize UTF-8 by it.
const BYTE_ORDER_MARK: &str = "\u{feff}";

impl Reconciliation {
    /// A table as CSV: the result, why, the score, `yes` if compared fields differ, and the fields of both sides. An
    /// ambiguous row has a line for each candidate. Texts that a spreadsheet would run as a formula begin with `'`. With
    /// `excel`, it begins with a byte order mark, by which Excel recognizes UTF-8.
    pub fn to_csv(&self, excel: bool) -> String {
        let mut writer = writer();
        let own = ["result", "why", "score", "differs"].map(str::to_owned);
        add(&mut writer, own.into_iter().chain(self.columns().iter().map(defused)));
        for line in self.lines() {
            let score = line.score.map(|score| score.to_string()).unwrap_or_default();
            let differs = if line.differing.is_empty() { "" } else { "yes" };
            let own = [line.result, line.why, &score, differs].map(str::to_owned);
            let cells = self.cells(&line).map(|cell| match cell {
                Shown::Text(text) => defused(text),
                plain => plain.text().to_owned(),
            });
            add(&mut writer, own.into_iter().chain(cells));
        }
        text_of(writer, excel)
    }

    /// The mapping as CSV, to be corrected and passed in again: the pairs that match, the lines that say `never`, lines that
    /// do not apply at present, and the rows without a match, whose other side is to be filled in. The columns `left`, `right`
    /// and `never` count; the others help to decide.
    pub fn to_mapping(&self, excel: bool) -> String {
        let mut writer = writer();
        add(
            &mut writer,
            ["left", "right", "never", "left_name", "right_name", "score", "candidates"].map(str::to_owned),
        );
        let (left, right) = (&self.left, &self.right);
        let mut line =
            |ids: [&str; 2], never: bool, names: [&str; 2], score: Option<f64>, candidates: &[String]| {
                let never = if never { "never" } else { "" };
                let score = score.map(|score| score.to_string()).unwrap_or_default();
                let cells = [ids[0], ids[1], never, names[0], names[1], &score, &candidates.join(" | ")];
                add(&mut writer, cells.map(defused));
            };
        for one in &self.matched {
            let (to, from) = (row(one.left), row(one.right));
            line(
                [left.label(to), right.label(from)],
                false,
                [left.title(to), right.title(from)],
                Some(one.score),
                &[],
            );
        }
        for (at, pair) in self.options.mapping.pairs.iter().enumerate() {
            let waits = self
                .problems
                .iter()
                .any(|problem| problem.line == pair.line && problem.reason == "not_found");
            let repeated = self.options.mapping.pairs[..at].contains(pair);
            if (pair.never || waits) && !repeated {
                line([&pair.left, &pair.right], pair.never, ["", ""], None, &[]);
            }
        }
        for one in &self.ambiguous {
            let of = |side: &crate::side::Side| {
                one.candidates.iter().map(|each| side.label(row(each.row)).to_owned()).collect::<Vec<_>>()
            };
            if one.side == "left" {
                line([left.label(row(one.row)), ""], false, [left.title(row(one.row)), ""], None, &of(right));
            } else {
                line(
                    ["", right.label(row(one.row))],
                    false,
                    ["", right.title(row(one.row))],
                    None,
                    &of(left),
                );
            }
        }
        for one in &self.only_left {
            line([left.label(row(one.row)), ""], false, [left.title(row(one.row)), ""], None, &[]);
        }
        for one in &self.only_right {
            line(["", right.label(row(one.row))], false, ["", right.title(row(one.row))], None, &[]);
        }
        text_of(writer, excel)
    }
}

/// A text that no spreadsheet runs as a formula: it begins with `'` if it would otherwise.
///
/// ```
/// assert_eq!(mspkit_reconcile::defused("=1+1"), "'=1+1");
/// assert_eq!(mspkit_reconcile::defused("Contoso"), "Contoso");
/// ```
pub fn defused(text: impl AsRef<str>) -> String {
    let text = text.as_ref();
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

/// The text that was [defused].
pub(crate) fn undefused(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(text)
}

pub(crate) fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(Vec::new())
}

pub(crate) fn add(writer: &mut Writer<Vec<u8>>, cells: impl IntoIterator<Item = String>) {
    // A buffer in memory takes everything.
    let _ = writer.write_record(cells.into_iter().map(String::into_bytes));
}

pub(crate) fn text_of(writer: Writer<Vec<u8>>, excel: bool) -> String {
    let text = writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    if excel { format!("{BYTE_ORDER_MARK}{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_come_back() {
        for text in ["=1+1", "+49 30", "-5", "@SUM(A1)", "\tx", "\rx", "plain", "'quoted'", "", "a=b"] {
            let safe = defused(text);
            assert!(!safe.starts_with(FORMULA), "{text:?}");
            assert_eq!(undefused(&safe), text);
        }
    }
}
