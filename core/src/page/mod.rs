//! Lists of every kind behind one pager: numbered pages read ahead in order, scrolls, and plain arrays.
//!
//! A pager gives whole pages; facades iterate over their items. `limit` bounds the items in total, `page_size` those of
//! one request. Wherever reading stops, in the middle of a page or by an error, a resume token says where to go on.

mod numbered;
mod resume;
mod scroll;
mod seen;

use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use serde::Deserialize;

use self::numbered::Numbered;
use self::resume::{Place, Resume};
use self::scroll::Scroll;
use crate::answer;
use crate::call::{self, Effort};
use crate::call_builder::decode;
use crate::config::options;
use crate::core::Core;
use crate::error::{Error, ErrorKind, Result};
use crate::model::FromAnswer;
use crate::operation::{Answer, Paging};
use crate::raw::{self, Cut, Entry, Meta, NextLink, PageFacts};
use crate::request::{Draft, Prepared};
use crate::words::Spelling;

/// How a list is read; bindings hand it over as one JSON object.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct PagingOptions {
    /// Items in total; all of them when not given.
    pub limit: Option<u64>,
    /// Pages of a page-numbered list in flight at the same time; chosen by the core when not given, never above the
    /// endpoint's limit.
    pub concurrency: Option<usize>,
    /// Where to go on, from an earlier pager of the same list.
    pub resume_token: Option<String>,
    /// What to do when the answer to a scroll's continuation is lost, or its context has expired.
    pub on_lost_page: OnLostPage,
}

/// What to do when a page of a scroll is lost: its server has moved on and cannot be asked for it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OnLostPage {
    /// Search again, and skip what was already given out.
    #[default]
    Restart,
    /// Give an error that says where to resume.
    Raise,
}

impl PagingOptions {
    /// The options that a JSON object describes.
    ///
    /// # Errors
    /// `InvalidRequest` when it is not an object of known options.
    pub fn from_json(options: &[u8]) -> Result<Self> {
        Self::from_json_in(options, Spelling::default())
    }

    /// The options that a JSON object describes in the spelling of a language.
    ///
    /// # Errors
    /// `InvalidRequest` when it is not an object of known options.
    pub fn from_json_in(options: &[u8], spelling: Spelling) -> Result<Self> {
        options::read("paging options", options::PAGING, options, spelling, None)
    }

    /// The names of all options, in the spelling of a language.
    pub fn names(spelling: Spelling) -> Vec<String> {
        options::PAGING.iter().map(|row| spelling.name(row.name).into_owned()).collect()
    }
}

/// Reads a list page by page.
#[derive(Debug)]
pub struct RawPager {
    list: List,
    reader: Reader,
    left: Option<u64>,
    total: Option<u64>,
    /// Where the next page begins.
    next: Resume,
    done: bool,
}

/// What every reader needs: whose list it is, and how to ask for a page of it.
#[derive(Debug, Clone)]
pub(crate) struct List {
    core: Core,
    draft: std::sync::Arc<Draft>,
    effort: Effort,
    fingerprint: u64,
    item_id: &'static str,
    envelope: bool,
}

#[derive(Debug)]
enum Reader {
    Numbered(Box<Numbered>),
    Scroll(Box<Scroll>),
    Whole,
}

/// One page: its items are slices of one buffer. `Debug` shows how many, not what they hold.
#[derive(Clone)]
pub struct RawPage {
    buffer: Bytes,
    items: Vec<Item>,
    /// How many items the server says the list has.
    pub total: Option<u64>,
    /// The number of the page, from 1, where pages are numbered.
    pub number: Option<u64>,
    /// Status, headers, ids and times of the page's answer.
    pub meta: Meta,
    operation: &'static str,
    here: Resume,
    next: Resume,
}

impl fmt::Debug for RawPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawPage")
            .field("items", &self.items.len())
            .field("total", &self.total)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// An item of a page: where its bytes and its id are, and its place in the page as the server sent it.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    entry: Entry,
    index: usize,
}

/// A page as a reader hands it over, before the limit is applied.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) cut: Cut,
    pub(crate) meta: Meta,
    pub(crate) items: Vec<Item>,
    pub(crate) total: Option<u64>,
    pub(crate) number: Option<u64>,
    pub(crate) here: Place,
    /// Where the following page begins; `None` at the end of the list.
    pub(crate) next: Option<Place>,
}

