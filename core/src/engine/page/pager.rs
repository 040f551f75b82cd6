//! The pager: reads a list page by page.
//!
//! All methods of reading first take from the current page: one item (`next`, `first`), the rest of a page (`pages`), or a
//! number of items (`collect`). They can be mixed in any order without losing or repeating items.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard};

use super::completeness::Completeness;
use super::partition::ListRequest;
use super::raw_page::{CurrentPage, RawPage};
use super::reader::Reader;
use super::resume::{self, Position, ResumePoint};
use super::snapshot::{Mark, Snapshot};
use super::{List, OnIncomplete, PagingOptions};
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::lock;
use crate::engine::call::CallPolicy;
use crate::engine::core::Core;
use crate::engine::request::RequestTemplate;
use crate::table::Answer;

/// Reads a list. Cheap to clone; clones share their position, and threads and tasks may share a pager.
///
/// # How a binding uses it
///
/// * **Iteration, `next`**: [`current_page`](Self::current_page) and [`CurrentPage::next`] return the next item of the
///   current page without waiting. If there is none, await [`fill(None)`](Self::fill) and try again: it returns `None` at
///   the end of the list. Dropping the future loses nothing.
/// * **`first()`**: the same with `fill(Some(1))`, which reads no page ahead. The rest of the page stays available.
/// * **`pages()`**: await [`next_page`](Self::next_page), which returns the rest of the current page before it requests
///   another. To read models at once, use `fill(None)` and [`CurrentPage::read_rest`]: an item that cannot be read is then
///   an error of its own, between the items before it and those after it.
/// * **`collect(limit)`**: take a [`mark`](Self::mark), then `fill(Some(still needed))` and [`CurrentPage::take`] until
///   there are enough. If it fails or is cancelled, pass the mark to [`reset`](Self::reset): then nothing counts as
///   returned, and the error must carry the mark's token. [`collect_pages`](Self::collect_pages) does all of this.
/// * Bindings never change the limit: `fill`'s argument only says how much is worth reading ahead.
/// * **Errors**: errors of `fill` carry the token. For an item that the binding itself cannot read,
///   [`RawPage::unreadable`] makes the error; the item counts as returned, so reading continues after it, as does the
///   error's token.
/// * **At the end**, `fill` warns, or fails once with `ListIncomplete`, depending on `on_incomplete`.
///   [`complete`](Self::complete) and [`missing`](Self::missing) have the result.
#[derive(Debug, Clone)]
pub struct RawPager {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    list: List,
    on_incomplete: Option<OnIncomplete>,
    /// Locked while a page is requested; other callers wait for it.
    reader: tokio::sync::Mutex<Reader>,
    state: Mutex<State>,
    request: Option<ListRequest>,
}

/// The state of reading.
#[derive(Debug)]
struct State {
    snapshot: Snapshot,
    /// Counts the resets: pages that were requested before the last one are dropped.
    generation: u64,
    /// The reader to continue with after a reset.
    reader: Option<Reader>,
}

impl RawPager {
    pub(crate) fn new(
        core: Core,
        template: RequestTemplate,
        paging: &PagingOptions,
        policy: CallPolicy,
    ) -> Result<Self> {
        Self::with_item_id(core, template, None, paging, policy)
    }

