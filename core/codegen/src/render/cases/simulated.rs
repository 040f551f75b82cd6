//! Conformance cases for operations that the simulator's generic store serves.

use serde_json::{Map, Value, json};

use super::Call;
use crate::model::{AnswerKind, Api, ParamLocation};

/// An id that no seed has and every path accepts.
const UNKNOWN: u64 = 999_999_999;

/// A call that succeeds, and for operations with an id, a call with an unknown one.
pub(super) fn of(api: &Api, call: &Call<'_>) -> Vec<Value> {
    let Some(simulation) = &call.operation.simulation else { return Vec::new() };
    let row = &simulation.row;
    let stored = |name: Option<&str>| {
        api.collections
            .iter()
            .find(|known| Some(known.name.as_str()) == name)
            .and_then(|known| known.stored.as_ref())
    };
    let Some(collection) = stored(simulation.collection.as_deref()) else { return Vec::new() };
    let verb = row["verb"].as_str().unwrap_or_default();
    let by_id = !matches!(verb, "list" | "create") && row["by"].is_null();
    let scope = stored(row["scope"].as_str()).map(|scope| first(api, scope));
    let item = by_id.then(|| first(api, collection));
    let mut ids: Vec<Value> = scope.into_iter().chain(item).collect();
    if collection["single"] == true {
        // The id of the object is that of the one above it.
        ids.truncate(1);
    }
    if ids.contains(&Value::Null) {
        return Vec::new();
    }
    let mut expect = Map::new();
    let id = call.operation.answer.id.as_deref().unwrap_or(collection["id"].as_str().unwrap_or_default());
    match (verb, call.operation.answer.kind) {
        ("list", _) if ids.is_empty() => {
            expect.insert("count".to_owned(), count_of(api, simulation.collection.as_deref()));
        }
        ("get", _) => {
            let first = ids.last().map(super::text);
            expect.insert("result".to_owned(), json!({"$subset": {id: first}}));
        }
        ("create", AnswerKind::Created | AnswerKind::Located) => {
            expect.insert("result".to_owned(), json!({"$subset": {id: {"$any": true}}}));
        }
        _ => {}
    }
    let mut step = call.step(&Value::Object(expect));
    with_ids(call, &mut step, &ids);
    let mut case =
        call.case("the simulator's data", "Without a script, the simulator responds from its data.");
    let committed = u8::from(!matches!(verb, "list" | "get"));
    case.insert("counts".to_owned(), json!({&call.operation.id: {"committed": committed}}));
    case.insert("steps".to_owned(), json!([step]));
    let mut cases = vec![Value::Object(case)];
    if !ids.is_empty() && ids.iter().all(Value::is_u64) {
        let mut step = call.step(&json!({"error": {"kind": "NotFound", "status": 404}}));
        with_ids(call, &mut step, &vec![UNKNOWN.into(); ids.len()]);
        let mut case = call.case("an unknown id", "An id that does not exist is reported as not found.");
        case.insert("counts".to_owned(), json!({&call.operation.id: {"committed": 0}}));
        case.insert("steps".to_owned(), json!([step]));
        cases.push(Value::Object(case));
    }
    cases
}

/// The first id of a collection: its own, or that of the collection whose ids it has.
fn first(api: &Api, stored: &Value) -> Value {
    let other = if stored["single"] == true { &stored["parent"]["collection"][0] } else { &stored["across"] };
    let other = other.as_str().or(stored["of"][0].as_str());
    let other = other.and_then(|name| api.collections.iter().find(|known| known.name == name));
    other
        .and_then(|known| known.stored.as_ref())
        .map_or_else(|| stored["first"].clone(), |other| first(api, other))
}

/// The initial number of rows of a collection; any number if that is not an option.
fn count_of(api: &Api, name: Option<&str>) -> Value {
    let count =
        api.collections.iter().find(|known| Some(known.name.as_str()) == name).and_then(|known| known.count);
    count.map_or_else(|| json!({"$any": true}), Value::from)
}

/// Sets the last parameters of the path to these ids.
fn with_ids(call: &Call<'_>, step: &mut Value, ids: &[Value]) {
    let path = call.arguments.iter().filter(|(param, _)| param.location == ParamLocation::Path);
    let names: Vec<_> = path.map(|(param, _)| param.name.clone()).collect();
    for (name, id) in names.iter().rev().zip(ids.iter().rev()) {
        step["params"][name] = id.clone();
    }
}
