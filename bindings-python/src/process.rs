//! State that belongs to one process, and the end of the process.
//!
//! A forked child finds what its parent's threads were working on: locks that nobody will open, runtimes whose threads
//! are not there, sockets that are the parent's. So such state carries the id of its process. A child never touches what
//! it inherited, not even to free it, and makes its own behind it.

use std::sync::OnceLock;
use std::thread::ThreadId;

use pyo3::prelude::*;

/// A value that every process makes for itself.
pub(crate) struct PerProcess<T>(OnceLock<Box<Made<T>>>);

struct Made<T> {
    process: u32,
    /// Taken only to be dropped, or left alone for ever.
    value: Option<T>,
    child: PerProcess<T>,
}

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// This process's value, if it was made.
    pub(crate) fn get(&self) -> Option<&T> {
        let process = std::process::id();
        let mut made = self.0.get()?;
        while made.process != process {
            made = made.child.0.get()?;
        }
        made.value.as_ref()
    }

    /// This process's value, made now if need be. When two threads make it, one of the two is kept.
    pub(crate) fn get_or_make<E>(&self, build: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        if self.get().is_none() {
            let value = build()?;
            let process = std::process::id();
            let made = Box::new(Made { process, value: Some(value), child: Self::new() });
            let mut end = self;
            while let Some(elder) = end.0.get() {
                if elder.process == process {
                    break;
                }
                end = &elder.child;
            }
            // Refused when another thread was first; what it made serves as well.
            let _ = end.0.set(made);
        }
        match self.get() {
            Some(value) => Ok(value),
            None => unreachable!("the value was just made"),
        }
    }
}

impl<T> Drop for Made<T> {
    fn drop(&mut self) {
        if self.process != std::process::id() {
            std::mem::forget(self.value.take());
        }
    }
}

/// The thread that ends the interpreter, once it does.
static ENDING: OnceLock<ThreadId> = OnceLock::new();

/// Whether the interpreter is ending: nothing is begun any more.
pub(crate) fn ending() -> bool {
    ENDING.get().is_some()
}

/// Called without the GIL before a thread takes it again: a daemon thread that outlives the interpreter must not come
/// back to it, since taking the GIL then unwinds the thread through frames that cannot be unwound.
pub(crate) fn stay_away_when_ending() {
    if ENDING.get().is_some_and(|thread| *thread != std::thread::current().id()) {
        loop {
            std::thread::park();
        }
    }
}

/// Python's `atexit`: nothing is begun any more, and nothing is waited for.
#[pyfunction]
pub(crate) fn shutdown() {
    let _ = ENDING.set(std::thread::current().id());
}

/// Python's `os.register_at_fork`, in the child: its ids must not be those of its parent and its siblings.
#[pyfunction]
pub(crate) fn forked() {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    let mixed = u64::from(std::process::id()).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ since.as_secs();
    fastrand::seed(fastrand::u64(..) ^ mixed ^ u64::from(since.subsec_nanos()).rotate_left(32));
}
