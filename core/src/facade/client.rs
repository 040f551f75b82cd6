//! The clients for Rust, and their builder.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::base::error::Result;
use crate::engine::config::Config;
use crate::engine::core::Core;
use crate::engine::hooks::{Hooks, RequestEvent, ResponseEvent, RetryEvent};
use crate::facade::call_builder::{Call, CallSpec, Items, List, Partition, RawList, RawRequest};
use crate::facade::model::FromResponse;
use crate::table::Service;
use crate::wire::transport::Transport;

/// A client of one service, async or blocking. Both have the same resources, whose methods return the client's types.
pub trait Client: Sized + sealed::Sealed {
    /// A call that is ready to be sent: [`Call`](crate::Call), or [`blocking::Call`](crate::blocking::Call).
    type Call<'c, T: FromResponse>
    where
        Self: 'c;

    /// A list that is ready to be read: [`List`](crate::List), or [`blocking::List`](crate::blocking::List).
    type List<'c, T: FromResponse>
    where
        Self: 'c;

    /// Its service.
    const SERVICE: Service;
}

pub(crate) mod sealed {
    use super::Client;
    use crate::facade::call_builder::CallSpec;
    use crate::facade::model::FromResponse;

    pub trait Sealed {
        fn from_core(core: crate::engine::core::Core) -> crate::base::error::Result<Self>
        where
            Self: Sized;

        fn call<T: FromResponse>(&self, spec: CallSpec) -> <Self as Client>::Call<'_, T>
        where
            Self: Client;

        fn list<T: FromResponse>(&self, spec: CallSpec) -> <Self as Client>::List<'_, T>
        where
            Self: Client;
    }
}

/// A resource: a group of operations under one name of a service's clients.
macro_rules! resource {
    ($(#[$meta:meta])* pub struct $Name:ident as $name:ident of $Client:ident) => {
        $(#[$meta])*
        #[doc = ""]
        #[doc = concat!("Available as `client.", stringify!($name), "()`. Await what its methods return. Of a blocking ")]
        #[doc = concat!("client, `", stringify!($Name), "<'_, blocking::", stringify!($Client), ">`, calls are sent by ")]
        #[doc = "`.send()` and lists are iterators."]
        pub struct $Name<'c, C = $crate::$Client> {
            client: &'c C,
        }

        impl<C> Copy for $Name<'_, C> {}

        impl<C> Clone for $Name<'_, C> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<C: std::fmt::Debug> std::fmt::Debug for $Name<'_, C> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($Name)).field("client", self.client).finish()
            }
        }

        impl $crate::$Client {
            $(#[$meta])*
            pub fn $name(&self) -> $Name<'_> {
                $Name { client: self }
            }
        }

        impl $crate::blocking::$Client {
            $(#[$meta])*
            pub fn $name(&self) -> $Name<'_, Self> {
                $Name { client: self }
            }
        }
    };
}
pub(crate) use resource;

/// Makes a client. Options that are not set come from the environment, then from the defaults.
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
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) that names the missing or invalid option.
    pub fn build(self) -> Result<C> {
        C::from_core(Core::build(C::SERVICE, &self.config, self.hooks, self.transport)?)
    }

    /// Sets the whole configuration, and replaces what was set so far.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
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

    /// Another transport, for tests; connection options then have no effect.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    pub(crate) fn edit(mut self, edit: impl FnOnce(&mut Config)) -> Self {
        edit(&mut self.config);
        self
    }
}

/// The methods of every client, by path to its core.
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

        /// The state of each endpoint's limit.
        pub fn limits(&self) -> Vec<$crate::LimitStatus> {
            self.$($core)+.limits()
        }

        /// Refuses further calls. Requests in flight finish; a call that waits for a slot, a token or another attempt fails
        /// with [`Closed`](crate::ErrorKind::Closed).
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

            fn call<T: FromResponse>(&self, spec: CallSpec) -> Call<'_, T> {
                Call::new(&self.core, spec)
            }

            fn list<T: FromResponse>(&self, spec: CallSpec) -> List<'_, T> {
                List::new(&self.core, spec)
            }
        }

        impl Client for $Name {
            type Call<'c, T: FromResponse> = Call<'c, T>;
            type List<'c, T: FromResponse> = List<'c, T>;

            const SERVICE: Service = Service::$Name;
        }

        impl $Name {
            client_methods!(core);

            /// A request to an endpoint that mspkit does not have, with credentials, limits and retries.
            pub fn request(&self, method: &str, path: &str) -> RawRequest<'_> {
                RawRequest::new(&self.core, method, path)
            }

            /// A list that mspkit does not have, read page by page like the service's other lists. The method is GET, or POST
            /// for searches; requests are repeated like reads.
            pub fn paginate(&self, method: &str, path: &str) -> RawList<'_> {
                RawList::new(&self.core, method, path)
            }

            /// Reads a partition of a list; nothing is sent yet.
            ///
            /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) is the first item if the partition is one of another
            /// server.
            pub fn read_partition<T: FromResponse>(&self, partition: &Partition<T>) -> Items<T> {
                partition.items(&self.core)
            }

            /// The client without typed methods, for crates that are built upon it; both share connections, tokens and
            /// limits.
            pub fn core(&self) -> &Core {
                &self.core
            }

            fn with_core(&self, core: Core) -> Self {
                Self { core }
            }
        }
    };
}

client! {
    /// N-able N-central: organization units, devices, users, scheduled tasks and PSA tickets of one server.
    ///
    /// Its tokens are obtained and renewed automatically. Cheap to clone.
    NCentral
}

client! {
    /// Cloudmore: organizations, their services, subscriptions and bills, and what a seller offers.
    ///
    /// Its token is obtained and renewed automatically. Cheap to clone.
    Cloudmore
}

client! {
    /// Wiv: MSP customers, cases and workflows. Cheap to clone.
    Wiv
}
