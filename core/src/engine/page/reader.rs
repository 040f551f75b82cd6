//! The readers of a pager, one for each kind of paging.

use super::numbered::Numbered;
use super::resume::Position;
use super::scroll::Scroll;
use super::{List, PagingOptions, Read};
use crate::base::error::Result;
use crate::table::Paging;

/// The part of a pager that knows how one kind of list is paged.
#[derive(Debug)]
pub(super) enum Reader {
    Numbered(Box<Numbered>),
    Scroll(Box<Scroll>),
    Whole,
}

impl Reader {
    pub(super) fn open(list: &List, place: Option<&Position>, paging: &PagingOptions) -> Self {
        match list.template.operation.paging {
            Paging::PageNumber => Self::Numbered(Box::new(Numbered::new(list, place, paging))),
            Paging::Scroll => Self::Scroll(Box::new(Scroll::new(place, paging.on_lost_page))),
            Paging::Array | Paging::None => Self::Whole,
        }
    }

    pub(super) fn snapshot(&self) -> Self {
        match self {
            Self::Numbered(reader) => Self::Numbered(Box::new(reader.snapshot())),
            Self::Scroll(reader) => Self::Scroll(Box::new(reader.snapshot())),
            Self::Whole => Self::Whole,
        }
    }

    pub(super) async fn read(&mut self, list: &List, left: Option<u64>, skip: usize) -> Result<Read> {
        match self {
            Self::Numbered(reader) => reader.read(list, left).await,
            Self::Scroll(reader) => reader.read(list).await,
            Self::Whole => list.read_whole(skip).await,
        }
    }

    pub(super) fn cancel_prefetch(&mut self) {
        if let Self::Numbered(reader) = self {
            reader.cancel_prefetch();
        }
    }

    /// The position after the end, from which a list that has ended could continue.
    pub(super) fn after_end(&self) -> Position {
        match self {
            Self::Numbered(reader) => reader.tracker.after_end(),
            Self::Scroll(_) | Self::Whole => Position::End,
        }
    }
}
