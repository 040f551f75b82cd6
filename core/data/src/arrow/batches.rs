//! Pages as record batches, and lists as streams of them.

use std::fmt;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchOptions, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use mspkit::{CurrentPage, Error, RawPage, RawPager, Result};

use super::read::Members;
use super::schema::schema;
use crate::Columns;

/// A list as record batches, one for each page. What is read counts as returned, as by the pager's other methods.
#[derive(Debug)]
pub struct Batches {
    pager: RawPager,
    columns: Columns,
    schema: SchemaRef,
}

impl Batches {
    /// Reads the rest of a list as these columns. Nothing is sent before [`next`](Self::next).
    pub fn new(pager: RawPager, columns: &Columns) -> Self {
        Self { pager, schema: schema(columns), columns: columns.clone() }
    }

    /// Reads the rest of a list as all its columns.
    ///
    /// # Errors
    /// `InvalidRequest` for a list whose rows have no known fields.
    pub fn of(pager: RawPager) -> Result<Self> {
        let columns = Columns::of_list(pager.operation())?;
        Ok(Self::new(pager, &columns))
    }

    /// The schema of every batch.
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The pager, for its resume token, total and whether the list is complete.
    pub fn pager(&self) -> &RawPager {
        &self.pager
    }

    /// The next page, or the rest of the current one; `None` at the end. Dropping the future loses nothing.
    ///
    /// # Errors
    /// Those of [`RawPager::fill`], and `Decode` for a row that does not fit: the batch before it ends there, and the next
    /// call goes on after it.
    pub async fn next(&self) -> Result<Option<RecordBatch>> {
        self.read().await?.transpose()
    }

    /// The next batch. The outer error is the list's, which may be made again, and the inner one a row's, which is passed.
    pub(crate) async fn read(&self) -> Result<Option<Result<RecordBatch>>> {
        while let Some(page) = self.pager.fill(None).await? {
            if let Some(read) = read_rest(&page, &self.columns).transpose() {
                return Ok(Some(read));
            }
        }
        Ok(None)
    }
}

/// The rows of a page that were not returned yet, up to one that does not fit; `None` if there are none.
///
/// # Errors
/// `Decode` if the first of them does not fit, which counts as returned then; the error names page, row and field, and
/// carries a resume token.
pub fn read_rest(page: &CurrentPage, columns: &Columns) -> Result<Option<RecordBatch>> {
    let mut rows = Members::of_rows(columns, page.remaining());
    let (part, read) = page.read_rest(|page, at| page.read_with(at, |json| rows.row(json)))?;
    // A row that does not fit adds nothing, so there are as many rows as were read.
    if read.is_empty() { Ok(None) } else { batch(rows, &part, read.len()).map(Some) }
}

/// All rows of a page.
///
/// # Errors
/// `Decode` for a row that does not fit.
pub fn read_page(page: &RawPage, columns: &Columns) -> Result<RecordBatch> {
    let mut rows = Members::of_rows(columns, page.len());
    for at in 0..page.len() {
        page.read_with(at, |json| rows.row(json))?;
    }
    batch(rows, page, page.len())
}

fn batch(rows: Members, page: &RawPage, count: usize) -> Result<RecordBatch> {
    let made = rows.finish().and_then(|(fields, arrays)| {
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        RecordBatch::try_new_with_options(arrow_schema::Schema::new(fields).into(), arrays, &options)
    });
    made.map_err(|error| page.unreadable(0, &error.to_string()))
}

/// A stream of record batches for a consumer that reads by the C stream interface: `next` waits for each of them. It ends
/// after an error. What `next` holds is dropped when the consumer releases the stream, at its end or midway.
pub fn stream<F>(schema: SchemaRef, next: F) -> FFI_ArrowArrayStream
where
    F: FnMut() -> Option<std::result::Result<RecordBatch, StreamError>> + Send + 'static,
{
    FFI_ArrowArrayStream::new(Box::new(Stream { schema, next: Some(next) }))
}

struct Stream<F> {
    schema: SchemaRef,
    next: Option<F>,
}

impl<F> Iterator for Stream<F>
where
    F: FnMut() -> Option<std::result::Result<RecordBatch, StreamError>>,
{
    type Item = std::result::Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.next.as_mut()?();
        if !matches!(read, Some(Ok(_))) {
            self.next = None;
        }
        read.map(|batch| batch.map_err(|error| ArrowError::ExternalError(error.into())))
    }
}

impl<F> RecordBatchReader for Stream<F>
where
    F: FnMut() -> Option<std::result::Result<RecordBatch, StreamError>>,
{
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

/// Why a stream ends early. Consumers see the text only, so it has the resume token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamError {
    message: String,
    resume_token: Option<String>,
}

impl StreamError {
    /// From a message and where to continue.
    pub fn new(message: &str, resume_token: Option<String>) -> Self {
        // It is read as a text of C.
        Self { message: message.replace('\0', "\u{fffd}"), resume_token }
    }
}

impl From<Error> for StreamError {
    fn from(error: Error) -> Self {
        Self::new(&error.to_string(), error.resume_token().map(str::to_owned))
    }
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.resume_token {
            Some(token) => write!(f, "; resume_token: {token}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for StreamError {}
