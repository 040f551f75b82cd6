//! Descriptions of connection errors that users can act on, instead of the libraries' own.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription as Alert, Error as Tls};

use super::certificate;

use super::tunnel::Unreached;

/// An error and the errors that caused it.
pub(super) fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> + Clone {
    std::iter::successors(Some(error), |&cause| cause.source())
}

/// The error of TLS that an error of a connection carries.
pub(super) fn tls<'a>(cause: &'a (dyn StdError + 'static)) -> Option<&'a Tls> {
    let mut inner: &(dyn StdError + 'static) = cause;
    // A tunnel's failed handshake is wrapped once more.
    loop {
        if let Some(error) = inner.downcast_ref::<Tls>() {
            return Some(error);
        }
        inner = inner.downcast_ref::<io::Error>()?.get_ref()?;
    }
}

/// The causes of an error in one line, without repetitions.
pub(super) fn describe(error: &(dyn StdError + 'static)) -> String {
    if let Some(description) = causes(error).find_map(tls).map(of_tls) {
        let to_proxy = causes(error).find(|cause| cause.is::<Unreached>());
        return to_proxy.map_or(description.clone(), |unreached| format!("{unreached}: {description}"));
    }
    let description = causes(error).fold(String::new(), |description, cause| {
        let more = cause.to_string();
        // The clients' own messages are the same for every failure.
        if cause.is::<reqwest::Error>() || more.starts_with("client error (") || description.contains(&more) {
            description
        } else if description.is_empty() {
            more
        } else {
            format!("{description}: {more}")
        }
    });
    let description = if description.is_empty() { error.to_string() } else { description };
    match description.as_str() {
        "message head is too large" => "its head has too many or too long headers".to_owned(),
        _ => description,
    }
}

/// Describes a TLS error. The library's name for it is kept if users may search for it.
fn of_tls(error: &Tls) -> String {
    const SUPPORTED: &str =
        "this client supports TLS 1.2 and 1.3 with ECDHE and AES-GCM or ChaCha20-Poly1305";
    match error {
        Tls::InvalidMessage(_) => {
            "the server does not speak TLS; is it plain http, or another port?".to_owned()
        }
        Tls::AlertReceived(Alert::HandshakeFailure) => format!(
            "the server ended the TLS handshake (HandshakeFailure): it supports no common version or cipher, or it \
             requires a client certificate (`client_cert`); {SUPPORTED}; check what the server, or a device in front of it, allows"
        ),
        Tls::AlertReceived(Alert::ProtocolVersion | Alert::InsufficientSecurity)
        | Tls::PeerIncompatible(_) => {
            let name = match error {
                Tls::AlertReceived(alert) => format!("{alert:?}"),
                other => other.to_string(),
            };
            format!(
                "server and client support no common TLS version or cipher ({name}): {SUPPORTED}; check what the server, or a \
                 device in front of it, allows"
            )
        }
        Tls::AlertReceived(Alert::CertificateRequired) => {
            "the server requires a client certificate, see `client_cert` (CertificateRequired)".to_owned()
        }
        Tls::AlertReceived(
            alert @ (Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::DecryptError),
        ) => format!(
            "the server ended TLS with {alert:?}, which usually concerns the client certificate (`client_cert`)"
        ),
        Tls::AlertReceived(alert) => format!("the server ended TLS with {alert:?}"),
        other => certificate::describe(other).unwrap_or_else(|| other.to_string()),
    }
}
