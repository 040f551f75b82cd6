//! The simulator's part of the documents: the collections of a service.

use serde_json::{Map, Value, json};

use crate::load::operation::{only_keys, word};
use crate::load::schema;
use crate::model::{Collection, CollectionShape};
use crate::node::Node;
use crate::problem::Problem;
use crate::wire;

const COLLECTION_KEYS: [&str; 27] = [
    "description",
    "count",
    "shape",
    "by_hand",
    "model",
    "id",
    "first",
    "ids",
    "step",
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
    "extra",
    "in_turn",
];

/// How deep schemas are followed; deeper values may be anything.
pub(super) const DEPTH: usize = 8;

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
    let mut fields = all_fields(root, node)?;
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
    for key in ["first", "ids", "step", "noun", "missing"] {
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
    written(node, &wires, &mut row)?;
    if let Some(in_turn) = node.get("in_turn") {
        row["in_turn"] = in_turn.flag()?.into();
    }
    if let Some(unless) = node.get("unless") {
        row["unless"] = unless.json()?;
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

/// The fields of the model, and those that the vendor sends beside them.
fn all_fields(root: &Node<'_>, node: &Node<'_>) -> Result<Vec<Value>, Problem> {
    const TYPES: [&str; 6] = ["string", "boolean", "integer", "number", "array", "object"];
    const FORMATS: [&str; 3] = ["uuid", "date", "date-time"];
    let mut all = match node.get("model") {
        None => {
            node.need("extra")?;
            Vec::new()
        }
        Some(model) => {
            let schemas = root.need("components")?.need("schemas")?;
            let schema = schemas.get(model.text()?);
            fields(&schema.ok_or_else(|| model.problem("is not in components.schemas"))?)?
        }
    };
    for (wire, kind) in node.entries_of("extra")? {
        let word = kind.text()?;
        let schema = if TYPES.contains(&word) {
            json!({"type": [word]})
        } else if FORMATS.contains(&word) {
            json!({"type": ["string"], "format": word})
        } else {
            return Err(kind.problem(format!("must be one of {}, {}", TYPES.join(", "), FORMATS.join(", "))));
        };
        if all.iter().any(|field| field["name"] == wire.as_str()) {
            return Err(kind.problem(format!("`{wire}` is a field of the model")));
        }
        all.push(json!({"name": wire, "required": false, "schema": schema}));
    }
    Ok(all)
}

/// Values of the documents, by their fields; a kind can also have a weight, and conditions on rows above.
fn written(node: &Node<'_>, wires: &[String], row: &mut Value) -> Result<(), Problem> {
    let is_field = |wire: &String| wires.contains(wire);
    for (wire, value) in node.entries_of("values")? {
        if !is_field(&wire) {
            return Err(value.problem(format!("`{wire}` is not a field of the model")));
        }
        row["values"][wire] = value.json()?;
    }
    if let Some(kinds) = node.get("kinds") {
        for kind in kinds.items()? {
            for (wire, value) in kind.entries()? {
                if !is_field(&wire) && wire != "weight" && !wire.contains('.') {
                    return Err(value.problem(format!("`{wire}` is not a field of the model")));
                }
            }
        }
        row["kinds"] = kinds.json()?;
    }
    Ok(())
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

/// The fields of an object schema in order, with their schemas and whether they are required.
pub(super) fn fields(schema: &Node<'_>) -> Result<Vec<Value>, Problem> {
    let members = schema::members(schema)?;
    let field = |(wire, node): &(String, Node<'_>)| {
        Ok(
            json!({"name": wire, "required": members.required.contains(wire), "schema": resolved(node, DEPTH)?}),
        )
    };
    members.properties.iter().map(field).collect()
}

/// A schema with its references resolved and without documentation, in the form on the wire.
pub(super) fn resolved(node: &Node<'_>, depth: usize) -> Result<Value, Problem> {
    let node = node.follow()?;
    if depth == 0 {
        return Ok(json!({}));
    }
    let mut schema = Map::new();
    for (key, value) in node.entries()? {
        let value = match key.as_str() {
            "type" | "format" | "enum" | "minimum" | "maximum" | "minLength" | "maxLength" | "minItems"
            | "maxItems" | "pattern" | "example" | "examples" | "required" => value.json()?,
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
    if node.get("allOf").is_some() {
        let members = schema::members(&node)?;
        let mut properties = Map::new();
        for (wire, property) in &members.properties {
            properties.insert(wire.clone(), resolved(property, depth - 1)?);
        }
        schema.insert("type".to_owned(), "object".into());
        schema.insert("properties".to_owned(), properties.into());
        schema.insert("required".to_owned(), members.required.into());
    }
    let mut schema = Value::Object(schema);
    if node.get("x-mspkit-send-as").is_some_and(|form| form.text().is_ok_and(|form| form == "text")) {
        wire::as_text(&mut schema);
    }
    Ok(schema)
}
