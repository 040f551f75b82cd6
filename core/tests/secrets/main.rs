//! Secrets planted in every place that takes one, and a server that throws them back: none is ever seen.
//!
//! Every secret begins with the same mark, which all encodings leave as it is; what encodings do change has forms of
//! its own in [`planted`]. What may be seen is everything: errors in all their parts, `Debug` of all that a program can
//! hold, events and spans at the finest level, and what hooks are told.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what fails here fails the test")]

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
