//! Requests to endpoints outside the table: checked like all others, and restricted to the client's own server.

use std::collections::BTreeMap;

use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;
use url::Url;

use crate::base::error::{Error, REQUEST, Result};
use crate::base::quote::quote;
use crate::base::spelling::Name;
use crate::engine::call::CallContext;
use crate::engine::core::Core;
use crate::engine::request::parts::{add_headers, add_query, check_length, query_length};
use crate::engine::request::{CallOptions, HttpRequest};
use crate::policy::retry::Class;
use crate::table::{Auth, Operation, Service};

/// The cap of endpoints outside the table: the lowest one that the vendors document.
const UNKNOWN_ENDPOINT_CAP: u32 = 5;

/// A request outside the table that was checked.
pub(crate) struct RawRequest {
    pub(crate) http: HttpRequest,
    /// Its path without that of the client's address.
    pub(crate) below_base: String,
    /// The group and the cap of its limit.
    pub(crate) group: String,
    pub(crate) cap: u32,
}

pub(crate) fn request(
    core: &Core,
    method: &str,
    path: &str,
    body: Option<&[u8]>,
    options: &CallOptions,
) -> Result<CallContext> {
    let RawRequest { http, group, cap, .. } = checked(core, method, path, body, options)?;
    Ok(CallContext {
        operation: None,
        label: REQUEST,
        class: Class::of_method(&http.method),
        retry_500: true,
        auth: match core.shared.service {
            Service::NCentral | Service::Cloudmore => Auth::AccessToken,
            Service::Wiv => Auth::ApiKey,
        },
        login: false,
        limiter: core.limiter(&group, cap),
        needs_body: http.method.is_safe(),
        http,
    })
}

/// Checks a request outside the table.
pub(crate) fn checked(
    core: &Core,
    method: &str,
    path: &str,
    body: Option<&[u8]>,
    options: &CallOptions,
) -> Result<RawRequest> {
    let named = Method::from_bytes(method.to_ascii_uppercase().as_bytes())
        .map_err(|_| Error::argument("method", &quote(method), "must be an HTTP method such as GET"))?;
    let url = url(core, path)?;
    let mut http =
        HttpRequest { method: named, url, headers: http::HeaderMap::new(), body: None, secrets: Vec::new() };
    options.check_written()?;
    if options.poll_interval.is_some() {
        return Err(Error::argument("poll_interval", "a value", "is only for operations that wait"));
    }
    options.refuse_ensuring()?;
    let mut query = Vec::new();
    for (name, raw) in &options.extra_query {
        add_query(&mut query, name, raw)?;
    }
    let parts = query.iter().map(|(name, value)| (format!("extra_query[{name}]"), query_length(name, value)));
    check_length(std::iter::once(("path".to_owned(), path.len())).chain(parts))?;
    if !query.is_empty() {
        http.url.query_pairs_mut().extend_pairs(query);
    }
    if let Some(body) = json_body(body, options)? {
        let json = http::HeaderValue::from_static("application/json");
        http.headers.insert(http::header::CONTENT_TYPE, json);
        http.body = Some(body.into());
    }
    add_headers(&mut http.headers, &options.extra_headers)?;
    if http.body.is_some() {
        check_content_type(&http.headers)?;
    }
    let below_base = http.url.path().strip_prefix(core.shared.base.path().trim_end_matches('/'));
    let below_base = below_base.unwrap_or(http.url.path()).to_owned();
    let (group, cap) = limit_of(&http.method, &below_base);
    Ok(RawRequest { http, below_base, group, cap })
}

/// The URL of a path, or of a URL on the client's own server. Paths that a URL parser would change are refused, so a path
/// is always sent as written.
fn url(core: &Core, path: &str) -> Result<Url> {
    let base = &core.shared.base;
    let refuse = |allowed: &str| Err(Error::argument("path", &shown(path), allowed));
    if let Some(reason) = refuse_text(path) {
        return refuse(reason);
    }
    let absolute = path.starts_with("http://") || path.starts_with("https://");
    if !absolute && (!path.starts_with('/') || path.starts_with("//")) {
        return refuse("must begin with one / or be a URL of the client's own server");
    }
    let prefix = base.path().trim_end_matches('/');
    let whole = if absolute {
        Url::parse(path)
    } else {
        Url::parse(&format!("{}{prefix}{path}", base.origin().ascii_serialization()))
    };
    let Ok(url) = whole else {
        return refuse("must be a path such as /api/sites");
    };
    if url.origin() != base.origin() || !url.username().is_empty() || url.password().is_some() {
        let own = base.origin().ascii_serialization();
        return refuse(&format!("must stay on {own}: credentials are only sent there"));
    }
    let written = if absolute { below_authority(path) } else { path };
    let (written_path, written_query) = match written.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (written, None),
    };
    if written_path.split('/').any(climbs) {
        return refuse("must not contain `.` or `..` as a segment, encoded or not");
    }
    let below = if absolute { url.path() } else { url.path().strip_prefix(prefix).unwrap_or_default() };
    if below != written_path {
        return refuse("must be percent-encoded except for letters, digits and -._~!$&'()*+,;=:@/");
    }
    if url.query() != written_query {
        let query = Name("extra_query");
        return refuse(&format!("must be percent-encoded after the ?; {query} is encoded by mspkit"));
    }
    if !url.path().strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return refuse(&format!("must stay below {}", base.as_str().trim_end_matches('/')));
    }
    Ok(url)
}

