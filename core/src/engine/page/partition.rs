//! Parts of a list that several processes read.
//!
//! A list is divided by its pages: one request finds out how many there are, and each part is a range of them, read with
//! the same page size. A part is text without secrets, from which another process makes a pager of its own. The last part
//! has no end. A list without a total or without page numbers has one part, which is all of it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::range::{PageRange, RangeEnd, divided};
use super::resume::Position;
use super::tracker::PageTracker;
use super::{OnIncomplete, OnLostPage, PagingOptions, RawPager, prefetch};
use crate::base::error::{Error, ErrorKind, PAGINATE, Result};
use crate::base::quote;
use crate::base::spelling::Spelling;
use crate::engine::check;
use crate::engine::core::Core;
use crate::engine::request::CallOptions;
use crate::table::{Answer, Operation, Paging, Service};

/// What a list was requested with.
#[derive(Debug, Clone)]
pub(crate) struct ListRequest {
    pub(crate) source: Source,
    pub(crate) paging: PagingOptions,
    pub(crate) options: CallOptions,
}

/// Which list it is.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// A list of the table, with the JSON object of its parameters.
    Operation { id: String, params: Box<RawValue> },
    /// A list outside of it.
    Request {
        method: String,
        path: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Box<RawValue>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item_id: Option<String>,
    },
}

impl ListRequest {
    /// A list of the table.
    pub(crate) fn of_operation(
        operation: &Operation,
        params: &[u8],
        paging: &PagingOptions,
        options: &CallOptions,
    ) -> Self {
        let params = raw(params).unwrap_or_else(|| RawValue::NULL.to_owned());
        let source = Source::Operation { id: operation.id.to_owned(), params };
        Self { source, paging: paging.clone(), options: options.clone() }
    }

    /// A list outside of it.
    pub(crate) fn outside(
        method: &str,
        path: &str,
        (body, item_id): (Option<&[u8]>, Option<&str>),
        paging: &PagingOptions,
        options: &CallOptions,
    ) -> Self {
        let source = Source::Request {
            method: method.to_owned(),
            path: path.to_owned(),
            body: body.and_then(raw),
            item_id: item_id.map(str::to_owned),
        };
        Self { source, paging: paging.clone(), options: options.clone() }
    }
}

/// JSON that was read before; `None` for no text.
fn raw(json: &[u8]) -> Option<Box<RawValue>> {
    RawValue::from_string(String::from_utf8(json.to_vec()).ok()?).ok()
}

impl fmt::Debug for Source {
    // Arguments are left out: they may name people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation())
    }
}

impl Source {
    fn operation(&self) -> &str {
        match self {
            Self::Operation { id, .. } => id,
            Self::Request { .. } => PAGINATE,
        }
    }
}

/// A part of a list: operation, arguments and pages, without secrets. Any process with a client of the same server can read
/// it with [`Core::read_partition`].
#[derive(Clone, Serialize, Deserialize)]
pub struct RawPartition {
    service: String,
    /// The name of its items' model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    list: Source,
    /// Options of its calls that identify the list.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    query: BTreeMap<String, Box<RawValue>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    body: BTreeMap<String, Box<RawValue>>,
    /// How it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    concurrency: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_incomplete: Option<OnIncomplete>,
    #[serde(default)]
    on_lost_page: OnLostPage,
    /// Its first page, and its last one unless it ends with the list; only where pages are numbered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_page: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_page: Option<u64>,
    resume_token: String,
}

impl fmt::Debug for RawPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawPartition")
            .field("operation", &self.operation())
            .field("first_page", &self.first_page)
            .field("last_page", &self.last_page)
            .finish_non_exhaustive()
    }
}

impl RawPartition {
    /// The id of the operation.
    pub fn operation(&self) -> &str {
        self.list.operation()
    }

    /// The id of its service.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The name of its items' model; `None` for a list that mspkit does not have.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// Its first page, if the pages of the list are numbered.
    pub fn first_page(&self) -> Option<u64> {
        self.first_page
    }

    /// Its last page; `None` if it ends with the list.
    pub fn last_page(&self) -> Option<u64> {
        self.last_page
    }

    /// It as JSON text.
    pub fn to_json(&self) -> String {
        // Everything in it has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The number of parts that a caller wants, from JSON.
    ///
    /// # Errors
    /// `InvalidRequest` for anything but a whole number, 1 or more.
    pub fn count_from_json(n: &[u8], spelling: Spelling) -> Result<u64> {
        let raw = std::str::from_utf8(n).unwrap_or_default().trim();
        let whole = check::whole(raw).filter(|whole| !whole.starts_with('-') && whole != "0");
        // More than there are pages are as many as there are pages.
        let count = whole.map(|whole| whole.parse().unwrap_or(u64::MAX));
        count.ok_or_else(|| {
            Error::argument("n", &quote::describe(raw), "must be a whole number, 1 or more").spelled(spelling)
        })
    }

    /// The part that a JSON text describes.
    ///
    /// # Errors
    /// `InvalidRequest` for another text than one of [`to_json`](Self::to_json).
    pub fn from_json(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).map_err(|_| {
            Error::argument("partition", "another text", "must be the JSON text of a partition, unchanged")
        })
    }
}

