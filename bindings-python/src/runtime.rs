//! The two runtimes: one that blocking calls drive themselves, with a helper for pages that are read ahead, and one
//! with two threads for async calls.
//!
//! Each is made on first use, once per process, and never shut down: calls in flight end with the process. Their
//! threads block all signals, which are the interpreter's.

use futures_util::future::BoxFuture;
use mspkit::{BackgroundDriver, KeepAlive};
use mspkit_platform::PerProcess;
use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;

/// Threads that drive async calls.
const THREADS: usize = 2;

static BLOCKING: PerProcess<Runtime> = PerProcess::new();
static HELPER: PerProcess<BackgroundDriver> = PerProcess::new();
static ASYNC: PerProcess<Runtime> = PerProcess::new();

/// The runtime of blocking calls, driven by the threads of their callers.
pub(crate) fn blocking() -> Result<&'static Runtime, Failure> {
    BLOCKING.get_or_make(|| build(&mut Builder::new_current_thread()))
}

/// Reads pages ahead while Python processes the current ones, if the system has a thread for it.
pub(crate) fn attend() -> Option<KeepAlive> {
    let runtime = blocking().ok()?;
    let helper = HELPER.get_or_make(|| {
        let drive = move |future: BoxFuture<'_, ()>| {
            runtime.block_on(future);
            true
        };
        Ok::<_, Failure>(BackgroundDriver::new(mspkit_platform::spawn, drive))
    });
    helper.ok()?.keep_alive().ok()
}

/// The runtime of async calls.
pub(crate) fn asynchronous() -> Result<&'static Runtime, Failure> {
    ASYNC.get_or_make(|| {
        mspkit_binding::room(THREADS, mspkit_platform::spawn).map_err(|error| refused(&error))?;
        build(Builder::new_multi_thread().worker_threads(THREADS))
    })
}

fn refused(error: &std::io::Error) -> Failure {
    Failure::internal(mspkit_binding::no_runtime(error))
}

fn build(builder: &mut Builder) -> Result<Runtime, Failure> {
    builder
        .enable_all()
        .thread_name("mspkit")
        // Otherwise the interpreter's handlers would run on a thread that Python does not know.
        .on_thread_start(mspkit_platform::block_signals)
        .build()
        .map_err(|error| refused(&error))
}

/// Lets the runtime of blocking calls clean up cancelled calls.
pub(crate) fn settle() {
    if let Some(runtime) = BLOCKING.get() {
        mspkit_binding::settle(runtime);
    }
}
