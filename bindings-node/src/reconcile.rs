//! Matching two lists: rows and options come in as JSON, the result goes out as JSON and as reports.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mspkit::Spelling;
use mspkit::reconcile::{self, TITLE, reconcile_json};
use napi::{Env, Task};
use napi_derive::napi;

use crate::failure::{Failure, panicked};

/// The result of matching two lists.
#[napi]
pub struct Reconciliation(reconcile::Reconciliation);

#[napi]
impl Reconciliation {
    /// Everything that was found, as JSON.
    #[napi(catch_unwind)]
    pub fn found(&self) -> String {
        self.0.to_json()
    }

    /// The table as CSV.
    #[napi(catch_unwind)]
    pub fn csv(&self, excel: bool) -> String {
        self.0.to_csv(excel)
    }

    /// The mapping as CSV.
    #[napi(catch_unwind)]
    pub fn mapping(&self, excel: bool) -> String {
        self.0.to_mapping(excel)
    }

    /// The table as a page.
    #[napi(catch_unwind)]
    pub fn html(&self, title: Option<String>) -> String {
        self.0.to_html(title.as_deref().unwrap_or(TITLE))
    }
}

/// The texts of two lists and the options, to be matched on another thread.
pub struct Matching {
    left: String,
    right: String,
    options: String,
}

impl Matching {
    pub(crate) fn new(left: String, right: String, options: String) -> Self {
        Self { left, right, options }
    }

    /// Matches the lists on this thread.
    pub(crate) fn now(&self) -> napi::Result<Reconciliation> {
        self.run().map(Reconciliation)
    }

    fn run(&self) -> napi::Result<reconcile::Reconciliation> {
        let (left, right, options) = (self.left.as_bytes(), self.right.as_bytes(), self.options.as_bytes());
        let run = || reconcile_json(left, right, options, Spelling::Camel);
        let outcome = catch_unwind(AssertUnwindSafe(run)).map_err(|payload| panicked(payload.as_ref()))?;
        Ok(outcome.map_err(Failure::from)?)
    }
}

impl Task for Matching {
    type Output = reconcile::Reconciliation;
    type JsValue = Reconciliation;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        self.run()
    }

    fn resolve(&mut self, _env: Env, found: Self::Output) -> napi::Result<Reconciliation> {
        Ok(Reconciliation(found))
    }
}
