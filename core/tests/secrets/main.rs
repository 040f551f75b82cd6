//! Secrets planted in every place that takes one, and a server that echoes them: none is ever shown.
//!
//! Every secret begins with the same mark, which no encoding changes; other encoded forms are in [`planted`]. The tests
//! look at everything that can be seen: errors in all their parts, `Debug` of every public value, events and spans at the
//! finest level, and the events of hooks.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic fails the test")]

mod echo;
mod planted;
#[path = "../support/mod.rs"]
mod support;
mod watch;
#[path = "../wire/mod.rs"]
mod wire;

mod debug;
mod errors;
mod options;
mod sockets;
