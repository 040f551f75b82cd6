//! Whether a list is whole: what came, compared with what the server says there is.

/// What came of a list, and how much there is by the server's word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// Different rows that came, with those before the place where reading began.
    pub(crate) given: u64,
    /// What the server said last.
    pub(crate) total: Option<u64>,
    /// The most that it said.
    pub(crate) highest: u64,
    /// Whether it was guessed how many rows come before the first page that was read.
    pub(crate) guessed: bool,
    /// Rows of earlier pages that came again, on pages that also had others.
    pub(crate) doubled: u64,
    /// By how much totals fell, without the rows that were found to have moved: each makes up for one that was deleted.
    pub(crate) fallen: u64,
    /// Whether rows without ids came that are the same, or one that came twice.
    pub(crate) alike: bool,
}

impl Account {
    /// Takes in what a page says. Gives by how much less it is than what was said before.
    pub(crate) fn say(&mut self, total: Option<u64>) -> u64 {
        let Some(said) = total else { return 0 };
        let before = self.total.replace(said).unwrap_or(said);
        self.highest = self.highest.max(said);
        let fell = before.saturating_sub(said);
        self.fallen += fell;
        fell
    }

    /// How many rows the server has promised that did not come; nothing when it cannot be known.
    ///
    /// Rows that were deleted while the list was read may have come or not, so between the two totals all is open. More
    /// rows than there are by any total say that totals mean nothing here.
    pub(crate) fn missing(&self) -> Option<u64> {
        let total = self.total.filter(|_| !self.guessed)?;
        match self.given {
            given if given < total => Some(total - given),
            given if given == self.highest && self.fallen == 0 && !self.alike => Some(0),
            _ => None,
        }
    }
}

impl Account {
    /// Whether rows came in place of those that are missing: that is no total that counts too much.
    pub(crate) fn overlaps(&self) -> bool {
        self.missing().is_some_and(|missing| missing > 0 && self.doubled >= missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_missing_and_when_it_cannot_tell() {
        let of = |given, totals: &[u64]| {
            let mut account = Account { given, ..Account::default() };
            for total in totals {
                account.say(Some(*total));
            }
            account.missing()
        };
        assert_eq!(of(7, &[]), None);
        assert_eq!(of(7, &[7, 7]), Some(0));
        assert_eq!(of(5, &[7]), Some(2));
        assert_eq!(of(7, &[5]), None, "a total that is too low is no witness");
        assert_eq!(of(7, &[5, 7]), Some(0), "rows were added while the list was read");
        assert_eq!(of(6, &[7, 6]), None, "the deleted row may have come in place of another");
        assert_eq!(of(7, &[7, 6]), None, "nor is it known whether it came with all others");
        let mut moved = Account { given: 7, ..Account::default() };
        assert_eq!((moved.say(Some(7)), moved.say(Some(6))), (0, 1));
        moved.fallen -= 1;
        assert_eq!(moved.missing(), Some(0), "the one that moved was found");
        assert_eq!(of(5, &[7, 6]), Some(1));
    }
}
