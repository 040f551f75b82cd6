//! A request as the log keeps it: copied into little memory, because the request itself holds on to the buffers of
//! its connection.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::request::Request;

#[derive(Debug)]
pub(crate) struct Kept {
    method: http::Method,
    target: Box<str>,
    /// `name: value` and a line feed, which no header value can hold.
    headers: Box<[u8]>,
    body: Box<[u8]>,
}

impl Kept {
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

    /// Bytes that it takes, roughly.
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
        // A client that takes the simulator for a proxy writes the whole URL.
        let rest = path.split_once("://").map(|(_, rest)| rest);
        rest.map_or(path, |rest| rest.find('/').map_or("/", |at| &rest[at..]))
    }

    /// The query, decoded; a key that is repeated has a list.
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

    /// The headers; repeated ones are joined by a comma.
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

    /// The body as JSON, if it is.
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
        let kept = Kept::of(&request);
        assert_eq!((kept.method().as_str(), kept.path()), ("POST", "/x%20y"));
        assert_eq!(kept.target(), "/x%20y?a=1&a=b%2Fc&d=");
        assert_eq!(serde_json::json!(kept.query()), serde_json::json!({"a": ["1", "b/c"], "d": ""}));
        assert_eq!(serde_json::json!(kept.headers()), serde_json::json!({"x-one": "", "x-two": "a: b, c"}));
        assert_eq!((kept.body().as_str(), kept.json()), ("[1]", Some(serde_json::json!([1]))));
    }

    #[test]
    fn a_whole_url_has_a_path() {
        assert_eq!(Kept::of(&Request::for_tests("GET", "http://h:1/a/b?c")).path(), "/a/b");
        assert_eq!(Kept::of(&Request::for_tests("GET", "http://h:1")).path(), "/");
    }
}
