//! Page-numbered lists: pages are asked for by number, read ahead in order, and the [`Course`] says what they mean.

use super::ahead::Ahead;
use super::course::{Course, Taken};
use super::{List, PagingOptions, Place, Read};
use crate::base::error::Result;

/// Reads a page-numbered list.
#[derive(Debug)]
pub(crate) struct Numbered {
    pub(crate) course: Course,
    ahead: Ahead,
}

impl Numbered {
    pub(crate) fn new(list: &List, from: Option<&Place>, paging: &PagingOptions) -> Self {
        let said = |wanted: Option<&str>| {
            let found = list.draft.query.iter().find(|(name, _)| Some(name.as_str()) == wanted);
            found.and_then(|(_, number)| number.parse().ok())
        };
        let words = list.words().pages;
        let course = Course::new(from, said(words.map(|it| it.number)), said(words.map(|it| it.size)));
        Self { course, ahead: Ahead::new(paging.concurrency) }
    }

    /// The same without what is read ahead.
    pub(crate) fn snapshot(&self) -> Self {
        Self { course: self.course.clone(), ahead: self.ahead.bare() }
    }

    /// Drops what is being read ahead.
    pub(crate) fn leave(&mut self) {
        self.ahead.clear();
    }

    /// The next page. `left` is how many items are wanted: nothing beyond them is read ahead.
    pub(crate) async fn read(&mut self, list: &List, left: Option<u64>) -> Result<Read> {
        let number = self.course.number();
        let (cut, meta) = self.ahead.take(list, number).await?;
        let taken = match self.course.take(&cut) {
            Ok(taken) => taken,
            Err(error) => {
                self.ahead.clear();
                return Err(list.explain(error, &meta));
            }
        };
        let Taken { items, number, here, next, again } = taken;
        if cut.rows > cut.items.len() {
            tracing::debug!(page = number, rows = cut.rows - cut.items.len(), "null rows were skipped");
        }
        let left = left.map(|left| left.saturating_sub(items.len() as u64));
        if self.course.straight() {
            let end = self.course.last_page(&cut.facts);
            let size = self.course.size(&cut.facts);
            let end = left.map_or(end, |left| end.min(self.course.number() - 1 + left.div_ceil(size)));
            self.ahead.fill(list, self.course.number(), end);
        } else {
            self.ahead.clear();
        }
        let account = self.course.account();
        let total = cut.facts.total_items;
        Ok(Read {
            buffer: cut.buffer,
            meta,
            items,
            total,
            number: Some(number),
            here,
            next,
            again,
            by_id: true,
            account,
        })
    }
}
