//! The typed API for Rust: clients, parameters, models, calls and lists.

#[macro_use]
pub(crate) mod model;
#[macro_use]
pub(crate) mod params;

pub mod blocking;
pub(crate) mod call_builder;
pub(crate) mod client;
mod typed;
