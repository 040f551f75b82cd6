//! `NO_PROXY`: which servers are reached without the proxy, as curl and Go read it.

use std::net::IpAddr;

use url::{Host, Url};

/// The servers that a list names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct NoProxy(Vec<Entry>);

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    servers: Servers,
    /// Any, where none is named.
    port: Option<u16>,
}

#[derive(Debug, PartialEq, Eq)]
enum Servers {
    All,
    /// The addresses whose first bits are those of this one.
    Net(IpAddr, u8),
    /// A domain and its subdomains; `itself` is false for `*.example.com`.
    Domain {
        name: String,
        itself: bool,
    },
}

impl NoProxy {
    /// Reads a list, and returns invalid entries, which never match.
    pub(super) fn read(list: &str) -> (Self, Vec<String>) {
        let (mut entries, mut unread) = (Vec::new(), Vec::new());
        for text in list.split(|c: char| c == ',' || c.is_whitespace()) {
            let text = text.trim_matches(['"', '\'']);
            match (text.is_empty(), entry(&text.to_ascii_lowercase())) {
                (true, _) => {}
                (false, Some(entry)) => entries.push(entry),
                (false, None) => unread.push(text.to_owned()),
            }
        }
        (Self(entries), unread)
    }

    pub(super) fn names(&self, url: &Url) -> bool {
        let (Some(host), port) = (url.host(), url.port_or_known_default()) else { return false };
        self.0.iter().any(|entry| (entry.port.is_none() || entry.port == port) && entry.servers.hold(&host))
    }
}

impl Servers {
    fn hold(&self, host: &Host<&str>) -> bool {
        match (self, host) {
            (Self::All, _) => true,
            (Self::Net(net, bits), Host::Ipv4(address)) => within(*net, *bits, IpAddr::V4(*address)),
            (Self::Net(net, bits), Host::Ipv6(address)) => within(*net, *bits, IpAddr::V6(*address)),
            (Self::Domain { name, itself }, Host::Domain(host)) => {
                let host = host.trim_end_matches('.').to_ascii_lowercase();
                let before = host.strip_suffix(name.as_str());
                before.is_some_and(|before| if before.is_empty() { *itself } else { before.ends_with('.') })
            }
            _ => false,
        }
    }
}

fn entry(text: &str) -> Option<Entry> {
    if text == "*" {
        return Some(Entry { servers: Servers::All, port: None });
    }
    if let Some((address, bits)) = text.split_once('/') {
        let address: IpAddr = bare(address).parse().ok()?;
        let bits: u8 = bits.parse().ok().filter(|bits| *bits <= width(address))?;
        return Some(Entry { servers: Servers::Net(address, bits), port: None });
    }
    if let Ok(address) = bare(text).parse::<IpAddr>() {
        return Some(Entry { servers: Servers::Net(address, width(address)), port: None });
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (text, None),
    };
    if let Ok(address) = bare(host).parse::<IpAddr>() {
        return Some(Entry { servers: Servers::Net(address, width(address)), port });
    }
    let itself = !host.starts_with("*.");
    let name = host.trim_start_matches("*.").trim_start_matches('.').trim_end_matches('.');
    let is_name = !name.is_empty() && !name.contains(['*', '/', ':', '[', ']', '@', '<', '>']);
    is_name.then(|| Entry { servers: Servers::Domain { name: name.to_owned(), itself }, port })
}

