//! Whom a path of Cloudmore names: the caller's own reseller or seller, an organization, and one of its services.

use http::StatusCode;
use serde_json::json;

use crate::answer::Answer;
use crate::request::Call;
use crate::state::State;
use crate::state::names::is_guid;

/// The parameters that are GUIDs at every level.
const GUIDS: [&str; 4] = ["resellerId", "sellerId", "organizationId", "serviceId"];

/// The path's parameters with the ids that the store has, or the refusal of the path. With `leads`, a service that an
/// organization has leads to the one that it was added from.
pub(crate) fn params(state: &State, call: &Call<'_>, path: &str, leads: bool) -> Result<Vec<String>, Answer> {
    let names: Vec<_> =
        path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or_default()).collect();
    let mut params = call.params.to_vec();
    let wrong = names.iter().zip(&params).find(|(name, value)| GUIDS.contains(name) && !is_guid(value));
    if let Some((name, value)) = wrong {
        let body = json!({*name: [format!("The value '{value}' is not valid.")]});
        return Err(Answer::json(StatusCode::BAD_REQUEST, &body));
    }
    let credentials = &state.options.credentials;
    let own = match names.first() {
        Some(&"resellerId") => Some(&credentials.cloudmore_reseller_id),
        Some(&"sellerId") => Some(&credentials.cloudmore_seller_id),
        _ => None,
    };
    if own.is_some_and(|own| !own.eq_ignore_ascii_case(call.param(0))) {
        return Err(Answer::empty(StatusCode::FORBIDDEN));
    }
    let at = |wanted: &str| names.iter().position(|name| *name == wanted);
    let Some(organization) = at("organizationId") else { return Ok(params) };
    let unknown = || Answer::empty(StatusCode::NOT_FOUND);
    let id = organization_id(state, &params[organization]).ok_or_else(unknown)?;
    if let Some(service) = at("serviceId") {
        let given = &params[service];
        if let Some(own) = state.marketplace.service(&id, given) {
            if leads {
                own.store_id.clone_into(&mut params[service]);
            }
        } else if state.marketplace.in_store(given).is_none()
            && state.store.view("reseller_services", given).is_none()
        {
            return Err(unknown());
        }
    }
    params[organization] = id;
    Ok(params)
}

/// The id of an organization, as the store writes it.
pub(crate) fn organization_id(state: &State, given: &str) -> Option<String> {
    let view = |id: &str| Some(state.store.view("organizations", id)?.id().to_owned());
    view(given).or_else(|| view(&given.to_ascii_lowercase()))
}