    /// A pager over rows that are identified by another member than the table's.
    pub(crate) fn with_item_id(
        core: Core,
        template: RequestTemplate,
        item_id: Option<Cow<'static, str>>,
        paging: &PagingOptions,
        policy: CallPolicy,
    ) -> Result<Self> {
        let operation = template.operation;
        let Answer::List { id, or_object, .. } = operation.answer else {
            return Err(Error::new(ErrorKind::InvalidRequest, "this operation is not a list; call it"));
        };
        if paging.limit == Some(0) {
            return Err(Error::argument("limit", "0", "must be at least 1"));
        }
        if paging.concurrency == Some(0) {
            return Err(Error::argument("concurrency", "0", "must be at least 1"));
        }
        let fingerprint = template.fingerprint(&core.shared.base);
        let place = match &paging.resume_token {
            Some(token) => Some(resume::read(token, fingerprint, operation.paging)?),
            None => None,
        };
        let range = place.as_ref().and_then(ResumePoint::range);
        let list = List {
            core,
            template: template.into(),
            policy,
            item_id: item_id.unwrap_or(id.into()),
            or_object,
        };
        let reader = Reader::open(&list, place.as_ref().map(ResumePoint::place), range, paging);
        let start = match &reader {
            Reader::Numbered(_) | Reader::Joined { .. } => reader.after_end(),
            _ => Position::start(operation.paging),
        };
        let next = place.unwrap_or_else(|| ResumePoint::new(fingerprint, start));
        let done = next.is_end() || next.is_after_range();
        let snapshot = Snapshot {
            current: None,
            next,
            left: paging.limit,
            total: None,
            completeness: Completeness::default(),
            truncated: false,
            done,
            ended: false,
            reported: false,
            warning: None,
            begun: false,
        };
        let state = Mutex::new(State { snapshot, generation: 0, reader: None });
        let (reader, on_incomplete) = (tokio::sync::Mutex::new(reader), paging.on_incomplete);
        let shared = Shared { list, on_incomplete, reader, state, request: None };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Keeps what the list was requested with, so that it can be divided.
    pub(crate) fn requested_with(mut self, request: ListRequest) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.request = Some(request);
        }
        self
    }

    pub(super) fn request(&self) -> Option<&ListRequest> {
        self.shared.request.as_ref()
    }

    pub(super) fn list(&self) -> &List {
        &self.shared.list
    }

    /// Where the next item is, and whether a limit ends the list before its end.
    pub(super) fn place(&self) -> (ResumePoint, bool) {
        let State { snapshot, .. } = &*self.state();
        let place = match &snapshot.current {
            Some(current) => current.page().after(current.page().span.start + current.returned()),
            None => snapshot.next.clone(),
        };
        (place, snapshot.left.is_some())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }

    /// Returns the current page, or requests the next one if all its items were returned; `None` at the end of the list.
    /// `wanted` is how many items the caller will take from now on, if it knows: pages beyond them are not read ahead.
    /// After an error, the same page can be requested again.
    ///
    /// # Errors
    /// Every kind; the error carries a resume token. `ListIncomplete` once at the end, depending on `on_incomplete`.
    pub async fn fill(&self, wanted: Option<u64>) -> Result<Option<Arc<CurrentPage>>> {
        if let Some(current) = self.unfinished() {
            return Ok(Some(current));
        }
        let Shared { list, reader, .. } = &*self.shared;
        let mut reader = reader.lock().await;
        loop {
            let (left, generation, skip) = {
                let mut state = self.state();
                if let Some(other) = state.reader.take() {
                    *reader = other;
                }
                if let Some(current) = state.snapshot.unfinished() {
                    return Ok(Some(current));
                }
                if state.snapshot.done {
                    reader.cancel_prefetch();
                    return self.end(&mut state.snapshot, &reader).map(|()| None);
                }
                let left = match (state.snapshot.left, wanted) {
                    (Some(left), Some(wanted)) => Some(left.min(wanted)),
                    (left, wanted) => left.or(wanted),
                };
                (left, state.generation, state.snapshot.next.skip())
            };
            let read = reader.read(list, left, skip).await;
            let mut state = self.state();
            if state.generation != generation {
                continue;
            }
            match read {
                Ok(read) => state.snapshot.deliver(read, list.template.operation.id),
                Err(error) => {
                    let error = error.with_operation(list.template.operation.id);
                    return Err(error.with_resume_token(state.snapshot.next.token()));
                }
            }
        }
    }

    fn unfinished(&self) -> Option<Arc<CurrentPage>> {
        self.state().snapshot.unfinished()
    }

    /// The current page, even if all its items were returned; `None` before the first one.
    pub fn current_page(&self) -> Option<Arc<CurrentPage>> {
        self.state().snapshot.current.clone()
    }

    /// The rest of the current page, or the next page; `None` at the end of the list. An empty list has one page without
    /// items.
    ///
    /// # Errors
    /// As [`fill`](Self::fill).
    pub async fn next_page(&self) -> Result<Option<RawPage>> {
        loop {
            let Some(current) = self.fill(None).await? else { return Ok(self.empty_page()) };
            let rest = current.take(usize::MAX);
            // Another task may have taken them in the meantime.
            if !rest.is_empty() {
                return Ok(Some(current.page().part(rest)));
            }
        }
    }

    /// The one page of an empty list, once.
    pub(crate) fn empty_page(&self) -> Option<RawPage> {
        let snapshot = &mut self.state().snapshot;
        let begun = std::mem::replace(&mut snapshot.begun, true);
        let page =
            snapshot.current.as_ref().map(|current| current.page()).filter(|page| !begun && page.is_empty());
        page.cloned()
    }

    /// The remaining items, or at most `most` of them, as parts of pages. If it fails or its future is dropped, none counts
    /// as returned.
    ///
    /// # Errors
    /// As [`fill`](Self::fill); the error's resume token is that of the start of this call.
    pub async fn collect_pages(&self, most: Option<u64>) -> Result<Vec<RawPage>> {
        let undo = self.undo();
        let (mut parts, mut left) = (Vec::new(), most);
        while left != Some(0) {
            let Some(current) = self.fill(left).await.map_err(|error| undo.with_context(error))? else {
                break;
            };
            let taken =
                current.take(left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX)));
            left = left.map(|left| left - taken.len() as u64);
            parts.push(current.page().part(taken));
        }
        undo.keep();
        Ok(parts)
    }

    /// Goes back to this position when it is dropped without [`Undo::keep`].
    pub(crate) fn undo(&self) -> Undo<'_> {
        Undo { pager: self, mark: Some(self.mark()) }
    }

    /// Marks the current position.
    pub fn mark(&self) -> Mark {
        let reader = self.shared.reader.try_lock();
        let state = self.state();
        let reader = match (&state.reader, reader) {
            (Some(other), _) => Some(other.snapshot()),
            (None, Ok(reader)) => Some(reader.snapshot()),
            // A page is being requested: the ids that were returned before are not kept then.
            (None, Err(_)) => None,
        };
        let given = state.snapshot.current.as_ref().map_or(0, |current| current.returned());
        Mark { snapshot: state.snapshot.clone(), given, reader }
    }

    /// Goes back to a mark. Items that were returned since then are returned again.
    pub fn reset(&self, mark: Mark) {
        let Mark { mut snapshot, given, reader } = mark;
        snapshot.current =
            snapshot.current.map(|current| Arc::new(CurrentPage::at(current.page().clone(), given)));
        let paging = PagingOptions::default();
        let reader = reader.unwrap_or_else(|| {
            Reader::open(&self.shared.list, Some(snapshot.next.place()), snapshot.next.range(), &paging)
        });
        let mut state = self.state();
        state.generation += 1;
        state.snapshot = snapshot;
        state.reader = Some(reader);
    }

    /// Stops reading: cancels pages that are read ahead, and returns nothing more. A page that a caller waits for finishes.
    pub fn close(&self) {
        {
            let mut state = self.state();
            state.generation += 1;
            (state.snapshot.done, state.snapshot.reported) = (true, true);
            if let Some(current) = &state.snapshot.current {
                let (page, given) = (current.page(), current.returned());
                state.snapshot.next = page.after(page.span.start + given);
                state.snapshot.current = None;
            }
        }
        if let Ok(mut reader) = self.shared.reader.try_lock() {
            reader.cancel_prefetch();
        }
    }

    /// Reports once, at the end, whether the list is complete.
    fn end(&self, snapshot: &mut Snapshot, reader: &Reader) -> Result<()> {
        let reported = std::mem::replace(&mut snapshot.reported, true);
        let Some((missing, total)) =
            snapshot.missing().filter(|missing| *missing > 0 && !reported).zip(snapshot.total)
        else {
            return Ok(());
        };
        let operation = self.shared.list.template.operation.id;
        let overlaps = snapshot.completeness.overlaps();
        let twice = if overlaps { ", others were received twice" } else { "" };
        let message = format!("the list is incomplete: {missing} of {total} rows are missing{twice}");
        let after_end = snapshot.next.at(reader.after_end());
        let mut error = Error::new(ErrorKind::ListIncomplete, message)
            .with_incomplete(total, missing)
            .with_operation(operation)
            .with_resume_token(after_end.token());
        if let Some(meta) = snapshot.current.as_ref().map(|current| &current.page().meta) {
            let (headers, body) = (http::HeaderMap::new(), bytes::Bytes::new());
            error = error.with_answer(meta.status, &headers, &body).with_request_id(&meta.request_id);
        }
        let by_default = if overlaps { OnIncomplete::Raise } else { OnIncomplete::Warn };
        match self.shared.on_incomplete.unwrap_or(by_default) {
            OnIncomplete::Ignore => Ok(()),
            OnIncomplete::Warn => {
                tracing::warn!(operation, total, missing, "{}", error.message());
                snapshot.warning = Some(error);
                Ok(())
            }
            OnIncomplete::Raise => Err(error),
        }
    }

    /// The warning at the end, once. It was logged as well; this is for languages with warnings of their own.
    pub fn warning(&self) -> Option<Error> {
        self.state().snapshot.warning.take()
    }

    /// How many items the list has according to the server, once known.
    pub fn total(&self) -> Option<u64> {
        self.state().snapshot.total
    }

    /// Whether the list is complete: as many distinct rows were received as the server announced. `None` before the end, if
    /// a limit ended it early, and if the server announced nothing.
    pub fn complete(&self) -> Option<bool> {
        self.missing().map(|missing| missing == 0)
    }

    /// How many of the rows that the server announced are missing; known when [`complete`](Self::complete) is.
    pub fn missing(&self) -> Option<u64> {
        let state = self.state();
        if state.snapshot.unfinished().is_some() {
            return None;
        }
        state.snapshot.missing()
    }

    /// Token to resume after the items returned so far.
    pub fn resume_token(&self) -> String {
        let state = self.state();
        match &state.snapshot.current {
            Some(current) => current.page().resume_token(current.returned()),
            None => state.snapshot.next.token(),
        }
    }

    /// The id of the operation.
    pub fn operation(&self) -> &'static str {
        self.shared.list.template.operation.id
    }
}

/// Goes back to a mark when it is dropped, unless the items are kept.
#[derive(Debug)]
pub(crate) struct Undo<'a> {
    pager: &'a RawPager,
    mark: Option<Mark>,
}

impl Undo<'_> {
    pub(crate) fn keep(mut self) {
        self.mark = None;
    }

    /// Adds the resume token of the mark to an error.
    pub(crate) fn with_context(&self, error: Error) -> Error {
        match &self.mark {
            Some(mark) => error.with_resume_token(mark.resume_token()),
            None => error,
        }
    }
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        if let Some(mark) = self.mark.take() {
            self.pager.reset(mark);
        }
    }
}
