//! Proxies: the settings of options, environment and platform, and which requests use which proxy.
//!
//! Invalid settings are errors: requests must not bypass a proxy because of a stray quotation mark.

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

use ::http::{HeaderValue, Uri};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use url::Url;

use super::no_proxy::NoProxy;
use super::{OptionsError, TransportOptions};

/// The variables of the environment for `https` and for `http`, the first one that is set first.
///
/// `HTTP_PROXY` is ignored in CGI programs, where it may come from a header of an incoming request.
pub(crate) fn variables(secure: bool, in_cgi: bool) -> impl Iterator<Item = &'static str> {
    let own: &[&str] = match (secure, in_cgi) {
        (true, _) => &["HTTPS_PROXY", "https_proxy"],
        (false, false) => &["HTTP_PROXY", "http_proxy"],
        (false, true) => &["http_proxy"],
    };
    own.iter().copied().chain(["ALL_PROXY", "all_proxy"])
}

/// The value of a variable or option without surrounding blanks, line breaks and quotes from files and shells.
pub(crate) fn trimmed(value: &str) -> &str {
    let blank =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '\u{feff}' | '\u{200b}');
    value.trim_matches(blank)
}

/// One proxy.
#[derive(Clone)]
pub(super) struct Proxy {
    /// Without credentials.
    pub(super) address: Url,
    pub(super) authorization: Option<HeaderValue>,
    /// The parts that no message may show.
    pub(super) secrets: Vec<String>,
    /// Host and port, for messages.
    pub(super) shown: Arc<str>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl Proxy {
    /// Reads `http[s]://[user:password@]host[:port]`, where the scheme may be missing. `option` is its name in errors.
    fn read(option: &'static str, value: &str) -> Result<Self, OptionsError> {
        // Never repeats the value, which may hold a password.
        let refused = || {
            let reason = "is not the address of a proxy, http[s]://[user:password@]host[:port]; special characters of \
                          user and password are percent-encoded";
            OptionsError::new(option, reason)
        };
        let value = trimmed(value);
        if value.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(refused());
        }
        let full = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let mut address = Url::parse(&full).map_err(|_| refused())?;
        if !matches!(address.scheme(), "http" | "https") {
            return Err(OptionsError::new(
                option,
                "must begin with http:// or https://; SOCKS is not supported",
            ));
        }
        let bare =
            matches!(address.path(), "" | "/") && address.query().is_none() && address.fragment().is_none();
        // reqwest would bypass a proxy whose address is not a valid URI.
        if !bare || address.port() == Some(0) || address.as_str().parse::<Uri>().is_err() {
            return Err(refused());
        }
        let mut secrets = Vec::new();
        let mut authorization = None;
        if !address.username().is_empty() || address.password().is_some() {
            let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            let (user, password) = (plain(address.username()), plain(address.password().unwrap_or_default()));
            let token = BASE64_STANDARD.encode(format!("{user}:{password}"));
            let mut value = HeaderValue::from_str(&format!("Basic {token}")).map_err(|_| refused())?;
            value.set_sensitive(true);
            authorization = Some(value);
            secrets = vec![token, address.password().unwrap_or_default().to_owned(), password];
            secrets.retain(|secret| !secret.is_empty());
            address.set_username("").and_then(|()| address.set_password(None)).map_err(|()| refused())?;
        }
        Ok(Self { shown: super::error::authority(&address).into(), address, authorization, secrets })
    }
}

/// Which requests go through which proxy.
#[derive(Debug, Default)]
pub(super) struct Routes {
    /// For unencrypted requests.
    pub(super) plain: Option<Proxy>,
    /// For requests over TLS.
    pub(super) secure: Option<Proxy>,
    except: NoProxy,
    #[cfg(any(windows, target_os = "macos"))]
    platform: platform::Exceptions,
}

