//! Answers as bytes: the JSON of one object, or a page cut into the slices of its items.
//!
//! Bindings decode these slices into their own types, so nothing here builds values. Two things are put right on the
//! way, because every language needs them the same: envelopes are taken off, and ids that came as numbers are turned
//! into strings (a page without such ids, the usual case, is not copied).

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use memchr::memmem;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind, Result};
use crate::error_body;
use crate::model::Key;

/// No vendor nests deeper; beyond it recursive readers in other languages are at risk.
pub(crate) const MAX_DEPTH: usize = 128;

/// What is known of an answer besides its body.
#[derive(Debug, Clone)]
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
}

/// The answer to one call.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RawResponse {
    /// Status, headers, ids and times.
    pub meta: Meta,
    /// The body as it came.
    pub body: Bytes,
    /// The JSON of the result: without envelope, with ids as strings; `null` for an operation without a result.
    pub json: Bytes,
}

/// What a page says about itself and the list, as far as it says anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PageFacts {
    pub(crate) total_items: Option<u64>,
    pub(crate) total_pages: Option<u64>,
    pub(crate) page_size: Option<u64>,
    pub(crate) next_link: NextLink,
    /// The whole next-page key of a scroll, as it came.
    pub(crate) next_key: Option<String>,
}

/// What a page's links say of a next one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum NextLink {
    /// There are no links.
    #[default]
    Unsaid,
    /// There are links, and none of them leads on.
    None,
    /// Where the next page is.
    To(String),
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
    let text = utf8(body)?;
    let whole: &RawValue = parse(text)?;
    let inner = if envelope && whole.get().starts_with('{') {
        #[derive(Deserialize)]
        struct Data<'a> {
            #[serde(borrow)]
            data: Option<&'a RawValue>,
        }
        // Bare objects have no `data`; a `data` that is a list or a scalar is a field of theirs.
        parse::<Data<'_>>(text).ok().and_then(|found| found.data).filter(|data| data.get().starts_with('{'))
    } else {
        None
    };
    let inner = inner.unwrap_or(whole);
    check_depth(inner.get().as_bytes())?;
    Ok(body.slice(offset(text, inner.get())))
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

impl Cut {
    /// Turns ids that came as numbers into strings.
    pub(crate) fn with_text_ids(self, id_fields: &[&str]) -> Result<Self> {
        if !may_hold_number_ids(&self.buffer, id_fields) {
            return Ok(self);
        }
        let mut buffer = Vec::with_capacity(self.buffer.len() + self.items.len() * 2 * id_fields.len());
        let mut items = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let start = buffer.len();
            copy_with_text_ids(
                utf8(&self.buffer)?.get(item.clone()).unwrap_or_default(),
                id_fields,
                &mut buffer,
            )?;
            items.push(start..buffer.len());
        }
        Ok(Self { buffer: buffer.into(), items, facts: self.facts })
    }
}

/// One object with its number ids turned into strings.
pub(crate) fn object_with_text_ids(json: Bytes, id_fields: &[&str]) -> Result<Bytes> {
    if !may_hold_number_ids(&json, id_fields) {
        return Ok(json);
    }
    let mut buffer = Vec::with_capacity(json.len() + 2 * id_fields.len());
    copy_with_text_ids(utf8(&json)?, id_fields, &mut buffer)?;
    Ok(buffer.into())
}

/// The text of an item's own id, from a string or a number.
pub(crate) fn id_of(item: &[u8], wire: &str) -> Option<String> {
    let item = std::str::from_utf8(item).ok()?;
    let raw = member(item, wire)?;
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str(raw).ok(),
        b'-' | b'0'..=b'9' => Some(raw.to_owned()),
        _ => None,
    }
}

/// The raw value of a top-level member.
pub(crate) fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let mut found = None;
    // The walk ends with an error of its own as soon as the member is found: ids stand first in most items.
    let _ = walk(object, |key, value| {
        let hit = key == name;
        if hit {
            found = Some(value);
        }
        !hit
    });
    found
}

