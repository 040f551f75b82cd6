//! Hooks: events of a call that a caller can observe. None of them holds a secret.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::base::error::{Error, Result};

/// A request is about to be sent.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RequestEvent<'a> {
    /// The operation, such as `ncentral.customers.list`.
    pub operation: &'a str,
    /// The HTTP method.
    pub method: &'a str,
    /// The path, without the query.
    pub path: &'a str,
    /// The server: scheme, host and port.
    pub server: &'a str,
    /// The id of the call, the same for all its attempts.
    pub request_id: &'a str,
    /// Which attempt of the call it is, from 1.
    pub attempt: usize,
}

/// An attempt has ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ResponseEvent<'a> {
    /// The operation.
    pub operation: &'a str,
    /// The HTTP method.
    pub method: &'a str,
    /// The path, without the query.
    pub path: &'a str,
    /// The server: scheme, host and port.
    pub server: &'a str,
    /// The id of the call.
    pub request_id: &'a str,
    /// Which attempt of the call it was, from 1.
    pub attempt: usize,
    /// The status, if a response arrived.
    pub status: Option<u16>,
    /// Why there is no response, otherwise.
    pub cause: Option<&'a str>,
    /// Time from sending to the end of the response.
    pub took: Duration,
}

/// Another attempt will be made.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RetryEvent<'a> {
    /// The operation.
    pub operation: &'a str,
    /// The HTTP method.
    pub method: &'a str,
    /// The path, without the query.
    pub path: &'a str,
    /// The server: scheme, host and port.
    pub server: &'a str,
    /// The id of the call.
    pub request_id: &'a str,
    /// Which attempt failed, from 1.
    pub attempt: usize,
    /// Why: `HTTP 503`, or what happened to the connection.
    pub reason: &'a str,
    /// How long the call waits before the next attempt.
    pub wait: Duration,
}

type Hook<E> = Option<Arc<E>>;

/// Decides whether a request is sent.
type Gate = dyn Fn(&RequestEvent<'_>) -> Result<()> + Send + Sync;

/// The hooks of a client. They run on the thread that drives the call and must not block. A panic in a hook is logged, and
/// the call continues.
#[derive(Clone, Default)]
#[allow(clippy::struct_field_names, reason = "the names of the methods that set them")]
pub struct Hooks {
    pub(crate) on_request: Hook<dyn Fn(&RequestEvent<'_>) + Send + Sync>,
    pub(crate) on_response: Hook<dyn Fn(&ResponseEvent<'_>) + Send + Sync>,
    pub(crate) on_retry: Hook<dyn Fn(&RetryEvent<'_>) + Send + Sync>,
    pub(crate) on_abandoned: Hook<dyn Fn(&Error) + Send + Sync>,
    pub(crate) before_write: Hook<Gate>,
}

impl Hooks {
    /// Called before each attempt is sent.
    #[must_use]
    pub fn on_request(mut self, hook: impl Fn(&RequestEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_request = Some(Arc::new(hook));
        self
    }

    /// Called after each attempt.
    #[must_use]
    pub fn on_response(mut self, hook: impl Fn(&ResponseEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_response = Some(Arc::new(hook));
        self
    }

    /// Called before each wait for another attempt.
    #[must_use]
    pub fn on_retry(mut self, hook: impl Fn(&RetryEvent<'_>) + Send + Sync + 'static) -> Self {
        self.on_retry = Some(Arc::new(hook));
        self
    }

    /// Called when a write is dropped before it has ended, with its error: `OutcomeUnknown` if it may have been carried out,
    /// else `Cancelled`. For bindings whose calls can be cancelled.
    #[must_use]
    pub fn on_abandoned(mut self, hook: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_abandoned = Some(Arc::new(hook));
        self
    }

    /// Asks whether an attempt of a call that changes something may be sent.
    pub(crate) fn permit(&self, event: &RequestEvent<'_>) -> Result<()> {
        self.before_write.as_ref().map_or(Ok(()), |hook| hook(event))
    }

    pub(crate) fn request(&self, event: &RequestEvent<'_>) {
        let RequestEvent { method, path, server, attempt, .. } = *event;
        tracing::debug!(method, path, server, attempt, "request");
        if let Some(hook) = &self.on_request {
            guarded("on_request", || hook(event));
        }
    }

    pub(crate) fn response(&self, event: &ResponseEvent<'_>) {
        let ResponseEvent { method, path, server, attempt, status, cause, took, .. } = *event;
        tracing::debug!(method, path, server, attempt, status, cause, ?took, "response");
        if let Some(hook) = &self.on_response {
            guarded("on_response", || hook(event));
        }
    }

    pub(crate) fn retry(&self, event: &RetryEvent<'_>) {
        let RetryEvent { method, path, server, attempt, reason, wait, .. } = *event;
        tracing::info!(method, path, server, attempt, reason, ?wait, "retry");
        if let Some(hook) = &self.on_retry {
            guarded("on_retry", || hook(event));
        }
    }
}

/// Runs a hook. A panic does not affect the call.
pub(crate) fn guarded(name: &str, hook: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(hook)).is_err() {
        tracing::error!(hook = name, "a hook panicked; the call continues");
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("on_request", &self.on_request.is_some())
            .field("on_response", &self.on_response.is_some())
            .field("on_retry", &self.on_retry.is_some())
            .field("on_abandoned", &self.on_abandoned.is_some())
            .field("before_write", &self.before_write.is_some())
            .finish()
    }
}
