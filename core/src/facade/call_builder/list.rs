//! A list of one operation, before it is read.

use std::marker::PhantomData;

use super::{CallSpec, Items, Pages, call_methods, paging_options};
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

    /// All items at once.
    ///
    /// # Errors
    /// See the method that made the list; the error carries the resume token of the start.
    pub async fn collect(self) -> Result<Vec<T>> {
        self.items().rest(None).await
    }
}
