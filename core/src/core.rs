//! The core of a client: what all calls of it share, and the boundary that facades in every language use.
//!
//! In: an operation id and the parameters as JSON bytes. Out: a [`RawResponse`] or a [`RawPager`] of pages. A call is
//! cancelled by dropping its future.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use serde_json::value::RawValue;
use url::Url;

use crate::answer;
use crate::auth::Authenticator;
use crate::call::{self, Effort, Request};
use crate::config::{Config, Credentials, Plan, Settings, quote};
use crate::error::{Error, ErrorKind, Result};
use crate::hooks::Hooks;
use crate::limit::{self, Gate, LimitStatus};
use crate::lock;
use crate::operation::{Auth, BodyKind, Operation, Paging, Service};
use crate::page::{PagingOptions, RawPager};
use crate::raw::RawResponse;
use crate::request::{CallOptions, Draft, Prepared, add_headers, add_query, join};
use crate::retry::{Class, RetryBudget};
use crate::secret::{Redactor, Secret};
use crate::transport::{Http, Transport};

/// In flight at most for endpoints that no table describes: the lowest cap that the vendors' lists have.
const UNKNOWN_ENDPOINT_CAP: u32 = 5;

/// A client without a language: cheap to clone, all clones share connections, tokens and limits.
#[derive(Debug, Clone)]
pub struct Core {
    pub(crate) shared: Arc<Shared>,
    pub(crate) settings: Settings,
    pub(crate) hooks: Hooks,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) service: Service,
    pub(crate) base: Url,
    pub(crate) auth: Authenticator,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) budget: RetryBudget,
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

    pub(crate) fn build(
        service: Service,
        config: &Config,
        hooks: Hooks,
        transport: Option<Arc<dyn Transport>>,
    ) -> Result<Self> {
        let Plan { base, credentials, settings, transport: options, reseller_id, proxy } =
            config.resolve(service, |name| std::env::var(name).ok())?;
        let transport = match transport {
            Some(given) => given,
            None => Arc::new(
                Http::new(&options)
                    .map_err(|error| Error::new(ErrorKind::InvalidRequest, error.to_string()))?,
            ),
        };
        let shared = Shared {
            service,
            redactor: static_secrets(&credentials, proxy.as_ref()),
            auth: Authenticator::new(credentials),
            base,
            transport,
            budget: RetryBudget::new(),
            reseller_id,
            gates: Mutex::default(),
            closed: AtomicBool::new(false),
        };
        Ok(Self { shared: Arc::new(shared), settings, hooks })
    }

    /// The service that this client speaks to.
    pub fn service(&self) -> Service {
        self.shared.service
    }

    /// Where the service is.
    pub fn base_url(&self) -> &Url {
        &self.shared.base
    }

    /// The same client with other `timeout`, `attempt_timeout`, `max_retries` or `max_retry_after`; connections,
    /// tokens and limits stay shared.
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

    /// Calls an operation by its id; `params` is the JSON object of its parameters.
    ///
    /// # Errors
    /// Every kind; see [`Error`].
    pub async fn call(&self, operation: &str, params: &[u8], options: &CallOptions) -> Result<RawResponse> {
        let operation = self.operation(operation)?;
        if operation.paging != Paging::None {
            let message = format!("{} is a list; it is read with a pager", operation.id);
            return Err(Error::new(ErrorKind::InvalidRequest, message));
        }
        let draft = self.draft(operation, params, options)?;
        let mut prepared = draft.finish(&self.shared.base, &[], &[])?;
        if operation.body == BodyKind::RefreshToken {
            let token = self.shared.auth.refresh_token(self).await?;
            crate::auth::ncentral::refresh_body(&mut prepared.headers, &mut prepared.body, &token);
        }
        let request = self.request_of(operation, prepared, false);
        let answered = call::run(self, &request, &self.effort(options)?).await?;
        answer::shape(self, operation, &draft.fields, answered)
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
    /// absolute URL on the client's own origin; it is sent as it is. `body` is JSON text.
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
        let label = "request";
        let request =
            self.free_request(method, path, body, options).map_err(|error| error.with_operation(label))?;
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

    /// Refuses further calls with `Closed`; calls in flight end by themselves. Closing twice is no error.
    pub fn close(&self) {
        self.shared.closed.store(true, Ordering::Release);
    }

    /// Whether [`Core::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Acquire)
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
        Draft::new(operation, params, options, &|option| match option {
            "reseller_id" => self.shared.reseller_id.clone(),
            _ => None,
        })
    }

    pub(crate) fn effort(&self, options: &CallOptions) -> Result<Effort> {
        if options.timeout == Some(Duration::ZERO) {
            return Err(Error::argument("timeout", "0", "must be more than 0 seconds"));
        }
        Ok(Effort {
            timeout: options.timeout.unwrap_or(self.settings.timeout),
            attempt_timeout: self.settings.attempt_timeout,
            max_retries: options.max_retries.unwrap_or(self.settings.max_retries),
            max_retry_after: self.settings.max_retry_after,
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
            outcome_check: operation.outcome_check,
            gate: self.gate(operation.limit.group, operation.limit.cap),
            prepared,
        }
    }

    pub(crate) fn gate(&self, group: &str, cap: u32) -> Arc<Gate> {
        let mut gates = lock(&self.shared.gates);
        if let Some(gate) = gates.get(group) {
            return gate.clone();
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

    fn free_request(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
        options: &CallOptions,
    ) -> Result<Request> {
        let named = Method::from_bytes(method.to_ascii_uppercase().as_bytes())
            .map_err(|_| Error::argument("method", &quote(method), "must be an HTTP method such as GET"))?;
        let url = self.free_url(path)?;
        let mut prepared = Prepared {
            method: named,
            url,
            headers: http::HeaderMap::new(),
            body: None,
            secrets: Vec::new(),
            fingerprint: 0,
        };
        let mut query = Vec::new();
        for (name, raw) in &options.extra_query {
            add_query(&mut query, name, raw)?;
        }
        if !query.is_empty() {
            prepared.url.query_pairs_mut().extend_pairs(query);
        }
        if let Some(body) = free_body(body, options)? {
            let json = http::HeaderValue::from_static("application/json");
            prepared.headers.insert(http::header::CONTENT_TYPE, json);
            prepared.body = Some(body.into());
        }
        add_headers(&mut prepared.headers, &options.extra_headers)?;
        let group = group_of(&prepared.method, prepared.url.path());
        Ok(Request {
            label: "request",
            class: Class::of_method(&prepared.method),
            retry_500: true,
            auth: match self.shared.service {
                Service::NCentral | Service::Cloudmore => Auth::AccessToken,
                Service::Wiv => Auth::ApiKey,
            },
            outcome_check: None,
            gate: self.gate(&group, UNKNOWN_ENDPOINT_CAP),
            prepared,
        })
    }

    fn free_url(&self, path: &str) -> Result<Url> {
        let refuse = |allowed: &str| Err(Error::argument("path", &quote(path), allowed));
        if path.chars().any(|c| c.is_control() || c == '\\') {
            return refuse("must not hold control characters or backslashes");
        }
        let url = if path.starts_with('/') && !path.starts_with("//") {
            join(&self.shared.base, path)?
        } else if path.starts_with("http://") || path.starts_with("https://") {
            match Url::parse(path) {
                Ok(url) => url,
                Err(_) => return refuse("must be a path such as /api/sites"),
            }
        } else {
            return refuse("must begin with / or be a URL of the client's own server");
        };
        if url.origin() != self.shared.base.origin() || !url.username().is_empty() || url.password().is_some()
        {
            let own = self.shared.base.origin().ascii_serialization();
            return refuse(&format!("must stay on {own}: credentials are sent nowhere else"));
        }
        Ok(url)
    }
}

/// The JSON body of a free request: the given one, with `extra_body` laid over it.
fn free_body(body: Option<&[u8]>, options: &CallOptions) -> Result<Option<Vec<u8>>> {
    let bad = |error: serde_json::Error| Error::argument("body", "broken JSON", &error.to_string());
    if options.extra_body.is_empty() {
        if let Some(body) = body {
            serde_json::from_slice::<serde::de::IgnoredAny>(body).map_err(bad)?;
        }
        return Ok(body.map(<[u8]>::to_vec));
    }
    let mut members: BTreeMap<String, Box<RawValue>> = match body {
        Some(body) => serde_json::from_slice(body).map_err(bad)?,
        None => BTreeMap::new(),
    };
    members.extend(options.extra_body.clone());
    serde_json::to_vec(&members).map(Some).map_err(bad)
}

/// The limiter group of any request: the operation's own where the table has one for this path.
fn group_of(method: &Method, path: &str) -> String {
    let segments: Vec<&str> = path.split('/').collect();
    let matches = |operation: &&Operation| {
        let template: Vec<&str> = operation.path.split('/').collect();
        operation.method == *method
            && template.len() == segments.len()
            && template.iter().zip(&segments).all(|(want, have)| want.starts_with('{') || want == have)
    };
    if let Some(operation) = Operation::all().iter().find(matches) {
        return operation.limit.group.to_owned();
    }
    let looks_like_id =
        |segment: &str| segment.bytes().any(|byte| byte.is_ascii_digit()) && !is_version(segment);
    let template: Vec<&str> =
        segments.iter().map(|&part| if looks_like_id(part) { "{id}" } else { part }).collect();
    format!("{method} {}", template.join("/"))
}

/// `v2` and the like name a version, not a thing.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn static_secrets(credentials: &Credentials, proxy: Option<&Secret>) -> Redactor {
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
    if let Some(proxy) = proxy {
        redactor.add(proxy);
        if let Some(password) =
            Url::parse(proxy.reveal()).ok().and_then(|url| url.password().map(Secret::from))
        {
            redactor.add(&password);
        }
    }
    redactor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_paths_share_the_limit_of_their_template() {
        assert_eq!(group_of(&Method::GET, "/api/sites/12"), "GET /api/sites/{id}");
        assert_eq!(group_of(&Method::GET, "/api/sites/12"), group_of(&Method::GET, "/api/sites/77"));
        assert_eq!(group_of(&Method::POST, "/v2/things"), "POST /v2/things");
    }

    #[test]
    fn known_paths_share_the_limit_of_their_operation() {
        let list = Operation::find("ncentral.customers.list").unwrap();
        assert_eq!(group_of(&Method::GET, "/api/customers"), list.limit.group);
    }
}
