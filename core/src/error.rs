//! Errors: one type for everything that can go wrong, with all that is needed to act on it.
//!
//! The kinds stand in one table for all languages (`core/api/errors.yaml`). Text that comes from a server passes
//! the [`Redactor`] before it gets here, so an error can be logged as it is.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

pub use crate::generated::ErrorKind;
use crate::secret::{MASK, Redactor};

/// At most this much of an answer is kept in an error.
pub(crate) const BODY_KEPT: usize = 16 * 1024;
/// Longer texts of a server are cut: messages are for people.
const LONGEST_TEXT: usize = 500;

/// The result of every call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong in a call, and what is known about it. The message alone lets a person act.
#[derive(Clone)]
pub struct Error(Box<Details>);

#[derive(Clone)]
struct Details {
    kind: ErrorKind,
    operation: Option<String>,
    message: String,
    status: Option<u16>,
    code: Option<String>,
    field_errors: Vec<FieldError>,
    body: Bytes,
    headers: HeaderMap,
    request_id: Option<String>,
    server_error_id: Option<String>,
    retryable: bool,
    retry_after: Option<Duration>,
    attempts: Vec<Attempt>,
    resume_token: Option<String>,
    hints: Vec<String>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// What the server said about one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct FieldError {
    /// The field, in the vendor's spelling; empty when the server named none.
    pub field: String,
    /// The vendor's code, such as `InvalidValue`.
    pub code: Option<String>,
    /// What is wrong with it.
    pub message: String,
}

