//! The base URL: credentials are only sent to the configured server, and only over an encrypted connection.

use url::{Host, Url};

use crate::base::error::{Error, Result};
use crate::base::pasted;
use crate::base::spelling::Name;
use crate::base::visible;

const EXAMPLE: &str = "must be an absolute URL such as https://ncentral.example.com";

/// The checked URL, without a trailing slash or `/api`.
///
/// Errors show only scheme, host and port: users write passwords into addresses, and swap arguments.
pub(super) fn check(text: &str, allow_http: bool) -> Result<Url> {
    let refuse = |given: &str, allowed: &str| Err(Error::argument("base_url", given, allowed));
    let text = pasted::unquoted(text);
    if text.is_empty() {
        return refuse("blank text", EXAMPLE);
    }
    // URL parsers silently remove line breaks and tabs.
    let hidden = text.chars().enumerate().find(|(_, c)| c.is_whitespace() || visible::is_hidden(*c));
    if let Some((at, c)) = hidden {
        return refuse(&format!("a text with {} (character {})", pasted::named(c), at + 1), EXAMPLE);
    }
    if text.contains('\\') {
        return refuse("a text with a backslash", EXAMPLE);
    }
    let Ok(mut url) = Url::parse(text) else {
        return refuse("text that is not a URL", EXAMPLE);
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("a URL with user or password", "must not contain credentials");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("a URL with a query or fragment", "must not contain a query or fragment");
    }
    match url.scheme() {
        "https" => {}
        "http" if allow_http || is_loopback(&url) => {}
        "http" => {
            return refuse(
                &url.origin().ascii_serialization(),
                &format!(
                    "must be https (http is only accepted for this machine, or if {} is true)",
                    Name("allow_http")
                ),
            );
        }
        scheme => {
            let known = ["file", "ftp", "ftps", "ssh", "ws", "wss"].contains(&scheme);
            let given = if known { format!("{scheme}:…") } else { "something else".to_owned() };
            return refuse(&given, "must begin with https://");
        }
    }
    if url.host().is_none() {
        return refuse("a URL without a host", "must name a host");
    }
    // Vendors document addresses that end in /api; the paths of the operations begin with it.
    let path = url.path().trim_end_matches('/').to_owned();
    let path = path.strip_suffix("/api").unwrap_or(&path).to_owned();
    url.set_path(&path);
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // Some systems look names below it up in DNS, so they may be any server.
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
