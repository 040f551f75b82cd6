//! Configuration in two steps: [`Config`] is what was said, by arguments and environment; [`Plan`] is what it means.
//!
//! Arguments go before the environment. Nothing after [`Config::resolve`] looks at either again.

mod base_url;
pub(crate) mod options;
mod pasted;

use std::time::Duration;

use serde::Deserialize;
use url::Url;

use self::pasted::Form;
use crate::base::error::{Error, Result};
use crate::base::secret::Secret;
use crate::base::time::{LONGEST, seconds};
use crate::base::words::{Spelling, UNIT};
use crate::table::Service;
use crate::wire::transport::proxy::variables;
use crate::wire::transport::{self, Pem, TransportOptions};

/// The options of a client as they were given; bindings hand them over as one JSON object.
///
/// Times are seconds in JSON. Unknown names are refused.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Config {
    /// Where the service is; see the service's client for its default and its environment variable. Not shown, since
    /// people write passwords into addresses; it is refused with one.
    pub base_url: Option<Secret>,
    /// N-central: the user's API token (a JWT); else `NCENTRAL_JWT`.
    pub jwt: Option<Secret>,
    /// Cloudmore: the user's name; else `CLOUDMORE_USERNAME`.
    pub username: Option<String>,
    /// Cloudmore: the user's password; else `CLOUDMORE_PASSWORD`.
    pub password: Option<Secret>,
    /// Cloudmore: the API secret; else `CLOUDMORE_CLIENT_SECRET`.
    pub client_secret: Option<Secret>,
    /// Cloudmore: the OAuth client; `ro.customer.client` by default.
    pub client_id: Option<String>,
    /// Cloudmore: where the client's secret travels.
    pub client_auth: Option<ClientAuth>,
    /// Cloudmore: the reseller of calls that name none.
    pub reseller_id: Option<String>,
    /// Wiv: the API key; else `WIV_API_KEY`.
    pub api_key: Option<Secret>,
    /// The whole call with queueing and retries; 120 s.
    #[serde(deserialize_with = "seconds")]
    pub timeout: Option<Duration>,
    /// One attempt; 30 s.
    #[serde(deserialize_with = "seconds")]
    pub attempt_timeout: Option<Duration>,
    /// Name lookup, TCP, proxy and TLS together; 5 s.
    #[serde(deserialize_with = "seconds")]
    pub connect_timeout: Option<Duration>,
    /// Further attempts after a fault; 2.
    pub max_retries: Option<u32>,
    /// The longest `Retry-After` that is waited for; 120 s.
    #[serde(deserialize_with = "seconds")]
    pub max_retry_after: Option<Duration>,
    /// The longest pause that mspkit decides on by itself, after a fault or where a 429 names no time; 30 s. A wait that
    /// the server asks for is not shortened by it.
    #[serde(deserialize_with = "seconds")]
    pub max_backoff: Option<Duration>,
    /// `http://[user:password@]host[:port]`.
    pub proxy: Option<Secret>,
    /// Certificate authorities besides the platform's: a path, or PEM text.
    pub ca_bundle: Option<String>,
    /// A client certificate with its key: a path, or PEM text.
    pub client_cert: Option<Secret>,
    /// Whether the server's certificate is checked; true.
    pub verify: Option<bool>,
    /// Whether the environment's proxies apply; true.
    pub trust_env: Option<bool>,
    /// Whether `http` is allowed to hosts other than this one; false.
    pub allow_http: Option<bool>,
    /// The name of the caller's program, added to `User-Agent`.
    pub app_info: Option<String>,
    /// The largest answer in bytes, decompressed; 64 MiB.
    pub max_body_bytes: Option<usize>,
    /// How long an idle connection is kept; 4 s.
    #[serde(deserialize_with = "seconds")]
    pub pool_idle_timeout: Option<Duration>,
    /// How many idle connections are kept; 32.
    pub pool_max_idle: Option<usize>,
    /// How the client writes names and times: in what it is given, and in what it tells.
    #[serde(skip)]
    pub spelling: Spelling,
}

/// Where Cloudmore's client secret travels when a token is asked for.
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

/// What a client presents, complete.
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

/// What the configuration means.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) base: Url,
    pub(crate) credentials: Credentials,
    pub(crate) settings: Settings,
    pub(crate) transport: TransportOptions,
    pub(crate) reseller_id: Option<String>,
    /// What was said about proxies, by option or environment: it may hold passwords.
    pub(crate) proxies: Vec<Secret>,
}

