//! The pager: a list that is read page by page, with the page in hand.
//!
//! All ways to read take from the page in hand first: one item (`next`, `first`), the rest of a page (`pages`), as many
//! as are wanted (`collect`). So they may follow each other in any order, and nothing is lost and nothing comes twice.

use std::sync::{Arc, Mutex, MutexGuard};

use super::account::Account;
use super::numbered::Numbered;
use super::raw_page::{Hand, RawPage};
use super::resume::{self, Place, Resume};
use super::scroll::Scroll;
use super::{List, OnIncomplete, PagingOptions, Read};
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::lock;
use crate::engine::call::Effort;
use crate::engine::core::Core;
use crate::engine::request::Draft;
use crate::table::{Answer, Paging};

/// Reads a list. Cheap to clone; clones are the same list, and threads and tasks may share it.
///
/// # How a binding uses it
///
/// * **Iteration, `next`**: [`hand`](Self::hand) and [`Hand::next`] give the next item of the page in hand without
///   waiting. Where there is none, await [`fill(None)`](Self::fill) and look again: it ends with `None` at the end of the
///   list. A future that is dropped loses nothing.
/// * **`first()`**: the same with `fill(Some(1))`: no page is read ahead for it. The rest of the page stays in hand.
/// * **`pages()`**: await [`next_page`](Self::next_page), which gives the rest of the page in hand before it asks for
///   another. Where models are read at once, use `fill(None)` and [`Hand::read_rest`]: an item that cannot be read is then
///   an error of its own, between the part before it and the part behind it.
/// * **`collect(limit)`**: take a [`mark`](Self::mark), then `fill(Some(still wanted))` and [`Hand::take`] until there is
///   enough. When it fails, or is cancelled, give the mark to [`back`](Self::back): then nothing was given out, and the
///   error is to say the mark's token. [`collect_pages`](Self::collect_pages) does all of that in one step.
/// * A limit is never narrowed or widened by a binding: `fill`'s argument only says what is worth reading ahead.
/// * **Errors**: what `fill` fails with carries the token. For an item that the binding itself cannot read,
///   [`RawPage::unreadable`] makes the error; the item counts as given out, so asking again goes on behind it, as the
///   error's token does.
/// * **At the end**, `fill` warns, or fails once with `ListIncomplete`, as `on_incomplete` says, and
///   [`complete`](Self::complete) and [`missing`](Self::missing) tell.
#[derive(Debug, Clone)]
pub struct RawPager {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    list: List,
    on_incomplete: Option<OnIncomplete>,
    /// Whoever asks for a page holds it meanwhile; the others wait here.
    reader: tokio::sync::Mutex<Reader>,
    state: Mutex<State>,
}

/// Where reading is.
#[derive(Debug)]
struct State {
    spot: Spot,
    /// Counts how often reading went elsewhere: what was asked for before that is not taken.
    generation: u64,
    /// The reader to go on with, when reading goes elsewhere.
    reader: Option<Reader>,
}

/// What a mark keeps.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "facts that are known or not, each by itself")]
struct Spot {
    hand: Option<Arc<Hand>>,
    /// Where the next page begins.
    next: Resume,
    /// How many items may still be given out.
    left: Option<u64>,
    total: Option<u64>,
    account: Account,
    /// Whether the limit has cut a page.
    cut: bool,
    /// Whether nothing more is asked for, and whether that is because the list has ended.
    done: bool,
    ended: bool,
    /// Whether it was reported that the list is incomplete.
    reported: bool,
    /// What there was to warn of at the end, until it is asked for.
    warning: Option<Error>,
    /// Whether a page was handed over.
    begun: bool,
}

#[derive(Debug)]
enum Reader {
    Numbered(Box<Numbered>),
    Scroll(Box<Scroll>),
    Whole,
}

/// A place to go back to.
#[derive(Debug)]
pub struct Mark {
    spot: Spot,
    given: usize,
    reader: Option<Reader>,
}

impl Mark {
    /// Token to resume from here.
    pub fn resume_token(&self) -> String {
        match &self.spot.hand {
            Some(hand) => hand.page().resume_token(self.given),
            None => self.spot.next.token(),
        }
    }
}

impl Reader {
    fn open(list: &List, place: Option<&Place>, paging: &PagingOptions) -> Self {
        match list.draft.operation.paging {
            Paging::PageNumber => Self::Numbered(Box::new(Numbered::new(list, place, paging))),
            Paging::Scroll => Self::Scroll(Box::new(Scroll::new(place, paging.on_lost_page))),
            Paging::Array | Paging::None => Self::Whole,
        }
    }

