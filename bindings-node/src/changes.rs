//! What changed between two lists: rows and options come in as JSON, the result goes out as JSON and as CSV.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mspkit::Spelling;
use mspkit::changes::{self, diff_json};
use napi::{Env, Task};
use napi_derive::napi;

use crate::failure::{Failure, panicked};

/// What changed between two lists.
#[napi]
pub struct Changes(changes::Changes);

#[napi]
impl Changes {
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
}

/// The texts of two lists and the options, to be compared on another thread.
pub struct Comparing {
    old: String,
    new: String,
    options: String,
}

impl Comparing {
    pub(crate) fn new(old: String, new: String, options: String) -> Self {
        Self { old, new, options }
    }

    /// Compares the lists on this thread.
    pub(crate) fn now(&self) -> napi::Result<Changes> {
        self.run().map(Changes)
    }

    fn run(&self) -> napi::Result<changes::Changes> {
        let (old, new, options) = (self.old.as_bytes(), self.new.as_bytes(), self.options.as_bytes());
        let run = || diff_json(old, new, options, Spelling::Camel);
        let outcome = catch_unwind(AssertUnwindSafe(run)).map_err(|payload| panicked(payload.as_ref()))?;
        Ok(outcome.map_err(Failure::from)?)
    }
}

impl Task for Comparing {
    type Output = changes::Changes;
    type JsValue = Changes;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        self.run()
    }

    fn resolve(&mut self, _env: Env, found: Self::Output) -> napi::Result<Changes> {
        Ok(Changes(found))
    }
}
