//! The ids that a list has returned: rows move while pages are read, and none must be returned twice.
//!
//! Ids are small numbers in practice, so they are kept in a compressed bitmap: a million of them take some 130 KB.

use std::collections::HashSet;

use roaring::RoaringTreemap;

#[derive(Debug, Clone, Default)]
pub(crate) struct SeenIds {
    numbers: RoaringTreemap,
    texts: HashSet<Box<str>>,
}

impl SeenIds {
    /// Adds an id; false if it was known.
    pub(crate) fn insert(&mut self, id: &str) -> bool {
        match canonical_number(id) {
            Some(number) => self.numbers.insert(number),
            None => self.texts.insert(id.into()),
        }
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        match canonical_number(id) {
            Some(number) => self.numbers.contains(number),
            None => self.texts.contains(id),
        }
    }
}

/// The number, if this is its only spelling: `007` and `7` are two ids.
fn canonical_number(id: &str) -> Option<u64> {
    let canonical = id == "0" || (!id.starts_with('0') && id.bytes().all(|byte| byte.is_ascii_digit()));
    if canonical { id.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn agrees_with_a_plain_set(ids in prop::collection::vec("[0-9]{1,3}|[a-c]{1,2}|0[0-9]|\\+[0-9]|[0-9]{20}", 0..60)) {
            let mut plain = HashSet::new();
            let mut seen = SeenIds::default();
            for id in &ids {
                prop_assert_eq!(seen.contains(id), plain.contains(id));
                prop_assert_eq!(seen.insert(id), plain.insert(id.clone()));
            }
        }
    }
}
