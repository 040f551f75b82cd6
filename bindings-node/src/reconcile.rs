//! Matching two lists: rows and options come in as JSON, the result goes out as JSON and as reports.

use mspkit::Spelling;
use mspkit::reconcile::{self, TITLE, reconcile_json};
use napi_derive::napi;

use crate::computed::Computed;

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

impl Computed for Reconciliation {
    fn of(left: &[u8], right: &[u8], options: &[u8]) -> mspkit::Result<Self> {
        reconcile_json(left, right, options, Spelling::Camel).map(Self)
    }
}
