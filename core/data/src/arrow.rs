//! Rows as tables of Apache Arrow, a record batch for each page.
//!
//! ```no_run
//! # async fn run() -> Result<(), mspkit::Error> {
//! # let core = mspkit::Core::new(mspkit::Service::NCentral, &mspkit::Config::default())?;
//! use mspkit_data::arrow::Batches;
//!
//! let pager = core.pager("ncentral.customers.list", b"{}", &Default::default(), &Default::default())?;
//! let batches = Batches::of(pager)?;
//! while let Some(batch) = batches.next().await? {
//!     println!("{} rows of {} columns", batch.num_rows(), batch.num_columns());
//! }
//! # Ok(()) }
//! ```
//!
//! The typed clients of mspkit have the pager, too: `client.customers().list(ListCustomers::new()).pager()?`.

mod batches;
#[cfg(feature = "ipc")]
mod ipc;
mod read;
mod schema;
mod values;

pub use arrow_array::ffi_stream::FFI_ArrowArrayStream;
pub use arrow_array::{RecordBatch, RecordBatchReader};
pub use arrow_schema::ffi::FFI_ArrowSchema;
pub use arrow_schema::{Schema, SchemaRef};

#[cfg(feature = "ipc")]
pub use ipc::ipc;

pub use batches::{Batches, StreamError, read_page, read_rest, stream};
pub use schema::{c_schema, schema};

#[cfg(test)]
mod tests;