impl Routes {
    /// The routes of options and environment.
    ///
    /// A proxy can read unencrypted requests, including credentials, so these only use proxies of the environment if that
    /// is allowed.
    pub(super) fn new(
        options: &TransportOptions,
        env: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Self, OptionsError> {
        if let Some(value) = &options.proxy {
            let proxy = Proxy::read("proxy", value)?;
            return Ok(Self { plain: Some(proxy.clone()), secure: Some(proxy), ..Self::default() });
        }
        if !options.trust_env {
            return Ok(Self::default());
        }
        let in_cgi = env("REQUEST_METHOD").is_some();
        let find = |secure| {
            let set = variables(secure, in_cgi).find_map(|name| Some((name, text(name, env).transpose()?)));
            set.map(|(name, value)| Proxy::read(name, &value?)).transpose()
        };
        let mut routes = Self {
            secure: find(true)?,
            plain: if options.allow_http { find(false)? } else { None },
            except: no_proxy(env),
            #[cfg(any(windows, target_os = "macos"))]
            platform: platform::Exceptions::default(),
        };
        routes.ask_the_platform(options, env);
        Ok(routes)
    }

    /// The proxy that a request goes through.
    pub(super) fn of(&self, url: &Url) -> Option<&Proxy> {
        let proxy = if url.scheme() == "https" { self.secure.as_ref() } else { self.plain.as_ref() }?;
        if self.except.names(url) {
            return None;
        }
        #[cfg(any(windows, target_os = "macos"))]
        if self.platform.names(url) {
            return None;
        }
        Some(proxy)
    }

    #[cfg(not(any(windows, target_os = "macos")))]
    #[allow(clippy::unused_self, reason = "only some platforms have settings of their own")]
    fn ask_the_platform(&mut self, _: &TransportOptions, _: &dyn Fn(&str) -> Option<OsString>) {}

    /// Uses the settings of the machine if the environment has none.
    #[cfg(any(windows, target_os = "macos"))]
    fn ask_the_platform(&mut self, options: &TransportOptions, env: &dyn Fn(&str) -> Option<OsString>) {
        let value = |secure| variables(secure, false).any(|name| matches!(text(name, env), Ok(Some(_))));
        if value(true) || value(false) {
            return;
        }
        let (secure, plain, exceptions) = platform::read();
        self.secure = secure;
        self.plain = plain.filter(|_| options.allow_http);
        self.platform = exceptions;
    }
}

/// The text of a variable; one that is blank counts as not set.
fn text(name: &'static str, env: &dyn Fn(&str) -> Option<OsString>) -> Result<Option<String>, OptionsError> {
    let Some(value) = env(name) else { return Ok(None) };
    let value = value.into_string().map_err(|_| OptionsError::new(name, "is not text"))?;
    Ok((!trimmed(&value).is_empty()).then_some(value))
}

fn no_proxy(env: &dyn Fn(&str) -> Option<OsString>) -> NoProxy {
    let value = ["NO_PROXY", "no_proxy"]
        .into_iter()
        .filter_map(env)
        .map(|value| value.to_string_lossy().into_owned());
    let value = value.into_iter().find(|value| !trimmed(value).is_empty()).unwrap_or_default();
    let (list, unread) = NoProxy::read(&value);
    if !unread.is_empty() {
        tracing::warn!(entries = unread.join(", "), "ignored invalid entries of NO_PROXY");
    }
    list
}

#[cfg(any(windows, target_os = "macos"))]
mod platform {
    //! The proxies in the settings of Windows and macOS.

    use std::fmt;

    use ::http::Uri;
    use hyper_util::client::proxy::matcher::{Intercept, Matcher};
    use url::Url;

    use super::Proxy;

    /// The servers that the platform's settings leave out.
    #[derive(Default)]
    pub(super) struct Exceptions(Option<Matcher>);

    impl Exceptions {
        pub(super) fn names(&self, url: &Url) -> bool {
            let uri = url.as_str().parse::<Uri>().ok();
            self.0.as_ref().zip(uri).is_some_and(|(matcher, uri)| matcher.intercept(&uri).is_none())
        }
    }

    impl fmt::Debug for Exceptions {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(if self.0.is_some() { "those of the platform" } else { "none" })
        }
    }

    pub(super) fn read() -> (Option<Proxy>, Option<Proxy>, Exceptions) {
        let matcher = Matcher::from_system();
        let found =
            |any: &'static str| matcher.intercept(&Uri::from_static(any)).and_then(|found| proxy(&found));
        let (secure, plain) = (found("https://any.invalid/"), found("http://any.invalid/"));
        (secure, plain, Exceptions(Some(matcher)))
    }

