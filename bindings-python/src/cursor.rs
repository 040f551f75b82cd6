//! The items of a page on their way to Python, one by one, and how many of them have been given out.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use crate::answer::Page;

/// How far a page has been read; models are made from it.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Cursor {
    pub(crate) page: Py<Page>,
    /// How many items were given out.
    at: AtomicUsize,
    end: AtomicUsize,
}

impl Cursor {
    /// The place of the next item, given out once.
    pub(crate) fn next(&self) -> Option<usize> {
        let end = self.end.load(Ordering::Relaxed);
        let next = |at| (at < end).then_some(at + 1);
        self.at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).ok()
    }
}

/// The items of a page that were not given out yet, each made when it is asked for.
#[pyclass(frozen, generic, module = "mspkit._native")]
pub(crate) struct Items {
    cursor: Py<Cursor>,
    /// The model's `__new__`, and what it takes: making an item by it runs no code of Python's.
    make: Py<PyAny>,
    given: Py<PyTuple>,
}

impl Items {
    pub(crate) fn new(page: &Bound<'_, Page>, model: &Bound<'_, PyType>) -> PyResult<Self> {
        let py = page.py();
        let end = page.get().len().into();
        let cursor = Bound::new(py, Cursor { page: page.clone().unbind(), at: AtomicUsize::new(0), end })?;
        let make = model.getattr("__new__")?.unbind();
        let given = (model, &cursor).into_pyobject(py)?.unbind();
        Ok(Self { cursor: cursor.unbind(), make, given })
    }
}

#[pymethods]
impl Items {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.make.bind(py).call1(self.given.bind(py))
    }

    /// The page whose items they are.
    #[getter]
    fn page(&self, py: Python<'_>) -> Py<Page> {
        self.cursor.get().page.clone_ref(py)
    }

    /// How many were given out.
    #[getter]
    fn consumed(&self) -> usize {
        self.cursor.get().at.load(Ordering::Relaxed)
    }

    /// Where reading goes on after those that were given out.
    #[getter]
    fn resume_token(&self) -> String {
        self.cursor.get().page.get().token(self.consumed())
    }

    /// Gives out no more of them, and says how many were.
    fn stop(&self) -> usize {
        self.cursor.get().end.store(0, Ordering::Relaxed);
        self.consumed()
    }

    /// Counts all of them as given out.
    fn skip(&self) {
        let cursor = self.cursor.get();
        cursor.at.store(cursor.page.get().len(), Ordering::Relaxed);
    }
}
