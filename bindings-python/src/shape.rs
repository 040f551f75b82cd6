//! Where the fields of items are: found in one pass over the bytes, before any value is made.
//!
//! Items of a list have the same fields in the same order, so each name is first compared with the expected one. The
//! core has validated the bytes; if they are malformed all the same, an item has no fields, and nothing panics. The
//! core's own scan is not used here: it would validate them again, for a fifth more instructions on items of 23 fields.

use std::sync::Arc;

use memchr::memchr;

use crate::decode::unescaped;

/// How many names beyond those of the model are remembered; a bound, so that hostile items stay cheap.
const MAX_UNKNOWN_FIELDS: usize = 32;

/// The form in which a field's value needs no conversion.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Integer,
    Number,
    Bool,
    /// Always converted.
    Never,
}

impl Form {
    /// Whether the value that begins here has this form.
    pub(crate) fn fits(self, value: &[u8]) -> bool {
        match (self, value.first()) {
            (Self::Text, Some(b'"')) | (Self::Bool, Some(b't' | b'f')) => true,
            (Self::Integer | Self::Number, Some(b'-' | b'0'..=b'9')) => {
                let whole = value[..scalar(value, 0)].iter().all(|byte| matches!(byte, b'-' | b'0'..=b'9'));
                whole == (self == Self::Integer)
            }
            _ => false,
        }
    }
}

/// The fields of a model, in order.
pub(crate) struct Shape {
    pub(crate) fields: Box<[Known]>,
}

/// A field: the vendor's name, and the form of its value.
pub(crate) struct Known {
    pub(crate) wire: Box<str>,
    pub(crate) form: Form,
    /// The name in an item without spaces, from the quote to the colon.
    name: Box<str>,
}

impl Known {
    pub(crate) fn new(wire: &str, form: Form) -> Self {
        Self { wire: wire.into(), form, name: format!("\"{wire}\":").into() }
    }
}

impl Shape {
    /// The field whose name begins here, most likely this one or a later one.
    fn starting(&self, bytes: &[u8], likely: usize) -> Option<usize> {
        let begins = |place: &usize| bytes.starts_with(self.fields[*place].name.as_bytes());
        (likely..self.fields.len()).chain(0..likely).find(begins)
    }

    fn place(&self, wire: &str) -> Option<usize> {
        self.fields.iter().position(|known| *known.wire == *wire)
    }
}

/// Where the values of a model's fields begin, for all items of a response.
pub(crate) struct Table {
    shape: Arc<Shape>,
    /// For each item its fields, as offsets from the item's first byte; 0 for a missing field.
    begins: Box<[u32]>,
}

impl Table {
    pub(crate) fn new<'a>(shape: &Arc<Shape>, items: impl ExactSizeIterator<Item = &'a [u8]>) -> Self {
        let width = shape.fields.len();
        let mut begins = vec![0; width * items.len()].into_boxed_slice();
        let mut pending = Pending { shape, names: Vec::with_capacity(width), likely: 0 };
        if width > 0 {
            for (item, begins) in items.zip(begins.chunks_exact_mut(width)) {
                let _ = pending.item(item, begins);
            }
        }
        Self { shape: shape.clone(), begins }
    }

    /// Where the field of an item begins. The field of another model is searched for.
    pub(crate) fn begin(&self, at: usize, item: &[u8], shape: &Arc<Shape>, field: usize) -> Option<usize> {
        if !Arc::ptr_eq(&self.shape, shape) {
            return begin_of(item, &shape.fields[field].wire);
        }
        match self.begins[at * self.shape.fields.len() + field] {
            0 => None,
            begin => Some(begin as usize),
        }
    }
}

/// Where the value of a field of this name begins, the last one if there are several.
pub(crate) fn begin_of(item: &[u8], name: &str) -> Option<usize> {
    let shape = Arc::new(Shape { fields: [Known::new(name, Form::Never)].into() });
    match Table::new(&shape, std::iter::once(item)).begins[0] {
        0 => None,
        begin => Some(begin as usize),
    }
}

