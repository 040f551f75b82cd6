//! Responses and pages, kept as bytes until Python reads them.

use std::sync::{Arc, OnceLock};

use http::HeaderMap;
use mspkit::{Error, Meta, RawPage, RawResponse};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyType};

use crate::decode::checked;
use crate::failure::Failure;
use crate::shape::{Shape, Table};

/// Headers as pairs of lower-case name and text.
pub(crate) fn header_pairs<'py>(py: Python<'py>, headers: &HeaderMap) -> PyResult<Bound<'py, PyList>> {
    let pairs =
        headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())));
    PyList::new(py, pairs.collect::<Vec<_>>())
}

/// The getters that responses and pages share.
macro_rules! answer {
    ($Name:ident { $($more:tt)* }) => {
        #[pymethods]
        impl $Name {
            #[getter]
            fn operation(&self) -> &str {
                &self.operation
            }

            #[getter]
            fn status(&self) -> u16 {
                self.meta().status
            }

            #[getter]
            fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
                header_pairs(py, &self.meta().headers)
            }

            #[getter]
            fn request_id(&self) -> &str {
                &self.meta().request_id
            }

            #[getter]
            fn attempts(&self) -> usize {
                self.meta().attempts
            }

            #[getter]
            fn elapsed(&self) -> f64 {
                mspkit_binding::seconds(self.meta().elapsed)
            }

            $($more)*
        }
    };
}

/// The response to one call.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Response {
    operation: Box<str>,
    raw: RawResponse,
    table: OnceLock<Table>,
}

impl Response {
    pub(crate) fn new(operation: &str, raw: RawResponse) -> Self {
        Self { operation: operation.into(), raw, table: OnceLock::new() }
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.raw.meta
    }

    /// Why the response cannot be read.
    pub(crate) fn unreadable(&self, reason: &str) -> Failure {
        Error::undecodable(&self.operation, self.meta(), reason).into()
    }

    pub(crate) fn json(&self) -> &[u8] {
        &self.raw.json
    }

    /// Where the fields begin; found when the first of them is read.
    pub(crate) fn table(&self, shape: &Arc<Shape>) -> &Table {
        self.table.get_or_init(|| Table::new(shape, std::iter::once(self.json())))
    }
}

answer!(Response {
    /// The JSON of the result.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.raw.json)
    }

    /// The body, unchanged.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.raw.body)
    }

    /// The body as plain data.
    fn decode<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        checked(py, &self.raw.body).map_err(|unread| unread.raise(py, |reason| self.unreadable(reason)))
    }
});

/// One page: its items are slices of one buffer.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Page {
    operation: Box<str>,
    raw: RawPage,
    table: OnceLock<Table>,
}

impl Page {
    pub(crate) fn new(operation: &str, raw: RawPage) -> Self {
        Self { operation: operation.into(), raw, table: OnceLock::new() }
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.raw.meta
    }

    /// Why one of its items cannot be read.
    pub(crate) fn unreadable(&self, at: usize, reason: &str) -> Failure {
        self.raw.unreadable(at, reason).into()
    }

    pub(crate) fn name(&self) -> &str {
        &self.operation
    }

    pub(crate) fn raw(&self) -> &RawPage {
        &self.raw
    }

    pub(crate) fn len(&self) -> usize {
        self.raw.len()
    }

    pub(crate) fn item(&self, at: usize) -> Option<&[u8]> {
        self.raw.item(at)
    }

    pub(crate) fn token(&self, consumed: usize) -> String {
        self.raw.resume_token(consumed)
    }

    /// Where the fields of all items begin; found when the first of them is read.
    pub(crate) fn table(&self, shape: &Arc<Shape>) -> &Table {
        self.table.get_or_init(|| Table::new(shape, self.raw.items()))
    }
}

answer!(Page {
    #[getter]
    fn total(&self) -> Option<u64> {
        self.raw.total
    }

    #[getter]
    fn number(&self) -> Option<u64> {
        self.raw.number
    }

    fn __len__(&self) -> usize {
        self.len()
    }

    /// An item, as a model of this class.
    fn item_as<'py>(
        slf: &Bound<'py, Self>,
        model: &Bound<'py, PyType>,
        at: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        model.call_method1(intern!(slf.py(), "__new__"), (model, slf, at))
    }

    /// Token to resume after the first `consumed` items.
    fn resume_token(&self, consumed: usize) -> String {
        self.token(consumed)
    }
});
