//! Secrets: values that never show in `Debug`, errors or logs. Out of text that comes from elsewhere the
//! [`Redactor`](crate::base::redact::Redactor) takes them.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, header};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What stands wherever a secret would have shown.
pub(crate) const MASK: &str = "***";

/// A value that is never shown: `Debug` prints `***`. [`Secret::reveal`] gives the text.
///
/// Serialising a secret writes its text, because that is how it travels to the server.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&String> for Secret {
    fn from(text: &String) -> Self {
        Self::new(text.as_str())
    }
}

impl From<&Secret> for Secret {
    fn from(secret: &Secret) -> Self {
        secret.clone()
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// Headers of a response that are credentials, whatever they hold: nothing that is handed out has them.
pub(crate) fn take_out(headers: &mut HeaderMap) {
    for name in [header::SET_COOKIE, HeaderName::from_static("set-cookie2"), header::AUTHORIZATION] {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_text() {
        assert_eq!(format!("{:?}", Secret::from("hunter22")), "***");
    }
}
