//! Items of lists, and the field types of views.

use std::ffi::c_void;

use mspkit::{Error, RawPage};

use crate::document::{ABSENT, Document};
use crate::guard::{quietly, release};
use crate::layout::{Table, mspkit_layout};
use crate::text::mspkit_str;
use crate::view::View;

/// A field with a text, an id or JSON. `data` is never NULL: it is an empty text if there is no value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_text {
    /// The first byte; a NUL follows the last.
    pub data: *const std::ffi::c_char,
    /// The number of bytes.
    pub len: usize,
    /// `MSPKIT_PRESENT`, `MSPKIT_NULL` or `MSPKIT_ABSENT`.
    pub presence: i32,
}

/// A field with an integer. Never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_int {
    /// The number; 0 if there is none.
    pub value: i64,
    /// `MSPKIT_PRESENT`, `MSPKIT_NULL` or `MSPKIT_ABSENT`.
    pub presence: i32,
}

/// A field with a number. Never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_number {
    /// The number; 0 if there is none.
    pub value: f64,
    /// `MSPKIT_PRESENT`, `MSPKIT_NULL` or `MSPKIT_ABSENT`.
    pub presence: i32,
}

/// A field with a boolean. Never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_flag {
    /// The value; false if there is none.
    pub value: bool,
    /// `MSPKIT_PRESENT`, `MSPKIT_NULL` or `MSPKIT_ABSENT`.
    pub presence: i32,
}

/// An item of a list. Everything got from it is valid until it is freed; several threads may read it.
pub struct mspkit_item {
    document: Document,
}

impl mspkit_item {
    /// An item of a page, with a view of it if there is a table.
    pub(crate) fn read(page: &RawPage, at: usize, table: Option<Table>) -> Result<Self, Error> {
        let json = page.range(at).map(|range| page.buffer().slice(range)).unwrap_or_default();
        let view = table.map(|table| page.read_with(at, |_| View::read(&json, table))).transpose()?;
        Ok(Self { document: Document::new(json, view) })
    }
}

unsafe fn get<T>(item: *const mspkit_item, nothing: T, read: impl FnOnce(&mspkit_item) -> T) -> T {
    // SAFETY: the caller passes NULL or an item that lives.
    match unsafe { item.as_ref() } {
        Some(item) => quietly(nothing, || read(item)),
        None => nothing,
    }
}

/// The item as JSON: ids as strings, every field that the server sent; `data` is NULL only for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_item_json(item: *const mspkit_item) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(item, mspkit_str::NONE, |item| item.document.json()) }
}

/// The value at a JSON pointer (RFC 6901) such as `/parent/0/name`, for fields that the item's view does not have: a
/// text without its quotes, anything else as JSON. Absent if the pointer leads nowhere. Valid until the item is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_item_get(item: *const mspkit_item, pointer: mspkit_str) -> mspkit_text {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        let pointer = pointer.required("pointer").unwrap_or("absent");
        get(item, ABSENT, |item| item.document.get(pointer))
    }
}

/// The item as the struct that `layout` describes; NULL if it is of another type. The headers of the services have a
/// function for each of theirs. Valid until the item is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_item_view(
    item: *const mspkit_item,
    layout: *const mspkit_layout,
) -> *const c_void {
    // SAFETY: the caller's promise is this one's; a layout is NULL or a constant of the program.
    unsafe { get(item, std::ptr::null(), |item| item.document.view(layout)) }
}

/// Frees an item of a completion. NULL is allowed. Items of a page belong to the page, those of `mspkit_pager_next` to
/// the pager.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_item_free(item: *mut mspkit_item) {
    // SAFETY: the caller passes NULL or an item that was given out and is not used again.
    unsafe { release(item) };
}
