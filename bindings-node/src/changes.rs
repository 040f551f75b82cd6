//! What changed between two lists: rows and options come in as JSON, the result goes out as JSON and as CSV.

use mspkit::Spelling;
use mspkit::changes::{self, diff_json};
use napi_derive::napi;

use crate::computed::Computed;

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

impl Computed for Changes {
    fn of(old: &[u8], new: &[u8], options: &[u8]) -> mspkit::Result<Self> {
        diff_json(old, new, options, Spelling::Camel).map(Self)
    }
}
