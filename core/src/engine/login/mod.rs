//! Logins: how each service gives tokens.

mod cloudmore;
mod ncentral;

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;

pub(crate) use self::ncentral::{read_tokens, refresh_body};
use crate::base::error::{Error, ErrorKind};
use crate::engine::advice;
use crate::engine::auth::{Login, Tokens};
use crate::engine::call::Answered;
use crate::engine::config::Credentials;
use crate::engine::core::Core;

/// Gets tokens for all callers of a client.
pub(crate) fn renew(core: Core, old: Option<Arc<Tokens>>) -> Login {
    async move {
        // The client's own settings: whoever happens to begin a renewal begins it for everybody.
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

/// What the caller is told when the response to a login holds no tokens. Tokens that could not be read are not known as
/// secrets, so nothing of the body is kept.
fn no_tokens(core: &Core, answered: &Answered, error: Error) -> Error {
    let hint = advice::of_login(&answered.headers, &answered.body, &core.shared.base);
    let error = match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    };
    error
        .with_answer(answered.status, &answered.headers, &Bytes::new())
        .with_attempts(answered.attempts.clone())
        .redacted(&core.redactor(&[]))
        .with_request_id(&answered.request_id)
}
