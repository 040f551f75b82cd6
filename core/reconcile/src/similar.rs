//! Pairs of similar names, without comparing each with each.
//!
//! The score is `1 - edits / length` of the longer name, where an edit inserts, deletes or changes a letter or swaps two
//! neighbours. Names within `d` edits of each other differ in at most `4d` of their trigrams (a swap touches four), so of
//! each name only the `4d + 1` rarest trigrams are looked up: two names that are similar enough share one of these, in
//! whichever order the rows are. This finds every pair down to a threshold of about 0.7; below it, short names can have no
//! trigram in common.

use std::collections::HashMap;

use rapidfuzz::distance::osa;

use crate::name::Name;

/// How many trigrams one edit changes at most.
const TOUCHED: usize = 4;
/// Longer names are only compared for equality.
const LONGEST: usize = 256;
/// How many entries of the index are looked at for a name; reached only if thousands of names share their rarest trigrams.
const MOST_VISITED: usize = 20_000;
/// How many similar names are kept of each name; the best ones.
const MOST_KEPT: usize = 50;

/// A name that is compared.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'n> {
    pub(crate) row: u32,
    pub(crate) name: &'n Name,
    /// Only rows of the same group are compared.
    pub(crate) group: Option<u32>,
}

/// Two rows with similar names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Similar {
    pub(crate) left: u32,
    pub(crate) right: u32,
    pub(crate) score: f64,
}

#[allow(clippy::cast_precision_loss, reason = "names are shorter than 2^52 letters")]
fn scored(edits: usize, longest: usize, threshold: f64) -> Option<f64> {
    let score = 1.0 - edits as f64 / longest.max(1) as f64;
    // A margin for the rounding of 1 - 1/10 against 0.9.
    (score + 1e-9 >= threshold).then_some(score)
}

/// How many edits a name of this length allows.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small and positive"
)]
fn edits_of(length: usize, threshold: f64) -> usize {
    ((1.0 - threshold) * length as f64 + 1e-9).floor() as usize
}

/// The length of the longest name that is similar to one of this length.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small and positive"
)]
fn longest_partner(length: usize, threshold: f64) -> usize {
    ((length as f64 / threshold.max(0.01) + 1e-9).floor() as usize).min(LONGEST)
}

struct Prepared {
    letters: Vec<char>,
    /// A bit for each letter that occurs.
    mask: u64,
    /// The rarest trigrams.
    grams: Vec<u64>,
}

/// Pairs with a score of at least the threshold.
pub(crate) fn similar(left: &[Entry<'_>], right: &[Entry<'_>], threshold: f64) -> Vec<Similar> {
    let mut counts: HashMap<u64, u32> = HashMap::new();
    for entry in left.iter().chain(right) {
        for gram in grams(entry) {
            *counts.entry(gram).or_default() += 1;
        }
    }
    let prepare = |entry: &Entry<'_>| prepared(entry, &counts, threshold);
    let rights: Vec<Prepared> = right.iter().map(prepare).collect();
    let mut index: HashMap<u64, Vec<u32>> = HashMap::new();
    for (at, one) in (0_u32..).zip(&rights) {
        for gram in &one.grams {
            index.entry(*gram).or_default().push(at);
        }
    }
    let mut seen = vec![u32::MAX; right.len()];
    let mut found = Vec::new();
    for (at, entry) in (0_u32..).zip(left) {
        let one = prepare(entry);
        let batch = osa::BatchComparator::new(one.letters.iter().copied());
        let mut own = Vec::new();
        let lists = one.grams.iter().filter_map(|gram| index.get(gram)).flatten();
        for &other in lists.take(MOST_VISITED) {
            let place = other as usize;
            if std::mem::replace(&mut seen[place], at) == at {
                continue;
            }
            let (with, candidate) = (&rights[place], &right[place]);
            let longest = one.letters.len().max(with.letters.len());
            let edits = edits_of(longest, threshold);
            if one.letters.len().abs_diff(with.letters.len()) > edits
                || (one.mask ^ with.mask).count_ones() as usize > 2 * edits
                || entry.group != candidate.group
                || entry.name.numbers != candidate.name.numbers
            {
                continue;
            }
            if let Some(score) = scored(batch.distance(with.letters.iter().copied()), longest, threshold) {
                own.push(Similar { left: entry.row, right: candidate.row, score });
            }
        }
        own.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.right.cmp(&other.right)));
        own.truncate(MOST_KEPT);
        found.append(&mut own);
    }
    found
}

