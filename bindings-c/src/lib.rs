//! The C library: handles, options and views around the core. It knows no endpoint.
//!
//! Every exported function checks its arguments and runs inside `guard`, so that neither an invalid pointer argument
//! nor a panic crosses into the caller. Operations, their parameters and the views of models are not known here: the
//! headers of the services in `include/mspkit` describe them by tables, whose format is in `layout.rs`. `unsafe` is
//! allowed here, and for signals in `mspkit-platform`; each block says why it is sound.
#![allow(unsafe_code, reason = "C hands over pointers")]
#![allow(non_camel_case_types, reason = "types and statuses have their names in C")]
#![allow(unreachable_pub, reason = "exported to C, not to Rust")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the documentation is that of the header, with every pointer rule"
)]
#![warn(clippy::undocumented_unsafe_blocks)]

#[cfg(not(panic = "unwind"))]
compile_error!("a panic must be caught before it reaches C: build with panic = \"unwind\"");

mod abi;
mod arena;
mod call;
mod cancel;
mod changes;
mod client;
mod computed;
mod document;
mod error;
mod failure;
mod guard;
mod item;
mod layout;
mod log;
mod onboarding;
mod options;
mod page;
mod pager;
mod params;
mod queue;
mod reconcile;
mod response;
mod runtime;
mod task;
mod text;
mod view;

mod generated;

/// Locks a mutex; a panic elsewhere leaves no lock here in an inconsistent state.
fn lock<T: ?Sized>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
