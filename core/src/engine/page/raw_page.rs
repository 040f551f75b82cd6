//! One page of a list, and how far its items were given out.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use super::resume::{Place, Resume};
use crate::base::error::{Error, Result};
use crate::engine::response::Meta;
use crate::wire::raw::{self, Entry};

/// One page, or a part of one: its items are slices of one buffer. Cheap to clone. `Debug` shows how many items there
/// are, not what they hold.
#[derive(Clone)]
pub struct RawPage {
    pub(super) buffer: Bytes,
    pub(super) items: Arc<[Entry]>,
    /// Which of the items these are.
    pub(super) span: Range<usize>,
    /// How many items the server says the list has.
    pub total: Option<u64>,
    /// The number of the page, from 1, where pages are numbered.
    pub number: Option<u64>,
    /// Status, headers, ids and times of the page's answer.
    pub meta: Arc<Meta>,
    pub(super) operation: &'static str,
    /// Where the whole page begins, and what follows it.
    pub(super) here: Resume,
    pub(super) next: Resume,
    /// Whether it was read before: its items have no place of their own.
    pub(super) again: bool,
    /// Whether items of a scroll are known by their ids.
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
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.span.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.span.is_empty()
    }

    fn entry(&self, at: usize) -> Option<&Entry> {
        self.items[self.span.clone()].get(at)
    }

    /// The JSON of an item, as a slice of the page's buffer.
    pub fn item(&self, at: usize) -> Option<&[u8]> {
        self.range(at).map(|range| &self.buffer[range])
    }

    /// The error for an item that a binding cannot read: with operation, status, request id, page and row, and where to
    /// resume behind the item. `why` is a reason in plain words, without anything of what the item holds.
    pub fn unreadable(&self, at: usize, why: &str) -> Error {
        self.explain(at, raw::undecodable(why))
    }

    /// The error for an item, with what is known of where it stands.
    pub(crate) fn explain(&self, at: usize, error: Error) -> Error {
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

    /// Where an item begins and ends in the buffer.
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

    /// The place after so many items of the whole page.
    pub(super) fn after(&self, consumed: usize) -> Resume {
        let Some(last) = consumed.checked_sub(1) else { return self.here.clone() };
        let Some(last) = self.items.get(last).filter(|_| consumed < self.items.len()) else {
            return self.next.clone();
        };
        let came = consumed as u64;
        self.here.at(match self.here.place() {
            Place::Page { page, skip, size, received } => Place::Page {
                page: *page,
                skip: if self.again { *skip } else { last.row() + 1 },
                size: *size,
                received: received + came,
            },
            Place::Whole { .. } => Place::Whole { skip: last.row() + 1 },
            Place::Scroll { count, .. } => Place::Scroll {
                count: count + came,
                last: if self.by_id { last.id(&self.buffer).map(Into::into) } else { None },
            },
            Place::End => Place::End,
        })
    }
}

/// The page in hand: a page whose items are given out one by one, each once, to whoever asks. Threads may share it.
#[derive(Debug)]
pub struct Hand {
    page: RawPage,
    given: AtomicUsize,
}

impl Hand {
    pub(super) fn new(page: RawPage) -> Self {
        Self { page, given: AtomicUsize::new(0) }
    }

    pub(super) fn at(page: RawPage, given: usize) -> Self {
        Self { page, given: AtomicUsize::new(given) }
    }

    /// The whole page, whatever of it was given out.
    pub fn page(&self) -> &RawPage {
        &self.page
    }

    /// How many of its items were given out.
    pub fn given(&self) -> usize {
        self.given.load(Ordering::Acquire)
    }

    /// How many are left to give out.
    pub fn left(&self) -> usize {
        self.page.len().saturating_sub(self.given())
    }

    /// Gives out the next item: its index in the page.
    pub fn next(&self) -> Option<usize> {
        let end = self.page.len();
        let next = |at| (at < end).then_some(at + 1);
        self.given.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).ok()
    }

    /// Gives out at most so many of those that are left, at once: their indexes.
    pub fn take(&self, most: usize) -> Range<usize> {
        let end = self.page.len();
        let next = |at: usize| Some(at.saturating_add(most).min(end).max(at));
        let from = self.given.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).unwrap_or(end);
        from..from.saturating_add(most).min(end).max(from)
    }

    /// Gives out all that are left, read by `read`, with the part of the page that they are. An item that cannot be read
    /// ends the part before it; where it comes first it is the error, and counts as given out.
    ///
    /// # Errors
    /// What `read` fails with.
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
                    self.given.store(at + 1, Ordering::Release);
                    return Err(error);
                }
                Err(_) => {
                    self.given.store(at, Ordering::Release);
                    break;
                }
            }
        }
        Ok((self.page.part(begin..begin + items.len()), items))
    }
}
