//! The matching rules of the case format: exact unless a matcher says otherwise.

use std::fmt;

use serde_json::{Map, Value};

/// A difference from the case's expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What was compared.
    pub at: String,
    /// The expected value.
    pub expected: String,
    /// The actual value.
    pub got: String,
}

pub(crate) type Matched = Result<(), Mismatch>;

impl Mismatch {
    pub(crate) fn new(at: impl Into<String>, expected: impl fmt::Display, got: impl fmt::Display) -> Self {
        Self { at: at.into(), expected: shortened(&expected), got: shortened(&got) }
    }

    /// The same, seen from the enclosing value.
    pub(crate) fn inside(self, outer: &str) -> Self {
        Self { at: format!("{outer}: {}", self.at), ..self }
    }

    /// A case that the format does not allow.
    pub(crate) fn format(at: &str, rule: &str) -> Self {
        Self::new(at, rule, "a case that is not written so")
    }
}

/// Whole pages of JSON would hide the difference.
fn shortened(value: &impl fmt::Display) -> String {
    const MOST: usize = 2000;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{} … ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

/// Compares two JSON values; `None` for a missing one.
pub(crate) fn value(want: &Value, have: Option<&Value>, at: &str) -> Matched {
    let differ = || Err(Mismatch::new(at, want, have.map_or_else(|| "nothing".to_owned(), Value::to_string)));
    if let Some((name, of)) = matcher(want) {
        return match (name, have) {
            ("$any", Some(_)) | ("$absent", None) => Ok(()),
            ("$subset", Some(have @ Value::Object(_))) => {
                let want = of.as_object().ok_or_else(|| Mismatch::format(at, "$subset takes an object"))?;
                members(want, have, at)
            }
            ("$number", Some(Value::Number(number))) if of.as_str() == Some(&number.to_string()) => Ok(()),
            ("$between", Some(Value::Number(number))) => {
                let bound = |side: usize| of[side].as_f64().unwrap_or(f64::NAN);
                let number = number.as_f64().unwrap_or(f64::NAN);
                if bound(0) <= number && number <= bound(1) { Ok(()) } else { differ() }
            }
            _ => differ(),
        };
    }
    match (want, have) {
        (Value::Object(want), Some(whole @ Value::Object(have))) => {
            if let Some((name, value)) = have.iter().find(|(name, _)| !want.contains_key(*name)) {
                return Err(Mismatch::new(format!("{at}.{name}"), "no such field", value));
            }
            members(want, whole, at)
        }
        (Value::Array(want), Some(Value::Array(have))) if want.len() == have.len() => {
            let mut pairs = want.iter().zip(have).enumerate();
            pairs.try_for_each(|(index, (want, have))| value(want, Some(have), &format!("{at}[{index}]")))
        }
        (Value::Array(want), Some(Value::Array(have))) => {
            let counted =
                |list: &Vec<Value>| format!("{} entries: {}", list.len(), Value::from(list.clone()));
            Err(Mismatch::new(at, counted(want), counted(have)))
        }
        (Value::Number(want), Some(Value::Number(have)))
            if want == have || want.as_f64() == have.as_f64() =>
        {
            Ok(())
        }
        (want, Some(have)) if want == have => Ok(()),
        _ => differ(),
    }
}

/// Compares only the members that are named.
pub(crate) fn members(want: &Map<String, Value>, have: &Value, at: &str) -> Matched {
    want.iter().try_for_each(|(name, want)| value(want, have.get(name), &format!("{at}.{name}")))
}

fn matcher(want: &Value) -> Option<(&str, &Value)> {
    let members = want.as_object().filter(|members| members.len() == 1)?;
    members.iter().next().filter(|(name, _)| name.starts_with('$')).map(|(name, of)| (name.as_str(), of))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matches(want: &Value, have: &Value) -> bool {
        value(want, Some(have), "it").is_ok()
    }

    #[test]
    fn values_are_equal_when_type_and_value_are() {
        assert!(matches(&json!(1), &json!(1.0)));
        assert!(!matches(&json!(1), &json!("1")));
        assert!(!matches(&json!(null), &json!(false)));
        assert!(!matches(&json!([1, 2]), &json!([1])));
        assert!(!matches(&json!(9_007_199_254_740_993_u64), &json!("9007199254740993")));
    }

    #[test]
    fn objects_are_compared_exactly_unless_they_are_a_subset() {
        assert!(!matches(&json!({"a": 1}), &json!({"a": 1, "b": null})));
        assert!(!matches(&json!({"a": null}), &json!({})));
        assert!(matches(&json!({"$subset": {"a": 1}}), &json!({"a": 1, "b": 2})));
        assert!(!matches(&json!({"$subset": {"a": {"b": 1}}}), &json!({"a": {"b": 1, "c": 1}})));
    }

    #[test]
    fn matchers_match_as_specified() {
        assert!(matches(&json!({"$any": true}), &json!(null)));
        assert!(value(&json!({"$any": true}), None, "it").is_err());
        assert!(value(&json!({"$absent": true}), None, "it").is_ok());
        assert!(!matches(&json!({"$absent": true}), &json!(null)));
        assert!(matches(&json!({"$number": "9007199254740993"}), &json!(9_007_199_254_740_993_u64)));
        assert!(!matches(&json!({"$number": "9007199254740993"}), &json!(9_007_199_254_740_992_u64)));
        assert!(matches(&json!({"$between": [1, 2]}), &json!(2)));
        assert!(!matches(&json!({"$between": [1, 2]}), &json!(2.01)));
        assert!(!matches(&json!({"$other": 1}), &json!(1)));
    }

    #[test]
    fn a_mismatch_names_the_place() {
        let wrong = value(&json!({"a": [1, {"b": 2}]}), Some(&json!({"a": [1, {"b": 3}]})), "result");
        assert_eq!(wrong, Err(Mismatch::new("result.a[1].b", 2, 3)));
    }
}
