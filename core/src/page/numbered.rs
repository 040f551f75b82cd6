//! Page-numbered lists: where they end, and how pages are read ahead in order.
//!
//! N-central describes its lists in several ways, so the end is found by the first of these that an answer allows:
//! `totalPages`; `totalItems` against what was received; whether `_links` has a `nextPage`; a page shorter than the
//! effective page size. An empty page ends a list only when nothing else says that there is more, and a page equal to
//! the one before it is an error, so reading never loops.

use std::collections::VecDeque;

use tokio::task::JoinHandle;

use super::seen::Seen;
use super::{Item, List, PagingOptions, Place, Read, all_items};
use crate::error::{ErrorKind, Result};
use crate::raw::{self, Cut, Meta, NextLink, PageFacts};

/// The page size of servers that are not asked for one, as the vendor documents it.
const DEFAULT_SIZE: u64 = 50;
/// Empty pages in a row, however many the server says there are.
const MAX_EMPTY: u32 = 100;
/// Pages in flight when the caller does not say: as many as the vendor's lists are known to take.
const DEFAULT_CONCURRENCY: usize = 5;

/// Reads a page-numbered list.
#[derive(Debug)]
pub(crate) struct Numbered {
    page: u64,
    skip: usize,
    asked_size: Option<u64>,
    /// The size that the server goes by, once it is known.
    size: Option<u64>,
    received: u64,
    concurrency: Option<usize>,
    ahead: VecDeque<Ahead>,
    seen: Seen,
    previous: Option<Cut>,
    empty: u32,
}

/// A page on its way. Dropping it cancels the request.
#[derive(Debug)]
struct Ahead {
    page: u64,
    task: JoinHandle<Result<(Cut, Meta)>>,
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Numbered {
    pub(crate) fn new(list: &List, from: Option<&Place>, paging: &PagingOptions) -> Self {
        let asked = list
            .draft
            .query
            .iter()
            .find(|(name, _)| name == "pageSize")
            .and_then(|(_, size)| size.parse().ok());
        let (page, skip, size, received) = match from {
            Some(Place::Page { page, skip, size, received }) => (*page, *skip, *size, *received),
            _ => (1, 0, None, 0),
        };
        Self {
            page,
            skip,
            asked_size: asked,
            size,
            received,
            concurrency: paging.concurrency,
            ahead: VecDeque::new(),
            seen: Seen::default(),
            previous: None,
            empty: 0,
        }
    }

    pub(crate) async fn read(&mut self, list: &List, left: Option<u64>) -> Result<Read> {
        let (cut, meta) = self.take(list).await?;
        let (page, count) = (self.page, cut.items.len() as u64);
        self.refuse_repeated(&cut)?;
        self.empty = if count == 0 { self.empty + 1 } else { 0 };
        let received = self.received + count;
        let size = cut.facts.page_size.filter(|size| *size > 0).or(self.size).or(self.asked_size);
        let more = more(&cut.facts, page, count, received, size.unwrap_or(DEFAULT_SIZE));
        // A server that has more and says nothing of its page size has just shown it.
        let size =
            if page == 1 && more && cut.facts.page_size.is_none() && count > 0 { Some(count) } else { size };
        let items = self.once_each(&cut);
        let here = Place::Page { page, skip: self.skip, size, received: self.received };
        (self.received, self.size, self.skip, self.page) = (received, size, 0, page + 1);
        let total = cut.facts.total_items;
        if more {
            let left = left.map(|left| left.saturating_sub(items.len() as u64));
            self.read_ahead(list, &cut.facts, left);
        } else {
            self.ahead.clear();
        }
        let next = more.then_some(Place::Page { page: page + 1, skip: 0, size, received });
        self.previous = Some(cut.clone());
        Ok(Read { cut, meta, items, total, number: Some(page), here, next })
    }

    /// The next page in order: from those on their way, or asked for now.
    async fn take(&mut self, list: &List) -> Result<(Cut, Meta)> {
        let Some(front) = self.ahead.front_mut().filter(|front| front.page == self.page) else {
            return fetch(list.clone(), self.page).await;
        };
        // Awaited in place: a caller that goes away here must not lose the page.
        let joined = (&mut front.task).await;
        self.ahead.pop_front();
        match joined {
            // Its time ran while nobody asked for it, so it gets another, now that somebody does.
            Ok(Err(error)) if matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Connection) => {
                fetch(list.clone(), self.page).await
            }
            Ok(fetched) => fetched,
            Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
            Err(_) => fetch(list.clone(), self.page).await,
        }
    }

