//! What the bindings share of a Unix system: a descriptor that event loops can wait for, and threads
//! that take no signals.

mod signal;
mod thread;

pub use self::signal::Signal;
pub use self::thread::{block_signals, spawn};
