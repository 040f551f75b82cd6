//! What a caller wants of rows as plain data: the members of a JSON object, as a binding gets them.

use std::collections::BTreeMap;

use mspkit::{Error, Operation, Result, Spelling, meant};
use serde_json::value::RawValue;

use crate::{Column, Columns};

/// The names of the options.
const OPTIONS: [&str; 2] = ["columns", "missing"];

/// What is wanted of rows as plain data.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct DictOptions {
    /// The chosen columns by the vendor's names, in their order; `None` for everything that was sent.
    pub columns: Option<Vec<String>>,
    /// Whether a field that was not sent is null, and not left out.
    pub null: bool,
}

impl DictOptions {
    /// The options of a JSON object: `columns`, a list of names, and `missing`, `omit` or `null`. Rows of a list whose fields
    /// are not known have the columns that are named.
    ///
    /// # Errors
    /// `InvalidRequest` for an option of another name or type, and an unknown column.
    pub fn from_json(operation: &str, options: &[u8], spelling: Spelling) -> Result<Self> {
        let asked: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(options)
            .map_err(|_| Error::invalid("options", None, "must be a JSON object of options"))?;
        let refuse = |name: &str, raw: &RawValue, allowed: &str| {
            let raw = raw.get();
            let cut = raw.char_indices().nth(80).map_or(raw, |(end, _)| &raw[..end]);
            Err(Error::invalid(name, Some(cut), allowed))
        };
        let mut made = Self::default();
        for (name, raw) in &asked {
            match (name.as_str(), raw.get()) {
                ("columns" | "missing", "null") => {}
                ("columns", json) => match serde_json::from_str::<Vec<String>>(json) {
                    Ok(names) => made.columns = Some(wire_names(operation, names, spelling)?),
                    Err(_) => return refuse(name, raw, "must be a list of names of columns"),
                },
                ("missing", "\"omit\"") => made.null = false,
                ("missing", "\"null\"") => made.null = true,
                ("missing", _) => return refuse(name, raw, "must be one of omit, null"),
                _ => {
                    let similar = meant(name, OPTIONS.iter().map(|known| (*known).into()));
                    let advice = similar.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
                    return Err(Error::invalid(name, None, &format!("is not an option{advice}")));
                }
            }
        }
        Ok(made)
    }
}

impl DictOptions {
    /// The fields by the names of a language: those that were chosen, or all that may be null; `None` for whatever was sent.
    pub fn names(&self, operation: &str, spelling: Spelling) -> Option<Vec<String>> {
        let columns = Columns::of_list(operation).map(|columns| columns.spelled(spelling)).ok();
        let name = |wire: &String| {
            let known = columns.as_ref().and_then(|all| all.iter().find(|one| one.wire() == Some(&**wire)));
            known.map_or_else(|| wire.clone(), |column| column.name().to_owned())
        };
        match &self.columns {
            Some(chosen) => Some(chosen.iter().map(name).collect()),
            None if self.null => Some(
                columns.iter().flat_map(|all| all.iter()).map(|column| column.name().to_owned()).collect(),
            ),
            None => None,
        }
    }
}

fn wire_names(operation: &str, names: Vec<String>, spelling: Spelling) -> Result<Vec<String>> {
    if Operation::find(operation).and_then(|operation| operation.model).is_none() {
        return Ok(names);
    }
    let columns = Columns::of_list(operation)?.spelled(spelling).choose(&names)?;
    Ok(columns.iter().filter_map(Column::wire).map(str::to_owned).collect())
}
