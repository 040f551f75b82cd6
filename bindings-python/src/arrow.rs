//! Lists and pages as streams of Apache Arrow, in capsules as its libraries take them from each other.

use std::ffi::CStr;

use mspkit::{RawPage, Spelling};
use mspkit_data::Columns;
use mspkit_data::arrow::{self, RecordBatch, SchemaRef, StreamError};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::answer::Page;
use crate::cursor::Items;
use crate::encode::arguments;
use crate::failure::Failure;
use crate::wait::detached;

/// The names of the capsules, as the interface says.
const SCHEMA: &CStr = c"arrow_schema";
const STREAM: &CStr = c"arrow_array_stream";

/// The columns of a list.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Table {
    columns: Columns,
    schema: SchemaRef,
}

#[pymethods]
impl Table {
    #[new]
    fn new(py: Python<'_>, operation: &str, options: &Bound<'_, PyAny>) -> PyResult<Self> {
        let columns = Columns::from_json(operation, &arguments(options)?, Spelling::Snake);
        let columns = columns.map_err(|error| Failure::from(error).raise(py))?;
        Ok(Self { schema: arrow::schema(&columns), columns })
    }

    /// The names and types.
    fn schema<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = arrow::c_schema(&self.columns);
        let schema = schema.map_err(|error| Failure::internal(error.to_string()).raise(py))?;
        PyCapsule::new_with_value(py, schema, SCHEMA)
    }

    /// The rows of a page.
    fn page<'py>(&self, py: Python<'py>, page: &Page) -> PyResult<Bound<'py, PyCapsule>> {
        let raw: RawPage = page.raw().clone();
        let columns = &self.columns;
        let read = detached(py, || arrow::read_page(&raw, columns));
        let mut batch = Some(read.map_err(|error| Failure::from(error).raise(py))?);
        self.stream(py, move || batch.take().map(Ok))
    }

    /// The rows of a list that were not returned yet. `fill` waits for a page and returns its items; none at the end.
    fn list<'py>(&self, py: Python<'py>, fill: Py<PyAny>) -> PyResult<Bound<'py, PyCapsule>> {
        let columns = self.columns.clone();
        self.stream(py, move || {
            Python::attach(|py| next(py, fill.bind(py), &columns).map_err(|error| ended(py, &error)))
                .transpose()
        })
    }
}

impl Table {
    fn stream<'py, F>(&self, py: Python<'py>, next: F) -> PyResult<Bound<'py, PyCapsule>>
    where
        F: FnMut() -> Option<Result<RecordBatch, StreamError>> + Send + 'static,
    {
        PyCapsule::new_with_value(py, arrow::stream(self.schema.clone(), next), STREAM)
    }
}

/// The rest of the current page, or the next one.
fn next(py: Python<'_>, fill: &Bound<'_, PyAny>, columns: &Columns) -> PyResult<Option<RecordBatch>> {
    loop {
        let items = fill.call0()?;
        if items.is_none() {
            return Ok(None);
        }
        let page = items.cast::<Items>()?.get().hand();
        let read = detached(py, || arrow::read_rest(&page, columns));
        // Another thread may have taken the rows in the meantime.
        if let Some(batch) = read.map_err(|error| Failure::from(error).raise(py))? {
            return Ok(Some(batch));
        }
    }
}

/// Why a stream ends early, for libraries that only take a text.
fn ended(py: Python<'_>, error: &PyErr) -> StreamError {
    let token = error.value(py).getattr(intern!(py, "resume_token")).and_then(|token| token.extract());
    let ended = StreamError::new(&error.to_string(), token.unwrap_or_default());
    if error.is_instance_of::<PyKeyboardInterrupt>(py) {
        // The library that reads turns it into an error of its own. Nothing may run Python after this.
        let again = py.import("_thread").and_then(|thread| thread.call_method0("interrupt_main"));
        if let Err(error) = again {
            error.write_unraisable(py, None);
        }
    }
    ended
}
