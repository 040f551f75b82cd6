//! The table of operations as JSON, for the test that compares the facade with it.

use mspkit::Operation;
use serde_json::{Value, json};

/// Every operation with its parameters, as the JSON of an array.
pub(crate) fn table() -> String {
    Value::from(Operation::all().iter().map(row).collect::<Vec<_>>()).to_string()
}

fn row(operation: &Operation) -> Value {
    let params = operation.params.iter().map(|param| {
        json!({
            "name": param.name,
            "wire": param.wire,
            "place": name(&param.place),
            "kind": name(&param.kind),
            "required": param.required,
            "secret": param.secret,
            "from_option": param.from_option,
        })
    });
    json!({
        "id": operation.id,
        "resource": operation.resource,
        "name": operation.name,
        "summary": operation.summary,
        "method": operation.method.as_str(),
        "path": operation.path,
        "paging": name(&operation.paging),
        "answer": name(&operation.answer),
        "params": params.collect::<Vec<_>>(),
    })
}

/// The tables' names may grow; `Debug` says what they are called and is cut before what they hold.
fn name(shown: &impl std::fmt::Debug) -> String {
    let shown = format!("{shown:?}");
    let mut name = String::new();
    for letter in shown.chars().take_while(char::is_ascii_alphanumeric) {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
