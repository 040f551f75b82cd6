//! Configuration in two steps: [`Config`] holds the options as given, [`ResolvedConfig`] their validated values.
//!
//! Arguments take precedence over the environment. Nothing after [`Config::resolve`] reads either again.

mod base_url;
pub(crate) mod options;

use std::time::Duration;

use serde::Deserialize;
use url::Url;

use self::options::{Source, defaults};
use crate::base::error::{Error, Result};
use crate::base::pasted::{self, Form};
use crate::base::secret::Secret;
use crate::base::spelling::{Spelling, UNIT};
use crate::base::time::LONGEST;
use crate::table::Service;
use crate::wire::transport::proxy::variables;
use crate::wire::transport::{self, Pem, TransportOptions};

pub use crate::generated::config::Config;

/// How Cloudmore's client secret is sent when a token is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ClientAuth {
    /// In an `Authorization: Basic` header, as the vendor documents.
    #[default]
    Basic,
    /// As form fields, as the vendor's own code does.
    Body,
}

/// The complete credentials of a client.
#[derive(Debug, Clone)]
pub(crate) enum Credentials {
    NCentral {
        jwt: Secret,
    },
    Cloudmore {
        username: String,
        password: Secret,
        client_id: String,
        client_secret: Secret,
        client_auth: ClientAuth,
    },
    Wiv {
        api_key: Secret,
    },
}

/// The validated configuration of a client.
#[derive(Debug)]
pub(crate) struct ResolvedConfig {
    pub(crate) base: Url,
    pub(crate) credentials: Credentials,
    pub(crate) settings: Settings,
    pub(crate) transport: TransportOptions,
    pub(crate) default_ids: DefaultIds,
    /// The proxies from options and environment, which may hold passwords.
    pub(crate) proxies: Vec<Secret>,
}

/// The ids that calls use if they name none.
#[derive(Debug, Clone, Default)]
pub(crate) struct DefaultIds {
    reseller: Option<String>,
    seller: Option<String>,
}

impl DefaultIds {
    /// The options that hold them.
    const OPTIONS: [&str; 2] = ["reseller_id", "seller_id"];

    /// The id of the option with this name.
    pub(crate) fn get(&self, option: &str) -> Option<String> {
        match option {
            "reseller_id" => self.reseller.clone(),
            "seller_id" => self.seller.clone(),
            _ => None,
        }
    }
}

/// The settings of a client's calls, which options of a call override.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) max_retry_after: Duration,
    pub(crate) max_backoff: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: defaults::TIMEOUT,
            attempt_timeout: defaults::ATTEMPT_TIMEOUT,
            max_retries: defaults::MAX_RETRIES,
            max_retry_after: defaults::MAX_RETRY_AFTER,
            max_backoff: defaults::MAX_BACKOFF,
        }
    }
}

impl Settings {
    /// These settings with the changes for a copy of a client.
    ///
    /// # Errors
    /// `InvalidRequest` for options that belong to the connection or the identity of a client.
    pub fn with(&self, options: &Config) -> Result<Self> {
        if let Some(name) = options.fixed_option() {
            let instead = if DefaultIds::OPTIONS.contains(&name) {
                "pass it to the call"
            } else {
                "create another client"
            };
            return Err(Error::argument(
                name,
                "a value",
                &format!("belongs to the client itself; {instead}"),
            ));
        }
        self.changed(options)
    }

    fn changed(&self, options: &Config) -> Result<Self> {
        Ok(Self {
            timeout: positive("timeout", options.timeout)?.unwrap_or(self.timeout),
            attempt_timeout: positive("attempt_timeout", options.attempt_timeout)?
                .unwrap_or(self.attempt_timeout),
            max_retries: options.max_retries.unwrap_or(self.max_retries),
            max_retry_after: options.max_retry_after.unwrap_or(self.max_retry_after).min(LONGEST),
            max_backoff: options.max_backoff.unwrap_or(self.max_backoff).min(LONGEST),
        })
    }
}