/// Whether it is an object whose offsets fit.
pub(crate) fn is_object(item: &[u8]) -> bool {
    item.get(space(item, 0)) == Some(&b'{') && u32::try_from(item.len()).is_ok()
}

/// The expected names, in the order of the items so far, with their indices in the shape.
struct Pending<'a, 's> {
    shape: &'s Shape,
    /// The names in the items, from the quote to the colon.
    names: Vec<(&'a [u8], Option<usize>)>,
    /// The field after the last one in the shape.
    likely: usize,
}

impl<'a> Pending<'a, '_> {
    fn item(&mut self, item: &'a [u8], begins: &mut [u32]) -> Option<()> {
        if !is_object(item) {
            return None;
        }
        let mut at = space(item, space(item, 0) + 1);
        let mut expected = 0;
        while *item.get(at)? == b'"' {
            let (end, field, next) = self.name(item, at, expected)?;
            expected = next;
            at = space(item, end);
            if let Some(field) = field {
                begins[field] = u32::try_from(at).ok()?;
            }
            at = space(item, end_of(item, at)?);
            if *item.get(at)? != b',' {
                break;
            }
            at = space(item, at + 1);
        }
        Some(())
    }

    /// The name that begins here: the end of its colon, its index in the shape, and which name is expected next.
    fn name(&mut self, item: &'a [u8], at: usize, expected: usize) -> Option<(usize, Option<usize>, usize)> {
        let rest = &item[at..];
        // Names that this item lacks are skipped.
        for index in expected..self.names.len() {
            let (name, field) = self.names[index];
            if rest.starts_with(name) {
                return Some((at + name.len(), field, index + 1));
            }
        }
        let (end, field) = self.unexpected(item, at)?;
        if let Some(field) = field {
            self.likely = (field + 1) % self.shape.fields.len();
        }
        if self.names.len() < self.shape.fields.len() + MAX_UNKNOWN_FIELDS {
            self.names.insert(expected, (&item[at..end], field));
        }
        Some((end, field, expected + 1))
    }

    /// The end of the colon after an unexpected name, and the name's index in the shape.
    fn unexpected(&self, item: &[u8], at: usize) -> Option<(usize, Option<usize>)> {
        if let Some(field) = self.shape.starting(&item[at..], self.likely) {
            return Some((at + self.shape.fields[field].name.len(), Some(field)));
        }
        let end = text(item, at)?;
        let quoted = std::str::from_utf8(&item[at..end]).ok()?;
        let field = if quoted.contains('\\') {
            self.shape.place(&unescaped(quoted)?)
        } else {
            self.shape.place(&quoted[1..quoted.len() - 1])
        };
        let colon = space(item, end);
        (*item.get(colon)? == b':').then_some((colon + 1, field))
    }
}

/// Where the value that begins here ends.
pub(crate) fn end_of(item: &[u8], at: usize) -> Option<usize> {
    match item.get(at)? {
        b'"' => text(item, at),
        b'{' | b'[' => nested(item, at),
        _ => Some(scalar(item, at)),
    }
}

fn space(item: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = item.get(at) {
        at += 1;
    }
    at
}

/// The end of the string whose quote is here.
fn text(item: &[u8], at: usize) -> Option<usize> {
    let begin = at + 1;
    let mut from = begin;
    loop {
        let quote = from + memchr(b'"', item.get(from..)?)?;
        // A quote is escaped if an odd number of backslashes precedes it.
        let slashes = item[begin..quote].iter().rev().take_while(|byte| **byte == b'\\').count();
        if slashes % 2 == 0 {
            return Some(quote + 1);
        }
        from = quote + 1;
    }
}

/// The end of a number or a word.
fn scalar(item: &[u8], at: usize) -> usize {
    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
    item[at..].iter().position(ends).map_or(item.len(), |length| at + length)
}

/// The end of an object or a list.
fn nested(item: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match item.get(at)? {
            b'"' => {
                at = text(item, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}
