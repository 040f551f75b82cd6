//! The examples of an operation: requests and responses.

use serde_json::Value;

/// The examples of an operation.
#[derive(Debug, Clone, Default)]
pub struct Examples {
    /// The JSON body of a request.
    pub body: Option<Value>,
    /// The responses by status, one for each example, and one for a status without examples.
    pub responses: Vec<ExampleResponse>,
}

/// An example of a response.
#[derive(Debug, Clone)]
pub struct ExampleResponse {
    /// The HTTP status.
    pub status: u16,
    /// The name of the example in the document; empty if it has none.
    pub name: String,
    /// Headers with their examples.
    pub headers: Vec<(String, String)>,
    /// The JSON body, if there is one.
    pub body: Option<Value>,
}
