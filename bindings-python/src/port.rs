//! Where the async calls of one event loop complete.
//!
//! The runtime's threads push what has completed and signal a descriptor once; the loop's thread drains. `armed` says
//! that a signal is under way: it is lowered *before* the queue is taken, so that what comes in between signals again.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use mspkit_unix::Signal;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use tokio::task::AbortHandle;

use crate::answer::Response;
use crate::failure::{Failure, panicked};
use crate::process;
use crate::runtime;
use crate::watch::Watch;

/// How an entry of the queue is to be taken; `_port.py` says the same.
const FAILED: u8 = 0;
const DONE: u8 = 1;
const EVENTS: u8 = 2;

/// What a call came to.
pub(crate) enum Outcome {
    Answer(Box<Response>),
    /// A list's next page is ready, or the list has ended.
    Filled(bool),
}

enum Entry {
    Failed(Failure),
    Done(Outcome),
    Events(Arc<Watch>),
}

struct Shared {
    queue: Mutex<Vec<(u64, Entry)>>,
    armed: AtomicBool,
    signal: Signal,
    tasks: Mutex<HashMap<u64, Task>>,

    last: AtomicU64,
}

/// A call in flight.
struct Task {
    handle: AbortHandle,
    watch: Arc<Watch>,
}

impl Task {
    /// Drops the call. What is seen from here on waits for whoever reads the list on.
    fn cancel(self) {
        self.watch.tell(None);
        self.handle.abort();
    }
}

impl Shared {
    fn push(&self, token: u64, entry: Entry) {
        lock(&self.queue).push((token, entry));
        self.wake();
    }

    fn wake(&self) {
        if !self.armed.swap(true, Ordering::AcqRel) {
            self.signal.raise();
        }
    }

    fn take(&self) -> Vec<(u64, Entry)> {
        self.signal.lower();
        self.armed.store(false, Ordering::Release);
        // The queue's own lock orders this after every push that found the flag raised.
        std::mem::take(&mut *lock(&self.queue))
    }

    fn cancel_all(&self) {
        for (_, task) in lock(&self.tasks).drain() {
            task.cancel();
        }
    }
}

/// A call's place in a port.
#[derive(Clone)]
pub(crate) struct Target {
    shared: Arc<Shared>,
    token: u64,
}

impl Target {
    /// Says that there are events to be seen.
    pub(crate) fn events(&self, watch: Arc<Watch>) {
        self.shared.push(self.token, Entry::Events(watch));
    }
}

/// Where the async calls of one event loop complete.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Port {
    /// Left alone in a forked child.
    shared: Option<Arc<Shared>>,
    process: u32,
}

#[pymethods]
impl Port {
    #[new]
    fn new() -> PyResult<Self> {
        let shared = Shared {
            queue: Mutex::default(),
            armed: AtomicBool::new(false),
            signal: Signal::new()?,
            tasks: Mutex::default(),
            last: AtomicU64::new(0),
        };
        Ok(Self { shared: Some(Arc::new(shared)), process: std::process::id() })
    }

    /// The descriptor that is readable when there is something to drain.
    fn fileno(&self, py: Python<'_>) -> PyResult<i32> {
        Ok(self.shared(py)?.signal.fileno())
    }

    /// What has completed or happened since: token, how to take it, and what it is.
    fn drain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let shared = self.shared(py)?;
        let entries: PyResult<Vec<Bound<'py, PyTuple>>> = shared
            .take()
            .into_iter()
            .filter(|(token, entry)| match entry {
                Entry::Events(_) => lock(&shared.tasks).contains_key(token),
                // Nobody waits any more for what was cancelled.
                _ => lock(&shared.tasks).remove(token).is_some(),
            })
            .map(|(token, entry)| entry.into_tuple(py, token))
            .collect();
        PyList::new(py, entries?)
    }

    /// Drops a call: its request ends and its slot is free.
    fn cancel(&self, py: Python<'_>, token: u64) {
        if let Some(task) = self.shared(py).ok().and_then(|shared| lock(&shared.tasks).remove(&token)) {
            task.cancel();
        }
    }

    /// Makes the loop drain once more.
    fn wake(&self, py: Python<'_>) -> PyResult<()> {
        self.shared(py)?.wake();
        Ok(())
    }

    /// Drops every call that is in flight.
    fn close(&self, py: Python<'_>) {
        if let Ok(shared) = self.shared(py) {
            shared.cancel_all();
        }
    }
}

impl Port {
    /// Starts a call whose outcome the loop will drain, and gives its token.
    pub(crate) fn submit<F>(&self, py: Python<'_>, watch: &Arc<Watch>, call: F) -> PyResult<u64>
    where
        F: Future<Output = Result<Outcome, Failure>> + Send + 'static,
    {
        if process::ending() {
            return Err(Failure::ending().raise(py));
        }
        let shared = self.shared(py)?;
        let runtime = runtime::asynchronous().map_err(|failure| failure.raise(py))?;
        let token = shared.last.fetch_add(1, Ordering::Relaxed) + 1;
        let (completed, watched) = (shared.clone(), watch.clone());
        let call = async move {
            let entry = match AssertUnwindSafe(call).catch_unwind().await {
                Ok(Ok(outcome)) => Entry::Done(outcome),
                Ok(Err(failure)) => Entry::Failed(failure),
                Err(payload) => Entry::Failed(panicked(payload.as_ref())),
            };
            watched.tell(None);
            completed.push(token, entry);
        };
        watch.tell(Some(Target { shared: shared.clone(), token }));
        let task = Task { handle: runtime.spawn(call).abort_handle(), watch: watch.clone() };
        lock(&shared.tasks).insert(token, task);
        Ok(token)
    }

    fn shared(&self, py: Python<'_>) -> PyResult<&Arc<Shared>> {
        match &self.shared {
            Some(shared) if self.process == std::process::id() => Ok(shared),
            _ => {
                let message = "an event loop of the parent process was used in a forked child";
                Err(Failure::internal(message).raise(py))
            }
        }
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        let shared = self.shared.take();
        if self.process != std::process::id() {
            std::mem::forget(shared);
        } else if let Some(shared) = shared {
            shared.cancel_all();
        }
    }
}

impl Entry {
    fn into_tuple(self, py: Python<'_>, token: u64) -> PyResult<Bound<'_, PyTuple>> {
        match self {
            Self::Failed(failure) => (token, FAILED, failure.parts(py)?).into_pyobject(py),
            Self::Done(outcome) => match outcome {
                Outcome::Answer(answer) => (token, DONE, Bound::new(py, *answer)?).into_pyobject(py),
                Outcome::Filled(ended) => (token, DONE, ended).into_pyobject(py),
            },
            Self::Events(watch) => (token, EVENTS, watch.take(py)?).into_pyobject(py),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
