//! Blocking calls: the future is polled on the caller's thread without the GIL, in short slices, and signals are
//! checked between them. Dropping the future cancels the call.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use mspkit_binding::drive_for;
use pyo3::prelude::*;

use crate::events::{EventCollector, Sink, deliver};
use crate::failure::{Failure, panicked};
use crate::process::stay_away_when_ending;
use crate::runtime;

/// The maximum delay of Ctrl-C.
const SLICE: Duration = Duration::from_millis(30);

/// Runs a function without the GIL.
pub(crate) fn detached<T: Send>(py: Python<'_>, run: impl FnOnce() -> T + Send) -> T {
    py.detach(|| {
        let result = run();
        stay_away_when_ending();
        result
    })
}

/// Waits for a call, and passes its events to `sink`.
pub(crate) fn wait<T: Send>(
    py: Python<'_>,
    watch: &EventCollector,
    sink: Option<&Sink<'_>>,
    future: impl Future<Output = Result<T, Failure>> + Send,
) -> PyResult<T> {
    let runtime = runtime::blocking().map_err(|failure| failure.raise(py))?;
    let mut future = Box::pin(AssertUnwindSafe(future).catch_unwind());
    let interrupted = loop {
        let slice = detached(py, || drive_for(runtime, SLICE, &mut future));
        if let Err(raised) = sink.map_or(Ok(()), |sink| deliver(py, watch, sink)) {
            break raised;
        }
        match slice {
            Some(Ok(done)) => return done.map_err(|failure| failure.raise(py)),
            Some(Err(payload)) => return Err(panicked(payload.as_ref()).raise(py)),
            None => {
                if let Err(raised) = py.check_signals() {
                    break raised;
                }
            }
        }
    };
    detached(py, || {
        drop(future);
        runtime::settle();
    });
    Err(interrupted)
}
