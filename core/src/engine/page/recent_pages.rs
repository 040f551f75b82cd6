//! Whether a list advances if ids do not show it: the content of the last pages, and how many in a row had no new id.
//! Shared by numbered pages and scrolls.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::base::error::Result;
use crate::wire::raw::{self, PageItems};

/// How many pages are remembered.
const REMEMBERED: usize = 8;
/// The most pages in a row without a new id, without and with a total from the server. Rows that differ only in a time look
/// new, so reading has to end by itself.
const MAX_WITHOUT_NEW_ID: u32 = 200;
const MAX_WITHOUT_NEW_ID_COUNTED: u32 = 20_000;

/// The last pages.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecentPages {
    contents: Vec<u64>,
    without_new_id: u32,
}

impl RecentPages {
    /// Whether one of these pages had this content.
    pub(crate) fn holds(&self, content: u64) -> bool {
        self.contents.contains(&content)
    }

    /// Whether the page before had this content.
    pub(crate) fn is_last(&self, content: u64) -> bool {
        self.contents.last() == Some(&content)
    }

    pub(crate) fn remember(&mut self, content: u64) {
        if self.contents.len() == REMEMBERED {
            self.contents.remove(0);
        }
        self.contents.push(content);
    }

    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Counts a page that is not the last; too many without a new id are an error, since rows without ids, and known ids,
    /// never prove that the server advances. `counted` is whether the server reports a total.
    pub(crate) fn count_page(&mut self, new_id: bool, counted: bool) -> Result<()> {
        self.without_new_id = if new_id { 0 } else { self.without_new_id + 1 };
        let most = if counted { MAX_WITHOUT_NEW_ID_COUNTED } else { MAX_WITHOUT_NEW_ID };
        if self.without_new_id < most {
            return Ok(());
        }
        let message = format!(
            "{most} pages in a row have no row with a new id; whether the server advances is unknown"
        );
        Err(raw::undecodable(&message))
    }
}

/// A hash of the content of a page.
pub(crate) fn content(received: &PageItems) -> u64 {
    let mut hasher = DefaultHasher::new();
    for item in &received.items {
        received.slice(item).hash(&mut hasher);
    }
    hasher.finish()
}
