//! Shutdown of the interpreter, and the first steps of a forked child.

use std::sync::OnceLock;
use std::thread::ThreadId;

use pyo3::prelude::*;

/// The thread that shuts the interpreter down, once it does.
static ENDING: OnceLock<ThreadId> = OnceLock::new();

/// Whether the interpreter is shutting down; no call starts any more.
pub(crate) fn ending() -> bool {
    ENDING.get().is_some()
}

/// Called without the GIL before a thread takes it again: a daemon thread that outlives the interpreter must not return
/// to it, since taking the GIL would unwind the thread through frames that cannot be unwound.
pub(crate) fn stay_away_when_ending() {
    if ENDING.get().is_some_and(|thread| *thread != std::thread::current().id()) {
        loop {
            std::thread::park();
        }
    }
}

/// Python's `atexit`: from now on no call starts and nothing waits.
#[pyfunction]
pub(crate) fn shutdown() {
    let _ = ENDING.set(std::thread::current().id());
}

/// Python's `os.register_at_fork`, in the child: its ids must differ from those of its parent and its siblings.
#[pyfunction]
pub(crate) fn forked() {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    let mixed = u64::from(std::process::id()).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ since.as_secs();
    fastrand::seed(fastrand::u64(..) ^ mixed ^ u64::from(since.subsec_nanos()).rotate_left(32));
}
