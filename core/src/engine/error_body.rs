//! Error bodies: every shape that the vendors have, read into one view.
//!
//! The shapes are distinguished by their JSON type, never by the service: gateways in front of a service have shapes of
//! their own.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::base::error::FieldError;
use crate::base::markup;
use crate::wire::transport::LONGEST_REFUSAL;

/// The most field errors that are kept, and the most entries of a list or members of an object that are read: more is of no
/// use, and costs many times its size.
const MOST: usize = 100;

/// How deep error bodies are read; the vendors' have three levels.
const DEEPEST: usize = 4;

/// The common view of an error body.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorBody {
    pub(crate) message: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) field_errors: Vec<FieldError>,
    pub(crate) server_error_id: Option<String>,
}

/// Reads an error body of any shape.
pub(crate) fn read(body: &[u8]) -> ErrorBody {
    let mut details = match value(body) {
        Some(Value::Array(entries)) => coded_list(&entries),
        Some(Value::Object(object)) => from_object(&object),
        Some(Value::String(text)) => ErrorBody { message: Some(text), ..ErrorBody::default() },
        _ => plain(body),
    };
    details.field_errors.truncate(MOST);
    if let Some(message) = details.message.take() {
        let (id, rest) = split_error_id(&message);
        details.server_error_id = id;
        details.message = (!rest.is_empty()).then(|| rest.to_owned());
    }
    if details.message.is_none() {
        details.message = join(&details.field_errors);
    }
    details
}

/// The JSON value of a body, without entries that are too many or too deep; `None` if it is not JSON. Of a truncated body
/// it is the part that can be read.
fn value(body: &[u8]) -> Option<Value> {
    let mut value = Value::Null;
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = Slot { value: &mut value, levels: DEEPEST }.deserialize(&mut json).and_then(|()| json.end());
    match read {
        Ok(()) => Some(value),
        Err(error) if error.is_eof() && body.len() >= LONGEST_REFUSAL && !value.is_null() => Some(value),
        Err(_) => None,
    }
}

/// Reads a value down to a number of levels, and keeps what was read before an error.
struct Slot<'v> {
    value: &'v mut Value,
    levels: usize,
}

impl<'de> DeserializeSeed<'de> for Slot<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl Slot<'_> {
    fn keep(self, value: impl Into<Value>) {
        *self.value = value.into();
    }
}

