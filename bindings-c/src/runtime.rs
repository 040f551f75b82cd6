//! Runtimes: what drives calls.
//!
//! A runtime without threads is driven by the threads that wait for calls, and by one helper while submitted calls are
//! in flight. A runtime with threads is driven by those. All threads that are started here block every signal, and a
//! caller's thread blocks SIGPIPE while it drives: so a connection that the server closed cannot kill the program, the
//! program's signal handlers never run on a thread that it does not know, and its signal dispositions are not changed.

use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::Duration;

use mspkit::{BackgroundDriver, Core, KeepAlive};
use mspkit_platform::SigpipeGuard;
use tokio::runtime::{Builder, Handle, Runtime as Tokio};

use crate::abi::{MSPKIT_E_CLOSED, MSPKIT_E_RANGE, MSPKIT_OK, mspkit_status};
use crate::cancel::Cancel;
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::guard::{guard, output, quietly};
use crate::lock;
use crate::options::{self, Versioned};

const MOST_THREADS: u32 = 256;
/// How long shutting down a runtime waits for a thread that cannot be interrupted, such as one that resolves a name.
const PATIENCE: Duration = Duration::from_secs(5);

/// Drives calls. Clients may share one. Free it last with `mspkit_runtime_free`, which ends everything that still runs
/// on it.
pub struct mspkit_runtime {
    shared: Arc<Runtime>,
}

/// The options of `mspkit_runtime_new`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct mspkit_runtime_options {
    /// Set by `mspkit_runtime_options_init()`.
    pub struct_size: usize,
    /// The number of its threads, up to 256; 0: none, then a call is driven by the thread that waits for it, and
    /// submitted ones by one helper. 0 has the lowest latency for blocking calls; more threads are for programs with so
    /// many submitted calls that one processor cannot process their responses.
    pub threads: u32,
}

// SAFETY: plain data that begins with `struct_size`; any bytes are a value of it.
unsafe impl Versioned for mspkit_runtime_options {
    const NAME: &str = "mspkit_runtime_options";
    const BLANK: Self = Self { struct_size: 0, threads: 0 };
}

/// Makes a `mspkit_runtime_options` with nothing given; `mspkit_runtime_options_init()` is the same in C and C++.
///
/// `struct_size` is `sizeof(mspkit_runtime_options)`, in the header that the program is compiled with. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_runtime_options_init_into(
    options: *mut mspkit_runtime_options,
    struct_size: usize,
) {
    // SAFETY: the caller's promise is this one's.
    unsafe { options::initialise(options, struct_size) };
}

pub(crate) struct Runtime {
    handle: Handle,
    /// None after shutdown. Every thread that drives it holds a read lock, so that shutdown waits for them.
    driven: Arc<RwLock<Option<Tokio>>>,
    /// None if the runtime has threads.
    helper: Option<BackgroundDriver>,
    /// Raised at shutdown.
    ended: Cancel,
    process: u32,
}

impl Runtime {
    fn new(threads: usize) -> Result<Self, Failure> {
        let mut builder = match threads {
            0 => Builder::new_current_thread(),
            _ => Builder::new_multi_thread(),
        };
        if threads > 0 {
            builder.worker_threads(threads);
        }
        let failed = |error| Failure::internal(mspkit_binding::no_runtime(&error));
        mspkit_binding::room(threads, mspkit_platform::spawn).map_err(failed)?;
        let tokio = builder
            .enable_all()
            .thread_name("mspkit")
            .on_thread_start(mspkit_platform::block_signals)
            .build()
            .map_err(failed)?;
        let handle = tokio.handle().clone();
        let driven = Arc::new(RwLock::new(Some(tokio)));
        let helper = (threads == 0).then(|| {
            let driven = driven.clone();
            BackgroundDriver::new(mspkit_platform::spawn, move |future| {
                let driven = driven.read().unwrap_or_else(PoisonError::into_inner);
                driven.as_ref().map(|tokio| tokio.block_on(future)).is_some()
            })
        });
        Ok(Self { handle, driven, helper, ended: Cancel::default(), process: std::process::id() })
    }

    /// The runtime of clients that name none. It is made on first use and lives as long as the process.
    pub(crate) fn of_process() -> Result<Arc<Self>, Failure> {
        static SHARED: Mutex<Option<Arc<Runtime>>> = Mutex::new(None);
        let mut shared = lock(&SHARED);
        match &*shared {
            Some(runtime) if runtime.is_here() => Ok(runtime.clone()),
            _ => {
                // A forked child leaves its parent's runtime alone, and gets its own.
                std::mem::forget(shared.take());
                Ok(shared.insert(Arc::new(Self::new(0)?)).clone())
            }
        }
    }

