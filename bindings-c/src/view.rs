//! Views: structs of the caller, filled from the text of a response by their table. Texts are copied once, to
//! NUL-terminate them; everything else stays in the response.

use std::ffi::c_void;

use bytes::Bytes;
use mspkit::{Reader, Unreadable};

use crate::abi::{MSPKIT_ABSENT, MSPKIT_NULL, MSPKIT_PRESENT};
use crate::arena::Arena;
use crate::item::{mspkit_flag, mspkit_int, mspkit_number, mspkit_text};
use crate::layout::{
    List, MSPKIT_FIELD_FLAG, MSPKIT_FIELD_FLAGS, MSPKIT_FIELD_ID, MSPKIT_FIELD_IDS, MSPKIT_FIELD_INT,
    MSPKIT_FIELD_INTS, MSPKIT_FIELD_JSON, MSPKIT_FIELD_JSONS, MSPKIT_FIELD_NUMBER, MSPKIT_FIELD_NUMBERS,
    MSPKIT_FIELD_OBJECT, MSPKIT_FIELD_OBJECTS, MSPKIT_FIELD_TEXT, MSPKIT_FIELD_TEXTS, Object, Table,
    mspkit_field, mspkit_layout,
};
use crate::text::{mspkit_bytes, mspkit_str};

/// A struct with the memory that it points into.
pub(crate) struct View {
    table: Table,
    data: *const c_void,
    _arena: Arena,
    /// What its `json` points into.
    _text: Bytes,
}

// SAFETY: its pointers lead into its own arena and text, which are not written to any more.
unsafe impl Send for View {}
// SAFETY: as above.
unsafe impl Sync for View {}

impl View {
    /// Reads a text as the type that the table describes.
    pub(crate) fn read(text: &Bytes, table: Table) -> Result<Self, Unreadable> {
        // Estimated size: the values again, each with a NUL and rounded up, and the struct.
        let mut arena = Arena::with_room(text.len() + 8 * table.fields().len() + table.size());
        let filled = Reader::whole(text, |value| fill(&mut arena, table, value))?;
        let data = filled.ok_or_else(|| Unreadable::new("null where a value belongs"))?;
        Ok(Self { table, data, _arena: arena, _text: text.clone() })
    }

    /// The struct, if it is that of this table.
    pub(crate) fn get(&self, layout: *const mspkit_layout) -> Option<*const c_void> {
        self.table.is(layout).then_some(self.data)
    }

    /// The same for an equal table of another unit.
    pub(crate) fn same(&self, table: Table) -> Option<*const c_void> {
        self.table.says_the_same(table).then_some(self.data)
    }

    /// The name of the struct.
    pub(crate) fn name(&self) -> &'static str {
        self.table.name()
    }
}

/// A struct in an arena. Nothing is written outside of it, whatever its table contains.
#[derive(Clone, Copy)]
struct Struct {
    begin: *mut c_void,
    size: usize,
}

impl Struct {
    /// A struct in which no field was sent.
    fn new(arena: &mut Arena, table: Table) -> Result<Self, Unreadable> {
        let made = Self { begin: arena.zeroes(table.size()).cast(), size: table.size() };
        for field in table.fields() {
            if matches!(field.kind, MSPKIT_FIELD_TEXT | MSPKIT_FIELD_ID | MSPKIT_FIELD_JSON) {
                made.put(field.offset, mspkit_text { data: c"".as_ptr(), len: 0, presence: MSPKIT_ABSENT })?;
            }
        }
        Ok(made)
    }

    fn put<T: Copy>(self, offset: usize, value: T) -> Result<(), Unreadable> {
        let inside = offset.checked_add(size_of::<T>()).is_some_and(|end| end <= self.size);
        if !inside || !offset.is_multiple_of(align_of::<T>()) {
            return Err(Unreadable::new("a field outside of its struct"));
        }
        // SAFETY: it lies inside of the struct, and where its type may lie.
        unsafe { self.begin.byte_add(offset).cast::<T>().write(value) };
        Ok(())
    }
}

