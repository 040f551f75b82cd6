//! The three vendors: which paths are whose, the shapes of their refusals, and the handlers of their operations.

pub(crate) mod cloudmore;
pub(crate) mod ncentral;
pub(crate) mod wiv;

use std::collections::BTreeMap;

use http::StatusCode;
use http::header::{ALLOW, AUTHORIZATION, HeaderName};

use crate::answer::Answer;
use crate::request::{Call, Request};
use crate::routes::{Asks, Handler};
use crate::world::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    NCentral,
    Cloudmore,
    Wiv,
}

/// Every handler by its operation.
pub(crate) fn handlers() -> BTreeMap<&'static str, Handler> {
    let all = [ncentral::HANDLERS, cloudmore::HANDLERS, wiv::HANDLERS];
    all.into_iter().flatten().copied().collect()
}

impl Service {
    pub(crate) fn of_path(path: &str) -> Self {
        let cloudmore = ["/api/resellers", "/connect"];
        if cloudmore.iter().any(|prefix| path.starts_with(prefix)) {
            Self::Cloudmore
        } else if path.starts_with("/api") {
            Self::NCentral
        } else {
            Self::Wiv
        }
    }

    /// What this vendor calls its ordinary credential.
    pub(crate) fn asks(self) -> Asks {
        match self {
            Self::NCentral | Self::Cloudmore => Asks::AccessToken,
            Self::Wiv => Asks::ApiKey,
        }
    }

    /// A refusal that is not about the request's content, as this vendor words it.
    pub(crate) fn refusal(self, status: StatusCode, call: &Call<'_>) -> Answer {
        match self {
            Self::NCentral => ncentral::errors::plain(status, call),
            Self::Cloudmore => Answer::empty(status),
            Self::Wiv => wiv::refusal(status),
        }
    }

    pub(crate) fn wrong_method(self, allow: &str, call: &Call<'_>) -> Answer {
        self.refusal(StatusCode::METHOD_NOT_ALLOWED, call).header(ALLOW, allow)
    }
}

/// The token of an `Authorization: Bearer` header.
pub(crate) fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header(&AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Refuses a request whose credentials are not those that are asked for.
pub(crate) fn authorize(world: &World, service: Service, asks: Asks, call: &Call<'_>) -> Result<(), Answer> {
    let now = world.clock.now();
    let credentials = &world.options.credentials;
    let given = bearer(call.request);
    let good = match (asks, service) {
        (Asks::Nothing, _) => true,
        (Asks::UserToken, _) => given == Some(credentials.ncentral_jwt.as_str()),
        (Asks::AccessToken, Service::Cloudmore) => {
            given.is_some_and(|token| world.tokens.granted(now, token))
        }
        (Asks::AccessToken, _) => given.is_some_and(|token| world.tokens.admits(now, token)),
        (Asks::ApiKey, _) => {
            let key = call.request.header(&HeaderName::from_static("x-api-key"));
            key == Some(credentials.wiv_api_key.as_str())
        }
    };
    if good {
        return Ok(());
    }
    Err(match service {
        Service::NCentral => ncentral::errors::unauthorized(call, given.is_some()),
        Service::Cloudmore => cloudmore::unauthorized(),
        Service::Wiv => wiv::refusal(StatusCode::UNAUTHORIZED),
    })
}
