//! Credentials as users paste them: surrounded by blanks, invisible characters, quotes or `Bearer `.
//!
//! What can only be an accident is removed; invalid credentials are then refused by name before anything is sent. A password
//! is never changed. Messages never quote a credential; they have the position and the code point of the invalid character.

use crate::base::error::{Error, Result};
use crate::base::secret::Secret;
use crate::base::visible;

/// The characters that a credential consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// What follows `Bearer ` (RFC 6750): letters, digits and `-._~+/`, with `=` at the end.
    Token,
    /// Visible ASCII without blanks, as in a header.
    Key,
    /// Visible ASCII and blanks (RFC 6749); the vendor's secrets do not begin or end with a blank.
    ClientSecret,
    /// Any visible text in one line.
    Name,
    /// Anything in one line, unchanged.
    Password,
}

/// Reads the credential `name` from an argument, or from the environment variable `from`.
pub(crate) fn read(name: &str, form: Form, given: &str, from: Option<&str>) -> Result<Secret> {
    let refuse = |what: &str, given: &str| {
        let place = from.map(|variable| format!(", in {variable}")).unwrap_or_default();
        Err(Error::argument(name, &format!("{given}{place}"), what))
    };
    let text = match form {
        Form::Password => given,
        Form::Token | Form::Key => unquoted(without_scheme(unquoted(given))),
        Form::ClientSecret => unquoted(given),
        Form::Name => trimmed(given),
    };
    if text.chars().all(|c| c.is_whitespace() || may_be_trimmed(c)) {
        return refuse("must not be blank", "blank text");
    }
    let wrong = match form {
        Form::Password => wrong_in_password(text),
        form => text.chars().enumerate().find(|(_, c)| !form.allows(*c)),
    };
    match wrong {
        None => Ok(text.into()),
        Some((at, c)) => {
            let place = format!("character {} of {}", at + 1, text.chars().count());
            refuse(form.allowed(), &format!("a text with {} ({place})", named(c)))
        }
    }
}

/// A text without surrounding blanks, invisible characters, and one pair of quotes.
pub(crate) fn unquoted(text: &str) -> &str {
    const PAIRS: [(char, char); 6] = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('\u{201c}', '\u{201d}'),
        ('\u{2018}', '\u{2019}'),
        ('«', '»'),
    ];
    let text = trimmed(text);
    let inside = PAIRS.into_iter().find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    inside.map_or(text, trimmed)
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || may_be_trimmed(c))
}

fn without_scheme(text: &str) -> &str {
    const SCHEME: &str = "bearer";
    let Some((scheme, rest)) = text.split_at_checked(SCHEME.len()) else { return text };
    let alone = rest.is_empty() || rest.starts_with(char::is_whitespace);
    if alone && scheme.eq_ignore_ascii_case(SCHEME) { rest } else { text }
}

/// Including joiners: at the ends of a text there is nothing to join.
fn may_be_trimmed(c: char) -> bool {
    visible::is_hidden(c) || matches!(c, '\u{200c}' | '\u{200d}')
}

/// The first control character, or invisible character at one of the ends. Everything else may be intended.
fn wrong_in_password(text: &str) -> Option<(usize, char)> {
    let last = text.chars().count().saturating_sub(1);
    let mut letters = text.chars().enumerate();
    letters.find(|(at, c)| c.is_control() || (*at == 0 || *at == last) && may_be_trimmed(*c))
}

impl Form {
    fn allows(self, c: char) -> bool {
        match self {
            Self::Token => c.is_ascii_alphanumeric() || "-._~+/=".contains(c),
            Self::Key => c.is_ascii_graphic(),
            Self::ClientSecret => c.is_ascii_graphic() || c == ' ',
            Self::Name => !visible::is_hidden(c),
            Self::Password => true,
        }
    }

    fn allowed(self) -> &'static str {
        match self {
            Self::Token => "must be one token of letters, digits and - . _ ~ + / =",
            Self::Key => "must be ASCII letters, digits and punctuation without blanks",
            Self::ClientSecret => "must be ASCII letters, digits, punctuation and blanks",
            Self::Name => "must be one line of visible characters",
            Self::Password => "must be one line; it is sent exactly as given",
        }
    }
}

