//! Errors: one type for everything that can go wrong, with all that is needed to act on it.
//!
//! The kinds are in one table for all languages (`core/api/errors.yaml`). Text from a server passes the [`Redactor`]
//! before it becomes part of an error, so errors can be logged.

mod difference;
mod refusals;
mod show;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

pub use self::difference::Difference;
use crate::base::redact::Redactor;
use crate::base::secret::{self, MASK};
use crate::base::spelling::{self, Phrase, Spelling};
pub use crate::generated::ErrorKind;

/// The largest body that an error keeps.
pub(crate) const BODY_KEPT: usize = 16 * 1024;
/// Longer texts of a server are truncated.
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
    target: Option<Arc<Target>>,
    message: Phrase,
    argument: Option<Phrase>,
    given: Option<String>,
    allowed: Option<Phrase>,
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
    /// The total of an incomplete list, and how many rows are missing.
    incomplete: Option<(u64, u64)>,
    /// The JSON of each object that matches.
    matches: Vec<String>,
    differences: Vec<Difference>,
    hints: Vec<Phrase>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    expected: bool,
    /// The spelling of its language, once that is known.
    spelling: Option<Spelling>,
}

/// The target of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) server: String,
}

impl Target {
    pub(crate) fn new(method: &Method, url: &Url) -> Self {
        let (method, path) = (method.as_str().to_owned(), url.path().to_owned());
        Self { method, path, server: url.origin().ascii_serialization() }
    }
}

/// The operation name of requests outside the table.
pub(crate) const REQUEST: &str = "request";
/// The operation of lists outside the table, in errors.
pub(crate) const PAGINATE: &str = "paginate";

