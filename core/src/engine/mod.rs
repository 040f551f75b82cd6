//! From an operation and JSON parameters to a response or a page: configuration, tokens, calls, lists.

mod auth;
pub(crate) mod background;
mod boundary;
mod call;
mod check;
pub(crate) mod config;
pub(crate) mod core;
mod diagnosis;
mod encode;
pub(crate) mod ensure;
mod error_body;
mod failure;
pub(crate) mod hooks;
mod login;
pub(crate) mod page;
mod raw_list;
mod raw_request;
mod read;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod result;
pub(crate) mod value;
mod wait;
