//! Responses: the result of a call, its view, and the metadata of its response.

use std::ffi::c_void;
use std::sync::Mutex;

use bytes::Bytes;
use http::HeaderMap;
use mspkit::{Meta, RawResponse};

use crate::arena::Arena;
use crate::document::{ABSENT, Document};
use crate::guard::{quietly, release};
use crate::item::mspkit_text;
use crate::layout::mspkit_layout;
use crate::lock;
use crate::text::{mspkit_pair, mspkit_str};
use crate::view::View;

/// The result of a call and the metadata of its response. Freed by the caller with `mspkit_response_free`; may be read
/// from several threads at the same time. Everything got from it is valid until it is freed.
pub struct mspkit_response {
    document: Document,
    body: Bytes,
    /// None for what no server has sent.
    meta: Option<Meta>,
    later: Mutex<Later>,
}

/// Made on request.
#[derive(Default)]
struct Later {
    arena: Arena,
    body: Option<mspkit_str>,
    meta: Option<*const mspkit_meta>,
}

// SAFETY: what is pointed at lies in the arena beside it, which is written to under the lock only.
unsafe impl Send for Later {}

/// The metadata of a response. Only use it by pointer: it may grow.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_meta {
    /// The HTTP status.
    pub status: i32,
    /// How many attempts were made.
    pub attempts: i32,
    /// Microseconds from the call to the end of the response, queueing and retries included.
    pub elapsed_us: i64,
    /// The id that mspkit gave the call and sent as `X-Request-Id`.
    pub request_id: mspkit_str,
    /// The headers, names in lower case; NULL if there are none.
    pub headers: *const mspkit_pair,
    /// How many headers there are.
    pub header_count: usize,
}

impl mspkit_response {
    /// A response, with a view of it if there is a table.
    pub(crate) fn new(raw: RawResponse, view: Option<View>) -> Self {
        let RawResponse { meta, body, json, .. } = raw;
        Self { document: Document::new(json, view), body, meta: Some(meta), later: Mutex::default() }
    }

    /// A text that no server has sent.
    pub(crate) fn of_text(text: String) -> Self {
        let body = Bytes::from(text);
        Self { document: Document::new(body.clone(), None), body, meta: None, later: Mutex::default() }
    }

    fn body(&self) -> mspkit_str {
        // The body of a response without an envelope is its result.
        if self.body == self.document.bytes() {
            return self.document.json();
        }
        let Later { arena, body, .. } = &mut *lock(&self.later);
        *body.get_or_insert_with(|| arena.bytes(&self.body))
    }

    fn meta(&self) -> *const mspkit_meta {
        let Later { arena, meta: made, .. } = &mut *lock(&self.later);
        let Some(known) = &self.meta else { return std::ptr::null() };
        *made.get_or_insert_with(|| meta(known, arena))
    }
}

pub(crate) fn meta(meta: &Meta, arena: &mut Arena) -> *const mspkit_meta {
    let headers = pairs(&meta.headers, arena);
    let made = mspkit_meta {
        status: meta.status.into(),
        attempts: i32::try_from(meta.attempts).unwrap_or(i32::MAX),
        elapsed_us: i64::try_from(meta.elapsed.as_micros()).unwrap_or(i64::MAX),
        request_id: arena.text(&meta.request_id),
        headers: arena.put_slice(&headers),
        header_count: headers.len(),
    };
    arena.put(made)
}

pub(crate) fn pairs(headers: &HeaderMap, arena: &mut Arena) -> Vec<mspkit_pair> {
    let each = headers.iter().map(|(name, value)| mspkit_pair {
        name: arena.text(name.as_str()),
        value: arena.text(&String::from_utf8_lossy(value.as_bytes())),
    });
    each.collect()
}

unsafe fn get<T>(
    response: *const mspkit_response,
    nothing: T,
    read: impl FnOnce(&mspkit_response) -> T,
) -> T {
    // SAFETY: the caller passes NULL or a response that was given out and not freed.
    match unsafe { response.as_ref() } {
        Some(response) => quietly(nothing, || read(response)),
        None => nothing,
    }
}

/// The result as JSON: without envelope, ids as strings, every field that the server sent; `null` for a call without a
/// result. For `mspkit_request` the unchanged body, JSON or not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_response_json(response: *const mspkit_response) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(response, mspkit_str::NONE, |response| response.document.json()) }
}

/// The unchanged body, decompressed; any bytes, including NULs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_response_body(response: *const mspkit_response) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(response, mspkit_str::NONE, mspkit_response::body) }
}

/// The value at a JSON pointer (RFC 6901) of the result, such as `/data/0/name`, for fields without a view: a text
/// without its quotes, anything else as JSON. Absent if the pointer leads nowhere. Valid until the response is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_response_get(
    response: *const mspkit_response,
    pointer: mspkit_str,
) -> mspkit_text {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        let pointer = pointer.required("pointer").unwrap_or("absent");
        get(response, ABSENT, |response| response.document.get(pointer))
    }
}

/// The result as the struct that `layout` describes; NULL if it is of another type. The headers of the services have a
/// function for each of theirs. Valid until the response is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_response_view(
    response: *const mspkit_response,
    layout: *const mspkit_layout,
) -> *const c_void {
    // SAFETY: the caller's promise is this one's; a layout is NULL or a constant of the program.
    unsafe { get(response, std::ptr::null(), |response| response.document.view(layout)) }
}

/// Status, headers, ids and times; NULL for NULL, and for what no server has sent, such as a plan.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_response_meta(response: *const mspkit_response) -> *const mspkit_meta {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(response, std::ptr::null(), mspkit_response::meta) }
}

/// Frees a response with everything got from it. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_response_free(response: *mut mspkit_response) {
    // SAFETY: the caller passes NULL or a response that was given out and is not used again.
    unsafe { release(response) };
}