    fn snapshot(&self) -> Self {
        match self {
            Self::Numbered(reader) => Self::Numbered(Box::new(reader.snapshot())),
            Self::Scroll(reader) => Self::Scroll(Box::new(reader.snapshot())),
            Self::Whole => Self::Whole,
        }
    }

    async fn read(&mut self, list: &List, left: Option<u64>, skip: usize) -> Result<Read> {
        match self {
            Self::Numbered(reader) => reader.read(list, left).await,
            Self::Scroll(reader) => reader.read(list).await,
            Self::Whole => list.read_whole(skip).await,
        }
    }

    fn leave(&mut self) {
        if let Self::Numbered(reader) = self {
            reader.leave();
        }
    }

    /// Where a list that has ended could be asked for more.
    fn behind(&self) -> Place {
        match self {
            Self::Numbered(reader) => reader.course.behind(),
            Self::Scroll(_) | Self::Whole => Place::End,
        }
    }
}

impl RawPager {
    pub(crate) fn new(core: Core, draft: Draft, paging: &PagingOptions, effort: Effort) -> Result<Self> {
        let operation = draft.operation;
        let Answer::List { id, or_object, .. } = operation.answer else {
            return Err(Error::new(ErrorKind::InvalidRequest, "this operation is not a list; call it"));
        };
        if paging.limit == Some(0) {
            return Err(Error::argument("limit", "0", "must be at least 1"));
        }
        if paging.concurrency == Some(0) {
            return Err(Error::argument("concurrency", "0", "must be at least 1"));
        }
        let fingerprint = draft.fingerprint(&core.shared.base);
        let place = match &paging.resume_token {
            Some(token) => Some(resume::read(token, fingerprint, operation.paging)?),
            None => None,
        };
        let list = List { core, draft: draft.into(), effort, item_id: id, or_object };
        let reader = Reader::open(&list, place.as_ref(), paging);
        let start = match &reader {
            Reader::Numbered(reader) => reader.course.behind(),
            _ => Place::start(operation.paging),
        };
        let next = Resume::new(fingerprint, place.unwrap_or(start));
        let done = next.is_end();
        let spot = Spot {
            hand: None,
            next,
            left: paging.limit,
            total: None,
            account: Account::default(),
            cut: false,
            done,
            ended: false,
            reported: false,
            warning: None,
            begun: false,
        };
        let state = Mutex::new(State { spot, generation: 0, reader: None });
        let (reader, on_incomplete) = (tokio::sync::Mutex::new(reader), paging.on_incomplete);
        Ok(Self { shared: Arc::new(Shared { list, on_incomplete, reader, state }) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }

    /// Sees to it that a page with items to give out is in hand, and gives it; nothing at the end of the list. Only asks
    /// for a page when none is in hand. `wanted` is how many items the caller means to take from now on, if it knows:
    /// pages beyond them are not read ahead. After an error the same can be asked for again.
    ///
    /// # Errors
    /// Every kind; the error carries where to resume. `ListIncomplete` once at the end, where it was asked for.
    pub async fn fill(&self, wanted: Option<u64>) -> Result<Option<Arc<Hand>>> {
        if let Some(hand) = self.unfinished() {
            return Ok(Some(hand));
        }
        let Shared { list, reader, .. } = &*self.shared;
        let mut reader = reader.lock().await;
        loop {
            let (left, generation, skip) = {
                let mut state = self.state();
                if let Some(other) = state.reader.take() {
                    *reader = other;
                }
                if let Some(hand) = state.spot.unfinished() {
                    return Ok(Some(hand));
                }
                if state.spot.done {
                    reader.leave();
                    return self.end(&mut state.spot, &reader).map(|()| None);
                }
                let left = match (state.spot.left, wanted) {
                    (Some(left), Some(wanted)) => Some(left.min(wanted)),
                    (left, wanted) => left.or(wanted),
                };
                (left, state.generation, state.spot.next.skip())
            };
            let read = reader.read(list, left, skip).await;
            let mut state = self.state();
            if state.generation != generation {
                continue;
            }
            match read {
                Ok(read) => state.spot.deliver(read, list.draft.operation.id),
                Err(error) => {
                    let error = error.with_operation(list.draft.operation.id);
                    return Err(error.with_resume_token(state.spot.next.token()));
                }
            }
        }
    }

    fn unfinished(&self) -> Option<Arc<Hand>> {
        self.state().spot.unfinished()
    }

    /// The page in hand, whatever of it was given out; nothing before there was one.
    pub fn hand(&self) -> Option<Arc<Hand>> {
        self.state().spot.hand.clone()
    }

    /// The next page, or the rest of the page in hand; nothing at the end of the list. Of an empty list there is one page,
    /// without items.
    ///
    /// # Errors
    /// As [`fill`](Self::fill).
    pub async fn next_page(&self) -> Result<Option<RawPage>> {
        loop {
            let Some(hand) = self.fill(None).await? else { return Ok(self.empty_page()) };
            let rest = hand.take(usize::MAX);
            // Another task may have taken them meanwhile.
            if !rest.is_empty() {
                return Ok(Some(hand.page().part(rest)));
            }
        }
    }

    /// The one page of an empty list, once.
    pub(crate) fn empty_page(&self) -> Option<RawPage> {
        let spot = &mut self.state().spot;
        let begun = std::mem::replace(&mut spot.begun, true);
        let page = spot.hand.as_ref().map(|hand| hand.page()).filter(|page| !begun && page.is_empty());
        page.cloned()
    }

    /// All items that are left, or so many of them: as parts of pages. When it fails, or its future is dropped, none was
    /// given out.
    ///
    /// # Errors
    /// As [`fill`](Self::fill); the error carries where this began.
    pub async fn collect_pages(&self, most: Option<u64>) -> Result<Vec<RawPage>> {
        let undo = self.undo();
        let (mut parts, mut left) = (Vec::new(), most);
        while left != Some(0) {
            let Some(hand) = self.fill(left).await.map_err(|error| undo.explain(error))? else { break };
            let taken =
                hand.take(left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX)));
            left = left.map(|left| left - taken.len() as u64);
            parts.push(hand.page().part(taken));
        }
        undo.keep();
        Ok(parts)
    }

