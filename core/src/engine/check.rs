//! The checks of parameters by their kind, with errors that name the argument, the given value and what is allowed.

use std::borrow::Cow;

use serde_json::Value;

use crate::base::error::{Error, Result};
use crate::base::pasted::{self, Form};
use crate::base::quote::truncated;
use crate::base::secret::Secret;
use crate::base::spelling::Spelling;
use crate::table::{Kind, Param, ParamLocation, Rules};

mod nested;
mod times;

pub(crate) use self::nested::{meets, only_with};

use self::times::{is_date, is_date_time};

/// A value that passed its check, in both forms in which it can be sent.
pub(crate) struct ParamValue {
    /// For path, query and header.
    pub(crate) text: String,
    /// For a JSON body.
    pub(crate) json: String,
    /// The secrets in it.
    pub(crate) secrets: Vec<Secret>,
}

impl ParamValue {
    pub(crate) fn null() -> Self {
        Self { text: String::new(), json: "null".to_owned(), secrets: Vec::new() }
    }
}

/// Checks the raw JSON of one parameter. Nested names are those of the caller's language, or the vendor's.
pub(crate) fn value(param: &Param, raw: &str, spelling: Spelling) -> Result<ParamValue> {
    if matches!(param.kind, Kind::List { .. } | Kind::Model { .. } | Kind::Object | Kind::Any) {
        return nested::value(param, raw, spelling);
    }
    let refuse = |allowed: &str| Err(Error::argument(param.name, &shown(param.secret, raw), allowed));
    let raw = if param.location == ParamLocation::Path { unquoted(param.kind, raw) } else { raw };
    let parsed: Value = match serde_json::from_str(raw) {
        Ok(parsed) => parsed,
        Err(_) if raw.starts_with('"') => {
            return refuse("must be Unicode text, without half a surrogate pair");
        }
        // A number that no parser can represent.
        Err(_) => Value::Null,
    };
    match (param.kind, &parsed) {
        (Kind::Id, Value::String(text)) if text.trim().is_empty() => refuse("must not be empty"),
        (Kind::TextList, Value::Array(_)) if accept(param.kind, &parsed, raw).is_none() => {
            refuse("must be a list of names without commas, or comma-separated text")
        }
        _ => match accept(param.kind, &parsed, raw) {
            Some(mut given) => {
                if let Some(allowed) = unfit(&param.rules, &given.text) {
                    return refuse(&allowed);
                }
                apply(&param.rules, &mut given);
                if param.rules.bearer {
                    given = bearer(param.name, &given.text)?;
                }
                given.secrets.extend(param.secret.then(|| Secret::from(given.text.clone())));
                Ok(given)
            }
            None => refuse(&allowed(param.kind)),
        },
    }
}

impl Param {
    /// Checks a value as a call does that is made with it; `json` is its text.
    ///
    /// ```
    /// use mspkit::Operation;
    ///
    /// let operation = Operation::find("ncentral.service_orgs.create_customer").unwrap();
    /// let country = operation.param("country").unwrap();
    /// assert!(country.check(r#""GB""#).is_ok());
    /// let error = country.check(r#""Britain""#).unwrap_err();
    /// assert!(error.to_string().starts_with("country: must be a country code of two letters"));
    /// ```
    ///
    /// # Errors
    /// `InvalidRequest` that names the parameter, what was given and what is allowed.
    pub fn check(&self, json: &str) -> Result<()> {
        value(self, json, Spelling::default()).map(drop)
    }
}

/// What a text may be, if it is longer than allowed, or none of a number.
fn unfit(rules: &Rules, text: &str) -> Option<String> {
    if rules.as_number && whole(text).is_none_or(|digits| digits != text) {
        return Some("must be a whole number".to_owned());
    }
    (text.chars().count() > rules.max_length)
        .then(|| format!("must have at most {} characters", rules.max_length))
}

