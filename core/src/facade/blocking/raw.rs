//! Endpoints that mspkit does not have, for programs without a runtime.

use serde::Serialize;

use super::{Driven, Items, Pages, Partition, RawPager};
use crate::base::error::Result;
use crate::engine::response::RawResponse;
use crate::facade::call_builder::{self, call_options, paging_options};
use crate::facade::model::Json;

/// A request to an endpoint that mspkit does not have.
#[derive(Debug, Clone)]
#[must_use = "a request is sent by `send`"]
pub struct RawRequest<'c> {
    pub(super) driven: &'c Driven,
    pub(super) call: call_builder::RawRequest<'c>,
}

impl RawRequest<'_> {
    call_options!(call.options);

    /// The JSON body.
    pub fn body(mut self, body: &impl Serialize) -> Self {
        self.call = self.call.body(body);
        self
    }

    /// Sends the request and waits for its response.
    ///
    /// # Errors
    /// Every kind; see [`Error`](crate::Error).
    pub fn send(self) -> Result<RawResponse> {
        self.driven.wait(self.call.send())
    }
}

/// A list that mspkit does not have, ready to be read by item or by page.
#[derive(Debug, Clone)]
#[must_use = "a list is read through items, pages or collect"]
pub struct RawList<'c> {
    pub(super) driven: &'c Driven,
    pub(super) list: call_builder::RawList<'c>,
}

impl RawList<'_> {
    call_options!(list.options);

    paging_options!(list.paging);

    /// The JSON body, which must be an object.
    pub fn body(mut self, body: &impl Serialize) -> Self {
        self.list = self.list.body(body);
        self
    }

    /// The member that identifies a row. Without it, rows are compared as a whole.
    pub fn item_id(mut self, member: &str) -> Self {
        self.list = self.list.item_id(member);
        self
    }

    /// The items, one after another.
    pub fn items(self) -> Items<Json> {
        Items { driven: self.driven.clone(), items: self.list.items() }
    }

    /// The pages, one after another.
    pub fn pages(self) -> Pages<Json> {
        Pages { driven: self.driven.clone(), pages: self.list.pages() }
    }

    /// The list with rows that are not read yet, for programs that make something else of them, such as files.
    ///
    /// # Errors
    /// `InvalidRequest` for an invalid path, body or option.
    pub fn pager(self) -> Result<RawPager> {
        Ok(RawPager { driven: self.driven.clone(), pager: self.list.pager()? })
    }

    /// The first item, or `None`; nothing is read ahead. [`Items::first`] keeps the others for later.
    ///
    /// # Errors
    /// Every kind; see [`Error`](crate::Error).
    pub fn first(self) -> Result<Option<Json>> {
        self.driven.wait(self.list.first())
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
    pub fn partitions(self, n: u64) -> Result<Vec<Partition<Json>>> {
        self.driven.wait(self.list.partitions(n))
    }

    /// All items at once.
    ///
    /// # Errors
    /// Every kind; see [`Error`](crate::Error). The error carries the resume token of the start.
    pub fn collect(self) -> Result<Vec<Json>> {
        self.driven.wait(self.list.collect())
    }
}
