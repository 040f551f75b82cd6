//! Requests to endpoints that the table does not list: checked like all others, and kept on the client's own server.

use std::collections::BTreeMap;

use http::Method;
use serde_json::value::RawValue;
use url::Url;

use crate::call::Request;
use crate::config::quote;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::operation::{Auth, Operation, Service};
use crate::request::{CallOptions, Prepared, add_headers, add_query};
use crate::retry::Class;

/// In flight at most for endpoints that no table describes: the lowest cap that the vendors' lists have.
const UNKNOWN_ENDPOINT_CAP: u32 = 5;

pub(crate) fn request(
    core: &Core,
    method: &str,
    path: &str,
    body: Option<&[u8]>,
    options: &CallOptions,
) -> Result<Request> {
    let named = Method::from_bytes(method.to_ascii_uppercase().as_bytes())
        .map_err(|_| Error::argument("method", &quote(method), "must be an HTTP method such as GET"))?;
    let url = url(core, path)?;
    let mut prepared =
        Prepared { method: named, url, headers: http::HeaderMap::new(), body: None, secrets: Vec::new() };
    options.check_written()?;
    let mut query = Vec::new();
    for (name, raw) in &options.extra_query {
        add_query(&mut query, name, raw)?;
    }
    if !query.is_empty() {
        prepared.url.query_pairs_mut().extend_pairs(query);
    }
    if let Some(body) = json_body(body, options)? {
        let json = http::HeaderValue::from_static("application/json");
        prepared.headers.insert(http::header::CONTENT_TYPE, json);
        prepared.body = Some(body.into());
    }
    add_headers(&mut prepared.headers, &options.extra_headers)?;
    let below_base = prepared.url.path().strip_prefix(core.shared.base.path().trim_end_matches('/'));
    let (group, cap) = limit_of(&prepared.method, below_base.unwrap_or(prepared.url.path()));
    Ok(Request {
        label: "request",
        class: Class::of_method(&prepared.method),
        retry_500: true,
        auth: match core.shared.service {
            Service::NCentral | Service::Cloudmore => Auth::AccessToken,
            Service::Wiv => Auth::ApiKey,
        },
        outcome_check: None,
        gate: core.gate(&group, cap),
        prepared,
    })
}

fn url(core: &Core, path: &str) -> Result<Url> {
    let refuse = |allowed: &str| Err(Error::argument("path", &shown(path), allowed));
    if path.chars().any(|c| c.is_control() || c == '\\') {
        return refuse("must not hold control characters or backslashes");
    }
    let whole = if path.starts_with('/') && !path.starts_with("//") {
        Url::parse(&format!("{}{path}", core.shared.base.as_str().trim_end_matches('/')))
    } else if path.starts_with("http://") || path.starts_with("https://") {
        Url::parse(path)
    } else {
        return refuse("must begin with / or be a URL of the client's own server");
    };
    let Ok(url) = whole else {
        return refuse("must be a path such as /api/sites");
    };
    if url.origin() != core.shared.base.origin() || !url.username().is_empty() || url.password().is_some() {
        let own = core.shared.base.origin().ascii_serialization();
        return refuse(&format!("must stay on {own}: credentials are sent nowhere else"));
    }
    Ok(url)
}

/// A path as an error may show it: a query often holds a token, and what stands before a host always does.
fn shown(path: &str) -> String {
    let bare = path.split(['?', '#']).next().unwrap_or_default();
    match bare.rsplit_once('@') {
        Some((before, rest)) if before.contains("//") => quote(&format!("…@{rest}")),
        _ => quote(bare),
    }
}

/// The JSON body of a free request: the given one, with `extra_body` laid over it.
fn json_body(body: Option<&[u8]>, options: &CallOptions) -> Result<Option<Vec<u8>>> {
    let bad = |error: serde_json::Error| {
        let allowed = if error.is_data() { "must be an object".to_owned() } else { error.to_string() };
        Error::argument("body", "JSON that cannot be sent", &allowed)
    };
    if options.extra_body.is_empty() {
        if let Some(body) = body {
            serde_json::from_slice::<serde::de::IgnoredAny>(body).map_err(bad)?;
        }
        return Ok(body.map(<[u8]>::to_vec));
    }
    let mut members: BTreeMap<String, Box<RawValue>> = match body {
        Some(body) => serde_json::from_slice(body).map_err(bad)?,
        None => BTreeMap::new(),
    };
    members.extend(options.extra_body.clone());
    serde_json::to_vec(&members).map(Some).map_err(bad)
}

/// The limiter group and cap of any request: the operation's own where the table has one for this path.
fn limit_of(method: &Method, path: &str) -> (String, u32) {
    let segments: Vec<&str> = path.split('/').collect();
    let matches = |operation: &&Operation| {
        let template: Vec<&str> = operation.path.split('/').collect();
        operation.method == *method
            && template.len() == segments.len()
            && template.iter().zip(&segments).all(|(want, have)| want.starts_with('{') || want == have)
    };
    if let Some(operation) = Operation::all().iter().find(matches) {
        return (operation.limit.group.to_owned(), operation.limit.cap);
    }
    let looks_like_id =
        |segment: &str| segment.bytes().any(|byte| byte.is_ascii_digit()) && !is_version(segment);
    let template: Vec<&str> =
        segments.iter().map(|&part| if looks_like_id(part) { "{id}" } else { part }).collect();
    (format!("{method} {}", template.join("/")), UNKNOWN_ENDPOINT_CAP)
}

/// `v2` and the like name a version, not a thing.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_paths_share_the_limit_of_their_template() {
        assert_eq!(limit_of(&Method::GET, "/api/sites/12").0, "GET /api/sites/{id}");
        assert_eq!(limit_of(&Method::GET, "/api/sites/12"), limit_of(&Method::GET, "/api/sites/77"));
        assert_eq!(limit_of(&Method::POST, "/v2/things").0, "POST /v2/things");
    }

    #[test]
    fn known_paths_share_the_limit_of_their_operation() {
        let list = Operation::find("ncentral.customers.list").unwrap();
        assert_eq!(limit_of(&Method::GET, "/api/customers"), (list.limit.group.to_owned(), list.limit.cap));
        let health = Operation::find("ncentral.server.health").unwrap();
        assert_eq!(limit_of(&Method::GET, "/api/health").1, health.limit.cap);
    }
}
