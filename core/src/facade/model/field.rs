//! The types of fields, and how each is read.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Id, Json, Secret, Unreadable};
use crate::engine::response::Meta;
use crate::engine::value::scalar;
use crate::wire::raw::{Broken, Scan};

/// A type of fields, which can be read from whatever a server may send for it.
pub(crate) trait Field: Sized {
    /// Reads the next value; `None` if the server sent null.
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable>;

    /// Records the response in the models that this is or contains.
    fn record_response(&mut self, _: &Arc<Meta>) {}
}

impl Field for String {
    #[inline]
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        Ok(scalar::text(scan)?.map(Cow::into_owned))
    }
}

impl Field for Id {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        Ok(scalar::id(scan)?.map(|text| Id(text.into_owned())))
    }
}

impl Field for Secret {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        Ok(String::read(scan)?.map(Secret::from))
    }
}

impl Field for i64 {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        scalar::integer(scan)
    }
}

impl Field for f64 {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        scalar::number(scan)
    }
}

impl Field for bool {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        scalar::flag(scan)
    }
}

impl Field for Json {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        scalar::json(scan)
    }
}

impl<T: Field> Field for Vec<T> {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        let mut entries = Vec::new();
        let list = scalar::list(scan, |scan| {
            // Nulls among entries are dropped.
            entries.extend(T::read(scan)?);
            Ok(())
        })?;
        Ok(list.map(|_| entries))
    }

    fn record_response(&mut self, meta: &Arc<Meta>) {
        for entry in self {
            entry.record_response(meta);
        }
    }
}

/// Reads a whole text as one value.
pub(crate) fn whole<T: Field>(text: &str) -> Result<T, Unreadable> {
    let mut scan = Scan::new(text);
    let read = T::read(&mut scan)?;
    scan.end().map_err(|broken: Broken| Unreadable::from(broken))?;
    read.ok_or_else(|| Unreadable::new("null where a value belongs"))
}
