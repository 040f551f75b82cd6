//! The result: what matches, what is only on one side, and what a person has to decide.

use std::fmt;

use serde::Serialize;

use crate::difference::{Difference, Json, is_same};
use crate::error::Result;
use crate::matching::{Matching, Open};
use crate::options::{Key, Kind, Options};
use crate::rows::{Fields, Rows};
use crate::side::Side;

/// Two rows that match.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Match {
    /// The left row, by its place in the list, from 0.
    pub left: usize,
    /// The right row.
    pub right: usize,
    /// How sure it is: 1 if a key is equal or a person said so, otherwise how similar the names are.
    pub score: f64,
    /// Why they match: `mapping`, `id`, `domain` or `name`.
    pub why: &'static str,
    /// The compared fields with different values.
    pub differences: Vec<Difference>,
}

/// A row that no row of the other side matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unmatched {
    /// The row, by its place in its list, from 0.
    pub row: usize,
    /// `no_key` if it has no value to compare, otherwise `no_match`.
    pub reason: &'static str,
}

/// A row that several rows of the other side may match.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Ambiguous {
    /// The side of the row: `left` or `right`.
    pub side: &'static str,
    /// The row, by its place in its list, from 0.
    pub row: usize,
    /// What is the same or similar: `id`, `domain` or `name`.
    pub why: &'static str,
    /// Rows of the other side that it may match, the best ones first; ten at most.
    pub candidates: Vec<Candidate>,
    /// How many candidates there are.
    pub count: usize,
}

/// A row that may match.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Candidate {
    /// The row, by its place in its list, from 0.
    pub row: usize,
    /// How similar it is, from 0 to 1.
    pub score: f64,
}

/// A line of the mapping that does not apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MappingProblem {
    /// The line of the CSV, or the number of the entry, from 1.
    pub line: usize,
    /// The side whose row is the problem: `left` or `right`.
    pub side: &'static str,
    /// The value by which the mapping names the row.
    pub value: String,
    /// `not_found`, `several` if several rows have this value, or `taken` if an earlier line has given the row another one.
    pub reason: &'static str,
}

/// How many rows there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// The left rows.
    pub left: usize,
    /// The right rows.
    pub right: usize,
    /// The pairs that match.
    pub matched: usize,
    /// Those of them whose compared fields differ.
    pub differing: usize,
    /// The left rows without a match.
    pub only_left: usize,
    /// The right rows without a match.
    pub only_right: usize,
    /// The left rows with several candidates.
    pub ambiguous_left: usize,
    /// The right rows with several candidates.
    pub ambiguous_right: usize,
    /// The lines of the mapping that do not apply.
    pub mapping_problems: usize,
}

/// What came of comparing two lists. Every left row is in exactly one of `matched`, `only_left` and `ambiguous`, and so is
/// every right row; each is in the order of the rows.
pub struct Reconciliation {
    pub(crate) matched: Vec<Match>,
    pub(crate) only_left: Vec<Unmatched>,
    pub(crate) only_right: Vec<Unmatched>,
    pub(crate) ambiguous: Vec<Ambiguous>,
    pub(crate) problems: Vec<MappingProblem>,
    pub(crate) left: Side,
    pub(crate) right: Side,
    pub(crate) options: Options,
}

/// Matches two lists of rows, each a JSON list of objects.
///
/// ```
/// use mspkit_reconcile::{Kind, Options, reconcile};
///
/// let options = Options::new().key(Kind::Name, "name", "name");
/// let found = reconcile(br#"[{"name": "Acme Ltd"}]"#, br#"[{"name": "ACME"}, {"name": "Contoso"}]"#, &options)?;
/// assert_eq!(found.summary().matched, 1);
/// assert_eq!(found.only_right()[0].row, 1);
/// # Ok::<(), mspkit_reconcile::Error>(())
/// ```
///
/// # Errors
///
/// If the rows are not JSON lists of objects, a key is no text or number, or no row has any of the keys.
pub fn reconcile(left: &[u8], right: &[u8], options: &Options) -> Result<Reconciliation> {
    options.check()?;
    let (mut left_fields, mut right_fields) = (Fields::new(), Fields::new());
    let left_label =
        label(&mut left_fields, options.left_id.as_deref(), options.keys.first().map(|key| &key.left));
    let right_label =
        label(&mut right_fields, options.right_id.as_deref(), options.keys.first().map(|key| &key.right));
    let left_keys = places(&options.keys, &mut left_fields, |key| &key.left);
    let right_keys = places(&options.keys, &mut right_fields, |key| &key.right);
    let compare: Vec<(usize, usize)> =
        options.compare.iter().map(|(one, other)| (left_fields.add(one), right_fields.add(other))).collect();
    let left_rows = Rows::read("left", left, &left_fields)?;
    let right_rows = Rows::read("right", right, &right_fields)?;
    let left = Side::read("left", &left_rows, &left_fields, &left_keys, left_label)?;
    let right = Side::read("right", &right_rows, &right_fields, &right_keys, right_label)?;

    let mut matching = Matching::new(&left, &right, options.one_to_one, options.threshold);
    matching.run(&options.mapping);
    let (open_left, open_right) = matching.open();
    let problem = |one: &crate::matching::Unapplied| {
        let pair = &options.mapping.pairs[one.pair];
        let (side, value) = if one.is_left { ("left", &pair.left) } else { ("right", &pair.right) };
        MappingProblem { line: pair.line, side, value: value.clone(), reason: one.reason.word() }
    };
    let problems = matching.unapplied.iter().map(problem).collect();
    let differences = |one: u32, other: u32| {
        let fields = compare.iter().zip(&options.compare);
        let of = |((at, to), (left_field, right_field)): (&(usize, usize), &(String, String))| {
            let (left, right) = (left_rows.raw(one as usize, *at), right_rows.raw(other as usize, *to));
            let (left_field, right_field) = (left_field.clone(), right_field.clone());
            (!is_same(left, right)).then(|| Difference {
                left_field,
                right_field,
                left: Json::of(left),
                right: Json::of(right),
            })
        };
        fields.filter_map(of).collect()
    };
    let matched: Vec<Match> = matching
        .found
        .iter()
        .map(|found| Match {
            left: found.left as usize,
            right: found.right as usize,
            score: rounded(found.score),
            why: found.why.word(),
            differences: differences(found.left, found.right),
        })
        .collect();
    let only_left = unmatched(&left, matched.iter().map(|one| one.left), &open_left);
    let only_right = unmatched(&right, matched.iter().map(|one| one.right), &open_right);
    let ambiguous = ambiguous("left", open_left).chain(ambiguous("right", open_right)).collect();
    Ok(Reconciliation {
        matched,
        only_left,
        only_right,
        ambiguous,
        problems,
        left,
        right,
        options: options.clone(),
    })
}

