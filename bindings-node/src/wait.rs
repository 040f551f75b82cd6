//! Calls on the caller's thread. A blocking call is driven there until it is done, and the event loop stalls meanwhile,
//! as the synchronous clients document. An async call may be done before it has to wait.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tokio::runtime::Handle;

use crate::failure::Failure;
use crate::payload::{Entry, Payload};
use crate::runtime;

/// Waits for a call.
pub(crate) fn wait(call: impl Future<Output = Result<Payload, Failure>>) -> Entry {
    if Handle::try_current().is_ok() {
        return Entry::Failed(Failure::internal("a blocking call was made on a thread of the runtime"));
    }
    match runtime::blocking() {
        Ok(runtime) => Entry::of(runtime.block_on(AssertUnwindSafe(call).catch_unwind())),
        Err(failure) => Entry::Failed(failure),
    }
}

/// The outcome of an async call if it is known without waiting. Otherwise the runtime has to drive the call.
pub(crate) fn at_once(
    call: impl Future<Output = Result<Payload, Failure>>,
) -> Result<Option<Entry>, Failure> {
    let _context = runtime::asynchronous()?.enter();
    Ok(AssertUnwindSafe(call).catch_unwind().now_or_never().map(Entry::of))
}
