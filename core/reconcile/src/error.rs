//! Why an argument is refused.

use std::fmt;

/// An argument that is refused: its name, what was given and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Error {
    /// The argument, with the place in it in brackets, such as `left[3][name]`.
    pub argument: String,
    /// What was given, if it can be shown.
    pub given: Option<String>,
    /// What it must be, or `None` if there is no option of this name.
    pub allowed: Option<String>,
}

/// The result of everything that can be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn new(
        argument: impl Into<String>,
        given: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        Self { argument: argument.into(), given: Some(given.into()), allowed: Some(allowed.into()) }
    }

    pub(crate) fn unknown(option: &str) -> Self {
        Self { argument: option.to_owned(), given: None, allowed: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.argument, self.allowed.as_deref().unwrap_or("is not an option"))?;
        match &self.given {
            Some(given) => write!(f, "; given: {given}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// A text in quotation marks, cut if it is long.
pub(crate) fn quote(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((at, _)) => format!("{:?}…", &text[..at]),
        None => format!("{text:?}"),
    }
}

/// A value by its JSON.
pub(crate) fn describe(raw: &str) -> String {
    match raw.as_bytes().first() {
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        Some(b'"') => {
            serde_json::from_str::<String>(raw).map_or_else(|_| "a text".to_owned(), |text| quote(&text))
        }
        _ => raw.chars().take(80).collect(),
    }
}
