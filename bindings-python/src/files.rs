//! Files of rows: the core writes rows as text, and files completely or not at all.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use mspkit::{Result, Spelling};
use mspkit_data::Format;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::cursor::Items;
use crate::encode::arguments;
use crate::failure::Failure;
use crate::wait::detached;

/// Writes rows as text.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct RowWriter(Mutex<mspkit_data::RowWriter>);

#[pymethods]
impl RowWriter {
    /// For a list by the id of its operation; the form is `csv` or `jsonl`.
    #[new]
    fn new(py: Python<'_>, form: &str, operation: &str, options: &Bound<'_, PyDict>) -> PyResult<Self> {
        let options = arguments(options)?;
        let made = Format::named(form).and_then(|format| {
            mspkit_data::RowWriter::from_json(format, operation, &options, Spelling::Snake)
        });
        made.map(|made| Self(Mutex::new(made))).map_err(|error| Failure::from(error).raise(py))
    }

    /// What comes before the first row.
    fn header<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        PyBytes::new(py, &rows.header())
    }

    /// The items that are left of a page, which then count as returned, and how many there are.
    fn rest<'py>(
        &self,
        py: Python<'py>,
        items: &Bound<'py, Items>,
    ) -> PyResult<(Bound<'py, PyBytes>, usize)> {
        let (_, hand) = items.get().parts(py);
        let (text, written) = detached(py, || {
            let mut text = Vec::new();
            let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let written = rows.rest(&hand, &mut text);
            (text, written)
        });
        let written = written.map_err(|error| Failure::from(error).raise(py))?;
        Ok((PyBytes::new(py, &text), written))
    }
}

/// A file that appears under its name when it is finished.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct WholeFile(Mutex<Option<mspkit_data::WholeFile>>);

impl WholeFile {
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        run: impl FnOnce(&mut Option<mspkit_data::WholeFile>) -> Result<T> + Send,
    ) -> PyResult<T> {
        let outcome = detached(py, || run(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)));
        outcome.map_err(|error| Failure::from(error).raise(py))
    }
}

#[pymethods]
impl WholeFile {
    #[new]
    #[pyo3(signature = (path, /))]
    fn new(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let made = detached(py, || mspkit_data::WholeFile::create(path));
        made.map(|file| Self(Mutex::new(Some(file)))).map_err(|error| Failure::from(error).raise(py))
    }

    fn write(&self, py: Python<'_>, text: &[u8]) -> PyResult<()> {
        self.with(py, |file| file.as_mut().map_or(Ok(()), |file| file.write(text)))
    }

    /// Puts it under its name.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |file| file.take().map_or(Ok(()), mspkit_data::WholeFile::finish))
    }

    /// Removes it, unless it is finished.
    fn discard(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |file| {
            *file = None;
            Ok(())
        })
    }
}
