//! The simulator's part of the documents: the collections of a service, and what operations do with them.

use serde_json::{Map, Value, json};

use crate::load::operation::{only_keys, word};
use crate::load::schema;
use crate::model::{AnswerKind, Collection, CollectionShape, Examples, Operation, Simulation};
use crate::node::Node;
use crate::problem::Problem;

const COLLECTION_KEYS: [&str; 15] = [
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
];
const OPERATION_KEYS: [&str; 5] = ["collection", "verb", "scope", "context", "messages"];

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
            stored,
        });
    }
    Ok(known)
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
    let fields = fields(&schema)?;
    let field = |source: &Node<'_>| {
        let wire = source.text()?;
        let is_field = fields.iter().any(|field| field["name"] == wire);
        if is_field {
            Ok(Value::from(wire))
        } else {
            Err(source.problem(format!("`{wire}` is not a field of the model")))
        }
    };
    let mut row =
        json!({"name": name, "service": service, "id": field(&node.need("id")?)?, "fields": fields});
    for key in ["name", "children"] {
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
    if let Some(always) = node.get("always") {
        for (wire, value) in always.entries()? {
            if !fields.iter().any(|field| field["name"] == wire.as_str()) {
                return Err(value.problem("is not a field of the model"));
            }
            row["always"][wire] = value.json()?;
        }
    }
    if let Some(parent) = node.get("parent") {
        only_keys(&parent, &["field", "collection", "root"])?;
        row["parent"]["field"] = field(&parent.need("field")?)?;
        match (parent.get("collection"), parent.get("root")) {
            (Some(above), None) => {
                let text = above.text()?;
                if !known.iter().any(|known| known.name == text && known.stored.is_some()) {
                    return Err(above.problem(format!("`{text}` must be an earlier stored collection")));
                }
                row["parent"]["collection"] = text.into();
            }
            (None, Some(root)) => row["parent"]["root"] = root.json()?,
            _ => return Err(parent.problem("needs either `collection` or `root`")),
        }
    }
    Ok(row)
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
    for key in ["context", "messages"] {
        if let Some(value) = given.get(key) {
            row[key] = value.json()?;
        }
    }
    let success =
        operation.examples.responses.iter().map(|response| response.status).find(|status| *status < 300);
    row["status"] = success.unwrap_or(200).into();
    if let Some(request) = node.get("requestBody") {
        let content = request.follow()?.need("content")?;
        if let Some(media) = content.get("application/json") {
            let schema = media.need("schema")?;
            if schema::Types::of(&schema)?.names != ["array"] {
                row["body"] = fields(&schema)?.into();
            }
        }
    }
    Ok(Some(Simulation { collection: held, row }))
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
