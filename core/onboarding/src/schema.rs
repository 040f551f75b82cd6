//! The JSON Schema of a document, made from the table of kinds and that of operations.

use mspkit::schema::Model;
use mspkit::{Kind as ValueKind, Param};
use serde_json::{Map, Value, json};

use crate::kinds::{self, KINDS, Kind};

/// What identifies the schema.
const ID: &str = "urn:mspkit:onboarding:1";

/// The JSON Schema (2020-12) of a document in YAML, TOML or JSON, as text. Editors complete and check documents by it.
pub fn schema() -> String {
    let definitions: Map<String, Value> =
        KINDS.iter().map(|kind| (kind.name.to_owned(), definition(kind))).collect();
    let lists: Map<String, Value> =
        kinds::roots().map(|kind| (kind.list.to_owned(), list(kind, true))).collect();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "Onboarding",
        "description": "What mspkit's onboarding makes. Lists are worked through in order, parents before children.",
        "type": "object",
        "properties": lists,
        "additionalProperties": false,
        "minProperties": 1,
        "$defs": definitions,
    });
    format!("{schema:#}\n")
}

/// A list of rows; at the top, what belongs below something else can be named by its id only.
fn list(kind: &Kind, top: bool) -> Value {
    let row = json!({"$ref": format!("#/$defs/{}", kind.name)});
    let items = match kind.id_field().filter(|_| top && kind.parent.is_some()) {
        Some(id) => json!({"allOf": [row, {"required": [id]}]}),
        None => row,
    };
    json!({"type": ["array", "null"], "items": items})
}

fn definition(kind: &Kind) -> Value {
    let mut fields: Map<String, Value> =
        kind.fields().map(|param| (param.name.to_owned(), argument(param))).collect();
    let mut ways = Vec::new();
    let required: Vec<&str> = kind.fields().filter(|param| param.required).map(|param| param.name).collect();
    let lists: Vec<&str> = kind.children().map(|child| child.list).collect();
    let id = kind.id_field().filter(|_| kind.get.is_some() || kind.is_set());
    let key = kind.key.filter(|key| fields.contains_key(*key) || kind.is_set());
    if let Some(key) = key {
        fields.entry(key).or_insert_with(name);
        let all: Vec<&str> = required.iter().copied().chain(kind.is_set().then_some(key)).collect();
        ways.push(json!({"required": all, "properties": absent(id)}));
        if !lists.is_empty() {
            let below: Vec<Value> = lists.iter().map(|list| json!({"required": [list]})).collect();
            ways.push(json!({"allOf": [only(key, &lists), {"anyOf": below}]}));
        }
    }
    if let Some(id) = id {
        fields.insert(id.to_owned(), name());
        if kind.is_set() {
            let all: Vec<&str> = required.iter().copied().chain([id]).collect();
            ways.push(json!({"required": all, "properties": absent(kind.key)}));
        } else {
            ways.push(only(id, &lists));
        }
    }
    for child in kind.children() {
        fields.insert(child.list.to_owned(), list(child, false));
    }
    json!({"type": "object", "properties": fields, "additionalProperties": false, "anyOf": ways})
}

/// A row that is named by this field, and has nothing else but lists.
fn only(field: &str, lists: &[&str]) -> Value {
    let names: Vec<&str> = lists.iter().copied().chain([field]).collect();
    json!({"required": [field], "propertyNames": {"enum": names}})
}

fn absent(field: Option<&str>) -> Value {
    Value::Object(field.map(|field| (field.to_owned(), json!({"type": "null"}))).into_iter().collect())
}

/// The id or the name of something.
fn name() -> Value {
    json!({"type": ["string", "integer", "null"], "pattern": "\\S"})
}

fn argument(param: &Param) -> Value {
    let mut schema = value(param.kind);
    if let (Value::Object(members), 0..usize::MAX) = (&mut schema, param.rules.max_length) {
        members.insert("maxLength".to_owned(), json!(param.rules.max_length));
    }
    nullable(schema, !param.required)
}

/// The schema of a value. Numbers pass for text, since YAML and TOML do not need quotes there.
fn value(kind: ValueKind) -> Value {
    use ValueKind as K;
    match kind {
        K::NonBlank => json!({"type": ["string", "number"], "pattern": "\\S"}),
        K::Id => json!({"type": ["string", "integer"], "pattern": "\\S"}),
        K::Guid => {
            json!({"type": ["string"], "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"})
        }
        K::Country => json!({"type": ["string"], "pattern": "^[A-Za-z]{2}$"}),
        K::Currency => json!({"type": ["string"], "pattern": "^[A-Z]{3}$"}),
        K::OneOf { values, any_case: false } => json!({"enum": values}),
        K::IntOneOf { values } => json!({"enum": values}),
        K::Bool => json!({"type": ["boolean"]}),
        K::Int { min, max } => json!({"type": ["integer"], "minimum": min, "maximum": max}),
        K::Number { .. } => json!({"type": ["number"]}),
        K::List { of } => json!({"type": ["array"], "items": value(*of)}),
        K::Model { of } => model(of),
        K::Object => json!({"type": ["object"]}),
        K::Any | K::DateRange | K::TextList => json!({}),
        _ => json!({"type": ["string", "number"]}),
    }
}

fn model(model: &Model) -> Value {
    let fields: Map<String, Value> = model
        .fields
        .iter()
        .flat_map(|field| [(field.name, field), (field.wire, field)])
        .map(|(name, field)| {
            (name.to_owned(), nullable(value(field.kind), field.nullable || !field.required))
        })
        .collect();
    json!({"type": ["object"], "properties": fields, "additionalProperties": model.open})
}

/// The schema that also takes null, if it may.
fn nullable(mut schema: Value, nullable: bool) -> Value {
    for list in ["type", "enum"] {
        if let (true, Some(Value::Array(allowed))) = (nullable, schema.get_mut(list)) {
            allowed.push(if list == "type" { json!("null") } else { Value::Null });
        }
    }
    schema
}
