//! From a successful response to the result of an operation: envelopes off, created objects completed, tokens kept.
//!
//! A 2xx of the service is a known outcome of a write, whatever became of its body: the result then has what could be read
//! and what was sent. A web page is not the service's answer but a proxy's or a gateway's, with whatever status.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use serde_json::Value;

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::markup;
use crate::base::secret::Secret;
use crate::engine::advice;
use crate::engine::call::{Answered, Origin};
use crate::engine::check;
use crate::engine::core::Core;
use crate::engine::failure;
use crate::engine::login;
use crate::engine::request::{Draft, Fields};
use crate::engine::response::{Meta, RawResponse};
use crate::engine::value;
use crate::policy::retry::Class;
use crate::table::dialect::Envelope;
use crate::table::schema::Model;
use crate::table::{Answer, Operation};
use crate::wire::raw;

/// The result that the operation's table describes.
pub(crate) fn shape(
    core: &Core,
    operation: &'static Operation,
    draft: &Draft,
    answered: Answered,
) -> Result<RawResponse> {
    let page = is_page(&answered);
    let json = result(core, operation, draft.sent(), &answered).map_err(|error| {
        let error = match &answered.unreadable {
            Some(fault) => raw::undecodable(&fault.to_string()),
            None => error,
        };
        let Origin { class, outcome_check, .. } = answered.origin;
        if !page || !class.changes_state() || operation.answer == Answer::Tokens {
            return error;
        }
        // It may stand for a success of the service or for none.
        let error = error.with_kind(ErrorKind::OutcomeUnknown).with_retryable(class.harmless());
        failure::advise(error, outcome_check)
    });
    let answer = response(answered, Bytes::new());
    match json {
        Ok(json) => Ok(RawResponse { json, ..answer }),
        Err(error) => Err(unreadable(core, operation, draft.secrets(), &answer.meta, &answer.body, error)),
    }
}

