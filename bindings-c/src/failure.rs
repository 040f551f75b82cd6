//! Failures on their way to C: those of the core, and those of the boundary itself.

use std::any::Any;
use std::fmt::Write;

use mspkit::{Error, ErrorKind, Spelling};
use mspkit_binding::seconds;
use serde_json::{Map, Value, json};

use crate::abi::{
    MSPKIT_E_CANCELLED, MSPKIT_E_CLOSED, MSPKIT_E_INTERNAL, MSPKIT_E_INVALID_REQUEST, MSPKIT_E_NULL,
    MSPKIT_E_PANIC, mspkit_status, status_of,
};

/// Why something failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Reported by the core.
    Core(Box<Error>),
    /// Raised at the boundary itself.
    Own { code: mspkit_status, message: String, resume_token: Option<String> },
    /// An argument that the boundary itself refuses, under a separate code.
    Refused { code: mspkit_status, error: Box<Error> },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(Box::new(error.spelled(Spelling::SnakeMilliseconds)))
    }
}

impl Failure {
    pub(crate) fn own(code: mspkit_status, message: impl Into<String>) -> Self {
        Self::Own { code, message: message.into(), resume_token: None }
    }

    /// An invalid argument, by its name in C.
    pub(crate) fn argument(code: mspkit_status, name: &str, given: Option<&str>, allowed: &str) -> Self {
        Self::Refused { code, error: Box::new(Error::refused(name, given, allowed)) }
    }

    /// A required pointer is NULL.
    pub(crate) fn null(name: &str) -> Self {
        Self::argument(MSPKIT_E_NULL, name, None, "must not be NULL")
    }

    /// An invalid argument. The value that was passed is not shown: it may be a secret.
    pub(crate) fn invalid(name: &str, allowed: &str) -> Self {
        Self::argument(MSPKIT_E_INVALID_REQUEST, name, None, allowed)
    }

    pub(crate) fn cancelled() -> Self {
        Self::own(MSPKIT_E_CANCELLED, "the call was cancelled; a write may have been carried out")
    }

    pub(crate) fn closed() -> Self {
        let message = "the client or its runtime was closed before the call was complete; a write may have been carried out";
        Self::own(MSPKIT_E_CLOSED, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::own(MSPKIT_E_INTERNAL, message)
    }

    /// A panic. Its payload is dropped here, where another panic does no harm.
    pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> Self {
        let message = mspkit_binding::panicked(payload.as_ref());
        let dropped = std::panic::AssertUnwindSafe(|| drop(payload));
        if let Err(again) = std::panic::catch_unwind(dropped) {
            // Its drop panics every time; it is leaked.
            std::mem::forget(again);
        }
        Self::own(MSPKIT_E_PANIC, message)
    }

    pub(crate) fn with_resume_token(mut self, token: &str) -> Self {
        if let Self::Own { resume_token, .. } = &mut self {
            *resume_token = Some(token.to_owned());
        }
        self
    }

    pub(crate) fn code(&self) -> mspkit_status {
        match self {
            Self::Core(error) => status_of(error.kind()),
            Self::Own { code, .. } | Self::Refused { code, .. } => *code,
        }
    }

    /// The kind in the table of all languages.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Core(error) | Self::Refused { error, .. } => error.kind(),
            Self::Own { code, .. } => match *code {
                MSPKIT_E_PANIC => ErrorKind::Internal,
                code => ErrorKind::ALL
                    .iter()
                    .copied()
                    .find(|kind| kind.code() == code as i32)
                    .unwrap_or(ErrorKind::InvalidRequest),
            },
        }
    }
}

/// Everything that is known about a failure, as JSON in one line that is safe to print: invisible and bidirectional
/// characters are escaped.
pub(crate) fn described(failure: &Failure) -> String {
    let mut safe = String::new();
    for letter in everything(failure).to_string().chars() {
        if letter.is_control() || is_format(letter) {
            // Outside of strings JSON has no such characters, and inside an escape means the same.
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(letter);
        }
    }
    safe
}

/// Direction marks, joiners, and line separators.
fn is_format(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
}

/// JSON text as a value.
fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}

fn everything(failure: &Failure) -> Value {
    let mut all = Map::new();
    all.insert("code".to_owned(), (failure.code() as i32).into());
    all.insert("kind".to_owned(), failure.kind().name().into());
    match failure {
        Failure::Own { message, resume_token, .. } => {
            all.insert("message".to_owned(), message.as_str().into());
            all.insert("resume_token".to_owned(), json!(resume_token));
        }
        Failure::Core(error) | Failure::Refused { error, .. } => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let headers: Map<String, Value> = error
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), text(value.as_bytes()).into()))
                .collect();
            let fields = error.field_errors().iter();
            let attempts = error.attempts().iter();
            let more = json!({
                "message": error.to_string(),
                "reason": error.message(),
                "operation": error.operation(),
                "argument": error.argument_name(),
                "given": error.given(),
                "allowed": error.allowed(),
                "method": error.method(),
                "path": error.path(),
                "server": error.server(),
                "status": error.status(),
                "server_code": error.code(),
                "field_errors": fields
                    .map(|field| json!({"field": field.field, "code": field.code, "message": field.message}))
                    .collect::<Vec<_>>(),
                "request_id": error.request_id(),
                "server_error_id": error.server_error_id(),
                "total": error.total(),
                "missing": error.missing(),
                "matches": parsed(&mspkit_binding::matches(error)),
                "differences": parsed(&mspkit_binding::differences(error)),
                "retryable": error.retryable(),
                "retry_after": error.retry_after().map(seconds),
                "attempts": attempts
                    .map(|attempt| json!({
                        "status": attempt.status,
                        "cause": attempt.cause,
                        "waited": seconds(attempt.waited),
                        "took": seconds(attempt.took),
                    }))
                    .collect::<Vec<_>>(),
                "headers": headers,
                "body": text(error.body()),
                "resume_token": error.resume_token(),
            });
            if let Value::Object(more) = more {
                all.extend(more);
            }
        }
    }
    Value::Object(all)
}
