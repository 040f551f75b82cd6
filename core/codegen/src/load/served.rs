//! How the simulator's generic store serves an operation.

use serde_json::{Map, Value, json};

use crate::load::operation::{only_keys, word};
use crate::load::simulated::{DEPTH, fields, resolved};
use crate::model::{AnswerKind, Collection, ExampleResponse, Examples, Operation, Paging, Simulation};
use crate::node::Node;
use crate::problem::Problem;

const OPERATION_KEYS: [&str; 23] = [
    "collection",
    "verb",
    "scope",
    "context",
    "messages",
    "below",
    "first",
    "envelope",
    "into",
    "items",
    "by",
    "rename",
    "sets",
    "filter",
    "any",
    "refuses",
    "unknown",
    "needs",
    "denied",
    "returns",
    "at",
    "key",
    "under",
];

/// How the store serves the operation at this node.
pub(super) fn operation(
    node: &Node<'_>,
    collections: &[Collection],
    operation: &Operation,
) -> Result<Option<Simulation>, Problem> {
    let Some(given) = node.get("x-mspkit-sim") else { return Ok(None) };
    only_keys(&given, &OPERATION_KEYS)?;
    let verbs = ["list", "get", "create", "update", "replace", "delete", "example", "by_hand"]
        .map(|verb| (verb, verb));
    let verb = word(&given.need("verb")?, &verbs)?;
    let collection = |source: &Node<'_>| {
        let name = source.text()?;
        let is_stored = collections.iter().any(|known| known.name == name && known.stored.is_some());
        if is_stored {
            Ok(name.to_owned())
        } else {
            Err(source.problem(format!("`{name}` is not a stored collection of x-mspkit-collections")))
        }
    };
    let mut row = json!({"operation": operation.id, "verb": verb, "paging": operation.paging, "answer": operation.answer.kind});
    let mut held = None;
    if verb == "example" {
        let may_be_empty = matches!(operation.answer.kind, AnswerKind::Empty | AnswerKind::Success);
        let nothing = may_be_empty.then_some(Value::Null);
        row["example"] = example(&operation.examples)
            .or(nothing)
            .ok_or_else(|| given.problem("the operation has no example of a success"))?;
    } else if verb != "by_hand" {
        let name = collection(&given.need("collection")?)?;
        row["collection"] = name.as_str().into();
        held = Some(name);
    }
    if let Some(scope) = given.get("scope") {
        row["scope"] = collection(&scope)?.into();
    }
    let params = names_in(&operation.path);
    if let Some(at) = given.get("at") {
        let name = at.text()?;
        let place = params.iter().position(|param| *param == name);
        row["at"] = place.ok_or_else(|| at.problem(format!("`{name}` is not in the path")))?.into();
    }
    for key in [
        "under", "context", "messages", "below", "first", "envelope", "into", "by", "rename", "sets",
        "filter", "any", "unknown", "needs", "denied",
    ] {
        if let Some(value) = given.get(key) {
            row[key] = value.json()?;
        }
    }
    if let Some(name) = &held {
        let stored =
            collections.iter().find(|known| known.name == *name).and_then(|known| known.stored.as_ref());
        let has = |wire: &str| {
            stored
                .and_then(|stored| stored["fields"].as_array())
                .is_some_and(|all| all.iter().any(|field| field["name"] == wire))
        };
        for (wire, value) in given.entries_of("sets")? {
            if !has(&wire) {
                return Err(value.problem(format!("`{wire}` is not a field of {name}")));
            }
        }
        if let Some(key) = given.get("key") {
            let wire = key.text()?;
            if !has(wire) {
                return Err(key.problem(format!("`{wire}` is not a field of {name}")));
            }
            row["key"] = wire.into();
        }
        for (_, field) in given.entries_of("filter")? {
            let wire = field.text()?;
            if !has(wire.trim_start_matches(['<', '>', '='])) {
                return Err(field.problem(format!("`{wire}` is not a field of {name}")));
            }
        }
    }
    if let Some(items) = given.get("items") {
        row["items"] = if items.flag().is_ok() { "".into() } else { items.text()?.into() };
    }
    for (kind, refusal) in given.get("refuses").map_or_else(|| Ok(Vec::new()), |node| node.entries())? {
        only_keys(&refusal, &["status", "message"])?;
        row["refuses"][kind] = refusal.json()?;
    }
    let successes: Vec<_> =
        operation.examples.responses.iter().filter(|response| response.status < 300).collect();
    row["status"] = successes.first().map_or(200, |response| response.status).into();
    row["params"] = params.into();
    responses(&mut row, operation, &successes);
    if let Some(returns) = given.get("returns") {
        word(&returns, &[("example", ())])?;
        row["like_example"] = true.into();
        row["example"] = example(&operation.examples).unwrap_or_default();
    }
    given_in(node, &mut row)?;
    Ok(Some(Simulation { collection: held, row }))
}

/// What a request has: the parameters of its query and its body.
fn given_in(node: &Node<'_>, row: &mut Value) -> Result<(), Problem> {
    let query = query(node)?;
    if !query.is_empty() {
        row["query"] = query.into();
    }
    if let Some(request) = node.get("requestBody") {
        let content = request.follow()?.need("content")?;
        if let Some(media) = content.get("application/json") {
            let schema = media.need("schema")?.follow()?;
            match schema.get("items") {
                Some(entry) => {
                    row["entries"] = fields(&entry)?.into();
                    for bound in ["minItems", "maxItems"] {
                        if let Some(size) = schema.get(bound) {
                            row["list"][bound] = size.json()?;
                        }
                    }
                }
                None => row["body"] = fields(&schema)?.into(),
            }
        }
    }
    Ok(())
}

/// The parameters of the query, as fields.
fn query(node: &Node<'_>) -> Result<Vec<Value>, Problem> {
    let Some(given) = node.get("parameters") else { return Ok(Vec::new()) };
    let mut fields = Vec::new();
    for param in given.items()? {
        let param = param.follow()?;
        if param.need("in")?.text()? == "query" {
            let required = param.get("required").map_or(Ok(false), |flag| flag.flag())?;
            let schema = resolved(&param.need("schema")?, DEPTH)?;
            fields.push(json!({"name": param.need("name")?.text()?, "required": required, "schema": schema}));
        }
    }
    Ok(fields)
}

/// The envelope of the first example, which is the documented one.
fn responses(row: &mut Value, operation: &Operation, successes: &[&ExampleResponse]) {
    let body = successes.iter().find_map(|response| response.body.as_ref());
    let members = body.and_then(Value::as_object).filter(|members| members.contains_key("data"));
    if let Some(members) = members
        && operation.paging != Paging::PageNumber
        && (members["data"].is_array()
            || row["envelope"] == true
            || members.keys().any(|name| name != "data" && name != "_links"))
    {
        let rest = members.iter().filter(|(name, _)| *name != "data");
        row["around"] = rest.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into();
        row["data_is_list"] = (members["data"].is_array() && !operation.answer.in_list).into();
    }
    if operation.answer.kind == AnswerKind::List && body.is_some_and(Value::is_array) {
        row["bare"] = true.into();
    }
    if operation.answer.in_list {
        row["in_list"] = true.into();
    }
    if operation.answer.kind == AnswerKind::Success {
        row["like_example"] = true.into();
        row["example"] = example(&operation.examples).unwrap_or_default();
    }
}

/// The names of the parameters of a path.
fn names_in(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

fn example(examples: &Examples) -> Option<Value> {
    examples
        .responses
        .iter()
        .filter(|response| response.status < 300)
        .find_map(|response| response.body.clone())
}
