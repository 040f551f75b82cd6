//! Secrets: values that never show in `Debug`, errors or logs, and the redactor that takes them out of text that
//! comes from elsewhere, such as a server that echoes a password.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What stands wherever a secret would have shown.
pub(crate) const MASK: &str = "***";

/// Below this length a secret is no longer searched for in foreign text: masking each `a` would hide everything else.
const SHORTEST_REDACTED: usize = 4;

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

/// Takes known secrets out of foreign text, in the forms in which they travel.
#[derive(Clone, Default)]
pub(crate) struct Redactor {
    needles: Vec<String>,
}

impl Redactor {
    pub(crate) fn add(&mut self, secret: &Secret) {
        let text = secret.reveal();
        if text.len() < SHORTEST_REDACTED {
            return;
        }
        let escaped = escaped(text);
        // A server that quotes the JSON it got escapes what is escaped already.
        let twice = self::escaped(&escaped);
        let encoded = crate::encode::segment(text);
        let form: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        // As Python writes JSON: in ASCII. As .NET does: also what HTML could take for its own.
        let python = by_number(&escaped, |c| !c.is_ascii(), |unit| format!("\\u{unit:04x}"));
        let dotnet =
            by_number(text, |c| !c.is_ascii() || "<>&'\"+`".contains(c), |unit| format!("\\u{unit:04X}"));
        for needle in [text, &escaped, &twice, &encoded, &form, &python, &dotnet] {
            if !self.needles.iter().any(|known| known == needle) {
                self.needles.push(needle.to_owned());
            }
        }
        // Longest first: a secret that contains another is masked whole.
        self.needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
    }

    pub(crate) fn clean(&self, text: &str) -> String {
        self.needles.iter().fold(text.to_owned(), |text, needle| {
            if text.contains(needle.as_str()) { text.replace(needle.as_str(), MASK) } else { text }
        })
    }
}

/// The text as it stands between quotation marks in JSON.
fn escaped(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// The text with some of its characters written by their numbers.
fn by_number(text: &str, which: impl Fn(char) -> bool, write: impl Fn(u16) -> String) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        if which(c) {
            written.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| write(*unit)));
        } else {
            written.push(c);
        }
    }
    written
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.needles.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_text() {
        assert_eq!(format!("{:?}", Secret::from("hunter22")), "***");
    }

    #[test]
    fn redactor_masks_every_form() {
        let mut redactor = Redactor::default();
        redactor.add(&Secret::from("p\"ss w/rd"));
        for form in ["p\"ss w/rd", "p\\\"ss w/rd", "p%22ss%20w%2Frd", "p%22ss+w%2Frd"] {
            assert_eq!(redactor.clean(&format!("a {form} b")), "a *** b");
        }
    }

    #[test]
    fn redactor_masks_the_longer_secret_whole() {
        let mut redactor = Redactor::default();
        redactor.add(&Secret::from("pass"));
        redactor.add(&Secret::from("password"));
        assert_eq!(redactor.clean("my password"), "my ***");
    }
}
