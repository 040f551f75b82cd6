//! Schemas as they are compared: references, `allOf` and alternatives are seen as one shape, and envelopes are taken off.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::{Document, object};

/// What one or several schemas together say about a value.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is one keyword of a schema")]
pub(super) struct Shape<'d> {
    /// The names of its types; empty if there is no word about them.
    pub(super) types: BTreeSet<&'d str>,
    /// The values of its enumerations, whether their case is ignored, and whether there may be others.
    pub(super) values: BTreeSet<String>,
    pub(super) any_case: bool,
    pub(super) open: bool,
    /// The schemas of each property, and of the properties without a name.
    pub(super) properties: BTreeMap<&'d str, Vec<&'d Value>>,
    pub(super) others: Vec<&'d Value>,
    /// The schemas of a list's items.
    pub(super) items: Vec<&'d Value>,
    pub(super) required: BTreeSet<&'d str>,
    pub(super) deprecated: bool,
    /// Whether a reference has no target, so that nothing can be said.
    pub(super) unknown: bool,
    /// Only sent to the server, or only received from it.
    pub(super) write_only: bool,
    pub(super) read_only: bool,
}

impl<'d> Shape<'d> {
    /// The shape of a value that each of the schemas may describe.
    pub(super) fn of(document: &Document<'d>, schemas: &[&'d Value]) -> Shape<'d> {
        let mut shape = Shape::default();
        let mut seen = Vec::new();
        for schema in schemas {
            shape.add(document, schema, &mut seen);
        }
        if shape.types.is_empty() && !shape.unknown {
            if !shape.properties.is_empty() {
                shape.types.insert("object");
            } else if !shape.items.is_empty() {
                shape.types.insert("array");
            }
        }
        shape
    }

    /// Whether there is no word about what it holds.
    pub(super) fn is_silent(&self) -> bool {
        self.types.is_empty() && self.properties.is_empty() && self.items.is_empty()
    }

    fn add(&mut self, document: &Document<'d>, schema: &'d Value, seen: &mut Vec<*const Value>) {
        // A keyword beside `$ref` counts in OpenAPI 3.1.
        self.deprecated |= deprecated(schema);
        let target = document.follow(schema);
        // A schema that is part of itself adds nothing the second time.
        if seen.contains(&std::ptr::from_ref(target)) {
            return;
        }
        seen.push(std::ptr::from_ref(target));
        self.unknown |= target.is_null();
        self.deprecated |= deprecated(target);
        self.any_case |= flag(target, "x-mspkit-any-case");
        self.read_only |= flag(target, "readOnly");
        self.write_only |= flag(target, "writeOnly");
        self.types.extend(types(target));
        self.open |= target.get("x-mspkit-open-enum").is_some();
        for key in ["enum", "x-mspkit-open-enum"] {
            let values = target.get(key).and_then(Value::as_array).into_iter().flatten();
            self.values.extend(values.filter(|value| !value.is_null()).map(shown));
        }
        for (name, property) in object(target.get("properties")) {
            self.properties.entry(name).or_default().push(property);
        }
        self.others.extend(target.get("additionalProperties").filter(|more| more.is_object()));
        self.items.extend(target.get("items").filter(|items| items.is_object()));
        let required = target.get("required").and_then(Value::as_array).into_iter().flatten();
        self.required.extend(required.filter_map(Value::as_str));
        for key in ["allOf", "anyOf", "oneOf"] {
            for part in target.get(key).and_then(Value::as_array).into_iter().flatten() {
                self.add(document, part, seen);
            }
        }
    }
}

