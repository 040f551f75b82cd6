//! mspkit: N-able N-central, Cloudmore and Wiv for the engineers of managed service providers.
//!
//! ```no_run
//! # async fn run() -> Result<(), mspkit::Error> {
//! use mspkit::NCentral;
//! use mspkit::params::ListCustomers;
//!
//! let client = NCentral::builder().base_url("https://ncentral.example.com").jwt("…").build()?;
//! let mut customers = client.customers().list(ListCustomers::new().page_size(200)).limit(1000).items();
//! while let Some(customer) = customers.next().await {
//!     println!("{}", customer?.customer_name.unwrap_or_default());
//! }
//! # Ok(()) }
//! ```
//!
//! The clients are [`NCentral`], [`Cloudmore`] and [`Wiv`]; [`blocking`] holds the same three for programs without a
//! runtime. A client belongs to the tokio runtime that it is first used on. Everything below them is one engine:
//! calls with limits, tokens and retries ([`Error`] tells what can go wrong), and one pager for every kind of list.

#[macro_use]
mod model;
#[macro_use]
pub mod params;

mod abandon;
mod advice;
mod answer;
mod auth;
pub mod blocking;
mod call;
mod call_builder;
mod check;
mod client;
mod config;
mod core;
mod encode;
mod error;
mod error_body;
mod failure;
mod helper;
mod hooks;
mod limit;
mod markup;
mod operation;
mod page;
mod raw;
mod redact;
mod request;
mod retry;
mod secret;
mod unlisted;
mod visible;
mod words;

mod generated;
pub mod transport;

/// What answers are made of.
pub mod models {
    pub use crate::generated::models::*;
    pub use crate::model::{FromAnswer, Id, Json, Unreadable};
}

/// The resources of each service: what `client.customers()` and the like give.
pub mod resources {
    pub use crate::generated::{cloudmore, ncentral, wiv};
}

pub use crate::call_builder::{Call, FreeRequest, Items, List, Page, Pages, Response};
pub use crate::client::{Builder, Client, Cloudmore, NCentral, Wiv};
pub use crate::config::{ClientAuth, Config};
pub use crate::core::Core;
pub use crate::error::{Attempt, Error, ErrorKind, FieldError, Result};
pub use crate::helper::{Helper, InFlight};
pub use crate::hooks::{Hooks, RequestEvent, ResponseEvent, RetryEvent};
pub use crate::limit::LimitStatus;
pub use crate::model::{DateRange, Id};
pub use crate::operation::{
    Answer, Auth, BodyKind, Kind, Limit, Operation, Paging, Param, Place, RetryClass, Service,
};
pub use crate::page::{Hand, Mark, OnIncomplete, OnLostPage, PagingOptions, RawPage, RawPager};
pub use crate::raw::{Meta, RawResponse};
pub use crate::request::CallOptions;
pub use crate::secret::Secret;
pub use crate::words::Spelling;

/// Locks a mutex; a panic elsewhere does not make what it guards wrong, since no guard lives across a step that can
/// fail halfway.
pub(crate) fn lock<T: ?Sized>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