/// What a list may be, if it has fewer or more entries than allowed.
fn wrong_count(rules: &Rules, count: usize) -> Option<String> {
    let entries = |count| if count == 1 { "entry" } else { "entries" };
    let Rules { min_items: fewest, max_items: most, .. } = *rules;
    match (fewest, most) {
        _ if (fewest..=most).contains(&count) => None,
        (1, usize::MAX) => Some("must not be empty".to_owned()),
        (_, usize::MAX) => Some(format!("must have at least {fewest} {}", entries(fewest))),
        (0, _) => Some(format!("must have at most {most} {}", entries(most))),
        _ => Some(format!("must have {fewest} to {most} entries")),
    }
}

/// Changes the form of a value for those that are sent in another one.
fn apply(rules: &Rules, value: &mut ParamValue) {
    if rules.as_number {
        value.json.clone_from(&value.text);
    }
    if rules.as_text {
        value.json = Value::from(value.text.clone()).to_string();
    }
}

/// The value of a header with a token, without what is pasted along with a token.
fn bearer(name: &str, pasted: &str) -> Result<ParamValue> {
    let token = pasted::read(name, Form::Key, pasted, None)?;
    let text = format!("Bearer {}", token.reveal());
    Ok(ParamValue { json: Value::from(text.clone()).to_string(), text, secrets: vec![token] })
}

/// A path is text, so numbers in it may be given as text.
fn unquoted(kind: Kind, raw: &str) -> &str {
    let bare = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match kind {
        Kind::Int { .. } | Kind::IntOneOf { .. } => bare.filter(|text| whole(text).is_some()).unwrap_or(raw),
        _ => raw,
    }
}

/// The value, if this kind allows it.
fn accept(kind: Kind, parsed: &Value, raw: &str) -> Option<ParamValue> {
    let given = |text: String, json: String| Some(ParamValue { text, json, secrets: Vec::new() });
    let as_it_is = || given(raw.to_owned(), raw.to_owned());
    let number = |text: String| given(text.clone(), text);
    let text = |text: &str| given(text.to_owned(), Value::from(text).to_string());
    match (kind, parsed) {
        (Kind::Id, Value::String(id)) if !id.trim().is_empty() => text(id),
        // An id with a fraction comes from a column of floats, which may already have lost digits.
        (Kind::Id, Value::Number(_)) if !raw.contains(['.', 'e', 'E']) => text(&whole(raw)?),
        (Kind::Guid, Value::String(guid)) if is_guid(guid) => text(guid),
        (Kind::Text | Kind::Open { .. }, Value::String(any)) => text(any),
        (Kind::NonBlank | Kind::TextList, Value::String(any)) if !any.trim().is_empty() => text(any),
        (Kind::TextList, Value::Array(entries)) => text(&text_list(entries)?),
        (Kind::Int { min, max }, Value::Number(_)) => {
            let whole = whole(raw)?;
            whole.parse().is_ok_and(|n: i64| (min..=max).contains(&n)).then_some(whole).and_then(number)
        }
        (Kind::IntOneOf { values }, Value::Number(_)) => {
            let whole = whole(raw)?;
            whole.parse().is_ok_and(|n: i64| values.contains(&n)).then_some(whole).and_then(number)
        }
        (Kind::Number { min, max }, Value::Number(n))
            if n.as_f64().is_some_and(|n| (min..=max).contains(&n)) =>
        {
            as_it_is()
        }
        (Kind::Bool, Value::Bool(_)) => as_it_is(),
        (Kind::Date, Value::String(date)) if is_date(date) => text(date),
        (Kind::DateTime, Value::String(time)) if is_date_time(time) => text(time),
        (Kind::DateRange, Value::Object(range)) if is_range(range) => as_it_is(),
        (Kind::HttpUrl, Value::String(url)) if is_http_url(url) => text(url),
        (Kind::Country, Value::String(code)) if letters(code, 2) => text(code),
        (Kind::Currency, Value::String(code))
            if letters(code, 3) && code.bytes().all(|b| b.is_ascii_uppercase()) =>
        {
            text(code)
        }
        (Kind::OneOf { values, any_case }, Value::String(one))
            if values.iter().any(|value| value == one || (any_case && value.eq_ignore_ascii_case(one))) =>
        {
            text(one)
        }
        _ => None,
    }
}

