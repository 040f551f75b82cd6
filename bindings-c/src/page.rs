//! Pages: items as views, with a resume token after each of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use mspkit::RawPage;

use crate::abi::{MSPKIT_E_RANGE, MSPKIT_OK, mspkit_status};
use crate::arena::Arena;
use crate::error::{at, mspkit_error};
use crate::failure::Failure;
use crate::guard::{borrow, guard, output, quietly, release};
use crate::item::mspkit_item;
use crate::lock;
use crate::response::{meta, mspkit_meta};
use crate::text::mspkit_str;

/// A page of a list. Freed by the caller with `mspkit_page_free`; may be read from several threads at the same time.
/// Everything got from it is valid until it is freed.
pub struct mspkit_page {
    /// The pages, or parts of pages, that it consists of.
    parts: Vec<RawPage>,
    items: Vec<mspkit_item>,
    meta: *const mspkit_meta,
    _arena: Arena,
    later: Mutex<Later>,
    json: OnceLock<Kept>,
}

/// Made on request.
#[derive(Default)]
struct Later {
    arena: Arena,
    tokens: BTreeMap<usize, mspkit_str>,
}

struct Kept {
    text: mspkit_str,
    _arena: Arena,
}

// SAFETY: its pointers lead into its own arenas, to what is not written to any more.
unsafe impl Send for mspkit_page {}
// SAFETY: as above; what is made later is made under a lock.
unsafe impl Sync for mspkit_page {}

impl mspkit_page {
    /// Pages, or parts of pages, with all of their items.
    pub(crate) fn new(parts: Vec<RawPage>, items: Vec<mspkit_item>) -> Self {
        let mut arena = Arena::new();
        let meta = parts.last().map_or(std::ptr::null(), |last| meta(&last.meta, &mut arena));
        let (later, json) = (Mutex::default(), OnceLock::new());
        Self { items, meta, parts, _arena: arena, later, json }
    }

    /// Token to resume after this many items, from the part that has the last of them.
    fn place(&self, consumed: usize) -> String {
        let mut before = 0;
        for part in &self.parts {
            if consumed <= before + part.len() {
                return part.resume_token(consumed - before);
            }
            before += part.len();
        }
        String::new()
    }

    fn resume_token(&self, consumed: usize) -> mspkit_str {
        let Later { arena, tokens } = &mut *lock(&self.later);
        let token = || arena.text(&self.place(consumed));
        *tokens.entry(consumed).or_insert_with(token)
    }

    fn json(&self) -> mspkit_str {
        let made = self.json.get_or_init(|| {
            let mut all = vec![b'['];
            for item in self.parts.iter().flat_map(RawPage::items) {
                if all.len() > 1 {
                    all.push(b',');
                }
                all.extend_from_slice(item);
            }
            all.push(b']');
            let mut arena = Arena::new();
            Kept { text: arena.bytes(&all), _arena: arena }
        });
        made.text
    }
}

unsafe fn get<T>(page: *const mspkit_page, nothing: T, read: impl FnOnce(&mspkit_page) -> T) -> T {
    // SAFETY: the caller passes NULL or a page that was given out and not freed.
    match unsafe { page.as_ref() } {
        Some(page) => quietly(nothing, || read(page)),
        None => nothing,
    }
}

/// How many items there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_page_count(page: *const mspkit_page) -> usize {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(page, 0, |page| page.items.len()) }
}

/// An item, by index from 0; NULL beyond the last. Belongs to the page: do not free it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_page_item(page: *const mspkit_page, index: usize) -> *const mspkit_item {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(page, std::ptr::null(), |page| at(&page.items, index)) }
}

/// How many items the list has, as reported by the server; -1 if it reports no count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_page_total(page: *const mspkit_page) -> i64 {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        get(page, -1, |page| {
            let total = page.parts.last().and_then(|last| last.total);
            total.map_or(-1, |total| i64::try_from(total).unwrap_or(i64::MAX))
        })
    }
}

/// The number of the page, from 1; -1 if pages are not numbered, and for items collected from several.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_page_number(page: *const mspkit_page) -> i64 {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        get(page, -1, |page| {
            let [only] = &page.parts[..] else { return -1 };
            only.number.map_or(-1, |number| i64::try_from(number).unwrap_or(i64::MAX))
        })
    }
}

/// Token to resume after the first `consumed` items of the page; pass their count for the whole page.
///
/// `token` receives it. Thread-safe. Fails with `MSPKIT_E_RANGE` for more items than there are, and with
/// `MSPKIT_E_NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_page_resume_token(
    page: *const mspkit_page,
    consumed: usize,
    token: *mut mspkit_str,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            let page = borrow("page", page)?;
            output("token", token)?;
            if consumed > page.items.len() {
                let (given, count) = (consumed.to_string(), page.items.len());
                let allowed = format!("must be at most {count}, as many items as the page has");
                return Err(Failure::argument(MSPKIT_E_RANGE, "consumed", Some(&given), &allowed));
            }
            token.write(page.resume_token(consumed));
            Ok(MSPKIT_OK)
        })
    }
}

/// Status, headers, ids and times of the page's response, the last of several; NULL only if nothing was collected.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_page_meta(page: *const mspkit_page) -> *const mspkit_meta {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(page, std::ptr::null(), |page| page.meta) }
}

/// The items as one JSON array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_page_json(page: *const mspkit_page) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(page, mspkit_str::NONE, mspkit_page::json) }
}

/// Frees a page with its items. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_page_free(page: *mut mspkit_page) {
    // SAFETY: the caller passes NULL or a page that was given out and is not used again.
    unsafe { release(page) };
}
