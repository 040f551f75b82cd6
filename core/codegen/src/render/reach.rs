//! The list of every operation, from which the proof that each is reachable starts.

use serde_json::{Map, Value, json};

use crate::model::{AnswerKind, Api};
use crate::output::{HEADER, Rendered};
use crate::render::json;

/// The services with the classes of their clients, and every operation, including those without an endpoint of their own.
pub(crate) fn table(api: &Api) -> Rendered {
    let services: Map<String, Value> =
        api.services.iter().map(|service| (service.id.clone(), service.class.clone().into())).collect();
    let operations: Vec<Value> = api
        .operations
        .iter()
        .map(|operation| json!({"id": operation.id, "list": operation.answer.kind == AnswerKind::List}))
        .collect();
    let table = json!({"about": HEADER, "services": services, "operations": operations});
    Rendered { file: "tests/reach/operations.json".to_owned(), text: json::file(&table) }
}