/// An address without the brackets of IPv6.
fn bare(text: &str) -> &str {
    text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text)
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn within(net: IpAddr, bits: u8, address: IpAddr) -> bool {
    let left = |all: u8| u32::from(all - bits.min(all));
    match (net, address, address.to_canonical()) {
        (IpAddr::V4(net), _, IpAddr::V4(address)) => {
            (u32::from(net) ^ u32::from(address)).checked_shr(left(32)).unwrap_or(0) == 0
        }
        (IpAddr::V6(net), IpAddr::V6(address), _) => {
            (u128::from(net) ^ u128::from(address)).checked_shr(left(128)).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &str, url: &str) -> bool {
        NoProxy::read(list).0.names(&Url::parse(url).unwrap())
    }

    /// The rules of <https://curl.se/docs/manpage.html#--noproxy> and <https://pkg.go.dev/golang.org/x/net/http/httpproxy>.
    #[test]
    fn lists_are_read_as_curl_and_go_read_them() {
        let table = [
            ("example.com", "https://example.com/", true),
            ("example.com", "https://www.example.com/", true),
            ("example.com", "https://notexample.com/", false),
            ("example.com", "https://example.com.evil.net/", false),
            ("EXAMPLE.com", "https://Example.COM/", true),
            (".example.com", "https://www.example.com/", true),
            (".example.com", "https://example.com/", true),
            ("*.example.com", "https://www.example.com/", true),
            ("*.example.com", "https://example.com/", false),
            ("example.com.", "https://example.com/", true),
            ("example.com", "https://example.com./", true),
            ("www.example.com", "https://example.com/", false),
            ("example.com:8443", "https://example.com:8443/", true),
            ("example.com:8443", "https://www.example.com:8443/", true),
            ("example.com:8443", "https://example.com/", false),
            ("example.com:443", "https://example.com/", true),
            ("example.com:80", "https://example.com/", false),
            ("localhost", "http://localhost:8080/", true),
            ("localhost", "http://127.0.0.1/", false),
            ("*", "https://example.com/", true),
            ("a.net, *", "https://[::1]/", true),
            ("exam*", "https://example.com/", false),
            ("a.net,,  example.com ,", "https://example.com/", true),
            ("a.net example.com", "https://example.com/", true),
            ("a.net\texample.com\r\n", "https://example.com/", true),
            ("\"a.net,example.com\"", "https://example.com/", true),
            ("", "https://example.com/", false),
            (" , ,", "https://example.com/", false),
            ("192.0.2.7", "https://192.0.2.7/", true),
            ("192.0.2.7", "https://192.0.2.70/", false),
            ("192.0.2.7:8443", "https://192.0.2.7:8443/", true),
            ("192.0.2.7:8443", "https://192.0.2.7/", false),
            ("192.0.2.0/24", "https://192.0.2.200/", true),
            ("192.0.2.0/24", "https://192.0.3.1/", false),
            ("192.0.2.77/24", "https://192.0.2.1/", true),
            ("0.0.0.0/0", "https://192.0.3.1/", true),
            ("0.0.0.0/0", "https://[2001:db8::1]/", false),
            ("192.0.2.0/33", "https://192.0.2.1/", false),
            ("192.0.2.0/24", "https://x192.0.2.1.example/", false),
            ("::1", "https://[::1]/", true),
            ("[::1]", "https://[::1]/", true),
            ("[::1]:8443", "https://[::1]:8443/", true),
            ("[::1]:8443", "https://[::1]/", false),
            ("2001:db8::/32", "https://[2001:db8:1::5]/", true),
            ("[2001:db8::]/32", "https://[2001:db8:1::5]/", true),
            ("2001:db8::/32", "https://[2001:db9::5]/", false),
            ("::/0", "https://[2001:db9::5]/", true),
            ("192.0.2.0/24", "https://[::ffff:192.0.2.1]/", true),
            ("127.0.0.1:8080", "http://127.0.0.1:8080/api", true),
        ];
        for (list, url, expected) in table {
            assert_eq!(names(list, url), expected, "{list:?} for {url}");
        }
    }

    #[test]
    fn invalid_entries_are_reported() {
        let (list, unread) = NoProxy::read("192.0.2.0/33,example.com:http,http://a.net,<local>,good.net");
        assert_eq!(unread, ["192.0.2.0/33", "example.com:http", "http://a.net", "<local>"]);
        assert!(list.names(&Url::parse("https://good.net").unwrap()));
    }
}
