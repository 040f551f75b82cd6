//! The regular expressions of the documents, which are those of ECMAScript.

use std::fmt;

use regress::Regex;
use serde::Deserialize;

/// A regular expression, as `pattern` has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern {
    source: String,
    compiled: Regex,
}

impl fmt::Display for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.source)
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(source: String) -> Result<Self, String> {
        // JSON Schema reads patterns by characters, not by UTF-16 units.
        match Regex::with_flags(&source, "u") {
            Ok(compiled) => Ok(Self { source, compiled }),
            Err(error) => Err(format!("the pattern {source} is not valid: {error}")),
        }
    }
}

impl Pattern {
    /// Whether it occurs in a text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.compiled.find(text).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_searched_for_by_characters_and_can_look_ahead() {
        let phone = r"^\+?(?=(?:[^0-9]*[0-9]){7,15}[^0-9]*$)[0-9(][0-9\s().-]*[0-9]$";
        for (pattern, good, bad) in [
            (phone, "+1 (613) 555-0100", "5550100a"),
            (r"\S", " b", " \t\u{2003}"),
            ("^.$", "\u{1f511}", "ab"),
        ] {
            let pattern = Pattern::try_from(pattern.to_owned()).unwrap();
            assert!(pattern.matches(good) && !pattern.matches(bad), "{pattern}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in ["(a", "a)", "a{x}", "[a"] {
            assert!(Pattern::try_from(pattern.to_owned()).is_err(), "{pattern}");
        }
    }
}