impl RawPager {
    pub(crate) fn new(core: Core, draft: Draft, paging: &PagingOptions, effort: Effort) -> Result<Self> {
        let operation = draft.operation;
        let Answer::List { id, envelope } = operation.answer else {
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
        let list = List { core, draft: draft.into(), effort, fingerprint, item_id: id, envelope };
        let reader = match operation.paging {
            Paging::PageNumber => Reader::Numbered(Box::new(Numbered::new(&list, place.as_ref(), paging))),
            Paging::Scroll => Reader::Scroll(Box::new(Scroll::new(place.as_ref(), paging.on_lost_page))),
            Paging::Array | Paging::None => Reader::Whole,
        };
        let next = Resume::new(fingerprint, place.unwrap_or_else(|| Place::start(operation.paging)));
        let done = next.is_end();
        Ok(Self { list, reader, left: paging.limit, total: None, next, done })
    }

    /// The next page, or nothing at the end of the list. After an error the same page can be asked for again.
    ///
    /// # Errors
    /// Every kind; the error carries where to resume.
    pub async fn next_page(&mut self) -> Result<Option<RawPage>> {
        while !self.done {
            let skip = self.next.skip();
            let read = match &mut self.reader {
                Reader::Numbered(reader) => reader.read(&self.list, self.left).await,
                Reader::Scroll(reader) => reader.read(&self.list).await,
                Reader::Whole => self.list.read_whole(skip).await,
            };
            let read = match read {
                Ok(read) => read,
                Err(error) => {
                    let error = error.with_operation(self.list.draft.operation.id);
                    return Err(error.with_resume_token(self.next.token()));
                }
            };
            let page = self.deliver(read);
            // A page without items is of no use to anybody, but at the end it carries the total and the answer's meta.
            if !page.is_empty() || self.done {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    fn deliver(&mut self, read: Read) -> RawPage {
        let Read { cut, meta, mut items, total, number, here, next } = read;
        self.total = total.or(self.total);
        let here = Resume::new(self.list.fingerprint, here);
        let mut next = Resume::new(self.list.fingerprint, next.unwrap_or(Place::End));
        self.done = next.is_end();
        if let Some(left) = &mut self.left {
            let allowed = usize::try_from(*left).unwrap_or(usize::MAX);
            if items.len() > allowed {
                next = here.after(&cut.buffer, &items, allowed, &next);
                items.truncate(allowed);
            }
            *left -= items.len() as u64;
            self.done |= *left == 0;
        }
        self.next = next.clone();
        RawPage {
            buffer: cut.buffer,
            items,
            total: self.total,
            number,
            meta,
            operation: self.list.draft.operation.id,
            here,
            next,
        }
    }

    /// How many items the server says the list has, once a page has said so.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Where reading goes on after the pages given out so far.
    pub fn resume_token(&self) -> String {
        self.next.token()
    }

    /// The operation that lists.
    pub fn operation(&self) -> &'static str {
        self.list.draft.operation.id
    }
}

impl RawPage {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The JSON of an item, as a slice of the page's buffer.
    pub fn item(&self, at: usize) -> Option<&[u8]> {
        self.items.get(at).map(|item| &self.buffer[item.entry.bytes.clone()])
    }

    /// An item as a model. An index beyond the last is an item that cannot be read.
    ///
    /// # Errors
    /// `Decode`, with where to resume: at this item.
    pub fn read<T: FromAnswer>(&self, at: usize) -> Result<T> {
        decode(self.item(at).unwrap_or_default()).map_err(|error| {
            error
                .with_prefix(&format!("item {at} of the page"))
                .with_operation(self.operation)
                .with_request_id(&self.meta.request_id)
                .with_resume_token(self.resume_token(at))
        })
    }

    /// All items.
    pub fn items(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.items.iter().map(|item| &self.buffer[item.entry.bytes.clone()])
    }

    /// The buffer that all items are slices of, cheap to share.
    pub fn buffer(&self) -> &Bytes {
        &self.buffer
    }

    /// Where an item begins and ends in the buffer.
    pub fn range(&self, at: usize) -> Option<Range<usize>> {
        self.items.get(at).map(|item| item.entry.bytes.clone())
    }

    /// Where reading goes on after the first `consumed` items of this page.
    pub fn resume_token(&self, consumed: usize) -> String {
        if consumed >= self.items.len() {
            return self.next.token();
        }
        self.here.after(&self.buffer, &self.items, consumed, &self.next).token()
    }
}

impl List {
    fn prepare(&self, page_query: &[(&str, String)], page_fields: &[(&str, &str)]) -> Prepared {
        self.draft.finish(&self.core.shared.base, page_query, page_fields)
    }

    /// Asks for one page and cuts it.
    async fn fetch(&self, prepared: Prepared, continuation: bool) -> Result<(Cut, Meta)> {
        let operation = self.draft.operation;
        let request = self.core.request_of(operation, prepared, continuation);
        let answered = call::run(&self.core, &request, &self.effort).await?;
        let body = answered.body.clone();
        let meta = answer::meta(answered);
        let cut = raw::list(&body, self.envelope, self.item_id, operation.id_fields)
            .and_then(|cut| self.check_links(&cut.facts).map(|()| cut));
        match cut {
            Ok(cut) => Ok((cut, meta)),
            Err(error) => {
                let secrets = self.draft.secrets();
                Err(answer::unreadable(&self.core, operation, secrets, &meta, &body, error))
            }
        }
    }

    /// Links are relative; one that leads to another origin is a sign that somebody else is answering.
    fn check_links(&self, facts: &PageFacts) -> Result<()> {
        let NextLink::To(link) = &facts.next_link else { return Ok(()) };
        let base = &self.core.shared.base;
        match base.join(link) {
            Ok(url) if url.origin() == base.origin() => Ok(()),
            _ => Err(raw::undecodable("the answer's next-page link leads to another server")),
        }
    }

    async fn read_whole(&self, skip: usize) -> Result<Read> {
        let (cut, meta) = self.fetch(self.prepare(&[], &[]), false).await?;
        let items = all_items(&cut, skip);
        let total = Some(cut.items.len() as u64);
        Ok(Read { cut, meta, items, total, number: None, here: Place::Whole { skip: 0 }, next: None })
    }
}

/// Every item of a page from an index on.
fn all_items(cut: &Cut, skip: usize) -> Vec<Item> {
    cut.items
        .iter()
        .enumerate()
        .skip(skip)
        .map(|(index, entry)| Item { entry: entry.clone(), index })
        .collect()
}
