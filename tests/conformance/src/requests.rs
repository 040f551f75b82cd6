//! The requests that the server received, compared with the case's expectation.

use serde_json::{Map, Value, json};

use crate::matching::{self, Matched, Mismatch};

const TOKEN_PATHS: [&str; 3] = ["/api/auth/authenticate", "/api/auth/refresh", "/connect/token"];

/// Whether the requests that the server received are those of the case.
pub(crate) fn matches(want: &[Map<String, Value>], have: &[Value], unordered: bool) -> Matched {
    if want.len() != have.len() {
        let wanted = want.iter().map(|one| line(&one["method"], one.get("path")));
        return Err(Mismatch::new("requests", listed(wanted), summary(have)));
    }
    if unordered {
        return assigned(want, have);
    }
    want.iter().enumerate().try_for_each(|(index, want)| {
        let before = index.checked_sub(1).map(|at| &have[at]);
        request(want, &have[index], before).map_err(|wrong| wrong.inside(&format!("request {index}")))
    })
}

/// Whether a request is one for a token.
pub(crate) fn is_for_token(request: &Value) -> bool {
    request["method"] == "POST" && TOKEN_PATHS.contains(&sent_path(request))
}

fn sent_path(request: &Value) -> &str {
    let target = request["raw_target"].as_str().unwrap_or_default();
    target.split('?').next().unwrap_or_default()
}

fn summary(have: &[Value]) -> String {
    listed(have.iter().map(|one| line(&one["method"], one.get("raw_target"))))
}

fn line(method: &Value, target: Option<&Value>) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{} {}", text(method), target.map(text).unwrap_or_default())
}

fn listed(lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.collect();
    format!("{}: {}", lines.len(), lines.join(", "))
}

/// Finds a separate request for each expected one, backtracking if a choice leaves none.
fn assigned(want: &[Map<String, Value>], have: &[Value]) -> Matched {
    let mut taken_by: Vec<Option<usize>> = vec![None; have.len()];
    for (index, one) in want.iter().enumerate() {
        if !place(index, want, have, &mut taken_by, &mut vec![false; have.len()]) {
            let wanted = Value::Object(one.clone());
            return Err(Mismatch::new("requests, in any order", wanted, summary(have)));
        }
    }
    Ok(())
}

fn place(
    index: usize,
    want: &[Map<String, Value>],
    have: &[Value],
    taken_by: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for at in 0..have.len() {
        if tried[at] || request(&want[index], &have[at], None).is_err() {
            continue;
        }
        tried[at] = true;
        if taken_by[at].is_none_or(|other| place(other, want, have, taken_by, tried)) {
            taken_by[at] = Some(index);
            return true;
        }
    }
    false
}

fn request(want: &Map<String, Value>, have: &Value, before: Option<&Value>) -> Matched {
    let body = have["body"].as_str().unwrap_or_default();
    let content_type = have["headers"]["content-type"].as_str().unwrap_or_default();
    let typed = |begins: &str| {
        if content_type.starts_with(begins) {
            Ok(())
        } else {
            Err(Mismatch::new("content-type", begins, content_type))
        }
    };
    matching::value(want.get("query").unwrap_or(&json!({})), Some(&have["query"]), "query")?;
    if !["json", "form", "body"].iter().any(|name| want.contains_key(*name)) && !body.is_empty() {
        return Err(Mismatch::new("body", "none", body));
    }
    for (name, want) in want {
        match name.as_str() {
            "query" => {}
            "method" | "status" => matching::value(want, Some(&have[name.as_str()]), name)?,
            "path" => {
                let want = want.as_str().unwrap_or_default();
                if lower_escapes(want) != lower_escapes(sent_path(have)) {
                    return Err(Mismatch::new("path", want, sent_path(have)));
                }
            }
            "headers" => {
                for (header, want) in want.as_object().into_iter().flatten() {
                    let have = have["headers"].get(header);
                    match (want.as_str(), have.and_then(Value::as_str)) {
                        (Some(pattern), Some(text)) if wildcard(pattern, text) => {}
                        (Some(pattern), actual) => {
                            return Err(Mismatch::new(header, pattern, actual.unwrap_or("nothing")));
                        }
                        (None, _) => matching::value(want, have, header)?,
                    }
                }
            }
            "json" => {
                typed("application/json")?;
                let parsed: Value =
                    serde_json::from_str(body).map_err(|_| Mismatch::new("json", want, body))?;
                matching::value(want, Some(&parsed), "json")?;
            }
            "form" => {
                typed("application/x-www-form-urlencoded")?;
                let pairs = url::form_urlencoded::parse(body.as_bytes());
                let form: Map<String, Value> =
                    pairs.map(|(name, text)| (name.into_owned(), text.into())).collect();
                matching::value(want, Some(&Value::Object(form)), "form")?;
            }
            "body" => matching::value(want, Some(&Value::from(body)), "body")?,
            "after_ms" => {
                let at = |entry: &Value| entry["at_ms"].as_f64().unwrap_or_default();
                let passed = at(have) - before.map_or(0.0, at);
                if passed + 10.0 < want.as_f64().unwrap_or_default() {
                    return Err(Mismatch::new("milliseconds after the one before", want, passed));
                }
            }
            other => return Err(Mismatch::format(&format!("requests.{other}"), "a field of the format")),
        }
    }
    Ok(())
}

