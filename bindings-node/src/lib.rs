//! The native half of the Node package: how a call crosses, and nothing about any endpoint.
//!
//! In come an operation id and JSON text, out goes the text of an answer, which V8 parses once. Blocking calls are
//! driven on the caller's thread (`wait`); async calls run on a runtime of their own and complete through a port that
//! the event loop drains (`port`). No thread but JavaScript's own ever runs JavaScript.

#![allow(clippy::needless_pass_by_value, reason = "what crosses from JavaScript arrives owned")]

mod big;
mod client;
mod crossing;
mod failure;
mod pager;
mod port;
mod runtime;
mod text;
mod wait;
mod watch;

use napi_derive::napi;

/// Called when the module is loaded. Gives its version; the other half refuses one that is not its own.
#[napi(catch_unwind)]
pub fn start() -> &'static str {
    failure::keep_quiet();
    env!("CARGO_PKG_VERSION")
}

/// The core's table of operations, as the JSON of an array.
#[napi(catch_unwind)]
pub fn operations() -> String {
    mspkit::Operation::table()
}

/// The fields of the error for a field of a model that did not come.
#[napi(catch_unwind)]
pub fn missing(operation: String, status: u16, request_id: String, field: String) -> String {
    let failure = match mspkit::Operation::find(&operation) {
        Some(operation) => mspkit::Error::missing_field(operation, status, &request_id, &field).into(),
        None => failure::Failure::internal(format!("no operation {operation:?}")),
    };
    failure.to_json()
}

/// The fields of the error for a write that was given up before it was begun.
#[napi(catch_unwind)]
pub fn given_up(operation: String) -> String {
    failure::Failure::from(mspkit::Error::abandoned(&operation)).to_json()
}

/// What says how a list is read, among its arguments.
#[napi(catch_unwind)]
pub fn paging_names() -> Vec<String> {
    mspkit::PagingOptions::names(mspkit::Spelling::Camel)
}

/// What the options of a call are called.
#[napi(catch_unwind)]
pub fn call_names() -> Vec<String> {
    mspkit::CallOptions::names(mspkit::Spelling::Camel)
}

/// The fields of the error for an argument that JavaScript itself refuses.
#[napi(catch_unwind)]
pub fn refused(argument: String, allowed: String, given: Option<String>) -> String {
    failure::Failure::from(mspkit::Error::refused(&argument, given.as_deref(), &allowed)).to_json()
}

/// The fields of the error for an argument that JSON has no word for.
#[napi(catch_unwind)]
pub fn unsendable(argument: String, given: String) -> String {
    failure::Failure::from(mspkit::Error::unsendable(&argument, &given)).to_json()
}

/// Panics, for the test that shows that a panic ends neither the process nor the event loop.
///
/// # Panics
/// Always.
#[cfg(feature = "test-hooks")]
#[napi(catch_unwind)]
#[allow(clippy::panic, reason = "it is what is tested")]
pub fn panics(message: String) {
    panic!("{message}");
}