/// What every call of a client goes by, unless the call says otherwise.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) max_retry_after: Duration,
    pub(crate) max_backoff: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(120),
            attempt_timeout: Duration::from_secs(30),
            max_retries: 2,
            max_retry_after: Duration::from_secs(120),
            max_backoff: Duration::from_secs(30),
        }
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

    /// The configuration that a JSON object describes in the spelling of a language, whose calls are then spelled so as
    /// well. With a service, the options of other services' clients are refused.
    ///
    /// # Errors
    /// `InvalidRequest` when it is not an object of known options.
    pub fn from_json_in(options: &[u8], spelling: Spelling, service: Option<Service>) -> Result<Self> {
        let read: Self = options::read("options", options::CLIENT, options, spelling, service)?;
        Ok(Self { spelling, ..read })
    }

    pub(crate) fn resolve(&self, service: Service, env: impl Fn(&str) -> Option<String>) -> Result<Plan> {
        let env = |name: &str| env(name).filter(|value| !value.trim().is_empty());
        self.given().try_for_each(|name| options::refuse_foreign(name, service))?;
        let transport = self.transport()?;
        let base = self.base(service, &env)?;
        if base.scheme() == "http" && self.proxy.is_some() && !transport.allow_http {
            let allowed = "must not be given for an http:// address, whose credentials it would read; `allow_http` allows it";
            return Err(Error::setting("proxy", allowed));
        }
        Ok(Plan {
            base,
            credentials: self.credentials(service, &env)?,
            settings: self.settings(&Settings::default())?,
            transport,
            reseller_id: (self.reseller_id.clone().or_else(|| env("CLOUDMORE_RESELLER_ID")))
                .map(|id| pasted::unquoted(&id).to_owned()),
            proxies: self.proxies(&env),
        })
    }

    fn proxies(&self, env: &impl Fn(&str) -> Option<String>) -> Vec<Secret> {
        if let Some(proxy) = &self.proxy {
            return vec![proxy.clone()];
        }
        if !self.trust_env.unwrap_or(true) {
            return Vec::new();
        }
        [true, false]
            .into_iter()
            .flat_map(|secure| variables(secure, false))
            .filter_map(env)
            .map(Secret::from)
            .collect()
    }

    /// Refuses an address that was kept apart from its credentials, as in a pickle, where the environment's credentials
    /// are for another server.
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
        let (variable, default) = address(service);
        let said = env(variable).filter(|value| !value.trim().is_empty());
        let Some(said) = said.as_deref().or(default) else { return Ok(()) };
        let theirs = base_url::check(said, true)?;
        if base_url::check(base_url, true)? == theirs {
            return Ok(());
        }
        let allowed = format!(
            "must be the server that the environment's credentials are for, which {variable} says is {}",
            theirs.as_str().trim_end_matches('/')
        );
        Err(Error::argument("base_url", base_url, &allowed))
    }

    fn base(&self, service: Service, env: &impl Fn(&str) -> Option<String>) -> Result<Url> {
        let (variable, default) = address(service);
        let said = self.base_url.as_ref().map(|url| url.reveal().to_owned());
        let said = said.or_else(|| env(variable)).or(default.map(str::to_owned));
        let Some(said) = said else {
            return Err(missing(
                "base_url",
                variable,
                "the address of the server, such as https://ncentral.example.com",
            ));
        };
        base_url::check(&said, self.allow_http.unwrap_or(false))
    }

    fn credentials(&self, service: Service, env: &impl Fn(&str) -> Option<String>) -> Result<Credentials> {
        let read = |name: &str, form: Form, given: Option<&str>, variable: &str, what: &str| match given {
            Some(given) => pasted::read(name, form, given, None),
            None => match env(variable) {
                Some(found) => pasted::read(name, form, &found, Some(variable)),
                None => Err(missing(name, variable, what)),
            },
        };
        let secret = |name: &str, form: Form, given: &Option<Secret>, variable: &str, what: &str| {
            read(name, form, given.as_ref().map(Secret::reveal), variable, what)
        };
        Ok(match service {
            Service::NCentral => Credentials::NCentral {
                jwt: secret("jwt", Form::Token, &self.jwt, "NCENTRAL_JWT", "the user's API token")?,
            },
            Service::Cloudmore => {
                let username = self.username.as_deref();
                let username =
                    read("username", Form::Name, username, "CLOUDMORE_USERNAME", "the user's name")?;
                let client_id = match &self.client_id {
                    Some(given) => pasted::read("client_id", Form::ClientSecret, given, None)?,
                    None => "ro.customer.client".into(),
                };
                Credentials::Cloudmore {
                    username: username.reveal().to_owned(),
                    password: secret(
                        "password",
                        Form::Password,
                        &self.password,
                        "CLOUDMORE_PASSWORD",
                        "the user's password",
                    )?,
                    client_id: client_id.reveal().to_owned(),
                    client_secret: secret(
                        "client_secret",
                        Form::ClientSecret,
                        &self.client_secret,
                        "CLOUDMORE_CLIENT_SECRET",
                        "the API secret",
                    )?,
                    client_auth: self.client_auth.unwrap_or_default(),
                }
            }
            Service::Wiv => Credentials::Wiv {
                api_key: secret("api_key", Form::Key, &self.api_key, "WIV_API_KEY", "the API key")?,
            },
        })
    }

    /// The settings that these options change, starting from `base`.
    pub(crate) fn settings(&self, base: &Settings) -> Result<Settings> {
        Ok(Settings {
            timeout: positive("timeout", self.timeout)?.unwrap_or(base.timeout),
            attempt_timeout: positive("attempt_timeout", self.attempt_timeout)?
                .unwrap_or(base.attempt_timeout),
            max_retries: self.max_retries.unwrap_or(base.max_retries),
            max_retry_after: self.max_retry_after.unwrap_or(base.max_retry_after).min(LONGEST),
            max_backoff: self.max_backoff.unwrap_or(base.max_backoff).min(LONGEST),
        })
    }

    /// The first option given here that belongs to the connection or the identity of a client.
    pub(crate) fn fixed_option(&self) -> Option<&'static str> {
        self.given().find(|name| options::is_fixed(name))
    }

    /// The options that were given.
    fn given(&self) -> impl Iterator<Item = &'static str> + use<> {
        [
            ("base_url", self.base_url.is_some()),
            ("jwt", self.jwt.is_some()),
            ("username", self.username.is_some()),
            ("password", self.password.is_some()),
            ("client_secret", self.client_secret.is_some()),
            ("client_id", self.client_id.is_some()),
            ("client_auth", self.client_auth.is_some()),
            ("reseller_id", self.reseller_id.is_some()),
            ("api_key", self.api_key.is_some()),
            ("timeout", self.timeout.is_some()),
            ("attempt_timeout", self.attempt_timeout.is_some()),
            ("connect_timeout", self.connect_timeout.is_some()),
            ("max_retries", self.max_retries.is_some()),
            ("max_retry_after", self.max_retry_after.is_some()),
            ("max_backoff", self.max_backoff.is_some()),
            ("proxy", self.proxy.is_some()),
            ("ca_bundle", self.ca_bundle.is_some()),
            ("client_cert", self.client_cert.is_some()),
            ("verify", self.verify.is_some()),
            ("trust_env", self.trust_env.is_some()),
            ("allow_http", self.allow_http.is_some()),
            ("app_info", self.app_info.is_some()),
            ("max_body_bytes", self.max_body_bytes.is_some()),
            ("pool_idle_timeout", self.pool_idle_timeout.is_some()),
            ("pool_max_idle", self.pool_max_idle.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
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
                // Not shown: arguments get mixed up, and the next one may be a token.
                let given = format!("a text of {} characters", app.chars().count());
                return Err(Error::argument("app_info", &given, "must be visible ASCII text"));
            }
            options.user_agent = format!("{} {}", options.user_agent, app.trim());
        }
        Ok(options)
    }
}

fn pem(said: &str) -> Pem {
    if transport::is_pem_text(said) { Pem::Bytes(said.as_bytes().to_vec()) } else { Pem::File(said.into()) }
}

/// The variable that says where a service is, and where it is without it.
fn address(service: Service) -> (&'static str, Option<&'static str>) {
    match service {
        Service::NCentral => ("NCENTRAL_URL", None),
        Service::Cloudmore => ("CLOUDMORE_URL", Some("https://api.cloudmore.com")),
        Service::Wiv => ("WIV_URL", Some("https://api.wiv.ai")),
    }
}

fn missing(option: &str, variable: &str, what: &str) -> Error {
    Error::required(option, &format!("{what}, as an argument or in {variable}"))
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
