//! The core of a client: what all calls of it share, and the boundary that facades in every language use.
//!
//! In: an operation id and the parameters as JSON bytes. Out: a [`RawResponse`] or a [`RawPager`] of pages. A call is
//! cancelled by dropping its future.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::answer;
use crate::auth::Authenticator;
use crate::call::{self, Effort, Request};
use crate::call_builder::decode;
use crate::config::{Config, Credentials, LONGEST, Plan, Settings, quote};
use crate::error::{Error, ErrorKind, REQUEST, Result};
use crate::helper::{Attendant, InFlight};
use crate::hooks::Hooks;
use crate::limit::{self, Gate, LimitStatus};
use crate::lock;
use crate::model::FromAnswer;
use crate::operation::{Answer, BodyKind, Operation, Paging, RetryClass, Service};
use crate::page::{PagingOptions, RawPager};
use crate::raw::RawResponse;
use crate::redact::Redactor;
use crate::request::{CallOptions, Draft, Prepared};
use crate::retry::{Class, RetryBudget};
use crate::secret::Secret;
use crate::transport::{Http, Transport, proxy};
use crate::unlisted;
use crate::words::{Name, Spelling, UNIT};

/// Gates that a client keeps before it looks for idle ones.
const MAX_GATES: usize = 256;

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
    pub(crate) auth: Authenticator,
    pub(crate) spelling: Spelling,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) budget: RetryBudget,
    /// How many bytes an answer may have; pages that are read ahead share as much.
    pub(crate) max_body_bytes: usize,
    /// What calls go by that were given nothing else.
    settings: Settings,
    reseller_id: Option<String>,
    redactor: Redactor,
    gates: Mutex<HashMap<String, Arc<Gate>>>,
    closed: AtomicBool,
}

impl Core {
    /// A client of a service, by its configuration and the process's environment.
    ///
    /// # Errors
    /// `InvalidRequest` that names the option that is missing or wrong.
    pub fn new(service: Service, config: &Config) -> Result<Self> {
        Self::build(service, config, Hooks::default(), None)
    }

    /// A client over another transport than the network's, such as [`Memory`](crate::transport::Memory).
    ///
    /// # Errors
    /// `InvalidRequest` when an option is missing or wrong.
    pub fn with_transport(service: Service, config: &Config, transport: Arc<dyn Transport>) -> Result<Self> {
        Self::build(service, config, Hooks::default(), Some(transport))
    }

