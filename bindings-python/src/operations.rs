//! The table of operations as Python data, for the test that compares every facade with it.

use mspkit::Operation;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

pub(crate) fn table(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    let rows: PyResult<Vec<_>> = Operation::all().iter().map(|operation| row(py, operation)).collect();
    PyTuple::new(py, rows?)
}

fn row<'py>(py: Python<'py>, operation: &Operation) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("id", operation.id)?;
    dict.set_item("resource", operation.resource)?;
    dict.set_item("name", operation.name)?;
    dict.set_item("summary", operation.summary)?;
    dict.set_item("method", operation.method.as_str())?;
    dict.set_item("path", operation.path)?;
    dict.set_item("paging", name(&operation.paging))?;
    dict.set_item("answer", name(&operation.answer))?;
    let params: PyResult<Vec<_>> = operation
        .params
        .iter()
        .map(|param| {
            let dict = PyDict::new(py);
            dict.set_item("name", param.name)?;
            dict.set_item("wire", param.wire)?;
            dict.set_item("place", name(&param.place))?;
            dict.set_item("kind", name(&param.kind))?;
            dict.set_item("required", param.required)?;
            dict.set_item("secret", param.secret)?;
            dict.set_item("from_option", param.from_option)?;
            Ok(dict)
        })
        .collect();
    dict.set_item("params", PyList::new(py, params?)?)?;
    Ok(dict)
}

/// The tables' names may grow; `Debug` says what they are called and is cut before what they hold.
fn name(shown: &impl std::fmt::Debug) -> String {
    let shown = format!("{shown:?}");
    let mut name = String::new();
    for letter in shown.chars().take_while(char::is_ascii_alphanumeric) {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
