//! From a successful response to the result of an operation: removes envelopes, completes created objects, keeps tokens.
//!
//! A 2xx of the service is a known outcome of a write even if its body cannot be read: the result then consists of what
//! could be read and what was sent. A web page comes from a proxy or a gateway and not from the service, whatever its
//! status.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use serde_json::Value;

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::markup;
use crate::base::secret::Secret;
use crate::engine::call::{CallResponse, Origin};
use crate::engine::check;
use crate::engine::core::Core;
use crate::engine::diagnosis;
use crate::engine::error_body;
use crate::engine::failure;
use crate::engine::login;
use crate::engine::request::{Fields, RequestTemplate};
use crate::engine::response::{Meta, RawResponse};
use crate::engine::value;
use crate::policy::retry::Class;
use crate::table::dialect::Envelope;
use crate::table::schema::Model;
use crate::table::{Answer, Auth, Operation};
use crate::wire::raw;

/// The result as the operation's row describes it.
pub(crate) fn shape(
    core: &Core,
    operation: &'static Operation,
    template: &RequestTemplate,
    response: CallResponse,
) -> Result<RawResponse> {
    let page = is_page(&response);
    let response = CallResponse {
        body: value::rewritten(&response.body, operation.envelope(), operation.model),
        ..response
    };
    let json = result(core, operation, &template.sent(), &response).map_err(|error| {
        let error = match &response.unreadable {
            Some(source) => raw::undecodable(&source.to_string()),
            None => error,
        };
        let Origin { class, .. } = response.origin;
        if !page || !class.changes_state() || operation.answer == Answer::Tokens {
            return error;
        }
        // The service may have succeeded or not.
        let error = error.with_kind(ErrorKind::OutcomeUnknown).with_retryable(class.harmless());
        failure::add_hint(error, response.origin.outcome_check())
    });
    let answer = raw_response(response, Bytes::new());
    match json {
        Ok(json) => Ok(RawResponse { json, ..answer }),
        Err(error) => Err(unreadable(core, operation, template.secrets(), &answer.meta, &answer.body, error)),
    }
}

/// The error for a success that cannot be read.
pub(crate) fn unreadable(
    core: &Core,
    operation: &'static Operation,
    secrets: &[Secret],
    meta: &Meta,
    body: &Bytes,
    error: Error,
) -> Error {
    let Origin { class, maybe_done, .. } = meta.origin;
    let error = match error.kind() {
        _ if maybe_done => failure::mark_outcome_unknown(error, class, meta.origin.outcome_check()),
        ErrorKind::Decode if class == Class::Create => {
            error.with_hint("The call was carried out; do not repeat it")
        }
        _ => error,
    };
    let wrong_base = operation.answer == Answer::Tokens && markup::is_page(body);
    let error =
        if wrong_base { error.with_hint(diagnosis::wrong_base(core.base_url(), true)) } else { error };
    // Tokens that could not be read are unknown to the redactor.
    let shown = if operation.answer == Answer::Tokens { Bytes::new() } else { body.clone() };
    error
        .with_operation(operation.id)
        .with_target(Some(meta.target.clone()))
        .with_answer(meta.status, &meta.headers, &shown)
        .with_attempts(meta.history.clone())
        .redacted(&core.redactor(secrets))
        .with_request_id(&meta.request_id)
}

/// The result of a request outside the table: the body unchanged, in `json` as well so that every reader accepts it.
pub(crate) fn unshaped(response: CallResponse) -> RawResponse {
    let json = raw::readable(&response.body);
    raw_response(response, json)
}

fn raw_response(response: CallResponse, json: Bytes) -> RawResponse {
    let body = response.body.clone();
    RawResponse { meta: meta(response), body, json }
}

/// A response whose result was composed elsewhere.
pub(crate) fn with_json(response: CallResponse, json: Bytes) -> RawResponse {
    raw_response(response, json)
}

/// The metadata of a response that is still needed.
pub(crate) fn meta_of(response: &CallResponse) -> Meta {
    Meta {
        status: response.status,
        headers: response.headers.clone(),
        request_id: response.request_id.clone(),
        attempts: response.attempts.len(),
        elapsed: response.elapsed,
        history: response.attempts.clone(),
        origin: response.origin,
        target: response.target.clone(),
    }
}

