//! Which rows belong together: a person's decisions, then equal keys, then similar names.
//!
//! Equal keys are taken strongest first. Rows that share a key with several rows are a group: a weaker key can tell them
//! apart, but matches them only with rows of the same group, and what it cannot tell apart is ambiguous.

mod open;

use std::collections::{HashMap, HashSet};

pub(crate) use self::open::Open;
use crate::mapping::Mapping;
use crate::options::Kind;
use crate::side::{Side, Value};
use crate::similar::{Entry, Similar, similar};

/// The score of names whose words are the same in another order.
const OTHER_ORDER: f64 = 0.99;
/// Similar names whose scores are closer than this are ambiguous.
const MARGIN: f64 = 0.02;
/// How often rows are looked at again after others were matched.
const MOST_ROUNDS: usize = 100;

/// Why two rows match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// A person said so.
    Mapping,
    /// A key is equal or, for names, similar.
    Key(Kind),
}

impl Why {
    /// The word for it: `mapping`, `id`, `domain` or `name`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Mapping => "mapping",
            Self::Key(kind) => kind.word(),
        }
    }
}

/// Two rows that match.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    pub(crate) left: u32,
    pub(crate) right: u32,
    pub(crate) score: f64,
    pub(crate) why: Why,
}

/// Rows that have the same key as several others.
#[derive(Debug)]
struct Group {
    kind: Kind,
    score: f64,
    left: Vec<u32>,
    right: Vec<u32>,
}

/// A line of the mapping that does not apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unapplied {
    /// Its place in the mapping.
    pub(crate) pair: usize,
    pub(crate) is_left: bool,
    pub(crate) reason: Reason,
}

/// Why a line of the mapping does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// There is no such row.
    NotFound,
    /// Several rows have this value.
    Several,
    /// An earlier line has given the row another one.
    Taken,
}

impl Reason {
    /// The word for it: `not_found`, `several` or `taken`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Several => "several",
            Self::Taken => "taken",
        }
    }
}

/// What a comparison of keys may do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Match, and make groups.
    Key,
    /// Match what is in a group of equal names; the legal form tells them apart.
    LegalForm,
    /// Match, and make groups, of what is in no group of equal names.
    Order,
}

/// Left rows and right rows.
type Sides = (Vec<u32>, Vec<u32>);

/// The state of a matching.
pub(crate) struct Matching<'s> {
    left: &'s Side,
    right: &'s Side,
    one_to_one: bool,
    threshold: f64,
    pub(crate) found: Vec<Found>,
    pub(crate) unapplied: Vec<Unapplied>,
    never: HashSet<(u32, u32)>,
    /// The same, by either side's row.
    never_of_left: HashMap<u32, Vec<u32>>,
    never_of_right: HashMap<u32, Vec<u32>>,
    /// Whether a row is matched, for each side.
    left_done: Vec<bool>,
    right_done: Vec<bool>,
    groups: Vec<Group>,
    left_group: Vec<Option<u32>>,
    right_group: Vec<Option<u32>>,
    similar: Vec<Similar>,
}

impl<'s> Matching<'s> {
    pub(crate) fn new(left: &'s Side, right: &'s Side, one_to_one: bool, threshold: f64) -> Self {
        Self {
            left_done: vec![false; left.len()],
            right_done: vec![false; right.len()],
            left_group: vec![None; left.len()],
            right_group: vec![None; right.len()],
            left,
            right,
            one_to_one,
            threshold,
            found: Vec::new(),
            unapplied: Vec::new(),
            never: HashSet::new(),
            never_of_left: HashMap::new(),
            never_of_right: HashMap::new(),
            groups: Vec::new(),
            similar: Vec::new(),
        }
    }

