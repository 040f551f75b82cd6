//! Diagnosis of error responses: who sent the response and why, and what the caller can do about it.
//!
//! The response itself decides, not the step of the call: a web page instead of JSON comes from something in front of the
//! service, whatever its status, and is not about objects or credentials; at the login it means that `base_url` is wrong.
//! A 429 and statuses from 500 on have the same meaning from gateways, so they count by their status.

use std::time::SystemTime;

use http::HeaderMap;
use url::Url;

use crate::base::error::{Error, ErrorKind};
use crate::base::markup;
use crate::base::spelling::{Name, with_names};
use crate::engine::error_body::{self, ErrorBody};
use crate::policy::retry::{self, Class};
use crate::table::{Auth, Operation, Service, Stage};
use crate::wire::transport::Response;

/// What the diagnosis needs to know of the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestInfo<'a> {
    pub(crate) service: Service,
    pub(crate) class: Class,
    pub(crate) auth: Auth,
    /// Whether it requests tokens.
    pub(crate) login: bool,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) base: &'a Url,
}

/// Who sent a response.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Responder {
    /// The service itself, or something that cannot be distinguished from it.
    Service,
    /// Something that responds with web pages.
    Page,
    /// A firewall in front of the server or the network, by its name.
    Firewall(&'static str),
}

impl Responder {
    fn of(headers: &HeaderMap, body: &[u8]) -> Self {
        if let Some(firewall) = firewall_in(headers) {
            return Self::Firewall(firewall);
        }
        if !markup::is_page(body) {
            return Self::Service;
        }
        // The signs are at the beginning of such pages; the rest may be any text.
        let head = String::from_utf8_lossy(&body[..body.len().min(8 << 10)]);
        let title = markup::title(&head).unwrap_or_default().to_ascii_lowercase();
        let head = head.to_ascii_lowercase();
        let named = SIGNS.into_iter().find(|(sign, _)| head.contains(sign));
        let titled = TITLES.into_iter().find(|(sign, _)| title.contains(sign));
        named.or(titled).map_or(Self::Page, |(_, firewall)| Self::Firewall(firewall))
    }
}

const FIREWALL: &str = "a firewall or gateway";

/// Text that only pages of firewalls contain.
const SIGNS: [(&str, &str); 9] = [
    ("_cf_chl", "Cloudflare"),
    ("cdn-cgi/challenge-platform", "Cloudflare"),
    ("attention required! | cloudflare", "Cloudflare"),
    ("incapsula incident", "Imperva"),
    ("errors.edgesuite.net", "Akamai"),
    ("sucuri website firewall", "Sucuri"),
    ("captcha-delivery.com", "DataDome"),
    ("the requested url was rejected", FIREWALL),
    ("fortiguard", "FortiGuard"),
];

/// Titles of such pages, in lower case.
const TITLES: [(&str, &str); 16] = [
    ("just a moment", "Cloudflare"),
    ("checking your browser", FIREWALL),
    ("access denied", FIREWALL),
    ("access blocked", FIREWALL),
    ("access to this page has been denied", FIREWALL),
    ("page blocked", FIREWALL),
    ("url blocked", FIREWALL),
    ("request blocked", FIREWALL),
    ("request rejected", FIREWALL),
    ("blocked by", FIREWALL),
    ("captcha", FIREWALL),
    ("human verification", FIREWALL),
    ("verify you are human", FIREWALL),
    ("are you a robot", FIREWALL),
    ("security check", FIREWALL),
    ("web application firewall", FIREWALL),
];

/// A firewall whose header says that it blocked the request.
fn firewall_in(headers: &HeaderMap) -> Option<&'static str> {
    let is = |name: &str, values: &[&str]| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| values.iter().any(|known| value.trim().eq_ignore_ascii_case(known)))
    };
    if is("cf-mitigated", &["challenge", "block"]) {
        return Some("Cloudflare");
    }
    is("x-amzn-waf-action", &["challenge", "captcha", "block"]).then_some("AWS WAF")
}

/// Whether the response is a challenge, even with a status of success.
pub(crate) fn is_challenge(headers: &HeaderMap) -> bool {
    firewall_in(headers).is_some()
}

