//! The columns that a caller asks for, as a binding gets them: the members of a JSON object.

use std::collections::BTreeMap;

use mspkit::{Error, Result, Spelling, meant};
use serde_json::value::RawValue;

use crate::Columns;

/// The names of the options.
const OPTIONS: [&str; 2] = ["columns", "extra"];

impl Columns {
    /// The columns of a list by the id of its operation, as the members of a JSON object say, in the spelling of a language:
    /// `columns`, a list of names, by default all, and `extra`, whether [`with_extra`](Self::with_extra) is wanted, by
    /// default not. Null is the default.
    ///
    /// ```
    /// use mspkit::Spelling;
    /// use mspkit_data::Columns;
    ///
    /// # fn main() -> Result<(), mspkit::Error> {
    /// let asked = br#"{"columns": ["customerName"], "extra": true}"#;
    /// let columns = Columns::from_json("ncentral.customers.list", asked, Spelling::Camel)?;
    /// assert_eq!(columns.iter().map(|column| column.name()).collect::<Vec<_>>(), ["customerName", "extra"]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `InvalidRequest` for an option of another name or type, and those of [`of_list`](Self::of_list) and
    /// [`choose`](Self::choose).
    pub fn from_json(operation: &str, options: &[u8], spelling: Spelling) -> Result<Self> {
        let asked: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(options)
            .map_err(|_| Error::invalid("options", None, "must be a JSON object of options"))?;
        let mut columns = Self::of_list(operation)?.spelled(spelling);
        if let Some(names) = given::<Vec<String>>(&asked, "columns", "must be a list of names of columns")? {
            columns = columns.choose(&names)?;
        }
        if given(&asked, "extra", "must be true or false")? == Some(true) {
            columns = columns.with_extra();
        }
        match asked.keys().find(|name| !OPTIONS.contains(&name.as_str())) {
            None => Ok(columns),
            Some(name) => {
                let similar = meant(name, OPTIONS.iter().map(|known| (*known).into()));
                let advice = similar.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
                Err(Error::invalid(name, None, &format!("is not an option of columns{advice}")))
            }
        }
    }
}

fn given<'a, T: serde::Deserialize<'a>>(
    asked: &'a BTreeMap<String, Box<RawValue>>,
    name: &str,
    allowed: &str,
) -> Result<Option<T>> {
    let Some(value) = asked.get(name).map(|value| value.get()) else { return Ok(None) };
    serde_json::from_str(value).map_err(|_| {
        let cut = value.char_indices().nth(80).map_or(value, |(end, _)| &value[..end]);
        Error::invalid(name, Some(cut), allowed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(options: &str) -> Result<Columns> {
        Columns::from_json("ncentral.customers.list", options.as_bytes(), Spelling::Snake)
    }

    #[test]
    fn everything_is_optional() {
        let all = Columns::of_list("ncentral.customers.list").unwrap();
        assert_eq!(asked("{}").unwrap(), all);
        assert_eq!(asked(r#"{"columns": null, "extra": false}"#).unwrap(), all);
        assert_eq!(asked(r#"{"extra": true}"#).unwrap(), all.with_extra());
    }

    #[test]
    fn other_options_and_types_are_refused() {
        for (options, message) in [
            ("[]", "options: must be a JSON object of options"),
            (r#"{"columns": "city"}"#, "columns: must be a list of names of columns; given: \"city\""),
            (r#"{"columns": [7]}"#, "columns: must be a list of names of columns; given: [7]"),
            (r#"{"columns": []}"#, "columns: must name at least one column; given: []"),
            (r#"{"extra": 1}"#, "extra: must be true or false; given: 1"),
            (r#"{"column": ["city"]}"#, "column: is not an option of columns; did you mean columns?"),
        ] {
            assert_eq!(asked(options).unwrap_err().to_string(), message);
        }
        let refused = Columns::from_json("paginate", b"{}", Spelling::Snake).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "columns: need a list whose fields are known; rows of this one are plain data"
        );
    }
}
