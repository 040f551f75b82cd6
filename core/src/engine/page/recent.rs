//! Whether a list advances, where ids do not tell: the content of the pages that came last, and how many in a row had no
//! new id. Shared by numbered pages and scrolls.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::base::error::Result;
use crate::wire::raw::{self, Cut};

/// Pages whose content is remembered.
const REMEMBERED: usize = 8;
/// Pages in a row none of whose rows has a new id, where the server counts nothing and where it does. Rows that differ by a
/// time alone look like others, so reading has to end by itself.
const MAX_NAMELESS: u32 = 200;
const MAX_NAMELESS_COUNTED: u32 = 20_000;

/// The pages that came last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recent {
    contents: Vec<u64>,
    nameless: u32,
}

impl Recent {
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

    /// Counts a page behind which there should be more; too many without a new id are an error, since rows without ids,
    /// and ids that came before, never prove that the server advances. `counted` is whether the server says how much there is.
    pub(crate) fn refuse_nameless(&mut self, new_id: bool, counted: bool) -> Result<()> {
        self.nameless = if new_id { 0 } else { self.nameless + 1 };
        let most = if counted { MAX_NAMELESS_COUNTED } else { MAX_NAMELESS };
        if self.nameless < most {
            return Ok(());
        }
        let message = format!(
            "{most} pages in a row have no row with a new id; whether the server advances is unknown"
        );
        Err(raw::undecodable(&message))
    }
}

/// A number that differs where the content of pages does.
pub(crate) fn content(cut: &Cut) -> u64 {
    let mut hasher = DefaultHasher::new();
    for item in &cut.items {
        cut.slice(item).hash(&mut hasher);
    }
    hasher.finish()
}