/// Describes a character, which may be invisible.
pub(crate) fn named(c: char) -> String {
    let number = format!("U+{:04X}", u32::from(c));
    match c {
        '\n' | '\r' => format!("a line break, {number}"),
        '\t' => format!("a tab, {number}"),
        ' ' => format!("a blank, {number}"),
        '\u{a0}' => format!("a no-break space, {number}"),
        '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' => format!("a quotation mark, {number}"),
        c if c.is_control() => format!("the control character {number}"),
        c if may_be_trimmed(c) => format!("the invisible character {number}"),
        c if c.is_whitespace() => format!("the blank {number}"),
        _ => format!("the character {number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.a-b_c";

    fn read_as(form: Form, given: &str) -> Result<String> {
        read("jwt", form, given, None).map(|secret| secret.reveal().to_owned())
    }

    #[test]
    fn characters_around_a_pasted_token_are_removed() {
        for (before, after) in [
            ("", ""),
            ("  ", "\r\n"),
            ("", "\u{a0}"),
            ("\u{200b}", "\u{200b}\u{200d}"),
            ("\u{feff}", ""),
            ("Bearer ", ""),
            ("bearer\u{a0} ", "\n"),
            ("\"", "\""),
            ("'Bearer ", "'"),
            ("Bearer \"", "\" "),
            ("\u{201c}", "\u{201d}"),
            ("\u{2060}\u{202a}", "\u{202c}\0"),
        ] {
            let given = format!("{before}{JWT}{after}");
            for form in [Form::Token, Form::Key] {
                assert_eq!(read_as(form, &given).unwrap(), JWT, "{given:?}");
            }
        }
        assert_eq!(
            read_as(Form::ClientSecret, " \"a b\u{200b}\"\n").unwrap(),
            "\"a b\u{200b}\"".trim_matches(['"', '\u{200b}'])
        );
        assert_eq!(read_as(Form::Name, "\u{feff} jörg@example.com\u{a0}").unwrap(), "jörg@example.com");
    }

    #[test]
    fn invalid_tokens_are_refused_by_name_without_being_shown() {
        for (given, expected) in [
            ("plantedone\u{200b}plantedtwo", "U+200B (character 11 of 21)"),
            ("planted one", "a blank, U+0020"),
            ("planted\r\none", "a line break, U+000D"),
            ("Bearer Bearer planted", "a blank, U+0020"),
            ("\"planted", "a quotation mark, U+0022 (character 1 of 8)"),
            ("plantedö", "U+00F6"),
            ("planted\u{a0}one", "a no-break space, U+00A0"),
            ("planted\u{0430}", "U+0430"),
        ] {
            let error = read_as(Form::Token, given).unwrap_err().to_string();
            assert!(error.starts_with("jwt: ") && error.contains(expected), "{given:?}: {error}");
            assert!(!error.contains("planted"), "{error}");
        }
        for blank in ["", "  ", "\u{200b}", "\"\"", "Bearer ", "\u{feff}\n"] {
            assert!(read_as(Form::Token, blank).is_err(), "{blank:?}");
        }
        let error = read("jwt", Form::Token, "a b", Some("NCENTRAL_JWT")).unwrap_err().to_string();
        assert!(error.contains("in NCENTRAL_JWT"), "{error}");
    }

    #[test]
    fn a_password_is_sent_unchanged_or_refused() {
        for good in
            [" a b ", "\"quoted\"", "Bearer x", "pass\u{a0}", "a\u{200b}b", "пароль", "می\u{200c}خواهم"]
        {
            assert_eq!(read_as(Form::Password, good).unwrap(), good);
        }
        for bad in ["planted\n", "planted\r\n", "a\tb", "a\0b", "\u{feff}planted", "planted\u{200b}", "   "] {
            let error = read_as(Form::Password, bad).unwrap_err().to_string();
            assert!(!error.contains("planted"), "{error}");
        }
    }
}