    pub(crate) fn build(
        service: Service,
        config: &Config,
        hooks: Hooks,
        transport: Option<Arc<dyn Transport>>,
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
            auth: Authenticator::new(credentials),
            spelling: config.spelling,
            base,
            transport,
            budget: RetryBudget::new(),
            max_body_bytes: options.max_body_bytes,
            settings: settings.clone(),
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

    /// The same client with other `timeout`, `attempt_timeout`, `max_retries`, `max_retry_after` or `max_backoff`;
    /// connections, tokens and limits stay shared.
    ///
    /// # Errors
    /// `InvalidRequest` for options that belong to the connection or the identity of a client.
    pub fn with_options(&self, options: &Config) -> Result<Self> {
        if let Some(name) = options.fixed_option() {
            return Err(Error::argument(
                name,
                "a value",
                "belongs to the client itself; make another client",
            ));
        }
        if options.reseller_id.is_some() {
            return Err(Error::argument(
                "reseller_id",
                "a value",
                "belongs to the client itself; give it to the call",
            ));
        }
        Ok(Self { settings: options.settings(&self.settings)?, ..self.clone() })
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

    /// Calls an operation by its id; `params` is the JSON object of its parameters.
    ///
    /// # Errors
    /// Every kind; see [`Error`].
    pub async fn call(&self, operation: &str, params: &[u8], options: &CallOptions) -> Result<RawResponse> {
        Ok(self.answered(operation, params, options).await?.0)
    }

    /// Calls an operation as [`Core::call`] does, and reads its result as a model; `()` reads nothing.
    ///
    /// # Errors
    /// Every kind; see [`Error`].
    pub async fn call_as<T: FromAnswer>(
        &self,
        operation: &str,
        params: &[u8],
        options: &CallOptions,
    ) -> Result<(T, RawResponse)> {
        let (raw, draft) = self.answered(operation, params, options).await?;
        match decode(&raw.json) {
            Ok(value) => Ok((value, raw)),
            Err(error) => {
                let secrets = draft.secrets();
                Err(answer::unreadable(self, draft.operation, secrets, &raw.meta, &raw.body, error))
            }
        }
    }

    async fn answered(
        &self,
        operation: &str,
        params: &[u8],
        options: &CallOptions,
    ) -> Result<(RawResponse, Draft)> {
        let operation = self.operation(operation)?;
        if operation.paging != Paging::None {
            let message = format!("{} is a list; it is read with a pager", Name(operation.id));
            return Err(Error::new(ErrorKind::InvalidRequest, message));
        }
        let draft = self.draft(operation, params, options)?;
        let effort = self.effort(options)?;
        let mut prepared = draft.finish(&self.shared.base, &[], &[]);
        if operation.body == BodyKind::RefreshToken {
            let token =
                call::within(effort.timeout, operation.id, self.shared.auth.refresh_token(self)).await?;
            crate::auth::ncentral::refresh_body(&mut prepared.headers, &mut prepared.body, &token);
        }
        let request = self.request_of(operation, prepared, false);
        let answered = call::run(self, &request, &effort).await?;
        Ok((answer::shape(self, operation, &draft, answered)?, draft))
    }

    /// A pager over a list operation; nothing is sent until its first page is asked for.
    ///
    /// # Errors
    /// `InvalidRequest` for wrong parameters, paging options or a resume token of another list.
    pub fn pager(
        &self,
        operation: &str,
        params: &[u8],
        paging: &PagingOptions,
        options: &CallOptions,
    ) -> Result<RawPager> {
        let operation = self.operation(operation)?;
        let draft = self.draft(operation, params, options)?;
        RawPager::new(self.clone(), draft, paging, self.effort(options)?)
            .map_err(|error| error.with_operation(operation.id))
    }

    /// Sends a request to an endpoint that mspkit does not know, with credentials, limits and retries.
    ///
    /// GET, HEAD and OPTIONS are repeated after a fault; every other method is not. `path` begins with `/`, or is an
    /// absolute URL on the client's own origin; it is sent as it is, or refused. `body` is JSON text.
    ///
    /// # Errors
    /// Every kind; see [`Error`].
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
        options: &CallOptions,
    ) -> Result<RawResponse> {
        let request = unlisted::request(self, method, path, body, options)
            .map_err(|error| error.with_operation(REQUEST))?;
        let answered = call::run(self, &request, &self.effort(options)?).await?;
        Ok(answer::unshaped(answered))
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
        Self { settings: self.shared.settings.clone(), ..self.clone() }
    }

    pub(crate) fn check_open(&self) -> Result<()> {
        if self.is_closed() {
            return Err(Error::new(ErrorKind::Closed, "the client is closed; make another one"));
        }
        Ok(())
    }

    fn operation(&self, id: &str) -> Result<&'static Operation> {
        let found = Operation::find(id).filter(|operation| operation.service == self.shared.service);
        found.ok_or_else(|| {
            Error::argument("operation", &quote(id), "must be the id of one of this service's operations")
        })
    }

    fn draft(&self, operation: &'static Operation, params: &[u8], options: &CallOptions) -> Result<Draft> {
        Draft::new(operation, params, options, self.shared.spelling, &|option| match option {
            "reseller_id" => self.shared.reseller_id.clone(),
            _ => None,
        })
    }

    pub(crate) fn effort(&self, options: &CallOptions) -> Result<Effort> {
        if options.timeout == Some(Duration::ZERO) {
            return Err(Error::argument("timeout", "0", &format!("must be a number of {UNIT} more than 0")));
        }
        Ok(Effort {
            timeout: options.timeout.unwrap_or(self.settings.timeout).min(LONGEST),
            attempt_timeout: self.settings.attempt_timeout,
            max_retries: options.max_retries.unwrap_or(self.settings.max_retries),
            max_retry_after: self.settings.max_retry_after,
            max_backoff: self.settings.max_backoff,
            max_body_bytes: None,
        })
    }

    pub(crate) fn request_of(
        &self,
        operation: &'static Operation,
        prepared: Prepared,
        continuation: bool,
    ) -> Request {
        Request {
            label: operation.id,
            class: Class::of(operation, continuation),
            retry_500: operation.retry_500,
            auth: operation.auth,
            login: operation.answer == Answer::Tokens,
            outcome_check: operation.outcome_check,
            gate: self.gate(operation.limit.group, operation.limit.cap),
            needs_body: operation.retry != RetryClass::Create
                && !matches!(operation.answer, Answer::Empty | Answer::LoggedOut),
            prepared,
        }
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
            redactor.add(&crate::auth::basic(client_id, client_secret));
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
            redactor.add(&crate::auth::basic(&user, &password));
            redactor.add(&encoded);
            redactor.add(&password);
        }
    }
    redactor
}
