//! The simulator's part of the documents: the collections of a service, and what operations do with them.

use serde_json::{Map, Value, json};

use crate::load::operation::{only_keys, word};
use crate::load::schema;
use crate::model::{
    AnswerKind, Collection, CollectionShape, ExampleResponse, Examples, Operation, Paging, Simulation,
};
use crate::node::Node;
use crate::problem::Problem;

const COLLECTION_KEYS: [&str; 24] = [
    "description",
    "count",
    "shape",
    "by_hand",
    "model",
    "id",
    "first",
    "ids",
    "name",
    "noun",
    "missing",
    "parent",
    "always",
    "never",
    "children",
    "of",
    "alias",
    "each",
    "across",
    "unless",
    "from",
    "pick",
    "kinds",
    "values",
];
const OPERATION_KEYS: [&str; 20] = [
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
];

/// How deep schemas are followed; deeper values may be anything.
const DEPTH: usize = 8;

/// The collections of a service, in the document's order, in which parents come before their children.
pub(super) fn collections(root: &Node<'_>, service: &str) -> Result<Vec<Collection>, Problem> {
    let mut known: Vec<Collection> = Vec::new();
    for (name, node) in root.entries_of("x-mspkit-collections")? {
        only_keys(&node, &COLLECTION_KEYS)?;
        let shape = match node.get("shape") {
            None => CollectionShape::Objects,
            Some(shape) => word(
                &shape,
                &[
                    ("objects", CollectionShape::Objects),
                    ("texts", CollectionShape::Texts),
                    ("lists", CollectionShape::Lists),
                ],
            )?,
        };
        let by_hand = node.get("by_hand").map_or(Ok(false), |flag| flag.flag())?;
        let stored = if by_hand { None } else { Some(stored(root, service, (&name, &node), &known)?) };
        known.push(Collection {
            doc: node.need("description")?.text()?.to_owned(),
            count: node.get("count").map(|count| count.int()).transpose()?,
            name,
            shape,
            is_form: node.get("of").is_some(),
            stored,
        });
    }
    // Rows can be made from the ids of each other, so these may come later.
    for (_, node) in root.entries_of("x-mspkit-collections")? {
        for (_, source) in node.entries_of("pick")? {
            is_field_of(&known, &source)?;
        }
    }
    Ok(known)
}

/// Reports a text that is not `collection.field` of a stored collection.
fn is_field_of(known: &[Collection], source: &Node<'_>) -> Result<(), Problem> {
    let (name, wire) = source.text()?.split_once('.').unwrap_or_default();
    let stored = known.iter().find(|known| known.name == name).and_then(|known| known.stored.as_ref());
    let fields = stored.and_then(|stored| stored["fields"].as_array());
    if fields.is_some_and(|fields| fields.iter().any(|field| field["name"] == wire)) {
        Ok(())
    } else {
        Err(source.problem("is not `collection.field` of a stored collection"))
    }
}

fn stored(
    root: &Node<'_>,
    service: &str,
    (name, node): (&str, &Node<'_>),
    known: &[Collection],
) -> Result<Value, Problem> {
    let model = node.need("model")?;
    let schemas = root.need("components")?.need("schemas")?;
    let schema = schemas.get(model.text()?).ok_or_else(|| model.problem("is not in components.schemas"))?;
    let mut fields = fields(&schema)?;
    let wires: Vec<String> =
        fields.iter().filter_map(|field| field["name"].as_str()).map(str::to_owned).collect();
    let field = |source: &Node<'_>| {
        let wire = source.text()?;
        if wires.iter().any(|known| known == wire) {
            Ok(Value::from(wire))
        } else {
            Err(source.problem(format!("`{wire}` is not a field of the model")))
        }
    };
    let mut row = json!({"name": name, "service": service});
    for key in ["id", "name"] {
        if let Some(source) = node.get(key) {
            row[if key == "name" { "title" } else { key }] = field(&source)?;
        }
    }
    for key in ["first", "ids", "noun", "missing"] {
        if let Some(value) = node.get(key) {
            row[key] = value.json()?;
        }
    }
    if let Some(never) = node.get("never") {
        row["never"] = never.items()?.iter().map(field).collect::<Result<_, _>>()?;
    }
    if let Some(children) = node.get("children") {
        match children.get("field") {
            None => row["children"] = field(&children)?,
            Some(counting) => {
                only_keys(&children, &["field", "collection"])?;
                row["children"] = field(&counting)?;
                row["counted"] = json!([children.need("collection")?.text()?]);
            }
        }
    }
    for key in ["always", "alias", "from", "pick"] {
        for (wire, value) in node.get(key).map_or_else(|| Ok(Vec::new()), |node| node.entries())? {
            if !fields.iter().any(|field| field["name"] == wire.as_str()) {
                return Err(value.problem(format!("`{wire}` is not a field of the model")));
            }
            if key == "from" {
                is_field_of(known, &value)?;
            }
            row[key][wire] = value.json()?;
        }
    }
    for (key, node) in [("values", node.get("values")), ("unless", node.get("unless"))] {
        if let Some(node) = node {
            row[key] = node.json()?;
        }
    }
    if let Some(kinds) = node.get("kinds") {
        row["kinds"] = kinds.json()?;
    }
    if let Some(given) = node.get("parent") {
        parent(&given, node.get("of").is_some(), known, (&mut row, &mut fields))?;
    }
    if let Some(of) = node.get("of") {
        let all = of.items()?;
        all.iter().try_for_each(|one| is_stored(known, one))?;
        row["of"] = of.json()?;
    } else if let Some(across) = node.get("across") {
        is_stored(known, &across)?;
        row["across"] = across.json()?;
    } else if let Some(each) = node.get("each") {
        match each.text() {
            Ok("one") => row["single"] = true.into(),
            _ if each.items().is_ok_and(|range| range.len() == 2) => row["each"] = each.json()?,
            _ => return Err(each.problem("must be `one`, or the smallest and the largest number")),
        }
    } else {
        node.need("id")?;
    }
    row["fields"] = fields.into();
    Ok(row)
}

