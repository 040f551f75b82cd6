//! Where the async calls of one event loop complete: the loop's thread waits for a descriptor, and drains.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt;
use mspkit_binding::PortEvent;
use mspkit_platform::Wakeup;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::answer::Response;
use crate::events::{EventCollector, event_tuples};
use crate::failure::{Failure, panicked};
use crate::onboarding::OnboardingPlan;
use crate::process;
use crate::runtime;

/// The kinds of an entry of the queue; `_port.py` has the same numbers.
const FAILED: u8 = 0;
const DONE: u8 = 1;
const EVENTS: u8 = 2;

/// The outcome of a call.
pub(crate) enum Outcome {
    Answer(Box<Response>),
    /// A list's next page is ready, or the list has ended.
    Filled(bool),
    Plan(Box<OnboardingPlan>),
    /// JSON.
    Text(String),
    /// Several JSON texts.
    Texts(Vec<String>),
}

type Shared = mspkit_binding::Port<Result<Outcome, Failure>>;

/// Where the async calls of one event loop complete.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Port {
    /// Not dropped in a forked child, nor is the descriptor.
    shared: Option<Arc<Shared>>,
    wakeup: Arc<Wakeup>,
    last: AtomicU64,
    process: u32,
}

#[pymethods]
impl Port {
    #[new]
    fn new() -> PyResult<Self> {
        let wakeup = Arc::new(Wakeup::new()?);
        let raised = wakeup.clone();
        let shared = Some(Shared::new(move || raised.raise()));
        Ok(Self { shared, wakeup, last: AtomicU64::new(0), process: std::process::id() })
    }

    /// The descriptor, readable when there is something to drain.
    fn fileno(&self, py: Python<'_>) -> PyResult<i32> {
        self.shared(py)?;
        Ok(self.wakeup.fileno())
    }

    /// What has completed or happened since the last call: token, kind, and value.
    fn drain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let shared = self.shared(py)?;
        // Cleared before the queue is taken, so that an entry in between sets it again.
        self.wakeup.lower();
        let entries: PyResult<Vec<_>> =
            shared.take().into_iter().map(|(token, event)| entry(py, token, event)).collect();
        PyList::new(py, entries?)
    }

    /// Drops a call: its request is aborted and its slot is free.
    fn cancel(&self, py: Python<'_>, token: u64) {
        if let Ok(shared) = self.shared(py) {
            shared.cancel(token);
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
    /// Starts a call whose outcome the loop drains, and returns its token.
    pub(crate) fn submit<F>(&self, py: Python<'_>, watch: &Arc<EventCollector>, call: F) -> PyResult<u64>
    where
        F: Future<Output = Result<Outcome, Failure>> + Send + 'static,
    {
        if process::ending() {
            return Err(Failure::ending().raise(py));
        }
        let shared = self.shared(py)?;
        let runtime = runtime::asynchronous().map_err(|failure| failure.raise(py))?;
        let token = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let call = async move {
            let ended = AssertUnwindSafe(call).catch_unwind().await;
            ended.unwrap_or_else(|payload| Err(panicked(payload.as_ref())))
        };
        shared.submit(token, runtime, watch, call);
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

fn entry(
    py: Python<'_>,
    token: u64,
    event: PortEvent<Result<Outcome, Failure>>,
) -> PyResult<Bound<'_, PyTuple>> {
    match event {
        PortEvent::Done(Err(failure)) => (token, FAILED, failure.parts(py)?).into_pyobject(py),
        PortEvent::Done(Ok(Outcome::Answer(answer))) => {
            (token, DONE, Bound::new(py, *answer)?).into_pyobject(py)
        }
        PortEvent::Done(Ok(Outcome::Filled(ended))) => (token, DONE, ended).into_pyobject(py),
        PortEvent::Done(Ok(Outcome::Plan(plan))) => (token, DONE, Bound::new(py, *plan)?).into_pyobject(py),
        PortEvent::Done(Ok(Outcome::Text(text))) => (token, DONE, text).into_pyobject(py),
        PortEvent::Done(Ok(Outcome::Texts(texts))) => (token, DONE, texts).into_pyobject(py),
        PortEvent::Events(events) => (token, EVENTS, event_tuples(py, events)?).into_pyobject(py),
    }
}
