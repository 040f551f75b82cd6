//! The clients as Rust sees them, and the builder that makes them.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use crate::base::error::Result;
use crate::base::secret::Secret;
use crate::engine::config::Config;
use crate::engine::core::Core;
use crate::engine::hooks::{Hooks, RequestEvent, ResponseEvent, RetryEvent};
use crate::facade::call_builder::FreeRequest;
use crate::table::Service;
use crate::wire::transport::Transport;

/// A client of one service, async or blocking.
pub trait Client: Sized + sealed::Sealed {
    /// The service it speaks to.
    const SERVICE: Service;
}

pub(crate) mod sealed {
    pub trait Sealed {
        fn from_core(core: crate::engine::core::Core) -> crate::base::error::Result<Self>
        where
            Self: Sized;
    }
}

/// Makes a client. What is not given is taken from the environment, then from the defaults.
#[derive(Clone)]
#[must_use]
pub struct Builder<C> {
    config: Config,
    hooks: Hooks,
    transport: Option<Arc<dyn Transport>>,
    client: PhantomData<fn() -> C>,
}

impl<C> std::fmt::Debug for Builder<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("config", &self.config)
            .field("hooks", &self.hooks)
            .finish_non_exhaustive()
    }
}

impl<C: Client> Builder<C> {
    pub(crate) fn new() -> Self {
        Self { config: Config::default(), hooks: Hooks::default(), transport: None, client: PhantomData }
    }

