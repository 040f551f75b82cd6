//! The way to the server and back: one request goes out, one whole response comes back as bytes, cut but not built.

pub(crate) mod raw;
pub mod transport;
