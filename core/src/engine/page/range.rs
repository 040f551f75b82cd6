//! A range of the pages of a numbered list: what one of several readers reads.

use serde::{Deserialize, Serialize};

/// The pages of a part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageRange {
    /// Its first page.
    pub(crate) first: u64,
    /// Where it ends; with the list if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) end: Option<RangeEnd>,
    /// The total of the list when it was divided.
    pub(crate) total: u64,
}

/// The end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RangeEnd {
    /// The first page after it.
    pub(crate) page: u64,
    /// The rows before that page.
    pub(crate) rows: u64,
}

impl PageRange {
    /// Whether a page comes after the range.
    pub(crate) fn ends_before(&self, page: u64) -> bool {
        self.end.is_some_and(|end| page >= end.page)
    }

    /// Whether its numbers are possible.
    pub(crate) fn fits(&self, most: u64) -> bool {
        let end = self.end.is_none_or(|end| end.page > self.first && end.page <= most && end.rows <= most);
        end && self.first <= most && self.total <= most
    }
}

/// Divides `pages` pages, from `first` on, into at most `parts` ranges of almost the same length. The last one has no end,
/// so that it has the rows that are added meanwhile.
pub(super) fn divided(first: u64, pages: u64, parts: u64) -> Vec<(u64, Option<u64>)> {
    let parts = parts.min(pages).max(1);
    let begin = |part: u64| {
        first + u64::try_from(u128::from(pages) * u128::from(part) / u128::from(parts)).unwrap_or(u64::MAX)
    };
    (0..parts).map(|part| (begin(part), (part + 1 < parts).then(|| begin(part + 1)))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_with_few_pages_has_fewer_parts() {
        assert_eq!(divided(1, 10, 4), [(1, Some(3)), (3, Some(6)), (6, Some(8)), (8, None)]);
        assert_eq!(divided(3, 2, 4), [(3, Some(4)), (4, None)]);
        assert_eq!(divided(1, 0, 4), [(1, None)]);
    }

    proptest! {
        #[test]
        fn parts_have_every_page_once(first in 0u64..5, pages in 0u64..5000, parts in 1u64..100) {
            let ranges = divided(first, pages, parts);
            prop_assert!(ranges.len() as u64 <= parts);
            prop_assert_eq!((ranges[0].0, ranges[ranges.len() - 1].1), (first, None));
            for pair in ranges.windows(2) {
                prop_assert_eq!(pair[0].1, Some(pair[1].0));
                prop_assert!(pair[0].0 < pair[1].0);
            }
            let lengths: Vec<u64> = ranges.iter().map(|(begin, end)| end.unwrap_or(first + pages) - begin).collect();
            prop_assert!(lengths.iter().max().unwrap() - lengths.iter().min().unwrap() <= 1);
        }
    }
}
