//! Cloudmore's token: a login with user and password and the API secret of the OAuth client. There is no refresh token, so
//! a renewal is another login.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::Value;

use super::no_tokens;
use crate::base::error::Result;
use crate::base::secret::Secret;
use crate::engine::auth::{Tokens, basic, secret_value};
use crate::engine::call::{self, CallContext, CallPolicy};
use crate::engine::config::ClientAuth;
use crate::engine::core::Core;
use crate::engine::request::parts::join;
use crate::engine::request::{CallOptions, HttpRequest};
use crate::policy::retry::Class;
use crate::table::Auth;
use crate::wire::raw;

const PATH: &str = "/connect/token";
/// The vendor's lifetime of tokens without `expires_in`.
const LIFE: Duration = Duration::from_secs(24 * 3600);

/// The user who logs in.
pub(super) struct User<'a> {
    pub(super) username: &'a str,
    pub(super) password: &'a Secret,
    pub(super) client_id: &'a str,
    pub(super) client_secret: &'a Secret,
    pub(super) client_auth: ClientAuth,
}

pub(super) async fn renew(core: &Core, user: &User<'_>) -> Result<Tokens> {
    let mut headers = HeaderMap::new();
    if user.client_auth == ClientAuth::Basic {
        let value = format!("Basic {}", basic(user.client_id, user.client_secret).reveal());
        headers.insert(header::AUTHORIZATION, secret_value(&value)?);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let context = CallContext {
        operation: None,
        label: "cloudmore.token",
        class: Class::Read,
        retry_500: true,
        auth: Auth::None,
        login: true,
        limiter: core.limiter("POST /connect/token", 5),
        needs_body: true,
        http: HttpRequest {
            method: Method::POST,
            url: join(&core.shared.base, PATH),
            headers,
            body: Some(form(user).into()),
            secrets: Vec::new(),
        },
    };
    let response = call::run_boxed(core, &context, &CallPolicy::of(core, &CallOptions::default())?).await?;
    read_token(&response.body)
        .map_err(|error| no_tokens(core, &response, error).with_operation("cloudmore.token"))
}

fn form(user: &User<'_>) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "password").append_pair("scope", "api");
    form.append_pair("username", user.username).append_pair("password", user.password.reveal());
    if user.client_auth == ClientAuth::Body {
        form.append_pair("client_id", user.client_id)
            .append_pair("client_secret", user.client_secret.reveal());
    }
    form.finish()
}

fn read_token(json: &[u8]) -> Result<Tokens> {
    raw::refuse_page(json)?;
    let unreadable = || raw::undecodable("the response has no `access_token`");
    let body: Value = serde_json::from_slice(json).map_err(|_| unreadable())?;
    let token = body
        .get("access_token")
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .ok_or_else(unreadable)?;
    let expires_in = body.get("expires_in");
    let seconds = expires_in.and_then(|value| value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()));
    Tokens::new(token.into(), seconds.map_or(LIFE, Duration::from_secs), None)
}
