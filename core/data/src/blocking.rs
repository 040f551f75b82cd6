//! Files and tables of the lists of [`mspkit::blocking`], for programs without a runtime.
//!
//! ```no_run
//! # fn main() -> Result<(), mspkit::Error> {
//! use std::path::Path;
//!
//! use mspkit::blocking;
//! use mspkit::ncentral::ListCustomers;
//! use mspkit_data::{Format, RowWriter, WriteOptions};
//!
//! let pager = blocking::NCentral::from_env()?.customers().list(ListCustomers::new()).pager()?;
//! let rows = RowWriter::new(Format::Csv, pager.pager().operation(), &WriteOptions::default())?;
//! let count = mspkit_data::blocking::write_file(&pager, None, Path::new("customers.csv"), rows, |_| {})?;
//! println!("{count} rows");
//! # Ok(()) }
//! ```

use std::path::Path;

use mspkit::blocking::RawPager;
use mspkit::{RawPage, Result};

use crate::{Progress, RowWriter};

#[cfg(feature = "arrow")]
mod batches;

#[cfg(feature = "arrow")]
pub use batches::Batches;

/// Writes what is left of a list to a file, page by page, as [`write_file`](crate::write_file) does.
///
/// # Errors
/// Those of [`write_file`](crate::write_file), and `InvalidRequest` inside an async program.
pub fn write_file(
    pager: &RawPager,
    begun: Option<&RawPage>,
    path: &Path,
    rows: RowWriter,
    progress: impl FnMut(Progress),
) -> Result<u64> {
    pager.wait(crate::write_file(pager.pager(), begun, path, rows, progress))
}
