//! mspkit-reconcile: which rows of two lists are the same customer, subscription or device.
//!
//! [`reconcile`] takes two lists as JSON, of any service or of another vendor's export, and returns a [`Reconciliation`]:
//! what matches, what is only on the left or on the right, and what is ambiguous. It computes only: nothing is sent or
//! stored. [`diff`] says what changed between two exports of one list. [`name`] says when two names are the same to a person.

mod changes;
mod difference;
mod domain;
mod error;
mod legal_form;
mod lines;
mod mapping;
mod matching;
pub mod name;
mod options;
mod reconciliation;
mod report;
mod rows;
mod side;
mod similar;

pub use self::changes::{
    Changed, Changes, ChangesSummary, DIFF_OPTIONS, FieldChange, Placed, Unidentified, diff,
};
pub use self::difference::{Difference, Json};
pub use self::error::{Error, Result};
pub use self::lines::Lines;
pub use self::mapping::Mapping;
pub use self::options::{Key, Kind, OPTIONS, Options};
pub use self::reconciliation::{
    Ambiguous, Candidate, MappingProblem, Match, Reconciliation, Summary, Unmatched, reconcile,
};
pub use self::report::TITLE;
pub use self::report::csv::defused;
