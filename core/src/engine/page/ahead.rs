//! Pages of a page-numbered list that are asked for before they are wanted, in order, within the endpoint's limit and one
//! budget of bytes.

use std::collections::VecDeque;

use tokio::task::JoinHandle;

use super::List;
use crate::base::error::{ErrorKind, Result};
use crate::engine::response::Meta;
use crate::wire::raw::{Cut, Entry};

/// Pages in flight when the caller does not say: as many as the vendor's lists are known to take.
const DEFAULT_CONCURRENCY: usize = 5;

/// Pages on their way or waiting to be wanted.
#[derive(Debug)]
pub(crate) struct Ahead {
    concurrency: Option<usize>,
    pages: VecDeque<Coming>,
    /// What the largest page so far takes.
    largest: usize,
}

/// A page on its way. Dropping it cancels the request.
#[derive(Debug)]
struct Coming {
    number: u64,
    task: JoinHandle<Result<(Cut, Meta)>>,
}

impl Drop for Coming {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Ahead {
    pub(crate) fn new(concurrency: Option<usize>) -> Self {
        Self { concurrency, pages: VecDeque::new(), largest: 0 }
    }

    /// The same without any pages.
    pub(crate) fn bare(&self) -> Self {
        Self { concurrency: self.concurrency, pages: VecDeque::new(), largest: self.largest }
    }

    /// A page: from those on their way, or asked for now.
    pub(crate) async fn take(&mut self, list: &List, number: u64) -> Result<(Cut, Meta)> {
        let taken = self.fetched(list, number).await?;
        let cut = &taken.0;
        self.largest = self.largest.max(cut.buffer.len() + cut.items.len() * size_of::<Entry>());
        Ok(taken)
    }

    async fn fetched(&mut self, list: &List, number: u64) -> Result<(Cut, Meta)> {
        let Some(front) = self.pages.front_mut().filter(|front| front.number == number) else {
            return fetch(list.clone(), number, None).await;
        };
        // Awaited in place: a caller that goes away here must not lose the page.
        let joined = (&mut front.task).await;
        self.pages.pop_front();
        match joined {
            // Its time ran while nobody asked for it, or it was too large to be held ahead; now somebody asks.
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

    /// Asks for the pages from `next` to `end`, as many as may be on their way.
    pub(crate) fn fill(&mut self, list: &List, next: u64, end: u64) {
        let limit = list.draft.operation.limit;
        let room = list.core.gate(limit.group, limit.cap).cap() as usize;
        let budget = list.core.shared.max_body_bytes;
        let fitting = (budget / self.largest.max(1)).max(1);
        let wanted = self.concurrency.unwrap_or(DEFAULT_CONCURRENCY).min(room).min(fitting);
        let mut number = self.pages.back().map_or(next, |back| back.number + 1);
        // With one page at a time the next is only asked for when it is wanted.
        if self.concurrency == Some(1) || room < 2 {
            return;
        }
        while self.pages.len() < wanted && number <= end {
            let (list, attended) = (list.clone(), list.core.attendant.attend());
            let share = budget / wanted;
            let task = tokio::spawn(async move {
                let fetched = fetch(list, number, Some(share)).await;
                drop(attended);
                fetched
            });
            self.pages.push_back(Coming { number, task });
            number += 1;
        }
    }

    pub(crate) fn clear(&mut self) {
        self.pages.clear();
    }
}

/// Asks for one page; owns what it needs, because it may run as a task.
async fn fetch(list: List, number: u64, most: Option<usize>) -> Result<(Cut, Meta)> {
    let asked = list.words().pages.map(|words| (words.number, number.to_string()));
    list.fetch(list.prepare(asked.as_slice(), &[]), false, most).await
}
