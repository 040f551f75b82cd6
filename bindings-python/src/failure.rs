//! Failures on their way to Python: the fields of an error, from which Python makes the exception.

use std::any::Any;

use mspkit::{Error, ErrorKind};
use mspkit_binding::{CLOSED, seconds};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};

use crate::answer::header_pairs;

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
        Self::Core(error)
    }
}

impl Failure {
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::Own(ErrorKind::Internal, message.into())
    }

    pub(crate) fn closed() -> Self {
        Self::Own(ErrorKind::Closed, CLOSED.to_owned())
    }

    pub(crate) fn ending() -> Self {
        Self::Own(ErrorKind::Closed, "the interpreter is shutting down; no call can be started".to_owned())
    }

    /// An invalid argument.
    pub(crate) fn refused(argument: &str, given: &str, allowed: &str) -> Self {
        Error::refused(argument, Some(given), allowed).into()
    }

    /// An argument that cannot be represented in JSON.
    pub(crate) fn unsendable(argument: &str, given: &str) -> Self {
        Error::unsendable(argument, given).into()
    }

    /// A required field that a hand-made model lacks.
    pub(crate) fn missing(name: &str) -> Self {
        Self::Own(ErrorKind::MissingField, format!("{name} was not given"))
    }

    pub(crate) fn undecodable(message: impl Into<String>) -> Self {
        Self::Own(ErrorKind::Decode, message.into())
    }

    /// The name of the kind and the fields, in the form of `mspkit._errors.from_native`.
    pub(crate) fn parts<'py>(&self, py: Python<'py>) -> PyResult<(&'static str, Bound<'py, PyDict>)> {
        let fields = PyDict::new(py);
        match self {
            Self::Own(kind, message) => {
                fields.set_item("text", message)?;
                Ok((kind.name(), fields))
            }
            Self::Core(error) => {
                describe(error, &fields)?;
                Ok((error.kind().name(), fields))
            }
        }
    }

    /// The exception.
    pub(crate) fn raise(&self, py: Python<'_>) -> PyErr {
        static FACTORY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let made = self.parts(py).and_then(|parts| {
            FACTORY.import(py, "mspkit._errors", "from_native").and_then(|factory| factory.call1(parts))
        });
        match made {
            Ok(error) => PyErr::from_value(error),
            Err(error) => error,
        }
    }
}

fn describe(error: &Error, fields: &Bound<'_, PyDict>) -> PyResult<()> {
    let py = fields.py();
    fields.set_item("text", error.to_string())?;
    fields.set_item("message", error.message())?;
    fields.set_item("operation", error.operation())?;
    fields.set_item("argument", error.argument_name())?;
    fields.set_item("given", error.given())?;
    fields.set_item("allowed", error.allowed())?;
    fields.set_item("method", error.method())?;
    fields.set_item("path", error.path())?;
    fields.set_item("server", error.server())?;
    fields.set_item("expected", error.is_expected())?;
    fields.set_item("status", error.status())?;
    fields.set_item("code", error.code())?;
    fields.set_item("request_id", error.request_id())?;
    fields.set_item("server_error_id", error.server_error_id())?;
    fields.set_item("retryable", error.retryable())?;
    fields.set_item("total", error.total())?;
    fields.set_item("missing", error.missing())?;
    if !error.matches().is_empty() {
        fields.set_item("matches", mspkit_binding::matches(error))?;
    }
    if !error.differences().is_empty() {
        fields.set_item("differences", mspkit_binding::differences(error))?;
    }
    fields.set_item("retry_after", error.retry_after().map(seconds))?;
    fields.set_item("resume_token", error.resume_token())?;
    fields.set_item("body", PyBytes::new(py, error.body()))?;
    fields.set_item("headers", header_pairs(py, error.headers())?)?;
    let field_errors = error.field_errors().iter().map(|one| (&one.field, &one.code, &one.message));
    fields.set_item("field_errors", PyList::new(py, field_errors.collect::<Vec<_>>())?)?;
    let attempts = error
        .attempts()
        .iter()
        .map(|one| (one.status, one.cause.as_deref(), seconds(one.waited), seconds(one.took)));
    fields.set_item("attempts", PyList::new(py, attempts.collect::<Vec<_>>())?)?;
    fields.set_item("causes", causes(py, error)?)
}

/// The causes of the failure, outermost first; system errors in the system's words.
fn causes<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyTuple>> {
    let causes = mspkit_binding::causes(error).map(|(number, cause)| match number {
        Some(number) => (Some(number), mspkit_platform::description(number)),
        None => (None, cause.to_string()),
    });
    PyTuple::new(py, causes.collect::<Vec<_>>())
}

/// A panic, as an error that `except Exception` catches.
pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Failure {
    Failure::internal(mspkit_binding::panicked(payload))
}
