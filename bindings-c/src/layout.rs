//! How structs that this library does not know are filled and read: by tables in the headers of the services.
//!
//! A struct of parameters and a view are plain memory here; its table has the offset and kind of each field. So adding
//! an operation does not change this library. A table is validated before it is used, and a write never leaves the
//! struct, whatever its table contains.

use std::ffi::{CStr, c_char};

use crate::abi::MSPKIT_E_RANGE;
use crate::failure::Failure;
use crate::item::{mspkit_flag, mspkit_int, mspkit_number, mspkit_text};
use crate::text::{mspkit_bytes, mspkit_date_range, mspkit_str};

/// A field of a view: a `mspkit_text`. In parameters: a `mspkit_str`.
pub const MSPKIT_FIELD_TEXT: i32 = 1;
/// A field of a view: a `mspkit_text` with an id. In parameters as `MSPKIT_FIELD_TEXT`.
pub const MSPKIT_FIELD_ID: i32 = 2;
/// A field of a view: a `mspkit_int`. In parameters: an `int64_t`, or `MSPKIT_DEFAULT`.
pub const MSPKIT_FIELD_INT: i32 = 3;
/// A field of a view: a `mspkit_number`. In parameters: a `double`, or `MSPKIT_DEFAULT`.
pub const MSPKIT_FIELD_NUMBER: i32 = 4;
/// A field of a view: a `mspkit_flag`. In parameters: an `int32_t` that is true, false or `MSPKIT_DEFAULT`.
pub const MSPKIT_FIELD_FLAG: i32 = 5;
/// A field of a view: a `mspkit_text` with JSON. In parameters: a `mspkit_str` with JSON text.
pub const MSPKIT_FIELD_JSON: i32 = 6;
/// Of views only: a pointer to a view, and an `int32_t` with its presence.
pub const MSPKIT_FIELD_OBJECT: i32 = 7;
/// Of parameters only: a `mspkit_date_range`.
pub const MSPKIT_FIELD_DATES: i32 = 8;
/// A list of texts. Every list is a pointer to the first entry and a `size_t` with their number; in views an `int32_t`
/// with its presence follows. Entries are `mspkit_str`.
pub const MSPKIT_FIELD_TEXTS: i32 = 11;
/// A list of ids. Entries are `mspkit_str`.
pub const MSPKIT_FIELD_IDS: i32 = 12;
/// A list of integers. Entries are `int64_t`.
pub const MSPKIT_FIELD_INTS: i32 = 13;
/// A list of numbers. Entries are `double`.
pub const MSPKIT_FIELD_NUMBERS: i32 = 14;
/// A list of booleans. Entries are `bool`.
pub const MSPKIT_FIELD_FLAGS: i32 = 15;
/// A list of anything. Entries are `mspkit_str` with JSON text.
pub const MSPKIT_FIELD_JSONS: i32 = 16;
/// Of views only: a list of views. Entries are pointers to views.
pub const MSPKIT_FIELD_OBJECTS: i32 = 17;

/// A field of a struct. The headers of the services make these with `MSPKIT_FIELD`. Never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_field {
    /// In a view the vendor's name, in parameters the name in the operation table.
    pub name: *const c_char,
    /// The length of the name in bytes.
    pub name_len: usize,
    /// Its offset in the struct.
    pub offset: usize,
    /// Its kind: `MSPKIT_FIELD_TEXT` and so on.
    pub kind: i32,
    /// The struct of an object, or of a list's objects; otherwise NULL.
    pub layout: *const mspkit_layout,
}

/// The layout of a struct of parameters or of a view. It must outlive everything that is made with it: the headers of
/// the services have them as constants.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_layout {
    /// `sizeof(mspkit_layout)`.
    pub table_size: usize,
    /// The name of the struct.
    pub name: *const c_char,
    /// The size of the struct.
    pub size: usize,
    /// Its fields, except the first: `json` of a view, `struct_size` of parameters.
    pub fields: *const mspkit_field,
    /// How many there are.
    pub field_count: usize,
}

/// An operation as the headers of the services describe it, for `mspkit_typed_call` and `mspkit_typed_list`. It must
/// live as long as a layout.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_descriptor {
    /// `sizeof(mspkit_descriptor)`.
    pub table_size: usize,
    /// Its id, such as `ncentral.customers.get`.
    pub operation: *const c_char,
    /// The names of the path parameters; NULL if there are none.
    pub arguments: *const *const c_char,
    /// How many there are.
    pub argument_count: usize,
    /// The struct of the other parameters; NULL if there are none.
    pub params: *const mspkit_layout,
    /// The type of its result, or of an item of its list; NULL for an operation without a result.
    pub view: *const mspkit_layout,
}

