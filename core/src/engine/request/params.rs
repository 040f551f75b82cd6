//! The names of a call's parameters: which are known, and what to say about others.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::spelling::Spelling;
use crate::engine::config::options;
use crate::table::{Operation, Paging};

/// Parameters by name, as raw JSON. Unknown and duplicate names are errors.
pub(super) fn read_params<'a>(
    operation: &Operation,
    params: &'a [u8],
    spelling: Spelling,
) -> Result<Vec<(String, &'a RawValue)>> {
    let text =
        if params.is_empty() { "{}" } else { std::str::from_utf8(params).map_err(|_| bad_params())? };
    let mut given: Vec<(String, &RawValue)> = Vec::new();
    let parsed: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(|_| bad_params())?;
    for (name, raw) in parsed {
        if operation.params.iter().all(|param| spelling.name(param.name) != name) {
            return Err(unknown_param(operation, &name, spelling));
        }
        given.push((name, raw));
    }
    Ok(given)
}

/// The error for an unknown parameter, which is often an option in the wrong place.
fn unknown_param(operation: &Operation, name: &str, spelling: Spelling) -> Error {
    let list = operation.paging != Paging::None;
    let is_one_of = |rows: &[options::Row]| rows.iter().any(|row| spelling.name(row.name) == name);
    if is_one_of(options::CALL) {
        return Error::refused(name, None, "is not a parameter; it is an option of the call")
            .spelled(spelling);
    }
    if is_one_of(options::PAGING) {
        let allowed = if list {
            "is not a parameter; it is a paging option"
        } else {
            "is only for lists, and this operation is not a list"
        };
        return Error::refused(name, None, allowed).spelled(spelling);
    }
    let of_lists = options::PAGING.iter().filter(|_| list).map(|row| row.name);
    Error::unknown(
        name,
        "a parameter",
        operation.params.iter().map(|param| param.name).chain(of_lists),
        spelling,
    )
}

fn bad_params() -> Error {
    Error::new(ErrorKind::InvalidRequest, "parameters: must be one JSON object")
}
