//! N-able N-central.

mod auth;
pub(crate) mod errors;
mod psa;
mod server;

use http::StatusCode;
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::request::Call;
use crate::routes::Handler;

pub(crate) const HANDLERS: &[(&str, Handler)] = &[
    ("ncentral.auth.authenticate", auth::authenticate),
    ("ncentral.auth.authenticate_sso", auth::authenticate_sso),
    ("ncentral.auth.logout", auth::logout),
    ("ncentral.auth.refresh", auth::refresh),
    ("ncentral.custom_psa.create_ticket", psa::create_ticket),
    ("ncentral.custom_psa.get_ticket", psa::get_ticket),
    ("ncentral.custom_psa.get_ticket_info", psa::get_ticket_info),
    ("ncentral.custom_psa.reopen_ticket", psa::reopen_ticket),
    ("ncentral.custom_psa.resolve_ticket", psa::resolve_ticket),
    ("ncentral.server.health", server::health),
    ("ncentral.server.time", server::time),
    ("ncentral.standard_psa.links", psa::standard_links),
    ("ncentral.standard_psa.validate_credential", psa::validate_credential),
];

/// The JSON object in a request, or the refusal of anything else.
pub(super) fn object(call: &Call<'_>) -> Result<Map<String, Value>, Answer> {
    if !call.request.has_json_type() {
        return Err(errors::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, call));
    }
    call.object().ok_or_else(|| errors::unreadable(call))
}

/// An id in a path: up to ten digits, the first of them not zero.
fn number(text: &str) -> Option<u64> {
    let shaped = text.len() <= 10 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| shaped)
}
