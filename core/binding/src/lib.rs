//! What the bindings share that is no part of any language: where async calls complete, what is seen of a call while it
//! happens, whether there are threads for a runtime, and the words of failures that are a binding's own.

mod failure;
mod port;
mod room;
mod settle;
mod time;
mod watch;

pub use self::failure::{CLOSED, causes, panicked};
pub use self::port::{Port, PortEvent};
pub use self::room::room;
pub use self::settle::settle;
pub use self::time::{milliseconds, seconds};
pub use self::watch::{Event, EventCollector, EventKind};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex; a panic elsewhere does not make what it guards wrong, since no guard lives across a step that can
/// fail halfway.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
