//! What is seen of a call while it happens, on its way to hooks and log.
//!
//! Events are noted by whichever thread drives the call and handed to Python by whoever waits for it.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mspkit::Hooks;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::port::Target;

/// Which events are wanted; `_log.py` says the same.
const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;
const RETRY: u8 = 4;

/// What takes the events in Python.
pub(crate) type Sink<'py> = Bound<'py, PyAny>;

/// The events of one call or list that Python has not seen yet.
#[derive(Default)]
pub(crate) struct Watch {
    wanted: AtomicU8,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    events: Vec<Event>,
    /// Who is told that there are events; nobody, where a blocking call looks by itself.
    target: Option<Target>,
}

/// An event, with the operation, the id of the call and the number of the attempt.
struct Event {
    operation: String,
    request_id: String,
    attempt: usize,
    what: What,
}

enum What {
    Request { method: String, path: String },
    Response { status: Option<u16>, cause: Option<String>, took: Duration },
    Retry { reason: String, wait: Duration },
}

impl Watch {
    pub(crate) fn new(wanted: u8) -> Arc<Self> {
        let watch = Self::default();
        watch.want(wanted);
        Arc::new(watch)
    }

    pub(crate) fn want(&self, wanted: u8) {
        self.wanted.store(wanted, Ordering::Relaxed);
    }

    /// Says who is told of events from here on, and of those that nobody was told of.
    pub(crate) fn tell(self: &Arc<Self>, target: Option<Target>) {
        let mut seen = self.lock();
        if let (false, Some(target)) = (seen.events.is_empty(), &target) {
            target.events(self.clone());
        }
        seen.target = target;
    }

    /// The hooks that note what is wanted at the time.
    pub(crate) fn hooks(self: &Arc<Self>) -> Hooks {
        let (request, response, retry) = (self.clone(), self.clone(), self.clone());
        Hooks::default()
            .on_request(move |event| {
                request.note(REQUEST, event.operation, event.request_id, event.attempt, || What::Request {
                    method: event.method.to_owned(),
                    path: event.path.to_owned(),
                });
            })
            .on_response(move |event| {
                response.note(RESPONSE, event.operation, event.request_id, event.attempt, || {
                    What::Response {
                        status: event.status,
                        cause: event.cause.map(str::to_owned),
                        took: event.took,
                    }
                });
            })
            .on_retry(move |event| {
                retry.note(RETRY, event.operation, event.request_id, event.attempt, || What::Retry {
                    reason: event.reason.to_owned(),
                    wait: event.wait,
                });
            })
    }

    fn note(
        self: &Arc<Self>,
        kind: u8,
        operation: &str,
        request_id: &str,
        attempt: usize,
        what: impl FnOnce() -> What,
    ) {
        if self.wanted.load(Ordering::Relaxed) & kind == 0 {
            return;
        }
        let (operation, request_id) = (operation.to_owned(), request_id.to_owned());
        let mut seen = self.lock();
        seen.events.push(Event { operation, request_id, attempt, what: what() });
        // One message stands for all events until they are taken.
        if let (1, Some(target)) = (seen.events.len(), &seen.target) {
            target.events(self.clone());
        }
    }

    /// The events so far, as tuples.
    pub(crate) fn take<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let events = std::mem::take(&mut self.lock().events);
        let tuples: PyResult<Vec<_>> = events.into_iter().map(|event| event.into_tuple(py)).collect();
        PyList::new(py, tuples?)
    }

    /// Hands the events so far to Python.
    pub(crate) fn deliver(&self, py: Python<'_>, sink: &Sink<'_>) -> PyResult<()> {
        if self.lock().events.is_empty() {
            return Ok(());
        }
        sink.call1((self.take(py)?,)).map(drop)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Event {
    fn into_tuple(self, py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        let Self { operation, request_id, attempt, what } = self;
        match what {
            What::Request { method, path } => {
                (REQUEST, operation, request_id, attempt, method, path).into_pyobject(py)
            }
            What::Response { status, cause, took } => {
                (RESPONSE, operation, request_id, attempt, status, cause, took.as_secs_f64())
                    .into_pyobject(py)
            }
            What::Retry { reason, wait } => {
                (RETRY, operation, request_id, attempt, reason, wait.as_secs_f64()).into_pyobject(py)
            }
        }
    }
}
