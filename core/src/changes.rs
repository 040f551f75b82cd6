//! What changed between two exports of one list: a part of the crate `mspkit-reconcile`.
//!
//! ```
//! use mspkit::changes::diff;
//!
//! # fn main() -> Result<(), mspkit::Error> {
//! let old = br#"[{"customerId": 100, "customerName": "Contoso"}]"#;
//! let new = br#"[{"customerId": 100, "customerName": "Contoso Ltd"}, {"customerId": 101}]"#;
//! let changes = diff(old, new, "customerId", &[])?;
//! assert_eq!(changes.added[0].id, "101");
//! assert_eq!(changes.changed[0].fields[0].new.to_string(), "\"Contoso Ltd\"");
//! # Ok(()) }
//! ```

use std::collections::BTreeMap;

#[doc(inline)]
pub use mspkit_reconcile::{
    Changed, Changes, ChangesSummary, DIFF_OPTIONS, FieldChange, Placed, Unidentified, diff,
};
use serde_json::value::RawValue;

use crate::base::error::{Error, Result};
use crate::base::quote;
use crate::base::spelling::Spelling;

/// What changed between two lists, each as JSON, with options that are the members of a JSON object, as a binding gets them:
/// `by`, the field that identifies a row, and `ignore`, a list of fields whose changes do not count.
///
/// # Errors
///
/// `InvalidRequest`, with the name of the argument; the lists are `old` and `new`, in C `old_rows` and `new_rows`.
pub fn diff_json(old: &[u8], new: &[u8], options: &[u8], spelling: Spelling) -> Result<Changes> {
    let given: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(options)
        .map_err(|_| Error::refused("options", None, "must be a JSON object of options").spelled(spelling))?;
    let (mut by, mut ignore) = (String::new(), Vec::new());
    let refuse = |name: &str, raw: &RawValue, allowed: &str| {
        Error::argument(name, &quote::describe(raw.get()), allowed).spelled(spelling)
    };
    for (name, raw) in &given {
        let json = raw.get();
        match name.as_str() {
            "by" => {
                by = serde_json::from_str(json)
                    .map_err(|_| refuse("by", raw, "must be the name of the field that identifies a row"))?;
            }
            "ignore" if json == "null" => {}
            "ignore" => {
                ignore = serde_json::from_str(json)
                    .map_err(|_| refuse("ignore", raw, "must be a list of names of fields"))?;
            }
            _ => {
                return Err(Error::unknown(
                    name,
                    "an option of diff",
                    DIFF_OPTIONS.iter().copied(),
                    spelling,
                ));
            }
        }
    }
    if !given.contains_key("by") {
        return Err(
            Error::required("by", "it is the name of the field that identifies a row").spelled(spelling)
        );
    }
    diff(old, new, &by, &ignore).map_err(|mut error| {
        error.argument = in_language(&error.argument, spelling);
        Error::from(error).spelled(spelling)
    })
}

/// The name of an argument, with the place in it. `new` is a word of C++, so no parameter of a C header can be called that.
fn in_language(argument: &str, spelling: Spelling) -> String {
    let (name, place) = argument.split_at(argument.find('[').unwrap_or(argument.len()));
    match (spelling, name) {
        (Spelling::SnakeMilliseconds, "old" | "new") => format!("{name}_rows{place}"),
        _ => argument.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_the_names_of_the_language() {
        let refused = |old: &str, new: &str, spelling| {
            let error = diff_json(old.as_bytes(), new.as_bytes(), br#"{"by": "id"}"#, spelling).unwrap_err();
            error.argument_name().unwrap().to_owned()
        };
        for (spelling, names) in [
            (Spelling::Snake, ["old", "new[1]"]),
            (Spelling::Camel, ["old", "new[1]"]),
            (Spelling::SnakeMilliseconds, ["old_rows", "new_rows[1]"]),
        ] {
            assert_eq!([refused("{}", "[]", spelling), refused("[]", "[{}, 1]", spelling)], names);
        }
    }

    #[test]
    fn options_are_checked() {
        let refused = |options: &str| {
            diff_json(b"[]", b"[]", options.as_bytes(), Spelling::Snake).unwrap_err().to_string()
        };
        assert_eq!(refused("{}"), "by is required: it is the name of the field that identifies a row");
        assert_eq!(
            refused(r#"{"by": 1}"#),
            "by: must be the name of the field that identifies a row; given: 1"
        );
        assert_eq!(
            refused(r#"{"by": "id", "ignore": "name"}"#),
            "ignore: must be a list of names of fields; given: a text"
        );
        assert_eq!(
            refused(r#"{"by": "id", "ignored": []}"#),
            "ignored: is not an option of diff; did you mean ignore?"
        );
        assert_eq!(refused("[]"), "options: must be a JSON object of options");
    }
}
