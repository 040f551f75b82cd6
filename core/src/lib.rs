//! mspkit: N-able N-central, Cloudmore and Wiv for the engineers of managed service providers.
//!
//! ```no_run
//! # async fn run() -> Result<(), mspkit::Error> {
//! use mspkit::NCentral;
//! use mspkit::ncentral::ListCustomers;
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
//! runtime. Models, parameters and resources are in a module for each service, such as [`ncentral`].
//!
//! A client belongs to the tokio runtime that it is first used on. All clients share one engine: calls with limits,
//! tokens and retries ([`Error`] describes what can go wrong), and one pager for every kind of list.

// From the bottom up: no layer uses a later one.
mod base;
pub mod changes;
mod engine;
mod policy;
pub mod reconcile;
mod table;
mod wire;
#[cfg(feature = "clients")]
#[macro_use]
mod facade;
mod generated;

#[cfg(feature = "clients")]
pub use crate::facade::blocking;
pub use crate::table::schema;
pub use crate::wire::transport;

pub use crate::base::error::{Attempt, Difference, Error, ErrorKind, FieldError, Result};
pub use crate::base::secret::Secret;
pub use crate::base::spelling::{Spelling, meant};
pub use crate::engine::background::{BackgroundDriver, KeepAlive};
pub use crate::engine::config::{ClientAuth, Config, Settings};
pub use crate::engine::core::Core;
pub use crate::engine::ensure::OnDifference;
pub use crate::engine::hooks::{Hooks, RequestEvent, ResponseEvent, RetryEvent};
pub use crate::engine::page::{
    CurrentPage, Mark, OnIncomplete, OnLostPage, PagingOptions, RawPage, RawPager, RawPartition,
};
pub use crate::engine::request::CallOptions;
pub use crate::engine::response::{Meta, RawResponse};
pub use crate::engine::value::{KnownNames, Reader, Unreadable};
#[cfg(feature = "clients")]
pub use crate::facade::call_builder::{
    Call, Items, List, Page, Pages, Partition, RawList, RawRequest, Response,
};
#[cfg(feature = "clients")]
pub use crate::facade::client::{Builder, Client, Cloudmore, NCentral, Wiv};
#[cfg(feature = "clients")]
pub use crate::facade::model::{DateRange, FromResponse, Id, Json};
#[cfg(feature = "clients")]
pub use crate::generated::{cloudmore, ncentral, wiv};
pub use crate::policy::limit::LimitStatus;
pub use crate::table::{
    Answer, Auth, BodyKind, Kind, Limit, Operation, Paging, Param, ParamLocation, RetryClass, Service,
};
