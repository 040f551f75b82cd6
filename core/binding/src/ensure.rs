//! What the errors of operations that find or create hold, as JSON.

use mspkit::{Difference, Error};

/// The objects that match, as a JSON list.
pub fn matches(error: &Error) -> String {
    format!("[{}]", error.matches().join(","))
}

/// The fields with other values, as a JSON list of objects.
pub fn differences(error: &Error) -> String {
    let each: Vec<String> = error.differences().iter().map(Difference::to_json).collect();
    format!("[{}]", each.join(","))
}
