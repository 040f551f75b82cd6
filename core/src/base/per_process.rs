//! State that all clients of a process share.

use std::sync::{Mutex, MutexGuard, OnceLock};

use super::lock;

/// A value of this process.
///
/// A forked child inherits the value as some thread of its parent left it, perhaps locked, with entries that will never be
/// released. It chains a value of its own to it and touches nothing else.
#[derive(Debug)]
pub(crate) struct PerProcess<T> {
    process: u32,
    value: Mutex<T>,
    child: OnceLock<Box<PerProcess<T>>>,
}

impl<T: Default> PerProcess<T> {
    pub(crate) fn new() -> Self {
        Self { process: std::process::id(), value: Mutex::default(), child: OnceLock::new() }
    }

    /// Locks the value of this process.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        let (mut found, process) = (self, std::process::id());
        while found.process != process {
            found = found.child.get_or_init(|| Box::new(Self::new()));
        }
        lock(&found.value)
    }
}
