//! Reads objects member by member, into the fields of a model.

use std::sync::Arc;

use super::field::Field;
use super::{Extra, Unreadable};
use crate::engine::response::Meta;
use crate::engine::value::scalar::misplaced;
use crate::wire::raw::Scan;

/// A model for its reader. The `model!` macro implements it.
pub(crate) trait Object: Default {
    /// The vendor's names of the fields.
    const NAMES: &'static [&'static str];
    /// The same names with quotes and colon, as most servers write them: `"customerId":`.
    const WRITTEN: &'static [&'static str];

    /// Reads the next value into a field, by its index in these lists.
    fn member(&mut self, at: usize, scan: &mut Scan<'_>) -> Result<(), Unreadable>;

    /// The members that are not fields.
    fn extra(&mut self) -> &mut Extra;

    /// Records the response in this model and in those inside of it.
    fn record(&mut self, meta: &Arc<Meta>);
}

/// Reads an object into a model; `None` if the server sent null.
pub(crate) fn read<M: Object>(scan: &mut Scan<'_>) -> Result<Option<M>, Unreadable> {
    match scan.peek() {
        Some(b'{') => {}
        Some(b'n') => return scan.value().map(|_| None).map_err(Unreadable::from),
        _ => return Err(misplaced(scan, "an object")),
    }
    let (mut model, mut next) = (M::default(), 0);
    scan.members(|scan| {
        // Most servers send fields in the documents' order, so the next name is tried first.
        let at = match M::WRITTEN.get(next) {
            Some(written) if scan.follows(written) => next,
            _ => {
                let (name, _) = scan.name()?;
                let Some(at) = M::NAMES.iter().position(|known| *known == name) else {
                    let value = scan.value()?;
                    return model
                        .extra()
                        .keep(&name, scan.slice(value))
                        .map_err(|error| error.in_member(&name));
                };
                at
            }
        };
        next = at + 1;
        model.member(at, scan).map_err(|error| error.in_member(M::NAMES[at]))
    })?;
    Ok(Some(model))
}

impl<M: Object> Field for M {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        read(scan)
    }

    fn record_response(&mut self, meta: &Arc<Meta>) {
        self.record(meta);
    }
}