pub(crate) fn meta(response: CallResponse) -> Meta {
    Meta {
        status: response.status,
        headers: response.headers,
        request_id: response.request_id,
        attempts: response.attempts.len(),
        elapsed: response.elapsed,
        history: response.attempts,
        origin: response.origin,
        target: response.target,
    }
}

fn result(
    core: &Core,
    operation: &Operation,
    sent: &[(String, String)],
    response: &CallResponse,
) -> Result<Bytes> {
    let null = Bytes::from_static(b"null");
    match operation.answer {
        Answer::Empty => refuse_any_page(response).map(|()| null),
        Answer::Success => {
            refuse_any_page(response)?;
            refuse_failure(&response.body, operation.envelope()).map(|()| null)
        }
        Answer::Raw => refuse_any_page(response).map(|()| response.body.clone()),
        Answer::LoggedOut => {
            refuse_any_page(response)?;
            core.shared.auth.forget();
            Ok(null)
        }
        Answer::Tokens => {
            // Without a credential of the client: the caller has signed on with a token of another service.
            let signed_on = operation.auth == Auth::None;
            core.shared.auth.keep(login::read_tokens(&response.body)?.of_sign_on(signed_on));
            raw::object(&response.body, operation.envelope(), operation.id_fields)
        }
        Answer::Object { empty_is_not_found: true, .. }
            if is_nothing(&response.body, operation.envelope()) =>
        {
            let message = "the server responded with an empty object: there is none with this id";
            Err(Error::new(ErrorKind::NotFound, message))
        }
        Answer::Object { in_list, .. } => {
            match operation.model.filter(|_| response.origin.class.changes_state()) {
                Some(model) => {
                    let only =
                        in_list.then(|| raw::only(&response.body, operation.envelope()).ok()).flatten();
                    let body = only.as_ref().unwrap_or(&response.body);
                    let found = done(response, body, operation.envelope(), Some(model))?;
                    raw::object(&written(&found.members), None, operation.id_fields)
                }
                None => named(&response.body, operation.envelope(), in_list, operation.id_fields),
            }
        }
        Answer::Created { id } => {
            let found = done(response, &response.body, operation.envelope(), operation.model)?;
            raw::object(&written(&complete(found, id, sent)), None, operation.id_fields)
        }
        Answer::Located { id, any_id } => raw::object(
            &written(&located(response, operation.envelope(), (id, any_id), operation.model)?),
            None,
            operation.id_fields,
        ),
        Answer::List { .. } => Err(raw::undecodable("lists are read with a pager")),
    }
}

/// Whether a response is a web page: it begins like one, or its content type says so and it is not JSON.
fn is_page(response: &CallResponse) -> bool {
    let body = response.body.trim_ascii_start();
    let content_type =
        response.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.trim_start().to_ascii_lowercase();
    let html = content_type.starts_with("text/html") || content_type.starts_with("application/xhtml+xml");
    match body.first() {
        _ if markup::is_page(body) => true,
        Some(b'{' | b'[' | b'"') => false,
        Some(_) => html,
        None => html && response.unreadable.is_some(),
    }
}

/// Refuses web pages, including responses that only have the content type of one.
fn refuse_any_page(response: &CallResponse) -> Result<()> {
    if is_page(response) {
        return Err(raw::undecodable(&markup::page(&String::from_utf8_lossy(&response.body))));
    }
    Ok(())
}

/// Whether a response has no members, in its envelope either.
fn is_nothing(body: &Bytes, envelope: Option<&Envelope>) -> bool {
    let empty = |text: &str| {
        let mut members = 0;
        text == "null" || text.is_empty() || raw::walk(text, |_, _| members += 1).is_ok() && members == 0
    };
    let text = std::str::from_utf8(body).unwrap_or("?").trim();
    let data = envelope.and_then(|envelope| raw::member(text, envelope.data));
    data.map_or_else(|| empty(text), |data| empty(data.trim()))
}

