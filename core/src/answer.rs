//! From a successful answer to the result of an operation: envelopes off, created objects completed, tokens kept.

use bytes::Bytes;
use serde_json::Value;

use crate::advice;
use crate::auth;
use crate::call::Answered;
use crate::check;
use crate::core::Core;
use crate::error::{Error, ErrorKind, Result};
use crate::failure;
use crate::markup;
use crate::operation::{Answer, Operation, RetryClass};
use crate::raw::{self, Meta, RawResponse};
use crate::request::{Draft, Fields};
use crate::secret::Secret;

/// The result that the operation's table describes.
pub(crate) fn shape(
    core: &Core,
    operation: &'static Operation,
    draft: &Draft,
    answered: Answered,
) -> Result<RawResponse> {
    let json =
        result(core, operation, &draft.fields, &answered).map_err(|error| match &answered.unreadable {
            Some(fault) => raw::undecodable(&fault.to_string()),
            None => error,
        });
    let answer = response(answered, Bytes::new());
    match json {
        Ok(json) => Ok(RawResponse { json, ..answer }),
        Err(error) => Err(unreadable(core, operation, draft.secrets(), &answer.meta, &answer.body, error)),
    }
}

/// What the caller is told when a success cannot be read.
///
/// A create whose success cannot be read may or may not have been one, say a proxy's page with status 200.
pub(crate) fn unreadable(
    core: &Core,
    operation: &'static Operation,
    secrets: &[Secret],
    meta: &Meta,
    body: &Bytes,
    error: Error,
) -> Error {
    let error = if operation.retry == RetryClass::Create && error.kind() == ErrorKind::Decode {
        failure::advise(error.with_kind(ErrorKind::OutcomeUnknown), operation.outcome_check, false)
    } else {
        error
    };
    let wrong_base = operation.answer == Answer::Tokens && markup::is_page(body);
    let error = if wrong_base { error.with_hint(advice::wrong_base(core.base_url(), true)) } else { error };
    // Tokens that could not be read are not known as secrets.
    let shown = if operation.answer == Answer::Tokens { Bytes::new() } else { body.clone() };
    error
        .with_operation(operation.id)
        .with_target(Some(meta.target.clone()))
        .with_answer(meta.status, &meta.headers, &shown)
        .with_attempts(meta.history.clone())
        .redacted(&core.redactor(secrets))
        .with_request_id(&meta.request_id)
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
        attempts: answered.attempts.len(),
        elapsed: answered.elapsed,
        history: answered.attempts,
        origin: answered.origin,
        target: answered.target,
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
            raw::object(&answered.body, true, operation.id_fields)
        }
        Answer::Object { envelope } => named(&answered.body, envelope, operation.id_fields),
        Answer::Created { id } => {
            let blank = answered.body.iter().all(u8::is_ascii_whitespace);
            let json = if blank { Bytes::from_static(b"{}") } else { named(&answered.body, true, &[])? };
            raw::object(&complete(json, id, sent)?, false, operation.id_fields)
        }
        Answer::Located { id } => raw::object(&located(answered, id)?, false, operation.id_fields),
        Answer::List { .. } => Err(raw::undecodable("a list is read with a pager")),
    }
}

/// A page is a proxy's or a gateway's; whatever its status, the service itself has not spoken.
pub(crate) fn refuse_page(body: &[u8]) -> Result<()> {
    if markup::is_page(body) {
        return Err(raw::undecodable(&markup::page(&String::from_utf8_lossy(body))));
    }
    Ok(())
}

/// An object, or an error that says what came instead.
fn named(body: &Bytes, envelope: bool, id_fields: &[&str]) -> Result<Bytes> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(raw::undecodable("the answer is empty, an object was expected"));
    }
    raw::object(body, envelope, id_fields)
}

/// Servers of this kind often answer a create with the id alone; what was sent then completes the object.
fn complete(json: Bytes, id: &str, sent: &Fields) -> Result<Bytes> {
    let text = std::str::from_utf8(&json).map_err(|_| raw::undecodable("the answer is not UTF-8 text"))?;
    let mut own: Vec<(String, String)> = Vec::new();
    raw::walk(text, |key, value| {
        own.push((key.to_owned(), value.to_owned()));
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
    let mut found: Vec<(String, String)> = Vec::new();
    // A body that is no JSON does not unmake a 201.
    let body = std::str::from_utf8(&answered.body).map_or("", str::trim);
    if body.starts_with('{') {
        let walked = raw::walk(body, |key, value| {
            found.push((key.to_owned(), value.to_owned()));
        });
        if walked.is_err() {
            found.clear();
        }
    } else if let Ok(text) = serde_json::from_str::<String>(body) {
        found.push((id.to_owned(), Value::from(text).to_string()));
    }
    if let Some(location) = location {
        // `…/services/{id}`: the last segment, without query and without a slash at the end; an id is a GUID.
        let path = location.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let last = path.rsplit('/').next().filter(|last| check::is_guid(last));
        if let (Some(last), false) = (last, found.iter().any(|(key, _)| key == id)) {
            found.push((id.to_owned(), Value::from(last).to_string()));
        }
        found.retain(|(key, _)| key != "location");
        found.push(("location".to_owned(), Value::from(location).to_string()));
    }
    Ok(crate::request::object(found.iter().map(|(key, value)| (key.as_str(), value.as_str()))).into())
}
