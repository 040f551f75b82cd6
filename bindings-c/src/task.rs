//! Work on a runtime that always ends in one outcome: done, failed, panicked, cancelled, or dropped with its runtime.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use mspkit::KeepAlive;
use tokio::runtime::Handle;

use crate::cancel::Cancel;
use crate::failure::Failure;
use crate::runtime::Runtime;

/// What can end a task from outside: cancelling it, the caller's token, freeing its client.
pub(crate) type Ends = [Option<Arc<Cancel>>; 3];

/// Reports an outcome exactly once: dropped without one, it reports that the task was dropped.
struct Finish<T, F: FnOnce(Result<T, Failure>)> {
    hand_over: Option<F>,
    outcome: Option<Result<T, Failure>>,
}

impl<T, F: FnOnce(Result<T, Failure>)> Drop for Finish<T, F> {
    fn drop(&mut self) {
        if let Some(hand_over) = self.hand_over.take() {
            hand_over(self.outcome.take().unwrap_or_else(|| Err(Failure::closed())));
        }
    }
}

/// Permission to start one task on a runtime: everything that can fail is done.
pub(crate) struct Place {
    handle: Handle,
    in_flight: Option<KeepAlive>,
}

impl Place {
    /// Acquires one, before anything else learns of the task.
    pub(crate) fn on(runtime: &Runtime) -> Result<Self, Failure> {
        Ok(Self { handle: runtime.handle()?.clone(), in_flight: runtime.in_flight()? })
    }

    /// Starts work whose outcome is reported exactly once, on a thread of the runtime or of the caller that ends it.
    pub(crate) fn start<T, W, F>(self, ends: Ends, work: W, hand_over: F)
    where
        T: Send + 'static,
        W: Future<Output = Result<T, Failure>> + Send + 'static,
        F: FnOnce(Result<T, Failure>) + Send + 'static,
    {
        let Self { handle, in_flight } = self;
        let mut finish = Finish { hand_over: Some(hand_over), outcome: None };
        handle.spawn(async move {
            // Dropped before the outcome is reported: its receiver may at once use what the work has kept busy.
            finish.outcome = Some(race(ends, work).await);
            drop(finish);
            drop(in_flight);
        });
    }
}

async fn race<T>(ends: Ends, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let [own, token, client] = &ends;
    let end = |cancel: &Option<Arc<Cancel>>| {
        let cancel = cancel.clone();
        async move {
            match cancel {
                Some(cancel) => cancel.wait().await,
                None => std::future::pending().await,
            }
        }
    };
    tokio::select! {
        biased;
        failure = end(own) => Err(failure),
        failure = end(token) => Err(failure),
        failure = end(client) => Err(failure),
        outcome = AssertUnwindSafe(work).catch_unwind() => {
            outcome.unwrap_or_else(|payload| Err(Failure::panicked(payload)))
        }
    }
}

/// Does work while the calling thread waits and drives it.
pub(crate) fn wait<T>(
    runtime: &Runtime,
    ends: Ends,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let outcome = runtime.drive(race(ends, work));
    if outcome.is_err() {
        runtime.tidy();
    }
    outcome
}