/// The names of a schema's types. Null is none: whether a value may be null is not compared.
fn types(schema: &Value) -> Vec<&str> {
    let format = schema.get("format").and_then(Value::as_str);
    match (schema.get("x-mspkit-kind").and_then(Value::as_str), schema.get("type")) {
        // An id is read and sent in either form.
        _ if matches!(format, Some("mspkit-id" | "mspkit-digits")) => vec!["integer", "string"],
        // A list of texts may be given as one text.
        (Some("text_list"), _) => vec!["array", "string"],
        (_, Some(Value::String(name))) if name == "file" => vec!["string"],
        (_, Some(Value::String(name))) if name != "null" => vec![name],
        (_, Some(Value::Array(names))) => {
            names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect()
        }
        _ => Vec::new(),
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The other names under which a field may come.
pub(super) fn other_names<'d>(document: &Document<'d>, schemas: &[&'d Value]) -> BTreeSet<&'d str> {
    let both = schemas.iter().flat_map(|schema| [*schema, document.follow(schema)]);
    let names = both.filter_map(|schema| schema.get("x-mspkit-other-names")?.as_array());
    names.flatten().filter_map(Value::as_str).collect()
}

/// Whether something is marked as deprecated; some vendors only say it in words.
pub(super) fn deprecated(value: &Value) -> bool {
    let said = |key| {
        let text = value.get(key).and_then(Value::as_str).unwrap_or_default();
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        text.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("deprecated"))
    };
    flag(value, "deprecated") || said("description") || said("summary")
}

/// The truth value under a key.
pub(super) fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or_default()
}

/// The content of a response without what the vendor wraps around it.
#[derive(Debug, Default)]
pub(super) struct Content<'d> {
    /// The schemas of the object, or of a list's items.
    pub(super) inner: Vec<&'d Value>,
    /// The schemas of what is around it.
    pub(super) envelopes: Vec<&'d Value>,
    /// Whether it is a list in one of the forms, and an object in one.
    pub(super) list: bool,
    pub(super) single: bool,
}

impl<'d> Content<'d> {
    /// `data` is the word for the content of an envelope.
    pub(super) fn of(document: &Document<'d>, schemas: &[&'d Value], data: Option<&str>) -> Content<'d> {
        let mut content = Content::default();
        let mut units = Vec::new();
        for schema in schemas {
            alternatives(document, schema, &mut units, &mut Vec::new());
        }
        if units.iter().any(|unit| !is_error(unit)) {
            units.retain(|unit| !is_error(unit));
        }
        for unit in units {
            let shape = Shape::of(document, &[unit]);
            match data.and_then(|data| shape.properties.get(data)) {
                Some(wrapped) => {
                    content.envelopes.push(unit);
                    let mut inside = Vec::new();
                    for schema in wrapped {
                        alternatives(document, schema, &mut inside, &mut Vec::new());
                    }
                    for schema in inside {
                        content.take(document, schema);
                    }
                }
                None => content.take(document, unit),
            }
        }
        content
    }

    fn take(&mut self, document: &Document<'d>, schema: &'d Value) {
        let shape = Shape::of(document, &[schema]);
        let list = shape.types.contains("array");
        self.list |= list;
        self.single |= !list && !shape.types.is_empty();
        if list && shape.types.len() == 1 {
            self.inner.extend(shape.items);
        } else {
            self.inner.push(schema);
        }
    }
}

/// The alternatives of a schema that says nothing else; `allOf` is one alternative.
fn alternatives<'d>(
    document: &Document<'d>,
    schema: &'d Value,
    units: &mut Vec<&'d Value>,
    seen: &mut Vec<*const Value>,
) {
    let target = document.follow(schema);
    let own = ["properties", "allOf", "items"].iter().any(|key| target.get(key).is_some());
    let several = ["anyOf", "oneOf"].iter().find_map(|key| target.get(key)?.as_array());
    match several {
        Some(_) if seen.contains(&std::ptr::from_ref(target)) => {}
        Some(parts) if !own => {
            seen.push(std::ptr::from_ref(target));
            for part in parts {
                alternatives(document, part, units, seen);
            }
        }
        _ => units.push(schema),
    }
}

/// Whether an alternative is the shape of an error, by its name.
fn is_error(schema: &Value) -> bool {
    let reference = schema.get("$ref").and_then(Value::as_str);
    reference.and_then(|reference| reference.rsplit('/').next()).is_some_and(|name| name.contains("Error"))
}