    /// The client.
    ///
    /// # Errors
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) that names the option which is missing or wrong.
    pub fn build(self) -> Result<C> {
        C::from_core(Core::build(C::SERVICE, &self.config, self.hooks, self.transport)?)
    }

    /// Starts from a whole configuration, in place of what was set so far.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Where the service is. N-central: `NCENTRAL_URL`, always required. Cloudmore: `CLOUDMORE_URL`, or
    /// `https://api.cloudmore.com`. Wiv: `WIV_URL`, or `https://api.wiv.ai`. `https`, except to this machine.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.config.base_url = Some(Secret::from(url.into()));
        self
    }

    /// The whole call with queueing and retries; 120 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = Some(timeout);
        self
    }

    /// One attempt; 30 s.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.config.attempt_timeout = Some(timeout);
        self
    }

    /// Name lookup, TCP, proxy and TLS together; 5 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.config.connect_timeout = Some(timeout);
        self
    }

    /// Further attempts after a fault; 2.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.config.max_retries = Some(retries);
        self
    }

    /// The longest `Retry-After` that is waited for; 120 s. Above it the call fails at once.
    pub fn max_retry_after(mut self, wait: Duration) -> Self {
        self.config.max_retry_after = Some(wait);
        self
    }

    /// The longest pause that mspkit decides on by itself; 30 s. A wait that the server asks for is not shortened by it.
    pub fn max_backoff(mut self, wait: Duration) -> Self {
        self.config.max_backoff = Some(wait);
        self
    }

    /// The proxy for all requests, `http://[user:password@]host[:port]`.
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.config.proxy = Some(url.into());
        self
    }

    /// Certificate authorities to trust besides the platform's: the path of a PEM file, or PEM text.
    pub fn ca_bundle(mut self, pem: impl Into<String>) -> Self {
        self.config.ca_bundle = Some(pem.into());
        self
    }

    /// A client certificate with its key: the path of a PEM file, or PEM text.
    pub fn client_cert(mut self, pem: impl Into<Secret>) -> Self {
        self.config.client_cert = Some(pem.into());
        self
    }

    /// Whether the server's certificate is checked; true. Without it anybody on the way can read the credentials.
    pub fn verify(mut self, verify: bool) -> Self {
        self.config.verify = Some(verify);
        self
    }

    /// Whether the environment's proxies apply; true.
    pub fn trust_env(mut self, trust: bool) -> Self {
        self.config.trust_env = Some(trust);
        self
    }

    /// Whether `http` is allowed to hosts other than this one; false.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.config.allow_http = Some(allow);
        self
    }

    /// The name of the caller's program, such as `onboarding/1.4`; added to `User-Agent`.
    pub fn app_info(mut self, name: impl Into<String>) -> Self {
        self.config.app_info = Some(name.into());
        self
    }

    /// The largest answer in bytes, decompressed; 64 MiB.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.config.max_body_bytes = Some(bytes);
        self
    }

    /// How long an idle connection is kept; 4 s, since some servers close theirs after 5.
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.config.pool_idle_timeout = Some(timeout);
        self
    }

    /// How many idle connections are kept; 32.
    pub fn pool_max_idle(mut self, connections: usize) -> Self {
        self.config.pool_max_idle = Some(connections);
        self
    }

    /// Called before each attempt is sent. Hooks run on the thread that drives the call and must not block.
    pub fn on_request(mut self, hook: impl Fn(&RequestEvent<'_>) + Send + Sync + 'static) -> Self {
        self.hooks = self.hooks.on_request(hook);
        self
    }

    /// Called after each attempt.
    pub fn on_response(mut self, hook: impl Fn(&ResponseEvent<'_>) + Send + Sync + 'static) -> Self {
        self.hooks = self.hooks.on_response(hook);
        self
    }

    /// Called before each wait for another attempt.
    pub fn on_retry(mut self, hook: impl Fn(&RetryEvent<'_>) + Send + Sync + 'static) -> Self {
        self.hooks = self.hooks.on_retry(hook);
        self
    }

    /// Another way to reach servers, for tests; connection options then have no effect.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    pub(crate) fn edit(mut self, edit: impl FnOnce(&mut Config)) -> Self {
        edit(&mut self.config);
        self
    }
}

/// The options that only one service has, for its async and its blocking client.
macro_rules! credentials {
    ($client:ty: ncentral) => {
        impl Builder<$client> {
            /// The user's API token (a JWT) from N-central's user page; else `NCENTRAL_JWT`.
            pub fn jwt(self, jwt: impl Into<$crate::Secret>) -> Self {
                self.edit(|config| config.jwt = Some(jwt.into()))
            }
        }
    };
    ($client:ty: cloudmore) => {
        impl Builder<$client> {
            /// The user's name; else `CLOUDMORE_USERNAME`.
            pub fn username(self, username: impl Into<String>) -> Self {
                self.edit(|config| config.username = Some(username.into()))
            }

            /// The user's password; else `CLOUDMORE_PASSWORD`.
            pub fn password(self, password: impl Into<$crate::Secret>) -> Self {
                self.edit(|config| config.password = Some(password.into()))
            }

            /// The API secret; else `CLOUDMORE_CLIENT_SECRET`.
            pub fn client_secret(self, secret: impl Into<$crate::Secret>) -> Self {
                self.edit(|config| config.client_secret = Some(secret.into()))
            }

            /// The OAuth client; `ro.customer.client`.
            pub fn client_id(self, id: impl Into<String>) -> Self {
                self.edit(|config| config.client_id = Some(id.into()))
            }

            /// Where the client's secret travels; an `Authorization: Basic` header.
            pub fn client_auth(self, auth: $crate::ClientAuth) -> Self {
                self.edit(|config| config.client_auth = Some(auth))
            }

            /// The reseller of calls that name none; else `CLOUDMORE_RESELLER_ID`.
            pub fn reseller_id(self, id: impl Into<String>) -> Self {
                self.edit(|config| config.reseller_id = Some(id.into()))
            }
        }
    };
    ($client:ty: wiv) => {
        impl Builder<$client> {
            /// The API key; else `WIV_API_KEY`.
            pub fn api_key(self, key: impl Into<$crate::Secret>) -> Self {
                self.edit(|config| config.api_key = Some(key.into()))
            }
        }
    };
}
pub(crate) use credentials;

/// What every client has, by path to its core.
macro_rules! client_methods {
    ($($core:tt)+) => {
        /// Makes a client.
        pub fn builder() -> $crate::Builder<Self> {
            $crate::Builder::new()
        }

        /// A client made from the environment alone.
        ///
        /// # Errors
        /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) that names what is missing.
        pub fn from_env() -> $crate::Result<Self> {
            Self::builder().build()
        }

        /// The same client with other `timeout`, `attempt_timeout`, `max_retries`, `max_retry_after` or
        /// `max_backoff`; connections, tokens and limits stay shared.
        ///
        /// # Errors
        /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) for options that belong to the client itself.
        pub fn with_options(&self, options: &$crate::Config) -> $crate::Result<Self> {
            Ok(self.with_core(self.$($core)+.with_options(options)?))
        }

        /// What each endpoint's limit is doing.
        pub fn limits(&self) -> Vec<$crate::LimitStatus> {
            self.$($core)+.limits()
        }

        /// Refuses further calls. What was sent already ends by itself; a call that waits for a slot, a token or another
        /// attempt ends with [`Closed`](crate::ErrorKind::Closed).
        pub fn close(&self) {
            self.$($core)+.close();
        }
    };
}
pub(crate) use client_methods;

macro_rules! client {
    ($(#[$meta:meta])* $Name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub struct $Name {
            core: Core,
        }

        impl sealed::Sealed for $Name {
            fn from_core(core: Core) -> Result<Self> {
                Ok(Self { core })
            }
        }

        impl Client for $Name {
            const SERVICE: Service = Service::$Name;
        }

        impl $Name {
            client_methods!(core);

            /// A request to an endpoint that mspkit does not know, with credentials, limits and retries.
            pub fn request(&self, method: &str, path: &str) -> FreeRequest<'_> {
                FreeRequest::new(&self.core, method, path)
            }

            pub(crate) fn core(&self) -> &Core {
                &self.core
            }

            fn with_core(&self, core: Core) -> Self {
                Self { core }
            }
        }
    };
}

client! {
    /// N-able N-central: service organizations, customers and PSA integration of one server.
    ///
    /// Its tokens are obtained and renewed by themselves. Cheap to clone.
    NCentral
}

client! {
    /// Cloudmore: the services of organizations, and the E-Store they come from.
    ///
    /// Its token is obtained and renewed by itself. Cheap to clone.
    Cloudmore
}

client! {
    /// Wiv: MSP customers, cases and workflows. Cheap to clone.
    Wiv
}

credentials!(NCentral: ncentral);
credentials!(Cloudmore: cloudmore);
credentials!(Wiv: wiv);
