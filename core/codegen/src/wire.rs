//! The form on the wire of what a document says for callers: tools that look at requests read this one.
//!
//! Callers give a token without `Bearer`, and `true` where the server wants the text `true`.

use serde_json::Value;

const SCHEME: &str = "Bearer ";

/// Changes the parameters, schemas and examples of a document to what is sent.
pub(crate) fn form(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    change(document, &schemas);
}

fn change(node: &mut Value, schemas: &Value) {
    if node["x-mspkit-bearer"] == true {
        with_scheme(node);
    }
    if is_text(node) {
        as_text(node);
    }
    match node {
        Value::Object(members) => {
            if let Some(body) = members.get_mut("requestBody") {
                body_examples(body, schemas);
            }
            members.values_mut().for_each(|member| change(member, schemas));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| change(entry, schemas)),
        _ => {}
    }
}

fn is_text(schema: &Value) -> bool {
    schema["x-mspkit-send-as"] == "text"
}

fn with_scheme(parameter: &mut Value) {
    let prefix = |text: &str| format!("{SCHEME}{text}");
    if let Some(Value::String(example)) = parameter.get_mut("example") {
        *example = prefix(example);
    }
    let Some(Value::Object(schema)) = parameter.get_mut("schema") else { return };
    for key in ["minLength", "maxLength"] {
        if let Some(length) = schema.get(key).and_then(Value::as_u64) {
            schema.insert(key.to_owned(), (length + SCHEME.len() as u64).into());
        }
    }
    let pattern = schema.get("pattern").and_then(Value::as_str).unwrap_or_default();
    let pattern = match pattern.strip_prefix('^') {
        Some(rest) => format!("^{SCHEME}{rest}"),
        None => format!("^{SCHEME}.*{pattern}"),
    };
    schema.insert("pattern".to_owned(), pattern.into());
}

/// Changes a schema that a caller sees as another type to that of the text that is sent.
pub(crate) fn as_text(schema: &mut Value) {
    let Value::Object(schema) = schema else { return };
    let kind = schema.insert("type".to_owned(), "string".into());
    for key in ["default", "const", "example"] {
        schema.get_mut(key).into_iter().for_each(to_text);
    }
    for key in ["enum", "examples"] {
        schema.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten().for_each(to_text);
    }
    if kind.is_some_and(|kind| kind == "boolean") {
        schema.insert("enum".to_owned(), vec!["true", "false"].into());
    }
}

/// The fields of a body that are sent as text, in the examples beside its schema.
fn body_examples(body: &mut Value, schemas: &Value) {
    let Some(contents) = body.get_mut("content").and_then(Value::as_object_mut) else { return };
    for content in contents.values_mut() {
        let schema = match content["schema"]["$ref"].as_str() {
            Some(reference) => &schemas[reference.rsplit('/').next().unwrap_or_default()],
            None => &content["schema"],
        };
        let fields = schema["properties"].as_object().into_iter().flatten();
        let texts: Vec<String> =
            fields.filter(|(_, field)| is_text(field)).map(|(name, _)| name.clone()).collect();
        let named = content["examples"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
        let mut examples: Vec<String> = named.map(|name| format!("/examples/{name}/value")).collect();
        examples.push("/example".to_owned());
        for field in
            examples.iter().flat_map(|example| texts.iter().map(move |field| format!("{example}/{field}")))
        {
            content.pointer_mut(&field).into_iter().for_each(to_text);
        }
    }
}

fn to_text(value: &mut Value) {
    if !value.is_string() && !value.is_null() {
        *value = value.to_string().into();
    }
}
