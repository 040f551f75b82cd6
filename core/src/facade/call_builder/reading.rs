//! Reading of a list: its pages and its items, as streams over one pager.

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use futures_util::future::BoxFuture;

use crate::base::error::{Error, Result};
use crate::engine::page::{CurrentPage, RawPage, RawPager, RawPartition};
use crate::engine::response::Meta;
use crate::facade::model::FromResponse;

/// Requests one page of a list after another.
struct Flow {
    operation: &'static str,
    /// `None` if the parameters of the list are invalid.
    pager: Option<RawPager>,
    state: State,
}

enum State {
    Idle,
    Filling(BoxFuture<'static, Result<Option<Arc<CurrentPage>>>>),
    /// The parameters of the list are invalid.
    Refused(Box<Error>),
    Over,
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let total = self.pager.as_ref().and_then(RawPager::total);
        f.debug_struct("Flow")
            .field("operation", &self.operation)
            .field("total", &total)
            .finish_non_exhaustive()
    }
}

impl Flow {
    fn new(operation: &'static str, pager: Result<RawPager>) -> Self {
        let (state, pager) = match pager {
            Ok(pager) => (State::Idle, Some(pager)),
            Err(error) => (State::Refused(Box::new(error)), None),
        };
        Self { operation, pager, state }
    }

    /// The next page with items; `None` at the end. An error ends the list.
    fn poll_page_items(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Arc<CurrentPage>>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Over) {
                State::Idle => {
                    let Some(pager) = self.pager.clone() else { return Poll::Ready(None) };
                    self.state = State::Filling(Box::pin(async move { pager.fill(None).await }));
                }
                State::Filling(mut filling) => {
                    let Poll::Ready(filled) = filling.as_mut().poll(context) else {
                        self.state = State::Filling(filling);
                        return Poll::Pending;
                    };
                    if matches!(filled, Ok(Some(_))) {
                        self.state = State::Idle;
                    }
                    return Poll::Ready(filled.transpose());
                }
                State::Refused(error) => return Poll::Ready(Some(Err(*error))),
                State::Over => return Poll::Ready(None),
            }
        }
    }

    fn end(&mut self) -> bool {
        !matches!(std::mem::replace(&mut self.state, State::Over), State::Over)
    }

    fn over(&self) -> bool {
        matches!(self.state, State::Over)
    }
}

macro_rules! list_state_methods {
    () => {
        /// Token to resume after the items returned so far; `None` if the parameters were invalid.
        pub fn resume_token(&self) -> Option<String> {
            self.flow.pager.as_ref().map(RawPager::resume_token)
        }

        /// How many items the list has according to the server, once known.
        pub fn total(&self) -> Option<u64> {
            self.flow.pager.as_ref().and_then(RawPager::total)
        }

        /// Whether the list is complete: as many rows were received as the server announced. `None` before the end, if a
        /// limit ended it early, and if the server announced nothing.
        pub fn complete(&self) -> Option<bool> {
            self.flow.pager.as_ref().and_then(RawPager::complete)
        }

        /// How many of the rows that the server announced are missing; known when [`complete`](Self::complete) is.
        pub fn missing(&self) -> Option<u64> {
            self.flow.pager.as_ref().and_then(RawPager::missing)
        }
    };
}

/// The pages of a list. A [`Stream`]; ends after an error, which carries a resume token. A row that cannot be read does not
/// end it: that is an error between the rows before it and those after it.
#[derive(Debug)]
#[must_use = "nothing is read until it is polled"]
pub struct Pages<T> {
    flow: Flow,
    item: PhantomData<fn() -> T>,
}

impl<T: FromResponse> Pages<T> {
    pub(super) fn new(operation: &'static str, pager: Result<RawPager>) -> Self {
        Self { flow: Flow::new(operation, pager), item: PhantomData }
    }

    /// The next page, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        std::future::poll_fn(|context| self.poll_page(context)).await
    }

    /// The remaining items, one after another.
    pub fn into_items(self) -> Items<T> {
        Items { flow: self.flow, current: None, item: PhantomData }
    }

    /// Divides what is left of the list.
    pub(super) async fn partitions(self, n: u64) -> Result<Vec<RawPartition>> {
        match (self.flow.state, self.flow.pager) {
            (State::Refused(error), _) => Err(*error),
            (_, Some(pager)) => pager.partitions(n).await,
            (_, None) => Ok(Vec::new()),
        }
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        let over = self.flow.over();
        Poll::Ready(match ready!(self.flow.poll_page_items(context)) {
            Some(Ok(current)) => {
                Some(current.read_rest(RawPage::read).map(|(raw, items)| Page { items, raw }))
            }
            Some(Err(error)) => Some(Err(error)),
            None if over => None,
            // An empty list has one page, with the server's metadata.
            None => {
                let empty = self.flow.pager.as_ref().and_then(RawPager::empty_page);
                empty.map(|raw| Ok(Page { items: Vec::new(), raw }))
            }
        })
    }
}

