//! Runtimes: what drives calls.
//!
//! Without threads of its own a runtime is driven by whoever waits for a call, on the caller's thread, and by one helper
//! while something that was submitted is in flight. With threads of its own these drive all of it. All threads that are
//! made here block every signal, and a caller's thread blocks SIGPIPE while it drives: so a connection that the server
//! closed cannot kill the program, the program's signal handlers never run on a thread that it does not know, and its
//! signal dispositions stay as they are.

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
/// How long the end of a runtime waits for a thread that cannot be interrupted, such as one that looks up a name.
const PATIENCE: Duration = Duration::from_secs(5);

/// Drives calls. Clients may share one. Free it last with `mspkit_runtime_free`, which cancels everything that still runs
/// on it.
pub struct mspkit_runtime {
    shared: Arc<Runtime>,
}

/// What `mspkit_runtime_new` takes.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct mspkit_runtime_options {
    /// Set by `mspkit_runtime_options_init()`.
    pub struct_size: usize,
    /// Threads of its own that drive calls, up to 256; 0: none, then a call is driven by the thread that waits for it,
    /// and submitted ones by one helper. With 0 a blocking call is answered sooner; more threads are for programs with so
    /// many submitted calls that one processor cannot read their answers.
    pub threads: u32,
}

// SAFETY: plain data that begins with `struct_size`; any bytes are a value of it.
unsafe impl Versioned for mspkit_runtime_options {
    const NAME: &str = "mspkit_runtime_options";
    const BLANK: Self = Self { struct_size: 0, threads: 0 };
}

/// Makes a `mspkit_runtime_options` with nothing given; `mspkit_runtime_options_init()` is the same in C and C++.
///
/// `struct_size` is `sizeof(mspkit_runtime_options)`, as it is in the header that the program is compiled with. Thread-safe.
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
    /// None after the end. It is read by all who drive it, so that its end waits for them.
    driven: Arc<RwLock<Option<Tokio>>>,
    /// None where the runtime has threads of its own.
    helper: Option<BackgroundDriver>,
    /// Raised at the end.
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
        let failed = |error| Failure::internal(format!("the runtime could not be created: {error}"));
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

    /// The runtime of clients that name none. It is made when it is first needed and lives as long as the process.
    pub(crate) fn of_process() -> Result<Arc<Self>, Failure> {
        static SHARED: Mutex<Option<Arc<Runtime>>> = Mutex::new(None);
        let mut shared = lock(&SHARED);
        match &*shared {
            Some(runtime) if runtime.is_here() => Ok(runtime.clone()),
            _ => {
                // A forked child leaves its parent's as it is, and gets one of its own.
                std::mem::forget(shared.take());
                Ok(shared.insert(Arc::new(Self::new(0)?)).clone())
            }
        }
    }

    fn is_here(&self) -> bool {
        self.process == std::process::id()
    }

    /// Where tasks are started. A task that is started after the end is dropped at once.
    pub(crate) fn handle(&self) -> Result<&Handle, Failure> {
        if !self.is_here() {
            let message = "this was made in the parent process; make another one in a forked child";
            return Err(Failure::own(MSPKIT_E_CLOSED, message));
        }
        Ok(&self.handle)
    }

    /// Sees that tasks are driven for as long as the result lives.
    pub(crate) fn in_flight(&self) -> Result<Option<KeepAlive>, Failure> {
        let in_flight = self.helper.as_ref().map(BackgroundDriver::keep_alive).transpose();
        in_flight.map_err(|error| Failure::internal(format!("no thread could be made: {error}")))
    }

    /// A core whose lists are read ahead while nobody waits for this runtime.
    pub(crate) fn attend(self: &Arc<Self>, core: Core) -> Core {
        let runtime: Weak<Self> = Arc::downgrade(self);
        // Without a thread they go on while somebody waits.
        core.with_keep_alive(move || runtime.upgrade()?.in_flight().ok()?)
    }

    /// Sees that what was given up is closed.
    pub(crate) fn tidy(&self) {
        if let Some(helper) = self.helper.as_ref().filter(|_| self.is_here()) {
            helper.clean_up();
        }
    }

    /// Drives a call on the calling thread until it is done, or the runtime ends. This is the only place where a thread
    /// of the program works on connections.
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

/// Makes a runtime. A program needs one only to choose the number of threads, or to leave nothing behind when it ends;
/// clients whose options name none share one of the process. In a forked child, runtimes and clients of the parent are
/// refused with `MSPKIT_E_CLOSED`; it makes its own.
///
/// `options` may be NULL. `runtime` gets it; free it with `mspkit_runtime_free`. Thread-safe. Fails with
/// `MSPKIT_E_RANGE` for a wrong number of threads, `MSPKIT_E_STRUCT_SIZE`, `MSPKIT_E_NULL`, and `MSPKIT_E_INTERNAL` when
/// the system gives no threads.
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
