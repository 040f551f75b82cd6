//! A list on its way to Python, page by page. A page that was read waits until Python takes it, so that a wait that is
//! cut short, however late, loses nothing.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use mspkit::{ErrorKind, RawPager};
use pyo3::prelude::*;
use tokio::sync::Mutex;

use crate::answer::Page;
use crate::failure::Failure;
use crate::port::{Outcome, Port};
use crate::runtime;
use crate::wait::wait;
use crate::watch::{Sink, Watch};

/// Reads a list page by page.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Pager {
    /// Left alone in a forked child.
    reading: Option<Arc<Reading>>,
    watch: Arc<Watch>,
    process: u32,
    resume_token: String,
    asynchronous: bool,
    begun: AtomicBool,
}

struct Reading {
    operation: &'static str,
    /// Calls wait for each other's turn here; the runtime's own lock, since turns are taken across waits.
    raw: Mutex<RawPager>,
    /// Pages that were read and that nobody has taken yet.
    ready: std::sync::Mutex<VecDeque<Page>>,
}

impl Reading {
    /// Sees to it that a page is ready, if there is one, and says whether the list has ended.
    async fn fill(&self) -> Result<bool, Failure> {
        let raw = self.raw.lock().await;
        if !self.ready().is_empty() {
            return Ok(false);
        }
        let page = raw.next_page().await?;
        let ended = page.is_none();
        self.ready().extend(page.map(|page| Page::new(self.operation, page)));
        Ok(ended)
    }

    fn ready(&self) -> std::sync::MutexGuard<'_, VecDeque<Page>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pager {
    pub(crate) fn new(raw: RawPager, watch: Arc<Watch>, asynchronous: bool) -> Self {
        let resume_token = raw.resume_token();
        let operation = raw.operation();
        let reading =
            Arc::new(Reading { operation, raw: Mutex::new(raw), ready: std::sync::Mutex::default() });
        let process = std::process::id();
        let begun = AtomicBool::new(false);
        Self { reading: Some(reading), watch, process, resume_token, asynchronous, begun }
    }

    fn reading(&self, asynchronous: bool) -> Result<&Arc<Reading>, Failure> {
        if asynchronous != self.asynchronous {
            return Err(Failure::internal("a list of the other kind of client"));
        }
        match &self.reading {
            Some(reading) if self.process == std::process::id() => Ok(reading),
            _ => {
                let message =
                    "this list was begun in the parent process; begin it again with its resume_token";
                Err(Failure::Own(ErrorKind::InvalidRequest, message.to_owned()))
            }
        }
    }
}

#[pymethods]
impl Pager {
    /// Where the list begins.
    #[getter]
    fn resume_token(&self) -> &str {
        &self.resume_token
    }

    /// Waits for the next page; nothing at the end.
    #[pyo3(signature = (watch = 0, sink = None))]
    fn next_page(&self, py: Python<'_>, watch: u8, sink: Option<&Sink<'_>>) -> PyResult<Option<Page>> {
        let reading = self.reading(false).map_err(|failure| failure.raise(py))?;
        self.begun.store(true, Ordering::Relaxed);
        self.watch.want(watch);
        loop {
            let ended = wait(py, &self.watch, sink, reading.fill())?;
            let page = reading.ready().pop_front();
            // Another thread may have taken the page that this one has waited for.
            if page.is_some() || ended {
                return Ok(page);
            }
        }
    }

    /// Begins to read the next page and gives the token. What completes in the port is whether the list has ended; the
    /// page is then to be taken.
    #[pyo3(signature = (port, watch = 0))]
    fn submit_next(&self, py: Python<'_>, port: &Bound<'_, Port>, watch: u8) -> PyResult<u64> {
        let reading = self.reading(true).map_err(|failure| failure.raise(py))?.clone();
        self.watch.want(watch);
        port.get().submit(py, &self.watch, async move { Ok(Outcome::Filled(reading.fill().await?)) })
    }

    /// The page that is ready, if nobody else has taken it.
    fn take(&self, py: Python<'_>) -> PyResult<Option<Page>> {
        let reading = self.reading(true).map_err(|failure| failure.raise(py))?;
        Ok(reading.ready().pop_front())
    }
}

impl Drop for Pager {
    fn drop(&mut self) {
        let reading = self.reading.take();
        if self.process != std::process::id() {
            std::mem::forget(reading);
            return;
        }
        drop(reading);
        if !self.asynchronous && *self.begun.get_mut() {
            runtime::settle();
        }
    }
}