impl<T> Pages<T> {
    /// Stops reading; false if it had ended before.
    pub(crate) fn end(&mut self) -> bool {
        self.flow.end()
    }

    list_state_methods!();
}

impl<T: FromResponse> Stream for Pages<T> {
    type Item = Result<Page<T>>;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(context)
    }
}

/// A page or the rest of one, with its items read.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    raw: RawPage,
}

impl<T> Page<T> {
    /// How many items the list has according to the server.
    pub fn total(&self) -> Option<u64> {
        self.raw.total
    }

    /// The number of the page, from 1, where pages are numbered.
    pub fn number(&self) -> Option<u64> {
        self.raw.number
    }

    /// Token to resume after this page.
    pub fn resume_token(&self) -> String {
        self.raw.resume_token(self.raw.len())
    }

    /// Token to resume after the first `consumed` items of this page.
    pub fn resume_token_after(&self, consumed: usize) -> String {
        self.raw.resume_token(consumed)
    }

    /// Status, headers, ids and times.
    pub fn meta(&self) -> &Meta {
        &self.raw.meta
    }
}

/// The items of a list. A [`Stream`]; ends after an error, which carries a resume token. A row that cannot be read does not
/// end it: the next item is the one after it.
#[derive(Debug)]
#[must_use = "nothing is read until it is polled"]
pub struct Items<T> {
    flow: Flow,
    current: Option<Arc<CurrentPage>>,
    item: PhantomData<fn() -> T>,
}

impl<T: FromResponse> Items<T> {
    pub(super) fn new(pages: Pages<T>) -> Self {
        pages.into_items()
    }

    /// The next item, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|context| self.poll_item(context)).await
    }

    /// The next item, without reading pages ahead.
    ///
    /// # Errors
    /// See the method that made the list.
    pub async fn first(&mut self) -> Result<Option<T>> {
        if let Some(ready) = self.next_ready() {
            return ready.map(Some);
        }
        let Some(pager) = self.begun()? else { return Ok(None) };
        self.current = pager.fill(Some(1)).await?;
        self.next_ready().transpose()
    }

    /// The remaining pages; the first is the rest of the current one.
    pub fn into_pages(self) -> Pages<T> {
        Pages { flow: self.flow, item: PhantomData }
    }

    /// The remaining items at once, or at most `most` of them. If it fails, none counts as returned.
    ///
    /// # Errors
    /// See the method that made the list; the error carries the resume token of the start of this call.
    pub async fn rest(&mut self, most: Option<u64>) -> Result<Vec<T>> {
        let Some(pager) = self.begun()? else { return Ok(Vec::new()) };
        let undo = pager.undo();
        let (mut items, mut left) = (Vec::new(), most);
        while left != Some(0) {
            let Some(current) = pager.fill(left).await.map_err(|error| undo.with_context(error))? else {
                break;
            };
            let taken =
                current.take(left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX)));
            left = left.map(|left| left - taken.len() as u64);
            items.reserve(taken.len());
            for at in taken {
                items.push(current.page().read(at).map_err(|error| undo.with_context(error))?);
            }
        }
        undo.keep();
        self.current = None;
        Ok(items)
    }

    /// The pager, unless reading has ended.
    fn begun(&mut self) -> Result<Option<RawPager>> {
        match std::mem::replace(&mut self.flow.state, State::Over) {
            State::Refused(error) => Err(*error),
            State::Over => Ok(None),
            State::Idle | State::Filling(_) => {
                self.flow.state = State::Idle;
                Ok(self.flow.pager.clone())
            }
        }
    }

    /// The next item of the current page, without waiting.
    pub(crate) fn next_ready(&mut self) -> Option<Result<T>> {
        let current = self.current.as_ref()?;
        current.next().map(|at| current.page().read(at))
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(ready) = self.next_ready() {
                return Poll::Ready(Some(ready));
            }
            match ready!(self.flow.poll_page_items(context)) {
                Some(Ok(current)) => self.current = Some(current),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T> Items<T> {
    /// Stops reading; false if it had ended before.
    pub(crate) fn end(&mut self) -> bool {
        self.current = None;
        self.flow.end()
    }

    list_state_methods!();

    /// Status, headers, ids and times of the current page. An empty list has one page without items.
    pub fn meta(&self) -> Option<Arc<Meta>> {
        let read = || self.flow.pager.as_ref().and_then(RawPager::current_page);
        self.current.clone().or_else(read).map(|current| current.page().meta.clone())
    }
}

impl<T: FromResponse> Stream for Items<T> {
    type Item = Result<T>;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }
}
