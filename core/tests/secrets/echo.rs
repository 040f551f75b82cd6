//! A server that echoes what it got: every header, the query and the body, in every shape of an error.

use std::sync::Arc;

use http::{HeaderValue, StatusCode};
use mspkit::transport::{Memory, Request, Response};
use mspkit::{Builder, Client, Cloudmore, NCentral, Wiv};
use serde_json::json;

use crate::planted::{ACCESS, API_KEY, CLIENT_SECRET, CLOUDMORE_PASSWORD, JWT, PROXY_PASSWORD, REFRESH};
use crate::watch;

/// How the text of a request is echoed.
pub(crate) type Shape = fn(&str) -> Vec<u8>;

pub(crate) const SHAPES: [(&str, Shape); 16] = [
    ("message", |all| json!({"message": all}).to_string().into()),
    ("error id", |all| json!({"message": format!("[ID={all}] {all}")}).to_string().into()),
    ("N-central's fields", |all| {
        json!({"status": 400, "message": "m", "errors": [{"field": all, "message": all}]}).to_string().into()
    }),
    ("coded list", |all| json!([{"errorCode": 5, "errorName": all, "errorMessage": all}]).to_string().into()),
    ("named fields", |all| json!({all: [all], "Name": [all]}).to_string().into()),
    ("problem", |all| json!({"title": all, "detail": all, "errors": {all: [all]}}).to_string().into()),
    ("OAuth", |all| json!({"error": "invalid_grant", "error_description": all}).to_string().into()),
    ("error", |all| json!({"error": all, "code": all}).to_string().into()),
    ("error in success", |all| json!({"Error Message": all}).to_string().into()),
    ("wrong types", |all| json!({"data": all, "soId": {"a": all}, "message": [all]}).to_string().into()),
    ("page", |all| format!("<html><head><title>{all}</title></head><body>{all}</body></html>").into()),
    ("text", |all| all.into()),
    ("no text", |all| [b"\xff\xfe", all.as_bytes()].concat()),
    ("cut message", |all| json!({"message": format!("{}{all}", "x".repeat(495))}).to_string().into()),
    ("cut title", |all| format!("<html><title>{}{all}</title>", "x".repeat(495)).into()),
    ("cut body", |all| format!("{}{all}", "x".repeat(16 * 1024 - 4)).into()),
];

pub(crate) const STATUSES: [u16; 8] = [200, 201, 302, 400, 401, 404, 429, 503];

/// Echoes requests. Token endpoints respond normally, unless they echo too.
pub(crate) fn echo(status: u16, shape: Shape, tokens_too: bool) -> Arc<Memory> {
    Arc::new(Memory::new(move |request: Request| async move {
        let path = request.url.path().to_owned();
        let gives_tokens =
            ["/api/auth/authenticate", "/api/auth/refresh", "/connect/token"].contains(&&*path);
        if gives_tokens && !tokens_too {
            return Ok(tokens());
        }
        let all = text_of(&request);
        let mut answer = Response::new(StatusCode::from_u16(status).unwrap(), shape(&all));
        let line: String = all.chars().filter(|c| !c.is_control()).collect();
        for name in ["x-echo", "www-authenticate", "set-cookie"] {
            answer.headers.insert(name, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        let location = format!("https://elsewhere.example/{line}?{line}");
        answer.headers.insert("location", HeaderValue::from_bytes(location.as_bytes()).unwrap());
        Ok(answer)
    }))
}

/// Every text of a request that may hold a secret.
fn text_of(request: &Request) -> String {
    let values = request.headers.values().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let values: Vec<String> = values.collect();
    let body = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned();
    // The decoded forms of a JSON body come first, as in a server's own messages.
    let decoded = match serde_json::from_str(&body) {
        Ok(serde_json::Value::Object(fields)) => fields
            .values()
            .filter_map(|value| value.as_str().map(str::to_owned))
            .collect::<Vec<_>>()
            .join(" "),
        _ => String::new(),
    };
    format!("{} {decoded} {body} {}", values.join(" "), request.url.query().unwrap_or_default())
}

/// A response with tokens for clients of both services.
pub(crate) fn tokens() -> Response {
    let body = json!({
        "access_token": ACCESS,
        "tokens": {"access": {"token": ACCESS, "type": "Bearer"}, "refresh": {"token": REFRESH, "type": "Body"}},
    });
    Response::new(StatusCode::OK, body.to_string())
}

/// A builder whose hooks are watched.
pub(crate) fn watched<C: Client>(builder: Builder<C>) -> Builder<C> {
    watch::begin();
    builder
        .on_request(|event| watch::note(&format!("{event:?}")))
        .on_response(|event| watch::note(&format!("{event:?}")))
        .on_retry(|event| watch::note(&format!("{event:?}")))
}

pub(crate) fn proxy_url(address: &str) -> String {
    format!("http://me:{PROXY_PASSWORD}@{address}")
}

/// Builders with a secret in every place, for a server in memory.
pub(crate) fn ncentral(memory: &Arc<Memory>) -> Builder<NCentral> {
    let builder = watched(NCentral::builder()).base_url("https://ncentral.example").jwt(JWT);
    builder.proxy(proxy_url("proxy.example:8080")).transport(memory.clone())
}

pub(crate) fn cloudmore(memory: &Arc<Memory>) -> Builder<Cloudmore> {
    let builder = watched(Cloudmore::builder()).base_url("https://cloudmore.example").username("user");
    let builder = builder.password(CLOUDMORE_PASSWORD).client_secret(CLIENT_SECRET).reseller_id(RESELLER);
    builder.transport(memory.clone())
}

pub(crate) fn wiv(memory: &Arc<Memory>) -> Builder<Wiv> {
    watched(Wiv::builder()).base_url("https://wiv.example").api_key(API_KEY).transport(memory.clone())
}

/// Ids in Cloudmore's format.
pub(crate) const RESELLER: &str = "5b0e2a0c-6f0d-4d59-9d3e-0a1f7c2b8e11";
