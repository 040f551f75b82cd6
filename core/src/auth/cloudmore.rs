//! Cloudmore's token: a login by user and password with the API secret of the OAuth client. There is no refresh token;
//! a new token is a new login.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::Value;

use super::{Tokens, secret_value};
use crate::advice;
use crate::answer;
use crate::call::{self, Request};
use crate::config::ClientAuth;
use crate::core::Core;
use crate::error::Result;
use crate::operation::Auth;
use crate::raw;
use crate::request::{CallOptions, Prepared, join};
use crate::retry::Class;
use crate::secret::Secret;

const PATH: &str = "/connect/token";
/// What the vendor says of tokens that carry no `expires_in`.
const LIFE: Duration = Duration::from_secs(24 * 3600);

/// Who logs in.
pub(super) struct Login<'a> {
    pub(super) username: &'a str,
    pub(super) password: &'a Secret,
    pub(super) client_id: &'a str,
    pub(super) client_secret: &'a Secret,
    pub(super) client_auth: ClientAuth,
}

/// The credentials of the OAuth client as HTTP Basic writes them.
pub(crate) fn basic(client_id: &str, client_secret: &Secret) -> Secret {
    STANDARD.encode(format!("{client_id}:{}", client_secret.reveal())).into()
}

pub(super) async fn renew(core: &Core, login: &Login<'_>) -> Result<Tokens> {
    let mut headers = HeaderMap::new();
    if login.client_auth == ClientAuth::Basic {
        let value = format!("Basic {}", basic(login.client_id, login.client_secret).reveal());
        headers.insert(header::AUTHORIZATION, secret_value(&value)?);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let request = Request {
        label: "cloudmore.token",
        class: Class::Read,
        retry_500: true,
        auth: Auth::None,
        login: true,
        outcome_check: None,
        gate: core.gate("POST /connect/token", 5),
        needs_body: true,
        prepared: Prepared {
            method: Method::POST,
            url: join(&core.shared.base, PATH),
            headers,
            body: Some(form(login).into()),
            secrets: Vec::new(),
        },
    };
    let answered = call::run_boxed(core, &request, &core.effort(&CallOptions::default())?).await?;
    read_token(&answered.body)
        .map_err(|error| advice::no_tokens(core, &answered, error).with_operation("cloudmore.token"))
}

fn form(login: &Login<'_>) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "password").append_pair("scope", "api");
    form.append_pair("username", login.username).append_pair("password", login.password.reveal());
    if login.client_auth == ClientAuth::Body {
        form.append_pair("client_id", login.client_id)
            .append_pair("client_secret", login.client_secret.reveal());
    }
    form.finish()
}

fn read_token(json: &[u8]) -> Result<Tokens> {
    answer::refuse_page(json)?;
    let unreadable = || raw::undecodable("the answer holds no `access_token`");
    let body: Value = serde_json::from_slice(json).map_err(|_| unreadable())?;
    let token = body
        .get("access_token")
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .ok_or_else(unreadable)?;
    let said = body.get("expires_in");
    let seconds = said.and_then(|value| value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()));
    Tokens::new(token.into(), seconds.map_or(LIFE, Duration::from_secs), None)
}
