//! Calls and lists as the typed API hands them out: they are sent when awaited, and take options until then.

use std::collections::BTreeMap;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::core::Core;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{FromAnswer, Id};
use crate::operation::Operation;
use crate::page::{OnLostPage, PagingOptions, RawPage, RawPager};
use crate::params::Parameters;
use crate::raw::{Meta, RawResponse};
use crate::request::CallOptions;

/// What a call says before it is sent: operation, parameters, options.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    operation: &'static Operation,
    members: Vec<(&'static str, String)>,
    pub(crate) options: CallOptions,
}

impl Said {
    fn params(&self) -> Vec<u8> {
        crate::request::object(self.members.iter().map(|(name, json)| (*name, json.as_str()))).into_bytes()
    }
}

/// The options that every kind of call takes.
macro_rules! call_options {
    ($($options:tt)+) => {
        /// The whole call with queueing and retries, in place of the client's timeout.
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.$($options)+.timeout = Some(timeout);
            self
        }

        /// Further attempts after a fault, in place of the client's number. With 0 the request is sent once.
        pub fn max_retries(mut self, retries: u32) -> Self {
            self.$($options)+.max_retries = Some(retries);
            self
        }

        /// Adds a header.
        pub fn extra_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            self.$($options)+.extra_headers.insert(name.into(), value.into());
            self
        }

        /// Adds a query parameter: text, a number, true or false, or a list of these.
        pub fn extra_query(mut self, name: impl Into<String>, value: impl serde::Serialize) -> Self {
            $crate::call_builder::insert(&mut self.$($options)+.extra_query, name.into(), &value);
            self
        }

        /// Adds a field to the JSON body.
        pub fn extra_body(mut self, name: impl Into<String>, value: impl serde::Serialize) -> Self {
            $crate::call_builder::insert(&mut self.$($options)+.extra_body, name.into(), &value);
            self
        }

        /// All options at once, in place of those set so far.
        pub fn options(mut self, options: $crate::CallOptions) -> Self {
            self.$($options)+ = options;
            self
        }
    };
}
pub(crate) use call_options;

pub(crate) fn insert(map: &mut BTreeMap<String, Box<RawValue>>, name: String, value: &impl Serialize) {
    // Only a map whose keys are no text fails to be written; null makes the engine say what it wants instead.
    let raw = to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned());
    map.insert(name, raw);
}

/// A call that is ready to be awaited.
#[derive(Debug, Clone)]
#[must_use = "a call is sent when it is awaited"]
pub struct Call<'c, T> {
    core: &'c Core,
    pub(crate) said: Said,
    result: PhantomData<fn() -> T>,
}

impl<'c, T: FromAnswer> Call<'c, T> {
    pub(crate) fn new(core: &'c Core, operation: &'static Operation) -> Self {
        let said = Said { operation, members: Vec::new(), options: CallOptions::default() };
        Self { core, said, result: PhantomData }
    }

    pub(crate) fn path(mut self, name: &'static str, id: impl Into<Id>) -> Self {
        self.said.members.push((name, serde_json::Value::from(id.into().as_str()).to_string()));
        self
    }

    pub(crate) fn params(mut self, params: &impl Parameters) -> Self {
        self.said.members.extend(params.members().iter().map(|(name, json)| (name, json.to_owned())));
        self
    }

    call_options!(said.options);

    /// The Cloudmore reseller, in place of the client's; refused by other services' operations.
    pub fn reseller_id(self, id: impl Into<Id>) -> Self {
        self.path("reseller_id", id)
    }

    /// Sends the call; awaiting it does the same.
    ///
    /// # Errors
    /// See the method that made the call.
    pub async fn send(self) -> Result<T> {
        Ok(self.with_response().await?.value)
    }

    /// Sends the call and gives status, headers, ids and times along with the result.
    ///
    /// # Errors
    /// See the method that made the call.
    pub async fn with_response(self) -> Result<Response<T>> {
        let raw = self.raw().await?;
        let value = decode(&raw.json).map_err(|error| error.with_operation(self.said.operation.id))?;
        Ok(Response { value, meta: raw.meta })
    }

    async fn raw(&self) -> Result<RawResponse> {
        self.core.call(self.said.operation.id, &self.said.params(), &self.said.options).await
    }
}

impl<'c, T: FromAnswer + 'c> IntoFuture for Call<'c, T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'c, Result<T>>;
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A result with what is known of its answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// The result.
    pub value: T,
    /// Status, headers, ids and times.
    pub meta: Meta,
}

/// A list that is ready to be read, by item or by page.
#[derive(Debug, Clone)]
#[must_use = "a list is read through items, pages or collect"]
pub struct List<'c, T> {
    core: &'c Core,
    pub(crate) said: Said,
    paging: PagingOptions,
    item: PhantomData<fn() -> T>,
}

