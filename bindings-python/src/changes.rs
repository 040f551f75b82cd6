//! What changed between two lists: rows and options go in as JSON, the result comes out as JSON and as CSV.

use mspkit::changes::{self, diff_json};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::computed::computed;
use crate::decode::decode;
use crate::wait::detached;

/// What changed between two lists.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Changes(changes::Changes);

/// Compares two lists, without the GIL.
#[pyfunction]
#[pyo3(signature = (old, new, options, /))]
pub(crate) fn diff_rows(
    py: Python<'_>,
    old: &Bound<'_, PyAny>,
    new: &Bound<'_, PyAny>,
    options: &Bound<'_, PyDict>,
) -> PyResult<Changes> {
    computed(py, [("old", old), ("new", new)], options, diff_json).map(Changes)
}

#[pymethods]
impl Changes {
    /// Everything that was found, as plain data.
    fn found<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let json = detached(py, || self.0.to_json());
        decode(py, json.as_bytes())
    }

    fn csv(&self, py: Python<'_>, excel: bool) -> String {
        detached(py, || self.0.to_csv(excel))
    }
}
