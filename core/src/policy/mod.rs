//! When a request may be sent, and sent again: limits, retries, and abandoned writes.

pub(crate) mod abandon;
pub(crate) mod limit;
pub(crate) mod retry;