impl<'c, T: FromAnswer> List<'c, T> {
    pub(crate) fn new(core: &'c Core, operation: &'static Operation) -> Self {
        let said = Said { operation, members: Vec::new(), options: CallOptions::default() };
        Self { core, said, paging: PagingOptions::default(), item: PhantomData }
    }

    pub(crate) fn path(mut self, name: &'static str, id: impl Into<Id>) -> Self {
        self.said.members.push((name, serde_json::Value::from(id.into().as_str()).to_string()));
        self
    }

    pub(crate) fn params(mut self, params: &impl Parameters) -> Self {
        self.said.members.extend(params.members().iter().map(|(name, json)| (name, json.to_owned())));
        self
    }

    call_options!(said.options);

    /// The Cloudmore reseller, in place of the client's; refused by other services' operations.
    pub fn reseller_id(self, id: impl Into<Id>) -> Self {
        self.path("reseller_id", id)
    }

    /// Items in total, at least 1; all of them when not given.
    pub fn limit(mut self, items: u64) -> Self {
        self.paging.limit = Some(items);
        self
    }

    /// Pages in flight at the same time, where pages are numbered; never above the endpoint's limit.
    pub fn concurrency(mut self, pages: usize) -> Self {
        self.paging.concurrency = Some(pages);
        self
    }

    /// Goes on where an earlier reading of the same list stopped.
    pub fn resume_token(mut self, token: impl Into<String>) -> Self {
        self.paging.resume_token = Some(token.into());
        self
    }

    /// What to do when a page of a scroll is lost; the search is made again by default.
    pub fn on_lost_page(mut self, what: OnLostPage) -> Self {
        self.paging.on_lost_page = what;
        self
    }

    /// All paging options at once, in place of those set so far.
    pub fn paging(mut self, paging: PagingOptions) -> Self {
        self.paging = paging;
        self
    }

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

    /// All items at once.
    ///
    /// # Errors
    /// See the method that made the list; the error carries where to resume.
    pub async fn collect(self) -> Result<Vec<T>> {
        let mut items = self.items();
        let mut collected = Vec::new();
        while let Some(item) = items.next().await {
            collected.push(item?);
        }
        Ok(collected)
    }
}

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
    fn new(operation: &'static Operation, pager: Result<RawPager>) -> Self {
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

    fn typed(&self, raw: RawPage) -> Result<Page<T>> {
        let items: Result<Vec<T>> = (0..raw.len()).map(|at| item(&raw, at, self.operation)).collect();
        Ok(Page { items: items?, raw })
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
    fn new(pages: Pages<T>) -> Self {
        Self { pages, page: None, consumed: 0, over: false }
    }

    /// The next item, or nothing at the end.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|context| self.poll_item(context)).await
    }

    /// The next item of the page that is already here.
    pub(crate) fn next_ready(&mut self) -> Option<Result<T>> {
        let page = self.page.as_ref().filter(|page| !self.over && self.consumed < page.len())?;
        let read = item(page, self.consumed, self.pages.operation);
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

/// A request to an endpoint that mspkit does not know.
#[derive(Debug, Clone)]
#[must_use = "a request is sent when it is awaited"]
pub struct FreeRequest<'c> {
    core: &'c Core,
    method: String,
    path: String,
    body: Option<Vec<u8>>,
    pub(crate) options: CallOptions,
}

impl<'c> FreeRequest<'c> {
    pub(crate) fn new(core: &'c Core, method: &str, path: &str) -> Self {
        let (method, path) = (method.to_owned(), path.to_owned());
        Self { core, method, path, body: None, options: CallOptions::default() }
    }

    call_options!(options);

    /// The JSON body.
    pub fn body(mut self, body: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_vec(body).unwrap_or_else(|_| b"null".to_vec()));
        self
    }

    /// Sends the request; awaiting it does the same.
    ///
    /// # Errors
    /// Every kind; see [`Error`].
    pub async fn send(self) -> Result<RawResponse> {
        self.core.request(&self.method, &self.path, self.body.as_deref(), &self.options).await
    }
}

impl<'c> IntoFuture for FreeRequest<'c> {
    type Output = Result<RawResponse>;
    type IntoFuture = BoxFuture<'c, Result<RawResponse>>;
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

fn decode<T: FromAnswer>(json: &[u8]) -> Result<T> {
    T::from_answer(json).map_err(|error| {
        let at = T::broken_path(json)
            .filter(|path| path != ".")
            .map_or(String::new(), |path| format!(" at `{path}`"));
        // Position in the slice says nothing to a person; the path does.
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or(&text);
        Error::new(ErrorKind::Decode, format!("the answer cannot be read{at}: {reason}"))
    })
}

fn item<T: FromAnswer>(page: &RawPage, at: usize, operation: &str) -> Result<T> {
    decode(page.item(at).unwrap_or_default()).map_err(|error| {
        error
            .with_prefix(&format!("item {at} of the page"))
            .with_operation(operation)
            .with_request_id(&page.meta.request_id)
            .with_resume_token(page.resume_token(at))
    })
}
