//! Answers as bytes: the JSON of one object, or a page cut into the slices of its items.
//!
//! Bindings decode these slices into their own types, so nothing here builds values. Two things are put right on the
//! way, because every language needs them the same: envelopes are taken off, and ids that came as numbers are turned
//! into strings (a page without such ids, the usual case, is not copied).

mod envelope;
mod ids;
mod members;

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::value::RawValue;

use self::envelope::{Envelope, Slices};
pub(crate) use self::envelope::{NextLink, PageFacts};
pub(crate) use self::ids::{id_of, object_with_text_ids};
pub(crate) use self::members::{member, walk};
use crate::error::{Attempt, Error, ErrorKind, Result};
use crate::error_body;

/// No vendor nests deeper; beyond it recursive readers in other languages are at risk.
pub(crate) const MAX_DEPTH: usize = 128;

/// What is known of an answer besides its body. `Debug` shows the names of the headers, not what they hold.
#[derive(Clone)]
#[non_exhaustive]
pub struct Meta {
    /// The HTTP status.
    pub status: u16,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The id that the client gave the call; it was sent as `X-Request-Id`.
    pub request_id: String,
    /// How many attempts it took.
    pub attempts: usize,
    /// Time from the call to the end of the answer, queueing and retries included.
    pub elapsed: Duration,
    /// Every attempt, for errors that are found only later.
    pub(crate) history: Vec<Attempt>,
}

/// The answer to one call. `Debug` shows how long the body is, not what it holds.
#[derive(Clone)]
#[non_exhaustive]
pub struct RawResponse {
    /// Status, headers, ids and times.
    pub meta: Meta,
    /// The body as it came.
    pub body: Bytes,
    /// The JSON of the result: without envelope, with ids as strings; `null` for an operation without a result.
    pub json: Bytes,
}

impl fmt::Debug for Meta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meta")
            .field("status", &self.status)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("request_id", &self.request_id)
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("status", &self.meta.status)
            .field("request_id", &self.meta.request_id)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A body cut into items.
#[derive(Debug, Clone)]
pub(crate) struct Cut {
    pub(crate) buffer: Bytes,
    pub(crate) items: Vec<Range<usize>>,
    pub(crate) facts: PageFacts,
}

/// Takes `{"data": …}` off, where the operation says that there may be one.
pub(crate) fn object(body: &Bytes, envelope: bool) -> Result<Bytes> {
    #[derive(Deserialize)]
    struct Data<'a> {
        #[serde(borrow)]
        data: Option<&'a RawValue>,
    }
    let text = utf8(body)?;
    let bare = text.trim_matches([' ', '\n', '\r', '\t']);
    // Bare objects have no `data`; a `data` that is a list or a scalar is a field of theirs.
    let unwrapped = if envelope && bare.starts_with('{') { parse::<Data<'_>>(bare).ok() } else { None };
    let inner = match unwrapped.map(|found| found.data.map(RawValue::get)) {
        Some(Some(data)) if data.starts_with('{') => data,
        // Looking for `data` has read the whole object already.
        Some(_) => bare,
        None => parse::<&RawValue>(bare)?.get(),
    };
    check_depth(inner.as_bytes())?;
    Ok(body.slice(offset(text, inner)))
}

/// Cuts a list into its items: a bare array, or one under `data` where there may be an envelope.
pub(crate) fn list(body: &Bytes, envelope: bool) -> Result<Cut> {
    let text = utf8(body)?;
    let (items, facts) = match text.trim_start().as_bytes().first() {
        Some(b'{') if envelope => {
            let found: Envelope<'_> = parse(text)?;
            let Some(items) = found.data else {
                return Err(undecodable("the answer has no list under `data`"));
            };
            (items.0, found.facts)
        }
        Some(b'[') => (parse::<Slices<'_>>(text)?.0, PageFacts::default()),
        _ => return Err(undecodable("the answer is not a list")),
    };
    let items: Vec<Range<usize>> = items.into_iter().map(|item| offset(text, item)).collect();
    for item in &items {
        check_depth(&body[item.clone()])?;
    }
    Ok(Cut { buffer: body.clone(), items, facts })
}

/// Refuses what nests too deep. Counting openers is enough for nearly every item.
fn check_depth(json: &[u8]) -> Result<()> {
    if memchr::memchr2_iter(b'{', b'[', json).nth(MAX_DEPTH).is_none() {
        return Ok(());
    }
    let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(undecodable("the answer nests deeper than 128 levels"));
        }
    }
    Ok(())
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        // Proxies and gateways answer with pages of their own; their title says more than a position in them.
        if text.trim_start().starts_with('<') {
            return undecodable(&error_body::page(text));
        }
        undecodable(&format!("the answer is not the JSON that was expected: {error}"))
    })
}

fn utf8(body: &[u8]) -> Result<&str> {
    std::str::from_utf8(body).map_err(|_| undecodable("the answer is not UTF-8 text"))
}

pub(crate) fn undecodable(reason: &str) -> Error {
    Error::new(ErrorKind::Decode, reason)
}