/// The parents of a collection: in which collections they are, and which field has their id.
fn parent(
    given: &Node<'_>,
    is_form: bool,
    known: &[Collection],
    (row, fields): (&mut Value, &mut Vec<Value>),
) -> Result<(), Problem> {
    only_keys(given, &["field", "collection", "root"])?;
    let wire = given.need("field")?.text()?;
    if !fields.iter().any(|field| field["name"] == wire) {
        let schema = json!({"type": ["string", "integer"], "format": "mspkit-id"});
        fields.push(json!({"name": wire, "required": false, "hidden": true, "schema": schema}));
    }
    row["parent"]["field"] = wire.into();
    match (given.get("collection"), given.get("root")) {
        (Some(above), None) => {
            let all = if above.text().is_ok() { vec![above] } else { above.items()? };
            all.iter().try_for_each(|above| is_stored(known, above))?;
            row["parent"]["collection"] = all.iter().map(Node::text).collect::<Result<Vec<_>, _>>()?.into();
        }
        (None, Some(root)) => row["parent"]["root"] = root.json()?,
        (None, None) if is_form => {}
        _ => return Err(given.problem("needs either `collection` or `root`")),
    }
    Ok(())
}

/// Reports a name that is not that of an earlier stored collection.
fn is_stored(known: &[Collection], source: &Node<'_>) -> Result<(), Problem> {
    let name = source.text()?;
    if known.iter().any(|known| known.name == name && known.stored.is_some()) {
        Ok(())
    } else {
        Err(source.problem(format!("`{name}` must be an earlier stored collection")))
    }
}

/// How the store serves the operation at this node.
pub(super) fn operation(
    node: &Node<'_>,
    collections: &[Collection],
    operation: &Operation,
) -> Result<Option<Simulation>, Problem> {
    let Some(given) = node.get("x-mspkit-sim") else { return Ok(None) };
    only_keys(&given, &OPERATION_KEYS)?;
    let verbs = ["list", "get", "create", "update", "replace", "delete", "example"].map(|verb| (verb, verb));
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
    } else {
        let name = collection(&given.need("collection")?)?;
        row["collection"] = name.as_str().into();
        held = Some(name);
    }
    if let Some(scope) = given.get("scope") {
        row["scope"] = collection(&scope)?.into();
    }
    for key in [
        "context", "messages", "below", "first", "envelope", "into", "by", "rename", "sets", "filter", "any",
        "unknown", "needs", "denied",
    ] {
        if let Some(value) = given.get(key) {
            row[key] = value.json()?;
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
    row["params"] = names_in(&operation.path).into();
    responses(&mut row, operation, &successes);
    if let Some(returns) = given.get("returns") {
        word(&returns, &[("example", ())])?;
        row["like_example"] = true.into();
        row["example"] = example(&operation.examples).unwrap_or_default();
    }
    if let Some(request) = node.get("requestBody") {
        let content = request.follow()?.need("content")?;
        if let Some(media) = content.get("application/json") {
            let schema = media.need("schema")?.follow()?;
            match schema.get("items") {
                Some(entry) => row["entries"] = fields(&entry)?.into(),
                None => row["body"] = fields(&schema)?.into(),
            }
        }
    }
    Ok(Some(Simulation { collection: held, row }))
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

/// The fields of an object schema in order, with their schemas and whether they are required.
fn fields(schema: &Node<'_>) -> Result<Vec<Value>, Problem> {
    let members = schema::members(schema)?;
    let field = |(wire, node): &(String, Node<'_>)| {
        Ok(
            json!({"name": wire, "required": members.required.contains(wire), "schema": resolved(node, DEPTH)?}),
        )
    };
    members.properties.iter().map(field).collect()
}

/// A schema with its references resolved and without documentation.
fn resolved(node: &Node<'_>, depth: usize) -> Result<Value, Problem> {
    let node = node.follow()?;
    if depth == 0 {
        return Ok(json!({}));
    }
    let mut schema = Map::new();
    for (key, value) in node.entries()? {
        let value = match key.as_str() {
            "type" | "format" | "enum" | "minimum" | "maximum" | "minLength" | "maxLength" | "example"
            | "examples" | "required" => value.json()?,
            "x-mspkit-open-enum" => {
                schema.insert("known".to_owned(), value.json()?);
                continue;
            }
            "items" => resolved(&value, depth - 1)?,
            "properties" => {
                let mut properties = Map::new();
                for (wire, property) in value.entries()? {
                    properties.insert(wire, resolved(&property, depth - 1)?);
                }
                Value::Object(properties)
            }
            _ => continue,
        };
        schema.insert(key, value);
    }
    Ok(Value::Object(schema))
}
