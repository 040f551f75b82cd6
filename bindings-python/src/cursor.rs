//! The items of the current page, one by one on their way to Python. The core knows how many were returned.

use std::sync::Arc;

use mspkit::CurrentPage;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use crate::answer::Page;

/// A page, and how far it was read; models are made from it.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Cursor {
    pub(crate) page: Py<Page>,
    hand: Arc<CurrentPage>,
}

impl Cursor {
    /// The index of the next item, returned once.
    pub(crate) fn next(&self) -> Option<usize> {
        self.hand.next()
    }
}

/// The items of a page that were not returned yet, each made on request.
#[pyclass(frozen, generic, module = "mspkit._native")]
pub(crate) struct Items {
    cursor: Py<Cursor>,
    /// The model's `__new__` and its arguments: making an item by it runs no Python code.
    make: Py<PyAny>,
    given: Py<PyTuple>,
}

impl Items {
    pub(crate) fn new(
        page: Bound<'_, Page>,
        hand: Arc<CurrentPage>,
        model: &Bound<'_, PyType>,
    ) -> PyResult<Self> {
        let py = page.py();
        let cursor = Bound::new(py, Cursor { page: page.unbind(), hand })?;
        let make = model.getattr("__new__")?.unbind();
        let given = (model, &cursor).into_pyobject(py)?.unbind();
        Ok(Self { cursor: cursor.unbind(), make, given })
    }

    /// The page in the core, which knows what was returned.
    pub(crate) fn hand(&self) -> Arc<CurrentPage> {
        self.cursor.get().hand.clone()
    }
}

impl Items {
    /// The page, and how far it was read.
    pub(crate) fn parts(&self, py: Python<'_>) -> (Py<Page>, Arc<CurrentPage>) {
        let Cursor { page, hand } = self.cursor.bind(py).get();
        (page.clone_ref(py), hand.clone())
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

    /// The page of the items.
    #[getter]
    fn page(&self, py: Python<'_>) -> Py<Page> {
        self.cursor.get().page.clone_ref(py)
    }

    /// How many are left to return.
    #[getter]
    fn left(&self) -> usize {
        self.cursor.get().hand.remaining()
    }

    /// Token to resume after the items returned so far.
    #[getter]
    fn resume_token(&self) -> String {
        let hand = &self.cursor.get().hand;
        hand.page().resume_token(hand.returned())
    }

    /// Returns all that are left as a page; none if there are none.
    fn rest(&self) -> Option<Page> {
        let Cursor { page, hand } = self.cursor.get();
        let rest = hand.take(usize::MAX);
        (!rest.is_empty()).then(|| Page::new(page.get().name(), hand.page().part(rest)))
    }
}