    /// Matches everything that can be matched.
    pub(crate) fn run(&mut self, mapping: &Mapping) {
        self.apply(mapping);
        for kind in Kind::ALL {
            for key in self.left.keys_of(kind) {
                self.equal(kind, Step::Key, 1.0, |side, row| side.value(key, row).map(Value::text));
            }
        }
        for key in self.left.keys_of(Kind::Name) {
            self.equal(Kind::Name, Step::LegalForm, 1.0, |side, row| {
                side.name(key, row).map(|name| name.full.as_str())
            });
        }
        for key in self.left.keys_of(Kind::Name) {
            if self.threshold <= OTHER_ORDER {
                self.equal(Kind::Name, Step::Order, OTHER_ORDER, |side, row| {
                    side.name(key, row).map(|name| name.sorted.as_str())
                });
            }
        }
        if self.threshold < 1.0 {
            self.look_for_similar();
        }
        self.found.sort_by_key(|found| (found.left, found.right));
    }

    fn apply(&mut self, mapping: &Mapping) {
        let (lefts, rights) = (self.left.labels(), self.right.labels());
        let mut mapped: HashMap<u32, u32> = HashMap::new();
        for (pair, line) in mapping.pairs.iter().enumerate() {
            let (left, right) = (lefts.row(&line.left), rights.row(&line.right));
            let mut refuse = |is_left, reason| self.unapplied.push(Unapplied { pair, is_left, reason });
            match (left, right) {
                (Err(reason), Err(other)) => {
                    refuse(true, reason);
                    refuse(false, other);
                }
                (Err(reason), _) => refuse(true, reason),
                (_, Err(reason)) => refuse(false, reason),
                (Ok(left), Ok(right)) if line.never => {
                    if self.never.insert((left, right)) {
                        self.never_of_left.entry(left).or_default().push(right);
                        self.never_of_right.entry(right).or_default().push(left);
                    }
                }
                (Ok(left), Ok(right)) => match mapped.get(&left) {
                    // Said twice.
                    Some(known) if *known == right => {}
                    Some(_) => refuse(true, Reason::Taken),
                    None if self.one_to_one && self.right_done[right as usize] => {
                        refuse(false, Reason::Taken);
                    }
                    None => {
                        mapped.insert(left, right);
                        self.take(left, right, 1.0, Why::Mapping);
                    }
                },
            }
        }
    }

    fn take(&mut self, left: u32, right: u32, score: f64, why: Why) {
        (self.left_done[left as usize], self.right_done[right as usize]) = (true, true);
        self.found.push(Found { left, right, score, why });
    }

    fn is_open(&self, left: u32) -> bool {
        !self.left_done[left as usize]
    }

    /// Whether a right row can still match.
    fn is_free(&self, right: u32) -> bool {
        !self.one_to_one || !self.right_done[right as usize]
    }

    fn may(&self, left: u32, right: u32) -> bool {
        !self.never.contains(&(left, right))
    }

    /// Matches rows whose keys are equal and which are the only ones; others become a group.
    fn equal<'k>(
        &mut self,
        kind: Kind,
        step: Step,
        score: f64,
        key: impl Fn(&'s Side, u32) -> Option<&'k str>,
    ) where
        's: 'k,
    {
        let mut by_key: HashMap<(Option<u32>, &str), Sides> = HashMap::new();
        let takes = |group: Option<u32>| match step {
            Step::Key => true,
            Step::LegalForm => self.is_of_names(group),
            Step::Order => !self.is_of_names(group),
        };
        for row in rows(self.left.len()).filter(|row| self.is_open(*row)) {
            let group = self.left_group[row as usize];
            if let Some(key) = key(self.left, row).filter(|_| takes(group)) {
                by_key.entry((group, key)).or_default().0.push(row);
            }
        }
        for row in rows(self.right.len()).filter(|row| self.is_free(*row)) {
            let group = self.right_group[row as usize];
            if let Some(key) = key(self.right, row).filter(|_| takes(group))
                && let Some(entry) = by_key.get_mut(&(group, key))
            {
                entry.1.push(row);
            }
        }
        let mut met: Vec<Sides> = by_key.into_values().filter(|(_, right)| !right.is_empty()).collect();
        // The order of a hash map is not the same twice.
        met.sort_unstable();
        for (left, right) in met {
            self.meet(kind, step, score, left, right);
        }
    }

