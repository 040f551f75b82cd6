//! Matching two lists: rows and options go in as JSON, the result comes out as JSON and as reports.

use mspkit::reconcile::{self, TITLE, reconcile_json};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::computed::computed;
use crate::decode::decode;
use crate::wait::detached;

/// The result of matching two lists.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Reconciliation(reconcile::Reconciliation);

/// Matches two lists, without the GIL.
#[pyfunction]
#[pyo3(signature = (left, right, options, /))]
pub(crate) fn reconcile_rows(
    py: Python<'_>,
    left: &Bound<'_, PyAny>,
    right: &Bound<'_, PyAny>,
    options: &Bound<'_, PyDict>,
) -> PyResult<Reconciliation> {
    computed(py, [("left", left), ("right", right)], options, reconcile_json).map(Reconciliation)
}

#[pymethods]
impl Reconciliation {
    /// Everything that was found, as plain data.
    fn found<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let json = detached(py, || self.0.to_json());
        decode(py, json.as_bytes())
    }

    fn csv(&self, py: Python<'_>, excel: bool) -> String {
        detached(py, || self.0.to_csv(excel))
    }

    fn mapping(&self, py: Python<'_>, excel: bool) -> String {
        detached(py, || self.0.to_mapping(excel))
    }

    #[pyo3(signature = (title, /))]
    fn html(&self, py: Python<'_>, title: Option<&str>) -> String {
        detached(py, || self.0.to_html(title.unwrap_or(TITLE)))
    }
}
