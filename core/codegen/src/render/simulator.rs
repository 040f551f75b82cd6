//! The simulator's table: the collections of its generic store, and the operations that it serves.

use serde_json::{Value, json};

use crate::model::Api;
use crate::output::{HEADER, Rendered};
use crate::render::json;

/// The table as the simulator and the checks of the cases read it.
pub(crate) fn table(api: &Api) -> Rendered {
    let collections: Vec<Value> = api
        .collections
        .iter()
        .map(|collection| {
            let mut row = collection.stored.clone().unwrap_or_else(|| json!({"name": collection.name}));
            row["by_hand"] = collection.stored.is_none().into();
            row["count"] = collection.count.into();
            row
        })
        .collect();
    let operations: Vec<&str> = api
        .operations
        .iter()
        .filter(|operation| !operation.derived())
        .map(|operation| operation.id.as_str())
        .collect();
    let served: Vec<&Value> =
        api.operations.iter().filter_map(|operation| Some(&operation.simulation.as_ref()?.row)).collect();
    let derived: Vec<&str> =
        api.operations.iter().filter(|it| it.derived()).map(|operation| operation.id.as_str()).collect();
    let table = json!({
        "about": HEADER,
        "collections": collections,
        "operations": operations,
        "derived": derived,
        "served": served,
    });
    Rendered { file: "tests/simulator/src/generated.json".to_owned(), text: json::file(&table) }
}
