//! Sessions: a user token is exchanged for an access and a refresh token, a refresh token for two others.

use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderName};
use serde_json::{Value, json};

use super::errors;
use crate::answer::Answer;
use crate::request::Call;
use crate::services::bearer;
use crate::state::State;
use crate::tokens::Pair;

pub(super) fn authenticate(state: &mut State, call: &Call<'_>) -> Answer {
    open(state, call)
}

/// Accepts any token of an identity provider, which is none of N-central's own.
pub(super) fn authenticate_sso(state: &mut State, call: &Call<'_>) -> Answer {
    let own = |token: &str| {
        token == state.options.credentials.ncentral_jwt || state.tokens.admits(state.clock.now(), token)
    };
    match bearer(call.request).filter(|token| !token.is_empty()) {
        Some(token) if !own(token) => open(state, call),
        given => errors::unauthorized(call, given.is_some()),
    }
}

/// Accepts the refresh token as plain text only: a JSON body or an additional bearer token is refused.
pub(super) fn refresh(state: &mut State, call: &Call<'_>) -> Answer {
    if call.request.media_type().as_deref() != Some("text/plain") {
        return errors::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, call);
    }
    if call.request.headers.contains_key(AUTHORIZATION) {
        let text = "BadRequestException: The Authorization header must not be sent with a refresh token.";
        return errors::bad_request(text, call);
    }
    let token = std::str::from_utf8(&call.request.body).unwrap_or_default();
    if token.trim().is_empty() {
        return errors::bad_request("BadRequestException: The refresh token must not be empty.", call);
    }
    if !state.tokens.use_refresh(state.clock.now(), token) {
        return errors::unauthorized(call, true);
    }
    open(state, call)
}

pub(super) fn logout(state: &mut State, call: &Call<'_>) -> Answer {
    if let Some(token) = bearer(call.request) {
        state.tokens.log_out(token);
    }
    Answer::empty(StatusCode::OK).committed()
}

fn open(state: &mut State, call: &Call<'_>) -> Answer {
    let life = |header: &'static str, most: u64| match call.request.header(&HeaderName::from_static(header)) {
        None => Ok(most),
        // An override can only shorten.
        Some(text) => seconds(text).map(|seconds| seconds.min(most)).ok_or_else(|| {
            let name = header.to_ascii_uppercase();
            errors::bad_request(&format!("BadRequestException: {name} must look like 120s, 30m or 1h."), call)
        }),
    };
    let access = match life("x-access-expiry-override", state.options.access_seconds) {
        Ok(seconds) => seconds,
        Err(refusal) => return refusal,
    };
    let refresh = match life("x-refresh-expiry-override", state.options.refresh_seconds) {
        Ok(seconds) => seconds,
        Err(refusal) => return refusal,
    };
    let pair = state.tokens.open(state.clock.now(), access, refresh);
    Answer::ok(&written(&pair, state.options.send_expiry)).committed()
}

fn written(pair: &Pair, send_expiry: bool) -> Value {
    let token = |text: &str, kind: &str, seconds: u64| {
        let mut token = json!({"token": text, "type": kind});
        if send_expiry {
            token["expirySeconds"] = seconds.into();
        }
        token
    };
    json!({
        "tokens": {
            "access": token(&pair.access, "Bearer", pair.access_seconds),
            "refresh": token(&pair.refresh, "Body", pair.refresh_seconds),
        },
        "refresh": "/api/auth/refresh",
        "validate": "/api/auth/validate",
    })
}

/// `120s`, `30m` or `1h` in seconds.
fn seconds(text: &str) -> Option<u64> {
    let unit = match text.as_bytes().last()? {
        b's' => 1,
        b'm' => 60,
        b'h' => 3600,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    let shaped = (1..=4).contains(&digits.len()) && !digits.starts_with(['0', '+']);
    digits.parse::<u64>().ok().filter(|_| shaped).map(|number| number * unit)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn lifetimes_are_parsed_in_three_units() {
        assert_eq!([seconds("120s"), seconds("30m"), seconds("1h")], [Some(120), Some(1800), Some(3600)]);
        for wrong in ["0s", "5", "", "5d", "s", "+5s", "12345s", "é"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
