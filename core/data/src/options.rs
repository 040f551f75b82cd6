//! The columns that a caller asks for, as a binding gets them: the members of a JSON object.

use mspkit::{Result, Spelling};

use crate::Columns;
use crate::asked::Asked;

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
        let mut asked = Asked::read(options, spelling)?;
        let (names, extra) = (asked.columns()?, asked.flag("extra")?);
        asked.end()?;
        let mut columns = Self::of_list(operation)?.spelled(spelling);
        if let Some(names) = names {
            columns = columns.choose(&names)?;
        }
        Ok(if extra { columns.with_extra() } else { columns })
    }
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
            (r#"{"column": ["city"]}"#, "column: is not an option; did you mean columns?"),
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
