//! The network: sends one request and returns one complete response, and splits its body without parsing values.

pub(crate) mod raw;
pub mod transport;
