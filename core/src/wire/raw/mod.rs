//! Responses as bytes: the JSON of one object, or a page split into the slices of its items.
//!
//! Bindings decode these slices into their own types, so nothing here builds values. Two things are normalised, because
//! every language needs them: envelopes are removed, and numeric ids become strings (a page without numeric ids, the usual
//! case, is not copied).

mod envelope;
mod ids;
mod members;
mod scan;

use bytes::Bytes;

pub(crate) use self::envelope::{NextLink, PageInfo};
pub(crate) use self::ids::Entry;
use self::ids::Ids;
pub(crate) use self::members::{compose, member, walk};
use self::scan::mended;
pub(crate) use self::scan::{Broken, Scan};
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::markup;
use crate::table::dialect::Envelope;

/// The items of a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageItems {
    pub(crate) buffer: Bytes,
    pub(crate) items: Vec<Entry>,
    /// How many rows the server sent, including nulls.
    pub(crate) rows: usize,
    pub(crate) info: PageInfo,
    /// Whether the response states that the list is empty.
    pub(crate) nothing: bool,
}

impl PageItems {
    /// The page of a response without rows: status 204 or `null`.
    pub(crate) fn nothing() -> Self {
        Self { nothing: true, ..Self::default() }
    }

    /// The bytes of an item.
    pub(crate) fn slice(&self, item: &Entry) -> &[u8] {
        &self.buffer[item.bytes()]
    }

    /// The bytes of each item.
    #[cfg(test)]
    pub(crate) fn slices(&self) -> impl Iterator<Item = &[u8]> {
        self.items.iter().map(|item| self.slice(item))
    }
}

/// An object, without its envelope if there is one.
pub(crate) fn object(body: &Bytes, envelope: Option<&Envelope>, id_fields: &[&str]) -> Result<Bytes> {
    let text = utf8(body)?;
    // Without an envelope nothing is found: no member has an empty name.
    let data = envelope.map_or("", |envelope| envelope.data);
    let (mut scan, mut ids) = (Scan::new(text), Ids::new(data, id_fields));
    if scan.peek().is_some_and(|first| first != b'{') {
        return Err(refused(text, "the response is not an object"));
    }
    let read = ids.entry(&mut scan, 0).and_then(|entry| scan.end().map(|halves| (entry, halves)));
    let (entry, halves) = read.map_err(|broken| no_json(text, &broken))?;
    // If the member is a list or a scalar, it is a field of an object without an envelope.
    let data = body.slice(entry.id_range());
    if envelope.is_some() && data.starts_with(b"{") {
        return object(&data, None, id_fields);
    }
    let mut entry = [entry];
    Ok(ids.into_text(&mended(body, &halves), &mut entry).slice(entry[0].bytes()))
}

/// JSON with unpaired surrogates replaced; other bodies are unchanged.
pub(crate) fn readable(body: &Bytes) -> Bytes {
    let half = |at: usize| matches!(body.get(at + 1..at + 3), Some(b"ud" | b"uD"));
    if !memchr::memchr_iter(b'\\', body).any(half) {
        return body.clone();
    }
    let halves = std::str::from_utf8(body).ok().and_then(|text| {
        let mut scan = Scan::new(text);
        scan.value().and_then(|_| scan.end()).ok()
    });
    mended(body, &halves.unwrap_or_default())
}

/// A list as [`list`] splits it, where a bare object counts as a list of one item.
pub(crate) fn list_or_object(
    body: &Bytes,
    envelope: Option<&Envelope>,
    id: &str,
    id_fields: &[&str],
) -> Result<PageItems> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return list(body, envelope, id, id_fields);
    }
    let object = object(body, envelope, &[])?;
    let text = utf8(&object)?;
    if envelope.is_some_and(|envelope| member(text, envelope.data).is_some()) {
        return list(body, envelope, id, id_fields);
    }
    list(&[b"[", &*object, b"]"].concat().into(), None, id, id_fields)
}

/// The only list among the members of an object; other bodies, and objects with several lists, are unchanged.
pub(crate) fn only_list(body: &Bytes) -> Bytes {
    let Ok(text) = utf8(body) else { return body.clone() };
    let mut lists = Vec::new();
    let walked = walk(text.trim(), |_, value| lists.extend(value.starts_with('[').then_some(value)));
    match (walked, &lists[..]) {
        (Ok(()), [only]) => body.slice_ref(only.as_bytes()),
        _ => body.clone(),
    }
}

/// The only entry of a list, bare or in its envelope, or a bare object.
pub(crate) fn only(body: &Bytes, envelope: Option<&Envelope>) -> Result<Bytes> {
    let page_items = list_or_object(body, envelope, "", &[])?;
    match &page_items.items[..] {
        [one] => Ok(page_items.buffer.slice(one.bytes())),
        items => {
            Err(undecodable(&format!("the response is a list of {}, one object was expected", items.len())))
        }
    }
}

