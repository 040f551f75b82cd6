//! The two runtimes: one without threads for blocking calls, one with two threads for async calls.
//!
//! Each is made on first use, serves every JavaScript thread of the process, and is never shut down: calls in flight
//! end with the process. Their threads block all signals, which are Node's.

use std::sync::OnceLock;

use mspkit_platform::{block_signals, spawn};
use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;

/// Threads that drive async calls.
const THREADS: usize = 2;

static BLOCKING: OnceLock<Runtime> = OnceLock::new();
static ASYNC: OnceLock<Runtime> = OnceLock::new();

/// The runtime of blocking calls, driven by the threads of their callers.
pub(crate) fn blocking() -> Result<&'static Runtime, Failure> {
    get_or_build(&BLOCKING, &mut Builder::new_current_thread())
}

/// The runtime of async calls.
pub(crate) fn asynchronous() -> Result<&'static Runtime, Failure> {
    if ASYNC.get().is_none() {
        mspkit_binding::room(THREADS, spawn).map_err(|error| refused(&error))?;
    }
    get_or_build(&ASYNC, Builder::new_multi_thread().worker_threads(THREADS))
}

fn refused(error: &std::io::Error) -> Failure {
    Failure::internal(mspkit_binding::no_runtime(error))
}

fn get_or_build(
    place: &'static OnceLock<Runtime>,
    builder: &mut Builder,
) -> Result<&'static Runtime, Failure> {
    if let Some(runtime) = place.get() {
        return Ok(runtime);
    }
    let built = builder
        .enable_all()
        .thread_name("mspkit")
        .on_thread_start(block_signals)
        .build()
        .map_err(|error| refused(&error))?;
    Ok(place.get_or_init(|| built))
}

/// Lets the blocking runtime clean up cancelled calls.
pub(crate) fn settle() {
    if let Some(runtime) = BLOCKING.get() {
        mspkit_binding::settle(runtime);
    }
}
