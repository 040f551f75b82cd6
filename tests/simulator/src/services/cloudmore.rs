//! Cloudmore: logins by OAuth's password grant, the E-Store, and the services of organizations.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{AUTHORIZATION, CACHE_CONTROL, LOCATION, WWW_AUTHENTICATE};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::options::Located;
use crate::request::{Call, Request};
use crate::routes::Handler;
use crate::state::State;
use crate::state::marketplace::Property;
use crate::state::names::is_guid;

pub(crate) const HANDLERS: &[(&str, Handler)] = &[
    ("cloudmore.estore.get", get_store_service),
    ("cloudmore.estore.list", list_store),
    ("cloudmore.services.create", create_service),
    ("cloudmore.services.delete", delete_service),
    ("cloudmore.services.get", get_service),
    ("cloudmore.services.list", list_services),
    ("cloudmore.services.replace", replace_service),
    ("cloudmore.services.update", update_service),
    ("cloudmore.token", token),
];

pub(crate) fn unauthorized() -> Answer {
    Answer::empty(StatusCode::UNAUTHORIZED).header(WWW_AUTHENTICATE, "Bearer")
}

fn token(state: &mut State, call: &Call<'_>) -> Answer {
    let refuse = |error: &str, description: Option<&str>| {
        let mut body = json!({"error": error});
        if let Some(description) = description {
            body["error_description"] = description.into();
        }
        Answer::json(StatusCode::BAD_REQUEST, &body)
    };
    if call.request.media_type().as_deref() != Some("application/x-www-form-urlencoded") {
        return refuse("invalid_request", None);
    }
    let form: BTreeMap<String, String> =
        url::form_urlencoded::parse(&call.request.body).into_owned().collect();
    let field = |name: &str| form.get(name).map(String::as_str);
    let credentials = &state.options.credentials;
    let client = basic(call.request).or_else(|| {
        let (id, secret) = (field("client_id")?, field("client_secret")?);
        Some((id.to_owned(), secret.to_owned()))
    });
    let known = (credentials.cloudmore_client_id.clone(), credentials.cloudmore_client_secret.clone());
    if client != Some(known) {
        return refuse("invalid_client", None);
    }
    if field("grant_type") != Some("password") {
        return refuse("unsupported_grant_type", None);
    }
    if field("scope") != Some("api") {
        return refuse("invalid_scope", None);
    }
    let user = [field("username"), field("password")];
    let expected = [&credentials.cloudmore_username, &credentials.cloudmore_password];
    if user != expected.map(|text| Some(text.as_str())) {
        return refuse("invalid_grant", Some("invalid_username_or_password"));
    }
    let seconds = state.options.token_seconds;
    let token = state.tokens.grant(state.clock.now(), seconds);
    let mut body = json!({"access_token": token, "token_type": "Bearer", "scope": "api"});
    if state.options.send_expiry {
        body["expires_in"] = seconds.into();
    }
    Answer::ok(&body).header(CACHE_CONTROL, "no-store, no-cache, max-age=0").committed()
}

