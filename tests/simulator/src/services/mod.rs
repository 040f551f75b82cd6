//! The three vendors: their paths, the shapes of their refusals, and the handlers of their operations.

pub(crate) mod cloudmore;
pub(crate) mod cloudmore_jobs;
pub(crate) mod ncentral;
pub(crate) mod place;
pub(crate) mod wiv;

use std::collections::BTreeMap;

use http::StatusCode;
use http::header::{ALLOW, AUTHORIZATION, HeaderName};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::options::{Envelope, ListEnvelope, Options};
use crate::request::{Call, Request};
use crate::routes::{Asks, Handler};
use crate::state::State;
use crate::store::serve::Data;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    NCentral,
    Cloudmore,
    Wiv,
}

/// One mistake in a request.
#[derive(Debug)]
pub(crate) struct Problem {
    field: String,
    message: String,
}

impl Problem {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// Every handler by its operation.
pub(crate) fn handlers() -> BTreeMap<&'static str, Handler> {
    let all = [ncentral::HANDLERS, cloudmore::HANDLERS, cloudmore_jobs::HANDLERS, wiv::HANDLERS];
    all.into_iter().flatten().copied().collect()
}

impl Service {
    pub(crate) fn of_path(path: &str) -> Self {
        let cloudmore = ["/api/resellers", "/api/sellers", "/api/services", "/api/healthcheck", "/connect"];
        if cloudmore.iter().any(|prefix| path.starts_with(prefix)) {
            Self::Cloudmore
        } else if path.starts_with("/api") {
            Self::NCentral
        } else {
            Self::Wiv
        }
    }

    /// The vendor's name for its ordinary credential.
    pub(crate) fn asks(self) -> Asks {
        match self {
            Self::NCentral | Self::Cloudmore => Asks::AccessToken,
            Self::Wiv => Asks::ApiKey,
        }
    }

    /// A refusal that is not about the request's content, in the vendor's words.
    pub(crate) fn refusal(self, status: StatusCode, call: &Call<'_>) -> Answer {
        match self {
            Self::NCentral => ncentral::errors::plain(status, call),
            Self::Cloudmore => Answer::empty(status),
            Self::Wiv => wiv::refusal(status),
        }
    }

    /// A refusal with a text of its own, where the vendor sends texts.
    pub(crate) fn refused(self, status: StatusCode, text: &str, call: &Call<'_>) -> Answer {
        match self {
            Self::NCentral => ncentral::errors::error(status, text, call),
            Self::Cloudmore => Answer::empty(status),
            Self::Wiv => Answer::json(status, &json!({"error": text})),
        }
    }

    /// The JSON objects of a list in a request, or the refusal of anything else.
    pub(crate) fn list(self, call: &Call<'_>) -> Result<Vec<Map<String, Value>>, Answer> {
        match serde_json::from_slice(&call.request.body) {
            Ok(list) if call.request.has_json_type() => Ok(list),
            _ => Err(match self {
                Self::NCentral => ncentral::errors::unreadable(call),
                Self::Cloudmore => cloudmore::invalid("", "The input was not valid."),
                Self::Wiv => wiv::bad_request("The request body is not a list"),
            }),
        }
    }

    /// The JSON object in a request, or the refusal of anything else.
    pub(crate) fn object(self, call: &Call<'_>) -> Result<Map<String, Value>, Answer> {
        match self {
            Self::NCentral => ncentral::object(call),
            Self::Cloudmore => cloudmore::object(call),
            Self::Wiv => wiv::object(call),
        }
    }

    /// A 400 for invalid fields; `context` is the vendor's name of the action.
    pub(crate) fn invalid(self, context: &str, problems: &[Problem], call: &Call<'_>) -> Answer {
        match self {
            Self::NCentral => ncentral::errors::invalid(context, problems, call),
            Self::Cloudmore => {
                let fields = problems.iter().map(|problem| (problem.field.clone(), json!([problem.message])));
                Answer::json(StatusCode::BAD_REQUEST, &Value::Object(fields.collect()))
            }
            Self::Wiv => {
                let words: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
                wiv::bad_request(&words.join("; "))
            }
        }
    }

    /// A 400 for a malformed id in the path.
    pub(crate) fn bad_id(self, field: &str, text: &str, call: &Call<'_>) -> Answer {
        match self {
            Self::NCentral => {
                let text = format!("BadRequestException: Invalid {field} format: '{text}'.");
                ncentral::errors::bad_request(&text, call)
            }
            Self::Cloudmore => cloudmore::invalid(field, &format!("The value '{text}' is not valid.")),
            Self::Wiv => wiv::bad_request(&format!("Invalid {field}")),
        }
    }

    /// A 404 for an id in the path that does not exist.
    pub(crate) fn missing(self, what: &str, text: &str, call: &Call<'_>) -> Answer {
        match self {
            Self::NCentral => ncentral::errors::not_found(&format!("{what} not found: '{text}'."), call),
            Self::Cloudmore => Answer::empty(StatusCode::NOT_FOUND),
            Self::Wiv => Answer::json(StatusCode::NOT_FOUND, &json!({"error": format!("{what} not found")})),
        }
    }

    /// The vendor's envelope of a list without pages, or of one object.
    pub(crate) fn wrapped(self, value: &impl Serialize, is_list: bool, options: &Options) -> Answer {
        let data = match self {
            Self::NCentral if is_list => options.list_envelope != ListEnvelope::Array,
            Self::NCentral => options.envelope == Envelope::Data,
            Self::Cloudmore => false,
            Self::Wiv => true,
        };
        if data { Answer::ok(&Data { data: value }) } else { Answer::ok(value) }
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

/// Refuses a request without the required credentials.
pub(crate) fn authorize(state: &State, service: Service, asks: Asks, call: &Call<'_>) -> Result<(), Answer> {
    let now = state.clock.now();
    let credentials = &state.options.credentials;
    let given = bearer(call.request);
    let good = match (asks, service) {
        (Asks::Nothing, _) => true,
        (Asks::UserToken, _) => given == Some(credentials.ncentral_jwt.as_str()),
        (Asks::AccessToken, Service::Cloudmore) => {
            given.is_some_and(|token| state.tokens.granted(now, token))
        }
        (Asks::AccessToken, _) => given.is_some_and(|token| state.tokens.admits(now, token)),
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
