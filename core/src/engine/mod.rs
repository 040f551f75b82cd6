//! From an operation and JSON parameters to a response or a page: configuration, tokens, calls, lists.

mod advice;
pub(crate) mod answer;
mod auth;
mod boundary;
mod call;
mod check;
pub(crate) mod config;
pub(crate) mod core;
mod encode;
mod error_body;
mod failure;
pub(crate) mod helper;
pub(crate) mod hooks;
mod login;
pub(crate) mod page;
mod read;
pub(crate) mod request;
pub(crate) mod response;
mod unlisted;
pub(crate) mod value;
