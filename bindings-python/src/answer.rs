//! Answers and pages, held as bytes until Python looks at them.

use http::HeaderMap;
use mspkit::{Meta, RawPage, RawResponse};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::decode::value;

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
                self.meta().elapsed.as_secs_f64()
            }

            $($more)*
        }
    };
}

/// The answer to one call.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Response {
    operation: Box<str>,
    raw: RawResponse,
}

impl Response {
    pub(crate) fn new(operation: &str, raw: RawResponse) -> Self {
        Self { operation: operation.into(), raw }
    }

    fn meta(&self) -> &Meta {
        &self.raw.meta
    }
}

answer!(Response {
    /// The JSON of the result.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.raw.json)
    }

    /// The body as it came.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.raw.body)
    }

    /// The result as plain data.
    #[pyo3(signature = (_at = 0))]
    fn decode<'py>(&self, py: Python<'py>, _at: usize) -> PyResult<Bound<'py, PyAny>> {
        value(py, &self.raw.json)
    }
});

/// One page: its items are slices of one buffer.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Page {
    operation: Box<str>,
    raw: RawPage,
}

impl Page {
    pub(crate) fn new(operation: &str, raw: RawPage) -> Self {
        Self { operation: operation.into(), raw }
    }

    fn meta(&self) -> &Meta {
        &self.raw.meta
    }

    fn item(&self, at: usize) -> PyResult<&[u8]> {
        self.raw.item(at).ok_or_else(|| pyo3::exceptions::PyIndexError::new_err("the page has no such item"))
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
        self.raw.len()
    }

    /// An item as plain data.
    fn decode<'py>(&self, py: Python<'py>, at: usize) -> PyResult<Bound<'py, PyAny>> {
        value(py, self.item(at)?)
    }

    /// The JSON of an item.
    fn raw<'py>(&self, py: Python<'py>, at: usize) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, self.item(at)?))
    }

    /// Where reading goes on after the first `consumed` items.
    fn resume_token(&self, consumed: usize) -> String {
        self.raw.resume_token(consumed)
    }
});
