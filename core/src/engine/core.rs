//! The core of a client: what all calls of it share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use percent_encoding::percent_decode_str;
use tokio::sync::Notify;
use tokio::time::Instant;
use url::Url;

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::lock;
use crate::base::redact::Redactor;
use crate::base::secret::Secret;
use crate::base::spelling::Spelling;
use crate::engine::auth::{self, Authenticator, Login, Tokens};
use crate::engine::background::{KeepAlive, KeepAliveHook};
use crate::engine::config::{Config, Credentials, DefaultIds, ResolvedConfig, Settings};
use crate::engine::hooks::{Hooks, RequestEvent};
use crate::policy::limit::{self, LimitStatus, Limiter};
use crate::policy::retry::RetryBudget;
use crate::table::Service;
use crate::wire::transport::{Http, Transport, proxy};

/// How many limiters a client keeps before it drops idle ones.
const MAX_LIMITERS: usize = 256;

/// Obtains tokens. A function pointer, because logins are calls themselves and belong to a higher module.
type LoginFn = fn(Core, Option<Arc<Tokens>>) -> Login;

/// A client without typed methods, for bindings: cheap to clone, all clones share connections, tokens and limits.
#[derive(Debug, Clone)]
pub struct Core {
    pub(crate) shared: Arc<Shared>,
    pub(crate) settings: Settings,
    pub(crate) hooks: Hooks,
    pub(crate) keep_alive: KeepAliveHook,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) service: Service,
    pub(crate) base: Url,
    pub(crate) auth: Arc<Authenticator>,
    login: LoginFn,
    pub(crate) spelling: Spelling,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) budget: RetryBudget,
    /// The largest response in bytes; pages that are read ahead share the same amount.
    pub(crate) max_body_bytes: usize,
    /// The settings that the client was built with.
    settings: Settings,
    pub(crate) default_ids: DefaultIds,
    redactor: Redactor,
    limiters: Mutex<HashMap<String, Arc<Limiter>>>,
    closed: AtomicBool,
    closing: Notify,
}

impl Core {
    pub(super) fn assemble(
        service: Service,
        config: &Config,
        hooks: Hooks,
        transport: Option<Arc<dyn Transport>>,
        login: LoginFn,
    ) -> Result<Self> {
        let ResolvedConfig { base, credentials, settings, transport: options, default_ids, proxies } =
            config.resolve(service, |name| std::env::var(name).ok())?;
        let transport = match transport {
            Some(given) => given,
            None => {
                Arc::new(Http::new(&options).map_err(|error| Error::setting(error.option, &error.reason))?)
            }
        };
        let shared = Shared {
            service,
            redactor: static_secrets(&credentials, &proxies),
            auth: Arc::new(Authenticator::new(credentials)),
            login,
            spelling: config.spelling,
            base,
            transport,
            budget: RetryBudget::new(),
            max_body_bytes: options.max_body_bytes,
            settings,
            default_ids,
            limiters: Mutex::default(),
            closed: AtomicBool::new(false),
            closing: Notify::new(),
        };
        Ok(Self { shared: Arc::new(shared), settings, hooks, keep_alive: KeepAliveHook::default() })
    }

    /// The client's service.
    pub fn service(&self) -> Service {
        self.shared.service
    }

    /// The address of the service.
    pub fn base_url(&self) -> &Url {
        &self.shared.base
    }

    /// How the names of its parameters are spelled.
    pub fn spelling(&self) -> Spelling {
        self.shared.spelling
    }

    /// The settings of its calls.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// The same client with other settings for its calls; connections, tokens and limits stay shared.
    #[must_use]
    pub fn with_settings(&self, settings: Settings) -> Self {
        Self { settings, ..self.clone() }
    }

    /// The same client with other `timeout`, `attempt_timeout`, `max_retries`, `max_retry_after` or `max_backoff`;
    /// connections, tokens and limits stay shared.
    ///
    /// # Errors
    /// `InvalidRequest` for options that belong to the connection or the identity of a client.
    pub fn with_options(&self, options: &Config) -> Result<Self> {
        Ok(self.with_settings(self.settings.with(options)?))
    }

