//! The two runtimes: one that blocking calls drive themselves, with a helper for pages that are read ahead, and one with
//! two threads for async calls.
//!
//! Each is made when it is first needed, once per process, and never ended: what is in flight when the process exits
//! ends with it. Their threads take no signals, which are the interpreter's.

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

/// What blocking calls are driven by, on the threads of their callers.
pub(crate) fn blocking() -> Result<&'static Runtime, Failure> {
    BLOCKING.get_or_make(|| build(&mut Builder::new_current_thread()))
}

/// Sees that pages which are read ahead travel while Python works on those that are here, if the system gives a thread.
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

/// What async calls run on.
pub(crate) fn asynchronous() -> Result<&'static Runtime, Failure> {
    ASYNC.get_or_make(|| {
        mspkit_binding::room(THREADS, mspkit_platform::spawn).map_err(|error| refused(&error))?;
        build(Builder::new_multi_thread().worker_threads(THREADS))
    })
}

fn refused(error: &std::io::Error) -> Failure {
    Failure::internal(format!("the runtime could not be created: {error}"))
}

fn build(builder: &mut Builder) -> Result<Runtime, Failure> {
    builder
        .enable_all()
        .thread_name("mspkit")
        // Without it the interpreter's handlers would run on a thread that Python does not know.
        .on_thread_start(mspkit_platform::block_signals)
        .build()
        .map_err(|error| refused(&error))
}

/// Lets the runtime of blocking calls clean away what was given up.
pub(crate) fn settle() {
    if let Some(runtime) = BLOCKING.get() {
        mspkit_binding::settle(runtime);
    }
}
