//! What an error of reqwest means: which fault it is, in words that show no query and no credentials.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use rustls::AlertDescription as Alert;
use url::Url;

use super::{Fault, FaultKind};

/// hyper's message for too many or too long headers; its predicate for that is compiled for servers only.
const HEAD_TOO_LARGE: &str = "message head is too large";

/// The fault behind `error`, which came from sending a request or from reading the body of its answer.
pub(super) fn fault(error: reqwest::Error, proxy: Option<&str>) -> Fault {
    let target = error.url().map(authority).unwrap_or_default();
    let error = error.without_url();
    let kind = kind(&error);
    let words = in_words(&error);
    let number = causes(&error).find_map(|cause| cause.downcast_ref::<io::Error>()?.raw_os_error());
    let system = number.map(io::Error::from_raw_os_error);
    if !error.is_connect() {
        return Fault::new(kind, Told { words, system });
    }
    let through = proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
    let hint = if kind == FaultKind::ConnectTimeout {
        " (see connect_timeout)"
    } else if words.contains("UnknownIssuer") {
        " (the authority that signed it can be given as ca_bundle)"
    } else {
        ""
    };
    let words = format!("connecting to {target}{through}: {words}{hint}");
    Fault::new(kind, Told { words, system })
}

/// A cause in words, over the system's own error where it came from one.
#[derive(Debug)]
struct Told {
    words: String,
    system: Option<io::Error>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl StdError for Told {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.system.as_ref().map(|error| error as _)
    }
}

/// Host and port, without credentials.
pub(super) fn authority(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

fn kind(error: &reqwest::Error) -> FaultKind {
    if error.is_builder() {
        return FaultKind::InvalidRequest;
    }
    if error.is_connect() {
        return if error.is_timeout() { FaultKind::ConnectTimeout } else { FaultKind::Connect };
    }
    let mut causes = causes(error);
    if causes.clone().any(refused_in_handshake) || error.is_request() && causes.clone().any(never_written) {
        return FaultKind::Connect;
    }
    // An error inside the body that is not the connection's is the decompressor's.
    if error.is_decode() && !causes.clone().any(<dyn StdError>::is::<hyper::Error>) {
        return FaultKind::Malformed;
    }
    causes.find_map(kind_of_cause).unwrap_or(FaultKind::Closed)
}

fn kind_of_cause(cause: &(dyn StdError + 'static)) -> Option<FaultKind> {
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return error.is_parse().then(|| match error.to_string().as_str() {
            HEAD_TOO_LARGE => FaultKind::TooLarge,
            _ => FaultKind::Malformed,
        });
    }
    let error = cause.downcast_ref::<io::Error>()?;
    match error.kind() {
        _ if tls(cause).is_some() => Some(FaultKind::Closed),
        // What hyper reports for a body whose chunks are no chunks.
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => Some(FaultKind::Malformed),
        _ => Some(FaultKind::Closed),
    }
}

/// Whether the connection went away before the request was handed to it.
fn never_written(cause: &(dyn StdError + 'static)) -> bool {
    cause.downcast_ref::<hyper::Error>().is_some_and(|error| error.is_canceled() || error.is_closed())
}

/// Whether a server ended TLS because of this client's certificate. Since TLS 1.3 that arrives after the handshake, when
/// a request may have been written already, but the server reads no request before it has accepted the certificate.
fn refused_in_handshake(cause: &(dyn StdError + 'static)) -> bool {
    let Some(rustls::Error::AlertReceived(alert)) = tls(cause) else { return false };
    matches!(
        alert,
        Alert::AccessDenied
            | Alert::BadCertificate
            | Alert::CertificateExpired
            | Alert::CertificateRequired
            | Alert::CertificateRevoked
            | Alert::CertificateUnknown
            | Alert::DecryptError
            | Alert::HandshakeFailure
            | Alert::UnknownCA
            | Alert::UnsupportedCertificate
    )
}

fn tls<'a>(cause: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    cause.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref()
}

/// An error and the errors that caused it.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> + Clone {
    std::iter::successors(Some(error), |&cause| cause.source())
}

/// The causes of an error as one line, saying nothing twice.
fn in_words(error: &reqwest::Error) -> String {
    let words = causes(error).fold(String::new(), |words, cause| {
        let more = cause.to_string();
        // The client says the same for every failure.
        if cause.is::<reqwest::Error>() || more.starts_with("client error (") || words.contains(&more) {
            words
        } else if words.is_empty() {
            more
        } else {
            format!("{words}: {more}")
        }
    });
    if words.is_empty() { error.to_string() } else { words }
}
