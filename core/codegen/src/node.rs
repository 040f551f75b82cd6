//! A node of a YAML document, whose errors name file and path.

use std::path::Path;

use serde_yaml_ng::Value;

use crate::bundle;
use crate::problem::{Problem, SourceLocation};

/// A YAML document: one file, or several that were bundled.
#[derive(Debug)]
pub struct Document {
    file: String,
    root: Value,
    origins: Vec<Origin>,
}

/// The origin of a part of a bundled document.
#[derive(Debug)]
pub(crate) struct Origin {
    /// The path of the part in the bundle.
    path: String,
    file: String,
    /// The path of the part in its file.
    own: String,
}

impl Origin {
    pub(crate) fn new(path: &str, file: &str, own: &str) -> Self {
        Self { path: path.to_owned(), file: file.to_owned(), own: own.to_owned() }
    }

    pub(crate) fn same(path: &str, file: &str) -> Self {
        Self::new(path, file, path)
    }

    pub(crate) fn is(&self, path: &str) -> bool {
        self.path == path
    }

    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// The location of a path inside the part.
    fn source(&self, path: &str) -> Option<SourceLocation> {
        let rest = path.strip_prefix(&self.path)?;
        let inside = rest.is_empty() || rest.starts_with(['.', '[']);
        inside.then(|| SourceLocation { file: self.file.clone(), path: format!("{}{rest}", self.own) })
    }
}

/// Reads a YAML file, given relative to `root`.
pub(crate) fn parsed(root: &Path, file: &str) -> Result<Value, Problem> {
    let source = SourceLocation { file: file.to_owned(), path: String::new() };
    let text = std::fs::read_to_string(root.join(file)).map_err(|error| source.problem(error.to_string()))?;
    serde_yaml_ng::from_str(&text).map_err(|error| match error.location() {
        Some(at) => source.at(&format!("line {}", at.line())).problem(error.to_string()),
        None => source.problem(error.to_string()),
    })
}

impl Document {
    /// Reads `file`, given relative to `root`.
    pub fn read(root: &Path, file: &str) -> Result<Document, Problem> {
        Ok(Document { file: file.to_owned(), root: parsed(root, file)?, origins: Vec::new() })
    }

    /// Reads the document of a service: the folder of this name, or the one file.
    pub fn service(root: &Path, name: &str) -> Result<Document, Problem> {
        if root.join(name).is_dir() {
            bundle::folder(root, name)
        } else {
            Self::read(root, &format!("{name}.yaml"))
        }
    }

    pub(crate) fn of_parts(name: &str, root: Value, origins: Vec<Origin>) -> Document {
        Document { file: name.to_owned(), root, origins }
    }

    fn source(&self, path: &str) -> SourceLocation {
        let inside = self.origins.iter().filter(|origin| origin.path.len() <= path.len());
        let of_part = inside.filter_map(|origin| Some((origin.path.len(), origin.source(path)?)));
        let innermost = of_part.max_by_key(|(length, _)| *length).map(|(_, source)| source);
        innermost.unwrap_or_else(|| SourceLocation { file: self.file.clone(), path: path.to_owned() })
    }

    /// The whole document.
    pub fn node(&self) -> Node<'_> {
        Node { document: self, value: &self.root, path: String::new() }
    }
}

/// A value of a document with its path.
#[derive(Debug, Clone)]
pub struct Node<'d> {
    document: &'d Document,
    value: &'d Value,
    path: String,
}

impl<'d> Node<'d> {
    /// The location of this node.
    pub fn source(&self) -> SourceLocation {
        self.document.source(&self.path)
    }

    /// A problem at this location.
    pub fn problem(&self, reason: impl Into<String>) -> Problem {
        self.source().problem(reason)
    }

    fn child(&self, key: &str, value: &'d Value) -> Node<'d> {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Node { document: self.document, value, path }
    }

    /// The value under `key`, if there is one.
    pub fn get(&self, key: &str) -> Option<Node<'d>> {
        self.value.as_mapping()?.get(key).map(|value| self.child(key, value))
    }

