//! A list on its way to Python. The core has the current page and the position; this is the boundary.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use mspkit::{CurrentPage, Error, ErrorKind, PagingOptions, RawPager, RawPartition, Spelling};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use crate::answer::Page;
use crate::cursor::Items;
use crate::encode::{argument, arguments};
use crate::events::{EventCollector, Sink};
use crate::failure::Failure;
use crate::port::{Outcome, Port};
use crate::runtime;
use crate::wait::wait;

/// Reads a list.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Pager {
    /// Not dropped in a forked child.
    raw: Option<RawPager>,
    watch: Arc<EventCollector>,
    process: u32,
    asynchronous: bool,
    started: AtomicBool,
}

/// A position in a list to return to.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Mark {
    resume_token: String,
    mark: Mutex<Option<mspkit::Mark>>,
}

#[pymethods]
impl Mark {
    /// Token to resume from there.
    #[getter]
    fn resume_token(&self) -> &str {
        &self.resume_token
    }
}

impl Pager {
    pub(crate) fn new(raw: RawPager, watch: Arc<EventCollector>, asynchronous: bool) -> Self {
        let process = std::process::id();
        Self { raw: Some(raw), watch, process, asynchronous, started: AtomicBool::new(false) }
    }

    /// The core's pager; none in a forked child, where its locks may be held by threads that do not exist.
    fn here(&self) -> Option<&RawPager> {
        self.raw.as_ref().filter(|_| self.process == std::process::id())
    }

    fn raw(&self, asynchronous: bool) -> Result<&RawPager, Failure> {
        if asynchronous != self.asynchronous {
            return Err(Failure::internal("a list of the other kind of client"));
        }
        self.here().ok_or_else(|| {
            let message = "this list was started in the parent process; start it again with its resume_token";
            Failure::Own(ErrorKind::InvalidRequest, message.to_owned())
        })
    }

    fn items(&self, py: Python<'_>, hand: Arc<CurrentPage>, model: &Bound<'_, PyType>) -> PyResult<Items> {
        let operation = self.here().map_or("", RawPager::operation);
        let page = Bound::new(py, Page::new(operation, hand.page().clone()))?;
        Items::new(page, hand, model)
    }
}

#[pymethods]
impl Pager {
    /// Waits for a page with items to return, unless one is current, and returns its items; none at the end.
    #[pyo3(signature = (model, wanted = None, watch = 0, sink = None))]
    fn fill(
        &self,
        py: Python<'_>,
        model: &Bound<'_, PyType>,
        wanted: Option<u64>,
        watch: u8,
        sink: Option<&Sink<'_>>,
    ) -> PyResult<Option<Items>> {
        let raw = self.raw(false).map_err(|failure| failure.raise(py))?;
        self.started.store(true, Ordering::Relaxed);
        self.watch.want(watch);
        let hand = wait(py, &self.watch, sink, async { Ok(raw.fill(wanted).await?) })?;
        hand.map(|hand| self.items(py, hand, model)).transpose()
    }

    /// Starts the same and returns the token. The port receives whether the list has ended; the page is then current.
    #[pyo3(signature = (port, wanted = None, watch = 0))]
    fn submit_fill(
        &self,
        py: Python<'_>,
        port: &Bound<'_, Port>,
        wanted: Option<u64>,
        watch: u8,
    ) -> PyResult<u64> {
        let raw = self.raw(true).map_err(|failure| failure.raise(py))?.clone();
        self.watch.want(watch);
        let fill = async move { Ok(Outcome::Filled(raw.fill(wanted).await?.is_none())) };
        port.get().submit(py, &self.watch, fill)
    }

    /// Divides the list, and returns the parts as JSON texts.
    #[pyo3(signature = (count, watch = 0, sink = None))]
    fn partitions(
        &self,
        py: Python<'_>,
        count: &Bound<'_, PyAny>,
        watch: u8,
        sink: Option<&Sink<'_>>,
    ) -> PyResult<Vec<String>> {
        let raw = self.raw(false).map_err(|failure| failure.raise(py))?;
        let count = parts_wanted(py, count)?;
        self.watch.want(watch);
        wait(py, &self.watch, sink, async { Ok(texts(&raw.partitions(count).await?)) })
    }

