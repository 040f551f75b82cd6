//! From a successful answer to the result of an operation: envelopes off, created objects completed, tokens kept.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::auth;
use crate::call::Answered;
use crate::core::Core;
use crate::error::{Error, ErrorKind, Result};
use crate::error_body;
use crate::operation::{Answer, Operation, RetryClass};
use crate::raw::{self, Meta, RawResponse};
use crate::request::Fields;

/// The result that the operation's table describes.
pub(crate) fn shape(
    core: &Core,
    operation: &Operation,
    sent: &Fields,
    answered: Answered,
) -> Result<RawResponse> {
    let json = result(core, operation, sent, &answered).map_err(|error| {
        let redactor = core.redactor(&[]);
        // A write whose success cannot be read may or may not have been one, say a proxy's page with status 200.
        let error = if operation.retry == RetryClass::Create && error.kind() == ErrorKind::Decode {
            let check = operation.outcome_check.unwrap_or_default();
            error.with_kind(ErrorKind::OutcomeUnknown).with_hint(check)
        } else {
            error
        };
        error
            .with_operation(operation.id)
            .with_answer(answered.status, &answered.headers, &answered.body, &redactor)
            .with_request_id(&answered.request_id)
    })?;
    Ok(response(answered, json))
}

/// The answer of an endpoint that no table describes: the body as it is.
pub(crate) fn unshaped(answered: Answered) -> RawResponse {
    let json = answered.body.clone();
    response(answered, json)
}

fn response(answered: Answered, json: Bytes) -> RawResponse {
    let body = answered.body.clone();
    RawResponse { meta: meta(answered), body, json }
}

pub(crate) fn meta(answered: Answered) -> Meta {
    Meta {
        status: answered.status,
        headers: answered.headers,
        request_id: answered.request_id,
        attempts: answered.attempts,
        elapsed: answered.elapsed,
    }
}

fn result(core: &Core, operation: &Operation, sent: &Fields, answered: &Answered) -> Result<Bytes> {
    let null = Bytes::from_static(b"null");
    match operation.answer {
        Answer::Empty => refuse_page(&answered.body).map(|()| null),
        Answer::LoggedOut => {
            refuse_page(&answered.body)?;
            core.shared.auth.forget();
            Ok(null)
        }
        Answer::Tokens => {
            core.shared.auth.keep(auth::read_tokens(&answered.body)?);
            raw::object(&answered.body, true)
        }
        Answer::Object { envelope } => {
            let json = named(&answered.body, envelope)?;
            raw::object_with_text_ids(json, operation.id_fields)
        }
        Answer::Created { id } => {
            let blank = answered.body.iter().all(u8::is_ascii_whitespace);
            let json = if blank { Bytes::from_static(b"{}") } else { named(&answered.body, true)? };
            let json = raw::object_with_text_ids(json, operation.id_fields)?;
            complete(json, id, sent)
        }
        Answer::Located { id } => located(answered, id),
        Answer::List { .. } => Err(raw::undecodable("a list is read with a pager")),
    }
}

/// A page is a proxy's or a gateway's; whatever its status, the service itself has not spoken.
fn refuse_page(body: &[u8]) -> Result<()> {
    if body.trim_ascii_start().starts_with(b"<") {
        return Err(raw::undecodable(&error_body::page(&String::from_utf8_lossy(body))));
    }
    Ok(())
}

/// An object, or an error that says what came instead.
fn named(body: &Bytes, envelope: bool) -> Result<Bytes> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(raw::undecodable("the answer is empty, an object was expected"));
    }
    let json = raw::object(body, envelope)?;
    if !json.starts_with(b"{") {
        return Err(raw::undecodable("the answer is not an object"));
    }
    Ok(json)
}

/// Servers of this kind often answer a create with the id alone; what was sent then completes the object.
fn complete(json: Bytes, id: &str, sent: &Fields) -> Result<Bytes> {
    let text = std::str::from_utf8(&json).map_err(|_| raw::undecodable("the answer is not UTF-8 text"))?;
    let mut own: Vec<(String, String)> = Vec::new();
    raw::walk(text, |key, value| {
        own.push((key.to_owned(), value.to_owned()));
        true
    })
    .map_err(|error| raw::undecodable(&error.to_string()))?;
    if own.iter().any(|(key, _)| key != id && key != "_links") {
        return Ok(json);
    }
    let missing = sent.iter().filter(|(key, _)| !own.iter().any(|(known, _)| known == key)).cloned();
    let missing: Vec<(String, String)> = missing.collect();
    own.extend(missing);
    Ok(crate::request::object(own.iter().map(|(key, value)| (key.as_str(), value.as_str()))).into())
}

/// Cloudmore names the added service in `Location`, in the body, in both or not at all.
fn located(answered: &Answered, id: &str) -> Result<Bytes> {
    let location = answered.headers.get(http::header::LOCATION).and_then(|value| value.to_str().ok());
    if location.is_none() {
        refuse_page(&answered.body)?;
    }
    let body: Option<Value> = if answered.body.iter().all(u8::is_ascii_whitespace) {
        None
    } else {
        // A body that is no JSON does not unmake a 201.
        serde_json::from_slice(&answered.body).ok()
    };
    let mut found = match body {
        Some(Value::Object(fields)) => fields,
        Some(Value::String(text)) => Map::from_iter([(id.to_owned(), Value::String(text))]),
        _ => Map::new(),
    };
    if let Some(location) = location {
        // `…/services/{id}`: the last segment, without query and without a slash at the end.
        let path = location.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let last = path.rsplit('/').next().filter(|last| !last.is_empty() && *last != "services");
        if let (Some(last), false) = (last, found.contains_key(id)) {
            found.insert(id.to_owned(), Value::String(last.to_owned()));
        }
        found.insert("location".to_owned(), Value::String(location.to_owned()));
    }
    serde_json::to_vec(&found)
        .map(Bytes::from)
        .map_err(|error| Error::new(ErrorKind::Decode, error.to_string()))
}
