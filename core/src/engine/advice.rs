//! Advice: what a response shows of who gave it and why, and what the caller can do about it. All of it is here.
//!
//! Evidence decides, not the phase of the call in which the response came: a page where JSON belongs was made by something in
//! front of the service, whatever its status, and says nothing about objects or credentials; at the login it says that
//! `base_url` leads elsewhere. A 429, and what begins at 500, are told by their status: gateways mean the same by them.

use std::time::SystemTime;

use http::HeaderMap;
use url::Url;

use crate::base::error::{Error, ErrorKind};
use crate::base::markup;
use crate::base::words::{Name, with_names};
use crate::engine::error_body::{self, ServerWords};
use crate::policy::retry::{self, Class};
use crate::table::{Auth, Service};
use crate::wire::transport::Response;

/// What was asked, as far as a response is judged by it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) service: Service,
    pub(crate) class: Class,
    pub(crate) auth: Auth,
    /// Asked for tokens.
    pub(crate) login: bool,
    pub(crate) base: &'a Url,
}

/// Who has spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Speaker {
    /// The service itself, or nobody that can be told from it.
    Service,
    /// Something that answers with pages.
    Page,
    /// Something that guards the server or the network, by its name.
    Guard(&'static str),
}

impl Speaker {
    fn of(headers: &HeaderMap, body: &[u8]) -> Self {
        if let Some(guard) = guard_in(headers) {
            return Self::Guard(guard);
        }
        if !markup::is_page(body) {
            return Self::Service;
        }
        // The signs stand at the beginning of such pages; the rest may be anybody's text.
        let head = String::from_utf8_lossy(&body[..body.len().min(8 << 10)]);
        let title = markup::title(&head).unwrap_or_default().to_ascii_lowercase();
        let head = head.to_ascii_lowercase();
        let named = SIGNS.into_iter().find(|(sign, _)| head.contains(sign));
        let titled = TITLES.into_iter().find(|(sign, _)| title.contains(sign));
        named.or(titled).map_or(Self::Page, |(_, guard)| Self::Guard(guard))
    }
}

const FIREWALL: &str = "a firewall or gateway";

/// What stands in the pages of guards, and nowhere else.
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

/// Titles of their pages, in lower case.
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

/// A guard that tells by a header that it has not let the request through.
fn guard_in(headers: &HeaderMap) -> Option<&'static str> {
    let is = |name: &str, values: &[&str]| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| values.iter().any(|known| value.trim().eq_ignore_ascii_case(known)))
    };
    if is("cf-mitigated", &["challenge", "block"]) {
        return Some("Cloudflare");
    }
    is("x-amzn-waf-action", &["challenge", "captcha", "block"]).then_some("AWS WAF")
}

/// Whether the response is a challenge, also where its status is that of a success.
pub(crate) fn is_challenge(headers: &HeaderMap) -> bool {
    guard_in(headers).is_some()
}

