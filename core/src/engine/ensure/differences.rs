//! Which fields of an object that exists have other values than those that were given.
//!
//! Only what the object shows is compared: a list may leave fields out, and a field that is left out says nothing. Null and
//! an empty text are the same, numbers and truth values may be text, and the order of lists does not matter.

use serde_json::Value;

use crate::base::error::Difference;
use crate::engine::request::Fields;
use crate::table::Ensure;
use crate::wire::raw;
use mspkit_reconcile::name::composed;

/// The differences of a row from what was sent.
pub(super) fn of(ensure: &Ensure, sent: &Fields, row: &str) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (wire, field) in ensure.compared {
        let wanted = sent.iter().find(|(name, _)| name == wire).map(|(_, raw)| raw.as_str());
        let (Some(wanted), Some(found)) = (wanted, raw::member(row, field)) else { continue };
        let same = match (serde_json::from_str(wanted), serde_json::from_str(found)) {
            (Ok(wanted), Ok(found)) => is_same(&wanted, &found),
            _ => wanted == found,
        };
        if !same {
            differences.push(Difference::new(*field, wanted, found));
        }
    }
    differences
}

fn is_same(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().all(|(name, value)| found.get(name).is_none_or(|found| is_same(value, found)))
        }
        (Value::Array(wanted), Value::Array(found)) => {
            let mut left: Vec<&Value> = found.iter().collect();
            let mut take = |value: &Value| {
                let at = left.iter().position(|found| is_same(value, found));
                at.map(|at| left.swap_remove(at)).is_some()
            };
            wanted.len() == found.len() && wanted.iter().all(&mut take)
        }
        (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => false,
        (wanted, found) => text(wanted) == text(found),
    }
}

/// A plain value as it is compared.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => composed(text.trim()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_way_of_writing_is_no_difference() {
        for (wanted, found) in [
            (json!("Ada"), json!(" Ada ")),
            (json!("Café"), json!("Cafe\u{301}")),
            (json!(7), json!("7")),
            (json!(true), json!("true")),
            (json!(""), json!(null)),
            (json!(["1", "2"]), json!([2, 1])),
            (json!({"city": "Leeds"}), json!({"city": "Leeds", "country": "GB"})),
            (json!({"city": "Leeds", "street": "1 High St"}), json!({"city": "Leeds"})),
        ] {
            assert!(is_same(&wanted, &found), "{wanted} and {found}");
        }
    }

    #[test]
    fn another_value_is_a_difference() {
        for (wanted, found) in [
            (json!("Ada"), json!("ada")),
            (json!("Ada"), json!(null)),
            (json!(["1", "1"]), json!(["1", "2"])),
            (json!(["1"]), json!(["1", "2"])),
            (json!({"city": "Leeds"}), json!({"city": "York"})),
            (json!({"city": "Leeds"}), json!("Leeds")),
            (json!(null), json!([])),
        ] {
            assert!(!is_same(&wanted, &found), "{wanted} and {found}");
        }
    }
}