/// The server's message about one field of a request.
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
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// Why there was no response, if there was none.
    pub cause: Option<String>,
    /// Time spent before sending: queue, token and back-off.
    pub waited: Duration,
    /// Time from sending to the end of the response.
    pub took: Duration,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            operation: None,
            target: None,
            message: Phrase::new(message, Spelling::default()),
            argument: None,
            given: None,
            allowed: None,
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
            incomplete: None,
            matches: Vec::new(),
            differences: Vec::new(),
            hints: Vec::new(),
            source: None,
            expected: false,
            spelling: None,
        }))
    }

    /// The error in the spelling of a language: names of arguments and operations, and times. The first spelling that is
    /// set stays.
    #[must_use]
    pub fn spelled(mut self, spelling: Spelling) -> Self {
        if self.0.spelling.is_none() {
            self.0.spelling = Some(spelling);
            let details = &mut *self.0;
            let parts = [&mut details.message].into_iter().chain(&mut details.argument);
            parts
                .chain(&mut details.allowed)
                .chain(&mut details.hints)
                .for_each(|part| part.respell(spelling));
        }
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The invalid argument, as the caller writes it, if there is one.
    pub fn argument_name(&self) -> Option<&str> {
        self.0.argument.as_ref().map(Phrase::text)
    }

    /// The value that was given for it, as far as it may be shown.
    pub fn given(&self) -> Option<&str> {
        self.0.given.as_deref()
    }

    /// What is allowed for it.
    pub fn allowed(&self) -> Option<&str> {
        self.0.allowed.as_ref().map(Phrase::text)
    }

    /// The HTTP method of the request, if there was one.
    pub fn method(&self) -> Option<&str> {
        self.0.target.as_ref().map(|target| target.method.as_str())
    }

    /// The path of the request, without the query.
    pub fn path(&self) -> Option<&str> {
        self.0.target.as_ref().map(|target| target.path.as_str())
    }

    /// The server of the request: scheme, host and port.
    pub fn server(&self) -> Option<&str> {
        self.0.target.as_ref().map(|target| target.server.as_str())
    }

    /// Whether it is an ordinary outcome, not worth a warning in a log: the object does not exist.
    pub fn is_expected(&self) -> bool {
        self.0.expected && self.0.kind == ErrorKind::NotFound
    }

    /// The operation that failed, such as `ncentral.customers.list`; the same in every language.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The message without operation, status and ids; `Display` writes the full text.
    pub fn message(&self) -> &str {
        self.0.message.text()
    }

    /// The HTTP status of the last response.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The vendor's error code, such as `InvalidValue` or `invalid_grant`.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The server's messages about single fields.
    pub fn field_errors(&self) -> &[FieldError] {
        &self.0.field_errors
    }

    /// The body of the last response, up to 16 KiB of it, without secrets.
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// The headers of the last response.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The client's id of the call, sent as `X-Request-Id`.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The vendor's id of the failure, from `[ID=…]` in its message.
    pub fn server_error_id(&self) -> Option<&str> {
        self.0.server_error_id.as_deref()
    }

    /// Whether the same call may be made again without harm and may then succeed.
    pub fn retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long to wait until the endpoint accepts calls again.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Every attempt that was made.
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    /// The token to resume a list.
    pub fn resume_token(&self) -> Option<&str> {
        self.0.resume_token.as_deref()
    }

    /// The server's total of an incomplete list.
    pub fn total(&self) -> Option<u64> {
        self.0.incomplete.map(|(total, _)| total)
    }

    /// How many rows of an incomplete list are missing.
    pub fn missing(&self) -> Option<u64> {
        self.0.incomplete.map(|(_, missing)| missing)
    }

    pub(crate) fn with_incomplete(mut self, total: u64, missing: u64) -> Self {
        self.0.incomplete = Some((total, missing));
        self
    }

    /// The objects that match, of an `Ambiguous` error: the JSON of each, as its list has it.
    pub fn matches(&self) -> &[String] {
        &self.0.matches
    }

    /// The fields with other values, of a `Difference` error.
    pub fn differences(&self) -> &[Difference] {
        &self.0.differences
    }

    pub(crate) fn with_matches(mut self, matches: Vec<String>) -> Self {
        self.0.matches = matches;
        self
    }

    pub(crate) fn with_differences(mut self, differences: Vec<Difference>) -> Self {
        self.0.differences = differences;
        self
    }

    pub(crate) fn with_operation(mut self, operation: impl Into<String>) -> Self {
        self.0.operation.get_or_insert(operation.into());
        self
    }

    pub(crate) fn with_target(mut self, target: Option<Arc<Target>>) -> Self {
        self.0.target = self.0.target.or(target);
        self
    }

    pub(crate) fn with_expected(mut self, expected: bool) -> Self {
        self.0.expected = expected;
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

    /// The error with another resume token, for bindings that go back to where they began reading.
    #[must_use]
    pub fn with_resume_token(mut self, token: String) -> Self {
        self.0.resume_token = Some(token);
        self
    }

    /// Adds a sentence on what to do, shown after the message. Names in backticks are spelled for the caller's language.
    pub(crate) fn with_hint(mut self, hint: impl AsRef<str>) -> Self {
        let spelling = self.0.spelling.unwrap_or_default();
        self.0.hints.push(Phrase::new(spelling::with_names(hint.as_ref()), spelling));
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
        let spelling = self.0.spelling.unwrap_or_default();
        self.0.message.change(spelling, |message| format!("{prefix}: {message}"));
        self
    }

    pub(crate) fn for_operation(mut self, operation: &str) -> Self {
        self.0.operation = Some(operation.to_owned());
        self
    }

    /// Keeps status, headers and body of the response; [`Error::redacted`] cleans them.
    pub(crate) fn with_answer(mut self, status: u16, headers: &HeaderMap, body: &Bytes) -> Self {
        self.0.status = Some(status);
        self.0.headers = headers.clone();
        secret::take_out(&mut self.0.headers);
        self.0.body = body.clone();
        self
    }

    /// Removes secrets from all foreign text, escapes control characters, and truncates long texts.
    pub(crate) fn redacted(mut self, redactor: &Redactor) -> Self {
        let details = &mut *self.0;
        let clean = |text: &mut String| *text = redactor.clean_to(text, LONGEST_TEXT);
        let spelling = details.spelling.unwrap_or_default();
        details.message.change(spelling, |message| redactor.clean_to(message, LONGEST_TEXT));
        details.given.iter_mut().for_each(clean);
        details.code.iter_mut().for_each(clean);
        details.server_error_id.iter_mut().for_each(clean);
        for field in &mut details.field_errors {
            clean(&mut field.field);
            clean(&mut field.message);
            field.code.iter_mut().for_each(clean);
        }
        let whole = |text: &mut String| *text = redactor.clean(text);
        details.matches.iter_mut().for_each(whole);
        for difference in &mut details.differences {
            whole(&mut difference.wanted);
            whole(&mut difference.found);
        }
        for value in details.headers.values_mut() {
            let text = Bytes::copy_from_slice(value.as_bytes());
            let cleaned = redactor.clean_body(&text, text.len().max(MASK.len()));
            if cleaned != text {
                *value = HeaderValue::from_bytes(&cleaned).unwrap_or(HeaderValue::from_static(MASK));
            }
        }
        details.body = redactor.clean_body(&details.body, BODY_KEPT);
        let mut cause = details.source.as_deref().map(|source| source as &dyn std::error::Error);
        while let Some(error) = cause {
            if redactor.knows(&error.to_string()) {
                details.source = None;
                break;
            }
            cause = error.source();
        }
        self
    }

    pub(crate) fn with_error_body(
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
