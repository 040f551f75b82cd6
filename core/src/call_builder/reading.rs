//! A list while it is read: its pages and its items, as streams.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use futures_util::future::BoxFuture;

use crate::error::{Error, Result};
use crate::model::FromAnswer;
use crate::operation::Operation;
use crate::page::{RawPage, RawPager};
use crate::raw::Meta;

type Fetching = BoxFuture<'static, (RawPager, Result<Option<RawPage>>)>;

/// The pages of a list. A [`Stream`]; ends after an error, which carries where to resume.
#[must_use = "nothing is read until it is polled"]
pub struct Pages<T> {
    operation: &'static str,
    state: Reading,
    resume_token: Option<String>,
    total: Option<u64>,
    item: PhantomData<fn() -> T>,
}

enum Reading {
    Idle(Box<RawPager>),
    Fetching(Fetching),
    /// The list could not be begun: its parameters are wrong.
    Refused(Box<Error>),
    Over,
}

impl<T> std::fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages")
            .field("operation", &self.operation)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

impl<T: FromAnswer> Pages<T> {
    pub(super) fn new(operation: &'static Operation, pager: Result<RawPager>) -> Self {
        let (state, resume_token) = match pager {
            Ok(pager) => {
                let token = pager.resume_token();
                (Reading::Idle(Box::new(pager)), Some(token))
            }
            Err(error) => (Reading::Refused(Box::new(error)), None),
        };
        Self { operation: operation.id, state, resume_token, total: None, item: PhantomData }
    }

    /// The next page, or nothing at the end.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        std::future::poll_fn(|context| self.poll_raw(context)).await.map(|raw| self.typed(raw?))
    }

    /// The page with its items read; where one cannot be read, reading ends, and goes on from the page's start.
    fn typed(&mut self, raw: RawPage) -> Result<Page<T>> {
        let items: Result<Vec<T>> = (0..raw.len()).map(|at| raw.read(at)).collect();
        match items {
            Ok(items) => Ok(Page { items, raw }),
            Err(error) => {
                let start = raw.resume_token(0);
                self.state = Reading::Over;
                self.resume_token = Some(start.clone());
                Err(error.with_resume_token(start))
            }
        }
    }

    fn poll_raw(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<RawPage>>> {
        loop {
            match std::mem::replace(&mut self.state, Reading::Over) {
                Reading::Idle(mut pager) => {
                    self.state = Reading::Fetching(Box::pin(async move {
                        let page = pager.next_page().await;
                        (*pager, page)
                    }));
                }
                Reading::Fetching(mut fetching) => {
                    let Poll::Ready((pager, page)) = fetching.as_mut().poll(context) else {
                        self.state = Reading::Fetching(fetching);
                        return Poll::Pending;
                    };
                    self.total = pager.total();
                    self.resume_token = Some(pager.resume_token());
                    return Poll::Ready(match page {
                        Ok(Some(page)) => {
                            self.state = Reading::Idle(Box::new(pager));
                            Some(Ok(page))
                        }
                        Ok(None) => None,
                        Err(error) => Some(Err(error)),
                    });
                }
                Reading::Refused(error) => return Poll::Ready(Some(Err(*error))),
                Reading::Over => return Poll::Ready(None),
            }
        }
    }
}

impl<T> Pages<T> {
    /// Ends reading; false when it had ended before.
    pub(crate) fn end(&mut self) -> bool {
        !matches!(std::mem::replace(&mut self.state, Reading::Over), Reading::Over)
    }

    /// Where reading goes on after the pages given out so far.
    pub fn resume_token(&self) -> Option<&str> {
        self.resume_token.as_deref()
    }

    /// How many items the server says the list has, once a page has said so.
    pub fn total(&self) -> Option<u64> {
        self.total
    }
}

impl<T: FromAnswer> Stream for Pages<T> {
    type Item = Result<Page<T>>;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let raw = ready!(self.poll_raw(context));
        Poll::Ready(raw.map(|raw| self.typed(raw?)))
    }
}

/// A page with its items read.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    raw: RawPage,
}

impl<T> Page<T> {
    /// How many items the server says the list has.
    pub fn total(&self) -> Option<u64> {
        self.raw.total
    }

    /// The number of the page, from 1, where pages are numbered.
    pub fn number(&self) -> Option<u64> {
        self.raw.number
    }

    /// Where reading goes on after this page.
    pub fn resume_token(&self) -> String {
        self.raw.resume_token(self.raw.len())
    }

    /// Where reading goes on after the first `consumed` items of this page.
    pub fn resume_token_after(&self, consumed: usize) -> String {
        self.raw.resume_token(consumed)
    }

    /// Status, headers, ids and times.
    pub fn meta(&self) -> &Meta {
        &self.raw.meta
    }
}

/// The items of a list. A [`Stream`]; ends after an error, which carries where to resume.
#[must_use = "nothing is read until it is polled"]
pub struct Items<T> {
    pages: Pages<T>,
    page: Option<RawPage>,
    consumed: usize,
    over: bool,
}

impl<T> std::fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Items")
            .field("pages", &self.pages)
            .field("consumed", &self.consumed)
            .finish_non_exhaustive()
    }
}

impl<T: FromAnswer> Items<T> {
    pub(super) fn new(pages: Pages<T>) -> Self {
        Self { pages, page: None, consumed: 0, over: false }
    }

    /// The next item, or nothing at the end.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|context| self.poll_item(context)).await
    }

    /// The next item of the page that is already here.
    pub(crate) fn next_ready(&mut self) -> Option<Result<T>> {
        let page = self.page.as_ref().filter(|page| !self.over && self.consumed < page.len())?;
        let read = page.read(self.consumed);
        match read {
            Ok(_) => self.consumed += 1,
            Err(_) => self.over = true,
        }
        Some(read)
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        while !self.over {
            if let Some(ready) = self.next_ready() {
                return Poll::Ready(Some(ready));
            }
            match ready!(self.pages.poll_raw(context)) {
                Some(Ok(page)) => (self.page, self.consumed) = (Some(page), 0),
                Some(Err(error)) => {
                    self.over = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => self.over = true,
            }
        }
        Poll::Ready(None)
    }
}

impl<T> Items<T> {
    /// Ends reading; false when it had ended before.
    pub(crate) fn end(&mut self) -> bool {
        !std::mem::replace(&mut self.over, true)
    }

    /// Where reading goes on after the items given out so far; nothing when the list was refused.
    pub fn resume_token(&self) -> Option<String> {
        match &self.page {
            Some(page) => Some(page.resume_token(self.consumed)),
            None => self.pages.resume_token.clone(),
        }
    }

    /// How many items the server says the list has, once a page has said so.
    pub fn total(&self) -> Option<u64> {
        self.pages.total
    }

    /// Status, headers, ids and times of the page that is being read.
    pub fn meta(&self) -> Option<&Meta> {
        self.page.as_ref().map(|page| &page.meta)
    }
}

impl<T: FromAnswer> Stream for Items<T> {
    type Item = Result<T>;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }
}
