//! A list while it is read: its pages and its items, as streams over one pager.

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use futures_util::future::BoxFuture;

use crate::base::error::{Error, Result};
use crate::engine::page::{Hand, RawPage, RawPager};
use crate::engine::response::Meta;
use crate::facade::model::FromAnswer;
use crate::table::Operation;

/// A list that is asked for one page after another.
struct Flow {
    operation: &'static str,
    /// Nothing where the list could not be begun.
    pager: Option<RawPager>,
    state: State,
}

enum State {
    Idle,
    Filling(BoxFuture<'static, Result<Option<Arc<Hand>>>>),
    /// The list could not be begun: its parameters are wrong.
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
    fn new(operation: &'static Operation, pager: Result<RawPager>) -> Self {
        let (state, pager) = match pager {
            Ok(pager) => (State::Idle, Some(pager)),
            Err(error) => (State::Refused(Box::new(error)), None),
        };
        Self { operation: operation.id, pager, state }
    }

    /// A page with items to give out; nothing at the end. An error ends the list.
    fn poll_hand(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Arc<Hand>>>> {
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

macro_rules! told {
    () => {
        /// Token to resume after the items returned so far; `None` when the list was refused.
        pub fn resume_token(&self) -> Option<String> {
            self.flow.pager.as_ref().map(RawPager::resume_token)
        }

        /// How many items the server says the list has, once a page has said so.
        pub fn total(&self) -> Option<u64> {
            self.flow.pager.as_ref().and_then(RawPager::total)
        }

        /// Whether the list is whole, at its end: whether as many rows came as the server said there are. Nothing before,
        /// where a limit has ended it early, and where the server said nothing that tells.
        pub fn complete(&self) -> Option<bool> {
            self.flow.pager.as_ref().and_then(RawPager::complete)
        }

        /// How many of the rows that the server announced are missing; known when [`complete`](Self::complete) is.
        pub fn missing(&self) -> Option<u64> {
            self.flow.pager.as_ref().and_then(RawPager::missing)
        }
    };
}

/// The pages of a list. A [`Stream`]; ends after an error, which carries where to resume. Only a row that cannot be read
/// does not end it: that is an error between the rows before it and those behind it.
#[derive(Debug)]
#[must_use = "nothing is read until it is polled"]
pub struct Pages<T> {
    flow: Flow,
    item: PhantomData<fn() -> T>,
}

impl<T: FromAnswer> Pages<T> {
    pub(super) fn new(operation: &'static Operation, pager: Result<RawPager>) -> Self {
        Self { flow: Flow::new(operation, pager), item: PhantomData }
    }

    /// The next page, or nothing at the end.
    pub async fn next(&mut self) -> Option<Result<Page<T>>> {
        std::future::poll_fn(|context| self.poll_page(context)).await
    }

    /// The items that are left, one after another.
    pub fn into_items(self) -> Items<T> {
        Items { flow: self.flow, hand: None, item: PhantomData }
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Page<T>>>> {
        let over = self.flow.over();
        Poll::Ready(match ready!(self.flow.poll_hand(context)) {
            Some(Ok(hand)) => Some(hand.read_rest(RawPage::read).map(|(raw, items)| Page { items, raw })),
            Some(Err(error)) => Some(Err(error)),
            None if over => None,
            // Of an empty list there is one page, with what the server said.
            None => {
                let empty = self.flow.pager.as_ref().and_then(RawPager::empty_page);
                empty.map(|raw| Ok(Page { items: Vec::new(), raw }))
            }
        })
    }
}

impl<T> Pages<T> {
    /// Ends reading; false when it had ended before.
    pub(crate) fn end(&mut self) -> bool {
        self.flow.end()
    }

    told!();
}

impl<T: FromAnswer> Stream for Pages<T> {
    type Item = Result<Page<T>>;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(context)
    }
}

/// A page, or what was left of one, with its items read.
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

/// The items of a list. A [`Stream`]; ends after an error, which carries where to resume. Only a row that cannot be read
/// does not end it: the next item is the one behind it.
#[derive(Debug)]
#[must_use = "nothing is read until it is polled"]
pub struct Items<T> {
    flow: Flow,
    hand: Option<Arc<Hand>>,
    item: PhantomData<fn() -> T>,
}

impl<T: FromAnswer> Items<T> {
    pub(super) fn new(pages: Pages<T>) -> Self {
        pages.into_items()
    }

    /// The next item, or nothing at the end.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|context| self.poll_item(context)).await
    }

    /// The next item, without reading ahead for more than it.
    ///
    /// # Errors
    /// See the method that made the list.
    pub async fn first(&mut self) -> Result<Option<T>> {
        if let Some(ready) = self.next_ready() {
            return ready.map(Some);
        }
        let Some(pager) = self.begun()? else { return Ok(None) };
        self.hand = pager.fill(Some(1)).await?;
        self.next_ready().transpose()
    }

    /// The pages that are left; the first is the rest of the one that is being read.
    pub fn into_pages(self) -> Pages<T> {
        Pages { flow: self.flow, item: PhantomData }
    }

    /// All items that are left at once, or at most so many. When it fails, none was given out.
    ///
    /// # Errors
    /// See the method that made the list; the error carries where this began.
    pub async fn rest(&mut self, most: Option<u64>) -> Result<Vec<T>> {
        let Some(pager) = self.begun()? else { return Ok(Vec::new()) };
        let undo = pager.undo();
        let (mut items, mut left) = (Vec::new(), most);
        while left != Some(0) {
            let Some(hand) = pager.fill(left).await.map_err(|error| undo.explain(error))? else { break };
            let taken =
                hand.take(left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX)));
            left = left.map(|left| left - taken.len() as u64);
            items.reserve(taken.len());
            for at in taken {
                items.push(hand.page().read(at).map_err(|error| undo.explain(error))?);
            }
        }
        undo.keep();
        self.hand = None;
        Ok(items)
    }

    /// The pager, unless nothing more is read.
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

    /// The next item of the page that is already here.
    pub(crate) fn next_ready(&mut self) -> Option<Result<T>> {
        let hand = self.hand.as_ref()?;
        hand.next().map(|at| hand.page().read(at))
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(ready) = self.next_ready() {
                return Poll::Ready(Some(ready));
            }
            match ready!(self.flow.poll_hand(context)) {
                Some(Ok(hand)) => self.hand = Some(hand),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T> Items<T> {
    /// Ends reading; false when it had ended before.
    pub(crate) fn end(&mut self) -> bool {
        self.hand = None;
        self.flow.end()
    }

    told!();

    /// Status, headers, ids and times of the page that is being read.
    pub fn meta(&self) -> Option<&Meta> {
        self.hand.as_ref().map(|hand| &*hand.page().meta)
    }
}

impl<T: FromAnswer> Stream for Items<T> {
    type Item = Result<T>;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }
}
