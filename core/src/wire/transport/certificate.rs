//! Certificates of servers: those that are trusted directly, and descriptions of why others are refused.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{ServerCertVerified, ServerCertVerifier as _};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, Error, RootCertStore};

/// The most names of a certificate that are shown; some have hundreds.
const MAX_NAMES: usize = 8;

/// Certificates that were given as authorities. A server that presents one of them as its own is trusted, as in OpenSSL:
/// self-signed certificates are often marked as authorities, which a server's certificate otherwise must not be.
#[derive(Debug)]
pub(super) struct Pins(Vec<CertificateDer<'static>>);

impl Pins {
    pub(super) fn new(given: Vec<CertificateDer<'static>>) -> Self {
        Self(given)
    }

    /// Whether a certificate that was refused with `refused` is trusted directly. Its dates and names are still checked.
    pub(super) fn verify(
        &self,
        shown: &CertificateDer<'_>,
        name: &ServerName<'_>,
        now: UnixTime,
        refused: Error,
        provider: &Arc<CryptoProvider>,
    ) -> Result<ServerCertVerified, Error> {
        if !self.0.iter().any(|pin| pin.as_ref() == shown.as_ref()) {
            return Err(refused);
        }
        let mut roots = RootCertStore::empty();
        roots.add(shown.clone().into_owned())?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        let Ok(verifier) = verifier.build() else { return Err(refused) };
        // Dates are checked first; the signature and the purpose do not matter for a certificate that was given.
        match verifier.verify_server_cert(shown, &[], name, &[], now) {
            Ok(trusted) => return Ok(trusted),
            Err(Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::BadSignature,
            )) => {}
            Err(error) if is_authority(&error) => {}
            Err(error) => return Err(error),
        }
        let certificate = rustls::server::ParsedCertificate::try_from(shown)?;
        rustls::client::verify_server_name(&certificate, name)?;
        Ok(ServerCertVerified::assertion())
    }
}

/// Whether a server's certificate was refused because it is marked as an authority.
fn is_authority(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(other)) = error else { return false };
    matches!(other.0.downcast_ref::<webpki::Error>(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// What a TLS error means, and what to do about it; `None` if rustls's own message is enough.
pub(super) fn describe(error: &Error) -> Option<String> {
    if is_authority(error) {
        return Some(
            "the server's certificate is marked as a certificate authority; if it is the server's own, pass it as `ca_bundle`"
                .to_owned(),
        );
    }
    let Error::InvalidCertificate(error) = error else { return None };
    if leads_to_no_authority(error) {
        return describe(&Error::InvalidCertificate(CertificateError::UnknownIssuer));
    }
    Some(match error {
        CertificateError::UnknownIssuer => "the server's certificate is from an unknown authority (UnknownIssuer); the \
             authority that signed it, or the certificate itself if it is self-signed, can be set as `ca_bundle`"
            .to_owned(),
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("the server's certificate expired on {}; it must be renewed on the server", date(*not_after))
        }
        CertificateError::Expired => "the server's certificate is expired; it must be renewed on the server".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => format!(
            "the server's certificate is not valid before {}; compare the clocks of this machine and the server",
            date(*not_before)
        ),
        CertificateError::NotValidYet => "the server's certificate is not valid yet; compare the clocks of this machine and \
             the server"
            .to_owned(),
        CertificateError::NotValidForName => "the server's certificate is not valid for the host of base_url, which must \
             use one of its names"
            .to_owned(),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let names = names(presented);
            format!("the server's certificate is not valid for {}, but for {names}; base_url must use one of its names", expected.to_str())
        }
        CertificateError::Revoked => "the server's certificate was revoked by its authority".to_owned(),
        CertificateError::BadSignature => {
            "the server could not prove that it owns its certificate, or the certificate was changed (BadSignature)".to_owned()
        }
        _ => return None,
    })
}

/// Whether Windows found no authority at the end of a chain. It has two codes for that: an authority that is sent along
/// and not trusted is `UnknownIssuer`, one that is not there is only known by the number in the message.
fn leads_to_no_authority(error: &CertificateError) -> bool {
    const CERT_E_CHAINING: &str = "(os error -2146762486)";
    matches!(error, CertificateError::Other(other) if other.0.to_string().contains(CERT_E_CHAINING))
}

/// The names that a certificate has; `presented` is how webpki writes them: `DnsName("a.example")`, `IpAddress(127.0.0.1)`.
fn names(presented: &[String]) -> String {
    if presented.is_empty() {
        return "no name at all (it has no subjectAltName)".to_owned();
    }
    let mut shown_names = String::new();
    for name in presented.iter().take(MAX_NAMES) {
        let name = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
        let separator = if shown_names.is_empty() { "" } else { ", " };
        let _ = write!(shown_names, "{separator}{}", name.trim_matches('"'));
    }
    match presented.len().saturating_sub(MAX_NAMES) {
        0 => shown_names,
        more => format!("{shown_names} and {more} more"),
    }
}

fn date(time: UnixTime) -> String {
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(time.as_secs()));
    time.filter(|time| *time < UNIX_EPOCH + Duration::from_secs(253_402_300_800))
        .map_or_else(|| "a day after the year 9999".to_owned(), httpdate::fmt_http_date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_windows_says_is_explained() {
        let described = |error| describe(&Error::InvalidCertificate(error)).unwrap();
        let chain =
            "A certificate chain could not be built to a trusted root authority. (os error -2146762486)";
        let chain = CertificateError::Other(rustls::OtherError(Arc::from(Box::from(chain))));
        assert!(described(chain).contains("ca_bundle"));
        assert!(described(CertificateError::NotValidForName).contains("base_url"));
        assert!(described(CertificateError::NotValidYet).contains("clocks"));
        let other =
            CertificateError::Other(rustls::OtherError(Arc::from(Box::from("(os error -2146762490)"))));
        assert_eq!(describe(&Error::InvalidCertificate(other)), None);
    }
}