    /// The value under `key` here, or at the target of `$ref`.
    pub fn look(&self, key: &str) -> Result<Option<Node<'d>>, Problem> {
        if let Some(own) = self.get(key) {
            return Ok(Some(own));
        }
        Ok(if self.get("$ref").is_some() { self.follow()?.get(key) } else { None })
    }

    /// The value under `key`.
    pub fn need(&self, key: &str) -> Result<Node<'d>, Problem> {
        self.get(key).ok_or_else(|| self.problem(format!("`{key}` is missing")))
    }

    /// The value that `$ref` points to, or this one.
    pub fn follow(&self) -> Result<Node<'d>, Problem> {
        let mut node = self.clone();
        for _ in 0..8 {
            let Some(reference) = node.get("$ref") else { return Ok(node) };
            let target = reference.text()?;
            let Some(steps) = target.strip_prefix("#/") else {
                return Err(reference.problem(format!("`{target}` does not point into this document")));
            };
            let mut found = self.document.node();
            for step in steps.split('/') {
                let step = step.replace("~1", "/").replace("~0", "~");
                let unknown = || reference.problem(format!("`{target}` is not in this document"));
                found = found.get(&step).ok_or_else(unknown)?;
            }
            node = found;
        }
        Err(self.problem("`$ref` points in a circle"))
    }

    /// The last name in the target of `$ref`.
    pub fn ref_name(&self) -> Option<&'d str> {
        self.value.as_mapping()?.get("$ref")?.as_str()?.rsplit('/').next()
    }

    /// The non-empty text here.
    pub fn text(&self) -> Result<&'d str, Problem> {
        match self.value.as_str().map(str::trim) {
            Some("") => Err(self.problem("must not be empty")),
            Some(text) => Ok(text),
            None => Err(self.problem("must be text")),
        }
    }

    /// The truth value here.
    pub fn flag(&self) -> Result<bool, Problem> {
        self.value.as_bool().ok_or_else(|| self.problem("must be true or false"))
    }

    /// The whole number here.
    pub fn int(&self) -> Result<i64, Problem> {
        self.value.as_i64().ok_or_else(|| self.problem("must be a whole number"))
    }

    /// Whether the value is null.
    pub fn is_null(&self) -> bool {
        self.value.is_null()
    }

    /// The elements of the list here.
    pub fn items(&self) -> Result<Vec<Node<'d>>, Problem> {
        let items = self.value.as_sequence().ok_or_else(|| self.problem("must be a list"))?;
        Ok(items
            .iter()
            .enumerate()
            .map(|(at, value)| Node { document: self.document, value, path: format!("{}[{at}]", self.path) })
            .collect())
    }

    /// The elements of the list of texts here.
    pub fn texts(&self) -> Result<Vec<&'d str>, Problem> {
        self.items()?.iter().map(Node::text).collect()
    }

    /// The keys and values here, in the document's order; numeric keys become text.
    pub fn entries(&self) -> Result<Vec<(String, Node<'d>)>, Problem> {
        let mapping = self.value.as_mapping().ok_or_else(|| self.problem("must be a mapping"))?;
        let mut entries = Vec::with_capacity(mapping.len());
        for (key, value) in mapping {
            let key = match key {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => return Err(self.problem("has a key that is not text")),
            };
            let child = self.child(&key, value);
            entries.push((key, child));
        }
        Ok(entries)
    }

    /// The keys and values under `key`; none if it is missing.
    pub fn entries_of(&self, key: &str) -> Result<Vec<(String, Node<'d>)>, Problem> {
        self.get(key).map_or_else(|| Ok(Vec::new()), |node| node.entries())
    }

    /// The value here as JSON.
    pub fn json(&self) -> Result<serde_json::Value, Problem> {
        serde_json::to_value(self.value).map_err(|error| self.problem(error.to_string()))
    }

    /// The scalar, list or mapping itself.
    pub fn value(&self) -> &'d Value {
        self.value
    }
}
