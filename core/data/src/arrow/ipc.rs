//! A list as bytes in Arrow's IPC format, for languages whose libraries take no streams of C.

use arrow_ipc::writer::StreamWriter;
use arrow_schema::ArrowError;
use mspkit::{Error, RawPage, RawPager, Result};

use super::batches::{read_page, read_rest};
use super::schema::schema;
use crate::Columns;

/// Reads a list to its end, and returns it as a stream of the IPC format: the schema, and a batch for each page. `begun` is the
/// rest of a page that was taken from the pager before, and comes first.
///
/// # Errors
/// Those of [`RawPager::fill`], and `Decode` for a row that does not fit. What was read counts as returned; a
/// [`Mark`](mspkit::Mark) goes back to where this began.
pub async fn ipc(pager: &RawPager, begun: Option<&RawPage>, columns: &Columns) -> Result<Vec<u8>> {
    let refused = |error: ArrowError| Error::invalid("columns", None, &format!("make no table: {error}"));
    let unwritten = |page: &RawPage, error: &ArrowError| page.unreadable(0, &error.to_string());
    let mut writer = StreamWriter::try_new(Vec::new(), &schema(columns)).map_err(refused)?;
    if let Some(page) = begun.filter(|page| !page.is_empty()) {
        writer.write(&read_page(page, columns)?).map_err(|error| unwritten(page, &error))?;
    }
    while let Some(current) = pager.fill(None).await? {
        if let Some(batch) = read_rest(&current, columns)? {
            writer.write(&batch).map_err(|error| unwritten(current.page(), &error))?;
        }
    }
    writer.into_inner().map_err(refused)
}
