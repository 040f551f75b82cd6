//! Arguments that are refused: named, with what was given and what is allowed, as a sentence and as fields.

use super::{Error, ErrorKind};
use crate::base::given;
use crate::base::words::{self, Name, Phrase, Spelling};

impl Error {
    /// An argument that cannot be sent: names it, what was given and what is allowed. The name is the core's, with what
    /// a caller has named in brackets: `extra_query[page]`.
    pub(crate) fn argument(name: &str, given: &str, allowed: &str) -> Self {
        let (own, callers) = name.split_at(name.find('[').unwrap_or(name.len()));
        Self::refused(&format!("{}{callers}", Name(own)), Some(given), allowed)
    }

    /// An option of the connection, or a variable of the environment, in capitals, that cannot be used.
    pub(crate) fn setting(name: &str, reason: &str) -> Self {
        let variable = name.bytes().any(|byte| byte.is_ascii_uppercase());
        let shown = if variable { name.to_owned() } else { Name(name).to_string() };
        Self::refused(&shown, None, &words::with_names(reason))
    }

    /// An argument that is missing. `what` says what it is, and where else it can be given.
    pub(crate) fn required(name: &str, what: &str) -> Self {
        let name = Name(name).to_string();
        let error = Self::new(ErrorKind::InvalidRequest, format!("{name} is required: {what}"));
        error.with_argument(&name, None, what)
    }

    /// A name that there is not among those that there are, by their names in the core. `written` is the caller's.
    pub(crate) fn unknown(
        written: &str,
        what: &str,
        known: impl Iterator<Item = &'static str>,
        spelling: Spelling,
    ) -> Self {
        let known: Vec<_> = known.map(|name| spelling.name(name)).collect();
        let written = given::short(written);
        let advice = match (words::meant(&written, known.iter().cloned()), known.as_slice()) {
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

    /// An argument that a binding itself refuses, by its name there: `allowed` says what it must be, as in `must be
    /// text`, and `given` what it was, where that can be told.
    ///
    /// ```
    /// let error = mspkit::Error::refused("timeout", Some("a text"), "must be a number of seconds");
    /// assert_eq!(error.to_string(), "timeout: must be a number of seconds; given: a text");
    /// assert_eq!((error.argument_name(), error.given()), (Some("timeout"), Some("a text")));
    /// ```
    pub fn refused(argument: &str, given: Option<&str>, allowed: &str) -> Self {
        let told = given.map_or(String::new(), |given| format!("; given: {given}"));
        Self::new(ErrorKind::InvalidRequest, format!("{argument}: {allowed}{told}"))
            .with_argument(argument, given, allowed)
    }

    /// An argument that JSON has no word for, by its name there: `given` is what it is, such as `a value of type
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
