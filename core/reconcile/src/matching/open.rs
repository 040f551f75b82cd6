//! What is left for a person to decide: rows that several others may belong to.

use std::collections::HashMap;

use super::{Group, Matching};
use crate::options::Kind;

/// How many candidates of an ambiguous row are kept.
const MOST_CANDIDATES: usize = 10;

/// A row that several others may belong to: the row, why, and the first of these with their scores.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Open {
    pub(crate) row: u32,
    pub(crate) kind: Kind,
    pub(crate) candidates: Vec<(u32, f64)>,
    /// How many candidates there are.
    pub(crate) count: usize,
}

impl Matching<'_> {
    /// The left rows and the right rows that several others may belong to.
    pub(crate) fn open(&self) -> (Vec<Open>, Vec<Open>) {
        let (mut lefts, mut rights) = (HashMap::new(), HashMap::new());
        for (at, group) in (0_u32..).zip(&self.groups) {
            let left: Vec<u32> = group.left.iter().copied().filter(|row| self.is_open(*row)).collect();
            let right: Vec<u32> = group.right.iter().copied().filter(|row| self.is_free(*row)).collect();
            // A row that is in a smaller group as well is shown with that one.
            for row in left.iter().filter(|row| self.left_group[**row as usize] == Some(at)) {
                add_group(&mut lefts, *row, group, &right, self.never_of_left.get(row));
            }
            let waiting =
                |row: &&u32| self.right_group[**row as usize] == Some(at) && !self.right_done[**row as usize];
            for row in right.iter().filter(waiting) {
                add_group(&mut rights, *row, group, &left, self.never_of_right.get(row));
            }
        }
        for one in self.still_similar() {
            add(&mut lefts, one.left, one.right, one.score);
            if !self.right_done[one.right as usize] {
                add(&mut rights, one.right, one.left, one.score);
            }
        }
        let sorted = |open: HashMap<u32, Open>| {
            let mut open: Vec<Open> = open.into_values().collect();
            open.sort_by_key(|open| open.row);
            open
        };
        (sorted(lefts), sorted(rights))
    }
}

/// Adds a row of a group, whose other side is in order.
fn add_group(
    open: &mut HashMap<u32, Open>,
    row: u32,
    group: &Group,
    others: &[u32],
    never: Option<&Vec<u32>>,
) {
    let never = never.map(Vec::as_slice).unwrap_or_default();
    let count = others.len() - never.iter().filter(|other| others.binary_search(other).is_ok()).count();
    let first = others.iter().filter(|other| !never.contains(other)).take(MOST_CANDIDATES);
    if count > 0 {
        let candidates = first.map(|other| (*other, group.score)).collect();
        open.insert(row, Open { row, kind: group.kind, candidates, count });
    }
}

/// Adds a similar row; one that is in a group already is known with the rest of it.
fn add(open: &mut HashMap<u32, Open>, row: u32, other: u32, score: f64) {
    let new = || Open { row, kind: Kind::Name, candidates: Vec::new(), count: 0 };
    let entry = open.entry(row).or_insert_with(new);
    if entry.candidates.iter().any(|(known, _)| *known == other) {
        return;
    }
    entry.count += 1;
    if entry.candidates.len() < MOST_CANDIDATES {
        entry.candidates.push((other, score));
    }
}
