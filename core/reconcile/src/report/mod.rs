//! Reports: the result as one table, for CSV and HTML.

pub(crate) mod csv;
mod html;

use std::collections::HashSet;

use crate::reconciliation::Reconciliation;
use crate::side::{Shown, Side};

/// The title of an HTML page that has no other.
pub const TITLE: &str = "Reconciliation";

/// A line of a report: a pair, a row of one side, or a row with one of its candidates.
pub(crate) struct Line<'r> {
    /// `matched`, `only_left`, `only_right` or `ambiguous`.
    pub(crate) result: &'static str,
    /// Why, or the reason why not.
    pub(crate) why: &'static str,
    pub(crate) score: Option<f64>,
    pub(crate) left: Option<&'r [Shown]>,
    pub(crate) right: Option<&'r [Shown]>,
    /// The places of the fields that differ, in the left and the right columns.
    pub(crate) differing: Vec<(usize, usize)>,
}

/// A place as the number of a row, which it is by construction.
fn row(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl Reconciliation {
    /// The lines: what matches, then the left rows without a match, the right ones, and the ambiguous ones.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let matched = self.matched.iter().map(|one| Line {
            result: "matched",
            why: one.why,
            score: Some(one.score),
            left: Some(self.left.shown(row(one.left))),
            right: Some(self.right.shown(row(one.right))),
            differing: one
                .differences
                .iter()
                .map(|each| (at(&self.left, &each.left_field), at(&self.right, &each.right_field)))
                .collect(),
        });
        let only_left = self.only_left.iter().map(|one| {
            let left = Some(self.left.shown(row(one.row)));
            Line {
                result: "only_left",
                why: one.reason,
                score: None,
                left,
                right: None,
                differing: Vec::new(),
            }
        });
        let only_right = self.only_right.iter().map(|one| {
            let right = Some(self.right.shown(row(one.row)));
            Line {
                result: "only_right",
                why: one.reason,
                score: None,
                left: None,
                right,
                differing: Vec::new(),
            }
        });
        // A pair of rows that are both ambiguous is one line.
        let mut seen = HashSet::new();
        let pairs = self.ambiguous.iter().flat_map(|one| {
            one.candidates.iter().map(move |candidate| {
                let is_left = one.side == "left";
                let (left, right) = if is_left { (one.row, candidate.row) } else { (candidate.row, one.row) };
                (left, right, one.why, candidate.score)
            })
        });
        let ambiguous = pairs.filter(move |(left, right, ..)| seen.insert((*left, *right))).map(
            move |(left, right, why, score)| Line {
                result: "ambiguous",
                why,
                score: Some(score),
                left: Some(self.left.shown(row(left))),
                right: Some(self.right.shown(row(right))),
                differing: Vec::new(),
            },
        );
        matched.chain(only_left).chain(only_right).chain(ambiguous)
    }

    /// The titles of the columns with the fields of the left rows, then those of the right rows.
    pub(crate) fn columns(&self) -> Vec<String> {
        let titled = |title: &str, side: &Side| {
            side.fields.iter().map(|field| format!("{title}: {field}")).collect::<Vec<_>>()
        };
        [titled(&self.options.left_title, &self.left), titled(&self.options.right_title, &self.right)]
            .concat()
    }

    /// The values of a line in these columns.
    pub(crate) fn cells<'r>(&self, line: &Line<'r>) -> impl Iterator<Item = &'r Shown> + use<'r> {
        let values = |shown: Option<&'r [Shown]>, side: &Side| {
            let missing = if shown.is_some() { 0 } else { side.fields.len() };
            shown.unwrap_or_default().iter().chain(std::iter::repeat_n(&Shown::Nothing, missing))
        };
        values(line.left, &self.left).chain(values(line.right, &self.right))
    }
}

fn at(side: &Side, field: &str) -> usize {
    side.fields.iter().position(|known| known == field).unwrap_or_default()
}
