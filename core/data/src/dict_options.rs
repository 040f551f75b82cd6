//! What a caller wants of rows as plain data: the members of a JSON object, as a binding gets them.

use mspkit::{Operation, Result, Spelling};
use serde::Deserialize;

use crate::asked::Asked;
use crate::{Column, Columns};

/// What becomes of a field that was not sent.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Missing {
    Omit,
    Null,
}

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
        let mut asked = Asked::read(options, spelling)?;
        let names = asked.columns()?;
        let missing = asked.take("missing", "must be one of omit, null")?;
        asked.end()?;
        let columns = names.map(|names| wire_names(operation, names, spelling)).transpose()?;
        Ok(Self { columns, null: matches!(missing, Some(Missing::Null)) })
    }

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
