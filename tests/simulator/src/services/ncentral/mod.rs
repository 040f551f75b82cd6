//! N-able N-central.

mod auth;
pub(crate) mod errors;
mod psa;
mod reports;
mod server;
mod tasks;
mod windows;

use http::StatusCode;
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::options::IdForm;
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
    ("ncentral.devices.control_services", windows::control_services),
    ("ncentral.devices.list_tasks", tasks::list_tasks),
    ("ncentral.reports.get", reports::get),
    ("ncentral.reports.request_patch_comparison", reports::request_patch_comparison),
    ("ncentral.scheduled_tasks.get", tasks::get),
    ("ncentral.scheduled_tasks.get_status", tasks::get_status),
    ("ncentral.scheduled_tasks.list_status_details", tasks::list_status_details),
    ("ncentral.scheduled_tasks.run_direct", tasks::run_direct),
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

/// An id of a body, which may be a number or text.
fn id_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// An id in the form that the options ask for.
fn shown_id(id: u64, form: IdForm) -> Value {
    if form == IdForm::Number { id.into() } else { id.to_string().into() }
}

/// An id in a path: up to ten digits, the first of them not zero.
fn number(text: &str) -> Option<u64> {
    let shaped = text.len() <= 10 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| shaped)
}
