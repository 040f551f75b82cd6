//! What a document shows of an operation: requests and answers that a vendor could have written.

use serde_json::Value;

/// The examples of an operation.
#[derive(Debug, Clone, Default)]
pub struct Examples {
    /// The JSON body of a request.
    pub body: Option<Value>,
    /// The responses by status, each as often as it has examples, and once where it has none.
    pub responses: Vec<ExampleResponse>,
}

/// A response as a server could send it.
#[derive(Debug, Clone)]
pub struct ExampleResponse {
    /// The HTTP status.
    pub status: u16,
    /// The name of the example in the document; empty where it has none.
    pub name: String,
    /// Headers with their examples.
    pub headers: Vec<(String, String)>,
    /// The JSON body, where there is one.
    pub body: Option<Value>,
}
