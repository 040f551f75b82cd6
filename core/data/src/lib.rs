//! mspkit-data: how the rows of lists become columns, lines and files.
//!
//! [`Columns`] are those of a list, whose names and types come from the schema table, so they do not depend on the rows.
//!
//! ```
//! use mspkit_data::{Columns, Type};
//!
//! # fn main() -> Result<(), mspkit::Error> {
//! let columns = Columns::of_list("ncentral.customers.list")?;
//! assert_eq!(columns[0].name(), "customer_id");
//! assert_eq!(columns[0].data_type(), &Type::Id);
//! assert_eq!(columns.choose(&["customerName", "customer_id"])?.len(), 2);
//! # Ok(()) }
//! ```

#[cfg(feature = "arrow")]
pub mod arrow;
mod asked;
#[cfg(feature = "blocking")]
pub mod blocking;
mod columns;
mod csv_rows;
mod dict_options;
mod file;
mod json_rows;
mod options;
mod tree;
mod write;

pub use columns::{Column, Columns, EXTRA, Leaf, Type};
pub use dict_options::DictOptions;
pub use file::WholeFile;
pub use write::{Format, Progress, RowWriter, WriteOptions, write_file};