/// Splits a list into its items: a bare array, or one in its envelope. `id` is the field with the items' own id, which is
/// one of `id_fields`. A bare `null` is an empty list.
pub(crate) fn list(
    body: &Bytes,
    envelope: Option<&Envelope>,
    id: &str,
    id_fields: &[&str],
) -> Result<PageItems> {
    if u32::try_from(body.len() + body.len() / 2).is_err() {
        return Err(undecodable("the response is too large to be cut into rows"));
    }
    let text = utf8(body)?;
    let (mut scan, mut ids) = (Scan::new(text), Ids::new(id, id_fields));
    let read = match (scan.peek(), envelope) {
        (Some(b'{'), Some(words)) => envelope::enveloped(&mut scan, &mut ids, words),
        (Some(b'['), _) => {
            envelope::entries(&mut scan, &mut ids).map(|rows| (Some(rows), PageInfo::default()))
        }
        _ if text.trim() == "null" => return Ok(PageItems::nothing()),
        _ => return Err(refused(text, "the response is not a list")),
    };
    let read = read.and_then(|(rows, info)| scan.end().map(|halves| (rows, info, halves)));
    let (rows, info, halves) = read.map_err(|broken| no_json(text, &broken))?;
    let mut rows = rows.ok_or_else(|| undecodable("the response has no list under `data`"))?;
    let buffer = ids.into_text(&mended(body, &halves), &mut rows.entries);
    Ok(PageItems { buffer, items: rows.entries, rows: rows.count, info, nothing: false })
}

fn no_json(text: &str, broken: &Broken) -> Error {
    if matches!(broken, Broken::TooMany) {
        return undecodable(&format!("the response is too large: {broken}"));
    }
    refused(text, &format!("the response is not the expected JSON: {broken}"))
}

/// Proxies and gateways respond with web pages, whose title is more useful than a syntax error.
fn refused(text: &str, reason: &str) -> Error {
    let page = markup::is_page(text.as_bytes());
    if page { undecodable(&markup::page(text)) } else { undecodable(reason) }
}

fn utf8(body: &[u8]) -> Result<&str> {
    std::str::from_utf8(body).map_err(|_| undecodable("the response is not UTF-8 text"))
}

/// Refuses web pages: they come from a proxy or a gateway and not from the service, whatever their status.
pub(crate) fn refuse_page(body: &[u8]) -> Result<()> {
    if markup::is_page(body) {
        return Err(undecodable(&markup::page(&String::from_utf8_lossy(body))));
    }
    Ok(())
}

