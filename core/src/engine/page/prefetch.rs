//! Pages of a page-numbered list that are requested ahead, in order, within the endpoint's limit and a budget of bytes.

use std::collections::VecDeque;

use tokio::task::JoinHandle;

use super::List;
use crate::base::error::{ErrorKind, Result};
use crate::engine::response::Meta;
use crate::wire::raw::{Entry, PageItems};

/// Pages in flight by default: as many as the vendor's list endpoints are known to accept.
const DEFAULT_CONCURRENCY: usize = 5;

/// Pages in flight, and pages that have arrived and not been read.
#[derive(Debug)]
pub(crate) struct Prefetch {
    concurrency: Option<usize>,
    pages: VecDeque<PendingPage>,
    /// The size of the largest page so far, in memory.
    largest: usize,
}

/// A page that was requested. Dropping it cancels the request.
#[derive(Debug)]
struct PendingPage {
    number: u64,
    task: JoinHandle<Result<(PageItems, Meta)>>,
}

impl Drop for PendingPage {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Prefetch {
    pub(crate) fn new(concurrency: Option<usize>) -> Self {
        Self { concurrency, pages: VecDeque::new(), largest: 0 }
    }

    /// A copy without any pages.
    pub(crate) fn bare(&self) -> Self {
        Self { concurrency: self.concurrency, pages: VecDeque::new(), largest: self.largest }
    }

    /// A page that was requested ahead, or else requests it now.
    pub(crate) async fn take(&mut self, list: &List, number: u64) -> Result<(PageItems, Meta)> {
        let taken = self.fetched(list, number).await?;
        let received = &taken.0;
        self.largest = self.largest.max(received.buffer.len() + received.items.len() * size_of::<Entry>());
        Ok(taken)
    }

    async fn fetched(&mut self, list: &List, number: u64) -> Result<(PageItems, Meta)> {
        let Some(front) = self.pages.front_mut().filter(|front| front.number == number) else {
            return fetch(list.clone(), number, None).await;
        };
        // Not taken out before it has arrived, so that the page is not lost if the caller's future is dropped here.
        let joined = (&mut front.task).await;
        self.pages.pop_front();
        match joined {
            // It may have timed out before it was needed, or was too large to be read ahead; now it is needed.
            Ok(Err(error))
                if matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Connection | ErrorKind::Decode) =>
            {
                fetch(list.clone(), number, None).await
            }
            Ok(fetched) => fetched,
            Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
            Err(_) => fetch(list.clone(), number, None).await,
        }
    }

    /// Requests the pages from `next` to `end`, as many as may be in flight.
    pub(crate) fn fill(&mut self, list: &List, next: u64, end: u64) {
        let (group, cap) = list.template.limit();
        let room = list.core.limiter(group, cap).cap() as usize;
        let budget = list.core.shared.max_body_bytes;
        let fitting = (budget / self.largest.max(1)).max(1);
        let wanted = self.concurrency.unwrap_or(DEFAULT_CONCURRENCY).min(room).min(fitting);
        let mut number = self.pages.back().map_or(next, |back| back.number + 1);
        // With a concurrency of one, a page is only requested when it is needed.
        if self.concurrency == Some(1) || room < 2 {
            return;
        }
        while self.pages.len() < wanted && number <= end {
            let (list, keep_alive) = (list.clone(), list.core.keep_alive.start());
            let share = budget / wanted;
            let task = tokio::spawn(async move {
                let fetched = fetch(list, number, Some(share)).await;
                drop(keep_alive);
                fetched
            });
            self.pages.push_back(PendingPage { number, task });
            number += 1;
        }
    }

    pub(crate) fn clear(&mut self) {
        self.pages.clear();
    }
}

/// Requests one page; owns its arguments, because it may run as a task.
pub(super) async fn fetch(list: List, number: u64, most: Option<usize>) -> Result<(PageItems, Meta)> {
    let params = list.dialect().pages.map(|paging| (paging.number, number.to_string()));
    list.fetch(list.prepare(params.as_slice(), &[]), false, most).await
}