/// The error that a response means.
pub(crate) fn answered(response: &Response, asked: &Asked<'_>) -> Error {
    let status = response.status.as_u16();
    let words = error_body::read(&response.body);
    let speaker = Speaker::of(&response.headers, &response.body);
    let kind = kind(status, &words, &speaker, asked);
    let reason = response.status.canonical_reason().unwrap_or("no reason given");
    let mut message = match (&words.message, &speaker) {
        (Some(message), _) => message.clone(),
        (None, Speaker::Guard(guard)) => format!("the response is a challenge from {guard}"),
        (None, _) => reason.to_owned(),
    };
    if status == 407 {
        let proxy = response.proxy.as_deref().map(|proxy| format!("the proxy {proxy}"));
        let proxy = proxy.as_deref().unwrap_or("a proxy on the way");
        message = format!(
            "{proxy} requires proxy authorization, which is unrelated to the credentials of the service; user and \
             password go into the proxy's address: {message}"
        );
    }
    if let Some(fault) = &response.unreadable {
        message = format!("{message}; its body could not be read: {}", with_names(&fault.to_string()));
    }
    let retryable = match kind {
        ErrorKind::RateLimit => true,
        // Repeating it does no harm, and the outcome is then known.
        ErrorKind::OutcomeUnknown => asked.class.harmless(),
        ErrorKind::Server | ErrorKind::BadRequest => asked.class.harmless() && retry::may_pass(status),
        _ => false,
    };
    let error = Error::new(kind, message);
    let error = match &response.unreadable {
        Some(fault) => error.with_source(fault.clone()),
        None => error,
    };
    let error = error
        .with_server_words(words.code, words.field_errors, words.server_error_id)
        .with_answer(status, &response.headers, &response.body)
        .with_retryable(retryable)
        .with_retry_after(retry::retry_after(status, &response.headers, SystemTime::now()));
    match hint(kind, status, &speaker, asked) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn kind(status: u16, words: &ServerWords, speaker: &Speaker, asked: &Asked<'_>) -> ErrorKind {
    let passed = matches!(status, 200..=299) && *speaker != Speaker::Service;
    match status {
        // The server itself never asks a client for this; a proxy does.
        407 => ErrorKind::Connection,
        500.. if asked.class == Class::Create => ErrorKind::OutcomeUnknown,
        _ if passed && asked.class == Class::Create => ErrorKind::OutcomeUnknown,
        // These say nothing about what became of a request.
        408 | ..=199 | 300..=399 if asked.class.changes_state() => ErrorKind::OutcomeUnknown,
        ..=199 | 300..=399 => ErrorKind::Decode,
        _ if matches!(speaker, Speaker::Guard(_)) => ErrorKind::Decode,
        500.. => ErrorKind::Server,
        429 => ErrorKind::RateLimit,
        _ if *speaker == Speaker::Page => ErrorKind::Decode,
        401 => ErrorKind::Authentication,
        403 => ErrorKind::PermissionDenied,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        400 if asked.login && is_refusal(words) => ErrorKind::Authentication,
        // 200 here is an error that the server sent inside a success.
        _ => ErrorKind::BadRequest,
    }
}

/// OAuth's codes for credentials that are not taken.
fn is_refusal(words: &ServerWords) -> bool {
    matches!(words.code.as_deref(), Some("invalid_grant" | "invalid_client" | "unauthorized_client"))
}

fn hint(kind: ErrorKind, status: u16, speaker: &Speaker, asked: &Asked<'_>) -> Option<String> {
    if status == 407 {
        return None;
    }
    if let Speaker::Guard(guard) = speaker {
        return Some(format!(
            "This is a block or challenge page of {guard} between you and the server, which no program can pass; it is not about \
             your credentials. Have this machine's address allowed there"
        ));
    }
    match kind {
        ErrorKind::Decode if asked.login => Some(wrong_base(asked.base, *speaker == Speaker::Page)),
        _ if asked.login && is_no_login(status) => Some(wrong_base(asked.base, false)),
        ErrorKind::Decode => Some(format!(
            "A proxy, a gateway or another server answered in place of the service; check {} and the network",
            Name("base_url")
        )),
        ErrorKind::Authentication => credentials(asked),
        ErrorKind::PermissionDenied if asked.login => credentials(asked),
        _ => None,
    }
}

/// A refusal of the token says nothing about the object of the call that needed it: it is a matter of credentials. Where no
/// login was found, nothing was said about those either.
pub(crate) fn for_want_of_a_token(error: Error) -> Error {
    let kind = match error.kind() {
        ErrorKind::NotFound | ErrorKind::BadRequest if error.status().is_some_and(is_no_login) => {
            ErrorKind::Decode
        }
        ErrorKind::NotFound | ErrorKind::Conflict | ErrorKind::BadRequest | ErrorKind::PermissionDenied => {
            ErrorKind::Authentication
        }
        other => other,
    };
    error.with_kind(kind)
}

fn is_no_login(status: u16) -> bool {
    matches!(status, 404 | 405 | 410)
}

/// The login is not where `base_url` leads.
pub(crate) fn wrong_base(base: &Url, page: bool) -> String {
    let base = base.as_str().trim_end_matches('/');
    let what = if page { "leads to a web page" } else { "leads to a server that has no login there" };
    format!(
        "{} {what} ({base}); it must be the root of the server, such as https://ncentral.example.com",
        Name("base_url")
    )
}

/// What to look at when credentials were refused.
fn credentials(asked: &Asked<'_>) -> Option<String> {
    // An access token is renewed; what it came from, and a key, are the caller's own.
    let own = asked.login || matches!(asked.auth, Auth::UserToken | Auth::ApiKey);
    own.then(|| with_names(asked.service.dialect().refused))
}

/// What may have answered a login without tokens, if that was not the service.
pub(crate) fn of_login(headers: &HeaderMap, body: &[u8], base: &Url) -> Option<String> {
    (Speaker::of(headers, body) != Speaker::Service).then(|| wrong_base(base, true))
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, StatusCode};

    use super::*;

    fn asked(class: Class, login: bool, base: &Url) -> Asked<'_> {
        let auth = if login { Auth::UserToken } else { Auth::AccessToken };
        Asked { service: Service::NCentral, class, auth, login, base }
    }

    fn told(
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
        answered(&response, &asked(class, login, &base))
    }

    const PAGE: &str = "<html><head><title>Nothing here</title></head></html>";

    #[test]
    fn a_page_is_no_word_of_the_service() {
        for status in [400, 401, 403, 404, 405, 409, 410, 418] {
            for class in [Class::Read, Class::Create, Class::IdempotentWrite] {
                let error = told(status, PAGE, &[], class, false);
                assert_eq!(error.kind(), ErrorKind::Decode, "{status}");
                assert!(error.to_string().contains("Nothing here") && !error.retryable(), "{error}");
            }
            let error = told(status, PAGE, &[], Class::Read, true);
            assert_eq!(error.kind(), ErrorKind::Decode, "{status}");
            assert!(
                error.to_string().contains("base_url leads to a web page (https://n.example/dashboard)"),
                "{error}"
            );
            assert!(!error.to_string().contains("jwt"), "{error}");
        }
        assert_eq!(told(429, PAGE, &[], Class::Read, false).kind(), ErrorKind::RateLimit);
        assert_eq!(told(502, PAGE, &[], Class::Read, false).kind(), ErrorKind::Server);
        assert_eq!(told(502, PAGE, &[], Class::Create, false).kind(), ErrorKind::OutcomeUnknown);
        assert_eq!(told(407, PAGE, &[], Class::Read, true).kind(), ErrorKind::Connection);
    }

    #[test]
    fn the_login_that_is_not_there_is_a_wrong_address() {
        for status in [404, 405, 410] {
            for body in ["", r#"{"message":"no such path"}"#] {
                let error = for_want_of_a_token(told(status, body, &[], Class::Read, true));
                assert_eq!(error.kind(), ErrorKind::Decode);
                assert!(
                    error.to_string().contains("base_url") && !error.to_string().contains("jwt"),
                    "{error}"
                );
            }
        }
        assert_eq!(told(404, r#"{"message":"no"}"#, &[], Class::Read, false).kind(), ErrorKind::NotFound);
    }

    #[test]
    fn refused_credentials_are_told_as_such() {
        use ErrorKind::{Authentication, PermissionDenied};
        for (status, body, kind) in [
            (401, "", Authentication),
            (403, "", PermissionDenied),
            (400, r#"{"error":"invalid_grant"}"#, Authentication),
        ] {
            let error = told(status, body, &[], Class::Read, true);
            assert_eq!(error.kind(), kind);
            assert!(error.to_string().contains("jwt"), "{error}");
        }
        assert_eq!(told(403, "{}", &[], Class::Read, false).kind(), PermissionDenied);
    }

    #[test]
    fn a_guard_is_the_network_and_not_the_token() {
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
                let error = told(status, body, headers, Class::Read, login);
                assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
                let text = error.to_string();
                assert!(text.contains("not about your credentials") && !text.contains("jwt"), "{text}");
            }
        }
        let error = told(202, "", &[("x-amzn-waf-action", "challenge")], Class::Create, false);
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    }
}
