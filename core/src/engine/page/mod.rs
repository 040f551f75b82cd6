//! Lists of every kind behind one pager: numbered pages read ahead in order, scrolls, and plain arrays.
//!
//! A pager has one page in hand, whose items are given out one by one or together. `limit` bounds the items in total,
//! `page_size` those of one request. Wherever reading stops, in the middle of a page or by an error, a resume token says
//! where to go on.

mod account;
mod ahead;
mod course;
mod numbered;
mod pager;
mod raw_page;
mod recent;
mod resume;
mod scroll;
mod seen;

use bytes::Bytes;
use serde::Deserialize;

use self::account::Account;
pub use self::pager::{Mark, RawPager};
pub use self::raw_page::{Hand, RawPage};
use self::resume::Place;
use crate::base::error::{Error, Result};
use crate::base::words::Spelling;
use crate::engine::answer;
use crate::engine::call::{self, Effort, Request};
use crate::engine::config::options;
use crate::engine::core::Core;
use crate::engine::request::{Draft, Prepared};
use crate::engine::response::Meta;
use crate::table::dialect::Dialect;
use crate::wire::raw::{self, Cut, Entry};

pub use crate::generated::config::PagingOptions;

/// What to do when a list ends before as many rows came as the server said there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OnIncomplete {
    /// Log one warning with the numbers.
    Warn,
    /// Give an error of kind `ListIncomplete` in place of the end.
    Raise,
    /// Nothing; [`RawPager::complete`] tells all the same.
    Ignore,
}

/// What to do when a page of a scroll is lost: its server has moved on and cannot be asked for it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OnLostPage {
    /// Search again, and skip what was already given out.
    #[default]
    Restart,
    /// Give an error that says where to resume.
    Raise,
}

impl PagingOptions {
    /// The options that a JSON object describes.
    ///
    /// # Errors
    /// `InvalidRequest` when it is not an object of known options.
    pub fn from_json(options: &[u8]) -> Result<Self> {
        Self::from_json_in(options, Spelling::default())
    }

    /// The options that a JSON object describes in the spelling of a language.
    ///
    /// # Errors
    /// `InvalidRequest` when it is not an object of known options.
    pub fn from_json_in(options: &[u8], spelling: Spelling) -> Result<Self> {
        options::read("paging options", options::PAGING, options, spelling, None)
    }

    /// The names of all options, in the spelling of a language.
    pub fn names(spelling: Spelling) -> Vec<String> {
        options::PAGING.iter().map(|row| spelling.name(row.name).into_owned()).collect()
    }
}

/// What every reader needs: whose list it is, and how to ask for a page of it.
#[derive(Debug, Clone)]
pub(crate) struct List {
    core: Core,
    draft: std::sync::Arc<Draft>,
    effort: Effort,
    item_id: &'static str,
    or_object: bool,
}

/// A page as a reader hands it over, before the limit is applied.
#[derive(Debug)]
pub(crate) struct Read {
    buffer: Bytes,
    meta: Meta,
    items: Vec<Entry>,
    total: Option<u64>,
    number: Option<u64>,
    here: Place,
    /// Where the following page begins, or the end of the list.
    next: Place,
    /// Whether it was read before.
    again: bool,
    /// Whether its items are known by their ids.
    by_id: bool,
    account: Account,
}

impl List {
    /// The words of the list's service.
    fn words(&self) -> &'static Dialect {
        self.draft.operation.service.dialect()
    }

    fn prepare(&self, page_query: &[(&str, String)], page_fields: &[(&str, &str)]) -> Prepared {
        self.draft.finish(&self.core.shared.base, page_query, page_fields)
    }

    /// Asks for one page and cuts it. `most` is how many bytes it may have, where less than any response may.
    async fn fetch(
        &self,
        prepared: Prepared,
        continuation: bool,
        most: Option<usize>,
    ) -> Result<(Cut, Meta)> {
        let operation = self.draft.operation;
        let request = Request::of(&self.core, operation, prepared, continuation);
        let effort = Effort { max_body_bytes: most, ..self.effort.clone() };
        let answered = call::run(&self.core, &request, &effort).await?;
        let body = answered.body.clone();
        let meta = answer::meta(answered);
        // That is how servers say that there is nothing.
        if meta.status == http::StatusCode::NO_CONTENT.as_u16() {
            return Ok((Cut::nothing(), meta));
        }
        let cut = if self.or_object { raw::list_or_object } else { raw::list };
        match cut(&body, operation.envelope(), self.item_id, operation.id_fields) {
            Ok(cut) => Ok((cut, meta)),
            Err(error) => {
                let secrets = self.draft.secrets();
                Err(answer::unreadable(&self.core, operation, secrets, &meta, &body, error))
            }
        }
    }

    /// An error about a page that was read, with what is known of its response.
    fn explain(&self, error: Error, meta: &Meta) -> Error {
        let secrets = self.draft.secrets();
        answer::unreadable(&self.core, self.draft.operation, secrets, meta, &Bytes::new(), error)
    }

    async fn read_whole(&self, skip: usize) -> Result<Read> {
        let (cut, meta) = self.fetch(self.prepare(&[], &[]), false, None).await?;
        let rows = cut.rows as u64;
        let total = cut.facts.total_items.filter(|total| *total >= rows).unwrap_or(rows);
        let mut account = Account { given: rows, ..Account::default() };
        account.say(Some(total));
        let items = cut.items.into_iter().filter(|item| item.row() >= skip).collect();
        Ok(Read {
            buffer: cut.buffer,
            meta,
            items,
            total: Some(total),
            number: None,
            here: Place::Whole { skip },
            next: Place::End,
            again: false,
            by_id: true,
            account,
        })
    }
}
