//! What the bindings need of the operating system, a module for each concern. All differences between systems are here.
//!
//! - [`Wakeup`]: what an event loop waits for until a call completes.
//! - [`spawn`], [`block_signals`]: threads that receive no signals of the host program.
//! - [`SigpipeGuard`]: keeps SIGPIPE from a caller's thread.
//! - [`PerProcess`]: values that a forked child creates again.
//! - [`description`]: the system's description of an error number.

mod errors;
mod library;
mod process;
mod sigpipe;
mod threads;
mod wakeup;

pub use self::errors::description;
pub use self::process::PerProcess;
pub use self::sigpipe::SigpipeGuard;
pub use self::threads::{block_signals, spawn};
pub use self::wakeup::Wakeup;