fn label(fields: &mut Fields, id: Option<&str>, key: Option<&String>) -> usize {
    fields.add(id.or(key.map(String::as_str)).unwrap_or_default())
}

fn places<'k>(
    keys: &'k [Key],
    fields: &mut Fields,
    field: impl Fn(&'k Key) -> &'k String,
) -> Vec<(Kind, &'k str, usize)> {
    keys.iter().map(|key| (key.kind, field(key).as_str(), fields.add(field(key)))).collect()
}

fn unmatched(side: &Side, matched: impl Iterator<Item = usize>, open: &[Open]) -> Vec<Unmatched> {
    let mut rest = vec![true; side.len()];
    matched.chain(open.iter().map(|open| open.row as usize)).for_each(|row| rest[row] = false);
    let reason = |row: u32| if side.has_key(row) { "no_match" } else { "no_key" };
    let rows = (0_u32..).zip(rest).filter(|(_, alone)| *alone);
    rows.map(|(row, _)| Unmatched { row: row as usize, reason: reason(row) }).collect()
}

fn ambiguous(side: &'static str, open: Vec<Open>) -> impl Iterator<Item = Ambiguous> {
    open.into_iter().map(move |open| {
        let candidate = |(row, score): (u32, f64)| Candidate { row: row as usize, score: rounded(score) };
        let candidates = open.candidates.into_iter().map(candidate).collect();
        Ambiguous { side, row: open.row as usize, why: open.kind.word(), candidates, count: open.count }
    })
}

/// A score with four decimals.
fn rounded(score: f64) -> f64 {
    (score * 10_000.0).round() / 10_000.0
}

impl Reconciliation {
    /// The rows that match, in the order of the left rows.
    pub fn matched(&self) -> &[Match] {
        &self.matched
    }

    /// The left rows without a match.
    pub fn only_left(&self) -> &[Unmatched] {
        &self.only_left
    }

    /// The right rows without a match.
    pub fn only_right(&self) -> &[Unmatched] {
        &self.only_right
    }

    /// The rows with several candidates, the left ones first.
    pub fn ambiguous(&self) -> &[Ambiguous] {
        &self.ambiguous
    }

    /// The lines of the mapping that do not apply.
    pub fn mapping_problems(&self) -> &[MappingProblem] {
        &self.problems
    }

    /// The counts.
    pub fn summary(&self) -> Summary {
        let ambiguous_left = self.ambiguous.iter().filter(|one| one.side == "left").count();
        Summary {
            left: self.left.len(),
            right: self.right.len(),
            matched: self.matched.len(),
            differing: self.matched.iter().filter(|one| !one.differences.is_empty()).count(),
            only_left: self.only_left.len(),
            only_right: self.only_right.len(),
            ambiguous_left,
            ambiguous_right: self.ambiguous.len() - ambiguous_left,
            mapping_problems: self.problems.len(),
        }
    }

    /// All of it as a JSON object: `summary`, `matched`, `only_left`, `only_right`, `ambiguous` and `mapping_problems`.
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct All<'r> {
            summary: Summary,
            matched: &'r [Match],
            only_left: &'r [Unmatched],
            only_right: &'r [Unmatched],
            ambiguous: &'r [Ambiguous],
            mapping_problems: &'r [MappingProblem],
        }
        let all = All {
            summary: self.summary(),
            matched: &self.matched,
            only_left: &self.only_left,
            only_right: &self.only_right,
            ambiguous: &self.ambiguous,
            mapping_problems: &self.problems,
        };
        // Texts, numbers and lists of them always have a JSON form.
        serde_json::to_string(&all).unwrap_or_default()
    }
}

impl fmt::Debug for Reconciliation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconciliation").field("summary", &self.summary()).finish_non_exhaustive()
    }
}
