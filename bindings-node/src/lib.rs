//! The native half of the Node package: how a call crosses. It knows no endpoint.
//!
//! An operation id and JSON text go in; the text of a response comes out, which V8 parses once. Blocking calls are
//! driven on the caller's thread (`wait`); async calls run on a separate runtime and complete through a port that the
//! event loop drains (`port`). Only JavaScript's own threads run JavaScript.

#![allow(clippy::needless_pass_by_value, reason = "arguments from JavaScript are owned")]

mod bigint;
mod changes;
mod client;
mod computed;
mod events;
mod failure;
mod onboarding;
mod pager;
mod payload;
mod port;
mod reconcile;
mod runtime;
mod text;
mod wait;

use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;

use crate::changes::Changes;
use crate::computed::Computing;
use crate::reconcile::Reconciliation;

/// Called when the module is loaded. Returns its version; TypeScript refuses any other than its own.
#[napi(catch_unwind)]
pub fn start() -> &'static str {
    failure::keep_quiet();
    env!("CARGO_PKG_VERSION")
}

/// The core's operation table as a JSON array.
#[napi(catch_unwind)]
pub fn operations() -> String {
    mspkit::Operation::table()
}

/// The fields of the error for a model field that is missing from the response.
#[napi(catch_unwind)]
pub fn missing(operation: String, status: u16, request_id: String, field: String) -> String {
    let failure = match mspkit::Operation::find(&operation) {
        Some(operation) => mspkit::Error::missing_field(operation, status, &request_id, &field).into(),
        None => failure::Failure::internal(format!("no operation {operation:?}")),
    };
    failure.to_json()
}

/// The fields of the error for a write that was cancelled before it started.
#[napi(catch_unwind)]
pub fn given_up(operation: String) -> String {
    failure::Failure::from(mspkit::Error::abandoned(&operation)).to_json()
}

/// The names of the paging options, which are passed among a list's arguments.
#[napi(catch_unwind)]
pub fn paging_names() -> Vec<String> {
    mspkit::PagingOptions::names(mspkit::Spelling::Camel)
}

/// The names of the call options.
#[napi(catch_unwind)]
pub fn call_names() -> Vec<String> {
    mspkit::CallOptions::names(mspkit::Spelling::Camel)
}

/// The fields of the error for an argument that TypeScript refuses.
#[napi(catch_unwind)]
pub fn refused(argument: String, allowed: String, given: Option<String>) -> String {
    failure::Failure::from(mspkit::Error::refused(&argument, given.as_deref(), &allowed)).to_json()
}

/// The fields of the error for an argument that cannot be represented in JSON.
#[napi(catch_unwind)]
pub fn unsendable(argument: String, given: String) -> String {
    failure::Failure::from(mspkit::Error::unsendable(&argument, &given)).to_json()
}

/// Matches two lists on a thread of Node's pool.
#[napi(catch_unwind)]
pub fn reconcile(left: String, right: String, options: String) -> AsyncTask<Computing<Reconciliation>> {
    AsyncTask::new(Computing::new(left, right, options))
}

/// Matches two lists on this thread.
#[napi(catch_unwind)]
pub fn reconcile_sync(left: String, right: String, options: String) -> napi::Result<Reconciliation> {
    Computing::new(left, right, options).now()
}

/// Compares two lists on a thread of Node's pool.
#[napi(catch_unwind)]
pub fn diff(old: String, new: String, options: String) -> AsyncTask<Computing<Changes>> {
    AsyncTask::new(Computing::new(old, new, options))
}

/// Compares two lists on this thread.
#[napi(catch_unwind)]
pub fn diff_sync(old: String, new: String, options: String) -> napi::Result<Changes> {
    Computing::new(old, new, options).now()
}

/// The report of an onboarding, which is JSON, as `csv` or `html`.
#[napi(catch_unwind)]
pub fn onboarding_written(report: String, format: String) -> napi::Result<String> {
    Ok(onboarding::written(&report, &format)?)
}

/// Panics, for the test that a panic ends neither the process nor the event loop.
///
/// # Panics
/// Always.
#[cfg(feature = "test-hooks")]
#[napi(catch_unwind)]
#[allow(clippy::panic, reason = "the test needs a panic")]
pub fn panics(message: String) {
    panic!("{message}");
}
