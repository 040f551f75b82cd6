//! Whether a list is complete: the rows received, compared with the totals that the server reports.

/// The counts of a list so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Completeness {
    /// Distinct rows so far, including those before the position where reading began.
    pub(crate) given: u64,
    /// The last total that the server reported.
    pub(crate) total: Option<u64>,
    /// The highest total that it reported.
    pub(crate) highest: u64,
    /// Whether the number of rows before the first page that was read is a guess.
    pub(crate) guessed: bool,
    /// Rows of earlier pages that were repeated on pages with new rows.
    pub(crate) repeated: u64,
    /// By how much the total fell, minus the moved rows that were found again; each of those makes up for a deleted row.
    pub(crate) total_fell: u64,
    /// Whether equal rows without ids were received.
    pub(crate) ambiguous: bool,
    /// The number of rows before the end of the part that is read, if that is not the end of the list.
    pub(crate) end: Option<u64>,
}

impl Completeness {
    /// Records the total of a page. Returns by how much it is less than the one before.
    pub(crate) fn record_total(&mut self, total: Option<u64>) -> u64 {
        let Some(reported) = total else { return 0 };
        let before = self.total.replace(reported).unwrap_or(reported);
        self.highest = self.highest.max(reported);
        let fell = before.saturating_sub(reported);
        self.total_fell += fell;
        fell
    }

    /// How many rows that the server announced are missing; `None` if that cannot be known.
    ///
    /// Rows that were deleted while the list was read may have been received or not, so a count between the lowest and the
    /// highest total proves nothing. A count above all totals means that the totals are unreliable.
    pub(crate) fn missing(&self) -> Option<u64> {
        let within = |rows: u64| self.end.map_or(rows, |end| end.min(rows));
        let total = self.total.filter(|_| !self.guessed).map(within)?;
        match self.given {
            given if given < total => Some(total - given),
            given if given == within(self.highest) && self.total_fell == 0 && !self.ambiguous => Some(0),
            _ => None,
        }
    }
}

impl Completeness {
    /// Whether other rows were received twice instead of the missing ones, so that the total cannot just be too high.
    pub(crate) fn overlaps(&self) -> bool {
        self.missing().is_some_and(|missing| missing > 0 && self.repeated >= missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_rows_are_counted_unless_that_is_impossible() {
        let of = |given, totals: &[u64]| {
            let mut completeness = Completeness { given, ..Completeness::default() };
            for total in totals {
                completeness.record_total(Some(*total));
            }
            completeness.missing()
        };
        assert_eq!(of(7, &[]), None);
        assert_eq!(of(7, &[7, 7]), Some(0));
        assert_eq!(of(5, &[7]), Some(2));
        assert_eq!(of(7, &[5]), None, "a total that is too low proves nothing");
        assert_eq!(of(7, &[5, 7]), Some(0), "rows were added while the list was read");
        assert_eq!(
            of(6, &[7, 6]),
            None,
            "the deleted row may have been received, and another may be missing"
        );
        assert_eq!(of(7, &[7, 6]), None, "the deleted row may have been received or not");
        let mut moved = Completeness { given: 7, ..Completeness::default() };
        assert_eq!((moved.record_total(Some(7)), moved.record_total(Some(6))), (0, 1));
        moved.total_fell -= 1;
        assert_eq!(moved.missing(), Some(0), "the moved row was found");
        assert_eq!(of(5, &[7, 6]), Some(1));
        let part = |given, totals: &[u64]| {
            let mut completeness = Completeness { given, end: Some(4), ..Completeness::default() };
            for total in totals {
                completeness.record_total(Some(*total));
            }
            completeness.missing()
        };
        assert_eq!((part(4, &[7]), part(3, &[7]), part(2, &[3])), (Some(0), Some(1), Some(1)));
        assert_eq!(part(4, &[7, 6]), None, "a row may have moved before the part");
        assert_eq!(part(4, &[7, 8]), Some(0), "rows that are added come after it");
    }
}
