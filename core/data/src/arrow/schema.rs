//! Columns as a schema of Arrow. Every column may be null, as servers leave fields out.

use std::sync::Arc;

use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};

use crate::{Column, Columns, Type};

/// The schema of a table with these columns.
///
/// ```
/// # fn main() -> Result<(), mspkit::Error> {
/// let columns = mspkit_data::Columns::of_list("ncentral.customers.list")?;
/// let schema = mspkit_data::arrow::schema(&columns);
/// assert_eq!(schema.field(0).name(), "customer_id");
/// assert_eq!(schema.field(0).data_type().to_string(), "Utf8");
/// # Ok(()) }
/// ```
pub fn schema(columns: &Columns) -> SchemaRef {
    Schema::new(fields(columns)).into()
}

/// The same for a consumer that reads it by the C data interface.
///
/// # Errors
/// When a name cannot be represented there, which none of the table is.
pub fn c_schema(columns: &Columns) -> Result<arrow_schema::ffi::FFI_ArrowSchema, ArrowError> {
    schema(columns).as_ref().try_into()
}

pub(super) fn fields(columns: &[Column]) -> Fields {
    columns.iter().map(|column| Field::new(column.name(), data_type(column.data_type()), true)).collect()
}

/// The entries of a list, under the name that every library gives them.
pub(super) fn entry(of: &Type) -> Arc<Field> {
    Field::new_list_field(data_type(of), true).into()
}

fn data_type(of: &Type) -> DataType {
    match of {
        Type::Text | Type::Id | Type::Json => DataType::Utf8,
        Type::Integer => DataType::Int64,
        Type::Number => DataType::Float64,
        Type::Flag => DataType::Boolean,
        Type::List(of) => DataType::List(entry(of)),
        Type::Object(members) => DataType::Struct(fields(members)),
    }
}