impl RawPager {
    /// Divides the list, from its current position on, into at most `count` parts that other processes read.
    ///
    /// One page is requested. If the list has fewer pages there are fewer parts, and one if its pages are not numbered or it
    /// has no total. Unless `concurrency` was given, each part is read with as many pages in flight as leaves the others
    /// theirs within the endpoint's limit.
    ///
    /// # Errors
    /// `InvalidRequest` if `count` is 0, if the list has a limit, and if it has secret parameters or extra headers, which may
    /// be secret too; those of reading a page.
    pub async fn partitions(&self, count: u64) -> Result<Vec<RawPartition>> {
        let list = self.list();
        let operation = list.template.operation;
        let refuse = |name: &str, given: &str, allowed: &str| {
            let spelling = list.core.shared.spelling;
            Err(Error::argument(name, given, allowed).spelled(spelling).with_operation(operation.id))
        };
        let (place, limited) = self.place();
        let Some(request) = self.request() else {
            return Err(Error::new(ErrorKind::Internal, "the request of the list is not known"));
        };
        if count == 0 {
            return refuse("n", "0", "must be a whole number, 1 or more");
        }
        if limited {
            return refuse("limit", "a value", "cannot be divided; leave it out");
        }
        if !request.options.extra_headers.is_empty() {
            return refuse(
                "extra_headers",
                "headers",
                "cannot be part of a partition, since they may be secret; leave them out",
            );
        }
        if !list.template.secrets().is_empty() {
            let message = "a list with secret parameters cannot be divided: partitions contain no secrets";
            return Err(Error::new(ErrorKind::InvalidRequest, message).with_operation(operation.id));
        }
        let part = |resume_token: String, pages: (Option<u64>, Option<u64>), concurrency: Option<usize>| {
            RawPartition {
                service: list.core.service().name().to_owned(),
                model: operation.model.map(|model| model.name.to_owned()),
                list: request.source.clone(),
                query: request.options.extra_query.clone(),
                body: request.options.extra_body.clone(),
                concurrency: request.paging.concurrency.or(concurrency),
                on_incomplete: request.paging.on_incomplete,
                on_lost_page: request.paging.on_lost_page,
                first_page: pages.0,
                last_page: pages.1,
                resume_token,
            }
        };
        let until_empty = matches!(operation.answer, Answer::List { only_list: true, .. });
        let (Position::Page { page, skip, size, received }, Paging::PageNumber, false) =
            (place.place().clone(), operation.paging, until_empty || place.range().is_some())
        else {
            return Ok(vec![part(place.token(), (None, None), None)]);
        };
        let whole = || vec![part(place.token(), (Some(page), None), None)];
        if count == 1 {
            return Ok(whole());
        }
        let (found, _) = prefetch::fetch(list.clone(), page, None)
            .await
            .map_err(|error| error.with_operation(operation.id))?;
        let tracker = PageTracker::new(
            Some(place.place()),
            None,
            list.template.query.iter().find_map(|(name, value)| {
                let size = list.dialect().pages.map(|pages| pages.size);
                if Some(name.as_str()) == size { value.parse().ok() } else { None }
            }),
        );
        let rows = tracker.size_shown(&found);
        let before = match received {
            0 if skip == 0 && page > 0 => (page - 1) * rows,
            received => received.saturating_sub(skip as u64),
        };
        let Some(total) = found.info.total_items.filter(|total| rows > 0 && *total > before + rows) else {
            return Ok(whole());
        };
        let ranges = divided(page, (total - before).div_ceil(rows), count);
        let (group, cap) = list.template.limit();
        let cap = list.core.limiter(group, cap).cap() as usize;
        let concurrency = Some((cap / ranges.len()).max(1));
        let before_page = |at: u64| before + (at - page) * rows;
        let parts = ranges.into_iter().map(|(first, end)| {
            let at = if first == page {
                Position::Page { page, skip, size, received: before + skip as u64 }
            } else {
                Position::Page { page: first, skip: 0, size: Some(rows), received: before_page(first) }
            };
            let end = end.map(|page| RangeEnd { page, rows: before_page(page) });
            let token = place.at(at).within(PageRange { first, end, total }).token();
            part(token, (Some(first), end.map(|end| end.page - 1)), concurrency)
        });
        Ok(parts.collect())
    }
}

impl Core {
    /// A pager over a part of a list; nothing is sent until its first page is requested. `resume_token` is that of an
    /// earlier pager of the same part, to continue there.
    ///
    /// # Errors
    /// `InvalidRequest` if the part is of another server or service, or the token of another list.
    pub fn read_partition(&self, partition: &RawPartition, resume_token: Option<&str>) -> Result<RawPager> {
        let RawPartition { concurrency, on_incomplete, on_lost_page, .. } = *partition;
        let other = |allowed: &str| {
            Error::argument("partition", "one of another list", allowed).spelled(self.shared.spelling)
        };
        if partition.service != self.service().name() {
            let (own, given) =
                (self.service().title(), Service::named(&partition.service).map(Service::title));
            let given = given.unwrap_or("another service");
            return Err(other(&format!("is one of {given}, and this client is one of {own}")));
        }
        let resumed = resume_token.is_some();
        let resume_token = Some(resume_token.unwrap_or(&partition.resume_token).to_owned());
        let paging = PagingOptions { limit: None, concurrency, resume_token, on_incomplete, on_lost_page };
        let options = CallOptions {
            extra_query: partition.query.clone(),
            extra_body: partition.body.clone(),
            ..CallOptions::default()
        };
        let opened = match &partition.list {
            Source::Operation { id, params } => {
                let params = Some(params.get()).filter(|params| *params != "null").unwrap_or_default();
                self.pager(id, params.as_bytes(), &paging, &options)
            }
            Source::Request { method, path, body, item_id } => {
                let body = body.as_ref().map(|body| body.get().as_bytes());
                self.paginate(method, path, body, item_id.as_deref(), &paging, &options)
            }
        };
        opened.map_err(|error| match error.argument_name() {
            Some("resume_token" | "resumeToken") if !resumed => {
                other("belongs to another server, or to other default ids of the client")
            }
            _ => error,
        })
    }
}