impl FieldError {
    pub(crate) fn new(field: impl Into<String>, code: Option<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}

/// One attempt of a call.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Attempt {
    /// The status of the answer, when there was one.
    pub status: Option<u16>,
    /// Why there was no answer, when there was none.
    pub cause: Option<String>,
    /// Time spent before sending: queue, token and back-off.
    pub waited: Duration,
    /// Time from sending to the end of the answer.
    pub took: Duration,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            operation: None,
            message: message.into(),
            status: None,
            code: None,
            field_errors: Vec::new(),
            body: Bytes::new(),
            headers: HeaderMap::new(),
            request_id: None,
            server_error_id: None,
            retryable: false,
            retry_after: None,
            attempts: Vec::new(),
            resume_token: None,
            hints: Vec::new(),
            source: None,
        }))
    }

    /// An argument that cannot be sent: names it, what was given and what is allowed.
    pub(crate) fn argument(name: &str, given: &str, allowed: &str) -> Self {
        Self::new(ErrorKind::InvalidRequest, format!("{name}: {allowed}; given: {given}"))
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation that failed, such as `ncentral.customers.list`.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// What happened, without operation, status and ids; `Display` gives the whole sentence.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The HTTP status of the last answer.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The vendor's error code, such as `InvalidValue` or `invalid_grant`.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What the server said about single fields.
    pub fn field_errors(&self) -> &[FieldError] {
        &self.0.field_errors
    }

    /// The body of the last answer, up to 16 KiB of it, without secrets.
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// The headers of the last answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The id that the client gave the call; it was sent as `X-Request-Id`.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The id that the vendor gave the failure, from `[ID=…]` in its message.
    pub fn server_error_id(&self) -> Option<&str> {
        self.0.server_error_id.as_deref()
    }

    /// Whether the same call may be made again without harm and may then succeed.
    pub fn retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long the server asks to wait before the next call.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Every attempt that was made.
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    /// Where a list can be taken up again.
    pub fn resume_token(&self) -> Option<&str> {
        self.0.resume_token.as_deref()
    }

    pub(crate) fn with_operation(mut self, operation: impl Into<String>) -> Self {
        self.0.operation.get_or_insert(operation.into());
        self
    }

    pub(crate) fn with_request_id(mut self, id: &str) -> Self {
        self.0.request_id.get_or_insert_with(|| id.to_owned());
        self
    }

    pub(crate) fn with_retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: Vec<Attempt>) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_resume_token(mut self, token: String) -> Self {
        self.0.resume_token = Some(token);
        self
    }

    /// A sentence on what to do, said after the message.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    pub(crate) fn with_source(mut self, source: Arc<dyn std::error::Error + Send + Sync>) -> Self {
        self.0.source = Some(source);
        self
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn with_prefix(mut self, prefix: &str) -> Self {
        self.0.message = format!("{prefix}: {}", self.0.message);
        self
    }

    pub(crate) fn for_operation(mut self, operation: &str) -> Self {
        self.0.operation = Some(operation.to_owned());
        self
    }

    /// Keeps what is told of the answer; its text is cleaned by [`Error::redacted`].
    pub(crate) fn with_answer(mut self, status: u16, headers: &HeaderMap, body: &Bytes) -> Self {
        self.0.status = Some(status);
        self.0.headers = headers.clone();
        for name in [http::header::SET_COOKIE, http::header::AUTHORIZATION] {
            self.0.headers.remove(name);
        }
        self.0.body = body.clone();
        self
    }

    /// Takes secrets out of everything that came from elsewhere, then cuts what is too long. In this order: half a
    /// secret is not recognised, and a secret all the same.
    pub(crate) fn redacted(mut self, redactor: &Redactor) -> Self {
        let details = &mut *self.0;
        let clean = |text: &mut String| *text = shorten(redactor.clean(text));
        clean(&mut details.message);
        details.code.iter_mut().for_each(clean);
        details.server_error_id.iter_mut().for_each(clean);
        for field in &mut details.field_errors {
            clean(&mut field.field);
            clean(&mut field.message);
            field.code.iter_mut().for_each(clean);
        }
        for value in details.headers.values_mut() {
            let text = String::from_utf8_lossy(value.as_bytes());
            let cleaned = redactor.clean(&text);
            if cleaned != text {
                *value = HeaderValue::from_str(&cleaned).unwrap_or(HeaderValue::from_static(MASK));
            }
        }
        let text = String::from_utf8_lossy(&details.body);
        let cleaned = redactor.clean(&text);
        let body = if cleaned == text { details.body.clone() } else { cleaned.into() };
        details.body = body.slice(..body.len().min(BODY_KEPT));
        let mut cause = details.source.as_deref().map(|source| source as &dyn std::error::Error);
        while let Some(error) = cause {
            let text = error.to_string();
            if redactor.clean(&text) != text {
                details.source = None;
                break;
            }
            cause = error.source();
        }
        self
    }

    pub(crate) fn with_server_words(
        mut self,
        code: Option<String>,
        field_errors: Vec<FieldError>,
        server_error_id: Option<String>,
    ) -> Self {
        self.0.code = code;
        self.0.field_errors = field_errors;
        self.0.server_error_id = server_error_id;
        self
    }
}

fn shorten(text: String) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { operation, message, status, hints, server_error_id, request_id, attempts, .. } =
            &*self.0;
        if let Some(operation) = operation {
            write!(f, "{operation}: ")?;
        }
        if let Some(status) = status {
            write!(f, "HTTP {status}: ")?;
        }
        f.write_str(message)?;
        for field in &self.0.field_errors {
            if !message.contains(&field.message) {
                let separator = if field.field.is_empty() { "" } else { ": " };
                write!(f, "; {}{separator}{}", field.field, field.message)?;
            }
        }
        for hint in hints {
            write!(f, ". {hint}")?;
        }
        if attempts.len() > 1 {
            write!(f, " [after {} attempts]", attempts.len())?;
        }
        if let Some(id) = server_error_id {
            write!(f, " [server error id {id}]")?;
        }
        if let Some(id) = request_id {
            write!(f, " [request id {id}]")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { kind, operation, message, status, code, field_errors, attempts, .. } = &*self.0;
        f.debug_struct("Error")
            .field("kind", kind)
            .field("operation", operation)
            .field("message", message)
            .field("status", status)
            .field("code", code)
            .field("field_errors", field_errors)
            .field("request_id", &self.0.request_id)
            .field("server_error_id", &self.0.server_error_id)
            .field("retryable", &self.0.retryable)
            .field("retry_after", &self.0.retry_after)
            .field("attempts", attempts)
            .field("resume_token", &self.0.resume_token)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