fn prepared(entry: &Entry<'_>, counts: &HashMap<u64, u32>, threshold: f64) -> Prepared {
    let letters: Vec<char> = entry.name.bare.chars().collect();
    let mask = letters.iter().fold(0, |mask, letter| mask | 1 << (u32::from(*letter) % 64));
    let edits = edits_of(longest_partner(letters.len(), threshold), threshold);
    let mut grams = grams(entry);
    grams.sort_by_key(|gram| (counts.get(gram).copied().unwrap_or_default(), *gram));
    grams.truncate(TOUCHED * edits + 1);
    Prepared { letters, mask, grams }
}

/// The trigrams of a name, with two marks before and after it; each tells its group and the numbers of the name as well.
fn grams(entry: &Entry<'_>) -> Vec<u64> {
    let mark = std::iter::repeat_n('\u{1}', 2);
    let letters: Vec<char> = mark.clone().chain(entry.name.bare.chars()).chain(mark).collect();
    if letters.len() > LONGEST + 4 {
        return Vec::new();
    }
    let block = entry
        .name
        .numbers
        .bytes()
        .fold(hashed(0, entry.group.map_or(0, |group| group + 1)), |block, byte| {
            hashed(block, u32::from(byte))
        });
    let mut grams: Vec<u64> = letters
        .windows(3)
        .map(|three| three.iter().fold(block, |gram, letter| hashed(gram, u32::from(*letter))))
        .collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

/// One step of a hash that is the same on every machine.
fn hashed(hash: u64, value: u32) -> u64 {
    (hash.rotate_left(5) ^ u64::from(value)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The score of two names, if it reaches the threshold and their numbers are the same.
    fn score(left: &Name, right: &Name, threshold: f64) -> Option<f64> {
        if left.numbers != right.numbers {
            return None;
        }
        let longest = left.bare.chars().count().max(right.bare.chars().count());
        let edits = osa::distance(left.bare.chars(), right.bare.chars());
        scored(edits, longest, threshold)
    }

    fn names(texts: &[String]) -> Vec<Name> {
        texts.iter().filter_map(|text| Name::new(text)).collect()
    }

    fn entries(names: &[Name]) -> Vec<Entry<'_>> {
        (0..).zip(names).map(|(row, name)| Entry { row, name, group: None }).collect()
    }

    fn each_with_each(left: &[Name], right: &[Name], threshold: f64) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        for (at, one) in (0..).zip(left) {
            pairs.extend(
                (0..)
                    .zip(right)
                    .filter(|(_, other)| score(one, other, threshold).is_some())
                    .map(|(to, _)| (at, to)),
            );
        }
        pairs
    }

    #[test]
    fn one_wrong_letter_in_ten_is_similar() {
        let of = |one, other| score(&Name::new(one).unwrap(), &Name::new(other).unwrap(), 0.9);
        assert_eq!(of("Northwind Traders", "Northwnid Traders"), Some(1.0 - 1.0 / 16.0));
        assert_eq!(of("Abcdefghij", "Abcdefghix"), Some(0.9));
        assert_eq!(of("Berlin IT", "Merlin IT"), None);
        assert_eq!(of("Acme North", "Acme South"), None);
        assert_eq!(of("Contoso Datacenter 1", "Contoso Datacenter 2"), None);
    }

    proptest! {
        #[test]
        fn every_similar_pair_is_found(
            left in prop::collection::vec("[a-d]{3,14}( [0-9])?", 0..40),
            right in prop::collection::vec("[a-d]{3,14}( [0-9])?", 0..40),
            threshold in 0.75..=1.0,
        ) {
            let (left, right) = (names(&left), names(&right));
            let mut found: Vec<_> = similar(&entries(&left), &entries(&right), threshold).iter().map(|one| (one.left, one.right)).collect();
            found.sort_unstable();
            prop_assert_eq!(found, each_with_each(&left, &right, threshold));
        }
    }
}