/// Bounds that no struct of ours reaches: size, fields, nesting.
const LARGEST: usize = 1 << 16;
const MOST_FIELDS: usize = 4096;
const DEEPEST: u32 = 6;

/// A validated table.
#[derive(Clone, Copy)]
pub(crate) struct Table(&'static mspkit_layout);

// SAFETY: tables are constants of the program.
unsafe impl Send for Table {}
// SAFETY: as above.
unsafe impl Sync for Table {}

/// The use of a table, which decides how large its fields are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Params,
    View,
}

impl Table {
    /// The table that the caller passed; none for NULL.
    ///
    /// # Safety
    /// `layout` is NULL or a table that outlives everything made with it.
    pub(crate) unsafe fn new(layout: *const mspkit_layout, of: Of) -> Result<Option<Self>, Failure> {
        // SAFETY: the caller says so; its life is cut to what is made with it.
        let Some(layout) = (unsafe { layout.as_ref() }) else { return Ok(None) };
        // SAFETY: the caller's promise is this one's.
        if unsafe { fits(layout, of, 0) } {
            return Ok(Some(Self(layout)));
        }
        let allowed = "must be a table from the headers of this version of mspkit";
        Err(Failure::argument(MSPKIT_E_RANGE, "layout", None, allowed))
    }

    /// The table of an object in this one, validated with it.
    pub(crate) fn of(field: &mspkit_field) -> Option<Self> {
        // SAFETY: it was checked together with the table that the field is of.
        unsafe { field.layout.as_ref() }.map(Self)
    }

    pub(crate) fn size(self) -> usize {
        self.0.size
    }

    /// The name of the struct.
    pub(crate) fn name(self) -> &'static str {
        // SAFETY: the name is a constant text of the table.
        unsafe { CStr::from_ptr(self.0.name) }.to_str().unwrap_or("a struct")
    }

    pub(crate) fn fields(self) -> &'static [mspkit_field] {
        if self.0.field_count == 0 {
            return &[];
        }
        // SAFETY: the table says how many there are.
        unsafe { std::slice::from_raw_parts(self.0.fields, self.0.field_count) }
    }

    /// Whether a struct that was filled by one table can be read by the other.
    pub(crate) fn says_the_same(self, other: Self) -> bool {
        let same = |(one, other): (&mspkit_field, &mspkit_field)| {
            let nested = match (Self::of(one), Self::of(other)) {
                (None, None) => true,
                (Some(one), Some(other)) => std::ptr::eq(one.0, self.0) || one.says_the_same(other),
                _ => false,
            };
            one.offset == other.offset && one.kind == other.kind && one.name() == other.name() && nested
        };
        std::ptr::eq(self.0, other.0)
            || self.name() == other.name()
                && self.size() == other.size()
                && self.fields().len() == other.fields().len()
                && self.fields().iter().zip(other.fields()).all(same)
    }

    pub(crate) fn is(self, layout: *const mspkit_layout) -> bool {
        std::ptr::eq(self.0, layout)
    }
}

impl mspkit_field {
    /// Its name, in bytes.
    pub(crate) fn name(&self) -> &'static [u8] {
        // SAFETY: the name is a constant text of a table that was checked.
        unsafe { std::slice::from_raw_parts(self.name.cast(), self.name_len) }
    }

    /// The same as text, for messages and JSON.
    pub(crate) fn word(&self) -> &'static str {
        std::str::from_utf8(self.name()).unwrap_or("a field")
    }
}

/// A list in a view.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct List {
    pub(crate) entries: *const std::ffi::c_void,
    pub(crate) count: usize,
    pub(crate) presence: i32,
}

/// A list in parameters.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Entries {
    pub(crate) entries: *const std::ffi::c_void,
    pub(crate) count: usize,
}

/// A nested view in a view.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Object {
    pub(crate) view: *const std::ffi::c_void,
    pub(crate) presence: i32,
}

