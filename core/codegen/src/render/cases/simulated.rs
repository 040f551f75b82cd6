//! Conformance cases for operations that the simulator's generic store serves.

use serde_json::{Map, Value, json};

use super::Call;
use crate::model::{AnswerKind, Api, Param, ParamLocation};

/// Ids that no seed has and every path accepts.
const UNKNOWN: u64 = 999_999_999;
const UNKNOWN_GUID: &str = "00000000-0000-4000-8000-000000000000";

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
    let by_id = !matches!(verb, "list" | "create") && row["by"].is_null() && row["first"].is_null();
    let scope = stored(row["scope"].as_str()).map(|scope| first(api, scope, &row["refuses"]));
    let item = by_id.then(|| first(api, collection, &row["refuses"]));
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
        ("get", _)
            if by_id
                && collection["single"] != true
                && row["like_example"].is_null()
                && row["key"].is_null() =>
        {
            let first = ids.last().map(super::text);
            expect.insert("result".to_owned(), json!({"$subset": {id: first}}));
        }
        ("create", AnswerKind::Created | AnswerKind::Located) => {
            expect.insert("result".to_owned(), json!({"$subset": {id: {"$any": true}}}));
        }
        _ => {}
    }
    let mut step = call.step(&Value::Object(expect));
    with_ids(api, call, &mut step, &ids);
    with_ids_in_body(api, call, &mut step, (row, collection));
    let mut case =
        call.case("the simulator's data", "Without a script, the simulator responds from its data.");
    let committed = u8::from(!matches!(verb, "list" | "get"));
    case.insert("counts".to_owned(), json!({&call.operation.id: {"committed": committed}}));
    case.insert("steps".to_owned(), json!([step]));
    let mut cases = vec![Value::Object(case)];
    let is_refused = row["unknown"].is_null() && row["refuses"]["unknown"].is_null();
    let has_ids = ids.iter().all(Value::is_u64) || ids.iter().all(Value::is_string);
    if !ids.is_empty() && has_ids && is_refused {
        let mut step = call.step(&json!({"error": {"kind": "NotFound", "status": 404}}));
        with_unknown(api, call, &mut step, (row, &ids));
        let mut case = call.case("an unknown id", "An id that does not exist is reported as not found.");
        case.insert("counts".to_owned(), json!({&call.operation.id: {"committed": 0}}));
        case.insert("steps".to_owned(), json!([step]));
        cases.push(Value::Object(case));
    }
    cases
}

/// The first id of a collection: its own, or that of the collection whose ids it has, unless those are refused.
fn first(api: &Api, stored: &Value, refused: &Value) -> Value {
    let of = stored["of"].as_array().into_iter().flatten();
    let mut of = of.filter_map(Value::as_str).filter(|name| refused[name].is_null());
    let above = stored["parent"]["collection"][0].as_str().filter(|_| stored["single"] == true);
    let other = above.or(stored["across"].as_str()).or_else(|| of.next());
    let other = other.and_then(|name| api.collections.iter().find(|known| known.name == name));
    match other.and_then(|known| known.stored.as_ref()) {
        Some(other) => first(api, other, refused),
        None => stored["first"].clone(),
    }
}

/// Sets the ids in the body to those of rows that exist.
fn with_ids_in_body(api: &Api, call: &Call<'_>, step: &mut Value, (row, collection): (&Value, &Value)) {
    let param = |wire: &str| {
        let is_whole = |param: &Param| wire.is_empty() && param.location == ParamLocation::Body;
        let found = call.arguments.iter().find(|(param, _)| param.wire == wire || is_whole(param));
        found.map(|(param, _)| param.name.clone())
    };
    let set = |place: &mut Value, id: Value| match place {
        Value::Array(ids) => *ids = vec![id],
        Value::String(_) => *place = super::text(&id).into(),
        _ => *place = id,
    };
    let above = collection["parent"]["collection"][0].as_str();
    let above = above.and_then(|name| api.collections.iter().find(|known| known.name == name));
    if let (Some(name), Some(above)) =
        (row["into"].as_str().and_then(param), above.and_then(|above| above.stored.as_ref()))
    {
        set(&mut step["params"][&name], first(api, above, &Value::Null));
    }
    let Some(by) = row["by"].as_str() else { return };
    let is_parent = collection["parent"]["field"] == by;
    let is_field =
        !is_parent && collection["fields"].as_array().into_iter().flatten().any(|field| field["name"] == by);
    if is_field && collection["id"] != by {
        return;
    }
    let of = above.and_then(|above| above.stored.as_ref()).filter(|_| is_parent).unwrap_or(collection);
    let id = first(api, of, &Value::Null);
    match row["items"].as_str() {
        None => {
            if let Some(name) = param(by) {
                set(&mut step["params"][&name], id);
            }
        }
        Some(list) => {
            if let Some(name) = param(list) {
                set(&mut step["params"][&name][0][by], id);
            }
        }
    }
}

/// The initial number of rows of a collection; any number if that is not an option.
fn count_of(api: &Api, name: Option<&str>) -> Value {
    let count =
        api.collections.iter().find(|known| Some(known.name.as_str()) == name).and_then(|known| known.count);
    count.map_or_else(|| json!({"$any": true}), Value::from)
}

/// Sets the ids in the path to some that do not exist.
fn with_unknown(api: &Api, call: &Call<'_>, step: &mut Value, (row, ids): (&Value, &[Value])) {
    if ids.iter().all(Value::is_u64) {
        return with_ids(api, call, step, &vec![UNKNOWN.into(); ids.len()]);
    }
    let at = row["at"].as_u64().and_then(|at| row["params"].get(usize::try_from(at).ok()?)?.as_str());
    let mut path = call.arguments.iter().filter(|(param, _)| param.location == ParamLocation::Path);
    let found = match at {
        Some(wire) => path.find(|(param, _)| param.wire == wire),
        None => path.next_back(),
    };
    if let Some((param, _)) = found {
        step["params"][&param.name] = UNKNOWN_GUID.into();
    }
}

/// Sets the last parameters of the path to these ids, and those before them to the first ids of the collections that have such
/// ids. Ids that are texts are those of the document's examples.
fn with_ids(api: &Api, call: &Call<'_>, step: &mut Value, ids: &[Value]) {
    if !ids.iter().all(Value::is_u64) {
        return;
    }
    let path = call.arguments.iter().filter(|(param, _)| param.location == ParamLocation::Path);
    let params: Vec<_> = path.map(|(param, _)| param).collect();
    let mut ids = ids.iter().rev();
    for param in params.into_iter().rev() {
        let before = || {
            let stored = api.collections.iter().filter_map(|known| known.stored.as_ref());
            let mut stored = stored.filter(|stored| stored["id"] == *param.wire);
            stored.next().map(|stored| first(api, stored, &Value::Null)).filter(Value::is_u64)
        };
        if let Some(id) = ids.next().cloned().or_else(before) {
            step["params"][&param.name] = id;
        }
    }
}
