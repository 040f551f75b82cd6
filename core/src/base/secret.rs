//! Secrets: values that never appear in `Debug`, errors or logs. The [`Redactor`](crate::base::redact::Redactor) removes
//! them from foreign text.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, header};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Replaces secrets in text.
pub(crate) const MASK: &str = "***";

/// A value that is never shown: `Debug` prints `***`. [`Secret::reveal`] returns the text.
///
/// Serialising a secret writes its text, because it has to be sent to the server.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Arc<str>);

impl Secret {
    /// A secret with this text.
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

/// Removes headers that are credentials; callers never see them.
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
