//! The examples of an operation in its document.

use serde_json::Value;

use crate::model::{ExampleResponse, Examples};
use crate::node::Node;
use crate::problem::Problem;

/// The examples of the operation at this node.
pub(super) fn of(operation: &Node<'_>) -> Result<Examples, Problem> {
    let mut examples = Examples::default();
    if let Some(request) = operation.get("requestBody") {
        examples.body = of_content(&request.follow()?)?.into_iter().next().map(|(_, body)| body);
    }
    for (status, response) in operation.entries_of("responses")? {
        let Ok(status) = status.parse() else { continue };
        let response = response.follow()?;
        let headers = headers(&response)?;
        let bodies = of_content(&response)?;
        if bodies.is_empty() {
            let name = String::new();
            examples.responses.push(ExampleResponse { status, name, headers: headers.clone(), body: None });
        }
        for (name, body) in bodies {
            let headers = headers.clone();
            examples.responses.push(ExampleResponse { status, name, headers, body: Some(body) });
        }
    }
    Ok(examples)
}

/// The examples of the JSON content by name; a single `example` has no name.
fn of_content(owner: &Node<'_>) -> Result<Vec<(String, Value)>, Problem> {
    let Some(media) = owner.get("content").and_then(|content| content.get("application/json")) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    if let Some(example) = media.get("example") {
        found.push((String::new(), example.json()?));
    }
    for (name, example) in media.entries_of("examples")? {
        found.push((name, example.follow()?.need("value")?.json()?));
    }
    Ok(found)
}

fn headers(response: &Node<'_>) -> Result<Vec<(String, String)>, Problem> {
    let mut headers = Vec::new();
    for (name, header) in response.entries_of("headers")? {
        if let Some(example) = header.look("example")? {
            let text = match example.json()? {
                Value::String(text) => text,
                other => other.to_string(),
            };
            headers.push((name, text));
        }
    }
    Ok(headers)
}