/// What a parameter of this kind may be, in the words of an error.
pub(crate) fn allowed(kind: Kind) -> Cow<'static, str> {
    match kind {
        Kind::Id => "must be text or a whole number".into(),
        Kind::Guid => "must be a GUID such as 8806367b-001a-4632-afb4-27a7fad7660c".into(),
        Kind::Text | Kind::Open { .. } => "must be text".into(),
        Kind::NonBlank => "must not be blank".into(),
        Kind::Int { min, max: i64::MAX } => format!("must be a whole number, {min} or more").into(),
        Kind::Int { min, max } => format!("must be a whole number from {min} to {max}").into(),
        Kind::Number { min, max } => match (min.is_finite(), max.is_finite()) {
            (false, false) => "must be a number".into(),
            (true, false) => format!("must be a number, {min} or more").into(),
            (false, true) => format!("must be a number, {max} or less").into(),
            (true, true) => format!("must be a number from {min} to {max}").into(),
        },
        Kind::Bool => "must be true or false".into(),
        Kind::Date => "must be a date, YYYY-MM-DD".into(),
        Kind::DateTime => "must be a date and a time with its offset, such as 2024-03-01T08:00:00Z".into(),
        Kind::DateRange => {
            "must be {\"start\": \"YYYY-MM-DD\", \"end\": \"YYYY-MM-DD\"}, and the end must not be before the start"
                .into()
        }
        Kind::HttpUrl => "must be an absolute http or https URL".into(),
        Kind::Country => "must be a country code of two letters, ISO 3166-1 alpha-2".into(),
        Kind::Currency => "must be a currency code of three capital letters, ISO 4217".into(),
        Kind::OneOf { values, .. } => format!("must be one of {}", values.join(", ")).into(),
        Kind::IntOneOf { values } => {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("must be one of {}", values.join(", ")).into()
        }
        Kind::TextList => "must be a list of names, or comma-separated text".into(),
        Kind::List { .. } => "must be a list".into(),
        Kind::Model { .. } | Kind::Object => "must be an object".into(),
        Kind::Any => "must be JSON".into(),
    }
}

/// The digits of a whole number by its JSON; `7.0` is 7. All digits are kept, however many; a number with a point or an
/// exponent comes from a type that has lost digits beyond 2^53.
pub(crate) fn whole(raw: &str) -> Option<String> {
    const EXACT: f64 = 9_007_199_254_740_991.0;
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    let (before, behind) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    if digits != "0" && all_digits(digits) {
        return Some(raw.to_owned());
    }
    if all_digits(before) && all_digits(behind) && behind.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let number: f64 = raw.parse().ok()?;
    // Adding zero removes the sign of a negative zero.
    (number.fract() == 0.0 && number.abs() <= EXACT).then(|| format!("{:.0}", number + 0.0))
}

/// The given value, as errors may show it.
pub(crate) fn shown(secret: bool, raw: &str) -> String {
    if secret { "a secret".to_owned() } else { truncated(raw) }
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
    // Dates in this form sort like their text.
    range.len() == 2 && matches!((day("start"), day("end")), (Some(start), Some(end)) if start <= end)
}

