//! The cases of an operation that finds or creates: what is there, what is not, a list that is refused, missing arguments.

use serde_json::{Map, Value, json};

use super::{Call, expected, without_required};
use crate::model::{Api, Ensure, Operation};

pub(super) fn of(api: &Api, operation: &Operation, ensure: &Ensure) -> Vec<Value> {
    let find = |id: &str| api.operations.iter().find(|operation| operation.id == id);
    let (Some(call), Some(find), Some(create)) =
        (Call::new(api, operation, false), find(&ensure.find), find(&ensure.create))
    else {
        return Vec::new();
    };
    let listed = |rows: Vec<Value>| {
        let answer = json!({"match": format!("{} {}", find.method, find.path), "status": 200, "times": 0});
        let words = expected::dialect(api, find).and_then(|dialect| dialect.envelope.as_ref());
        let total = words.and_then(|words| words.total_items.as_ref());
        let body = match (words, total) {
            (Some(words), Some(total)) => json!({total: rows.len(), &words.data: rows}),
            _ => rows.into(),
        };
        with(answer, "json", body)
    };
    let never = json!({&ensure.create: {"received": 0}});
    let mut cases = Vec::new();
    if let Some(row) = row_of(&call, find, ensure) {
        let mut case = call.case("an object that exists", "It is found by its key, and nothing is created.");
        case.insert("sim".to_owned(), json!({"script": [listed(vec![row.clone()])]}));
        let ensured = json!({"value": row, "created": false, "differences": []});
        case.insert("steps".to_owned(), json!([call.step(&json!({"result": result(ensure, ensured)}))]));
        case.insert("counts".to_owned(), never.clone());
        cases.push(Value::Object(case));
    }
    if let Some(response) = create.examples.responses.iter().find(|response| response.status < 300) {
        let mut case =
            call.case("an object that is not there", "It is created once, as by the operation that creates.");
        case.insert("sim".to_owned(), json!({"script": [listed(Vec::new()), call.answered(response)]}));
        let ensured = json!({"$subset": {"created": true, "differences": []}});
        let mut step = call.step(&json!({"result": result(ensure, ensured)}));
        // The list stays empty, so it need not be read again for an id.
        step["options"] = json!({"settle": 0});
        case.insert("steps".to_owned(), json!([step]));
        case.insert("counts".to_owned(), json!({&ensure.create: {"received": 1}}));
        cases.push(Value::Object(case));
    }
    let mut case = call.case("the list is refused", "Without the list nothing is created.");
    let refusal = with(listed(Vec::new()), "status", 403.into());
    case.insert("sim".to_owned(), json!({"script": [with(refusal, "json", json!({"message": "No."}))]}));
    let error = json!({"kind": "PermissionDenied", "status": 403, "method": find.method});
    case.insert("steps".to_owned(), json!([call.step(&json!({"error": error}))]));
    case.insert("counts".to_owned(), never);
    cases.push(Value::Object(case));
    cases.extend(without_required(&call));
    cases
}

/// The result of the call; that for many is for one row.
fn result(ensure: &Ensure, ensured: Value) -> Value {
    match ensure.rows {
        Some(_) => json!({"outcomes": [{"row": 0, "ensured": ensured, "error": null}]}),
        None => ensured,
    }
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

/// A row of the list with the key of the call.
fn row_of(call: &Call<'_>, find: &Operation, ensure: &Ensure) -> Option<Value> {
    let mut row = Map::new();
    if let Some(id) = &find.answer.id {
        row.insert(id.clone(), "c1d4f7a2-93be-4c58-8a61-2f4b6e9d0c35".into());
    }
    for key in &ensure.key {
        let argument = |wire: &String| {
            call.arguments.iter().find(|(param, _)| param.wire == *wire).map(|(_, value)| value)
        };
        let given = |wire: &String| match &ensure.rows {
            Some(rows) => argument(rows)?.get(0)?.get(wire),
            None => argument(wire),
        };
        let value = key.params.iter().find_map(given)?;
        row.insert(key.field.clone(), value.clone());
    }
    Some(Value::Object(row))
}
