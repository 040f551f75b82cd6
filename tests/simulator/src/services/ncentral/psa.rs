//! PSA integration: the one standard system whose credentials can be checked, and the tickets of custom ones.

use http::StatusCode;
use http::header::HeaderName;
use serde_json::{Map, Value, json};

use super::{errors, number, object};
use crate::answer::Answer;
use crate::request::{Call, whole};
use crate::services::Problem;
use crate::state::State;

/// Tigerpaw, the only standard PSA whose credentials can be checked.
const TIGERPAW: &str = "3";

/// Ticket ids are 32-bit in the body of a create.
const LARGEST_ID: u64 = i32::MAX as u64;

pub(super) fn standard_links(state: &mut State, call: &Call<'_>) -> Answer {
    if !state.options.standard_psa {
        return errors::plain(StatusCode::INTERNAL_SERVER_ERROR, call);
    }
    Answer::ok(&json!({
        "_links": {"standard-psa-validate-credential": "/api/standard-psa/{psaType}/credential"},
    }))
}

pub(super) fn validate_credential(state: &mut State, call: &Call<'_>) -> Answer {
    let body = match object(call) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    if let Some(refusal) = credential_problems(&body, call) {
        return refusal;
    }
    if !state.options.standard_psa {
        return errors::plain(StatusCode::INTERNAL_SERVER_ERROR, call);
    }
    if call.param(0) != TIGERPAW {
        // The vendor shows the number as a float.
        let kind = call
            .param(0)
            .parse::<u32>()
            .map_or_else(|_| call.param(0).to_owned(), |kind| format!("{kind}.0"));
        return errors::not_found(&format!("Psa with type {kind} was not found!"), call);
    }
    let key = call.request.header(&HeaderName::from_static("integration-key"));
    let key_fits = key.is_none_or(|key| key == state.options.credentials.psa_integration_key);
    let valid = key_fits && credential_fits(state, &body);
    Answer::ok(&json!({"data": {"isPsaCredentialsValid": valid}, "_links": {}}))
}

/// A ticket for a caller with credentials of the PSA: a read, although by POST.
pub(super) fn get_ticket(state: &mut State, call: &Call<'_>) -> Answer {
    let body = match object(call) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    if let Some(refusal) = credential_problems(&body, call) {
        return refusal;
    }
    if !credential_fits(state, &body) {
        let text = "ForbiddenException: The PSA credentials are not valid.";
        return errors::error(StatusCode::FORBIDDEN, text, call);
    }
    get_ticket_info(state, call)
}

pub(super) fn get_ticket_info(state: &mut State, call: &Call<'_>) -> Answer {
    let id = match ticket_id(call) {
        Ok(id) => id,
        Err(refusal) => return refusal,
    };
    match state.tickets.get(id) {
        Some(ticket) => Answer::ok(&json!({"data": ticket.info(), "_links": {}})),
        None => no_ticket(call),
    }
}

pub(super) fn create_ticket(state: &mut State, call: &Call<'_>) -> Answer {
    let body = match object(call) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let mut problems = Vec::new();
    let id = body.get("psaCustomTicketId").and_then(whole).filter(|id| (1..=LARGEST_ID).contains(id));
    if id.is_none() {
        problems.push(Problem::new("psaCustomTicketId", "psaCustomTicketId must be a positive whole number"));
    }
    let number = body.get("ticketNumber").and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    if number.is_none() {
        problems.push(Problem::new("ticketNumber", "ticketNumber must not be empty"));
    }
    let url = body.get("ticketUrl").and_then(Value::as_str).filter(|text| is_http_url(text));
    if url.is_none() {
        problems.push(Problem::new("ticketUrl", "ticketUrl must be an http or https URL"));
    }
    let (Some(id), Some(number), Some(url)) = (id, number, url) else {
        return errors::invalid("Custom PSA Ticket Create", &problems, call);
    };
    let ticket = state.tickets.link(id, number, url).linked();
    changed("Custom PSA ticket created successfully.", &ticket)
}

pub(super) fn resolve_ticket(state: &mut State, call: &Call<'_>) -> Answer {
    set_status(state, call, "Resolved", "Custom PSA ticket resolved successfully")
}

pub(super) fn reopen_ticket(state: &mut State, call: &Call<'_>) -> Answer {
    set_status(state, call, "Reopened", "Custom PSA ticket reopened successfully")
}

fn set_status(state: &mut State, call: &Call<'_>, status: &str, message: &str) -> Answer {
    let id = match ticket_id(call) {
        Ok(id) => id,
        Err(refusal) => return refusal,
    };
    match state.tickets.set_status(id, status) {
        Some(ticket) => changed(message, &ticket.linked()),
        None => no_ticket(call),
    }
}

fn changed(message: &str, ticket: &Value) -> Answer {
    Answer::ok(&json!({"status": 200, "message": message, "data": ticket})).committed()
}

fn ticket_id(call: &Call<'_>) -> Result<u64, Answer> {
    let text = call.param(0);
    number(text).ok_or_else(|| {
        let text = format!("InvalidInputFormatException: Invalid customPsaTicketId format: {text}.");
        errors::bad_request(&text, call)
    })
}

fn no_ticket(call: &Call<'_>) -> Answer {
    errors::not_found(&format!("Custom PSA ticket {} was not found!", call.param(0)), call)
}

fn credential_problems(body: &Map<String, Value>, call: &Call<'_>) -> Option<Answer> {
    for field in ["username", "password"] {
        if body.get(field).and_then(Value::as_str).is_none_or(|text| text.trim().is_empty()) {
            let text = format!("BadRequestException: PSA {field} must not be empty.");
            return Some(errors::bad_request(&text, call));
        }
    }
    None
}

fn credential_fits(state: &State, body: &Map<String, Value>) -> bool {
    let credentials = &state.options.credentials;
    let is = |field: &str, wanted: &str| body.get(field).and_then(Value::as_str) == Some(wanted);
    is("username", &credentials.psa_username) && is("password", &credentials.psa_password)
}

fn is_http_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.chars().next().is_some_and(|first| first != '\n'))
}
