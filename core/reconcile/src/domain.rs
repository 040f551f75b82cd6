//! The domain of an address, a host or an e-mail address.

use std::net::IpAddr;

use url::Url;

/// Domains of public mail services, one a line.
const PUBLIC_MAIL: &str = include_str!("public_mail.txt");

/// The domain in lower case and ASCII (punycode), without `www.`; `None` if there is none that belongs to someone: no
/// domain, an IP address, or a public mail service.
pub(crate) fn domain(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("mailto:");
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = Url::parse(&format!("http://{rest}")).ok()?.host_str()?.trim_end_matches('.').to_owned();
    let host = host.strip_prefix("www.").map_or_else(|| host.clone(), str::to_owned);
    let is_domain = host.contains('.') && !host.starts_with('.') && host.parse::<IpAddr>().is_err();
    (is_domain && !PUBLIC_MAIL.lines().any(|line| line == host)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_domain_is_read() {
        for text in [
            "contoso.com",
            "CONTOSO.COM",
            " www.contoso.com ",
            "https://www.contoso.com/about?from=mail#top",
            "http://contoso.com:8080",
            "//contoso.com".trim_start_matches('/'),
            "contoso.com.",
            "ada@contoso.com",
            "mailto:ada@contoso.com",
            "Contoso.com/path@x",
        ] {
            assert_eq!(domain(text).as_deref(), Some("contoso.com"), "{text}");
        }
        assert_eq!(domain("https://müller.example/").as_deref(), Some("xn--mller-kva.example"));
        assert_eq!(domain("XN--MLLER-KVA.example").as_deref(), Some("xn--mller-kva.example"));
        assert_eq!(domain("mail.contoso.com").as_deref(), Some("mail.contoso.com"));
    }

    #[test]
    fn what_identifies_nobody_is_no_domain() {
        for text in [
            "",
            " ",
            "contoso",
            "localhost",
            "10.0.0.1",
            "[::1]",
            "ada@gmail.com",
            "outlook.com",
            "a b.com",
            "@",
            "http://",
        ] {
            assert_eq!(domain(text), None, "{text}");
        }
    }

    #[test]
    fn the_list_of_mail_services_is_sorted_and_in_lower_case() {
        let lines: Vec<_> = PUBLIC_MAIL.lines().collect();
        assert!(lines.is_sorted() && lines.len() > 50);
        assert!(lines.iter().all(|line| line.contains('.') && *line == line.to_lowercase().trim()));
    }
}