    /// Whether it is a group of rows with equal names.
    fn is_of_names(&self, group: Option<u32>) -> bool {
        group.is_some_and(|group| self.groups[group as usize].kind == Kind::Name)
    }

    fn meet(&mut self, kind: Kind, step: Step, score: f64, left: Vec<u32>, right: Vec<u32>) {
        if let ([one], [other]) = (left.as_slice(), right.as_slice()) {
            if self.may(*one, *other) {
                self.take(*one, *other, score, Why::Key(kind));
            }
            return;
        }
        if let (false, [other]) = (self.one_to_one, right.as_slice()) {
            for one in left {
                if self.may(one, *other) {
                    self.take(one, *other, score, Why::Key(kind));
                }
            }
            return;
        }
        if step == Step::LegalForm {
            return;
        }
        let group = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        for row in &left {
            self.left_group[*row as usize] = Some(group);
        }
        for row in &right {
            self.right_group[*row as usize] = Some(group);
        }
        self.groups.push(Group { kind, score, left, right });
    }

    fn look_for_similar(&mut self) {
        let mut best: HashMap<(u32, u32), f64> = HashMap::new();
        for key in self.left.keys_of(Kind::Name) {
            let entries =
                |side: &'s Side, groups: &[Option<u32>], open: &dyn Fn(u32) -> bool| -> Vec<Entry<'s>> {
                    let entry = |row: u32| {
                        let group = groups[row as usize];
                        let name = side.name(key, row).filter(|_| open(row) && !self.is_of_names(group))?;
                        Some(Entry { row, name, group })
                    };
                    rows(side.len()).filter_map(entry).collect()
                };
            let lefts = entries(self.left, &self.left_group, &|row| self.is_open(row));
            let rights = entries(self.right, &self.right_group, &|row| self.is_free(row));
            for one in similar(&lefts, &rights, self.threshold) {
                if self.may(one.left, one.right) {
                    let score = best.entry((one.left, one.right)).or_default();
                    *score = score.max(one.score);
                }
            }
        }
        self.similar =
            best.into_iter().map(|((left, right), score)| Similar { left, right, score }).collect();
        self.similar.sort_by(|one, other| {
            other.score.total_cmp(&one.score).then((one.left, one.right).cmp(&(other.left, other.right)))
        });
        for _ in 0..MOST_ROUNDS {
            self.similar = self.still_similar().collect();
            let clear = self.clear();
            if clear.is_empty() {
                break;
            }
            for one in clear {
                self.take(one.left, one.right, one.score, Why::Key(Kind::Name));
            }
        }
    }

    /// Similar rows that are each other's best by a margin.
    fn clear(&self) -> Vec<Similar> {
        // The best score of each row and the next one, in the order of scores.
        let mut lefts: HashMap<u32, (f64, f64)> = HashMap::new();
        let mut rights: HashMap<u32, (f64, f64)> = HashMap::new();
        let open: Vec<Similar> = self.still_similar().collect();
        for one in &open {
            for (scores, row) in [(&mut lefts, one.left), (&mut rights, one.right)] {
                scores
                    .entry(row)
                    .and_modify(|(_, next)| *next = next.max(one.score))
                    .or_insert((one.score, 0.0));
            }
        }
        let stands_out = |scores: &HashMap<u32, (f64, f64)>, row: u32, score: f64| {
            scores.get(&row).is_some_and(|(best, next)| score >= *best && best - next > MARGIN)
        };
        let clear = |one: &Similar| {
            stands_out(&lefts, one.left, one.score)
                && (!self.one_to_one || stands_out(&rights, one.right, one.score))
        };
        open.into_iter().filter(clear).collect()
    }

    /// Similar rows that are not matched.
    fn still_similar(&self) -> impl Iterator<Item = Similar> {
        self.similar.iter().copied().filter(|one| self.is_open(one.left) && self.is_free(one.right))
    }
}

fn rows(count: usize) -> std::ops::Range<u32> {
    0..u32::try_from(count).unwrap_or(u32::MAX)
}
