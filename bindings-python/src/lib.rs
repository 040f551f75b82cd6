//! The native half of the Python package: how a call crosses. It knows no endpoint.
//!
//! An operation id and JSON bytes go in; responses and pages come out, which are read slice by slice. Blocking calls
//! are driven on the caller's thread (`wait`); async calls run on a separate runtime and complete through a port that
//! the event loop drains (`port`). Only the interpreter's own threads call Python.

mod answer;
mod arrow;
mod changes;
mod client;
mod computed;
mod cursor;
mod decode;
mod dicts;
mod encode;
mod events;
mod failure;
mod field;
mod files;
mod item;
mod onboarding;
mod pager;
mod port;
mod process;
mod reconcile;
mod runtime;
mod shape;
mod wait;

use pyo3::pymodule;

/// The module that Python imports as `mspkit._native`.
#[pymodule]
mod _native {
    use mspkit::Operation;
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::answer::{Page, Response};
    #[pymodule_export]
    use super::arrow::Table;
    #[pymodule_export]
    use super::changes::{Changes, diff_rows};
    #[pymodule_export]
    use super::client::{Core, check_environment};
    #[pymodule_export]
    use super::cursor::{Cursor, Items};
    #[pymodule_export]
    use super::decode::decode;
    #[pymodule_export]
    use super::dicts::{DictReader, Dicts};
    #[pymodule_export]
    use super::encode::{encode, refused};
    #[pymodule_export]
    use super::field::{Field, ModelShape};
    #[pymodule_export]
    use super::files::{RowWriter, WholeFile};
    #[pymodule_export]
    use super::item::Item;
    #[pymodule_export]
    use super::onboarding::{OnboardingPlan, OnboardingSpec, onboarding_written};
    #[pymodule_export]
    use super::pager::{Mark, Pager, limit};
    #[pymodule_export]
    use super::port::Port;
    #[pymodule_export]
    use super::process::{forked, shutdown};
    #[pymodule_export]
    use super::reconcile::{Reconciliation, reconcile_rows};

    /// The core's operation table, for the test that compares the clients with it.
    #[pyfunction]
    fn operations(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        super::decode::decode(py, Operation::table().as_bytes())
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