/// The error for a response.
pub(crate) fn response_error(response: &Response, request: &RequestInfo<'_>) -> Error {
    let status = response.status.as_u16();
    let details = error_body::read(&response.body);
    let responder = Responder::of(&response.headers, &response.body);
    let kind = kind(status, &details, &responder, request);
    let reason = response.status.canonical_reason().unwrap_or("no reason given");
    let mut message = match (&details.message, &responder) {
        (Some(message), _) => message.clone(),
        (None, Responder::Firewall(firewall)) => format!("the response is a challenge from {firewall}"),
        (None, _) => reason.to_owned(),
    };
    if status == 407 {
        let proxy = response.proxy.as_deref().map(|proxy| format!("the proxy {proxy}"));
        let proxy = proxy.as_deref().unwrap_or("a proxy");
        message = format!(
            "{proxy} requires proxy authorization, which is unrelated to the credentials of the service; set user and \
             password in the proxy's address: {message}"
        );
    }
    if let Some(source) = &response.unreadable {
        message = format!("{message}; its body could not be read: {}", with_names(&source.to_string()));
    }
    let retryable = match kind {
        ErrorKind::RateLimit => true,
        // Repeating it is harmless, and the outcome is then known.
        ErrorKind::OutcomeUnknown => request.class.harmless(),
        ErrorKind::Server | ErrorKind::BadRequest => request.class.harmless() && retry::may_pass(status),
        _ => false,
    };
    let error = Error::new(kind, message);
    let error = match &response.unreadable {
        Some(source) => error.with_source(source.clone()),
        None => error,
    };
    let error = error
        .with_error_body(details.code, details.field_errors, details.server_error_id)
        .with_answer(status, &response.headers, &response.body)
        .with_retryable(retryable)
        .with_retry_after(retry::retry_after(status, &response.headers, SystemTime::now()));
    match hint(kind, status, &responder, request) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn kind(status: u16, details: &ErrorBody, responder: &Responder, request: &RequestInfo<'_>) -> ErrorKind {
    let passed = matches!(status, 200..=299) && *responder != Responder::Service;
    match status {
        // Only proxies send this status.
        407 => ErrorKind::Connection,
        500.. if request.class == Class::Create => ErrorKind::OutcomeUnknown,
        _ if passed && request.class == Class::Create => ErrorKind::OutcomeUnknown,
        // These do not show the outcome of a request.
        408 | ..=199 | 300..=399 if request.class.changes_state() => ErrorKind::OutcomeUnknown,
        ..=199 | 300..=399 => ErrorKind::Decode,
        _ if matches!(responder, Responder::Firewall(_)) => ErrorKind::Decode,
        500.. => ErrorKind::Server,
        429 => ErrorKind::RateLimit,
        _ if *responder == Responder::Page => ErrorKind::Decode,
        401 => ErrorKind::Authentication,
        403 => ErrorKind::PermissionDenied,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        400 if request.login && is_refusal(details) => ErrorKind::Authentication,
        // 200 here is an error that the server sent inside a success.
        _ => ErrorKind::BadRequest,
    }
}

/// OAuth's codes for refused credentials.
fn is_refusal(details: &ErrorBody) -> bool {
    matches!(details.code.as_deref(), Some("invalid_grant" | "invalid_client" | "unauthorized_client"))
}

fn hint(kind: ErrorKind, status: u16, responder: &Responder, request: &RequestInfo<'_>) -> Option<String> {
    if status == 407 {
        return None;
    }
    if let Responder::Firewall(firewall) = responder {
        return Some(format!(
            "This is a block or challenge page of {firewall} between you and the server, which no program can pass; it is not about \
             your credentials. Have this machine's address allowed there"
        ));
    }
    let known = request.operation.and_then(|operation| of_operation(operation, status));
    match kind {
        ErrorKind::Decode if request.login => Some(wrong_base(request.base, *responder == Responder::Page)),
        ErrorKind::Decode => Some(format!(
            "A proxy, a gateway or another server responded instead of the service; check {} and the network",
            Name("base_url")
        )),
        // Older servers lack some logins, which says nothing about the address.
        _ if known.is_some() => known,
        _ if request.login && is_login_missing(status) => Some(wrong_base(request.base, false)),
        ErrorKind::Authentication => credentials(request),
        ErrorKind::PermissionDenied if request.login => credentials(request),
        _ => None,
    }
}

/// What the document of an operation knows about a status.
fn of_operation(operation: &'static Operation, status: u16) -> Option<String> {
    if let Some((_, hint)) = operation.hints.iter().find(|(known, _)| *known == status) {
        return Some((*hint).to_owned());
    }
    if !matches!(status, 404 | 405) {
        return None;
    }
    match (operation.since, operation.stage) {
        (Some(version), _) => Some(match version.strip_prefix("after ") {
            Some(before) => format!("The server may be as old as {before}, which does not have this call"),
            None => {
                format!("The server may be older than {version}, the first that is known to have this call")
            }
        }),
        (None, Stage::Preview) => {
            Some("The vendor calls this a preview, and the server may not have it".to_owned())
        }
        (None, Stage::Experimental) => Some("Not every server has this call".to_owned()),
        (None, Stage::Released) => None,
    }
}

/// The error of a login, for the call that needed the token: it is about the credentials and not about the object of the
/// call. If the login does not exist at this address, it is not about credentials either.
pub(crate) fn as_token_error(error: Error) -> Error {
    let kind = match error.kind() {
        ErrorKind::NotFound | ErrorKind::BadRequest if error.status().is_some_and(is_login_missing) => {
            ErrorKind::Decode
        }
        ErrorKind::NotFound | ErrorKind::Conflict | ErrorKind::BadRequest | ErrorKind::PermissionDenied => {
            ErrorKind::Authentication
        }
        other => other,
    };
    error.with_kind(kind)
}

fn is_login_missing(status: u16) -> bool {
    matches!(status, 404 | 405 | 410)
}

/// The hint that there is no login at `base_url`.
pub(crate) fn wrong_base(base: &Url, page: bool) -> String {
    let base = base.as_str().trim_end_matches('/');
    let what = if page { "leads to a web page" } else { "leads to a server that has no login there" };
    format!(
        "{} {what} ({base}); it must be the root of the server, such as https://ncentral.example.com",
        Name("base_url")
    )
}

/// The hint for refused credentials.
fn credentials(request: &RequestInfo<'_>) -> Option<String> {
    // Access tokens are renewed; the credentials that they come from, and keys, are configured by the caller.
    let own = request.login || matches!(request.auth, Auth::UserToken | Auth::ApiKey);
    if own {
        return Some(request.service.dialect().refused.to_owned());
    }
    let renewed = request.auth == Auth::AccessToken;
    renewed.then(|| {
        "A renewed token was refused as well, so the API user may lack the permission for this call"
            .to_owned()
    })
}

/// The hint for a login response without tokens that does not come from the service.
pub(crate) fn login_hint(headers: &HeaderMap, body: &[u8], base: &Url) -> Option<String> {
    (Responder::of(headers, body) != Responder::Service).then(|| wrong_base(base, true))
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, StatusCode};

    use super::*;
    use crate::generated::operations::{OPERATIONS, op};

    fn request(class: Class, login: bool, base: &Url) -> RequestInfo<'_> {
        let auth = if login { Auth::UserToken } else { Auth::AccessToken };
        RequestInfo { service: Service::NCentral, class, auth, login, operation: None, base }
    }

    fn error_for(
        status: u16,
        body: &'static str,
        headers: &[(&'static str, &'static str)],
        class: Class,
        login: bool,
    ) -> Error {
        let mut response = Response::new(StatusCode::from_u16(status).unwrap(), body);
        for (name, value) in headers {
            response.headers.insert(*name, HeaderValue::from_static(value));
        }
        let base = Url::parse("https://n.example/dashboard").unwrap();
        response_error(&response, &request(class, login, &base))
    }

    const PAGE: &str = "<html><head><title>Nothing here</title></head></html>";

    #[test]
    fn a_web_page_is_not_a_response_of_the_service() {
        for status in [400, 401, 403, 404, 405, 409, 410, 418] {
            for class in [Class::Read, Class::Create, Class::IdempotentWrite] {
                let error = error_for(status, PAGE, &[], class, false);
                assert_eq!(error.kind(), ErrorKind::Decode, "{status}");
                assert!(error.to_string().contains("Nothing here") && !error.retryable(), "{error}");
            }
            let error = error_for(status, PAGE, &[], Class::Read, true);
            assert_eq!(error.kind(), ErrorKind::Decode, "{status}");
            assert!(
                error.to_string().contains("base_url leads to a web page (https://n.example/dashboard)"),
                "{error}"
            );
            assert!(!error.to_string().contains("jwt"), "{error}");
        }
        assert_eq!(error_for(429, PAGE, &[], Class::Read, false).kind(), ErrorKind::RateLimit);
        assert_eq!(error_for(502, PAGE, &[], Class::Read, false).kind(), ErrorKind::Server);
        assert_eq!(error_for(502, PAGE, &[], Class::Create, false).kind(), ErrorKind::OutcomeUnknown);
        assert_eq!(error_for(407, PAGE, &[], Class::Read, true).kind(), ErrorKind::Connection);
    }

    #[test]
    fn a_missing_login_means_a_wrong_address() {
        for status in [404, 405, 410] {
            for body in ["", r#"{"message":"no such path"}"#] {
                let error = as_token_error(error_for(status, body, &[], Class::Read, true));
                assert_eq!(error.kind(), ErrorKind::Decode);
                assert!(
                    error.to_string().contains("base_url") && !error.to_string().contains("jwt"),
                    "{error}"
                );
            }
        }
        assert_eq!(
            error_for(404, r#"{"message":"no"}"#, &[], Class::Read, false).kind(),
            ErrorKind::NotFound
        );
    }

    #[test]
    fn names_in_hints_are_spelled_once() {
        let base = Url::parse("https://n.example").unwrap();
        let operation = Some(&OPERATIONS[op::NCENTRAL_SCHEDULED_TASKS_LIST_STATUS_DETAILS]);
        let info = RequestInfo { operation, ..request(Class::Read, false, &base) };
        let error = response_error(&Response::new(StatusCode::BAD_REQUEST, ""), &info);
        assert!(
            error.to_string().contains("use the `parent_id` that `scheduled_tasks.get` returns"),
            "{error}"
        );
        let error = error_for(401, "", &[], Class::Read, true);
        assert!(error.to_string().contains("`jwt`"), "{error}");
    }

    #[test]
    fn a_login_that_older_servers_lack_says_nothing_about_the_address() {
        let base = Url::parse("https://n.example").unwrap();
        let operation = Some(&OPERATIONS[op::NCENTRAL_AUTH_AUTHENTICATE_SSO]);
        let info = RequestInfo { operation, auth: Auth::None, ..request(Class::Read, true, &base) };
        for (status, hint) in [(404, "2026.3.0.11"), (401, "identity provider"), (403, "signed on")] {
            let error = response_error(&Response::new(StatusCode::from_u16(status).unwrap(), ""), &info);
            let text = error.to_string();
            assert!(text.contains(hint) && !text.contains("base_url") && !text.contains("jwt"), "{text}");
        }
    }

    #[test]
    fn refused_credentials_are_reported_as_such() {
        use ErrorKind::{Authentication, PermissionDenied};
        for (status, body, kind) in [
            (401, "", Authentication),
            (403, "", PermissionDenied),
            (400, r#"{"error":"invalid_grant"}"#, Authentication),
        ] {
            let error = error_for(status, body, &[], Class::Read, true);
            assert_eq!(error.kind(), kind);
            assert!(error.to_string().contains("jwt"), "{error}");
        }
        assert_eq!(error_for(403, "{}", &[], Class::Read, false).kind(), PermissionDenied);
    }

    #[test]
    fn a_firewall_is_not_reported_as_a_token_problem() {
        type Sign = (u16, &'static str, &'static [(&'static str, &'static str)]);
        let signs: [Sign; 7] = [
            (403, "<html><title>Just a moment...</title></html>", &[]),
            (503, "<html><title>Just a moment...</title></html>", &[("cf-mitigated", "challenge")]),
            (403, "<html><title>Attention Required! | Cloudflare</title></html>", &[]),
            (401, "<html><title>Access Denied</title></html>", &[]),
            (405, "", &[("x-amzn-waf-action", "captcha")]),
            (202, "", &[("x-amzn-waf-action", "challenge")]),
            (200, "<html><title>Request Rejected</title></html>", &[]),
        ];
        for (status, body, headers) in signs {
            for login in [false, true] {
                let error = error_for(status, body, headers, Class::Read, login);
                assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
                let text = error.to_string();
                assert!(text.contains("not about your credentials") && !text.contains("jwt"), "{text}");
            }
        }
        let error = error_for(202, "", &[("x-amzn-waf-action", "challenge")], Class::Create, false);
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    }
}