/// Fills a struct from an object; none if the server sent null.
fn fill(arena: &mut Arena, table: Table, value: Reader<'_, '_>) -> Result<Option<*const c_void>, Unreadable> {
    let made = Struct::new(arena, table)?;
    let fields = table.fields();
    let mut next = 0;
    let text = value.object(|name, value| {
        // Most servers send fields in the documents' order, so the next name is mostly found at once.
        let known = |field: &mspkit_field| field.name() == name.as_bytes();
        let at = match fields.get(next) {
            Some(field) if known(field) => Some(next),
            _ => fields.iter().position(known),
        };
        let Some(at) = at else { return value.skip().map(drop) };
        next = at + 1;
        write(arena, made, &fields[at], value)
    })?;
    let Some(text) = text else { return Ok(None) };
    made.put(0, mspkit_bytes { data: text.as_ptr().cast(), len: text.len() })?;
    Ok(Some(made.begin.cast_const()))
}

/// The presence of a value that was sent, or sent as null.
fn presence<T>(value: Option<&T>) -> i32 {
    if value.is_some() { MSPKIT_PRESENT } else { MSPKIT_NULL }
}

fn write(
    arena: &mut Arena,
    into: Struct,
    field: &mspkit_field,
    value: Reader<'_, '_>,
) -> Result<(), Unreadable> {
    match field.kind {
        MSPKIT_FIELD_TEXT => into.put(field.offset, kept(arena, value.text()?.as_deref())),
        MSPKIT_FIELD_ID => into.put(field.offset, kept(arena, value.id()?.as_deref())),
        MSPKIT_FIELD_JSON => into.put(field.offset, kept(arena, value.json()?)),
        MSPKIT_FIELD_INT => {
            let value = value.integer()?;
            let presence = presence(value.as_ref());
            into.put(field.offset, mspkit_int { value: value.unwrap_or_default(), presence })
        }
        MSPKIT_FIELD_NUMBER => {
            let value = value.number()?;
            let presence = presence(value.as_ref());
            into.put(field.offset, mspkit_number { value: value.unwrap_or_default(), presence })
        }
        MSPKIT_FIELD_FLAG => {
            let value = value.flag()?;
            let presence = presence(value.as_ref());
            into.put(field.offset, mspkit_flag { value: value.unwrap_or_default(), presence })
        }
        MSPKIT_FIELD_OBJECT => {
            let view = fill(arena, nested(field)?, value)?;
            let presence = presence(view.as_ref());
            into.put(field.offset, Object { view: view.unwrap_or(std::ptr::null()), presence })
        }
        _ => {
            let list = list(arena, field, value)?;
            into.put(field.offset, list)
        }
    }
}

fn nested(field: &mspkit_field) -> Result<Table, Unreadable> {
    Table::of(field).ok_or_else(|| Unreadable::new("an object without a table"))
}

fn kept(arena: &mut Arena, text: Option<&str>) -> mspkit_text {
    match text {
        Some(text) => {
            let mspkit_str { data, len } = arena.text(text);
            mspkit_text { data, len, presence: MSPKIT_PRESENT }
        }
        None => mspkit_text { data: c"".as_ptr(), len: 0, presence: MSPKIT_NULL },
    }
}

fn list(arena: &mut Arena, field: &mspkit_field, value: Reader<'_, '_>) -> Result<List, Unreadable> {
    match field.kind {
        MSPKIT_FIELD_TEXTS => {
            entries(arena, value, |arena, value| Ok(value.text()?.map(|text| arena.text(&text))))
        }
        MSPKIT_FIELD_IDS => {
            entries(arena, value, |arena, value| Ok(value.id()?.map(|text| arena.text(&text))))
        }
        MSPKIT_FIELD_JSONS => {
            entries(arena, value, |arena, value| Ok(value.json()?.map(|text| arena.text(text))))
        }
        MSPKIT_FIELD_INTS => entries(arena, value, |_, value| value.integer()),
        MSPKIT_FIELD_NUMBERS => entries(arena, value, |_, value| value.number()),
        MSPKIT_FIELD_FLAGS => entries(arena, value, |_, value| value.flag()),
        MSPKIT_FIELD_OBJECTS => {
            let table = nested(field)?;
            entries(arena, value, |arena, value| fill(arena, table, value))
        }
        _ => Err(Unreadable::new("a field of an unknown kind")),
    }
}

/// A null among the entries is an empty entry.
fn entries<'a, T: Copy>(
    arena: &mut Arena,
    value: Reader<'_, 'a>,
    mut read: impl FnMut(&mut Arena, Reader<'_, 'a>) -> Result<Option<T>, Unreadable>,
) -> Result<List, Unreadable> {
    let mut all = Vec::new();
    let text = value.list(|value| {
        all.extend(read(arena, value)?);
        Ok(())
    })?;
    Ok(List { entries: arena.put_slice(&all).cast(), count: all.len(), presence: presence(text.as_ref()) })
}
