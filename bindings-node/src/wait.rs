//! Blocking calls: the future is driven on the caller's thread until it is done. Nothing else runs there meanwhile,
//! which is what the synchronous clients say of themselves.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tokio::runtime::Handle;

use crate::crossing::{Crossing, Entry};
use crate::failure::{Failure, panicked};
use crate::runtime;

/// Waits for a call.
pub(crate) fn wait(future: impl Future<Output = Result<Crossing, Failure>>) -> Entry {
    let run = || {
        if Handle::try_current().is_ok() {
            return Err(Failure::internal("a blocking call was made on a thread of the runtime"));
        }
        runtime::blocking()?
            .block_on(AssertUnwindSafe(future).catch_unwind())
            .unwrap_or_else(|payload| Err(panicked(payload.as_ref())))
    };
    match run() {
        Ok(crossing) => Entry::Done(Box::new(crossing)),
        Err(failure) => Entry::Failed(failure),
    }
}