    /// Goes back to here when it is dropped without [`Undo::keep`].
    pub(crate) fn undo(&self) -> Undo<'_> {
        Undo { pager: self, mark: Some(self.mark()) }
    }

    /// Remembers where reading is.
    pub fn mark(&self) -> Mark {
        let reader = self.shared.reader.try_lock();
        let state = self.state();
        let reader = match (&state.reader, reader) {
            (Some(other), _) => Some(other.snapshot()),
            (None, Ok(reader)) => Some(reader.snapshot()),
            // Somebody else is reading: what was given out before is not remembered then.
            (None, Err(_)) => None,
        };
        let given = state.spot.hand.as_ref().map_or(0, |hand| hand.given());
        Mark { spot: state.spot.clone(), given, reader }
    }

    /// Goes back to a mark: what was given out since then was not. It is asked for again.
    pub fn back(&self, mark: Mark) {
        let Mark { mut spot, given, reader } = mark;
        spot.hand = spot.hand.map(|hand| Arc::new(Hand::at(hand.page().clone(), given)));
        let paging = PagingOptions::default();
        let reader =
            reader.unwrap_or_else(|| Reader::open(&self.shared.list, Some(spot.next.place()), &paging));
        let mut state = self.state();
        state.generation += 1;
        state.spot = spot;
        state.reader = Some(reader);
    }

    /// Ends reading: drops what is being read ahead, and gives nothing more. What is in flight ends with its caller.
    pub fn leave(&self) {
        {
            let mut state = self.state();
            state.generation += 1;
            (state.spot.done, state.spot.reported) = (true, true);
            if let Some(hand) = &state.spot.hand {
                let (page, given) = (hand.page(), hand.given());
                state.spot.next = page.after(page.span.start + given);
                state.spot.hand = None;
            }
        }
        if let Ok(mut reader) = self.shared.reader.try_lock() {
            reader.leave();
        }
    }

    /// The end was asked for: says once whether the list is whole.
    fn end(&self, spot: &mut Spot, reader: &Reader) -> Result<()> {
        let reported = std::mem::replace(&mut spot.reported, true);
        let Some((missing, total)) =
            spot.missing().filter(|missing| *missing > 0 && !reported).zip(spot.total)
        else {
            return Ok(());
        };
        let operation = self.shared.list.draft.operation.id;
        let overlaps = spot.account.overlaps();
        let twice = if overlaps { ", others came twice" } else { "" };
        let message = format!("the list is incomplete: {missing} of {total} rows are missing{twice}");
        let behind = spot.next.at(reader.behind());
        let mut error = Error::new(ErrorKind::ListIncomplete, message)
            .with_incomplete(total, missing)
            .with_operation(operation)
            .with_resume_token(behind.token());
        if let Some(meta) = spot.hand.as_ref().map(|hand| &hand.page().meta) {
            let (headers, body) = (http::HeaderMap::new(), bytes::Bytes::new());
            error = error.with_answer(meta.status, &headers, &body).with_request_id(&meta.request_id);
        }
        let by_default = if overlaps { OnIncomplete::Raise } else { OnIncomplete::Warn };
        match self.shared.on_incomplete.unwrap_or(by_default) {
            OnIncomplete::Ignore => Ok(()),
            OnIncomplete::Warn => {
                tracing::warn!(operation, total, missing, "{}", error.message());
                spot.warning = Some(error);
                Ok(())
            }
            OnIncomplete::Raise => Err(error),
        }
    }

    /// What there was to warn of at the end, once. It was logged too; this is for languages with warnings of their own.
    pub fn warning(&self) -> Option<Error> {
        self.state().spot.warning.take()
    }

    /// How many items the server says the list has, once a page has said so.
    pub fn total(&self) -> Option<u64> {
        self.state().spot.total
    }

    /// Whether the list is whole: once all of it was given out, as many different rows came as the server said there are.
    /// Nothing before the end, where a limit has ended it early, and where the server said nothing that tells.
    pub fn complete(&self) -> Option<bool> {
        self.missing().map(|missing| missing == 0)
    }

    /// How many of the rows that the server announced are missing; known when [`complete`](Self::complete) is.
    pub fn missing(&self) -> Option<u64> {
        let state = self.state();
        if state.spot.unfinished().is_some() {
            return None;
        }
        state.spot.missing()
    }

    /// Token to resume after the items returned so far.
    pub fn resume_token(&self) -> String {
        let state = self.state();
        match &state.spot.hand {
            Some(hand) => hand.page().resume_token(hand.given()),
            None => state.spot.next.token(),
        }
    }

    /// The operation that lists.
    pub fn operation(&self) -> &'static str {
        self.shared.list.draft.operation.id
    }
}