fn lower_escapes(path: &str) -> String {
    let mut parts = path.split('%');
    let mut lower = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at(part.len().min(2));
        lower.push('%');
        lower.push_str(&digits.to_ascii_lowercase());
        lower.push_str(rest);
    }
    lower
}

/// Whether a text matches a pattern in which `*` is any text.
fn wildcard(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| wildcard(rest, &text[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(path: &str, body: &str) -> Value {
        json!({"method": "POST", "raw_target": format!("{path}?a=1"), "query": {"a": "1"}, "body": body,
            "headers": {"content-type": "application/json", "x": "abc"}, "status": 200, "at_ms": 5})
    }

    fn refused(want: Value, have: &Value) -> Option<String> {
        let want: Map<String, Value> = serde_json::from_value(want).unwrap();
        request(&want, have, None).err().map(|wrong| wrong.at)
    }

    #[test]
    fn every_part_of_a_request_is_compared() {
        let have = received("/a%2Fb", r#"{"a": 1}"#);
        let good = json!({"method": "POST", "path": "/a%2fb", "query": {"a": "1"}, "json": {"a": 1},
            "headers": {"x": "a*c", "y": {"$absent": true}}, "status": 200, "after_ms": 10});
        assert_eq!(refused(good.clone(), &have), None);
        for (name, wrong) in [
            ("method", json!("GET")),
            ("path", json!("/a/b")),
            ("query", json!({})),
            ("json", json!({"a": 2})),
            ("headers", json!({"x": "b*"})),
            ("headers", json!({"x": {"$absent": true}})),
            ("status", json!(null)),
            ("after_ms", json!(16)),
            ("form", json!({})),
            ("body", json!("")),
            ("colour", json!(1)),
        ] {
            let mut bad = good.clone();
            bad[name] = wrong;
            assert!(refused(bad, &have).is_some(), "{name}");
        }
        let mut bodiless = good;
        bodiless.as_object_mut().unwrap().remove("json");
        assert_eq!(refused(bodiless, &have).unwrap(), "body");
    }

    #[test]
    fn requests_are_assigned_one_to_one_in_any_order() {
        let want = |body: Value| {
            let one = json!({"method": "POST", "path": "/a", "query": {"a": "1"}, "body": body});
            serde_json::from_value::<Map<String, Value>>(one).unwrap()
        };
        let any = || want(json!({"$any": true}));
        let have = [received("/a", "x"), received("/a", "y")];
        assert_eq!(matches(&[any(), want("x".into())], &have, true), Ok(()));
        assert!(matches(&[any(), want("x".into())], &have, false).is_err());
        assert!(matches(&[want("x".into()), want("x".into())], &have, true).is_err());
        assert!(matches(&[any()], &have, true).is_err());
    }

    #[test]
    fn token_requests_are_recognized_by_their_path() {
        assert!(is_for_token(&json!({"method": "POST", "raw_target": "/connect/token?x"})));
        assert!(!is_for_token(&json!({"method": "GET", "raw_target": "/connect/token"})));
    }
}
