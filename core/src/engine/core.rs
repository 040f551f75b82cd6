//! The core of a client: what all calls of it share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use percent_encoding::percent_decode_str;
use url::Url;

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::lock;
use crate::base::redact::Redactor;
use crate::base::secret::Secret;
use crate::base::words::Spelling;
use crate::engine::auth::{self, Authenticator, Login, Tokens};
use crate::engine::config::{Config, Credentials, Plan, Settings};
use crate::engine::helper::{Attendant, InFlight};
use crate::engine::hooks::Hooks;
use crate::policy::limit::{self, Gate, LimitStatus};
use crate::policy::retry::RetryBudget;
use crate::table::Service;
use crate::wire::transport::{Http, Transport, proxy};

/// Gates that a client keeps before it looks for idle ones.
const MAX_GATES: usize = 256;

/// How tokens are got: logins are calls themselves, and stand above this.
type LoginFn = fn(Core, Option<Arc<Tokens>>) -> Login;

/// A client without a language: cheap to clone, all clones share connections, tokens and limits.
#[derive(Debug, Clone)]
pub struct Core {
    pub(crate) shared: Arc<Shared>,
    pub(crate) settings: Settings,
    pub(crate) hooks: Hooks,
    pub(crate) attendant: Attendant,
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
    /// How many bytes a response may have; pages that are read ahead share as much.
    pub(crate) max_body_bytes: usize,
    /// What calls go by that were given nothing else.
    settings: Settings,
    pub(crate) reseller_id: Option<String>,
    redactor: Redactor,
    gates: Mutex<HashMap<String, Arc<Gate>>>,
    closed: AtomicBool,
}

impl Core {
    pub(super) fn assemble(
        service: Service,
        config: &Config,
        hooks: Hooks,
        transport: Option<Arc<dyn Transport>>,
        login: LoginFn,
    ) -> Result<Self> {
        let Plan { base, credentials, settings, transport: options, reseller_id, proxies } =
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
            reseller_id,
            gates: Mutex::default(),
            closed: AtomicBool::new(false),
        };
        Ok(Self { shared: Arc::new(shared), settings, hooks, attendant: Attendant::default() })
    }

    /// The service that this client speaks to.
    pub fn service(&self) -> Service {
        self.shared.service
    }

    /// Where the service is.
    pub fn base_url(&self) -> &Url {
        &self.shared.base
    }

    /// What its calls go by.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// The same client, whose calls go by other settings; connections, tokens and limits stay shared.
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

    /// The same client with these hooks in place of its own; connections, tokens and limits stay shared. Bindings
    /// watch single calls with it.
    #[must_use]
    pub fn with_hooks(&self, hooks: Hooks) -> Self {
        Self { hooks, ..self.clone() }
    }

    /// The same client with a helper for pages that are read ahead, for runtimes without threads of their own: `attend`
    /// is called when a page is asked for, and what it returns is kept until the page is here.
    #[must_use]
    pub fn attended(self, attend: impl Fn() -> Option<InFlight> + Send + Sync + 'static) -> Self {
        Self { attendant: Attendant::new(attend), ..self }
    }

    /// What each endpoint's limit is doing.
    pub fn limits(&self) -> Vec<LimitStatus> {
        let gates = lock(&self.shared.gates);
        let mut limits: Vec<LimitStatus> = gates.iter().map(|(group, gate)| gate.status(group)).collect();
        limits.sort_by(|one, other| one.endpoint.cmp(&other.endpoint));
        limits
    }

    /// Refuses further calls with `Closed`. What was sent already ends by itself; a call that waits for a slot, a token or
    /// another attempt ends with `Closed`, too. Closing twice is no error.
    pub fn close(&self) {
        self.shared.closed.store(true, Ordering::Release);
    }

    /// Whether [`Core::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Acquire)
    }

    /// The client with the settings that it was built with.
    pub(crate) fn as_built(&self) -> Self {
        Self { settings: self.shared.settings, ..self.clone() }
    }

    /// The login of this client, for whoever finds that there are no tokens.
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

    pub(crate) fn gate(&self, group: &str, cap: u32) -> Arc<Gate> {
        let mut gates = lock(&self.shared.gates);
        if let Some(gate) = gates.get(group) {
            return gate.clone();
        }
        // Unlisted paths with names in them make a gate each; those that nobody uses are let go.
        if gates.len() >= MAX_GATES {
            gates.retain(|_, gate| Arc::strong_count(gate) > 1 || gate.is_busy());
        }
        let gate = limit::gate(&self.shared.base.origin().ascii_serialization(), group, cap);
        gates.insert(group.to_owned(), gate.clone());
        gate
    }

    /// Everything secret that this client knows now, with the secrets of one call.
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
        let said = proxy::trimmed(proxy.reveal());
        let full = if said.contains("://") { said.to_owned() } else { format!("http://{said}") };
        if let Some((user, password)) = Url::parse(&full).ok().and_then(|url| {
            let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            Some((plain(url.username()), url.password().map(|text| [text.to_owned(), plain(text)])?))
        }) {
            redactor.add(&Secret::from(said));
            let [encoded, password] = password.map(Secret::from);
            redactor.add(&auth::basic(&user, &password));
            redactor.add(&encoded);
            redactor.add(&password);
        }
    }
    redactor
}