pub(crate) fn undecodable(reason: &str) -> Error {
    Error::new(ErrorKind::Decode, reason)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// Words that no service has, to show that they are read from here.
    const ENVELOPE: Envelope = Envelope {
        data: "data",
        total_items: Some("count"),
        total_pages: Some("pages"),
        page_size: Some("size"),
        links: Some(("links", "next")),
        next_key: Some("key"),
    };

    fn page_items(body: &str) -> PageItems {
        list(&Bytes::copy_from_slice(body.as_bytes()), Some(&ENVELOPE), "soId", &["soId", "parentId"])
            .unwrap()
    }

    fn texts(page_items: &PageItems) -> Vec<&str> {
        page_items.slices().map(|item| std::str::from_utf8(item).unwrap()).collect()
    }

    #[test]
    fn items_are_slices_of_the_page() {
        let page =
            page_items(r#" {"count":"45", "data" : [ {"a":1} , {"b":[2]} ],"size":2,"links":{"next":null}}"#);
        assert_eq!(texts(&page), [r#"{"a":1}"#, r#"{"b":[2]}"#]);
        assert_eq!(page.info.total_items, Some(45));
        assert_eq!(page.info.page_size, Some(2));
        assert_eq!(page.info.next_link, NextLink::Null);
        assert_eq!(page_items(r#"{"data":[],"links":{}}"#).info.next_link, NextLink::Absent);
        assert_eq!(texts(&page_items("[1, 2]")), ["1", "2"]);
        assert!(texts(&page_items(r#"{"data":null}"#)).is_empty());
    }

    #[test]
    fn an_object_counts_as_a_list_of_one_and_a_list_of_one_as_its_object() {
        let page_items =
            |body: &'static str| list_or_object(&Bytes::from(body), Some(&ENVELOPE), "id", &["id"]);
        assert_eq!(texts(&page_items(r#"{"id":7}"#).unwrap()), [r#"{"id":"7"}"#]);
        assert_eq!(texts(&page_items(r#"{"data":{"id":7}}"#).unwrap()), [r#"{"id":"7"}"#]);
        assert_eq!(
            texts(&page_items(r#"{"data":[{"id":7},{"id":8}]}"#).unwrap()),
            [r#"{"id":"7"}"#, r#"{"id":"8"}"#]
        );
        assert_eq!(texts(&page_items(r#"[{"id":7}]"#).unwrap()), [r#"{"id":"7"}"#]);
        assert!(texts(&page_items(r#"{"data":null}"#).unwrap()).is_empty());
        assert!(page_items("7").is_err());
        let only = |body: &'static str| super::only(&Bytes::from(body), Some(&ENVELOPE));
        assert_eq!(only(r#"{"data":[{"a":1}]}"#).unwrap(), r#"{"a":1}"#);
        assert_eq!(only(r#"[{"a":1}]"#).unwrap(), r#"{"a":1}"#);
        assert_eq!(only(r#"{"a":1}"#).unwrap(), r#"{"a":1}"#);
        let error = only(r#"{"data":[{"a":1},{"a":2}]}"#).unwrap_err().to_string();
        assert!(error.contains("a list of 2"), "{error}");
    }

    #[test]
    fn the_only_list_of_an_object_is_found_under_any_name() {
        let only_list = |body: &'static str| super::only_list(&Bytes::from(body));
        assert_eq!(only_list(r#"{"page": 1, "lines": [{"a": [1]}], "n": null}"#), r#"[{"a": [1]}]"#);
        for body in ["[1]", "{}", r#"{"a":[],"b":[]}"#, "{", ""] {
            assert_eq!(only_list(body), body);
        }
    }

    #[test]
    fn the_scroll_key_is_kept_unchanged() {
        let page = page_items(r#"{"data":[],"key":{"scroll_id":"a\u0062=="}}"#);
        assert_eq!(page.info.next_key.as_deref(), Some(r#"{"scroll_id":"a\u0062=="}"#));
        assert_eq!(page_items(r#"{"data":[],"key":null}"#).info.next_key, None);
    }

    #[test]
    fn bodies_that_are_no_lists_are_refused() {
        for body in
            ["", "{}", "3", "<html>", "{\"data\":{}}", "[1", "{\"data\":[1]", "[] []", "{\"data\":[]}}"]
        {
            let error = list(&Bytes::copy_from_slice(body.as_bytes()), Some(&ENVELOPE), "", &[]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        }
        assert!(list(&Bytes::from_static(b"{\"data\":[]}"), None, "", &[]).is_err());
    }

    #[test]
    fn envelopes_are_removed_only_where_they_exist() {
        let object = |body: &'static str, envelope: bool| {
            let bytes =
                object(&Bytes::from_static(body.as_bytes()), envelope.then_some(&ENVELOPE), &["soId"])
                    .unwrap();
            String::from_utf8(bytes.to_vec()).unwrap()
        };
        assert_eq!(object(r#" {"data": {"soId":"1"} ,"links":{}} "#, true), r#"{"soId":"1"}"#);
        assert_eq!(object(r#"{"data":{"soId":1},"soId":2}"#, true), r#"{"soId":"1"}"#);
        assert_eq!(object(r#"{"soId":1}"#, true), r#"{"soId":"1"}"#);
        assert_eq!(object(r#"{"data":{"a":1}}"#, false), r#"{"data":{"a":1}}"#);
        assert_eq!(object(r#"{"data":"x","soId":1}"#, true), r#"{"data":"x","soId":"1"}"#);
    }

    #[test]
    fn numeric_ids_become_text_and_the_rest_is_unchanged() {
        let page = page_items(
            r#"{"data":[{"soId": 12345678901234567890, "n": 1.50},{"parentId":7,"x":{"soId":3}},{}]}"#,
        );
        assert_eq!(
            texts(&page),
            [r#"{"soId": "12345678901234567890", "n": 1.50}"#, r#"{"parentId":"7","x":{"soId":3}}"#, "{}"]
        );
        let ids: Vec<_> = page.items.iter().map(|item| item.id(&page.buffer)).collect();
        assert_eq!(ids, [Some("12345678901234567890".into()), None, None]);
    }

    #[test]
    fn pages_with_text_ids_are_not_copied() {
        let body = Bytes::from_static(br#"{"data":[{"soId":"1"}]}"#);
        let page = list(&body, Some(&ENVELOPE), "soId", &["soId"]).unwrap();
        assert_eq!(page.buffer.as_ptr(), body.as_ptr());
    }

    #[test]
    fn half_surrogates_become_the_replacement_character() {
        let body = r#"{"data":[{"soId":1.0,"a\udc00":"cut \ud83d"},{"soId":"\ud83d\ude00","b":"\\ud83d \uDE00\uD83D"}]}"#;
        let page = page_items(body);
        assert_eq!(
            texts(&page),
            [
                r#"{"soId":"1","a\ufffd":"cut \ufffd"}"#,
                r#"{"soId":"\ud83d\ude00","b":"\\ud83d \ufffd\ufffd"}"#
            ]
        );
        let bytes = Bytes::from_static(br#"["\ud83d",1]"#);
        assert_eq!(&readable(&bytes)[..], br#"["\ufffd",1]"#);
        assert_eq!(
            &object(&Bytes::from_static(br#"{"n":"\uDFFF"}"#), Some(&ENVELOPE), &[]).unwrap()[..],
            br#"{"n":"\ufffd"}"#
        );
    }

    #[test]
    fn ids_sent_as_doubles_become_whole_numbers() {
        let page =
            page_items(r#"{"data":[{"soId":7.0,"n":7.0},{"parentId":7e0,"soId":"7.0"},{"soId":7.5}]}"#);
        assert_eq!(
            texts(&page),
            [r#"{"soId":"7","n":7.0}"#, r#"{"parentId":"7","soId":"7.0"}"#, r#"{"soId":"7.5"}"#]
        );
        let ids: Vec<_> = page.items.iter().map(|item| item.id(&page.buffer)).collect();
        assert_eq!(ids, [Some("7".into()), Some("7.0".into()), Some("7.5".into())]);
    }

    #[test]
    fn nulls_are_counted_as_rows_but_are_no_items() {
        let page = page_items(r#"[null,{"soId":1},null,{"soId":2}]"#);
        assert_eq!((page.rows, texts(&page).len()), (4, 2));
        assert_eq!(page.items.iter().map(Entry::row).collect::<Vec<_>>(), [1, 3]);
        assert!(page_items(" null ").nothing);
    }

    #[test]
    fn placeholders_are_no_identity() {
        let page = page_items(
            r#"[{"soId":0},{"soId":""},{"soId":" "},{"soId":-1},{"soId":null},{"soId":"00000000-0000-0000-0000-000000000000"},{"soId":"a"},{"soId":10}]"#,
        );
        let found: Vec<_> = page.items.iter().map(|item| item.identity(&page.buffer).is_some()).collect();
        assert_eq!(found, [false, false, false, false, false, false, true, true]);
    }

    #[test]
    fn rows_have_a_limit() {
        let many = |rows: usize| {
            list(&Bytes::from(format!("[{}0]", "0,".repeat(rows - 1))), Some(&ENVELOPE), "", &[])
        };
        assert_eq!(many(1_000_000).unwrap().rows, 1_000_000);
        let error = many(1_000_001).unwrap_err();
        assert_eq!(error.message(), "the response is too large: it has more than 1000000 rows");
    }

    #[test]
    fn depth_bombs_are_refused() {
        let bomb = |levels: usize| {
            let body = format!("{{\"data\":[{}1{}]}}", "[".repeat(levels), "]".repeat(levels));
            list(&Bytes::from(body), Some(&ENVELOPE), "", &[])
        };
        assert!(bomb(128).is_ok(), "items count their own levels");
        assert!(bomb(129).unwrap_err().message().contains("deeper than 128 levels"));
    }

    proptest! {
        #[test]
        fn ids_are_read_from_numbers_and_strings(ids in prop::collection::vec(any::<i64>(), 1..9), name in "\\PC{0,12}") {
            let numbers: Vec<Value> = ids.iter().map(|id| json!({"other": name, "soId": id})).collect();
            let strings: Vec<Value> = ids.iter().map(|id| json!({"soId": id.to_string(), "other": [name]})).collect();
            for items in [numbers, strings] {
                let page = page_items(&json!({"data": items}).to_string());
                for (item, id) in page.items.iter().zip(&ids) {
                    prop_assert_eq!(item.id(&page.buffer), Some(id.to_string().into()));
                    let read: Value = serde_json::from_slice(&page.buffer[item.bytes()]).unwrap();
                    prop_assert_eq!(&read["soId"], &Value::String(id.to_string()));
                }
            }
        }

        #[test]
        fn text_ids_are_unchanged(id in "\\PC{1,20}") {
            let page = page_items(&json!([{"a": null, "soId": id}]).to_string());
            prop_assert_eq!(page.items[0].id(&page.buffer), Some(id.into()));
        }

        #[test]
        fn cutting_equals_parsing(items in prop::collection::vec(any::<(i32, String, Option<bool>)>(), 0..20)) {
            let values: Vec<Value> = items.iter().map(|(a, b, c)| json!({"x": a, "b": b, "c": c})).collect();
            let page = page_items(&json!({"data": values}).to_string());
            let parsed: Vec<Value> = texts(&page).iter().map(|item| serde_json::from_str(item).unwrap()).collect();
            prop_assert_eq!(parsed, values);
        }

        #[test]
        fn any_bytes_are_handled(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let body = Bytes::from(body);
            let _ = list(&body, Some(&ENVELOPE), "soId", &["soId"]);
            let _ = object(&body, Some(&ENVELOPE), &["soId"]);
        }
    }
}
