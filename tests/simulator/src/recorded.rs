//! A request in the log: copied compactly, because the request itself keeps the buffers of its connection alive.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::request::Request;

#[derive(Debug)]
pub(crate) struct RecordedRequest {
    method: http::Method,
    target: Box<str>,
    /// `name: value` and a line feed, which header values cannot contain.
    headers: Box<[u8]>,
    body: Box<[u8]>,
}

impl RecordedRequest {
    pub(crate) fn of(request: &Request) -> Self {
        let length = request.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 3).sum();
        let mut headers = Vec::with_capacity(length);
        for (name, value) in &request.headers {
            headers.extend_from_slice(name.as_str().as_bytes());
            headers.extend_from_slice(b": ");
            headers.extend_from_slice(value.as_bytes());
            headers.push(b'\n');
        }
        Self {
            method: request.method.clone(),
            target: request.uri.to_string().into_boxed_str(),
            headers: headers.into_boxed_slice(),
            body: request.body.as_ref().into(),
        }
    }

    /// Its approximate size in bytes.
    pub(crate) fn weight(&self) -> usize {
        size_of::<Self>() + self.target.len() + self.headers.len() + self.body.len()
    }

    pub(crate) fn method(&self) -> String {
        self.method.to_string()
    }

    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    pub(crate) fn path(&self) -> &str {
        let (path, _) = self.target.split_once('?').unwrap_or((&self.target, ""));
        // A client that uses the simulator as a proxy sends the whole URL.
        let rest = path.split_once("://").map(|(_, rest)| rest);
        rest.map_or(path, |rest| rest.find('/').map_or("/", |at| &rest[at..]))
    }

    /// The query, decoded; a repeated key has a list.
    pub(crate) fn query(&self) -> BTreeMap<String, Value> {
        let (_, query) = self.target.split_once('?').unwrap_or_default();
        let mut pairs = BTreeMap::<String, Value>::new();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
            let value = Value::from(value);
            match pairs.get_mut(&key) {
                None => {
                    pairs.insert(key, value);
                }
                Some(Value::Array(values)) => values.push(value),
                Some(one) => *one = Value::from(vec![one.take(), value]),
            }
        }
        pairs
    }

    /// The headers; repeated ones are joined by commas.
    pub(crate) fn headers(&self) -> BTreeMap<String, String> {
        let text = String::from_utf8_lossy(&self.headers);
        let mut headers = BTreeMap::<String, String>::new();
        for (name, value) in text.lines().filter_map(|line| line.split_once(": ")) {
            headers
                .entry(name.to_owned())
                .and_modify(|joined| {
                    joined.push_str(", ");
                    joined.push_str(value);
                })
                .or_insert_with(|| value.to_owned());
        }
        headers
    }

    pub(crate) fn body(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, if it is valid.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost() {
        let mut request = Request::for_tests("POST", "/x%20y?a=1&a=b%2Fc&d=");
        for (name, value) in [("x-one", ""), ("x-two", "a: b"), ("x-two", "c")] {
            request.headers.append(name, value.parse().unwrap());
        }
        request.body = bytes::Bytes::from_static(b"[1]");
        let recorded = RecordedRequest::of(&request);
        assert_eq!((recorded.method().as_str(), recorded.path()), ("POST", "/x%20y"));
        assert_eq!(recorded.target(), "/x%20y?a=1&a=b%2Fc&d=");
        assert_eq!(serde_json::json!(recorded.query()), serde_json::json!({"a": ["1", "b/c"], "d": ""}));
        assert_eq!(
            serde_json::json!(recorded.headers()),
            serde_json::json!({"x-one": "", "x-two": "a: b, c"})
        );
        assert_eq!((recorded.body().as_str(), recorded.json()), ("[1]", Some(serde_json::json!([1]))));
    }

    #[test]
    fn a_whole_url_has_a_path() {
        assert_eq!(RecordedRequest::of(&Request::for_tests("GET", "http://h:1/a/b?c")).path(), "/a/b");
        assert_eq!(RecordedRequest::of(&Request::for_tests("GET", "http://h:1")).path(), "/");
    }
}
