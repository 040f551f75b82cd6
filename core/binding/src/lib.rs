//! Code that the bindings share: the port of async calls, the events of calls, a check for available threads, and the
//! messages of the bindings' own errors, and what errors hold as JSON.

mod ensure;
mod failure;
mod port;
mod room;
mod settle;
mod slice;
mod time;
mod watch;

pub use self::ensure::{differences, matches};
pub use self::failure::{CLOSED, causes, no_runtime, no_thread, panicked};
pub use self::port::{Port, PortEvent};
pub use self::room::room;
pub use self::settle::settle;
pub use self::slice::drive_for;
pub use self::time::{milliseconds, seconds};
pub use self::watch::{Event, EventCollector, EventKind};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex. Poisoning is ignored: no lock is held across a step that can panic halfway through a change.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