/// The reason why a text cannot be part of a request line, if any.
fn refuse_text(path: &str) -> Option<&'static str> {
    match path.chars().find(|letter| !letter.is_ascii_graphic() || matches!(letter, '\\' | '#')) {
        Some('\\') => Some("must not contain backslashes"),
        Some('#') => Some("must not contain a fragment"),
        Some(' ') => Some("must not contain blanks; percent-encode them as %20"),
        Some(letter) if letter.is_ascii() => Some("must not contain control characters"),
        Some(_) => Some("must be ASCII; percent-encode other characters"),
        None => None,
    }
}

/// The part after scheme and host.
fn below_authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    match rest.find(['/', '?']) {
        Some(at) if rest[at..].starts_with('/') => &rest[at..],
        // A parser adds the slash.
        _ => "",
    }
}

/// Whether any server or proxy may resolve a segment as `.` or `..`: some decode it, some cut it at a semicolon.
fn climbs(segment: &str) -> bool {
    let decoded = percent_decode_str(segment).decode_utf8_lossy();
    decoded.split(['/', '\\']).any(|part| matches!(part.split(';').next(), Some("." | "..")))
}

/// A path as errors show it: without the query and user information, which may be secret.
fn shown(path: &str) -> String {
    let bare = path.split(['?', '#']).next().unwrap_or_default();
    match bare.rsplit_once('@') {
        Some((before, rest)) if before.contains("//") => quote(&format!("…@{rest}")),
        _ => quote(bare),
    }
}

/// The JSON body of a raw request: the given one with the fields of `extra_body`.
fn json_body(body: Option<&[u8]>, options: &CallOptions) -> Result<Option<Vec<u8>>> {
    // The argument has this name in every language.
    let bad = |error: serde_json::Error| {
        let allowed =
            if error.is_data() { "must be an object for fields to be added to it" } else { "must be JSON" };
        Error::refused("body", Some("something else"), allowed)
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

/// Bodies are JSON. With another type, a server would take the quotes of a string as part of it.
fn check_content_type(headers: &http::HeaderMap) -> Result<()> {
    let content_type =
        headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if matches!(essence.as_str(), "application/json" | "text/json") || essence.ends_with("+json") {
        return Ok(());
    }
    let allowed = "must be a JSON type such as application/merge-patch+json: bodies are sent as JSON";
    Err(Error::argument("extra_headers[content-type]", &quote(content_type), allowed))
}

/// The limiter group and cap of a request: those of the operation if the table has one for this path.
fn limit_of(method: &Method, path: &str) -> (String, u32) {
    let segments: Vec<&str> = path.split('/').collect();
    let matches = |operation: &&Operation| {
        let template: Vec<&str> = operation.path.split('/').collect();
        operation.method == *method
            && template.len() == segments.len()
            && template.iter().zip(&segments).all(|(want, have)| want.starts_with('{') || want == have)
    };
    // The most specific one: `/services/Csp` is not `/services/{serviceId}`.
    let literal =
        |operation: &&Operation| operation.path.split('/').filter(|part| !part.starts_with('{')).count();
    if let Some(operation) = Operation::all().iter().filter(matches).max_by_key(literal) {
        return (operation.limit.group.to_owned(), operation.limit.cap);
    }
    let looks_like_id =
        |segment: &str| segment.bytes().any(|byte| byte.is_ascii_digit()) && !is_version(segment);
    let template: Vec<&str> =
        segments.iter().map(|&part| if looks_like_id(part) { "{id}" } else { part }).collect();
    (format!("{method} {}", template.join("/")), UNKNOWN_ENDPOINT_CAP)
}

/// `v2` and the like name a version, not an object.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dot_segments_are_recognised_in_every_encoding() {
        for segment in ["..", ".", "%2e%2e", "%2E.", ".%2e", "..%2f", "%2e%2e%5C", "..;a=b", "a%2f..%2fb"] {
            assert!(climbs(segment), "{segment}");
        }
        for segment in ["", "...", "..a", "a..", ".well-known", "%252e%252e", "a;..", "v1.0"] {
            assert!(!climbs(segment), "{segment}");
        }
    }

    #[test]
    fn unknown_paths_share_the_limit_of_their_template() {
        assert_eq!(limit_of(&Method::GET, "/v2/things/12").0, "GET /v2/things/{id}");
        assert_eq!(limit_of(&Method::GET, "/v2/things/12"), limit_of(&Method::GET, "/v2/things/77"));
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
