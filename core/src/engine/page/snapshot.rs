//! The position of a pager: the current page, what follows it, and what is known of the list. A mark keeps one.

use std::sync::Arc;

use super::Read;
use super::completeness::Completeness;
use super::raw_page::{CurrentPage, RawPage};
use super::reader::Reader;
use super::resume::ResumePoint;
use crate::base::error::Error;

/// The part of the state that a mark keeps.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "facts that are known or not, each by itself")]
pub(super) struct Snapshot {
    pub(super) current: Option<Arc<CurrentPage>>,
    /// Where the next page begins.
    pub(super) next: ResumePoint,
    /// How many items may still be returned.
    pub(super) left: Option<u64>,
    pub(super) total: Option<u64>,
    pub(super) completeness: Completeness,
    /// Whether the limit has truncated a page.
    pub(super) truncated: bool,
    /// Whether nothing more is requested, and whether that is because the list has ended.
    pub(super) done: bool,
    pub(super) ended: bool,
    /// Whether it was reported that the list is incomplete.
    pub(super) reported: bool,
    /// The warning at the end, until a caller takes it.
    pub(super) warning: Option<Error>,
    /// Whether a page was returned.
    pub(super) begun: bool,
}

impl Snapshot {
    pub(super) fn unfinished(&self) -> Option<Arc<CurrentPage>> {
        self.current.as_ref().filter(|current| current.remaining() > 0).cloned()
    }

    pub(super) fn missing(&self) -> Option<u64> {
        if !self.done || self.truncated {
            return None;
        }
        let missing = self.completeness.missing();
        if self.ended { missing } else { missing.filter(|missing| *missing == 0) }
    }

    /// Makes a page the current one, as much of it as the limit allows.
    pub(super) fn deliver(&mut self, read: Read, operation: &'static str) {
        let Read { buffer, meta, items, total, number, here, next, again, by_id, completeness } = read;
        self.total = total.or(self.total);
        self.completeness = completeness;
        let (here, next) = (self.next.at(here), self.next.at(next));
        self.ended = next.is_end();
        self.done = self.ended;
        let allowed = self.left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
        let span = 0..items.len().min(allowed);
        self.truncated = span.end < items.len();
        let items = items.into();
        let page = RawPage {
            buffer,
            items,
            span,
            total: self.total,
            number,
            meta: Arc::new(meta),
            operation,
            here,
            next,
            again,
            by_id,
        };
        if let Some(left) = &mut self.left {
            *left -= page.len() as u64;
            self.done |= *left == 0;
        }
        self.next = page.after(page.span.end);
        self.begun |= !page.is_empty();
        self.current = Some(Arc::new(CurrentPage::new(page)));
    }
}

/// A position to go back to.
#[derive(Debug)]
pub struct Mark {
    pub(super) snapshot: Snapshot,
    pub(super) given: usize,
    pub(super) reader: Option<Reader>,
}

impl Mark {
    /// Token to resume from here.
    pub fn resume_token(&self) -> String {
        match &self.snapshot.current {
            Some(current) => current.page().resume_token(self.given),
            None => self.snapshot.next.token(),
        }
    }
}