    fn read_ahead(&mut self, list: &List, facts: &PageFacts, left: Option<u64>) {
        if left == Some(0) {
            return;
        }
        let size = self.size.or(self.asked_size).unwrap_or(DEFAULT_SIZE).max(1);
        let by_total = facts.total_pages.or(facts.total_items.map(|total| total.div_ceil(size)));
        // Where nothing tells the end, the one page that must be asked for anyway is the only one worth asking for.
        let end = by_total.unwrap_or(self.page).max(self.page);
        let end = left.map_or(end, |left| end.min(self.page - 1 + left.div_ceil(size)));
        let limit = list.draft.operation.limit;
        let room = list.core.gate(limit.group, limit.cap).cap() as usize;
        let wanted = self.concurrency.unwrap_or(DEFAULT_CONCURRENCY).min(room);
        let mut page = self.ahead.back().map_or(self.page, |back| back.page + 1);
        // With one page at a time the next is only asked for when it is wanted.
        while wanted > 1 && self.ahead.len() < wanted && page <= end {
            let (list, attended) = (list.clone(), list.core.attendant.attend());
            let task = tokio::spawn(async move {
                let fetched = fetch(list, page).await;
                drop(attended);
                fetched
            });
            self.ahead.push_back(Ahead { page, task });
            page += 1;
        }
    }

    fn refuse_repeated(&self, cut: &Cut) -> Result<()> {
        let Some(previous) = &self.previous else { return Ok(()) };
        let equal = previous.slices().eq(cut.slices());
        // Where the server counts its pages, empty ones in the middle are believed, within reason.
        let counted = cut.items.is_empty() && cut.facts.total_pages.is_some();
        if !equal || (counted && self.empty < MAX_EMPTY) {
            return Ok(());
        }
        let (before, page) = (self.page - 1, self.page);
        Err(raw::undecodable(&format!("pages {before} and {page} are the same; the server does not advance")))
    }

    /// The page's items that were not given out before; rows move while pages are read.
    fn once_each(&mut self, cut: &Cut) -> Vec<Item> {
        let skip = self.skip;
        let mut items = all_items(cut, 0);
        items.retain(|item| {
            let fresh = item.entry.id(&cut.buffer).is_none_or(|id| self.seen.insert(&id));
            fresh && item.index >= skip
        });
        items
    }
}

/// Asks for one page; owns what it needs, because it may run as a task.
async fn fetch(list: List, page: u64) -> Result<(Cut, Meta)> {
    list.fetch(list.prepare(&[("pageNumber", page.to_string())], &[]), false).await
}

/// Whether a page is not the last one.
fn more(facts: &PageFacts, page: u64, count: u64, received: u64, size: u64) -> bool {
    if let Some(pages) = facts.total_pages {
        return page < pages;
    }
    if let Some(total) = facts.total_items {
        return received < total;
    }
    match facts.next_link {
        NextLink::To(_) => true,
        NextLink::None => false,
        NextLink::Unsaid => count > 0 && count >= size,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a server would say of one of its pages, by which of the end rules it supports.
    fn facts(rule: u8, items: u64, size: u64, page: u64) -> PageFacts {
        let pages = items.div_ceil(size);
        let mut facts = PageFacts::default();
        match rule {
            0 => facts.total_pages = Some(pages),
            1 => facts.total_items = Some(items),
            2 if page < pages => facts.next_link = NextLink::To("/api/x?pageNumber=2".to_owned()),
            2 => facts.next_link = NextLink::None,
            _ => facts.page_size = Some(size),
        }
        facts
    }

    proptest! {
        #[test]
        fn every_rule_reads_the_whole_list_and_stops(rule in 0u8..4, items in 0u64..400, size in 1u64..60) {
            let (mut page, mut received) = (1, 0);
            loop {
                let count = size.min(items - received);
                received += count;
                if !more(&facts(rule, items, size, page), page, count, received, size) {
                    break;
                }
                page += 1;
                prop_assert!(page <= items / size + 2, "does not stop");
            }
            prop_assert_eq!(received, items);
        }

        #[test]
        fn an_empty_page_goes_on_only_when_something_says_so(page in 1u64..9, received in 0u64..99, size in 1u64..60) {
            prop_assert!(!more(&PageFacts::default(), page, 0, received, size));
            let counted = PageFacts { total_pages: Some(page + 1), ..PageFacts::default() };
            prop_assert!(more(&counted, page, 0, received, size));
            let totalled = PageFacts { total_items: Some(received + 1), ..PageFacts::default() };
            prop_assert!(more(&totalled, page, 0, received, size));
        }
    }
}
