//! Credentials and tokens: what each request is authorised with, and who renews it.
//!
//! Tokens are renewed in single flight: however many calls find a token expired or refused, one renewal is made and
//! all of them wait for it, success or failure. A renewal is driven by whoever waits for it, so dropping every waiter
//! drops it too. Tokens count as expired a little early, by `min(60 s, a tenth of their life)`.

mod cloudmore;
pub(crate) mod ncentral;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, WeakShared};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tokio::time::Instant;

pub(crate) use self::cloudmore::basic;
use crate::config::{Credentials, LONGEST};
use crate::core::Core;
use crate::error::{Error, ErrorKind, Result};
use crate::lock;
use crate::operation::Auth;
use crate::secret::Secret;
use crate::words::Time;

type Renewal = BoxFuture<'static, Result<Arc<Tokens>>>;

/// What a client holds to authorise its requests.
#[derive(Debug)]
pub(crate) struct Authenticator {
    credentials: Credentials,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tokens: Option<Arc<Tokens>>,
    /// Those before them: calls that are still under way were sent with these, and may show them.
    former: Option<Arc<Tokens>>,
    /// Held weakly: a renewal that nobody waits for any more must not keep the client alive.
    renewal: Option<WeakShared<Renewal>>,
    /// The last login, when the server refused the credentials.
    refusal: Option<Refusal>,
}

/// Credentials that a server has refused, as it said so.
///
/// Servers lock accounts after some wrong logins. A client's credentials never change, so asking again at each call would
/// lock the account and gain nothing; after a while it is asked again, since the server's side may have been put right.
struct Refusal {
    at: Instant,
    error: Error,
}

/// How long a refusal is remembered.
const REFUSAL_REMEMBERED: Duration = Duration::from_secs(300);

impl Refusal {
    /// What a caller is told without asking the server, while it is remembered.
    fn remembered(&self) -> Option<Error> {
        let since = self.at.elapsed();
        let left = REFUSAL_REMEMBERED.checked_sub(since).filter(|left| !left.is_zero())?;
        let said = format!(
            "the credentials were refused {} ago and are not sent again for {}, so that the account \
             is not locked",
            Time(since),
            Time(left)
        );
        Some(self.error.clone().with_attempts(Vec::new()).with_prefix(&said))
    }
}

/// An access token with what belongs to it.
#[derive(Debug)]
pub(crate) struct Tokens {
    access: Secret,
    header: HeaderValue,
    expires: Instant,
    refresh: Option<(Secret, Instant)>,
    refused: AtomicBool,
    /// Some request was accepted with it.
    proved: AtomicBool,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("tokens", &self.tokens).finish_non_exhaustive()
    }
}

impl Tokens {
    fn new(access: Secret, life: Duration, refresh: Option<(Secret, Duration)>) -> Result<Self> {
        let now = Instant::now();
        let header = bearer(&access)?;
        let refresh = refresh.map(|(token, life)| (token, now + early(life)));
        let expires = now + early(life);
        Ok(Self {
            access,
            header,
            expires,
            refresh,
            refused: AtomicBool::new(false),
            proved: AtomicBool::new(false),
        })
    }

    pub(crate) fn usable(&self) -> bool {
        !self.refused.load(Ordering::Acquire) && self.expires > Instant::now()
    }

    /// The server said 401 to it: the next caller renews.
    pub(crate) fn refuse(&self) {
        self.refused.store(true, Ordering::Release);
    }

    pub(crate) fn prove(&self) {
        // Read first: the flag is set once and asked on every call.
        if !self.proved() {
            self.proved.store(true, Ordering::Release);
        }
    }

    pub(crate) fn proved(&self) -> bool {
        self.proved.load(Ordering::Acquire)
    }
}

/// Less than the whole life, so that no request arrives with a token that died on its way.
fn early(life: Duration) -> Duration {
    let life = life.min(LONGEST);
    life.saturating_sub(Duration::from_secs(60).min(life / 10))
}

impl Authenticator {
    pub(crate) fn new(credentials: Credentials) -> Self {
        Self { credentials, state: Mutex::default() }
    }

    /// Whether a refused credential of this kind can be renewed.
    pub(crate) fn renewable(auth: Auth) -> bool {
        auth == Auth::AccessToken
    }

    /// Adds the credential that a request needs; gives the tokens it came from, if it came from tokens.
    pub(crate) async fn authorize(
        &self,
        core: &Core,
        auth: Auth,
        headers: &mut HeaderMap,
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
                let tokens = self.tokens(core).await?;
                headers.insert(header::AUTHORIZATION, tokens.header.clone());
                return Ok(Some(tokens));
            }
            _ => return Err(Error::new(ErrorKind::InvalidRequest, "this service has no such credential")),
        }
        Ok(None)
    }

    /// Tokens that can be used now, renewed if need be.
    async fn tokens(&self, core: &Core) -> Result<Arc<Tokens>> {
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
                let started = renew(core.clone(), state.tokens.clone()).boxed().shared();
                state.renewal = started.downgrade();
                started
            }
        };
        renewal.await
    }

    /// The refresh token for an explicit refresh.
    pub(crate) async fn refresh_token(&self, core: &Core) -> Result<Secret> {
        let tokens = self.tokens(core).await?;
        let held = tokens.refresh.as_ref().map(|(token, _)| token.clone());
        held.ok_or_else(|| {
            Error::new(ErrorKind::InvalidRequest, "the server gave no refresh token; authenticate instead")
        })
    }

    /// Keeps tokens that a call brought.
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

    /// The tokens that could show up in a text now.
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

async fn renew(core: Core, old: Option<Arc<Tokens>>) -> Result<Arc<Tokens>> {
    // The client's own settings: whoever happens to begin a renewal begins it for everybody.
    let core = core.as_built();
    let auth = &core.shared.auth;
    let renewed = match &auth.credentials {
        Credentials::NCentral { .. } => ncentral::renew(&core, old.as_deref()).await,
        Credentials::Cloudmore { username, password, client_id, client_secret, client_auth } => {
            let login =
                cloudmore::Login { username, password, client_id, client_secret, client_auth: *client_auth };
            cloudmore::renew(&core, &login).await
        }
        Credentials::Wiv { .. } => Err(Error::new(ErrorKind::InvalidRequest, "Wiv has no tokens")),
    };
    let kept = renewed.map(|tokens| auth.keep(tokens));
    let mut state = lock(&auth.state);
    if let Err(error) = &kept {
        // Other statuses are also said by what stands before the service.
        let refused = error.kind() == ErrorKind::Authentication && matches!(error.status(), Some(400 | 401));
        state.refusal = refused.then(|| Refusal { at: Instant::now(), error: error.clone() });
    }
    state.renewal = None;
    drop(state);
    kept
}

/// Tokens from the answer of an N-central token endpoint.
pub(crate) fn read_tokens(json: &[u8]) -> Result<Tokens> {
    ncentral::read_tokens(json)
}

fn bearer(token: &Secret) -> Result<HeaderValue> {
    secret_value(&format!("Bearer {}", token.reveal()))
}

fn secret_value(text: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        Error::new(ErrorKind::InvalidRequest, "the credential holds characters that no header can carry")
    })?;
    value.set_sensitive(true);
    Ok(value)
}