impl Spot {
    fn unfinished(&self) -> Option<Arc<Hand>> {
        self.hand.as_ref().filter(|hand| hand.left() > 0).cloned()
    }

    fn missing(&self) -> Option<u64> {
        if !self.done || self.cut {
            return None;
        }
        let missing = self.account.missing();
        if self.ended { missing } else { missing.filter(|missing| *missing == 0) }
    }

    /// Takes a page in hand, as much of it as the limit allows.
    fn deliver(&mut self, read: Read, operation: &'static str) {
        let Read { buffer, meta, items, total, number, here, next, again, by_id, account } = read;
        self.total = total.or(self.total);
        self.account = account;
        let (here, next) = (self.next.at(here), self.next.at(next));
        self.ended = next.is_end();
        self.done = self.ended;
        let allowed = self.left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
        let span = 0..items.len().min(allowed);
        self.cut = span.end < items.len();
        let items = items.into();
        let page = RawPage {
            buffer,
            items,
            span,
            total: self.total,
            number,
            meta: Arc::new(meta),
            operation,
            here,
            next,
            again,
            by_id,
        };
        if let Some(left) = &mut self.left {
            *left -= page.len() as u64;
            self.done |= *left == 0;
        }
        self.next = page.after(page.span.end);
        self.begun |= !page.is_empty();
        self.hand = Some(Arc::new(Hand::new(page)));
    }
}

/// Goes back when it is dropped, unless what came since is kept.
#[derive(Debug)]
pub(crate) struct Undo<'a> {
    pager: &'a RawPager,
    mark: Option<Mark>,
}

impl Undo<'_> {
    pub(crate) fn keep(mut self) {
        self.mark = None;
    }

    /// The error of what is taken back: it says where that began.
    pub(crate) fn explain(&self, error: Error) -> Error {
        match &self.mark {
            Some(mark) => error.with_resume_token(mark.resume_token()),
            None => error,
        }
    }
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        if let Some(mark) = self.mark.take() {
            self.pager.back(mark);
        }
    }
}
