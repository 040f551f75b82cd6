//! Values that belong to one process.
//!
//! A forked child inherits the state of its parent's threads: locks that will never be released, runtimes without their
//! threads, sockets of the parent. So such state carries the id of its process. A child never touches what it inherited,
//! not even to free it, and chains its own value to it. Without fork there is only one.

use std::sync::OnceLock;

/// A value that every process makes for itself.
pub struct PerProcess<T>(OnceLock<Box<Made<T>>>);

struct Made<T> {
    process: u32,
    /// Taken only to be dropped or forgotten.
    value: Option<T>,
    child: PerProcess<T>,
}

impl<T> PerProcess<T> {
    /// An empty cell.
    #[must_use]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// This process's value, if it was made.
    pub fn get(&self) -> Option<&T> {
        let process = std::process::id();
        let mut made = self.0.get()?;
        while made.process != process {
            made = made.child.0.get()?;
        }
        made.value.as_ref()
    }

    /// This process's value, created now if necessary. If two threads create it, one of the two is kept.
    ///
    /// # Errors
    /// Those of `build`.
    pub fn get_or_make<E>(&self, build: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
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
            // Fails if another thread was first; its value is used then.
            let _ = end.0.set(made);
        }
        match self.get() {
            Some(value) => Ok(value),
            None => unreachable!("the value was just made"),
        }
    }
}

impl<T> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Drop for Made<T> {
    fn drop(&mut self) {
        if self.process != std::process::id() {
            std::mem::forget(self.value.take());
        }
    }
}