    fn proxy(found: &Intercept) -> Option<Proxy> {
        let mut proxy = Proxy::read("proxy", &found.uri().to_string()).ok()?;
        proxy.authorization = found.basic_auth().cloned();
        Some(proxy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(allow_http: bool, variables: &[(&str, &str)]) -> Result<Routes, OptionsError> {
        let options = TransportOptions { allow_http, ..TransportOptions::default() };
        Routes::new(&options, &|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        })
    }

    fn shown(routes: &Routes, url: &str) -> Option<String> {
        routes.of(&Url::parse(url).unwrap()).map(|proxy| proxy.shown.to_string())
    }

    #[test]
    fn variables_are_trimmed() {
        for form in ["{}", " {}", "{}\n", "\"{}\"", "'{}'", "\t\"{}\" \r\n", "\u{feff}{}"] {
            for address in
                ["http://proxy:3128", "proxy:3128", "HTTP://proxy:3128/", "https://me:p%40ss@proxy:3128"]
            {
                let routes = routes(true, &[("HTTPS_PROXY", &form.replace("{}", address))]).unwrap();
                assert_eq!(
                    shown(&routes, "https://a.net/").as_deref(),
                    Some("proxy:3128"),
                    "{form:?} {address}"
                );
            }
        }
    }

    #[test]
    fn invalid_addresses_are_refused_by_name() {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            for value in [
                "http://me:hidden@",
                "me:hidden",
                "http//me:hidden@proxy",
                "http://me:hid den@proxy",
                "http://me:hid\nden@proxy:1",
                "http://me:hid/den@proxy",
                "http://me:hid#den@proxy",
                "http://proxy:0",
                "http://proxy:99999",
                "http://wpad/hidden.pac",
                "socks5://me:hidden@proxy",
                "\"http://me:hidden@pro\"xy",
                "://hidden",
            ] {
                let error = routes(false, &[(name, value)]).unwrap_err();
                assert_eq!(error.option, name, "{value}");
                assert!(!error.to_string().contains("hid"), "{error}");
            }
        }
    }

    #[test]
    fn variables_have_the_usual_precedence() {
        let both = [("HTTP_PROXY", "plain:1"), ("https_proxy", "secure:2"), ("ALL_PROXY", "all:3")];
        let both = routes(true, &both).unwrap();
        assert_eq!(shown(&both, "http://a.net").as_deref(), Some("plain:1"));
        assert_eq!(shown(&both, "https://a.net").as_deref(), Some("secure:2"));
        let all = routes(true, &[("HTTP_PROXY", " "), ("all_proxy", "all:3")]).unwrap();
        assert_eq!(shown(&all, "http://a.net").as_deref(), Some("all:3"));
        assert_eq!(shown(&all, "https://a.net").as_deref(), Some("all:3"));
        // Unused variables are not checked.
        let unused =
            [("HTTPS_PROXY", "secure:2"), ("HTTP_PROXY", "plain:1"), ("ALL_PROXY", "socks5://all:3")];
        assert!(routes(true, &unused).is_ok());
        assert!(routes(false, &[("HTTP_PROXY", "socks5://plain:1")]).is_ok());
    }

    #[test]
    fn unencrypted_requests_use_the_environments_proxies_only_where_allowed() {
        let set = [("HTTP_PROXY", "plain:1"), ("ALL_PROXY", "all:3")];
        for url in ["http://127.0.0.1:8080/", "http://localhost/", "http://a.net/"] {
            assert_eq!(shown(&routes(false, &set).unwrap(), url), None, "{url}");
            assert_eq!(shown(&routes(true, &set).unwrap(), url).as_deref(), Some("plain:1"), "{url}");
        }
        assert_eq!(shown(&routes(false, &set).unwrap(), "https://a.net/").as_deref(), Some("all:3"));
    }

    #[test]
    fn a_header_of_an_incoming_request_is_no_proxy() {
        let set = [("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "evil:1"), ("HTTPS_PROXY", "secure:2")];
        let set = routes(true, &set).unwrap();
        assert_eq!(shown(&set, "http://a.net/"), None);
        assert_eq!(shown(&set, "https://a.net/").as_deref(), Some("secure:2"));
        let lower = routes(true, &[("REQUEST_METHOD", "GET"), ("http_proxy", "plain:1")]).unwrap();
        assert_eq!(shown(&lower, "http://a.net/").as_deref(), Some("plain:1"));
    }

    #[test]
    fn exceptions_apply_to_the_environments_proxies() {
        let set = routes(true, &[("ALL_PROXY", "all:3"), ("no_proxy", "a.net:8443")]).unwrap();
        assert_eq!(shown(&set, "https://a.net:8443/"), None);
        assert_eq!(shown(&set, "https://a.net/").as_deref(), Some("all:3"));
    }
}
