//! Writing a list to a file, page by page.

use std::path::Path;

use mspkit::{CurrentPage, Error, RawPage, RawPager, Result, Spelling};

use crate::Columns;
use crate::asked::Asked;
use crate::csv_rows::CsvRows;
use crate::file::WholeFile;
use crate::json_rows::JsonRows;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A line of JSON for each row.
    JsonLines,
}

impl Format {
    /// The form with this name, `csv` or `jsonl`.
    ///
    /// # Errors
    /// `InvalidRequest` for another name.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "csv" => Ok(Self::Csv),
            "jsonl" => Ok(Self::JsonLines),
            _ => Err(Error::invalid("format", Some(&format!("{name:?}")), "must be csv or jsonl")),
        }
    }
}

/// Rows as the text of a file.
///
/// CSV has a line with the names of the columns first. Values of nested objects are columns of their own, named by their path,
/// `address.city`; lists and values of any form are JSON text; a missing value is an empty cell. Texts that a spreadsheet would
/// run as a formula begin with `'`.
///
/// JSON Lines has an object for each row, under the names of the language, with ids as text; what the server did not send is left
/// out, and members without a field keep the vendor's name unless columns were chosen.
#[derive(Debug)]
pub struct RowWriter(Rows);

#[derive(Debug)]
enum Rows {
    Csv(Box<CsvRows>),
    Json(JsonRows),
}

/// How a file is written.
#[derive(Debug, Clone, Default)]
pub struct WriteOptions {
    /// The columns by their names, in this order; all of them by default.
    pub columns: Option<Vec<String>>,
    /// Whether CSV is written for Excel: with a byte order mark, and ids that Excel would take for numbers and change as `="007"`.
    pub excel: bool,
    /// The spelling of names.
    pub spelling: Spelling,
}

impl WriteOptions {
    /// The options of a JSON object, as a binding gets them: `columns`, a list of names, and `excel`.
    ///
    /// # Errors
    /// `InvalidRequest` for an option of another name or type.
    pub fn from_json(options: &[u8], spelling: Spelling) -> Result<Self> {
        let mut asked = Asked::read(options, spelling)?;
        let (columns, excel) = (asked.columns()?, asked.flag("excel")?);
        asked.end()?;
        Ok(Self { columns, excel, spelling })
    }
}

/// How far writing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The rows that were written.
    pub rows: u64,
    /// How many rows the list has according to the server.
    pub total: Option<u64>,
}

impl RowWriter {
    /// A writer of rows of a list by the id of its operation.
    ///
    /// # Errors
    /// `InvalidRequest` for an unknown column, and for columns or CSV of a list whose fields are not known.
    pub fn new(format: Format, operation: &str, options: &WriteOptions) -> Result<Self> {
        let WriteOptions { columns: names, excel, spelling } = options;
        let columns = match Columns::of_list(operation) {
            Ok(columns) => Some(columns.spelled(*spelling)),
            // Lines of JSON need no columns.
            Err(_) if format == Format::JsonLines && names.is_none() => None,
            Err(error) => return Err(error.spelled(*spelling)),
        };
        let columns = match (columns, names) {
            (Some(columns), Some(names)) => Some(columns.choose(names)?),
            (columns, _) => columns,
        };
        Ok(Self(match (format, columns) {
            (Format::Csv, Some(columns)) => Rows::Csv(Box::new(CsvRows::new(&columns, *excel))),
            (_, columns) => Rows::Json(JsonRows::new(columns.as_ref(), names.is_none(), *spelling)),
        }))
    }

    /// The same for a binding, with the options as it gets them; see [`WriteOptions::from_json`].
    ///
    /// # Errors
    /// Those of [`WriteOptions::from_json`] and of [`new`](Self::new).
    pub fn from_json(format: Format, operation: &str, options: &[u8], spelling: Spelling) -> Result<Self> {
        Self::new(format, operation, &WriteOptions::from_json(options, spelling)?)
    }

    /// What comes before the first row.
    pub fn header(&self) -> Vec<u8> {
        match &self.0 {
            Rows::Csv(rows) => rows.header(),
            Rows::Json(_) => Vec::new(),
        }
    }

    /// Adds the rows that are left of a page, which then count as returned, and returns how many there are. They end before a
    /// row that cannot be read; if that is the first one, its error is returned, and it counts as returned.
    ///
    /// # Errors
    /// `Decode` for a row that cannot be read; it names page and row.
    pub fn rest(&mut self, current: &CurrentPage, out: &mut Vec<u8>) -> Result<usize> {
        match &mut self.0 {
            Rows::Csv(rows) => rows.rest(current, out),
            Rows::Json(rows) => rows.rest(current, out),
        }
    }
}

/// Writes what is left of a list to a file, page by page, and returns how many rows there are. A file of that name stays until
/// the new one is complete. If it fails, or its future is dropped, there is no new file, and no row counts as returned.
///
/// `begun` is the rest of a page that was taken from the pager before, and is written first. `progress` is called after each
/// page.
///
/// # Errors
/// Those of reading the list, and `InvalidRequest` if the file cannot be written; each with the resume token of the start.
pub async fn write_file(
    pager: &RawPager,
    begun: Option<&RawPage>,
    path: &Path,
    mut rows: RowWriter,
    mut progress: impl FnMut(Progress),
) -> Result<u64> {
    let mut undo = Undo { pager, mark: Some(pager.mark()) };
    let written = write_rest(pager, begun, path, &mut rows, &mut progress).await;
    let written = written.map_err(|error| undo.with_token(error))?;
    undo.mark = None;
    Ok(written)
}

async fn write_rest(
    pager: &RawPager,
    begun: Option<&RawPage>,
    path: &Path,
    rows: &mut RowWriter,
    progress: &mut impl FnMut(Progress),
) -> Result<u64> {
    let mut file = WholeFile::create(path)?;
    file.write(&rows.header())?;
    let (mut written, mut text) = (0, Vec::new());
    if let Some(begun) = begun.filter(|page| !page.is_empty()) {
        let begun = CurrentPage::of(begun.clone());
        while begun.remaining() > 0 {
            written += rows.rest(&begun, &mut text)? as u64;
        }
        file.write(&text)?;
        progress(Progress { rows: written, total: pager.total() });
    }
    while let Some(current) = pager.fill(None).await? {
        text.clear();
        written += rows.rest(&current, &mut text)? as u64;
        file.write(&text)?;
        progress(Progress { rows: written, total: pager.total() });
    }
    file.finish()?;
    Ok(written)
}

/// Goes back to where writing began, unless the file is complete.
struct Undo<'a> {
    pager: &'a RawPager,
    mark: Option<mspkit::Mark>,
}

impl Undo<'_> {
    fn with_token(&self, error: Error) -> Error {
        match &self.mark {
            Some(mark) => error.with_resume_token(mark.resume_token()),
            None => error,
        }
    }
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        if let Some(mark) = self.mark.take() {
            self.pager.reset(mark);
        }
    }
}