fn is_http_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::ParamLocation;

    fn check(kind: Kind, raw: &str) -> Result<ParamValue> {
        let param = Param {
            name: "thing",
            wire: "thing",
            location: ParamLocation::Query,
            kind,
            required: true,
            secret: false,
            default: None,
            from_option: None,
            rules: Rules::NONE,
        };
        value(&param, raw, Spelling::Snake)
    }

    #[test]
    fn a_number_in_a_path_may_be_text() {
        let year = |raw| {
            let param = Param {
                name: "year",
                wire: "year",
                location: ParamLocation::Path,
                kind: Kind::Int { min: 2000, max: 2100 },
                required: true,
                secret: false,
                default: None,
                from_option: None,
                rules: Rules::NONE,
            };
            value(&param, raw, Spelling::Snake).map(|given| given.text)
        };
        assert_eq!(year("2024").unwrap(), "2024");
        assert_eq!(year("\"2024\"").unwrap(), "2024");
        assert!(year("\"1999\"").is_err() && year("\"20x4\"").is_err());
    }

    #[test]
    fn each_kind_accepts_valid_values_and_refuses_others() {
        let order = Kind::OneOf { values: &["ASC", "DESC"], any_case: true };
        let cases: &[(Kind, &[&str], &[&str])] = &[
            (
                Kind::Id,
                &["\"50\"", "50", "-1", "18446744073709551615", "\"a b\""],
                &[
                    "\"\"",
                    "1.5",
                    "7.0",
                    "7e0",
                    "true",
                    "{}",
                    "\" \"",
                    "1e400",
                    "9007199254740994.0",
                    r#""\ud800""#,
                ],
            ),
            (Kind::Guid, &["\"8806367b-001a-4632-afb4-27a7fad7660c\""], &["\"Csp\"", "\"8806367b\"", "5"]),
            (Kind::NonBlank, &["\"x\""], &["\"\"", "\"  \"", "1"]),
            (Kind::Int { min: 1, max: 1000 }, &["1", "1000", "1.0"], &["0", "1001", "1.5", "\"5\"", "-1"]),
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
            (Kind::List { of: &Kind::Any }, &["[1]", "[]"], &["{}", "\"[]\""]),
            (Kind::Object, &["{}"], &["[]", "1"]),
            (
                Kind::Number { min: 0.0, max: f64::INFINITY },
                &["0", "1.50", "1e3"],
                &["-0.5", "\"1\"", "1e400"],
            ),
            (Kind::IntOneOf { values: &[1, 4] }, &["1", "4.0"], &["2", "\"1\""]),
            (
                Kind::DateTime,
                &["\"2024-02-29T23:59:60Z\"", "\"2024-03-01t08:00:00.25+01:00\""],
                &[
                    "\"2024-03-01\"",
                    "\"2024-03-01T08:00:00\"",
                    "\"2024-03-01T24:00:00Z\"",
                    "\"2024-03-01T08:00Z\"",
                ],
            ),
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
    fn ids_keep_their_digits() {
        let id = |raw| check(Kind::Id, raw).unwrap().text;
        assert_eq!(id("9007199254740993"), "9007199254740993");
        assert_eq!(id("123456789012345678901234567890"), "123456789012345678901234567890");
        // Text is sent unchanged.
        assert_eq!(id("\"7.0\""), "7.0");
    }

    #[test]
    fn a_pasted_token_is_sent_with_one_scheme() {
        let param = Param {
            name: "token",
            wire: "Authorization",
            location: ParamLocation::Header,
            kind: Kind::NonBlank,
            required: true,
            secret: true,
            default: None,
            from_option: None,
            rules: Rules { bearer: true, ..Rules::NONE },
        };
        for given in ["planted", "Bearer planted", "  \"bearer planted\"\n"] {
            let given = value(&param, &Value::from(given).to_string(), Spelling::Snake).unwrap();
            assert_eq!(given.text, "Bearer planted");
            assert!(given.secrets.iter().any(|secret| secret.reveal() == "planted"));
        }
        let error = value(&param, r#""Bearer plan ted""#, Spelling::Snake).err().unwrap().to_string();
        assert!(error.contains("token") && !error.contains("plan"), "{error}");
    }

    #[test]
    fn a_secret_is_not_quoted() {
        let param = Param {
            name: "password",
            wire: "password",
            location: ParamLocation::Body,
            kind: Kind::NonBlank,
            required: true,
            secret: true,
            default: None,
            from_option: None,
            rules: Rules::NONE,
        };
        let error = value(&param, "[\"planted\"]", Spelling::Snake).err().unwrap().to_string();
        assert!(!error.contains("planted"), "{error}");
    }
}