    /// Starts the same and returns the token.
    #[pyo3(signature = (port, count, watch = 0))]
    fn submit_partitions(
        &self,
        py: Python<'_>,
        port: &Bound<'_, Port>,
        count: &Bound<'_, PyAny>,
        watch: u8,
    ) -> PyResult<u64> {
        let raw = self.raw(true).map_err(|failure| failure.raise(py))?.clone();
        let count = parts_wanted(py, count)?;
        self.watch.want(watch);
        let divide = async move { Ok(Outcome::Texts(texts(&raw.partitions(count).await?))) };
        port.get().submit(py, &self.watch, divide)
    }

    /// The items of the current page, however many of them were returned; none before the first page.
    fn hand(&self, py: Python<'_>, model: &Bound<'_, PyType>) -> PyResult<Option<Items>> {
        let hand = self.here().and_then(RawPager::current_page);
        hand.map(|hand| self.items(py, hand, model)).transpose()
    }

    /// At the end, the one page of an empty list, once.
    fn empty_page(&self) -> Option<Page> {
        let raw = self.here()?;
        let page = raw.next_page().now_or_never()?.ok().flatten()?;
        Some(Page::new(raw.operation(), page))
    }

    /// Remembers the current position.
    fn mark(&self, py: Python<'_>) -> PyResult<Mark> {
        let raw = self.raw(self.asynchronous).map_err(|failure| failure.raise(py))?;
        let mark = raw.mark();
        Ok(Mark { resume_token: mark.resume_token(), mark: Mutex::new(Some(mark)) })
    }

    /// Returns there, as if nothing had been returned since.
    fn back(&self, mark: &Mark) {
        let mark = mark.mark.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Some(raw), Some(mark)) = (self.here(), mark) {
            raw.reset(mark);
        }
    }

    /// Token to resume from here; nothing in a forked child.
    #[getter]
    fn resume_token(&self) -> Option<String> {
        self.here().map(RawPager::resume_token)
    }

    /// The warning at the end of the list, once.
    #[getter]
    fn warning(&self) -> Option<String> {
        self.here()?.warning().map(|warning| warning.to_string())
    }

    /// How many of the rows that the server reported are missing, once that is known.
    #[getter]
    fn missing(&self) -> Option<u64> {
        self.here()?.missing()
    }
}

impl Drop for Pager {
    fn drop(&mut self) {
        let raw = self.raw.take();
        if self.process != std::process::id() {
            std::mem::forget(raw);
            return;
        }
        drop(raw);
        if !self.asynchronous && *self.started.get_mut() {
            runtime::settle();
        }
    }
}

/// The number of partitions that the caller wants.
fn parts_wanted(py: Python<'_>, count: &Bound<'_, PyAny>) -> PyResult<u64> {
    RawPartition::count_from_json(&argument(count, "n")?, Spelling::Snake)
        .map_err(|error| Failure::from(error).raise(py))
}

fn texts(parts: &[RawPartition]) -> Vec<String> {
    parts.iter().map(RawPartition::to_json).collect()
}

/// The maximum number of items that the caller wants, parsed like the option `limit`.
#[pyfunction]
#[pyo3(signature = (limit, /))]
pub(crate) fn limit(py: Python<'_>, limit: &Bound<'_, PyAny>) -> PyResult<u64> {
    let options = PyDict::new(py);
    options.set_item("limit", limit)?;
    let read = PagingOptions::from_json(&arguments(options.as_any())?);
    match read.map(|read| read.limit) {
        Ok(Some(limit @ 1..)) => Ok(limit),
        Ok(_) => Err(Failure::from(Error::refused("limit", Some("0"), "must be at least 1")).raise(py)),
        Err(error) => Err(Failure::from(error).raise(py)),
    }
}
