//! A complete request, and the handler call made from it.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, Method, Uri};
use serde_json::{Map, Value};

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    pub(crate) fn raw_query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// The query's pairs, decoded.
    pub(crate) fn query(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        url::form_urlencoded::parse(self.raw_query().as_bytes())
    }

    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The media type of the body, in lower case and without parameters.
    pub(crate) fn media_type(&self) -> Option<String> {
        let text = self.header(&CONTENT_TYPE)?;
        Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    pub(crate) fn has_json_type(&self) -> bool {
        self.media_type().is_some_and(|kind| kind == "application/json" || kind.ends_with("+json"))
    }

    #[cfg(test)]
    pub(crate) fn for_tests(method: &str, target: &str) -> Self {
        Self {
            method: method.parse().unwrap(),
            uri: target.parse().unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }
}

/// The effect of a fault on a list page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageFault {
    Empty,
    Repeated,
}

/// One call of a handler.
#[derive(Debug)]
pub(crate) struct Call<'r> {
    pub(crate) request: &'r Request,
    /// The path parameters, decoded, in path order.
    pub(crate) params: &'r [String],
    pub(crate) page_fault: Option<PageFault>,
    /// The simulator's own URL.
    pub(crate) url: &'r str,
    /// A unique number of the request.
    pub(crate) number: u64,
}

impl Call<'_> {
    /// The path parameter at this index.
    pub(crate) fn param(&self, index: usize) -> &str {
        self.params.get(index).map_or("", String::as_str)
    }

    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let mut pairs = self.request.query();
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The body, if it is a JSON object.
    pub(crate) fn object(&self) -> Option<Map<String, Value>> {
        serde_json::from_slice(&self.request.body).ok()
    }
}

/// An integer, even if it is written `5.0`.
pub(crate) fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..9e15).contains(number))?;
        format!("{number:.0}").parse().ok()
    })
}
