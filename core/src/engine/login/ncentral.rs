//! N-central's tokens: refresh with the raw refresh token as a text body, and authenticate with the user's token if that
//! fails for any reason (tokens are kept in the server's memory, so a restart invalidates them).

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, header};
use serde_json::Value;

use super::no_tokens;
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::secret::Secret;
use crate::base::spelling::Spelling;
use crate::engine::auth::Tokens;
use crate::engine::call::{self, CallContext, CallPolicy};
use crate::engine::core::Core;
use crate::engine::request::{CallOptions, RequestTemplate};
use crate::generated::operations::{OPERATIONS, op};
use crate::table::Operation;
use crate::wire::raw;

/// The vendor's defaults, for responses without `expirySeconds`.
const ACCESS_LIFE: Duration = Duration::from_secs(3600);
const REFRESH_LIFE: Duration = Duration::from_secs(90_000);

pub(super) async fn renew(core: &Core, old: Option<&Tokens>) -> Result<Tokens> {
    let signed_on = old.is_some_and(|old| old.signed_on);
    if let Some(token) = old.and_then(Tokens::refresh) {
        match request_tokens(core, &OPERATIONS[op::NCENTRAL_AUTH_REFRESH], Some(token)).await {
            Ok(tokens) => return Ok(tokens.of_sign_on(signed_on)),
            Err(error) if signed_on => return Err(ended(error)),
            Err(error) => tracing::debug!(kind = ?error.kind(), "refresh failed, authenticating"),
        }
    }
    if signed_on {
        let message = "the tokens of the sign-on have expired";
        return Err(ended(Error::new(ErrorKind::Authentication, message)));
    }
    request_tokens(core, &OPERATIONS[op::NCENTRAL_AUTH_AUTHENTICATE], None).await
}

/// The error for a sign-on that cannot be renewed. A login with the client's own token would make it another user.
fn ended(error: Error) -> Error {
    error.with_hint("Sign on again with `auth.authenticate_sso`")
}

async fn request_tokens(
    core: &Core,
    operation: &'static Operation,
    refresh: Option<&Secret>,
) -> Result<Tokens> {
    let options = CallOptions::default();
    let template = RequestTemplate::new(operation, b"{}", &options, Spelling::default(), &|_| None)?;
    let mut http = template.finish(&core.shared.base, &[], &[]);
    if let Some(token) = refresh {
        refresh_body(&mut http.headers, &mut http.body, token);
        http.secrets.push(token.clone());
    }
    let context = CallContext::of(core, operation, http, false);
    let mut policy = CallPolicy::of(core, &options)?;
    if refresh.is_some() {
        // A login works without a refresh token, so a failed refresh is not retried.
        policy = CallPolicy {
            max_retries: 0,
            max_retry_after: Duration::ZERO,
            max_backoff: Duration::ZERO,
            ..policy
        };
    }
    let response = call::run_boxed(core, &context, &policy).await?;
    read_tokens(&response.body)
        .map_err(|error| no_tokens(core, &response, error).with_operation(operation.id))
}

/// Makes the raw token the whole body; the server refuses anything else.
pub(crate) fn refresh_body(headers: &mut http::HeaderMap, body: &mut Option<Bytes>, token: &Secret) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    *body = Some(Bytes::copy_from_slice(token.reveal().as_bytes()));
}

pub(crate) fn read_tokens(json: &[u8]) -> Result<Tokens> {
    raw::refuse_page(json)?;
    let unreadable = || raw::undecodable("the response has no access token under `tokens.access.token`");
    let body: Value = serde_json::from_slice(json).map_err(|_| unreadable())?;
    let tokens = body.get("tokens").or_else(|| body.pointer("/data/tokens")).ok_or_else(unreadable)?;
    let token = |name: &str| {
        tokens
            .pointer(&format!("/{name}/token"))
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(Secret::from)
    };
    let life = |name: &str, default: Duration| {
        let expiry = tokens.pointer(&format!("/{name}/expirySeconds"));
        let seconds = expiry.and_then(|value| value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()));
        seconds.map_or(default, Duration::from_secs)
    };
    let refresh = token("refresh").map(|refresh| (refresh, life("refresh", REFRESH_LIFE)));
    Tokens::new(token("access").ok_or_else(unreadable)?, life("access", ACCESS_LIFE), refresh)
}
