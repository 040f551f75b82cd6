//! Failures on their way to JavaScript: the fields of an error as JSON, from which TypeScript makes the error.

use std::any::Any;
use std::cell::Cell;
use std::sync::Once;

use mspkit::{Error, ErrorKind, Spelling};
use mspkit_binding::CLOSED;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::payload::{json, milliseconds, pairs};

/// Why a call failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Reported by the core.
    Core(Error),
    /// Raised at the boundary itself.
    Own(ErrorKind, String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error.spelled(Spelling::Camel))
    }
}

impl From<Failure> for napi::Error {
    /// The form in which exports throw it; TypeScript recognizes the prefix.
    fn from(failure: Failure) -> Self {
        Self::from_reason(format!("mspkit:{}", failure.to_json()))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    kind: &'static str,
    text: String,
    message: Option<&'a str>,
    operation: Option<&'a str>,
    argument: Option<&'a str>,
    given: Option<&'a str>,
    allowed: Option<&'a str>,
    method: Option<&'a str>,
    path: Option<&'a str>,
    server: Option<&'a str>,
    status: Option<u16>,
    code: Option<&'a str>,
    field_errors: Vec<FieldError<'a>>,
    body: std::borrow::Cow<'a, str>,
    headers: Vec<(&'a str, std::borrow::Cow<'a, str>)>,
    request_id: Option<&'a str>,
    server_error_id: Option<&'a str>,
    retryable: bool,
    retry_after: Option<f64>,
    attempts: Vec<Attempt<'a>>,
    resume_token: Option<&'a str>,
    total: Option<u64>,
    missing: Option<u64>,
    matches: Option<Box<RawValue>>,
    differences: Option<Box<RawValue>>,
    causes: Vec<Cause>,
}

#[derive(Serialize)]
struct FieldError<'a> {
    field: &'a str,
    code: Option<&'a str>,
    message: &'a str,
}

#[derive(Serialize)]
struct Attempt<'a> {
    status: Option<u16>,
    cause: Option<&'a str>,
    waited: f64,
    took: f64,
}

/// The causes of a failure; a system error has its number.
#[derive(Serialize)]
struct Cause {
    errno: Option<i32>,
    text: String,
}

impl Failure {
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::Own(ErrorKind::Internal, message.into())
    }

    pub(crate) fn closed() -> Self {
        Self::Own(ErrorKind::Closed, CLOSED.to_owned())
    }

    /// The caller has cancelled a call about which nothing else is known.
    pub(crate) fn cancelled() -> Self {
        Self::Own(ErrorKind::Cancelled, "the call was abandoned".to_owned())
    }

    /// The fields, with times in milliseconds.
    pub(crate) fn to_json(&self) -> String {
        match self {
            Self::Own(kind, message) => json(&serde_json::json!({ "kind": kind.name(), "text": message })),
            Self::Core(error) => json(&describe(error)),
        }
    }
}

/// JSON as it is; nothing for an empty list.
fn raw(json: String) -> Option<Box<RawValue>> {
    RawValue::from_string(json).ok().filter(|json| json.get() != "[]")
}

fn describe(error: &Error) -> Fields<'_> {
    let field_errors = error.field_errors().iter();
    let attempts = error.attempts().iter();
    Fields {
        kind: error.kind().name(),
        text: error.to_string(),
        message: Some(error.message()),
        operation: error.operation(),
        argument: error.argument_name(),
        given: error.given(),
        allowed: error.allowed(),
        method: error.method(),
        path: error.path(),
        server: error.server(),
        status: error.status(),
        code: error.code(),
        field_errors: field_errors
            .map(|one| FieldError { field: &one.field, code: one.code.as_deref(), message: &one.message })
            .collect(),
        body: String::from_utf8_lossy(error.body()),
        headers: pairs(error.headers()),
        request_id: error.request_id(),
        server_error_id: error.server_error_id(),
        retryable: error.retryable(),
        retry_after: error.retry_after().map(milliseconds),
        attempts: attempts
            .map(|one| Attempt {
                status: one.status,
                cause: one.cause.as_deref(),
                waited: milliseconds(one.waited),
                took: milliseconds(one.took),
            })
            .collect(),
        resume_token: error.resume_token(),
        total: error.total(),
        missing: error.missing(),
        matches: raw(mspkit_binding::matches(error)),
        differences: raw(mspkit_binding::differences(error)),
        causes: mspkit_binding::causes(error)
            .map(|(errno, cause)| Cause { errno, text: cause.to_string() })
            .collect(),
    }
}

/// Panics become errors, which callers may print. The hook is this library's own: Rust's standard library is linked
/// statically, so no other module of the process shares it.
pub(crate) fn keep_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| PLACE.set(info.location().map(ToString::to_string))));
    });
}

thread_local! {
    /// Where this thread panicked last.
    static PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

/// A panic of this thread as a failure.
pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Failure {
    let place = PLACE.take().map_or(String::new(), |place| format!(" [{place}]"));
    Failure::internal(mspkit_binding::panicked(payload) + &place)
}
