//! Lists of blocking clients as readers of record batches.

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use mspkit::blocking::RawPager;
use mspkit::{Error, Result};

use crate::{Columns, arrow};

/// A list of a blocking client as record batches, one for each page: a [`RecordBatchReader`], which the libraries of Arrow take,
/// such as writers of Parquet. What is read counts as returned, as by the pager's other methods.
///
/// It ends after an error of the list. A row that does not fit does not end it: the batch before it ends there, then comes the
/// error, and then a batch with the rows after it. Errors are [`ArrowError::ExternalError`]s with an [`mspkit::Error`]
/// inside, which has the resume token.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mspkit::blocking;
/// use mspkit::ncentral::ListCustomers;
/// use mspkit_data::blocking::Batches;
///
/// let client = blocking::NCentral::from_env()?;
/// for batch in Batches::of(client.customers().list(ListCustomers::new()).pager()?)? {
///     println!("{} rows", batch?.num_rows());
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing is read until it is iterated"]
pub struct Batches {
    pager: RawPager,
    inner: arrow::Batches,
    over: bool,
}

impl Batches {
    /// Reads the rest of a list as these columns. Nothing is sent before the first batch is wanted.
    pub fn new(pager: RawPager, columns: &Columns) -> Self {
        let inner = arrow::Batches::new(pager.pager().clone(), columns);
        Self { pager, inner, over: false }
    }

    /// Reads the rest of a list as all its columns.
    ///
    /// # Errors
    /// `InvalidRequest` for a list whose rows have no known fields.
    pub fn of(pager: RawPager) -> Result<Self> {
        let columns = Columns::of_list(pager.pager().operation())?;
        Ok(Self::new(pager, &columns))
    }

    /// The pager, for its resume token, total and whether the list is complete.
    pub fn pager(&self) -> &mspkit::RawPager {
        self.pager.pager()
    }
}

impl Iterator for Batches {
    type Item = std::result::Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let read = self.pager.wait(self.inner.read());
        self.over = !matches!(read, Ok(Some(_)));
        let external = |error: Error| ArrowError::ExternalError(error.into());
        Some(read.transpose()?.and_then(|batch| batch).map_err(external))
    }
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        self.inner.schema()
    }
}