/// All top-level members in order; `each` says whether to go on.
pub(crate) fn walk<'a>(
    object: &'a str,
    mut each: impl FnMut(&str, &'a str) -> bool,
) -> Result<(), serde_json::Error> {
    struct Walk<F>(F);
    impl<'de, F: FnMut(&str, &'de str) -> bool> Visitor<'de> for Walk<&mut F> {
        type Value = ();
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key::<Key<'de>>()? {
                let value: &'de RawValue = map.next_value()?;
                if !(self.0)(&key.0, value.get()) {
                    return Err(serde::de::Error::custom("found"));
                }
            }
            Ok(())
        }
    }
    serde_json::Deserializer::from_str(object).deserialize_map(Walk(&mut each))
}

fn copy_with_text_ids(item: &str, id_fields: &[&str], out: &mut Vec<u8>) -> Result<()> {
    let mut numbers: Vec<Range<usize>> = Vec::new();
    if item.starts_with('{') {
        walk(item, |key, value| {
            if id_fields.contains(&key) && value.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
                numbers.push(offset(item, value));
            }
            true
        })
        .map_err(|error| undecodable(&error.to_string()))?;
    }
    let mut copied = 0;
    for number in numbers {
        out.extend_from_slice(&item.as_bytes()[copied..number.start]);
        out.push(b'"');
        out.extend_from_slice(&item.as_bytes()[number.clone()]);
        out.push(b'"');
        copied = number.end;
    }
    out.extend_from_slice(&item.as_bytes()[copied..]);
    Ok(())
}

/// A search for `"field":` before a digit: far cheaper than reading every item, and it may only err towards reading.
fn may_hold_number_ids(json: &[u8], id_fields: &[&str]) -> bool {
    id_fields.iter().any(|field| {
        let needle = format!("\"{field}\"");
        memmem::find_iter(json, needle.as_bytes()).any(|at| {
            let rest =
                json[at + needle.len()..].iter().find(|byte| !byte.is_ascii_whitespace() && **byte != b':');
            rest.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-')
        })
    })
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

/// The items of an array, as slices.
struct Slices<'a>(Vec<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Slices<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = Slices<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list")
            }
            fn visit_unit<E>(self) -> Result<Slices<'de>, E> {
                Ok(Slices(Vec::new()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Slices<'de>, A::Error> {
                let mut items = Vec::with_capacity(64);
                while let Some(item) = seq.next_element::<&'de RawValue>()? {
                    items.push(item.get());
                }
                Ok(Slices(items))
            }
        }
        deserializer.deserialize_any(Items)
    }
}

/// A list with what stands around it.
#[derive(Default)]
struct Envelope<'a> {
    data: Option<Slices<'a>>,
    facts: PageFacts,
}

impl<'de: 'a, 'a> Deserialize<'de> for Envelope<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Envelope<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object around a list")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<'de>, A::Error> {
                let mut found = Envelope::default();
                while let Some(key) = map.next_key::<Key<'de>>()? {
                    match &*key.0 {
                        "data" => found.data = Some(map.next_value()?),
                        "totalItems" => found.facts.total_items = map.next_value_seed(Count)?,
                        "totalPages" => found.facts.total_pages = map.next_value_seed(Count)?,
                        "pageSize" => found.facts.page_size = map.next_value_seed(Count)?,
                        "_links" => found.facts.next_link = next_link(map.next_value()?),
                        "next_page_key" => {
                            let key: &RawValue = map.next_value()?;
                            found.facts.next_key = (key.get() != "null").then(|| key.get().to_owned());
                        }
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(found)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A count that may be a number, a text or nothing.
struct Count;

impl<'de> DeserializeSeed<'de> for Count {
    type Value = Option<u64>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<u64>, D::Error> {
        let raw: &'de RawValue = Deserialize::deserialize(deserializer)?;
        Ok(raw.get().trim_matches('"').trim().parse().ok())
    }
}

fn next_link(links: &RawValue) -> NextLink {
    if !links.get().starts_with('{') {
        return NextLink::Unsaid;
    }
    let link =
        member(links.get(), "nextPage").and_then(|raw| serde_json::from_str::<Option<String>>(raw).ok());
    match link.flatten() {
        Some(link) if !link.is_empty() => NextLink::To(link),
        _ => NextLink::None,
    }
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