    fn is_here(&self) -> bool {
        self.process == std::process::id()
    }

    /// Where tasks are started. A task that is started after shutdown is dropped at once.
    pub(crate) fn handle(&self) -> Result<&Handle, Failure> {
        if !self.is_here() {
            let message = "this handle was created in the parent process; create another in the forked child";
            return Err(Failure::own(MSPKIT_E_CLOSED, message));
        }
        Ok(&self.handle)
    }

    /// Makes sure that tasks are driven while the returned value lives.
    pub(crate) fn in_flight(&self) -> Result<Option<KeepAlive>, Failure> {
        let in_flight = self.helper.as_ref().map(BackgroundDriver::keep_alive).transpose();
        in_flight.map_err(|error| Failure::internal(mspkit_binding::no_thread(&error)))
    }

    /// A core whose lists are read ahead while nobody waits for this runtime.
    pub(crate) fn attend(self: &Arc<Self>, core: Core) -> Core {
        let runtime: Weak<Self> = Arc::downgrade(self);
        // Without a thread they proceed only while somebody waits.
        core.with_keep_alive(move || runtime.upgrade()?.in_flight().ok()?)
    }

    /// Closes what was given up.
    pub(crate) fn tidy(&self) {
        if let Some(helper) = self.helper.as_ref().filter(|_| self.is_here()) {
            helper.clean_up();
        }
    }

    /// Drives a call on the calling thread until it is done, or the runtime is shut down. This is the only place where
    /// a thread of the program works on connections.
    pub(crate) fn drive<T>(&self, call: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        self.handle()?;
        let driven = self.driven.read().unwrap_or_else(PoisonError::into_inner);
        let Some(tokio) = &*driven else { return Err(Failure::closed()) };
        let _guard = SigpipeGuard::block();
        tokio.block_on(async {
            tokio::select! {
                biased;
                failure = self.ended.wait() => Err(failure),
                outcome = call => outcome,
            }
        })
    }

    fn end(&self) {
        if !self.is_here() {
            // A forked child has none of the threads that would have to end, and locks may be held for ever.
            std::mem::forget(self.driven.clone());
            self.helper.iter().for_each(BackgroundDriver::abandon);
            return;
        }
        self.ended.close();
        if let Some(helper) = &self.helper {
            helper.end();
        }
        let tokio = self.driven.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(tokio) = tokio {
            tokio.shutdown_timeout(PATIENCE);
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.end();
    }
}

impl mspkit_runtime {
    pub(crate) fn shared(&self) -> Arc<Runtime> {
        self.shared.clone()
    }
}

/// Makes a runtime. A program needs one only to choose the number of threads, or to end all threads before it exits;
/// clients whose options name none share one per process. In a forked child, runtimes and clients of the parent are
/// refused with `MSPKIT_E_CLOSED`; it makes its own.
///
/// `options` may be NULL. `runtime` receives it; free it with `mspkit_runtime_free`. Thread-safe. Fails with
/// `MSPKIT_E_RANGE` for an invalid number of threads, `MSPKIT_E_STRUCT_SIZE`, `MSPKIT_E_NULL`, and `MSPKIT_E_INTERNAL`
/// if the system cannot start threads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_runtime_new(
    options: *const mspkit_runtime_options,
    runtime: *mut *mut mspkit_runtime,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            output("runtime", runtime)?;
            let threads = match options::read(options)?.threads {
                threads if threads <= MOST_THREADS => threads as usize,
                threads => {
                    let (given, allowed) = (threads.to_string(), format!("must be 0 to {MOST_THREADS}"));
                    return Err(Failure::argument(MSPKIT_E_RANGE, "threads", Some(&given), &allowed));
                }
            };
            let shared = Arc::new(Runtime::new(threads)?);
            runtime.write(Box::into_raw(Box::new(mspkit_runtime { shared })));
            Ok(MSPKIT_OK)
        })
    }
}

/// Shuts a runtime down and frees it: calls that run on it fail with `MSPKIT_E_CLOSED`, submitted ones complete with
/// that code in their queues, and its threads have ended when this returns (a thread that resolves a name is waited for
/// up to 5 seconds). NULL is allowed.
///
/// Clients, pagers and queues may be freed before or after it; calls that are made on them after it fail with
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
