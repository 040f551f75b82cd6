//! The JSON of a result or an item, with its view, and everything else that is made on request.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::Mutex;

use bytes::Bytes;
use mspkit::Reader;

use crate::abi::{MSPKIT_ABSENT, MSPKIT_NULL, MSPKIT_PRESENT};
use crate::arena::Arena;
use crate::item::mspkit_text;
use crate::layout::{Of, Table, mspkit_layout};
use crate::lock;
use crate::text::mspkit_str;
use crate::view::View;

/// JSON with what is made from it.
pub(crate) struct Document {
    json: Bytes,
    view: Option<View>,
    later: Mutex<Option<Box<Later>>>,
}

/// Made on request.
#[derive(Default)]
struct Later {
    arena: Arena,
    json: Option<mspkit_str>,
    found: BTreeMap<Box<str>, mspkit_text>,
    views: Vec<View>,
}

// SAFETY: the texts lie in the arena beside them, which is written to under the lock only and never moves what it holds.
unsafe impl Send for Later {}

impl Document {
    pub(crate) fn new(json: Bytes, view: Option<View>) -> Self {
        Self { json, view, later: Mutex::new(None) }
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.json
    }

    fn later<T>(&self, make: impl FnOnce(&mut Later) -> T) -> T {
        make(lock(&self.later).get_or_insert_default())
    }

    /// The JSON as a NUL-terminated text.
    pub(crate) fn json(&self) -> mspkit_str {
        self.later(|Later { arena, json, .. }| *json.get_or_insert_with(|| arena.bytes(&self.json)))
    }

    /// The struct that a table describes; NULL if this is of another type.
    ///
    /// # Safety
    /// `layout` is NULL or a table that outlives this.
    pub(crate) unsafe fn view(&self, layout: *const mspkit_layout) -> *const c_void {
        if let Some(found) = self.view.as_ref().and_then(|view| view.get(layout)) {
            return found;
        }
        // SAFETY: the caller's promise is this one's.
        let Ok(Some(table)) = (unsafe { Table::new(layout, Of::View) }) else { return std::ptr::null() };
        // Every unit of a program has its own tables. An equal table describes the same struct; one of the same name is
        // of another version and read separately.
        if let Some(view) = &self.view {
            if let Some(found) = view.same(table) {
                return found;
            }
            if view.name() != table.name() {
                return std::ptr::null();
            }
        }
        self.later(|Later { views, .. }| {
            if let Some(found) = views.iter().find_map(|view| view.get(layout)) {
                return found;
            }
            let Ok(made) = View::read(&self.json, table) else { return std::ptr::null() };
            let found = made.get(layout).unwrap_or(std::ptr::null());
            views.push(made);
            found
        })
    }

    /// The value at a JSON pointer.
    pub(crate) fn get(&self, pointer: &str) -> mspkit_text {
        self.later(|Later { arena, found, .. }| {
            if let Some(known) = found.get(pointer) {
                return *known;
            }
            let made = value(find(&self.json, pointer), arena);
            found.insert(pointer.into(), made);
            made
        })
    }
}

/// Nothing found.
pub(crate) const ABSENT: mspkit_text = mspkit_text { data: c"".as_ptr(), len: 0, presence: MSPKIT_ABSENT };

/// A text without its quotes and escapes, anything else unchanged.
fn value(found: Option<&str>, arena: &mut Arena) -> mspkit_text {
    let kept = |mspkit_str { data, len }| mspkit_text { data, len, presence: MSPKIT_PRESENT };
    match found {
        None => ABSENT,
        Some("null") => mspkit_text { presence: MSPKIT_NULL, ..ABSENT },
        Some(text) if text.starts_with('"') => {
            let read = |value: Reader<'_, '_>| Ok(value.text()?.map(|text| kept(arena.text(&text))));
            Reader::whole(text.as_bytes(), read).ok().flatten().unwrap_or(ABSENT)
        }
        Some(text) => kept(arena.text(text)),
    }
}

/// The text of the value at a JSON pointer (RFC 6901); the last of repeated names counts, as everywhere.
fn find<'a>(json: &'a [u8], pointer: &str) -> Option<&'a str> {
    let mut here = std::str::from_utf8(json).ok()?.trim();
    let mut steps = pointer.split('/');
    if steps.next() != Some("") {
        return None;
    }
    for step in steps {
        let step = step.replace("~1", "/").replace("~0", "~");
        let mut found = None;
        let read = if here.starts_with('[') {
            let canonical = step == "0" || !step.starts_with(['0', '+']);
            let mut left: usize = step.parse().ok().filter(|_| canonical)?;
            Reader::whole(here.as_bytes(), |value| {
                value.list(|value| {
                    let text = value.skip()?;
                    found = if left == 0 { Some(text) } else { found };
                    left = left.wrapping_sub(1);
                    Ok(())
                })
            })
        } else {
            Reader::whole(here.as_bytes(), |value| {
                value.object(|name, value| {
                    let text = value.skip()?;
                    found = if name == step { Some(text) } else { found };
                    Ok(())
                })
            })
        };
        here = read.ok().and(found)?;
    }
    Some(here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_leads_to_its_value_or_to_nothing() {
        let json = br#" {"data":[{"name":"a\"b"},{"name":null,"x/y":1.50,"m~n":{"":true}}],"n":1,"n":2} "#;
        let found = |pointer: &str| find(json, pointer);
        assert_eq!(found("/data/0/name"), Some(r#""a\"b""#));
        assert_eq!(found("/data/1/name"), Some("null"));
        assert_eq!(found("/data/1/x~1y"), Some("1.50"));
        assert_eq!(found("/data/1/m~0n/"), Some("true"));
        assert_eq!(found("/n"), Some("2"));
        assert_eq!(found("").map(str::len), Some(json.len() - 2));
        for nowhere in [
            "/data/2",
            "/data/01",
            "/data/-",
            "/data/+1",
            "/data/name",
            "/n/x",
            "data",
            "/",
            "/data/0/name/0",
        ] {
            assert_eq!(found(nowhere), None, "{nowhere}");
        }
        assert_eq!(find(b"<html>", "/a"), None);
    }

    #[test]
    fn texts_have_no_quotes_and_are_the_same_each_time() {
        let document = Document::new(Bytes::from_static(br#"{"a":"x\ny","b":[1, 2],"c":null}"#), None);
        let text = |found: mspkit_text| {
            // SAFETY: the document keeps it.
            let bytes = unsafe { std::slice::from_raw_parts(found.data.cast::<u8>(), found.len) };
            (String::from_utf8_lossy(bytes).into_owned(), found.presence)
        };
        assert_eq!(text(document.get("/a")), ("x\ny".to_owned(), MSPKIT_PRESENT));
        assert_eq!(text(document.get("/b")), ("[1, 2]".to_owned(), MSPKIT_PRESENT));
        assert_eq!(text(document.get("/c")), (String::new(), MSPKIT_NULL));
        assert_eq!(text(document.get("/d")), (String::new(), MSPKIT_ABSENT));
        assert_eq!(document.get("/a").data, document.get("/a").data);
    }
}