/// What the caller is told when a success cannot be read.
pub(crate) fn unreadable(
    core: &Core,
    operation: &'static Operation,
    secrets: &[Secret],
    meta: &Meta,
    body: &Bytes,
    error: Error,
) -> Error {
    let Origin { class, outcome_check, maybe_done, .. } = meta.origin;
    let error = match error.kind() {
        _ if maybe_done => failure::mark_outcome_unknown(error, class, outcome_check),
        ErrorKind::Decode if class == Class::Create => {
            error.with_hint("The call was carried out; do not repeat it")
        }
        _ => error,
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

/// The response of an endpoint that no table describes: the body as it is, in `json` so that every reader takes it.
pub(crate) fn unshaped(answered: Answered) -> RawResponse {
    let json = raw::readable(&answered.body);
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

fn result(
    core: &Core,
    operation: &Operation,
    sent: &[(String, String)],
    answered: &Answered,
) -> Result<Bytes> {
    let null = Bytes::from_static(b"null");
    match operation.answer {
        Answer::Empty => refuse_any_page(answered).map(|()| null),
        Answer::Success => {
            refuse_any_page(answered)?;
            refuse_failure(&answered.body).map(|()| null)
        }
        Answer::Raw => refuse_any_page(answered).map(|()| answered.body.clone()),
        Answer::LoggedOut => {
            refuse_any_page(answered)?;
            core.shared.auth.forget();
            Ok(null)
        }
        Answer::Tokens => {
            core.shared.auth.keep(login::read_tokens(&answered.body)?);
            raw::object(&answered.body, operation.envelope(), operation.id_fields)
        }
        Answer::Object { in_list, .. } => {
            match operation.model.filter(|_| answered.origin.class.changes_state()) {
                Some(model) => {
                    let only =
                        in_list.then(|| raw::only(&answered.body, operation.envelope()).ok()).flatten();
                    let body = only.as_ref().unwrap_or(&answered.body);
                    let found = done(answered, body, operation.envelope(), Some(model))?;
                    raw::object(&written(&found.members), None, operation.id_fields)
                }
                None => named(&answered.body, operation.envelope(), in_list, operation.id_fields),
            }
        }
        Answer::Created { id } => {
            let found = done(answered, &answered.body, operation.envelope(), operation.model)?;
            raw::object(&written(&complete(found, id, sent)), None, operation.id_fields)
        }
        Answer::Located { id } => raw::object(
            &written(&located(answered, operation.envelope(), id, operation.model)?),
            None,
            operation.id_fields,
        ),
        Answer::List { .. } => Err(raw::undecodable("lists are read with a pager")),
    }
}

/// Whether a response is a web page: it begins like one, or says that it is one and is nothing else that can be read.
fn is_page(answered: &Answered) -> bool {
    let body = answered.body.trim_ascii_start();
    let said = answered.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let said = said.trim_start().to_ascii_lowercase();
    let html = said.starts_with("text/html") || said.starts_with("application/xhtml+xml");
    match body.first() {
        _ if markup::is_page(body) => true,
        Some(b'{' | b'[' | b'"') => false,
        Some(_) => html,
        None => html && answered.unreadable.is_some(),
    }
}

/// Refuses a page, also where a response calls itself one without being written like one.
fn refuse_any_page(answered: &Answered) -> Result<()> {
    if is_page(answered) {
        return Err(raw::undecodable(&markup::page(&String::from_utf8_lossy(&answered.body))));
    }
    Ok(())
}

/// Some answers say by a word of their own that nothing was done, with a status that says it was.
fn refuse_failure(body: &Bytes) -> Result<()> {
    let failed = std::str::from_utf8(body).is_ok_and(|text| raw::member(text, "success") == Some("false"));
    if failed {
        let message = "the server did not carry it out: its answer says `success: false`";
        return Err(Error::new(ErrorKind::OperationFailed, message));
    }
    Ok(())
}

/// What the answer to a write that was carried out says of its object.
struct Found {
    members: Fields,
    /// Whether all of it could be read.
    whole: bool,
}

/// The members of an answer that can be read, up to where it breaks.
fn done(
    answered: &Answered,
    body: &Bytes,
    envelope: Option<&Envelope>,
    model: Option<&Model>,
) -> Result<Found> {
    refuse_any_page(answered)?;
    let object = raw::object(body, envelope, &[]);
    let mut whole = object.is_ok();
    let bytes = object.as_ref().unwrap_or(body);
    let text = String::from_utf8_lossy(bytes);
    let mut members: Fields = Vec::new();
    let walked = raw::walk(&text, |key, text| {
        if model.is_none_or(|model| value::readable(model, key, text)) {
            members.push((key.to_owned(), text.to_owned()));
        } else {
            whole = false;
        }
    });
    whole &= walked.is_ok();
    if !whole && !answered.body.is_empty() {
        let (operation, status) = (answered.origin.label, answered.status);
        tracing::warn!(operation, status, "the call succeeded, but its response could only be read in part");
    }
    Ok(Found { members, whole })
}

fn written(members: &Fields) -> Bytes {
    raw::compose(members.iter().map(|(key, value)| (key.as_str(), value.as_str()))).into()
}

/// An object, or an error that says what came instead.
fn named(body: &Bytes, envelope: Option<&Envelope>, in_list: bool, id_fields: &[&str]) -> Result<Bytes> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(raw::undecodable("the response is empty, but an object was expected"));
    }
    if in_list {
        return raw::object(&raw::only(body, envelope)?, None, id_fields);
    }
    raw::object(body, envelope, id_fields)
}

/// Servers of this kind often answer a create with the id alone, or with nothing; what was sent then completes the object,
/// and stands in for what could not be read.
fn complete(found: Found, id: &str, sent: &[(String, String)]) -> Fields {
    let Found { members: mut own, whole } = found;
    let names = |key: &str| sent.iter().any(|(known, _)| known == key);
    if whole && own.iter().any(|(key, _)| key != id && names(key)) {
        return own;
    }
    let missing = sent.iter().filter(|(key, _)| !own.iter().any(|(known, _)| known == key)).cloned();
    let missing: Fields = missing.collect();
    own.extend(missing);
    own
}

/// Cloudmore names the added service in `Location`, in the body, in both or not at all.
fn located(
    answered: &Answered,
    envelope: Option<&Envelope>,
    id: &str,
    model: Option<&Model>,
) -> Result<Fields> {
    let location = answered.headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let mut found = match serde_json::from_slice::<String>(&answered.body) {
        Ok(text) => vec![(id.to_owned(), Value::from(text).to_string())],
        // A page says nothing, but where there is a `Location` the service has spoken.
        Err(_) => match done(answered, &answered.body, envelope, model) {
            Ok(found) => found.members,
            Err(page) => location.map(|_| Vec::new()).ok_or(page)?,
        },
    };
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
    Ok(found)
}