/// Where a part of a text stands in it.
fn offset(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn cut(body: &str) -> Cut {
        list(&Bytes::copy_from_slice(body.as_bytes()), true).unwrap()
    }

    fn texts(cut: &Cut) -> Vec<&str> {
        cut.items.iter().map(|item| std::str::from_utf8(&cut.buffer[item.clone()]).unwrap()).collect()
    }

    #[test]
    fn items_are_slices_of_the_page() {
        let page = cut(
            r#" {"totalItems":"45", "data" : [ {"a":1} , {"b":[2]} ],"pageSize":2,"_links":{"nextPage":null}}"#,
        );
        assert_eq!(texts(&page), [r#"{"a":1}"#, r#"{"b":[2]}"#]);
        assert_eq!(page.facts.total_items, Some(45));
        assert_eq!(page.facts.page_size, Some(2));
        assert_eq!(page.facts.next_link, NextLink::None);
        assert_eq!(texts(&cut("[1, 2]")), ["1", "2"]);
        assert!(texts(&cut(r#"{"data":null}"#)).is_empty());
    }

    #[test]
    fn the_scroll_key_is_kept_as_it_came() {
        let page = cut(r#"{"data":[],"next_page_key":{"scroll_id":"a\u0062=="}}"#);
        assert_eq!(page.facts.next_key.as_deref(), Some(r#"{"scroll_id":"a\u0062=="}"#));
        assert_eq!(cut(r#"{"data":[],"next_page_key":null}"#).facts.next_key, None);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for body in ["", "{}", "3", "<html>", "{\"data\":{}}", "[1", "{\"data\":[1]"] {
            let error = list(&Bytes::copy_from_slice(body.as_bytes()), true).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        }
        assert!(list(&Bytes::from_static(b"{\"data\":[]}"), false).is_err());
    }

    #[test]
    fn envelopes_come_off_only_where_they_are() {
        let object = |body: &'static str, envelope| {
            let bytes = object(&Bytes::from_static(body.as_bytes()), envelope).unwrap();
            String::from_utf8(bytes.to_vec()).unwrap()
        };
        assert_eq!(object(r#"{"data":{"soId":1},"_links":{}}"#, true), r#"{"soId":1}"#);
        assert_eq!(object(r#"{"soId":1}"#, true), r#"{"soId":1}"#);
        assert_eq!(object(r#"{"data":{"a":1}}"#, false), r#"{"data":{"a":1}}"#);
        assert_eq!(object(r#"{"data":"x","soId":1}"#, true), r#"{"data":"x","soId":1}"#);
    }

    #[test]
    fn number_ids_become_text_and_the_rest_stays() {
        let page =
            cut(r#"{"data":[{"soId": 12345678901234567890, "n": 1.50},{"parentId":"7","x":{"soId":3}}]}"#);
        let page = page.with_text_ids(&["soId", "parentId"]).unwrap();
        assert_eq!(
            texts(&page),
            [r#"{"soId": "12345678901234567890", "n": 1.50}"#, r#"{"parentId":"7","x":{"soId":3}}"#]
        );
    }

    #[test]
    fn depth_bombs_are_refused() {
        let bomb = format!("[{}1{}]", "[".repeat(200), "]".repeat(200));
        assert!(list(&Bytes::from(bomb), true).is_err());
        let wide = format!("[[{}]]", vec!["[]"; 500].join(","));
        assert!(list(&Bytes::from(wide), true).is_ok());
        let text = format!("[\"{}\"]", "[".repeat(500));
        assert!(list(&Bytes::from(text), true).is_ok());
    }

    proptest! {
        #[test]
        fn ids_are_read_from_numbers_and_strings(id in any::<i64>(), name in "\\PC{0,12}") {
            let number = json!({"other": name, "soId": id}).to_string();
            let text = json!({"soId": id.to_string(), "other": [name]}).to_string();
            prop_assert_eq!(id_of(number.as_bytes(), "soId"), Some(id.to_string()));
            prop_assert_eq!(id_of(text.as_bytes(), "soId"), Some(id.to_string()));
            let turned = object_with_text_ids(Bytes::from(number), &["soId"]).unwrap();
            let value: Value = serde_json::from_slice(&turned).unwrap();
            prop_assert_eq!(&value["soId"], &Value::String(id.to_string()));
        }

        #[test]
        fn text_ids_come_back_as_they_are(id in "\\PC{1,20}") {
            let item = json!({"a": null, "soId": id}).to_string();
            prop_assert_eq!(id_of(item.as_bytes(), "soId"), Some(id));
        }

        #[test]
        fn cutting_equals_parsing(items in prop::collection::vec(any::<(i32, String, Option<bool>)>(), 0..20)) {
            let values: Vec<Value> = items.iter().map(|(a, b, c)| json!({"soId": a, "b": b, "c": c})).collect();
            let page = cut(&json!({"data": values}).to_string());
            let parsed: Vec<Value> = texts(&page).iter().map(|item| serde_json::from_str(item).unwrap()).collect();
            prop_assert_eq!(parsed, values);
        }

        #[test]
        fn any_bytes_are_survived(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let body = Bytes::from(body);
            if let Ok(page) = list(&body, true) { let _ = page.with_text_ids(&["soId"]); }
            let _ = object(&body, true);
        }
    }
}
