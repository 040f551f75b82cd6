//! N-central's tokens: refresh with the raw refresh token as a text body, and authenticate with the user's token when
//! that fails for whatever reason (the tokens live in the server's memory, and a restart kills them).

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, header};
use serde_json::Value;

use super::no_tokens;
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::secret::Secret;
use crate::base::words::Spelling;
use crate::engine::auth::Tokens;
use crate::engine::call::{self, Effort, Request};
use crate::engine::core::Core;
use crate::engine::request::{CallOptions, Draft};
use crate::table::Operation;
use crate::wire::raw;

/// The vendor's defaults, for answers without `expirySeconds`.
const ACCESS_LIFE: Duration = Duration::from_secs(3600);
const REFRESH_LIFE: Duration = Duration::from_secs(90_000);

pub(super) async fn renew(core: &Core, old: Option<&Tokens>) -> Result<Tokens> {
    if let Some(token) = old.and_then(Tokens::refresh) {
        match ask(core, "ncentral.auth.refresh", Some(token)).await {
            Ok(tokens) => return Ok(tokens),
            Err(error) => tracing::debug!(kind = ?error.kind(), "refresh failed, authenticating"),
        }
    }
    ask(core, "ncentral.auth.authenticate", None).await
}

async fn ask(core: &Core, operation: &'static str, refresh: Option<&Secret>) -> Result<Tokens> {
    let Some(operation) = Operation::find(operation) else {
        return Err(Error::new(ErrorKind::InvalidRequest, "the token operation is missing from the table"));
    };
    let options = CallOptions::default();
    let draft = Draft::new(operation, b"{}", &options, Spelling::default(), &|_| None)?;
    let mut prepared = draft.finish(&core.shared.base, &[], &[]);
    if let Some(token) = refresh {
        refresh_body(&mut prepared.headers, &mut prepared.body, token);
        prepared.secrets.push(token.clone());
    }
    let request = Request::of(core, operation, prepared, false);
    let mut effort = Effort::of(core, &options)?;
    if refresh.is_some() {
        // A login needs no refresh token, so nothing is waited for here.
        effort =
            Effort { max_retries: 0, max_retry_after: Duration::ZERO, max_backoff: Duration::ZERO, ..effort };
    }
    let answered = call::run_boxed(core, &request, &effort).await?;
    read_tokens(&answered.body)
        .map_err(|error| no_tokens(core, &answered, error).with_operation(operation.id))
}

/// The raw token as the whole body; anything else is refused by the server.
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
        let said = tokens.pointer(&format!("/{name}/expirySeconds"));
        let seconds = said.and_then(|value| value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()));
        seconds.map_or(default, Duration::from_secs)
    };
    let refresh = token("refresh").map(|refresh| (refresh, life("refresh", REFRESH_LIFE)));
    Tokens::new(token("access").ok_or_else(unreadable)?, life("access", ACCESS_LIFE), refresh)
}
