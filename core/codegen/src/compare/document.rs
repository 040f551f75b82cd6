//! A vendor's file or one of our documents, as JSON: its operations, and the targets of its references.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::report::{Difference, Word};

/// The methods under which a path has operations.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// How far a reference to a reference is followed.
const HOPS: usize = 32;

/// Reads JSON or YAML.
pub(super) fn read(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("is not UTF-8: {error}"))?;
    let text = text.trim_start_matches('\u{feff}');
    let root = match serde_json::from_str(text) {
        Ok(root) => root,
        // JSON that is not quite JSON, such as an example that is NaN, is often YAML.
        Err(json) => match serde_yaml_ng::from_str::<serde_yaml_ng::Value>(text) {
            Ok(mut yaml) => {
                // A merge key without a mapping stays as it is.
                drop(yaml.apply_merge());
                as_json(yaml)
            }
            Err(_) if text.trim_start().starts_with('{') => return Err(json.to_string()),
            Err(yaml) => return Err(yaml.to_string()),
        },
    };
    let version = ["openapi", "swagger"].iter().find_map(|key| root.get(key));
    let known = version.is_some_and(|version| {
        let text = version.as_str().map_or_else(|| version.to_string(), str::to_owned);
        text.starts_with("3.") || text.starts_with('2')
    });
    if known && root.get("paths").is_some_and(Value::is_object) {
        Ok(root)
    } else {
        Err("is neither OpenAPI 3 nor Swagger 2.0 with `paths`".to_owned())
    }
}

/// YAML as JSON: keys become text, and tags are dropped.
fn as_json(yaml: serde_yaml_ng::Value) -> Value {
    use serde_yaml_ng::Value as Yaml;
    match yaml {
        Yaml::Mapping(mapping) => Value::Object(
            mapping
                .into_iter()
                .map(|(key, value)| {
                    let key = match as_json(key) {
                        Value::String(text) => text,
                        other => other.to_string(),
                    };
                    (key, as_json(value))
                })
                .collect(),
        ),
        Yaml::Sequence(entries) => entries.into_iter().map(as_json).collect(),
        Yaml::Tagged(tagged) => as_json(tagged.value),
        other => serde_json::to_value(other).unwrap_or_default(),
    }
}

/// An operation of a document.
#[derive(Debug, Clone)]
pub(super) struct Operation<'d> {
    /// The method in capitals.
    pub(super) method: String,
    /// The path as its document writes it.
    pub(super) path: String,
    /// The operation itself.
    pub(super) value: &'d Value,
    /// The path's item, which may have parameters for all its methods.
    pub(super) item: &'d Value,
}

/// Operations by path, without the names of its parameters, and method.
pub(super) type Operations<'d> = BTreeMap<(String, String), Operation<'d>>;

impl Operation<'_> {
    /// The difference that only one side has this operation.
    pub(super) fn only(&self, what: &str) -> Difference {
        Difference {
            word: Word::Operation,
            method: self.method.clone(),
            path: self.path.clone(),
            place: String::new(),
            what: what.to_owned(),
        }
    }
}

/// The parts of paths that the address of a server may have, and none.
pub(super) fn prefixes(root: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let urls = root.get("servers").and_then(Value::as_array).into_iter().flatten();
    let urls = urls.filter_map(|server| server.get("url")?.as_str());
    for url in urls.chain(root.get("basePath").and_then(Value::as_str)) {
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
            None => url,
        };
        let path = path.trim_matches('/');
        let prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        if !found.contains(&prefix) {
            found.push(prefix);
        }
    }
    found
}

/// The operations of a document.
pub(super) fn operations<'d>(root: &'d Value, prefix: &str, any_case: bool) -> Operations<'d> {
    let document = Document::new(root);
    let mut found = BTreeMap::new();
    for (path, item) in object(root.get("paths")) {
        let item = document.follow(item);
        let path = format!("{prefix}{path}");
        for (method, value) in object(Some(item)) {
            if !METHODS.contains(&method.as_str()) || !value.is_object() {
                continue;
            }
            let method = method.to_ascii_uppercase();
            let operation = Operation { method: method.clone(), path: path.clone(), value, item };
            found.entry((plain(&path, any_case), method)).or_insert(operation);
        }
    }
    found
}

/// A path without the names of its parameters.
fn plain(path: &str, any_case: bool) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in path.trim_end_matches('/').chars() {
        inside = (inside || c == '{') && c != '}';
        if !inside && c != '}' {
            if any_case { out.extend(c.to_lowercase()) } else { out.push(c) }
        } else if c == '{' {
            out.push('{');
        }
    }
    out
}

/// The names of a path's parameters, in the path's order.
pub(super) fn path_names(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

/// The members of an object; none for anything else.
pub(super) fn object(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// A document with the targets of its references.
#[derive(Debug)]
pub(super) struct Document<'d> {
    root: &'d Value,
    unresolved: RefCell<BTreeSet<String>>,
}

impl<'d> Document<'d> {
    pub(super) fn new(root: &'d Value) -> Self {
        Self { root, unresolved: RefCell::default() }
    }

    /// The value that `$ref` points to, or the value itself; null, which says nothing, if there is no target.
    pub(super) fn follow(&self, value: &'d Value) -> &'d Value {
        let mut found = value;
        for _ in 0..HOPS {
            let Some(reference) = found.get("$ref").and_then(Value::as_str) else { return found };
            let Some(target) = self.target(reference) else {
                self.unresolved.borrow_mut().insert(reference.to_owned());
                return &Value::Null;
            };
            found = target;
        }
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            self.unresolved.borrow_mut().insert(reference.to_owned());
        }
        &Value::Null
    }

    fn target(&self, reference: &str) -> Option<&'d Value> {
        let pointer = reference.strip_prefix('#')?;
        self.root.pointer(pointer).or_else(|| self.root.pointer(&unescaped(pointer)?))
    }

    /// The references that were followed and have no target.
    pub(super) fn unresolved(&self) -> Vec<String> {
        self.unresolved.borrow().iter().cloned().collect()
    }
}

/// A pointer in a URL without its percent signs.
fn unescaped(pointer: &str) -> Option<String> {
    let mut parts = pointer.split('%');
    let mut out = parts.next()?.as_bytes().to_vec();
    for part in parts {
        out.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        out.extend(part.get(2..)?.as_bytes());
    }
    String::from_utf8(out).ok()
}
