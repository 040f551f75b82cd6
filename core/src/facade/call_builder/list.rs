//! A list of one operation, before it is read.

use std::marker::PhantomData;

use super::{Items, Pages, Said, paging_options, said_methods};
use crate::base::error::Result;
use crate::engine::core::Core;
use crate::engine::page::PagingOptions;
use crate::facade::model::FromAnswer;

/// A list that is ready to be read, by item or by page.
#[derive(Debug, Clone)]
#[must_use = "a list is read through items, pages or collect"]
pub struct List<'c, T> {
    core: &'c Core,
    pub(crate) said: Said,
    pub(crate) paging: PagingOptions,
    item: PhantomData<fn() -> T>,
}

impl<'c, T: FromAnswer> List<'c, T> {
    pub(crate) fn new(core: &'c Core, said: Said) -> Self {
        Self { core, said, paging: PagingOptions::default(), item: PhantomData }
    }

    said_methods!(said);

    paging_options!(paging);

    /// The items, one after another.
    pub fn items(self) -> Items<T> {
        Items::new(self.pages())
    }

    /// The pages, one after another.
    pub fn pages(self) -> Pages<T> {
        let pager =
            self.core.pager(self.said.operation.id, &self.said.params(), &self.paging, &self.said.options);
        Pages::new(self.said.operation, pager)
    }

    /// The first item, or nothing; nothing is read ahead. [`Items::first`] leaves the others to be read.
    ///
    /// # Errors
    /// See the method that made the list.
    pub async fn first(self) -> Result<Option<T>> {
        self.items().first().await
    }

    /// All items at once.
    ///
    /// # Errors
    /// See the method that made the list; the error carries where it began.
    pub async fn collect(self) -> Result<Vec<T>> {
        self.items().rest(None).await
    }
}
