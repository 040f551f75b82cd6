//! One pager for lists of every kind: numbered pages, read ahead in order, scrolls, and plain arrays.
//!
//! A pager has one current page, whose items are returned one by one or together. `limit` bounds the items in total,
//! `page_size` those of one request. Wherever reading stops, in the middle of a page or by an error, a resume token says
//! where to continue.

mod completeness;
mod join;
mod numbered;
mod pager;
mod partition;
mod prefetch;
mod range;
mod raw_page;
mod reader;
mod recent_pages;
mod resume;
mod scroll;
mod seen_ids;
mod snapshot;
mod tracker;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use self::completeness::Completeness;
pub use self::pager::RawPager;
pub(crate) use self::partition::ListRequest;
pub use self::partition::RawPartition;
pub use self::raw_page::{CurrentPage, RawPage};
use self::resume::Position;
pub use self::snapshot::Mark;
use crate::base::error::{Error, Result};
use crate::base::spelling::Spelling;
use crate::engine::call::{self, CallContext, CallPolicy};
use crate::engine::config::options;
use crate::engine::core::Core;
use crate::engine::request::{HttpRequest, RequestTemplate};
use crate::engine::response::Meta;
use crate::engine::result;
use crate::engine::value;
use crate::table::Answer;
use crate::table::dialect::Dialect;
use crate::wire::raw::{self, Entry, PageItems};

pub use crate::generated::config::PagingOptions;

/// What to do when a list ends with fewer rows than the server announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OnIncomplete {
    /// Log one warning with the numbers.
    Warn,
    /// Fail with `ListIncomplete` instead of ending.
    Raise,
    /// Nothing; [`RawPager::complete`] still reports it.
    Ignore,
}

/// What to do when a page of a scroll is lost. The server's cursor has advanced, so the page cannot be requested again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OnLostPage {
    /// Restart the search, and skip the items already returned.
    #[default]
    Restart,
    /// Fail with an error that carries a resume token.
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

/// A list: its client, and the request of its pages.
#[derive(Debug, Clone)]
pub(crate) struct List {
    core: Core,
    template: std::sync::Arc<RequestTemplate>,
    policy: CallPolicy,
    item_id: std::borrow::Cow<'static, str>,
    or_object: bool,
}

/// A page as a reader returns it, before the limit is applied.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    buffer: Bytes,
    meta: Meta,
    items: Vec<Entry>,
    total: Option<u64>,
    number: Option<u64>,
    here: Position,
    /// The position after the page, or the end of the list.
    next: Position,
    /// Whether it was read before.
    again: bool,
    /// Whether ids identify its items.
    by_id: bool,
    completeness: Completeness,
}

impl List {
    /// The dialect of the list's service.
    fn dialect(&self) -> &'static Dialect {
        self.template.operation.service.dialect()
    }

    fn prepare(&self, page_query: &[(&str, String)], page_fields: &[(&str, &str)]) -> HttpRequest {
        self.template.finish(&self.core.shared.base, page_query, page_fields)
    }

    /// Requests one page and splits it into items. `most` is the largest size in bytes, if lower than the client's.
    async fn fetch(
        &self,
        http: HttpRequest,
        continuation: bool,
        most: Option<usize>,
    ) -> Result<(PageItems, Meta)> {
        let operation = self.template.operation;
        let (group, cap) = self.template.limit();
        let limiter = self.core.limiter(group, cap);
        let context = CallContext { limiter, ..CallContext::of(&self.core, operation, http, continuation) };
        let policy = CallPolicy { max_body_bytes: most, ..self.policy.clone() };
        let response = call::run(&self.core, &context, &policy).await?;
        let body = value::rewritten(&response.body, operation.envelope(), operation.model);
        let only_list = matches!(operation.answer, Answer::List { only_list: true, .. });
        let body = if only_list { raw::only_list(&body) } else { body };
        let meta = result::meta(response);
        // Servers send 204 for an empty list.
        if meta.status == http::StatusCode::NO_CONTENT.as_u16() {
            return Ok((PageItems::nothing(), meta));
        }
        let received = if self.or_object { raw::list_or_object } else { raw::list };
        match received(&body, operation.envelope(), &self.item_id, operation.id_fields) {
            Ok(received) => Ok((received, meta)),
            Err(error) => {
                let secrets = self.template.secrets();
                Err(result::unreadable(&self.core, operation, secrets, &meta, &body, error))
            }
        }
    }

    /// Adds the metadata of a page's response to an error.
    fn with_context(&self, error: Error, meta: &Meta) -> Error {
        let secrets = self.template.secrets();
        result::unreadable(&self.core, self.template.operation, secrets, meta, &Bytes::new(), error)
    }

    async fn read_whole(&self, skip: usize) -> Result<Read> {
        let (received, meta) = self.fetch(self.prepare(&[], &[]), false, None).await?;
        let rows = received.rows as u64;
        let total = received.info.total_items.filter(|total| *total >= rows).unwrap_or(rows);
        let mut completeness = Completeness { given: rows, ..Completeness::default() };
        completeness.record_total(Some(total));
        let items = received.items.into_iter().filter(|item| item.row() >= skip).collect();
        Ok(Read {
            buffer: received.buffer,
            meta,
            items,
            total: Some(total),
            number: None,
            here: Position::Whole { skip },
            next: Position::End,
            again: false,
            by_id: true,
            completeness,
        })
    }
}
