//! What the bindings need of the operating system, a module for each concern. This is the one place that differs between
//! systems: everything above it is the same on all of them.
//!
//! - [`Wakeup`]: what an event loop waits for until a call completes.
//! - [`spawn`], [`block_signals`]: threads that take no signals of the host program.
//! - [`SigpipeGuard`]: keeps SIGPIPE from a caller's thread.
//! - [`PerProcess`]: values that a forked child makes anew.
//! - [`description`]: the system's own words for an error number.

mod errors;
mod process;
mod sigpipe;
mod threads;
#[cfg(unix)]
mod wakeup;

pub use self::errors::description;
pub use self::process::PerProcess;
pub use self::sigpipe::SigpipeGuard;
pub use self::threads::{block_signals, spawn};
#[cfg(unix)]
pub use self::wakeup::Wakeup;
