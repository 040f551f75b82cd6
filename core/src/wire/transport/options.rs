//! The options of the transport; [`Http`](super::Http) interprets them.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::table::options::defaults;

/// Certificates or keys in PEM form.
///
/// `Debug` shows the path or the number of bytes, never the text: it may be a private key.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Pem {
    /// A file that is read when the client is made.
    File(PathBuf),
    /// The text itself.
    Bytes(Vec<u8>),
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
        }
    }
}

/// How [`Http`](super::Http) reaches the network.
///
/// Start from [`Default`] and change what differs.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportOptions {
    /// The proxy for all requests, `http[s]://[user:password@]host[:port]`, instead of the environment's proxies.
    pub proxy: Option<String>,
    /// Certificate authorities to trust besides those of the platform.
    pub ca_bundle: Option<Pem>,
    /// The certificate to present when a server asks for one: its chain, then its private key.
    pub client_cert: Option<Pem>,
    /// Whether the server's certificate is checked. Without that, anyone on the network path can read and change everything.
    pub verify: bool,
    /// Whether the proxies of the environment and of the platform are used (`HTTPS_PROXY`, `NO_PROXY` …). `SSL_CERT_FILE`
    /// and `SSL_CERT_DIR` set the platform's authorities and are used in any case.
    pub trust_env: bool,
    /// Whether unencrypted requests over `http` may go to the proxies of the environment, which can read all of them.
    pub allow_http: bool,
    /// How long name lookup, TCP, proxy and TLS together may take.
    pub connect_timeout: Duration,
    /// How long a connection may wait for its next request.
    pub pool_idle_timeout: Duration,
    /// How many connections may wait for each host.
    pub pool_max_idle: usize,
    /// The largest response body in bytes, decompressed.
    pub max_body_bytes: usize,
    /// The `User-Agent` of requests that carry none.
    pub user_agent: String,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            proxy: None,
            ca_bundle: None,
            client_cert: None,
            verify: defaults::VERIFY,
            trust_env: defaults::TRUST_ENV,
            allow_http: defaults::ALLOW_HTTP,
            connect_timeout: defaults::CONNECT_TIMEOUT,
            // Some servers close idle connections after 5 s; a request sent at that moment cannot always be resent.
            pool_idle_timeout: defaults::POOL_IDLE_TIMEOUT,
            pool_max_idle: defaults::POOL_MAX_IDLE,
            max_body_bytes: defaults::MAX_BODY_BYTES,
            user_agent: concat!("mspkit/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

impl fmt::Debug for TransportOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportOptions")
            .field("proxy", &self.proxy.as_ref().map(|_| "set"))
            .field("ca_bundle", &self.ca_bundle)
            .field("client_cert", &self.client_cert)
            .field("verify", &self.verify)
            .field("trust_env", &self.trust_env)
            .field("allow_http", &self.allow_http)
            .field("connect_timeout", &self.connect_timeout)
            .field("pool_idle_timeout", &self.pool_idle_timeout)
            .field("pool_max_idle", &self.pool_max_idle)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("user_agent", &self.user_agent)
            .finish()
    }
}

/// An option that [`Http`](super::Http) cannot use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionsError {
    /// The field of [`TransportOptions`] that is wrong, or the variable of the environment.
    pub option: &'static str,
    /// What is wrong with it, and with which file.
    pub reason: String,
}

impl OptionsError {
    pub(super) fn new(option: &'static str, reason: impl fmt::Display) -> Self {
        Self { option, reason: reason.to_string() }
    }
}

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.option, self.reason)
    }
}

impl std::error::Error for OptionsError {}
