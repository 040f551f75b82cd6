//! Runtimes: the threads on which calls run.
//!
//! All I/O happens on a runtime's threads, and these block every signal. So a connection that the server closed cannot
//! kill the program by SIGPIPE, whatever writes to it, the program's signal handlers never run on a thread that it does
//! not know, and its signal dispositions stay as they are.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::sys::signal::SigSet;
use tokio::runtime::{Builder, Handle, Runtime as Tokio};

use crate::abi::{MSPKIT_E_RANGE, MSPKIT_OK};
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::generated::codes::MSPKIT_E_CLOSED;
use crate::guard::{guard, output, quietly};
use crate::lock;
use crate::options::{self, Versioned};

/// Threads of a runtime, unless its options say otherwise.
const THREADS: usize = 2;
const MOST_THREADS: u32 = 256;
/// How long the end of a runtime waits for a thread that cannot be interrupted, such as one that looks up a name.
const PATIENCE: Duration = Duration::from_secs(5);

/// The threads that calls run on. Clients may share one. Yours to free, at last: what runs on it is ended by that.
pub struct mspkit_runtime {
    shared: Arc<Runtime>,
}

/// What `mspkit_runtime_new` takes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_runtime_options {
    /// Set by `mspkit_runtime_options_init()`.
    pub struct_size: usize,
    /// Threads, 1 to 256; 0: 2.
    pub threads: u32,
}

// SAFETY: plain data that begins with `struct_size`; all zeroes are a value of it.
unsafe impl Versioned for mspkit_runtime_options {
    const NAME: &str = "mspkit_runtime_options";
}

pub(crate) struct Runtime {
    handle: Handle,
    tokio: Mutex<Option<Tokio>>,
    process: u32,
}

impl Runtime {
    fn new(threads: usize) -> Result<Self, Failure> {
        let tokio = Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_all()
            .thread_name("mspkit")
            .on_thread_start(|| {
                // It cannot fail for a set that the system itself filled.
                let _ = SigSet::all().thread_block();
            })
            .build()
            .map_err(|error| Failure::internal(format!("no runtime could be made: {error}")))?;
        let handle = tokio.handle().clone();
        Ok(Self { handle, tokio: Mutex::new(Some(tokio)), process: std::process::id() })
    }

    /// The runtime of clients that name none. It is made when it is first needed and lives as long as the process.
    pub(crate) fn of_process() -> Result<Arc<Self>, Failure> {
        static SHARED: Mutex<Option<Arc<Runtime>>> = Mutex::new(None);
        let mut shared = lock(&SHARED);
        match &*shared {
            Some(runtime) => Ok(runtime.clone()),
            None => Ok(shared.insert(Arc::new(Self::new(THREADS)?)).clone()),
        }
    }

    /// Where tasks are started. A task that is started after the end is dropped at once.
    pub(crate) fn handle(&self) -> Result<&Handle, Failure> {
        if self.process != std::process::id() {
            let message = "this was made in the parent process, whose threads a forked child does not have";
            return Err(Failure::own(MSPKIT_E_CLOSED, message));
        }
        Ok(&self.handle)
    }

    fn end(&self) {
        let tokio = lock(&self.tokio).take();
        match tokio {
            Some(tokio) if self.process == std::process::id() => tokio.shutdown_timeout(PATIENCE),
            // A forked child has none of the threads that would have to end.
            other => std::mem::forget(other),
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let tokio = lock(&self.tokio).take();
        if self.process == std::process::id() {
            // Whoever drops it last may be one of its own threads, which must not wait for itself.
            if let Some(tokio) = tokio {
                tokio.shutdown_background();
            }
        } else {
            std::mem::forget(tokio);
        }
    }
}

impl mspkit_runtime {
    pub(crate) fn shared(&self) -> Arc<Runtime> {
        self.shared.clone()
    }
}

/// Makes a runtime. A program needs one only to choose the number of threads, or to leave nothing behind when it ends;
/// clients whose options name none share one of the process.
///
/// `options` may be NULL. `runtime` gets it; free it with `mspkit_runtime_free`. Thread-safe. Fails with
/// `MSPKIT_E_RANGE` for a wrong number of threads, `MSPKIT_E_STRUCT_SIZE`, `MSPKIT_E_NULL`, and `MSPKIT_E_INTERNAL` when
/// the system gives no threads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_runtime_new(
    options: *const mspkit_runtime_options,
    runtime: *mut *mut mspkit_runtime,
    error: *mut *mut mspkit_error,
) -> i32 {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            output("runtime", runtime)?;
            let threads = match options::read(options)?.threads {
                0 => THREADS,
                threads if threads <= MOST_THREADS => threads as usize,
                threads => {
                    let message = format!("threads: must be 0 to {MOST_THREADS}; given: {threads}");
                    return Err(Failure::own(MSPKIT_E_RANGE, message));
                }
            };
            let shared = Arc::new(Runtime::new(threads)?);
            runtime.write(Box::into_raw(Box::new(mspkit_runtime { shared })));
            Ok(MSPKIT_OK)
        })
    }
}

/// Ends a runtime and frees it: calls that run on it fail with `MSPKIT_E_CLOSED`, submitted ones complete so in their
/// queues, and its threads have ended when this returns (a thread that looks up a name is waited for 5 seconds). NULL is
/// allowed.
///
/// Clients, pagers and queues may be freed before or after it; what is begun on them after it fails with
/// `MSPKIT_E_CLOSED`. Must not be called from a log callback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_runtime_free(runtime: *mut mspkit_runtime) {
    if runtime.is_null() {
        return;
    }
    quietly((), || {
        // SAFETY: the caller passes a runtime that was given out and is not used again.
        let runtime = unsafe { Box::from_raw(runtime) };
        runtime.shared.end();
    });
}
