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
mod columns;
mod options;

pub use columns::{Column, Columns, EXTRA, Leaf, Type};
