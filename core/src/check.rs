//! What a parameter may be: each kind's check, with an error that names the argument, what was given and what is
//! allowed.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::operation::{Kind, Param};
use crate::request::shown;

/// A value that passed its check, in the two forms in which it can travel.
pub(crate) struct Given {
    /// For path, query and header.
    pub(crate) text: String,
    /// For a JSON body.
    pub(crate) json: String,
}

impl Given {
    pub(crate) fn null() -> Self {
        Self { text: String::new(), json: "null".to_owned() }
    }
}

/// Checks the raw JSON of one parameter.
pub(crate) fn value(param: &Param, raw: &str) -> Result<Given> {
    let refuse = |allowed: &str| Err(Error::argument(param.name, &shown(param, raw), allowed));
    if matches!(param.kind, Kind::Array | Kind::Object) {
        // Kept as text: what is nested is the vendor's business, and its numbers keep all their digits.
        let (opener, allowed) =
            if param.kind == Kind::Array { ('[', "must be a list") } else { ('{', "must be an object") };
        if !raw.starts_with(opener) {
            return refuse(allowed);
        }
        return Ok(Given { text: raw.to_owned(), json: raw.to_owned() });
    }
    let parsed: Value = serde_json::from_str(raw)
        .map_err(|error| Error::argument(param.name, "broken JSON", &error.to_string()))?;
    let as_text = |text: &str| Ok(Given { text: text.to_owned(), json: Value::from(text).to_string() });
    match (param.kind, &parsed) {
        (Kind::Id, Value::String(text)) if text.trim().is_empty() => refuse("must not be empty"),
        (Kind::Id | Kind::Text, Value::String(text)) => as_text(text),
        (Kind::Id, Value::Number(number)) if number.is_i64() || number.is_u64() => {
            as_text(&number.to_string())
        }
        (Kind::Id, _) => refuse("must be text or a whole number"),
        (Kind::Guid, Value::String(text)) if is_guid(text) => as_text(text),
        (Kind::Guid, _) => refuse("must be a GUID such as 8806367b-001a-4632-afb4-27a7fad7660c"),
        (Kind::Text, _) => refuse("must be text"),
        (Kind::NonBlank | Kind::TextList, Value::String(text)) if !text.trim().is_empty() => as_text(text),
        (Kind::NonBlank, _) => refuse("must be text that is not blank"),
        (Kind::Int { min, max }, Value::Number(number))
            if number.as_i64().is_some_and(|n| (min..=max).contains(&n)) =>
        {
            Ok(Given { text: number.to_string(), json: number.to_string() })
        }
        (Kind::Int { min, max: i64::MAX }, _) => refuse(&format!("must be a whole number, {min} or more")),
        (Kind::Int { min, max }, _) => refuse(&format!("must be a whole number from {min} to {max}")),
        (Kind::Bool, Value::Bool(flag)) => Ok(Given { text: flag.to_string(), json: flag.to_string() }),
        (Kind::Bool, _) => refuse("must be true or false"),
        (Kind::Date, Value::String(text)) if is_date(text) => as_text(text),
        (Kind::Date, _) => refuse("must be a date, YYYY-MM-DD"),
        (Kind::DateRange, Value::Object(range)) if is_range(range) => {
            Ok(Given { text: raw.to_owned(), json: raw.to_owned() })
        }
        (Kind::DateRange, _) => refuse(
            "must be {\"start\": \"YYYY-MM-DD\", \"end\": \"YYYY-MM-DD\"}, with the end not before the start",
        ),
        (Kind::HttpUrl, Value::String(text)) if is_http_url(text) => as_text(text),
        (Kind::HttpUrl, _) => refuse("must be an absolute http or https URL"),
        (Kind::Country, Value::String(text)) if letters(text, 2) => as_text(text),
        (Kind::Country, _) => refuse("must be a country code of two letters, ISO 3166-1 alpha-2"),
        (Kind::Currency, Value::String(text))
            if letters(text, 3) && text.bytes().all(|b| b.is_ascii_uppercase()) =>
        {
            as_text(text)
        }
        (Kind::Currency, _) => refuse("must be a currency code of three capital letters, ISO 4217"),
        (Kind::OneOf { values, any_case }, Value::String(text))
            if values
                .iter()
                .any(|value| *value == text || (any_case && value.eq_ignore_ascii_case(text))) =>
        {
            as_text(text)
        }
        (Kind::OneOf { values, .. }, _) => refuse(&format!("must be one of {}", values.join(", "))),
        (Kind::TextList, Value::Array(entries)) => match text_list(entries) {
            Some(joined) => as_text(&joined),
            None => refuse("must be a list of names without commas, or comma-separated text"),
        },
        (Kind::TextList, _) => refuse("must be a list of names, or comma-separated text"),
        (Kind::Array | Kind::Object, _) => refuse("must be JSON"),
    }
}