impl Config {
    /// The configuration that a JSON object describes.
    ///
    /// # Errors
    /// `InvalidRequest` when it is not an object of known options.
    pub fn from_json(options: &[u8]) -> Result<Self> {
        Self::from_json_in(options, Spelling::default(), None)
    }

    /// The configuration that a JSON object describes in the spelling of a language, which then also applies to the
    /// client's calls. With a service, the options of other services' clients are refused.
    ///
    /// # Errors
    /// `InvalidRequest` when it is not an object of known options.
    pub fn from_json_in(options: &[u8], spelling: Spelling, service: Option<Service>) -> Result<Self> {
        let read: Self = options::read("options", options::CLIENT, options, spelling, service)?;
        Ok(Self { spelling, ..read })
    }

    pub(crate) fn resolve(
        &self,
        service: Service,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<ResolvedConfig> {
        let env = |name: &str| env(name).filter(|value| !value.trim().is_empty());
        self.given().try_for_each(|name| options::refuse_foreign(name, service))?;
        let transport = self.transport()?;
        let base = self.base(service, &env)?;
        if base.scheme() == "http" && self.proxy.is_some() && !transport.allow_http {
            let allowed = "must not be set for an http:// address, since the proxy could read the credentials, unless `allow_http` is set";
            return Err(Error::setting("proxy", allowed));
        }
        Ok(ResolvedConfig {
            base,
            credentials: self.credentials(service, &env)?,
            settings: Settings::default().changed(self)?,
            transport,
            default_ids: self.default_ids(service, &env),
            proxies: self.proxies(&env),
        })
    }

    fn default_ids(&self, service: Service, env: &impl Fn(&str) -> Option<String>) -> DefaultIds {
        let id = |name, given: &Option<String>| {
            let from = || Source::of(name, service).and_then(|from| env(from.variable));
            given.clone().or_else(from).map(|id| pasted::unquoted(&id).to_owned())
        };
        DefaultIds {
            reseller: id("reseller_id", &self.reseller_id),
            seller: id("seller_id", &self.seller_id),
        }
    }

    fn proxies(&self, env: &impl Fn(&str) -> Option<String>) -> Vec<Secret> {
        if let Some(proxy) = &self.proxy {
            return vec![proxy.clone()];
        }
        if !self.trust_env.unwrap_or(defaults::TRUST_ENV) {
            return Vec::new();
        }
        [true, false]
            .into_iter()
            .flat_map(|secure| variables(secure, false))
            .filter_map(env)
            .map(Secret::from)
            .collect()
    }

    /// Refuses an address that was stored without its credentials, as in a pickle, if the environment's credentials are for
    /// another server.
    ///
    /// # Errors
    /// `InvalidRequest` that names both servers.
    pub fn check_environment(service: Service, base_url: &str) -> Result<()> {
        Self::check_kept(service, base_url, |name| std::env::var(name).ok())
    }

    pub(crate) fn check_kept(
        service: Service,
        base_url: &str,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<()> {
        let Some(source) = Source::of("base_url", service) else { return Ok(()) };
        let value = env(source.variable).filter(|value| !value.trim().is_empty());
        let Some(value) = value.as_deref().or(source.fallback) else { return Ok(()) };
        let theirs = base_url::check(value, true)?;
        if base_url::check(base_url, true)? == theirs {
            return Ok(());
        }
        let allowed = format!(
            "must be the server of the environment's credentials, which is, by {}, {}",
            source.variable,
            theirs.as_str().trim_end_matches('/')
        );
        Err(Error::argument("base_url", base_url, &allowed))
    }

    fn base(&self, service: Service, env: &impl Fn(&str) -> Option<String>) -> Result<Url> {
        let value = match (&self.base_url, Source::of("base_url", service)) {
            (Some(url), _) => url.reveal().to_owned(),
            (None, Some(source)) => {
                let found = env(source.variable).or(source.fallback.map(str::to_owned));
                found.ok_or_else(|| source.missing())?
            }
            (None, None) => return Err(Error::required("base_url", "the address of the server")),
        };
        base_url::check(&value, self.allow_http.unwrap_or(defaults::ALLOW_HTTP))
    }

    fn credentials(&self, service: Service, env: &impl Fn(&str) -> Option<String>) -> Result<Credentials> {
        let read =
            |name: &'static str, form: Form, given: Option<&str>| match (given, Source::of(name, service)) {
                (Some(given), _) => pasted::read(name, form, given, None),
                (None, Some(source)) => match env(source.variable) {
                    Some(found) => pasted::read(name, form, &found, Some(source.variable)),
                    None => Err(source.missing()),
                },
                (None, None) => Err(Error::required(name, "a credential")),
            };
        let secret = |name: &'static str, form: Form, given: &Option<Secret>| {
            read(name, form, given.as_ref().map(Secret::reveal))
        };
        Ok(match service {
            Service::NCentral => Credentials::NCentral { jwt: secret("jwt", Form::Token, &self.jwt)? },
            Service::Cloudmore => {
                let username = read("username", Form::Name, self.username.as_deref())?;
                let client_id = match &self.client_id {
                    Some(given) => pasted::read("client_id", Form::ClientSecret, given, None)?,
                    None => defaults::CLIENT_ID.into(),
                };
                Credentials::Cloudmore {
                    username: username.reveal().to_owned(),
                    password: secret("password", Form::Password, &self.password)?,
                    client_id: client_id.reveal().to_owned(),
                    client_secret: secret("client_secret", Form::ClientSecret, &self.client_secret)?,
                    client_auth: self.client_auth.unwrap_or_default(),
                }
            }
            Service::Wiv => Credentials::Wiv { api_key: secret("api_key", Form::Key, &self.api_key)? },
        })
    }

