//! The events of a call, on their way to hooks and log. They are passed to Python by the thread that waits for the
//! call.

use mspkit_binding::{Event, EventKind, seconds};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::failure::Failure;
use crate::port::Outcome;

/// The Python function that takes the events.
pub(crate) type Sink<'py> = Bound<'py, PyAny>;

/// The events of one call or list that Python has not received yet; `_log.py` chooses the kinds.
pub(crate) type EventCollector = mspkit_binding::EventCollector<Result<Outcome, Failure>>;

/// Events as tuples.
pub(crate) fn event_tuples(py: Python<'_>, events: Vec<Event>) -> PyResult<Bound<'_, PyList>> {
    let tuples: PyResult<Vec<_>> = events.into_iter().map(|event| tuple(py, event)).collect();
    PyList::new(py, tuples?)
}

/// Passes the events so far to Python.
pub(crate) fn deliver(py: Python<'_>, watch: &EventCollector, sink: &Sink<'_>) -> PyResult<()> {
    let events = watch.take();
    if events.is_empty() {
        return Ok(());
    }
    sink.call1((event_tuples(py, events)?,)).map(drop)
}

fn tuple(py: Python<'_>, event: Event) -> PyResult<Bound<'_, PyTuple>> {
    let number = event.kind.number();
    let Event { operation, method, path, server, request_id, attempt, kind } = event;
    let call = (operation, method, path, server, request_id, attempt);
    match kind {
        EventKind::Request => (number, call).into_pyobject(py),
        EventKind::Response { status, cause, took } => {
            (number, call, status, cause, seconds(took)).into_pyobject(py)
        }
        EventKind::Step(json) => (number, call, json).into_pyobject(py),
        EventKind::Retry { reason, wait } => (number, call, reason, seconds(wait)).into_pyobject(py),
    }
}
