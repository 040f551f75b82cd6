//! Logins: how each service issues tokens.

mod cloudmore;
mod ncentral;

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;

pub(crate) use self::ncentral::{read_tokens, refresh_body};
use crate::base::error::{Error, ErrorKind};
use crate::engine::auth::{Login, Tokens};
use crate::engine::call::CallResponse;
use crate::engine::config::Credentials;
use crate::engine::core::Core;
use crate::engine::diagnosis;

/// Obtains tokens for all callers of a client.
pub(crate) fn renew(core: Core, old: Option<Arc<Tokens>>) -> Login {
    async move {
        // With the settings that the client was built with: the renewal serves all calls, not only the one that starts it.
        let core = core.as_built();
        match core.shared.auth.credentials() {
            Credentials::NCentral { .. } => ncentral::renew(&core, old.as_deref()).await,
            Credentials::Cloudmore { username, password, client_id, client_secret, client_auth } => {
                let user = cloudmore::User {
                    username,
                    password,
                    client_id,
                    client_secret,
                    client_auth: *client_auth,
                };
                cloudmore::renew(&core, &user).await
            }
            Credentials::Wiv { .. } => Err(Error::new(ErrorKind::InvalidRequest, "Wiv has no tokens")),
        }
    }
    .boxed()
}

/// The error for a login response without tokens. Tokens that could not be read are unknown to the redactor, so the body
/// is not kept.
fn no_tokens(core: &Core, response: &CallResponse, error: Error) -> Error {
    let hint = diagnosis::login_hint(&response.headers, &response.body, &core.shared.base);
    let error = match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    };
    error
        .with_answer(response.status, &response.headers, &Bytes::new())
        .with_attempts(response.attempts.clone())
        .redacted(&core.redactor(&[]))
        .with_request_id(&response.request_id)
}
