//! A list outside the operation table.

use std::fmt;

use serde::Serialize;

use super::{Items, Pages, Partition, call_options, paging_options};
use crate::base::error::{PAGINATE, Result};
use crate::engine::core::Core;
use crate::engine::page::{PagingOptions, RawPager};
use crate::engine::request::CallOptions;
use crate::facade::model::Json;

/// A list that mspkit does not have, ready to be read by item or by page.
#[derive(Clone)]
#[must_use = "a list is read through items, pages or collect"]
pub struct RawList<'c> {
    core: &'c Core,
    method: String,
    path: String,
    body: Option<Vec<u8>>,
    item_id: Option<String>,
    pub(crate) options: CallOptions,
    pub(crate) paging: PagingOptions,
}

impl fmt::Debug for RawList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "RawList({} {path}, {} body bytes)", self.method, self.body.as_ref().map_or(0, Vec::len))
    }
}

impl<'c> RawList<'c> {
    pub(crate) fn new(core: &'c Core, method: &str, path: &str) -> Self {
        Self {
            core,
            method: method.to_owned(),
            path: path.to_owned(),
            body: None,
            item_id: None,
            options: CallOptions::default(),
            paging: PagingOptions::default(),
        }
    }

    call_options!(options);

    paging_options!(paging);

    /// The JSON body, which must be an object.
    pub fn body(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => self.body = Some(json),
            Err(_) => self.options.unwritable = Some("body".to_owned()),
        }
        self
    }

    /// The member that identifies a row. Without it, rows are compared as a whole.
    pub fn item_id(mut self, member: &str) -> Self {
        self.item_id = Some(member.to_owned());
        self
    }

    /// The items, one after another.
    pub fn items(self) -> Items<Json> {
        Items::new(self.pages())
    }

    /// The pages, one after another.
    pub fn pages(self) -> Pages<Json> {
        Pages::new(PAGINATE, self.pager())
    }

    /// The list with rows that are not read yet, for programs that make something else of them, such as files.
    ///
    /// # Errors
    /// `InvalidRequest` for an invalid path, body or option.
    pub fn pager(self) -> Result<RawPager> {
        let (body, item_id) = (self.body.as_deref(), self.item_id.as_deref());
        self.core.paginate(&self.method, &self.path, body, item_id, &self.paging, &self.options)
    }

    /// The first item, or `None`; nothing is read ahead. [`Items::first`] keeps the others for later.
    ///
    /// # Errors
    /// Every kind; see [`Error`](crate::Error).
    pub async fn first(self) -> Result<Option<Json>> {
        self.items().first().await
    }

    /// Divides the list into at most `n` partitions that other processes read, each on its own, together everything once.
    ///
    /// One page is requested. A list with fewer pages has fewer partitions, and one without page numbers or a total has one.
    /// The last partition ends with the list, so it has the rows that were added meanwhile. Unless
    /// [`concurrency`](Self::concurrency) was set, together they stay within the endpoint's limit if at most that many are
    /// read at a time.
    ///
    /// # Errors
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if `n` is 0 or the list has a limit, secret parameters or extra
    /// headers; those of reading a page.
    pub async fn partitions(self, n: u64) -> Result<Vec<Partition<Json>>> {
        let parts = self.pages().partitions(n).await?;
        Ok(parts.into_iter().map(Partition::new).collect())
    }

    /// All items at once.
    ///
    /// # Errors
    /// Every kind; see [`Error`](crate::Error). The error carries the resume token of the start.
    pub async fn collect(self) -> Result<Vec<Json>> {
        self.items().rest(None).await
    }
}
