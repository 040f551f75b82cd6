//! The outcome of a call, compared with the case's expectation.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::matching::{self, Matched, Mismatch};

/// How a language spells the names of arguments, which are snake_case in the cases.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spelling {
    #[serde(default)]
    camel: bool,
    /// The suffix of the names of times.
    #[serde(default)]
    times: String,
    /// Irregular names, by the names of the cases.
    #[serde(default)]
    names: BTreeMap<String, String>,
}

impl Spelling {
    /// A text that may contain a name, in this language's spelling.
    fn of(&self, text: &str) -> String {
        if let Some(own) = self.names.get(text) {
            return own.clone();
        }
        if !self.camel {
            return text.to_owned();
        }
        let mut parts = text.split('_');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |spelled, part| {
            let mut letters = part.chars();
            let upper = letters.next().map(|letter| letter.to_ascii_uppercase());
            spelled + &upper.into_iter().chain(letters).collect::<String>()
        })
    }

    /// Whether this is the argument with this name in the cases.
    fn is_argument(&self, have: &str, wanted: &str) -> bool {
        have == self.of(wanted) || (!self.times.is_empty() && have == format!("{wanted}{}", self.times))
    }
}

/// Whether an outcome is as the case expects.
pub(crate) fn matches(want: &Map<String, Value>, have: &Value, spelling: &Spelling) -> Matched {
    match (want.get("error"), have.get("error")) {
        (None, Some(error)) => {
            let mut shown = error.clone();
            shown.as_object_mut().and_then(|error| error.remove("debug"));
            return Err(Mismatch::new("outcome", "success", shown));
        }
        (Some(wanted), None) => return Err(Mismatch::new("outcome", wanted, have)),
        (Some(wanted), Some(error)) => failure(object(wanted, "error")?, error, spelling)?,
        (None, None) => {}
    }
    let items = have.get("items").and_then(Value::as_array);
    for (name, want) in want {
        match name.as_str() {
            "error" => {}
            "result" | "items" | "total" | "complete" | "missing" => {
                matching::value(want, Some(have.get(name).unwrap_or(&Value::Null)), name)?;
            }
            "count" => {
                let count = Value::from(items.map_or(0, Vec::len));
                matching::value(want, Some(&count), name)?;
            }
            "pages" => {
                let pages = have.get(name).and_then(Value::as_array).into_iter().flatten();
                let sizes = pages.filter(|size| size.as_u64() != Some(0)).cloned().collect();
                matching::value(want, Some(&Value::Array(sizes)), name)?;
            }
            "ids" => {
                for (field, want) in object(want, name)? {
                    let ids = items.into_iter().flatten().map(|item| item[field.as_str()].clone());
                    matching::value(want, Some(&Value::Array(ids.collect())), &format!("ids.{field}"))?;
                }
            }
            "meta" => matching::members(object(want, name)?, &have["meta"], name)?,
            other => return Err(Mismatch::format(&format!("expect.{other}"), "a field of the format")),
        }
    }
    Ok(())
}

fn failure(want: &Map<String, Value>, error: &Value, spelling: &Spelling) -> Matched {
    let message = text(error, "message")?;
    let debug = text(error, "debug")?;
    for (name, want) in want {
        let at = format!("error.{name} of {message:?}");
        let texts = want.as_array().into_iter().flatten().filter_map(Value::as_str);
        match name.as_str() {
            "kind" | "status" | "code" | "server_error_id" | "retryable" | "retry_after" | "total"
            | "missing" | "matches" | "differences" | "attempts" | "given" | "allowed" | "method"
            | "path" | "server" => {
                matching::value(want, error.get(name), &at)?;
            }
            "has_resume_token" => {
                let has = error.get("resume_token").is_some_and(Value::is_string);
                matching::value(want, Some(&has.into()), &at)?;
            }
            "argument" => match (want.as_str(), error["argument"].as_str()) {
                (Some(wanted), Some(have)) if spelling.is_argument(have, wanted) => {}
                (Some(wanted), _) => return Err(Mismatch::new(at, spelling.of(wanted), &error["argument"])),
                (None, _) => matching::value(want, error.get(name), &at)?,
            },
            "message_contains" => {
                let lower = message.to_lowercase();
                let holds = |text: &str| lower.contains(&text.to_lowercase());
                for text in texts {
                    if !holds(text) && !holds(&spelling.of(text)) {
                        return Err(Mismatch::new(at, format!("{text:?} in it"), format!("{message:?}")));
                    }
                }
            }
            "message_excludes" => {
                for text in texts {
                    // Stacks and inspected objects have lines; the message has none.
                    let seen = if text.chars().all(is_invisible) { message } else { debug };
                    if message.contains(text) || seen.contains(text) {
                        return Err(Mismatch::new(at, format!("no {text:?} in it"), format!("{seen:?}")));
                    }
                }
            }
            "field_errors" => {
                let want = want.as_array().ok_or_else(|| Mismatch::format(&at, "a list"))?;
                let have = error["field_errors"].as_array().map(Vec::as_slice).unwrap_or_default();
                if want.len() != have.len() {
                    return Err(Mismatch::new(at, format!("{} entries", want.len()), &error["field_errors"]));
                }
                for (index, (want, have)) in want.iter().zip(have).enumerate() {
                    matching::members(object(want, &at)?, have, &format!("{at}[{index}]"))?;
                }
            }
            other => {
                return Err(Mismatch::format(&format!("expect.error.{other}"), "a field of the format"));
            }
        }
    }
    Ok(())
}

