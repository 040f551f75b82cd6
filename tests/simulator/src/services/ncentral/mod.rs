//! N-able N-central.

mod auth;
pub(crate) mod errors;
mod org_units;
mod psa;
mod server;

use http::StatusCode;
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::request::Call;
use crate::routes::Handler;

pub(crate) use errors::Problem;

pub(crate) const HANDLERS: &[(&str, Handler)] = &[
    ("ncentral.auth.authenticate", auth::authenticate),
    ("ncentral.auth.logout", auth::logout),
    ("ncentral.auth.refresh", auth::refresh),
    ("ncentral.auth.validate", auth::validate),
    ("ncentral.custom_psa.create_ticket", psa::create_ticket),
    ("ncentral.custom_psa.get_ticket", psa::get_ticket),
    ("ncentral.custom_psa.get_ticket_info", psa::get_ticket_info),
    ("ncentral.custom_psa.links", psa::links),
    ("ncentral.custom_psa.reopen_ticket", psa::reopen_ticket),
    ("ncentral.custom_psa.resolve_ticket", psa::resolve_ticket),
    ("ncentral.custom_psa.ticket_links", psa::ticket_links),
    ("ncentral.customers.get", org_units::get_customer),
    ("ncentral.customers.list", org_units::list_customers),
    ("ncentral.customers.list_sites", org_units::list_sites),
    ("ncentral.server.health", server::health),
    ("ncentral.server.info", server::info),
    ("ncentral.service_orgs.create", org_units::create_service_org),
    ("ncentral.service_orgs.create_customer", org_units::create_customer),
    ("ncentral.service_orgs.get", org_units::get_service_org),
    ("ncentral.service_orgs.list", org_units::list_service_orgs),
    ("ncentral.service_orgs.list_customers", org_units::list_customers_of),
    ("ncentral.standard_psa.links", psa::standard_links),
    ("ncentral.standard_psa.validate_credential", psa::validate_credential),
];

/// The JSON object that a request carries, or the refusal of what it carries instead.
fn object(call: &Call<'_>) -> Result<Map<String, Value>, Answer> {
    if !call.request.has_json_type() {
        return Err(errors::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, call));
    }
    call.object().ok_or_else(|| errors::unreadable(call))
}

/// An id in a path: up to ten digits, the first of them no zero.
fn number(text: &str) -> Option<u64> {
    let shaped = text.len() <= 10 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| shaped)
}
