//! Credentials and tokens: how requests are authorised, and how tokens are renewed.
//!
//! Only one renewal runs at a time: however many calls find a token expired or refused, all of them wait for the same
//! renewal and share its result. It is driven by the calls that wait for it, so it is dropped with the last of them.
//! Tokens count as expired a little early, by `min(60 s, a tenth of their lifetime)`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, WeakShared};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tokio::time::Instant;

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::lock;
use crate::base::secret::Secret;
use crate::base::spelling::Time;
use crate::base::time::LONGEST;
use crate::engine::config::Credentials;
use crate::table::Auth;

type Renewal = BoxFuture<'static, Result<Arc<Tokens>>>;

/// A login or a refresh: obtains tokens, with the previous ones if there are any.
pub(crate) type Login = BoxFuture<'static, Result<Tokens>>;

/// The credentials and tokens of a client.
#[derive(Debug)]
pub(crate) struct Authenticator {
    credentials: Credentials,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tokens: Option<Arc<Tokens>>,
    /// The previous tokens: calls in flight were sent with these, and their responses may contain them.
    former: Option<Arc<Tokens>>,
    /// Weak: a renewal that no call waits for must not keep the client alive.
    renewal: Option<WeakShared<Renewal>>,
    /// The refusal of the last login, if the server refused the credentials.
    refusal: Option<Refusal>,
    /// When operations were last refused with a renewed token.
    denied: HashMap<&'static str, Instant>,
}

/// A server's refusal of the credentials.
///
/// Servers lock accounts after some failed logins. A client's credentials never change, so a login for each call would
/// only lock the account. After a while another login is tried, since the account may have been fixed on the server.
struct Refusal {
    at: Instant,
    error: Error,
}

/// How long a 401 to a renewed token counts as a missing permission. Servers respond with 401 for both, and a login for
/// each such call would take longer than the calls.
const DENIAL_REMEMBERED: Duration = Duration::from_secs(60);

/// How long a refusal is remembered.
const REFUSAL_REMEMBERED: Duration = Duration::from_secs(300);

impl Refusal {
    /// The error for calls that fail without another login.
    fn remembered(&self) -> Option<Error> {
        let since = self.at.elapsed();
        let left = REFUSAL_REMEMBERED.checked_sub(since).filter(|left| !left.is_zero())?;
        let prefix = format!(
            "the credentials were refused {} ago and are not sent again for {}, so that the account \
             is not locked",
            Time(since),
            Time(left)
        );
        Some(self.error.clone().with_attempts(Vec::new()).with_prefix(&prefix))
    }
}

/// An access token with its refresh token and expiry.
#[derive(Debug)]
pub(crate) struct Tokens {
    access: Secret,
    header: HeaderValue,
    expires: Instant,
    refresh: Option<(Secret, Instant)>,
    /// Whether they came from somebody's sign-on: no login of the client's own may replace them.
    pub(crate) signed_on: bool,
    refused: AtomicBool,
    /// Whether a request was accepted with it.
    proved: AtomicBool,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("tokens", &self.tokens).finish_non_exhaustive()
    }
}

impl Tokens {
    pub(crate) fn new(access: Secret, life: Duration, refresh: Option<(Secret, Duration)>) -> Result<Self> {
        let now = Instant::now();
        let header = bearer(&access)?;
        let refresh = refresh.map(|(token, life)| (token, now + early(life)));
        let expires = now + early(life);
        Ok(Self {
            access,
            header,
            expires,
            refresh,
            signed_on: false,
            refused: AtomicBool::new(false),
            proved: AtomicBool::new(false),
        })
    }

    /// The same tokens, of a sign-on or not.
    pub(crate) fn of_sign_on(self, signed_on: bool) -> Self {
        Self { signed_on, ..self }
    }

    /// The refresh token, if it has not expired.
    pub(crate) fn refresh(&self) -> Option<&Secret> {
        let (token, expires) = self.refresh.as_ref()?;
        (*expires > Instant::now()).then_some(token)
    }

    pub(crate) fn usable(&self) -> bool {
        !self.refused.load(Ordering::Acquire) && self.expires > Instant::now()
    }

    /// The server refused it with 401: the next call renews it.
    pub(crate) fn refuse(&self) {
        self.refused.store(true, Ordering::Release);
    }

    pub(crate) fn prove(&self) {
        // Read first: the flag is set once and read on every call.
        if !self.proved() {
            self.proved.store(true, Ordering::Release);
        }
    }

    pub(crate) fn proved(&self) -> bool {
        self.proved.load(Ordering::Acquire)
    }
}

/// Less than the whole lifetime, so that no token expires while a request is in flight.
fn early(life: Duration) -> Duration {
    let life = life.min(LONGEST);
    life.saturating_sub(Duration::from_secs(60).min(life / 10))
}

impl Authenticator {
    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub(crate) fn new(credentials: Credentials) -> Self {
        Self { credentials, state: Mutex::default() }
    }

    /// Whether a refused credential of this kind can be renewed.
    pub(crate) fn renewable(auth: Auth) -> bool {
        auth == Auth::AccessToken
    }

