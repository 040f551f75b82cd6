//! The matching rules of the case format: exact unless a matcher says otherwise.

use serde_json::{Map, Value};

use crate::support::Outcome;

/// Why two values do not match, if they do not.
pub(crate) fn value(want: &Value, have: Option<&Value>, at: &str) -> Result<(), String> {
    let differ = || {
        Err(format!("{at}: expected {want}, came {}", have.map_or("nothing".to_owned(), Value::to_string)))
    };
    if let Some((name, of)) = matcher(want) {
        return match (name, have) {
            ("$any", Some(_)) | ("$absent", None) => Ok(()),
            ("$subset", Some(Value::Object(have))) => {
                let want = of.as_object().ok_or(format!("{at}: $subset takes an object"))?;
                want.iter().try_for_each(|(name, want)| value(want, have.get(name), &format!("{at}.{name}")))
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
        (Value::Object(want), Some(Value::Object(have))) => {
            if let Some((name, value)) = have.iter().find(|(name, _)| !want.contains_key(*name)) {
                return Err(format!("{at}: {name} came and is not expected: {value}"));
            }
            want.iter().try_for_each(|(name, want)| value(want, have.get(name), &format!("{at}.{name}")))
        }
        (Value::Array(want), Some(Value::Array(have))) => {
            if want.len() != have.len() {
                return Err(format!(
                    "{at}: expected {} entries, came {}: {}",
                    want.len(),
                    have.len(),
                    Value::from(have.clone())
                ));
            }
            let pairs = want.iter().zip(have).enumerate();
            pairs
                .into_iter()
                .try_for_each(|(index, (want, have))| value(want, Some(have), &format!("{at}[{index}]")))
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

fn matcher(want: &Value) -> Option<(&str, &Value)> {
    let members = want.as_object().filter(|members| members.len() == 1)?;
    members.iter().next().filter(|(name, _)| name.starts_with('$')).map(|(name, of)| (name.as_str(), of))
}

/// Whether an outcome is what the case expects.
pub(crate) fn outcome(want: &Map<String, Value>, have: &Outcome) -> Result<(), String> {
    match (want.get("error"), &have.error) {
        (None, Some(error)) => return Err(format!("failed: {:?}: {error}", error.kind())),
        (Some(_), None) => {
            return Err(format!("succeeded: {} {}", have.result, Value::from(have.items.clone())));
        }
        (Some(Value::Object(want)), Some(error)) => failure(want, error)?,
        (Some(other), Some(_)) => return Err(format!("error: {other} is no object")),
        (None, None) => {}
    }
    for (name, want) in want {
        let have = match name.as_str() {
            "error" => continue,
            "result" => have.result.clone(),
            "items" => Value::from(have.items.clone()),
            "count" => Value::from(have.items.len()),
            "pages" => Value::from(have.pages.clone()),
            "total" => have.total.map_or(Value::Null, Value::from),
            "complete" => have.missing.map_or(Value::Null, |missing| Value::from(missing == 0)),
            "missing" => have.missing.map_or(Value::Null, Value::from),
            "ids" => {
                let fields = want.as_object().ok_or("ids: takes an object")?;
                fields.iter().try_for_each(|(field, want)| {
                    let ids: Vec<Value> =
                        have.items.iter().map(|item| item.get(field).cloned().unwrap_or_default()).collect();
                    value(want, Some(&Value::from(ids)), &format!("ids.{field}"))
                })?;
                continue;
            }
            "meta" => {
                let meta = have.meta.as_ref().ok_or("meta: there is none")?;
                let all = serde_json::json!({"status": meta.status, "attempts": meta.attempts, "request_id": meta.request_id});
                named(want, &all, "meta")?;
                continue;
            }
            other => return Err(format!("expect.{other}: the format has no such field")),
        };
        value(want, Some(&have), name)?;
    }
    Ok(())
}

/// Compares only the members that are named.
fn named(want: &Value, have: &Value, at: &str) -> Result<(), String> {
    let want = want.as_object().ok_or(format!("{at}: takes an object"))?;
    want.iter().try_for_each(|(name, want)| value(want, have.get(name), &format!("{at}.{name}")))
}

fn failure(want: &Map<String, Value>, error: &mspkit::Error) -> Result<(), String> {
    let message = error.to_string();
    for (name, want) in want {
        let at = format!("error.{name} of \"{message}\"");
        let have = match name.as_str() {
            "kind" => Value::from(error.kind().name()),
            "status" => error.status().map_or(Value::Null, Value::from),
            "code" => error.code().map_or(Value::Null, Value::from),
            "server_error_id" => error.server_error_id().map_or(Value::Null, Value::from),
            "retryable" => Value::from(error.retryable()),
            "retry_after" => error.retry_after().map_or(Value::Null, |wait| Value::from(wait.as_secs_f64())),
            "total" => error.total().map_or(Value::Null, Value::from),
            "missing" => error.missing().map_or(Value::Null, Value::from),
            "attempts" => Value::from(error.attempts().len()),
            "has_resume_token" => Value::from(error.resume_token().is_some()),
            "argument" => error.argument_name().into(),
            "given" => error.given().into(),
            "allowed" => error.allowed().into(),
            "method" => error.method().into(),
            "path" => error.path().into(),
            "server" => error.server().into(),
            "message_contains" => {
                let lower = message.to_lowercase();
                for text in want.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if !lower.contains(&text.to_lowercase()) {
                        return Err(format!("{at}: does not hold \"{text}\""));
                    }
                }
                continue;
            }
            "message_excludes" => {
                let shown = format!("{message} {error:?}");
                for text in want.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if shown.contains(text) {
                        return Err(format!("{at}: holds \"{text}\""));
                    }
                }
                continue;
            }
            "field_errors" => {
                let want = want.as_array().ok_or("field_errors: takes a list")?;
                let have = error.field_errors();
                if want.len() != have.len() {
                    return Err(format!("{at}: expected {} entries, came {have:?}", want.len()));
                }
                for (want, have) in want.iter().zip(have) {
                    let all =
                        serde_json::json!({"field": have.field, "code": have.code, "message": have.message});
                    named(want, &all, &at)?;
                }
                continue;
            }
            other => return Err(format!("expect.error.{other}: the format has no such field")),
        };
        value(want, Some(&have), &at)?;
    }
    Ok(())
}

/// Whether the requests that the server received are those of the case.
pub(crate) fn requests(want: &[Map<String, Value>], have: &[Value], unordered: bool) -> Result<(), String> {
    let summary = || {
        have.iter()
            .map(|one| format!("{} {}", one["method"], one["raw_target"]))
            .collect::<Vec<_>>()
            .join(", ")
    };
    if want.len() != have.len() {
        return Err(format!("expected {} requests, came {}: {}", want.len(), have.len(), summary()));
    }
    let mut left: Vec<(usize, &Value)> = have.iter().enumerate().collect();
    for (index, want) in want.iter().enumerate() {
        let before = index.checked_sub(1).map(|at| &have[at]);
        if unordered {
            let found = left.iter().position(|(_, have)| request(want, have, None).is_ok());
            let Some(found) = found else {
                return Err(format!("no request is {want:?} among {}", summary()));
            };
            left.remove(found);
        } else {
            request(want, &have[index], before).map_err(|why| format!("request {index}: {why}"))?;
        }
    }
    Ok(())
}

fn request(want: &Map<String, Value>, have: &Value, before: Option<&Value>) -> Result<(), String> {
    let target = have["raw_target"].as_str().unwrap_or_default();
    let sent_path = target.split('?').next().unwrap_or_default();
    let body = have["body"].as_str().unwrap_or_default();
    let content_type = have["headers"]["content-type"].as_str().unwrap_or_default();
    let typed = |begins: &str| {
        if content_type.starts_with(begins) {
            Ok(())
        } else {
            Err(format!("content-type is {content_type:?}"))
        }
    };
    value(want.get("query").unwrap_or(&serde_json::json!({})), Some(&have["query"]), "query")?;
    if !["json", "form", "body"].iter().any(|name| want.contains_key(*name)) && !body.is_empty() {
        return Err(format!("a body came and is not expected: {body}"));
    }
    for (name, want) in want {
        match name.as_str() {
            "query" => {}
            "method" => value(want, Some(&have["method"]), "method")?,
            "path" => {
                let want = want.as_str().unwrap_or_default();
                if lower_escapes(want) != lower_escapes(sent_path) {
                    return Err(format!("path: expected {want}, came {sent_path}"));
                }
            }
            "headers" => {
                for (header, want) in want.as_object().into_iter().flatten() {
                    let have = have["headers"].get(header);
                    match (want.as_str(), have.and_then(Value::as_str)) {
                        (Some(pattern), Some(text)) if wildcard(pattern, text) => {}
                        (Some(pattern), came) => {
                            return Err(format!("{header}: expected {pattern:?}, came {came:?}"));
                        }
                        (None, _) => value(want, have, header)?,
                    }
                }
            }
            "json" => {
                typed("application/json")?;
                let parsed: Value =
                    serde_json::from_str(body).map_err(|error| format!("body: {error}: {body}"))?;
                value(want, Some(&parsed), "json")?;
            }
            "form" => {
                typed("application/x-www-form-urlencoded")?;
                let pairs = url::form_urlencoded::parse(body.as_bytes());
                let form: Map<String, Value> =
                    pairs.map(|(name, text)| (name.into_owned(), text.into())).collect();
                value(want, Some(&Value::Object(form)), "form")?;
            }
            "body" => value(want, Some(&Value::from(body)), "body")?,
            "status" => value(want, Some(&have["status"]), "status")?,
            "after_ms" => {
                let at = |entry: &Value| entry["at_ms"].as_f64().unwrap_or_default();
                let passed = at(have) - before.map_or(0.0, at);
                if passed + 10.0 < want.as_f64().unwrap_or_default() {
                    return Err(format!("came {passed} ms after the one before, {want} expected"));
                }
            }
            other => return Err(format!("requests.{other}: the format has no such field")),
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

/// Whether a text fits a pattern in which `*` stands for any text.
fn wildcard(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| wildcard(rest, &text[at..]))
        }),
    }
}
