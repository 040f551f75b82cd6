//! What tells whether an object exists already, and the operations that look before they create.

use serde::Serialize;

/// How to find an object by what is sent to create it.
#[derive(Debug, Clone, Serialize)]
pub struct Ensure {
    /// The id of the operation that creates.
    pub create: String,
    /// The id of the list that is searched.
    pub find: String,
    /// The name of each path parameter of the list, with the vendor's name of the create's parameter that it takes.
    pub scope: Vec<(String, String)>,
    /// What must be the same.
    pub key: Vec<KeyField>,
    /// The vendor's names of the fields that are compared in an object that exists: of the create, and of the list's items.
    pub compared: Vec<(String, String)>,
    /// The name of the list's parameter that takes a row filter.
    pub filter: Option<String>,
    /// The vendor's name of the parameter with the rows, if it is for many objects.
    pub rows: Option<String>,
    /// The name and the value of the list's parameter for the size of a page.
    pub page_size: Option<(String, i64)>,
}

/// A field of the list's items that identifies them.
#[derive(Debug, Clone, Serialize)]
pub struct KeyField {
    /// The vendor's name of the field.
    pub field: String,
    /// The vendor's names of the create's parameters that it is compared with; the first that is given counts.
    pub params: Vec<String>,
}
