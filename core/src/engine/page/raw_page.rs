//! One page of a list, and which of its items were returned.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use super::resume::{Position, ResumePoint};
use crate::base::error::{Error, Result};
use crate::engine::response::Meta;
use crate::wire::raw::{self, Entry};

/// One page, or a part of one: its items are slices of one buffer. Cheap to clone. `Debug` shows the number of items, not
/// their content.
#[derive(Clone)]
pub struct RawPage {
    pub(super) buffer: Bytes,
    pub(super) items: Arc<[Entry]>,
    /// The range of items that belong to this part.
    pub(super) span: Range<usize>,
    /// How many items the list has according to the server.
    pub total: Option<u64>,
    /// The number of the page, from 1, where pages are numbered.
    pub number: Option<u64>,
    /// Status, headers, ids and times of the page's response.
    pub meta: Arc<Meta>,
    pub(super) operation: &'static str,
    /// The positions before and after the whole page.
    pub(super) here: ResumePoint,
    pub(super) next: ResumePoint,
    /// Whether it was read before; its items have no position of their own then.
    pub(super) again: bool,
    /// Whether ids identify the items of a scroll.
    pub(super) by_id: bool,
}

impl fmt::Debug for RawPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawPage")
            .field("items", &self.len())
            .field("total", &self.total)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl RawPage {
    /// The number of items.
    pub fn len(&self) -> usize {
        self.span.len()
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.span.is_empty()
    }

    /// The id of the operation.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    fn entry(&self, at: usize) -> Option<&Entry> {
        self.items[self.span.clone()].get(at)
    }

    /// The JSON of an item, as a slice of the page's buffer.
    pub fn item(&self, at: usize) -> Option<&[u8]> {
        self.range(at).map(|range| &self.buffer[range])
    }

    /// The error for an item that a binding cannot read: with operation, status, request id, page and row, and a token to
    /// resume after the item. `why` is a reason that contains nothing of the item.
    pub fn unreadable(&self, at: usize, why: &str) -> Error {
        self.with_context(at, raw::undecodable(why))
    }

    /// Adds the position of an item to an error.
    pub(crate) fn with_context(&self, at: usize, error: Error) -> Error {
        let row = self.entry(at).map_or(at, Entry::row) + 1;
        let place = match self.number {
            Some(page) => format!("row {row} of page {page}"),
            None => format!("row {row} of the page"),
        };
        error
            .with_prefix(&place)
            .with_operation(self.operation)
            .with_answer(self.meta.status, &http::HeaderMap::new(), &Bytes::new())
            .with_attempts(self.meta.history.clone())
            .with_request_id(&self.meta.request_id)
            .with_resume_token(self.resume_token(at + 1))
    }

    /// All items.
    pub fn items(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.items[self.span.clone()].iter().map(|item| &self.buffer[item.bytes()])
    }

    /// The buffer that all items are slices of, cheap to share.
    pub fn buffer(&self) -> &Bytes {
        &self.buffer
    }

    /// The range of an item in the buffer.
    pub fn range(&self, at: usize) -> Option<Range<usize>> {
        self.entry(at).map(Entry::bytes)
    }

    /// A part of the page, by the indexes of its items.
    #[must_use]
    pub fn part(&self, items: Range<usize>) -> Self {
        let [begin, end] = [items.start, items.end].map(|at| self.span.end.min(self.span.start + at));
        Self { span: begin..end.max(begin), ..self.clone() }
    }

    /// Token to resume after the first `consumed` items of this page.
    pub fn resume_token(&self, consumed: usize) -> String {
        self.after(self.span.start.saturating_add(consumed)).token()
    }

    /// The position after the first `consumed` items of the whole page.
    pub(super) fn after(&self, consumed: usize) -> ResumePoint {
        let Some(last) = consumed.checked_sub(1) else { return self.here.clone() };
        let Some(last) = self.items.get(last).filter(|_| consumed < self.items.len()) else {
            return self.next.clone();
        };
        let rows = consumed as u64;
        self.here.at(match self.here.place() {
            Position::Page { page, skip, size, received } => Position::Page {
                page: *page,
                skip: if self.again { *skip } else { last.row() + 1 },
                size: *size,
                received: received + rows,
            },
            Position::Whole { .. } => Position::Whole { skip: last.row() + 1 },
            Position::Scroll { count, .. } => Position::Scroll {
                count: count + rows,
                last: if self.by_id { last.id(&self.buffer).map(Into::into) } else { None },
            },
            Position::End => Position::End,
        })
    }
}

/// The current page of a pager: returns each of its items once. Threads may share it.
#[derive(Debug)]
pub struct CurrentPage {
    page: RawPage,
    returned: AtomicUsize,
}

impl CurrentPage {
    pub(super) fn new(page: RawPage) -> Self {
        Self::of(page)
    }

    /// A page of which nothing was returned.
    pub fn of(page: RawPage) -> Self {
        Self { page, returned: AtomicUsize::new(0) }
    }

    pub(super) fn at(page: RawPage, returned: usize) -> Self {
        Self { page, returned: AtomicUsize::new(returned) }
    }

    /// The whole page, whether its items were returned or not.
    pub fn page(&self) -> &RawPage {
        &self.page
    }

    /// How many of its items were returned.
    pub fn returned(&self) -> usize {
        self.returned.load(Ordering::Acquire)
    }

    /// How many items remain.
    pub fn remaining(&self) -> usize {
        self.page.len().saturating_sub(self.returned())
    }

    /// The index of the next item, which then counts as returned.
    pub fn next(&self) -> Option<usize> {
        let end = self.page.len();
        let next = |at| (at < end).then_some(at + 1);
        self.returned.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).ok()
    }

    /// The indexes of at most `most` remaining items, which then count as returned.
    pub fn take(&self, most: usize) -> Range<usize> {
        let end = self.page.len();
        let next = |at: usize| Some(at.saturating_add(most).min(end).max(at));
        let from = self.returned.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).unwrap_or(end);
        from..from.saturating_add(most).min(end).max(from)
    }

    /// Reads the remaining items with `read`, and returns them with their part of the page. The part ends before an item
    /// that cannot be read. If that is the first one, its error is returned, and it counts as returned.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn read_rest<T, E>(
        &self,
        mut read: impl FnMut(&RawPage, usize) -> Result<T, E>,
    ) -> Result<(RawPage, Vec<T>), E> {
        let range = self.take(usize::MAX);
        let begin = range.start;
        let mut items = Vec::with_capacity(range.len());
        for at in range {
            match read(&self.page, at) {
                Ok(item) => items.push(item),
                Err(error) if at == begin => {
                    self.returned.store(at + 1, Ordering::Release);
                    return Err(error);
                }
                Err(_) => {
                    self.returned.store(at, Ordering::Release);
                    break;
                }
            }
        }
        Ok((self.page.part(begin..begin + items.len()), items))
    }
}
