//! Answers: the result of a call as a view and as JSON, with what is known of how it came.

use http::HeaderMap;
use mspkit::{Meta, RawResponse};

use crate::arena::Arena;
use crate::guard::{quietly, release};
use crate::item::View;
use crate::text::{mspkit_pair, mspkit_str};

/// The answer to a call. Yours to free with `mspkit_answer_free`; may be read from several threads at the same time.
/// Everything that is got from it lives as long as it does.
pub struct mspkit_answer {
    view: View,
    json: mspkit_str,
    body: mspkit_str,
    meta: *const mspkit_meta,
    _arena: Arena,
}

// SAFETY: its pointers lead into its own arenas, which are not written to any more.
unsafe impl Send for mspkit_answer {}
// SAFETY: as above.
unsafe impl Sync for mspkit_answer {}

/// What is known of an answer besides its body. Read it by pointer only: it may grow.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_meta {
    /// The HTTP status.
    pub status: i32,
    /// How many attempts it took.
    pub attempts: i32,
    /// Microseconds from the call to the end of the answer, queueing and retries included.
    pub elapsed_us: i64,
    /// The id that mspkit gave the call and sent as `X-Request-Id`.
    pub request_id: mspkit_str,
    /// The headers, names in lower case; NULL when there are none.
    pub headers: *const mspkit_pair,
    /// How many headers there are.
    pub header_count: usize,
}

impl mspkit_answer {
    /// An answer with what its model makes of it.
    pub(crate) fn new(raw: &RawResponse, view: View) -> Self {
        let mut arena = Arena::new();
        let meta = meta(&raw.meta, &mut arena);
        let body = arena.bytes(&raw.body);
        let json = if raw.json == raw.body { body } else { arena.bytes(&raw.json) };
        Self { view, json, body, meta, _arena: arena }
    }

    /// The view, for an answer that holds this model.
    pub(crate) fn view(&self) -> &View {
        &self.view
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

unsafe fn get<T>(answer: *const mspkit_answer, nothing: T, read: impl FnOnce(&mspkit_answer) -> T) -> T {
    // SAFETY: the caller passes NULL or an answer that was given out and not freed.
    match unsafe { answer.as_ref() } {
        Some(answer) => quietly(nothing, || read(answer)),
        None => nothing,
    }
}

/// The result as JSON: without envelope, ids as strings, every field that the server sent; `null` for a call without a
/// result. For `mspkit_request` the body as it came, JSON or not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_answer_json(answer: *const mspkit_answer) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(answer, mspkit_str::NONE, |answer| answer.json) }
}

/// The body as it came, decompressed; any bytes, NULs too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_answer_body(answer: *const mspkit_answer) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(answer, mspkit_str::NONE, |answer| answer.body) }
}

/// Status, headers, ids and times; NULL only for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_answer_meta(answer: *const mspkit_answer) -> *const mspkit_meta {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(answer, std::ptr::null(), |answer| answer.meta) }
}

/// Frees an answer with everything that was got from it. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_answer_free(answer: *mut mspkit_answer) {
    // SAFETY: the caller passes NULL or an answer that was given out and is not used again.
    unsafe { release(answer) };
}