    /// The same client with this hook besides its own: it is called before each attempt of a call that changes something,
    /// after everything that the attempt waits for. An error of it ends the call, and nothing is sent.
    #[must_use]
    pub fn before_write(
        &self,
        hook: impl Fn(&RequestEvent<'_>) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.with_hooks(Hooks { before_write: Some(Arc::new(hook)), ..self.hooks.clone() })
    }

    /// The same client with these hooks instead of its own; connections, tokens and limits stay shared. Bindings use it to
    /// observe single calls.
    #[must_use]
    pub fn with_hooks(&self, hooks: Hooks) -> Self {
        Self { hooks, ..self.clone() }
    }

    /// The same client whose pages that are read ahead are driven in the background, for runtimes without threads of their
    /// own: `keep_alive` is called when a page is requested, and its return value is held until the page has arrived.
    #[must_use]
    pub fn with_keep_alive(self, keep_alive: impl Fn() -> Option<KeepAlive> + Send + Sync + 'static) -> Self {
        Self { keep_alive: KeepAliveHook::new(keep_alive), ..self }
    }

    /// The state of each endpoint's limit.
    pub fn limits(&self) -> Vec<LimitStatus> {
        let limiters = lock(&self.shared.limiters);
        let mut limits: Vec<LimitStatus> =
            limiters.iter().map(|(group, limiter)| limiter.status(group)).collect();
        limits.sort_by(|one, other| one.endpoint.cmp(&other.endpoint));
        limits
    }

    /// Refuses further calls with `Closed`. Requests in flight finish; a call that waits for a slot, a token or another
    /// attempt fails with `Closed`. Closing twice is allowed.
    pub fn close(&self) {
        self.shared.closed.store(true, Ordering::Release);
        self.shared.closing.notify_waiters();
    }

    /// Whether [`Core::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Acquire)
    }

    /// The client with the settings that it was built with.
    pub(crate) fn as_built(&self) -> Self {
        Self { settings: self.shared.settings, ..self.clone() }
    }

    /// The login of this client, for callers that find no valid tokens.
    pub(crate) fn login(&self) -> impl FnOnce(Option<Arc<Tokens>>) -> Login {
        let core = self.clone();
        |old| (core.shared.login)(core, old)
    }

    pub(crate) fn check_open(&self) -> Result<()> {
        if self.is_closed() {
            return Err(Error::new(ErrorKind::Closed, "the client is closed; create a new one"));
        }
        Ok(())
    }

    /// Sleeps while the client is open.
    pub(crate) async fn sleep_until(&self, time: Instant) -> Result<()> {
        // Before the check, so that no call of `close` is missed between the two.
        let closing = self.shared.closing.notified();
        self.check_open()?;
        tokio::select! {
            () = tokio::time::sleep_until(time) => Ok(()),
            () = closing => self.check_open(),
        }
    }

    pub(crate) fn limiter(&self, group: &str, cap: u32) -> Arc<Limiter> {
        let mut limiters = lock(&self.shared.limiters);
        if let Some(limiter) = limiters.get(group) {
            return limiter.clone();
        }
        // Paths outside the table may have a limiter each; unused ones are dropped.
        if limiters.len() >= MAX_LIMITERS {
            limiters.retain(|_, limiter| Arc::strong_count(limiter) > 1 || limiter.is_busy());
        }
        let limiter = limit::limiter(&self.shared.base.origin().ascii_serialization(), group, cap);
        limiters.insert(group.to_owned(), limiter.clone());
        limiter
    }

    /// A redactor of all secrets that this client holds now, and of one call's.
    pub(crate) fn redactor(&self, of_call: &[Secret]) -> Redactor {
        let mut redactor = self.shared.redactor.clone();
        for secret in self.shared.auth.live_secrets().iter().chain(of_call) {
            redactor.add(secret);
        }
        redactor
    }
}

fn static_secrets(credentials: &Credentials, proxies: &[Secret]) -> Redactor {
    let mut redactor = Redactor::default();
    match credentials {
        Credentials::NCentral { jwt } => redactor.add(jwt),
        Credentials::Cloudmore { password, client_secret, client_id, .. } => {
            redactor.add(password);
            redactor.add(client_secret);
            redactor.add(&auth::basic(client_id, client_secret));
        }
        Credentials::Wiv { api_key } => redactor.add(api_key),
    }
    for proxy in proxies {
        let address = proxy::trimmed(proxy.reveal());
        let full = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        if let Some((user, password)) = Url::parse(&full).ok().and_then(|url| {
            let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            Some((plain(url.username()), url.password().map(|text| [text.to_owned(), plain(text)])?))
        }) {
            redactor.add(&Secret::from(address));
            let [encoded, password] = password.map(Secret::from);
            redactor.add(&auth::basic(&user, &password));
            redactor.add(&encoded);
            redactor.add(&password);
        }
    }
    redactor
}