/// How many bytes a field of a kind has; none for an unknown kind.
fn width(kind: i32, of: Of) -> Option<usize> {
    Some(match (kind, of) {
        (MSPKIT_FIELD_TEXT | MSPKIT_FIELD_ID | MSPKIT_FIELD_JSON, Of::View) => size_of::<mspkit_text>(),
        (MSPKIT_FIELD_TEXT | MSPKIT_FIELD_ID | MSPKIT_FIELD_JSON, Of::Params) => size_of::<mspkit_str>(),
        (MSPKIT_FIELD_INT, Of::View) => size_of::<mspkit_int>(),
        (MSPKIT_FIELD_INT, Of::Params) => size_of::<i64>(),
        (MSPKIT_FIELD_NUMBER, Of::View) => size_of::<mspkit_number>(),
        (MSPKIT_FIELD_NUMBER, Of::Params) => size_of::<f64>(),
        (MSPKIT_FIELD_FLAG, Of::View) => size_of::<mspkit_flag>(),
        (MSPKIT_FIELD_FLAG, Of::Params) => size_of::<i32>(),
        (MSPKIT_FIELD_OBJECT, Of::View) => size_of::<Object>(),
        (MSPKIT_FIELD_DATES, Of::Params) => size_of::<mspkit_date_range>(),
        (MSPKIT_FIELD_TEXTS..=MSPKIT_FIELD_OBJECTS, Of::View) => size_of::<List>(),
        (MSPKIT_FIELD_TEXTS..=MSPKIT_FIELD_JSONS, Of::Params) => size_of::<Entries>(),
        _ => return None,
    })
}

/// Whether a table is valid.
///
/// # Safety
/// The pointers of the table are valid as its documentation requires.
unsafe fn fits(layout: &mspkit_layout, of: Of, depth: u32) -> bool {
    let first = match of {
        Of::Params => size_of::<usize>(),
        Of::View => size_of::<mspkit_bytes>(),
    };
    let sound = layout.table_size == size_of::<mspkit_layout>()
        && !layout.name.is_null()
        && (first..=LARGEST).contains(&layout.size)
        && layout.field_count <= MOST_FIELDS
        && (layout.field_count == 0 || !layout.fields.is_null());
    // Tables may be recursive; deeper than this the same tables repeat.
    if !sound || depth > DEEPEST {
        return sound;
    }
    Table(extended(layout)).fields().iter().all(|field| {
        let inside = width(field.kind, of).is_some_and(|width| {
            // Four-byte numbers are aligned to four, everything else to eight.
            let aligned = field.offset.is_multiple_of(width.min(align_of::<u64>()));
            aligned && field.offset >= first && field.offset.saturating_add(width) <= layout.size
        });
        let nested = match field.kind {
            MSPKIT_FIELD_OBJECT | MSPKIT_FIELD_OBJECTS => {
                // SAFETY: the caller's promise is this one's.
                let layout = unsafe { field.layout.as_ref() };
                // SAFETY: as above.
                layout.is_some_and(|layout| unsafe { fits(layout, of, depth + 1) })
            }
            _ => true,
        };
        inside && nested && !field.name.is_null()
    })
}

/// The same table, valid as long as its program has it.
fn extended(layout: &mspkit_layout) -> &'static mspkit_layout {
    // SAFETY: the caller promises that it outlives everything made with it.
    unsafe { &*std::ptr::from_ref(layout) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize, fields: &[mspkit_field]) -> mspkit_layout {
        let table_size = size_of::<mspkit_layout>();
        let (fields, field_count) = (fields.as_ptr(), fields.len());
        mspkit_layout { table_size, name: c"a".as_ptr(), size, fields, field_count }
    }

    fn field(offset: usize, kind: i32, layout: *const mspkit_layout) -> mspkit_field {
        mspkit_field { name: c"x".as_ptr(), name_len: 1, offset, kind, layout }
    }

    fn taken(size: usize, field: mspkit_field, of: Of) -> bool {
        let fields = [field];
        // SAFETY: the table outlives the look at it.
        unsafe { fits(&layout(size, &fields), of, 0) }
    }

    #[test]
    fn a_table_that_leads_out_of_its_struct_is_refused() {
        let null = std::ptr::null();
        assert!(taken(40, field(16, MSPKIT_FIELD_TEXT, null), Of::View));
        assert!(
            !taken(32, field(16, MSPKIT_FIELD_TEXT, null), Of::View),
            "its end is after that of the struct"
        );
        assert!(!taken(48, field(8, MSPKIT_FIELD_TEXT, null), Of::View), "it lies where `json` is");
        assert!(!taken(64, field(20, MSPKIT_FIELD_TEXT, null), Of::View), "it is not aligned");
        assert!(!taken(64, field(usize::MAX - 3, MSPKIT_FIELD_TEXT, null), Of::View));
        assert!(taken(12, field(8, MSPKIT_FIELD_FLAG, null), Of::Params));
        assert!(!taken(64, field(16, 99, null), Of::View), "no such kind");
        assert!(!taken(64, field(16, MSPKIT_FIELD_DATES, null), Of::View), "of parameters only");
        assert!(!taken(64, field(16, MSPKIT_FIELD_OBJECT, null), Of::View), "an object without a table");
        let inner = layout(8, &[]);
        assert!(
            !taken(64, field(16, MSPKIT_FIELD_OBJECT, &raw const inner), Of::View),
            "an object that is too small"
        );
    }
}
