//! Page-numbered lists: pages are requested by number and read ahead in order; the [`PageTracker`] interprets them.

use super::prefetch::Prefetch;
use super::range::PageRange;
use super::tracker::{PageTracker, Taken};
use super::{List, PagingOptions, Position, Read};
use crate::base::error::Result;
use crate::table::Answer;

/// Reads a page-numbered list.
#[derive(Debug)]
pub(crate) struct Numbered {
    pub(crate) tracker: PageTracker,
    prefetch: Prefetch,
}

impl Numbered {
    pub(crate) fn new(
        list: &List,
        from: Option<&Position>,
        range: Option<PageRange>,
        paging: &PagingOptions,
    ) -> Self {
        let param = |wanted: Option<&str>| {
            let found = list.template.query.iter().find(|(name, _)| Some(name.as_str()) == wanted);
            found.and_then(|(_, number)| number.parse().ok())
        };
        let names = list.dialect().pages;
        let tracker =
            PageTracker::new(from, param(names.map(|it| it.number)), param(names.map(|it| it.size)));
        let until_empty = matches!(list.template.operation.answer, Answer::List { only_list: true, .. });
        let tracker = tracker.until_empty(until_empty).within(range);
        Self { tracker, prefetch: Prefetch::new(paging.concurrency) }
    }

    /// A copy without the pages that are read ahead.
    pub(crate) fn snapshot(&self) -> Self {
        Self { tracker: self.tracker.clone(), prefetch: self.prefetch.bare() }
    }

    /// Cancels pages that are read ahead.
    pub(crate) fn cancel_prefetch(&mut self) {
        self.prefetch.clear();
    }

    /// The next page. `left` is how many items are still needed; no page beyond them is read ahead.
    pub(crate) async fn read(&mut self, list: &List, left: Option<u64>) -> Result<Read> {
        let number = self.tracker.number();
        let (received, meta) = self.prefetch.take(list, number).await?;
        let taken = match self.tracker.take(&received) {
            Ok(taken) => taken,
            Err(error) => {
                self.prefetch.clear();
                return Err(list.with_context(error, &meta));
            }
        };
        let Taken { items, number, here, next, again } = taken;
        if received.rows > received.items.len() {
            tracing::debug!(
                page = number,
                rows = received.rows - received.items.len(),
                "null rows were skipped"
            );
        }
        let left = left.map(|left| left.saturating_sub(items.len() as u64));
        if self.tracker.is_sequential() {
            let end = self.tracker.last_page(&received.info);
            let size = self.tracker.size(&received.info);
            let end = left.map_or(end, |left| end.min(self.tracker.number() - 1 + left.div_ceil(size)));
            self.prefetch.fill(list, self.tracker.number(), end);
        } else {
            self.prefetch.clear();
        }
        let completeness = self.tracker.completeness();
        let total = received.info.total_items;
        Ok(Read {
            buffer: received.buffer,
            meta,
            items,
            total,
            number: Some(number),
            here,
            next,
            again,
            by_id: true,
            completeness,
        })
    }
}