/// Some responses report a failure in the body, with the status of a success.
fn refuse_failure(body: &Bytes, envelope: Option<&Envelope>) -> Result<()> {
    let Ok(text) = std::str::from_utf8(body) else { return Ok(()) };
    let inside = envelope.and_then(|envelope| raw::member(text, envelope.data));
    // These servers send truth values as text, too.
    let failed = |text: &&str| matches!(raw::member(text, "success"), Some("false" | r#""false""#));
    let Some(failed) = [Some(text), inside].into_iter().flatten().find(failed) else { return Ok(()) };
    let reason = error_body::read(failed.as_bytes()).message.map_or(String::new(), |it| format!(": {it}"));
    let message =
        format!("the server did not carry it out, since its response says `success: false`{reason}");
    Err(Error::new(ErrorKind::OperationFailed, message))
}

/// The readable members of an object in the response to a write.
struct Found {
    members: Fields,
    /// Whether the whole response could be read.
    whole: bool,
}

/// Reads the members of a response that can be read, up to the first syntax error.
fn done(
    response: &CallResponse,
    body: &Bytes,
    envelope: Option<&Envelope>,
    model: Option<&Model>,
) -> Result<Found> {
    refuse_any_page(response)?;
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
    if !whole && !response.body.is_empty() {
        let (operation, status) = (response.origin.label, response.status);
        tracing::warn!(operation, status, "the call succeeded, but its response could only be read in part");
    }
    Ok(Found { members, whole })
}

fn written(members: &Fields) -> Bytes {
    raw::compose(members.iter().map(|(key, value)| (key.as_str(), value.as_str()))).into()
}

/// An object, or an error that describes what was received instead.
fn named(body: &Bytes, envelope: Option<&Envelope>, in_list: bool, id_fields: &[&str]) -> Result<Bytes> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(raw::undecodable("the response is empty, but an object was expected"));
    }
    if in_list {
        return raw::object(&raw::only(body, envelope)?, None, id_fields);
    }
    raw::object(body, envelope, id_fields)
}

/// Servers often respond to a create with the id alone, or with nothing. What was sent then completes the object, and
/// replaces what could not be read.
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
    response: &CallResponse,
    envelope: Option<&Envelope>,
    (id, any_id): (&str, bool),
    model: Option<&Model>,
) -> Result<Fields> {
    let location = response.headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let mut found = match serde_json::from_slice::<String>(&response.body) {
        Ok(text) => vec![(id.to_owned(), Value::from(text).to_string())],
        // A page is not from the service, unless it has a `Location`.
        Err(_) => match done(response, &response.body, envelope, model) {
            Ok(found) => found.members,
            Err(page) => location.map(|_| Vec::new()).ok_or(page)?,
        },
    };
    if let Some(location) = location {
        // `…/services/{id}`: the last segment, without query and without a slash at the end; most ids are GUIDs.
        let path = location.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let last = path.rsplit('/').next().filter(|last| check::is_guid(last) || any_id && !last.is_empty());
        if let (Some(last), false) = (last, found.iter().any(|(key, _)| key == id)) {
            found.push((id.to_owned(), Value::from(last).to_string()));
        }
        found.retain(|(key, _)| key != "location");
        found.push(("location".to_owned(), Value::from(location).to_string()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Service;

    #[test]
    fn a_failure_inside_a_success_is_seen_wherever_it_is() {
        let refuse = |body: &'static str| {
            refuse_failure(&Bytes::from(body), Service::NCentral.dialect().envelope.as_ref())
        };
        for body in
            ["", "{}", r#"{"success":true}"#, r#"{"success":null}"#, r#"{"data":{"success":"true"}}"#, "[]"]
        {
            assert!(refuse(body).is_ok(), "{body}");
        }
        for body in [r#"{"success":false}"#, r#"{"success":"false"}"#, r#"{"data":{"success":false}}"#] {
            let error = refuse(body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::OperationFailed, "{body}");
            assert!(error.message().ends_with("`success: false`"), "{error}");
        }
        let error = refuse(r#"{"success":false,"message":"It belongs to a rule."}"#).unwrap_err();
        assert!(error.message().ends_with(": It belongs to a rule."), "{error}");
    }
}