    /// Adds the credential that a request needs; returns the tokens, if it is an access token.
    pub(crate) async fn authorize(
        self: &Arc<Self>,
        auth: Auth,
        headers: &mut HeaderMap,
        login: impl FnOnce(Option<Arc<Tokens>>) -> Login,
    ) -> Result<Option<Arc<Tokens>>> {
        match (auth, &self.credentials) {
            (Auth::None, _) => {}
            (Auth::UserToken, Credentials::NCentral { jwt }) => {
                headers.insert(header::AUTHORIZATION, bearer(jwt)?);
            }
            (Auth::ApiKey, Credentials::Wiv { api_key }) => {
                headers.insert(HeaderName::from_static("x-api-key"), secret_value(api_key.reveal())?);
            }
            (Auth::AccessToken, _) => {
                let tokens = self.tokens(login).await?;
                headers.insert(header::AUTHORIZATION, tokens.header.clone());
                return Ok(Some(tokens));
            }
            _ => {
                return Err(Error::new(
                    ErrorKind::InvalidRequest,
                    "this service does not support this type of credential",
                ));
            }
        }
        Ok(None)
    }

    /// Valid tokens, renewed if necessary.
    async fn tokens(
        self: &Arc<Self>,
        login: impl FnOnce(Option<Arc<Tokens>>) -> Login,
    ) -> Result<Arc<Tokens>> {
        let renewal = {
            let mut state = lock(&self.state);
            if let Some(tokens) = state.tokens.as_ref().filter(|tokens| tokens.usable()) {
                return Ok(tokens.clone());
            }
            if let Some(running) = state.renewal.as_ref().and_then(WeakShared::upgrade) {
                running
            } else if let Some(refused) = state.refusal.as_ref().and_then(Refusal::remembered) {
                return Err(refused);
            } else {
                let started = renew(self.clone(), login(state.tokens.clone())).boxed().shared();
                state.renewal = started.downgrade();
                started
            }
        };
        renewal.await
    }

    /// The refresh token for an explicit refresh.
    pub(crate) async fn refresh_token(
        self: &Arc<Self>,
        login: impl FnOnce(Option<Arc<Tokens>>) -> Login,
    ) -> Result<Secret> {
        let tokens = self.tokens(login).await?;
        let held = tokens.refresh.as_ref().map(|(token, _)| token.clone());
        held.ok_or_else(|| {
            Error::new(ErrorKind::InvalidRequest, "the server sent no refresh token; authenticate instead")
        })
    }

    /// Keeps the tokens of a response.
    pub(crate) fn keep(&self, tokens: Tokens) -> Arc<Tokens> {
        let tokens = Arc::new(tokens);
        let mut state = lock(&self.state);
        state.former = state.tokens.replace(tokens.clone());
        state.refusal = None;
        drop(state);
        tokens
    }

    /// Forgets the tokens: the session has ended.
    pub(crate) fn forget(&self) {
        let mut state = lock(&self.state);
        state.former = state.tokens.take();
    }

    /// A renewed token was refused for an operation as well.
    pub(crate) fn deny(&self, operation: &'static str) {
        lock(&self.state).denied.insert(operation, Instant::now());
    }

    /// Whether a renewed token was refused for an operation a moment ago.
    pub(crate) fn is_denied(&self, operation: &str) -> bool {
        lock(&self.state).denied.get(operation).is_some_and(|at| at.elapsed() < DENIAL_REMEMBERED)
    }

    /// The tokens that a response could contain now.
    pub(crate) fn live_secrets(&self) -> Vec<Secret> {
        let held = {
            let state = lock(&self.state);
            [state.tokens.clone(), state.former.clone()]
        };
        let secrets = |tokens: &Arc<Tokens>| {
            let refresh = tokens.refresh.as_ref().map(|(token, _)| token.clone());
            [Some(tokens.access.clone()), refresh]
        };
        held.iter().flatten().flat_map(secrets).flatten().collect()
    }
}

async fn renew(auth: Arc<Authenticator>, login: Login) -> Result<Arc<Tokens>> {
    let kept = login.await.map(|tokens| auth.keep(tokens));
    let mut state = lock(&auth.state);
    if let Err(error) = &kept {
        // Other statuses may come from something in front of the service.
        let refused = error.kind() == ErrorKind::Authentication && matches!(error.status(), Some(400 | 401));
        state.refusal = refused.then(|| Refusal { at: Instant::now(), error: error.clone() });
    }
    state.renewal = None;
    drop(state);
    kept
}

fn bearer(token: &Secret) -> Result<HeaderValue> {
    secret_value(&format!("Bearer {}", token.reveal()))
}

pub(crate) fn secret_value(text: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        Error::new(
            ErrorKind::InvalidRequest,
            "the credential contains characters that are not allowed in a header",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// A user or an OAuth client with its password, encoded for HTTP Basic.
pub(crate) fn basic(user: &str, password: &Secret) -> Secret {
    STANDARD.encode(format!("{user}:{}", password.reveal())).into()
}
