//! What was read: how many items, and a sum that differs if a field is wrong.

use std::fmt;

use crate::Result;

/// How many items are read before memory growth counts.
const SETTLED: usize = 10_000;

/// How many of these fields have a value.
macro_rules! there {
    ($of:ident, $($field:ident)*) => { 0 $( + usize::from($of.$field.is_some()) )* };
}

/// A customer of a peer.
pub(crate) trait Customer {
    /// Id, name and e-mail address.
    fn three(&self) -> (&str, &str, &str);

    /// How many of the 23 fields have a value.
    fn there(&self) -> usize;
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    count: usize,
    sum: usize,
    watching: bool,
    settled: usize,
    grown: usize,
}

impl Tally {
    /// Reads three fields.
    pub(crate) fn three(&mut self, customer: &impl Customer) {
        let (id, name, email) = customer.three();
        self.count += 1;
        self.sum += id.len() + email.len() + usize::from(!name.is_empty());
        if self.watching && self.count == SETTLED {
            self.settled = memory("VmRSS").unwrap_or_default();
        }
    }

    /// Reads all fields.
    pub(crate) fn every(&mut self, customer: &impl Customer) {
        self.count += 1;
        self.sum += customer.there();
    }

    /// Reads the two fields of a case that the vendor documents.
    pub(crate) fn case(&mut self, id: &str, case_type: Option<&str>) {
        self.count += 1;
        self.sum += id.len() + usize::from(case_type.is_some_and(|text| !text.is_empty()));
    }

    /// Records the memory once the first items are read.
    pub(crate) fn watch(&mut self) {
        self.watching = true;
    }

    /// By how many kilobytes memory has grown since.
    pub(crate) fn grown(&mut self) -> Result<()> {
        self.grown = memory("VmHWM")?.saturating_sub(self.settled);
        Ok(())
    }

    pub(crate) fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.count, self.sum, self.grown)
    }
}

/// Kilobytes of `VmRSS`, the resident memory now, or `VmHWM`, its maximum.
fn memory(what: &str) -> Result<usize> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with(what)).ok_or("no such line in /proc")?;
    Ok(line.split_whitespace().nth(1).ok_or("no number in /proc")?.parse()?)
}