fn text_list(entries: &[Value]) -> Option<String> {
    let names: Option<Vec<&str>> = entries
        .iter()
        .map(|entry| entry.as_str().filter(|name| !name.trim().is_empty() && !name.contains(',')))
        .collect();
    names.filter(|names| !names.is_empty()).map(|names| names.join(","))
}

pub(crate) fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn letters(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_range(range: &serde_json::Map<String, Value>) -> bool {
    let day = |name: &str| range.get(name).and_then(Value::as_str).filter(|text| is_date(text));
    // Dates in this form are ordered as their text is.
    range.len() == 2 && matches!((day("start"), day("end")), (Some(start), Some(end)) if start <= end)
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !digits || !parts.iter().map(|part| part.len()).eq([4, 2, 2]) {
        return false;
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(parts[0]), number(parts[1]), number(parts[2]));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

fn is_http_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Place;

    fn check(kind: Kind, raw: &str) -> Result<Given> {
        let param = Param {
            name: "thing",
            wire: "thing",
            place: Place::Query,
            kind,
            required: true,
            secret: false,
            default: None,
            from_option: None,
        };
        value(&param, raw)
    }

    #[test]
    fn each_kind_takes_what_is_right_and_names_what_is_wrong() {
        let order = Kind::OneOf { values: &["ASC", "DESC"], any_case: true };
        let cases: &[(Kind, &[&str], &[&str])] = &[
            (
                Kind::Id,
                &["\"50\"", "50", "-1", "18446744073709551615", "\"a b\""],
                &["\"\"", "1.5", "true", "{}", "\" \""],
            ),
            (Kind::Guid, &["\"8806367b-001a-4632-afb4-27a7fad7660c\""], &["\"Csp\"", "\"8806367b\"", "5"]),
            (Kind::NonBlank, &["\"x\""], &["\"\"", "\"  \"", "1"]),
            (Kind::Int { min: 1, max: 1000 }, &["1", "1000"], &["0", "1001", "1.5", "\"5\"", "-1"]),
            (Kind::Bool, &["true"], &["1", "\"true\""]),
            (
                Kind::Date,
                &["\"2024-02-29\""],
                &["\"2023-02-29\"", "\"2024-13-01\"", "\"24-1-1\"", "20240101"],
            ),
            (
                Kind::DateRange,
                &[r#"{"start":"2024-01-01","end":"2024-01-01"}"#],
                &[r#"{"start":"2024-01-02","end":"2024-01-01"}"#, "{}", "[]"],
            ),
            (Kind::HttpUrl, &["\"https://x.example/t\""], &["\"ftp://x\"", "\"x\"", "1"]),
            (Kind::Country, &["\"CA\"", "\"ca\""], &["\"CAN\"", "\"1A\""]),
            (Kind::Currency, &["\"EUR\""], &["\"eur\"", "\"EURO\""]),
            (order, &["\"ASC\"", "\"desc\""], &["\"up\"", "1"]),
            (Kind::TextList, &["\"id,name\"", "[\"id\"]"], &["[]", "[1]", "\"\"", "[\"a,b\"]"]),
            (Kind::Array, &["[1]"], &["{}", "\"[]\""]),
            (Kind::Object, &["{}"], &["[]", "1"]),
        ];
        for (kind, good, bad) in cases {
            for raw in *good {
                assert!(check(*kind, raw).is_ok(), "{kind:?} {raw}");
            }
            for raw in *bad {
                let text = check(*kind, raw).err().map(|error| error.to_string()).unwrap_or_default();
                assert!(text.starts_with("thing: must") && text.contains(raw), "{kind:?} {raw}: {text}");
            }
        }
    }

    #[test]
    fn a_secret_is_not_quoted() {
        let param = Param {
            name: "password",
            wire: "password",
            place: Place::Body,
            kind: Kind::NonBlank,
            required: true,
            secret: true,
            default: None,
            from_option: None,
        };
        let error = value(&param, "[\"planted\"]").err().unwrap().to_string();
        assert!(!error.contains("planted"), "{error}");
    }
}
