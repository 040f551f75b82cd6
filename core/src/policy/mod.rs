//! When a request may be sent, and sent again: limits, retries, what is known of a write that was given up.

pub(crate) mod abandon;
pub(crate) mod limit;
pub(crate) mod retry;