/// Client id and secret of an `Authorization: Basic` header, each form-decoded as OAuth requires.
fn basic(request: &Request) -> Option<(String, String)> {
    let (scheme, text) = request.header(&AUTHORIZATION)?.split_once(' ')?;
    let bytes = STANDARD.decode(text.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (id, secret) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    Some((decode(id), decode(secret)))
}

fn list_store(state: &mut State, call: &Call<'_>) -> Answer {
    let mut lines: Vec<_> =
        state.marketplace.store().iter().map(super::super::state::marketplace::StoreService::line).collect();
    if call.page_fault.is_some() {
        lines.clear();
    }
    Answer::ok(&lines)
}

fn get_store_service(state: &mut State, call: &Call<'_>) -> Answer {
    match state.marketplace.in_store(call.param(2)) {
        Some(service) => Answer::ok(&service.detail()),
        None => Answer::empty(StatusCode::NOT_FOUND),
    }
}

fn list_services(state: &mut State, call: &Call<'_>) -> Answer {
    let services = state.marketplace.services(call.param(1));
    let mut services: Vec<_> =
        services.iter().map(super::super::state::marketplace::OwnedService::detail).collect();
    if call.page_fault.is_some() {
        services.clear();
    }
    Answer::ok(&services)
}

fn get_service(state: &mut State, call: &Call<'_>) -> Answer {
    match state.marketplace.service(call.param(1), call.param(2)) {
        Some(service) => Answer::ok(&service.detail()),
        None => Answer::empty(StatusCode::NOT_FOUND),
    }
}

fn create_service(state: &mut State, call: &Call<'_>) -> Answer {
    let body = match object(call) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let Some(id) = body.get("id").and_then(Value::as_str).filter(|id| is_guid(id)) else {
        return invalid("id", "The input was not valid.");
    };
    let Some(currency) = body.get("currencyCode").and_then(Value::as_str).filter(|code| is_currency(code))
    else {
        return invalid("currencyCode", "The input was not valid.");
    };
    let data = match data(&body) {
        Ok(data) => data.unwrap_or_default(),
        Err(refusal) => return refusal,
    };
    let Some(service) = state.marketplace.in_store(id) else {
        return Answer::empty(StatusCode::NOT_FOUND);
    };
    if !service.currencies.iter().any(|one| *one == currency) {
        return refused(&[format!("Currency {currency} is not supported by {}", service.name)]);
    }
    let complaints = complaints(&service.properties, &data, true);
    if !complaints.is_empty() {
        return refused(&complaints);
    }
    let (organization, located) = (call.param(1), state.options.located);
    let Some(added) = state.marketplace.add(organization, id, currency, data) else {
        return Answer::empty(StatusCode::NOT_FOUND);
    };
    let path = format!("{}/{}", call.request.path().trim_end_matches('/'), added.id);
    let answer = match located {
        Located::Header => {
            Answer::empty(StatusCode::CREATED).header(LOCATION, &format!("{}{path}", call.url))
        }
        Located::Relative => Answer::empty(StatusCode::CREATED).header(LOCATION, &path),
        Located::Body => Answer::json(StatusCode::CREATED, &added.detail()),
        Located::None => Answer::empty(StatusCode::CREATED),
    };
    answer.committed()
}

/// Replaces all custom properties.
fn replace_service(state: &mut State, call: &Call<'_>) -> Answer {
    write_service(state, call, true)
}

/// Changes only the custom properties that are given.
fn update_service(state: &mut State, call: &Call<'_>) -> Answer {
    write_service(state, call, false)
}

fn write_service(state: &mut State, call: &Call<'_>, replace: bool) -> Answer {
    let body = match object(call) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let data = match data(&body) {
        Ok(Some(data)) => data,
        Ok(None) => return invalid("customPropertiesData", "The CustomPropertiesData field is required."),
        Err(refusal) => return refusal,
    };
    let empty = state.options.empty_writes;
    let Some(service) = state.marketplace.service_mut(call.param(1), call.param(2)) else {
        return Answer::empty(StatusCode::NOT_FOUND);
    };
    let complaints = complaints(service.properties(), &data, replace);
    if !complaints.is_empty() {
        return refused(&complaints);
    }
    if replace {
        service.data = data;
    } else {
        service.data.extend(data);
    }
    if empty {
        Answer::empty(StatusCode::NO_CONTENT).committed()
    } else {
        Answer::ok(&service.detail()).committed()
    }
}

fn delete_service(state: &mut State, call: &Call<'_>) -> Answer {
    let shown = state
        .marketplace
        .service(call.param(1), call.param(2))
        .map(super::super::state::marketplace::OwnedService::detail);
    let Some(shown) = shown.filter(|_| state.marketplace.remove(call.param(1), call.param(2))) else {
        return Answer::empty(StatusCode::NOT_FOUND);
    };
    if state.options.empty_writes {
        Answer::empty(StatusCode::NO_CONTENT).committed()
    } else {
        Answer::ok(&shown).committed()
    }
}

/// The JSON object in a request, or ASP.NET's refusal of anything else.
pub(super) fn object(call: &Call<'_>) -> Result<Map<String, Value>, Answer> {
    let problem = |status: StatusCode, title: &str, errors: Option<Value>| {
        let mut body = json!({
            "type": format!("https://httpstatuses.io/{}", status.as_u16()),
            "title": title,
            "status": status.as_u16(),
            "traceId": format!("00-{:032x}-{:016x}-00", call.number, call.number),
        });
        if let Some(errors) = errors {
            body["errors"] = errors;
        }
        Answer::json(status, &body)
    };
    if !call.request.has_json_type() {
        return Err(problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type", None));
    }
    call.object().ok_or_else(|| {
        let errors = json!({"$": ["The JSON value could not be converted."]});
        problem(StatusCode::BAD_REQUEST, "One or more validation errors occurred.", Some(errors))
    })
}

/// A 400 as an object of arrays.
pub(super) fn invalid(field: &str, message: &str) -> Answer {
    Answer::json(StatusCode::BAD_REQUEST, &json!({field: [message]}))
}

/// A 400 as an array of errors.
fn refused(messages: &[String]) -> Answer {
    let one =
        |message: &String| json!({"errorCode": 5, "errorName": "InvalidValue", "errorMessage": message});
    Answer::json(StatusCode::BAD_REQUEST, &messages.iter().map(one).collect::<Vec<_>>())
}

fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// `customPropertiesData`, if it is given and has the right shape.
fn data(body: &Map<String, Value>) -> Result<Option<BTreeMap<String, Value>>, Answer> {
    let items = match body.get("customPropertiesData") {
        None => return Ok(None),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(invalid("customPropertiesData", "The input was not valid.")),
    };
    let mut data = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let id = item.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
        let value = item.get("value").unwrap_or(&Value::Null);
        let Some(id) = id.filter(|_| value.is_string() || value.is_null()) else {
            let field = if id.is_none() { "Id" } else { "Value" };
            let key = format!("CustomPropertiesData[{index}].{field}");
            return Err(invalid(&key, "The input was not valid."));
        };
        data.insert(id.to_owned(), value.clone());
    }
    Ok(Some(data))
}

/// Violations of the service's own definitions by these values.
fn complaints(properties: &[Property], data: &BTreeMap<String, Value>, complete: bool) -> Vec<String> {
    let mut complaints = Vec::new();
    for id in data.keys().filter(|id| properties.iter().all(|property| property.id != **id)) {
        complaints.push(format!("Custom property {id} does not exist"));
    }
    for property in properties {
        let value = data.get(&property.id);
        let blank = value.is_none_or(|value| value.is_null() || value.as_str().is_some_and(str::is_empty));
        if property.mandatory && blank && (complete || value.is_some()) {
            complaints.push(format!("Custom property {} is mandatory", property.name));
        }
        let allowed =
            |value: &Value| value.as_str().is_some_and(|text| property.allowed.iter().any(|one| one == text));
        if !property.allowed.is_empty() && !blank && !value.is_some_and(allowed) {
            complaints.push(format!("Custom property {} has a value that is not allowed", property.name));
        }
    }
    complaints
}