/// Line breaks and similar characters, and those that change the direction of a text.
fn is_invisible(letter: char) -> bool {
    letter.is_control() || ('\u{200b}'..='\u{206f}').contains(&letter)
}

fn text<'a>(error: &'a Value, name: &str) -> Result<&'a str, Mismatch> {
    error[name].as_str().ok_or_else(|| Mismatch::new(format!("error.{name}"), "a text", &error[name]))
}

fn object<'a>(want: &'a Value, at: &str) -> Result<&'a Map<String, Value>, Mismatch> {
    want.as_object().ok_or_else(|| Mismatch::format(at, "an object"))
}

/// The part of an outcome that a `save` path names.
pub(crate) fn part<'a>(outcome: &'a Value, path: &str) -> Result<&'a Value, Mismatch> {
    path.split('.')
        .try_fold(outcome, |value, part| match part.parse::<usize>() {
            Ok(index) if value.is_array() => value.get(index),
            _ => value.get(part),
        })
        .filter(|value| !value.is_null())
        .ok_or_else(|| Mismatch::new(format!("save: {path}"), "a value", "nothing"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(want: &Value, have: &Value) -> Option<String> {
        matches(want.as_object().unwrap(), have, &Spelling::default()).err().map(|wrong| wrong.at)
    }

    fn error() -> Value {
        json!({
            "kind": "InvalidRequest", "message": "page_size: too large", "debug": "secret",
            "status": null, "resume_token": null, "argument": "page_size",
            "field_errors": [{"field": "a", "code": null, "message": "b"}],
        })
    }

    #[test]
    fn success_and_failure_are_no_substitute_for_each_other() {
        assert_eq!(refused(&json!({}), &json!({"error": error()})).unwrap(), "outcome");
        assert_eq!(refused(&json!({"error": {"kind": "Server"}}), &json!({})).unwrap(), "outcome");
    }

    #[test]
    fn every_part_of_a_list_is_compared() {
        let have = json!({"items": [{"id": "1"}, {"id": "2"}], "pages": [1, 0, 1], "total": 2, "missing": 0,
            "complete": true, "meta": {"status": 200, "attempts": 1}});
        let good = json!({"ids": {"id": ["1", "2"]}, "count": 2, "pages": [1, 1], "total": 2, "missing": 0,
            "complete": true, "meta": {"status": 200}});
        assert_eq!(refused(&good, &have), None);
        for (name, wrong) in [
            ("ids", json!({"id": ["1"]})),
            ("count", json!(1)),
            ("pages", json!([1, 0, 1])),
            ("total", json!(null)),
            ("missing", json!(1)),
            ("complete", json!(false)),
            ("meta", json!({"status": 201})),
            ("items", json!([])),
            ("colour", json!(1)),
        ] {
            let mut bad = good.clone();
            bad[name] = wrong;
            assert!(refused(&bad, &have).is_some(), "{name}");
        }
    }

    #[test]
    fn every_part_of_an_error_is_compared() {
        let have = json!({"error": error()});
        let good = json!({"kind": "InvalidRequest", "status": null, "has_resume_token": false,
            "argument": "page_size", "message_contains": ["Too Large"], "message_excludes": ["hidden"],
            "field_errors": [{"field": "a"}]});
        assert_eq!(refused(&json!({"error": good}), &have), None);
        for (name, wrong) in [
            ("kind", json!("Server")),
            ("status", json!(400)),
            ("has_resume_token", json!(true)),
            ("argument", json!("limit")),
            ("argument", json!(null)),
            ("message_contains", json!(["small"])),
            ("message_excludes", json!(["secret"])),
            ("message_excludes", json!([":"])),
            ("message_excludes", json!(["too"])),
            ("field_errors", json!([])),
            ("field_errors", json!([{"field": "b"}])),
            ("colour", json!(1)),
        ] {
            let mut bad = good.clone();
            bad[name] = wrong;
            assert!(refused(&json!({"error": bad}), &have).is_some(), "{name}");
        }
    }

    #[test]
    fn arguments_have_the_names_of_the_language() {
        let names = BTreeMap::from([("extra_body".to_owned(), "body".to_owned())]);
        let camel = Spelling { camel: true, times: String::new(), names };
        assert!(camel.is_argument("body", "extra_body") && !camel.is_argument("extraBody", "extra_body"));
        assert!(camel.is_argument("maxRetryAfter", "max_retry_after"));
        assert!(!camel.is_argument("max_retry_after", "max_retry_after"));
        let c = Spelling { times: "_ms".into(), ..Spelling::default() };
        assert!(c.is_argument("timeout_ms", "timeout") && c.is_argument("limit", "limit"));
        assert!(!Spelling::default().is_argument("timeout_ms", "timeout"));
    }

    #[test]
    fn a_path_selects_a_part_of_an_outcome() {
        let have = json!({"items": [{"id": "1"}], "resume_token": null});
        assert_eq!(part(&have, "items.0.id").unwrap(), "1");
        assert!(part(&have, "resume_token").is_err() && part(&have, "items.1.id").is_err());
    }
}
