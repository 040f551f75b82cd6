//! Errors of invalid arguments: the name, the given value and what is allowed, as a sentence and as fields.

use super::{Error, ErrorKind, FieldError};
use crate::base::quote;
use crate::base::spelling::{self, Name, Phrase, Spelling};

impl Error {
    /// The error for an invalid argument: its name, the given value and what is allowed. The name is the core's, with names
    /// that the caller chose in brackets: `extra_query[page]`.
    pub(crate) fn argument(name: &str, given: &str, allowed: &str) -> Self {
        let (own, callers) = name.split_at(name.find('[').unwrap_or(name.len()));
        Self::refused(&format!("{}{callers}", Name(own)), Some(given), allowed)
    }

    /// The error for an invalid option of the connection, or environment variable (in capitals).
    pub(crate) fn setting(name: &str, reason: &str) -> Self {
        let variable = name.bytes().any(|byte| byte.is_ascii_uppercase());
        let shown = if variable { name.to_owned() } else { Name(name).to_string() };
        Self::refused(&shown, None, &spelling::with_names(reason))
    }

    /// The error for a missing argument. `what` describes it, and where else it can be set.
    pub(crate) fn required(name: &str, what: &str) -> Self {
        let name = Name(name).to_string();
        let error = Self::new(ErrorKind::InvalidRequest, format!("{name} is required: {what}"));
        error.with_argument(&name, None, what)
    }

    /// The error for an unknown name. `known` are the known names in the core's spelling, `written` is the caller's text.
    pub(crate) fn unknown(
        written: &str,
        what: &str,
        known: impl Iterator<Item = &'static str>,
        spelling: Spelling,
    ) -> Self {
        let known: Vec<_> = known.map(|name| spelling.name(name)).collect();
        let written = quote::truncated(written);
        let advice = match (spelling::meant(&written, known.iter().cloned()), known.as_slice()) {
            (Some(meant), _) => format!("; did you mean {meant}?"),
            (None, []) => String::new(),
            (None, known) => format!("; there are {}", known.join(", ")),
        };
        let allowed =
            if known.is_empty() { "none".to_owned() } else { format!("must be one of {}", known.join(", ")) };
        Self::new(ErrorKind::InvalidRequest, format!("{written}: is not {what}{advice}"))
            .with_argument(&written, None, &allowed)
            .spelled(spelling)
    }

    /// The error for an argument that a binding refuses, by its name there: `allowed` says what it must be, as in `must be
    /// text`, and `given` what it was, if that can be shown.
    ///
    /// ```
    /// let error = mspkit::Error::refused("timeout", Some("a text"), "must be a number of seconds");
    /// assert_eq!(error.to_string(), "timeout: must be a number of seconds; given: a text");
    /// assert_eq!((error.argument_name(), error.given()), (Some("timeout"), Some("a text")));
    /// ```
    pub fn refused(argument: &str, given: Option<&str>, allowed: &str) -> Self {
        let shown = given.map_or(String::new(), |given| format!("; given: {given}"));
        Self::new(ErrorKind::InvalidRequest, format!("{argument}: {allowed}{shown}"))
            .with_argument(argument, given, allowed)
    }

    /// The error for an invalid argument by its name in the core, which [`spelled`](Self::spelled) spells for a language:
    /// its value, if that can be shown, and what is allowed. Names in backticks in `allowed` are spelled too.
    ///
    /// ```
    /// use mspkit::{Error, Spelling};
    ///
    /// let error = Error::invalid("allow_cost", None, "must be true");
    /// assert_eq!(error.spelled(Spelling::Camel).to_string(), "allowCost: must be true");
    /// ```
    pub fn invalid(name: &str, given: Option<&str>, allowed: &str) -> Self {
        Self::refused(&Name(name).to_string(), given, &spelling::with_names(allowed))
    }

    /// The error for a document with mistakes: the text for a person, and each mistake by its field.
    pub fn invalid_document(argument: &str, message: impl Into<String>, mistakes: Vec<FieldError>) -> Self {
        let error = Self::new(ErrorKind::InvalidRequest, message);
        error
            .with_argument(&Name(argument).to_string(), None, "must be without mistakes")
            .with_error_body(None, mistakes, None)
    }

    /// The error for an argument without a JSON form, by its name there: `given` describes it, such as `a value of type
    /// Decimal`, or `NaN`.
    pub fn unsendable(argument: &str, given: &str) -> Self {
        let number = ["nan", "nat", "<na>", "infinity", "-infinity", "inf", "-inf"];
        let allowed = if number.contains(&given.to_ascii_lowercase().as_str()) {
            "must be a finite number, or left out"
        } else {
            "must be plain data: text, numbers, true, false, lists and objects of these"
        };
        Self::refused(argument, Some(given), allowed)
    }

    fn with_argument(mut self, argument: &str, given: Option<&str>, allowed: &str) -> Self {
        let phrase = |text: &str| Some(Phrase::new(text, self.0.spelling.unwrap_or_default()));
        (self.0.argument, self.0.allowed) = (phrase(argument), phrase(allowed));
        self.0.given = given.map(str::to_owned);
        self
    }
}
