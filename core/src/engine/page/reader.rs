//! The readers of a pager, one for each kind of paging.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::join::OuterPage;
use super::numbered::Numbered;
use super::range::PageRange;
use super::resume::Position;
use super::scroll::Scroll;
use super::{List, PagingOptions, Read};
use crate::base::error::Result;
use crate::table::{Join, Paging};

/// The part of a pager that knows how one kind of list is paged.
#[derive(Debug)]
pub(super) enum Reader {
    Numbered(Box<Numbered>),
    Scroll(Box<Scroll>),
    Whole,
    /// Another list with an inner list for each row. The page in progress is kept until all of its inner lists were read.
    Joined {
        outer: Box<Reader>,
        join: &'static Join,
        page: Option<Box<OuterPage>>,
        concurrency: Option<usize>,
    },
}

impl Reader {
    pub(super) fn open(
        list: &List,
        place: Option<&Position>,
        range: Option<PageRange>,
        paging: &PagingOptions,
    ) -> Self {
        let outer = Self::plain(list, place, range, paging);
        match list.template.operation.join {
            Some(join) => {
                Self::Joined { outer: Box::new(outer), join, page: None, concurrency: paging.concurrency }
            }
            None => outer,
        }
    }

    fn plain(
        list: &List,
        place: Option<&Position>,
        range: Option<PageRange>,
        paging: &PagingOptions,
    ) -> Self {
        match list.template.operation.paging {
            Paging::PageNumber => Self::Numbered(Box::new(Numbered::new(list, place, range, paging))),
            Paging::Scroll => Self::Scroll(Box::new(Scroll::new(place, paging.on_lost_page))),
            Paging::Array | Paging::None => Self::Whole,
        }
    }

    pub(super) fn snapshot(&self) -> Self {
        match self {
            Self::Numbered(reader) => Self::Numbered(Box::new(reader.snapshot())),
            Self::Scroll(reader) => Self::Scroll(Box::new(reader.snapshot())),
            Self::Whole => Self::Whole,
            Self::Joined { outer, join, page, concurrency } => Self::Joined {
                outer: Box::new(outer.snapshot()),
                join,
                page: page.clone(),
                concurrency: *concurrency,
            },
        }
    }

    pub(super) async fn read(&mut self, list: &List, left: Option<u64>, skip: usize) -> Result<Read> {
        match self {
            Self::Numbered(reader) => reader.read(list, left).await,
            Self::Scroll(reader) => reader.read(list).await,
            Self::Whole => list.read_whole(skip).await,
            Self::Joined { outer, join, page, concurrency } => {
                if page.as_ref().is_some_and(|page| page.is_used_up()) {
                    *page = None;
                }
                let page = match page {
                    Some(page) => page,
                    None => page.insert(Box::new(OuterPage::new(outer.read_plain(list, left, skip).await?))),
                };
                page.next(list, join, left, *concurrency).await
            }
        }
    }

    /// Boxed, since readers are nested.
    fn read_plain<'a>(
        &'a mut self,
        list: &'a List,
        left: Option<u64>,
        skip: usize,
    ) -> BoxFuture<'a, Result<Read>> {
        self.read(list, left, skip).boxed()
    }

    pub(super) fn cancel_prefetch(&mut self) {
        match self {
            Self::Numbered(reader) => reader.cancel_prefetch(),
            Self::Joined { outer, .. } => outer.cancel_prefetch(),
            Self::Scroll(_) | Self::Whole => {}
        }
    }

    /// The position after the end, from which a list that has ended could continue.
    pub(super) fn after_end(&self) -> Position {
        match self {
            Self::Numbered(reader) => reader.tracker.after_end(),
            Self::Joined { outer, .. } => outer.after_end(),
            Self::Scroll(_) | Self::Whole => Position::End,
        }
    }
}
