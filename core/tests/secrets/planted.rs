//! The secrets, and the search for them.

use std::error::Error as StdError;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mspkit::Error;

/// The beginning of every secret, which the tests look for: a truncated secret counts as well.
const MARK: &str = "Plant";

pub(crate) const JWT: &str = "PlantJwt/7+a-b=";
pub(crate) const ACCESS: &str = "PlantAccess/7+\"a b";
pub(crate) const REFRESH: &str = "PlantRefresh/7+\"a b";
pub(crate) const CLOUDMORE_PASSWORD: &str = "PlantCloudmorePassword/7+\"a&b=ü";
pub(crate) const CLIENT_SECRET: &str = "PlantClientSecret/7+\"a b";
pub(crate) const API_KEY: &str = "PlantApiKey/7+\"a&b";
pub(crate) const PSA_PASSWORD: &str = "PlantPsaPassword/7+\"a\\bü";
pub(crate) const INTEGRATION_KEY: &str = "PlantIntegrationKey/7+\"a b";
pub(crate) const PROXY_PASSWORD: &str = "PlantProxyPassword%2F7";
/// Values that are not declared secret, in places that often contain secrets.
pub(crate) const ELSEWHERE: &str = "PlantElsewhere7";

/// Fails if a text contains any part of a secret.
pub(crate) fn unseen(what: &str, text: &str) {
    let forms = encoded();
    let shows = |line: &&str| line.contains(MARK) || forms.iter().any(|form| line.contains(form));
    if let Some(line) = text.lines().find(shows) {
        panic!("{what} shows a secret: {}", line.chars().take(1000).collect::<String>());
    }
}

/// Forms of the mark that must not appear.
fn encoded() -> [String; 3] {
    [
        STANDARD.encode(format!("ro.customer.client:{CLIENT_SECRET}")),
        STANDARD.encode("me:PlantProxyPassword/7"),
        // The mark as a list of bytes, which is how `Debug` shows a vector of them.
        format!("{:?}", MARK.as_bytes()).trim_matches(['[', ']']).to_owned(),
    ]
}

/// Fails if any part of an error contains a secret.
pub(crate) fn unseen_in(what: &str, error: &Error) {
    let mut text = format!("{error}\n{error:?}\n{error:#?}\n{}\n", error.message());
    writeln!(text, "{:?} {:?} {:?}", error.code(), error.field_errors(), error.server_error_id()).unwrap();
    writeln!(text, "{:?} {:?} {:?}", error.request_id(), error.resume_token(), error.operation()).unwrap();
    writeln!(text, "{:?}", error.attempts()).unwrap();
    for (name, value) in error.headers() {
        writeln!(text, "{name}: {}", String::from_utf8_lossy(value.as_bytes())).unwrap();
    }
    text.push_str(&String::from_utf8_lossy(error.body()));
    let mut cause = error.source();
    while let Some(error) = cause {
        writeln!(text, "\n{error} {error:?}").unwrap();
        cause = error.source();
    }
    unseen(what, &text);
}