    /// The first given option that belongs to the connection or the identity of a client.
    pub(crate) fn fixed_option(&self) -> Option<&'static str> {
        self.given().find(|name| options::is_fixed(name))
    }

    fn transport(&self) -> Result<TransportOptions> {
        let mut options = TransportOptions::default();
        options.proxy = self.proxy.as_ref().map(|proxy| proxy.reveal().to_owned());
        options.ca_bundle = self.ca_bundle.as_deref().map(pem);
        options.client_cert = self.client_cert.as_ref().map(|cert| pem(cert.reveal()));
        options.verify = self.verify.unwrap_or(options.verify);
        options.trust_env = self.trust_env.unwrap_or(options.trust_env);
        options.allow_http = self.allow_http.unwrap_or(options.allow_http);
        options.connect_timeout =
            positive("connect_timeout", self.connect_timeout)?.unwrap_or(options.connect_timeout);
        options.pool_idle_timeout = self.pool_idle_timeout.unwrap_or(options.pool_idle_timeout);
        options.pool_max_idle = self.pool_max_idle.unwrap_or(options.pool_max_idle);
        options.max_body_bytes = match self.max_body_bytes {
            Some(0) => return Err(Error::argument("max_body_bytes", "0", "must be at least 1")),
            other => other.unwrap_or(options.max_body_bytes),
        };
        if let Some(app) = &self.app_info {
            if app.trim().is_empty() || !app.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
                // Not shown: if arguments were swapped, it may be a token.
                let given = format!("a text of {} characters", app.chars().count());
                return Err(Error::argument("app_info", &given, "must be visible ASCII text"));
            }
            options.user_agent = format!("{} {}", options.user_agent, app.trim());
        }
        Ok(options)
    }
}

fn pem(value: &str) -> Pem {
    if transport::is_pem_text(value) {
        Pem::Bytes(value.as_bytes().to_vec())
    } else {
        Pem::File(value.into())
    }
}

fn positive(name: &str, time: Option<Duration>) -> Result<Option<Duration>> {
    match time {
        Some(Duration::ZERO) => {
            Err(Error::argument(name, "0", &format!("must be a number of {UNIT} more than 0")))
        }
        other => Ok(other.map(|time| time.min(LONGEST))),
    }
}

#[cfg(test)]
mod tests;
