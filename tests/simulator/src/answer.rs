//! What a handler returns: a response that is complete but not yet sent.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) body: Bytes,
    /// Whether the handler changed the server's data.
    pub(crate) committed: bool,
}

impl Answer {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), content_type: None, body: Bytes::new(), committed: false }
    }

    pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Self {
        // Maps have string keys and numbers are finite here: serialization cannot fail.
        Self::json_bytes(status, Bytes::from(serde_json::to_vec(value).unwrap_or_default()))
    }

    pub(crate) fn json_bytes(status: StatusCode, body: Bytes) -> Self {
        Self { content_type: Some(JSON), body, ..Self::empty(status) }
    }

    pub(crate) fn ok(value: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, value)
    }

    pub(crate) fn html(status: StatusCode) -> Self {
        let reason = status.canonical_reason().unwrap_or("Error");
        let text = format!(
            "<html>\r\n<head><title>{0} {reason}</title></head>\r\n<body>\r\n<center><h1>{0} {reason}</h1></center>\r\n\
             <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
            status.as_u16()
        );
        let content_type = Some(HeaderValue::from_static("text/html"));
        Self { content_type, body: Bytes::from(text), ..Self::empty(status) }
    }

    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.headers.push((name, value));
        }
        self
    }

    pub(crate) fn committed(mut self) -> Self {
        self.committed = true;
        self
    }

    pub(crate) fn is_json(&self) -> bool {
        self.content_type.as_ref().is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
    }
}
