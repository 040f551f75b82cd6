//! Results that are computed from two lists, which go in as JSON like the options.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mspkit::Spelling;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::encode::{argument, arguments};
use crate::failure::{Failure, panicked};
use crate::wait::detached;

/// Computes a result of two lists, each with the name of its argument, without the GIL.
pub(crate) fn computed<T: Send>(
    py: Python<'_>,
    lists: [(&str, &Bound<'_, PyAny>); 2],
    options: &Bound<'_, PyDict>,
    compute: impl FnOnce(&[u8], &[u8], &[u8], Spelling) -> mspkit::Result<T> + Send,
) -> PyResult<T> {
    let [one, other] = lists.map(|(name, rows)| argument(rows, name));
    let (one, other, options): (_, _, Cow<'_, [u8]>) = (one?, other?, arguments(options)?);
    let run = || catch_unwind(AssertUnwindSafe(|| compute(&one, &other, &options, Spelling::Snake)));
    match detached(py, run) {
        Ok(found) => found.map_err(|error| Failure::from(error).raise(py)),
        Err(payload) => Err(panicked(payload.as_ref()).raise(py)),
    }
}
