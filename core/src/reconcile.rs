//! Which rows of two lists are the same customer, subscription or device: the crate `mspkit-reconcile`.
//!
//! ```
//! use mspkit::reconcile::{Kind, Options, reconcile};
//!
//! # fn main() -> Result<(), mspkit::Error> {
//! let customers = br#"[{"customerName": "Contoso Ltd"}, {"customerName": "Fabrikam"}]"#;
//! let organizations = br#"[{"name": "CONTOSO"}]"#;
//! let found = reconcile(customers, organizations, &Options::new().key(Kind::Name, "customerName", "name"))?;
//! assert_eq!(found.matched().len(), 1);
//! assert_eq!(found.only_left()[0].row, 1);
//! # Ok(()) }
//! ```

use std::collections::BTreeMap;

#[doc(inline)]
pub use mspkit_reconcile::{
    Ambiguous, Candidate, Difference, Json, Key, Kind, Mapping, MappingProblem, Match, OPTIONS, Options,
    Reconciliation, Summary, TITLE, Unmatched, reconcile,
};
use serde_json::value::RawValue;

use crate::base::error::{Error, Result};
use crate::base::spelling::{self, Spelling};

/// Matches two lists, each as JSON, with options that are the members of a JSON object, as a binding gets them: their names
/// are in the spelling of its language.
///
/// ```
/// use mspkit::{Spelling, reconcile};
///
/// let options = br#"{"leftKey": "name", "rightKey": "name", "treshold": 0.8}"#;
/// let refused = reconcile::reconcile_json(b"[]", b"[]", options, Spelling::Camel).unwrap_err();
/// assert_eq!(refused.to_string(), "treshold: is not an option of reconcile; did you mean threshold?");
/// ```
///
/// # Errors
///
/// `InvalidRequest`, with the name of the argument in that spelling.
pub fn reconcile_json(
    left: &[u8],
    right: &[u8],
    options: &[u8],
    spelling: Spelling,
) -> Result<Reconciliation> {
    let given: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(options)
        .map_err(|_| Error::refused("options", None, "must be a JSON object of options").spelled(spelling))?;
    let mut members = Vec::new();
    for (written, value) in &given {
        let Some(name) = OPTIONS.iter().find(|name| spelling.name(name) == *written) else {
            return Err(Error::unknown(written, "an option of reconcile", OPTIONS.iter().copied(), spelling));
        };
        members.push((*name, value.get()));
    }
    let made = Options::from_members(members.into_iter());
    made.and_then(|options| reconcile(left, right, &options))
        .map_err(|error| Error::from(error).spelled(spelling))
}

impl From<mspkit_reconcile::Error> for Error {
    fn from(error: mspkit_reconcile::Error) -> Self {
        let given = error.given.as_deref().unwrap_or_default();
        if let Some(allowed) = &error.allowed {
            return Self::argument(&error.argument, given, &spelling::with_names(allowed));
        }
        let names = OPTIONS.iter().copied();
        Self::unknown(&error.argument, "an option of reconcile", names, Spelling::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_spelling_of_the_language() {
        let refused = |options: &str, spelling| {
            reconcile_json(b"[]", b"[]", options.as_bytes(), spelling).unwrap_err().to_string()
        };
        assert_eq!(
            refused(r#"{"leftKey": ["a", "b"], "rightKey": "a"}"#, Spelling::Camel),
            "rightKey: must name as many fields as `leftKey`: 2; given: 1"
        );
        assert_eq!(
            refused(r#"{"left_key": "a", "right_key": "a", "compare": [[1]]}"#, Spelling::Snake),
            "compare[0][0]: must be a text that is not empty; given: 1"
        );
        assert_eq!(
            refused(r#"{"left_key": "a"}"#, Spelling::Camel),
            "left_key: is not an option of reconcile; did you mean leftKey?"
        );
        assert_eq!(refused("[]", Spelling::Camel), "options: must be a JSON object of options");
    }
}
