//! What changed between two lists: rows and options go in as JSON, the result comes out as JSON and as CSV.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mspkit::Spelling;
use mspkit::changes::{self, diff_json};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::decode::decode;
use crate::encode::{argument, arguments};
use crate::failure::{Failure, panicked};
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
    let (old, new) = (argument(old, "old")?, argument(new, "new")?);
    let options = arguments(options)?;
    let run = || catch_unwind(AssertUnwindSafe(|| diff_json(&old, &new, &options, Spelling::Snake)));
    match detached(py, run) {
        Ok(found) => found.map(Changes).map_err(|error| Failure::from(error).raise(py)),
        Err(payload) => Err(panicked(payload.as_ref()).raise(py)),
    }
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
