//! The response to a call as callers get it: status and metadata, the body, and its JSON.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use crate::base::error::{Attempt, Error, ErrorKind, Target};
use crate::engine::call::Origin;
use crate::policy::retry::Class;
use crate::table::Operation;

/// The metadata of a response. `Debug` shows the names of the headers, not their values.
#[derive(Clone)]
#[non_exhaustive]
pub struct Meta {
    /// The HTTP status.
    pub status: u16,
    /// The headers of the response, without `Set-Cookie`, which may hold a session.
    pub headers: HeaderMap,
    /// The client's id of the call, sent as `X-Request-Id`.
    pub request_id: String,
    /// The number of attempts.
    pub attempts: usize,
    /// Time from the call to the end of the response, including queueing and retries.
    pub elapsed: Duration,
    /// Every attempt, for errors that are found later.
    pub(crate) history: Vec<Attempt>,
    pub(crate) origin: Origin,
    pub(crate) target: Arc<Target>,
}

impl Meta {
    /// The error for a field that a successful response lacks; `field` is its name as the caller writes it. After a create
    /// it says where to look.
    pub fn missing(&self, field: &str) -> Error {
        missing_field_error(&self.origin, self.status, field)
            .with_target(Some(self.target.clone()))
            .with_request_id(&self.request_id)
            .with_attempts(self.history.clone())
    }
}

fn missing_field_error(origin: &Origin, status: u16, field: &str) -> Error {
    let Origin { label, class, .. } = *origin;
    let message = if class == Class::Create {
        format!("created (HTTP {status}), but the response has no {field}")
    } else {
        format!("the response has no {field} (HTTP {status})")
    };
    let error = Error::new(ErrorKind::MissingField, message).with_operation(label);
    match origin.outcome_check() {
        Some(check) => error.with_hint(check),
        None => error,
    }
}

impl Error {
    /// The error for a response that a binding cannot read.
    pub fn undecodable(operation: &str, meta: &Meta, reason: &str) -> Self {
        Self::new(ErrorKind::Decode, reason)
            .with_operation(operation)
            .with_target(Some(meta.target.clone()))
            .with_answer(meta.status, &meta.headers, &Bytes::new())
            .with_attempts(meta.history.clone())
            .with_request_id(&meta.request_id)
    }

    /// As [`Meta::missing`], for bindings that no longer have the response.
    #[must_use]
    pub fn missing_field(operation: &'static Operation, status: u16, request_id: &str, field: &str) -> Self {
        missing_field_error(&Origin::of(operation), status, field).with_request_id(request_id)
    }
}

/// The response to one call. `Debug` shows the length of the body, not its content.
#[derive(Clone)]
#[non_exhaustive]
pub struct RawResponse {
    /// Status, headers, ids and times.
    pub meta: Meta,
    /// The body, unchanged.
    pub body: Bytes,
    /// The JSON of the result: without envelope, with ids as strings; `null` for an operation without a result.
    pub json: Bytes,
}

impl fmt::Debug for Meta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meta")
            .field("status", &self.status)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("request_id", &self.request_id)
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("status", &self.meta.status)
            .field("request_id", &self.meta.request_id)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