impl<'de> Visitor<'de> for Slot<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.keep(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.keep(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.keep(value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.keep(value);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.keep(value);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.keep(Value::Null);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        *self.value = Value::Array(Vec::new());
        if let (Value::Array(entries), Some(levels)) = (self.value, self.levels.checked_sub(1)) {
            while entries.len() < MOST {
                let mut value = Value::Null;
                if list.next_element_seed(Slot { value: &mut value, levels })?.is_none() {
                    return Ok(());
                }
                entries.push(value);
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        *self.value = Value::Object(Map::new());
        if let (Value::Object(members), Some(levels)) = (self.value, self.levels.checked_sub(1)) {
            while members.len() < MOST {
                let Some(name) = object.next_key::<String>()? else { return Ok(()) };
                let value = members.entry(name).or_insert(Value::Null);
                object.next_value_seed(Slot { value, levels })?;
            }
        }
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// Whether a body is `{"Error Message": "…"}` alone: an error that N-central sends with status 200.
pub(crate) fn error_inside_success(body: &[u8]) -> bool {
    // A cheap check first: this runs on every success. The only member must come first.
    let first = body.trim_ascii_start().strip_prefix(b"{").unwrap_or_default().trim_ascii_start();
    if body.len() > 4096 || !first.get(..14).is_some_and(|part| part.eq_ignore_ascii_case(b"\"error message"))
    {
        return false;
    }
    match serde_json::from_slice::<Map<String, Value>>(body) {
        Ok(object) => object.len() == 1 && object.keys().all(|key| key.eq_ignore_ascii_case("error message")),
        Err(_) => false,
    }
}

/// Cloudmore: `[{"errorCode":5,"errorName":"InvalidValue","errorMessage":"…"}]`.
fn coded_list(entries: &[Value]) -> ErrorBody {
    let field_errors: Vec<FieldError> = entries
        .iter()
        .map(|entry| match entry {
            Value::Object(entry) => {
                let code = text_of(entry.get("errorName")).or_else(|| text_of(entry.get("errorCode")));
                let message = text_of(entry.get("errorMessage")).or_else(|| text_of(entry.get("message")));
                FieldError::new(
                    text_of(entry.get("field")).unwrap_or_default(),
                    code,
                    message.unwrap_or_default(),
                )
            }
            other => FieldError::new("", None, text_of(Some(other)).unwrap_or_default()),
        })
        .collect();
    let code = field_errors.first().and_then(|first| first.code.clone());
    ErrorBody { message: None, code, field_errors, server_error_id: None }
}

fn from_object(object: &Map<String, Value>) -> ErrorBody {
    let find =
        |name: &str| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    if let Some(error) = text_of(find("error")) {
        // OAuth names a code and describes it; Wiv's `error` is the message itself.
        return match text_of(find("error_description")) {
            Some(described) => {
                ErrorBody { message: Some(described), code: Some(error), ..ErrorBody::default() }
            }
            None if is_code(&error) => ErrorBody {
                message: text_of(find("message")).or(Some(error.clone())),
                code: Some(error),
                ..ErrorBody::default()
            },
            None => ErrorBody { message: Some(error), ..ErrorBody::default() },
        };
    }
    let message = ["message", "error message", "detail", "title", "errorMessage"]
        .into_iter()
        .find_map(|name| text_of(find(name)));
    let field_errors = match find("errors") {
        Some(Value::Array(entries)) => entries.iter().filter_map(field_entry).collect(),
        Some(Value::Object(fields)) => fields.iter().flat_map(named_messages).collect(),
        _ => Vec::new(),
    };
    if message.is_some() || !field_errors.is_empty() {
        let code = text_of(find("code")).or_else(|| text_of(find("errorName")));
        return ErrorBody { message, code, field_errors, server_error_id: None };
    }
    // Cloudmore's second shape: `{"id":["The input was not valid."]}`.
    let all_lists = !object.is_empty() && object.values().all(Value::is_array);
    let field_errors = if all_lists { object.iter().flat_map(named_messages).collect() } else { Vec::new() };
    ErrorBody { field_errors, ..ErrorBody::default() }
}

/// N-central: `{"field":"startDate","message":"…"}`.
fn field_entry(entry: &Value) -> Option<FieldError> {
    match entry {
        Value::Object(entry) => Some(FieldError::new(
            text_of(entry.get("field")).unwrap_or_default(),
            text_of(entry.get("code")),
            text_of(entry.get("message")).unwrap_or_default(),
        )),
        other => text_of(Some(other)).map(|message| FieldError::new("", None, message)),
    }
}

fn named_messages((field, messages): (&String, &Value)) -> Vec<FieldError> {
    match messages {
        Value::Array(messages) => messages
            .iter()
            .filter_map(|message| text_of(Some(message)))
            .map(|message| FieldError::new(field, None, message))
            .collect(),
        other => {
            text_of(Some(other)).map(|message| FieldError::new(field, None, message)).into_iter().collect()
        }
    }
}

/// Anything that is not JSON: plain text, or the page of a proxy.
fn plain(body: &[u8]) -> ErrorBody {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() {
        return ErrorBody::default();
    }
    let message = if markup::is_page(body) { markup::page(text) } else { text.to_owned() };
    ErrorBody { message: Some(message), ..ErrorBody::default() }
}

/// `[ID=abcd] BAD REQUEST: …` into the id and the rest.
fn split_error_id(message: &str) -> (Option<String>, &str) {
    let trimmed = message.trim();
    match trimmed.strip_prefix("[ID=").and_then(|rest| rest.split_once(']')) {
        Some((id, rest)) => (Some(id.trim().to_owned()), rest.trim()),
        None => (None, trimmed),
    }
}

fn is_code(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn text_of(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn join(fields: &[FieldError]) -> Option<String> {
    let lines: Vec<String> = fields
        .iter()
        .map(|field| {
            if field.field.is_empty() {
                field.message.clone()
            } else {
                format!("{}: {}", field.field, field.message)
            }
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &str) -> Vec<(String, Option<String>, String)> {
        read(body.as_bytes())
            .field_errors
            .into_iter()
            .map(|field| (field.field, field.code, field.message))
            .collect()
    }

    #[test]
    fn ncentral_ids_are_split_from_the_message() {
        let details =
            read(br#"{"status":"400","message":"[ID=abcd] BAD REQUEST: SO Create -- name is required"}"#);
        assert_eq!(details.server_error_id.as_deref(), Some("abcd"));
        assert_eq!(details.message.as_deref(), Some("BAD REQUEST: SO Create -- name is required"));
    }

    #[test]
    fn ncentral_fields_are_listed() {
        let body =
            r#"{"status":400,"message":"[ID=1]Multiple.","errors":[{"field":"startDate","message":"bad"}]}"#;
        assert_eq!(fields(body), [("startDate".into(), None, "bad".into())]);
        assert_eq!(read(body.as_bytes()).server_error_id.as_deref(), Some("1"));
    }

    #[test]
    fn cloudmore_shapes_have_one_view() {
        let coded = r#"[{"errorCode":5,"errorName":"InvalidValue","errorMessage":"Custom property Domain is mandatory"}]"#;
        assert_eq!(
            fields(coded),
            [(String::new(), Some("InvalidValue".into()), "Custom property Domain is mandatory".into())]
        );
        assert_eq!(read(coded.as_bytes()).message.as_deref(), Some("Custom property Domain is mandatory"));
        let keyed = r#"{"Contact.Phone":["too long"],"":["A body is required."]}"#;
        let view = fields(keyed);
        assert!(view.contains(&("Contact.Phone".into(), None, "too long".into())));
        assert!(view.contains(&(String::new(), None, "A body is required.".into())));
        let problem = r#"{"title":"One or more validation errors occurred.","errors":{"id":["bad"]}}"#;
        assert_eq!(fields(problem), [("id".into(), None, "bad".into())]);
    }

    #[test]
    fn oauth_code_and_description() {
        let details = read(br#"{"error":"invalid_grant","error_description":"wrong password"}"#);
        assert_eq!(
            (details.code.as_deref(), details.message.as_deref()),
            (Some("invalid_grant"), Some("wrong password"))
        );
        assert_eq!(read(br#"{"error":"invalid_client"}"#).code.as_deref(), Some("invalid_client"));
    }

    #[test]
    fn wiv_error_is_the_message() {
        assert_eq!(
            read(br#"{"error":"Invalid fields requested"}"#).message.as_deref(),
            Some("Invalid fields requested")
        );
        assert_eq!(read(br#"{"message":"Forbidden"}"#).message.as_deref(), Some("Forbidden"));
    }

    #[test]
    fn long_bodies_are_truncated() {
        for unit in [
            "\"x\"",
            "{}",
            "[]",
            "0",
            "{\"errorCode\":1,\"errorMessage\":\"m\"}",
            "{\"field\":\"f\",\"message\":\"m\"}",
        ] {
            let list = vec![unit; 60_000].join(",");
            for body in [
                format!("[{list}]"),
                format!("{{\"errors\":[{list}]}}"),
                format!("{{\"errors\":{{\"a\":[{list}]}}}}"),
            ] {
                let details = read(body.as_bytes());
                assert!(details.field_errors.len() <= MOST, "{unit}: {}", details.field_errors.len());
            }
        }
        let members: Vec<String> = (0..60_000).map(|n| format!("\"m{n}\":[\"x\",\"y\"]")).collect();
        assert_eq!(read(format!("{{{}}}", members.join(",")).as_bytes()).field_errors.len(), MOST);
        // A body that was truncated at the byte limit is read as far as possible.
        let cut =
            format!(r#"{{"message":"m","errors":[{}"#, "{\"field\":\"f\",\"message\":\"x\"},".repeat(20_000));
        let details = read(&cut.as_bytes()[..LONGEST_REFUSAL]);
        assert_eq!((details.message.as_deref(), details.field_errors.len()), (Some("m"), MOST));
        // Too deep for the parser, so it counts as plain text.
        let deep = "[".repeat(200_000);
        assert_eq!(read(deep.as_bytes()).message.as_deref(), Some(deep.as_str()));
        assert_eq!(read(b"[1, 2").message.as_deref(), Some("[1, 2"));
        assert_eq!(read(br#"{"message":"m"} x"#).message.as_deref(), Some(r#"{"message":"m"} x"#));
    }

    #[test]
    fn html_text_and_empty() {
        let html = read(b"<html><head><TITLE>502 Bad Gateway</TITLE></head></html>");
        assert_eq!(html.message.as_deref(), Some("the response is an HTML page titled \"502 Bad Gateway\""));
        assert_eq!(read(b"upstream down").message.as_deref(), Some("upstream down"));
        assert_eq!(read(b""), ErrorBody::default());
    }

    #[test]
    fn error_inside_success_is_the_whole_body() {
        assert!(error_inside_success(br#"{"Error Message": "no"}"#));
        assert!(error_inside_success(br#"{"error message":"no"}"#));
        assert!(error_inside_success(b"\r\n { \"ERROR MESSAGE\" : \"no\" } "));
        assert!(!error_inside_success(br#"["error message"]"#));
        assert!(!error_inside_success(br#"{"error"#));
        assert!(!error_inside_success(br#"{"Error Message":"no","data":[]}"#));
        assert!(!error_inside_success(br#"{"message":"error message"}"#));
    }
}
