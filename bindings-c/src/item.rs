//! Models as C sees them: plain structs in an arena, made from the core's typed models.

use std::any::TypeId;
use std::ffi::c_void;

use mspkit::{FromAnswer, Json};
use serde::Serialize;

use crate::abi::{MSPKIT_ABSENT, MSPKIT_NULL, MSPKIT_PRESENT};
use crate::arena::Arena;
use crate::guard::{quietly, release};
use crate::text::mspkit_str;

/// A field with a text, an id or JSON. `data` is never NULL: it is an empty text where there is no value.
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

/// A field with a whole number. Never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_int {
    /// The number; 0 where there is none.
    pub value: i64,
    /// `MSPKIT_PRESENT`, `MSPKIT_NULL` or `MSPKIT_ABSENT`.
    pub presence: i32,
}

/// A field with a number. Never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_number {
    /// The number; 0 where there is none.
    pub value: f64,
    /// `MSPKIT_PRESENT`, `MSPKIT_NULL` or `MSPKIT_ABSENT`.
    pub presence: i32,
}

/// A field with yes or no. Never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_flag {
    /// The value; false where there is none.
    pub value: bool,
    /// `MSPKIT_PRESENT`, `MSPKIT_NULL` or `MSPKIT_ABSENT`.
    pub presence: i32,
}

/// An item of a list. Everything that is got from it lives as long as it does; several threads may read it.
pub struct mspkit_item {
    view: View,
}

/// A model's struct with the memory that it points into, and its JSON.
pub(crate) struct View {
    json: mspkit_str,
    data: *const c_void,
    holds: TypeId,
    _arena: Arena,
}

// SAFETY: its pointers lead into its own arena, which is not written to any more.
unsafe impl Send for View {}
// SAFETY: as above.
unsafe impl Sync for View {}

/// A model that has a struct in C. The implementations are generated.
pub(crate) trait Viewed: FromAnswer + Serialize {
    /// The struct.
    type Struct: Copy + 'static;

    /// Fills the struct; what it points at goes into the arena.
    fn view(&self, json: mspkit_str, arena: &mut Arena) -> Self::Struct;
}

impl View {
    /// A view of nothing but JSON.
    pub(crate) fn plain(json: &[u8]) -> Self {
        let mut arena = Arena::new();
        let json = arena.bytes(json);
        Self { json, data: std::ptr::null(), holds: TypeId::of::<()>(), _arena: arena }
    }

    pub(crate) fn of<M: Viewed>(model: &M, json: &[u8]) -> Self {
        // The JSON, the struct, and the values again, each with a NUL and rounded up.
        let mut arena = Arena::with_room(2 * json.len() + size_of::<M::Struct>());
        let json = arena.bytes(json);
        let made = model.view(json, &mut arena);
        let data = arena.put(made).cast();
        Self { json, data, holds: TypeId::of::<M::Struct>(), _arena: arena }
    }

    /// The struct; NULL when the view is of another model.
    pub(crate) fn get<S: 'static>(&self) -> *const S {
        if self.holds == TypeId::of::<S>() { self.data.cast() } else { std::ptr::null() }
    }
}

impl mspkit_item {
    pub(crate) fn new(view: View) -> Self {
        Self { view }
    }

    pub(crate) fn view(&self) -> &View {
        &self.view
    }
}

/// How fields are written into views; `set` tells null from absent where there is no value.
impl Arena {
    pub(crate) fn field_text(&mut self, value: Option<&str>, set: impl FnOnce() -> bool) -> mspkit_text {
        match value {
            Some(text) => {
                let mspkit_str { data, len } = self.text(text);
                mspkit_text { data, len, presence: MSPKIT_PRESENT }
            }
            None => mspkit_text { data: c"".as_ptr(), len: 0, presence: presence(false, set) },
        }
    }

    pub(crate) fn field_json(&mut self, value: Option<&Json>, set: impl FnOnce() -> bool) -> mspkit_text {
        self.field_text(value.map(ToString::to_string).as_deref(), set)
    }

    /// Another model in this one; NULL where there is none.
    pub(crate) fn field_model<M: Viewed>(&mut self, value: Option<&M>) -> *const M::Struct {
        let Some(model) = value else { return std::ptr::null() };
        let text = serde_json::to_string(model).unwrap_or_default();
        let json = self.text(&text);
        let made = model.view(json, self);
        self.put(made)
    }

    /// Several models, each by pointer so that their struct may grow.
    pub(crate) fn field_models<M: Viewed>(&mut self, values: Option<&[M]>) -> *const *const M::Struct {
        let each = values.unwrap_or_default().iter();
        let pointers: Vec<_> = each.map(|model| self.field_model(Some(model))).collect();
        self.put_slice(&pointers)
    }

    pub(crate) fn field_texts(&mut self, values: Option<&[impl AsRef<str>]>) -> *const mspkit_str {
        let texts: Vec<_> = values.unwrap_or_default().iter().map(|text| self.text(text.as_ref())).collect();
        self.put_slice(&texts)
    }

    pub(crate) fn field_jsons(&mut self, values: Option<&[Json]>) -> *const mspkit_str {
        let texts: Vec<_> =
            values.unwrap_or_default().iter().map(|value| self.text(&value.to_string())).collect();
        self.put_slice(&texts)
    }
}

/// What is known of a field's value. Whether the server sent it is looked up only where there is none.
pub(crate) fn presence(there: bool, set: impl FnOnce() -> bool) -> i32 {
    if there {
        MSPKIT_PRESENT
    } else if set() {
        MSPKIT_NULL
    } else {
        MSPKIT_ABSENT
    }
}

pub(crate) fn int(value: Option<i64>, set: impl FnOnce() -> bool) -> mspkit_int {
    mspkit_int { value: value.unwrap_or_default(), presence: presence(value.is_some(), set) }
}

pub(crate) fn number(value: Option<f64>, set: impl FnOnce() -> bool) -> mspkit_number {
    mspkit_number { value: value.unwrap_or_default(), presence: presence(value.is_some(), set) }
}

pub(crate) fn flag(value: Option<bool>, set: impl FnOnce() -> bool) -> mspkit_flag {
    mspkit_flag { value: value.unwrap_or_default(), presence: presence(value.is_some(), set) }
}

/// The item as JSON: ids as strings, every field that the server sent; `data` NULL only for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_item_json(item: *const mspkit_item) -> mspkit_str {
    // SAFETY: the caller passes NULL or an item that lives.
    match unsafe { item.as_ref() } {
        Some(item) => quietly(mspkit_str::NONE, || item.view.json),
        None => mspkit_str::NONE,
    }
}

/// Frees an item that a completion or `mspkit_pager_next` gave. NULL is allowed. Items of a page belong to the page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_item_free(item: *mut mspkit_item) {
    // SAFETY: the caller passes NULL or an item that was given out and is not used again.
    unsafe { release(item) };
}
