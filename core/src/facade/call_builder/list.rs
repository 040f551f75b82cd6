//! A list of one operation, before it is read.

use std::marker::PhantomData;

use super::{CallSpec, Items, Pages, Partition, call_methods, paging_options};
use crate::base::error::Result;
use crate::engine::core::Core;
use crate::engine::page::{PagingOptions, RawPager};
use crate::facade::model::FromResponse;

/// A list that is ready to be read, by item or by page.
#[derive(Debug, Clone)]
#[must_use = "a list is read through items, pages or collect"]
pub struct List<'c, T> {
    core: &'c Core,
    pub(crate) spec: CallSpec,
    pub(crate) paging: PagingOptions,
    item: PhantomData<fn() -> T>,
}

impl<'c, T: FromResponse> List<'c, T> {
    pub(crate) fn new(core: &'c Core, spec: CallSpec) -> Self {
        Self { core, spec, paging: PagingOptions::default(), item: PhantomData }
    }

    call_methods!(spec);

    paging_options!(paging);

    /// The items, one after another.
    pub fn items(self) -> Items<T> {
        Items::new(self.pages())
    }

    /// The pages, one after another.
    pub fn pages(self) -> Pages<T> {
        Pages::new(self.spec.operation.id, self.pager())
    }

    /// The list with rows that are not read yet, for programs that make something else of them, such as tables.
    ///
    /// # Errors
    /// `InvalidRequest` for invalid parameters and options.
    pub fn pager(self) -> Result<RawPager> {
        let CallSpec { operation, options, .. } = &self.spec;
        self.core.list_operation(operation, &self.spec.params(), &self.paging, options)
    }

    /// The first item, or `None`; nothing is read ahead. [`Items::first`] keeps the others for later.
    ///
    /// # Errors
    /// See the method that made the list.
    pub async fn first(self) -> Result<Option<T>> {
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
    pub async fn partitions(self, n: u64) -> Result<Vec<Partition<T>>> {
        let parts = self.pages().partitions(n).await?;
        Ok(parts.into_iter().map(Partition::new).collect())
    }

    /// All items at once.
    ///
    /// # Errors
    /// See the method that made the list; the error carries the resume token of the start.
    pub async fn collect(self) -> Result<Vec<T>> {
        self.items().rest(None).await
    }
}
