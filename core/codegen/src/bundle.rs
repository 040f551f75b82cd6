//! The files of a service as one document: each resource has a file of its own, and shared parts are in another.
//!
//! In a file, `#/…` means the file itself and `shared.yaml#/…` another one beside it. In the bundle both are `#/…`, so
//! readers see one document; problems still name the file they are in.

use std::collections::BTreeMap;
use std::path::Path;

use serde_yaml_ng::{Mapping, Value};

use crate::node::{Document, Origin, parsed};
use crate::problem::{Problem, SourceLocation};

/// The file about the service as a whole.
const HEAD: &str = "service.yaml";
/// The top-level keys of the other files.
const OF_A_PART: [&str; 4] = ["paths", "components", "tags", COLLECTIONS];
/// The simulator's data, which can have a file of its own.
const COLLECTIONS: &str = "x-mspkit-collections";

/// Reads the files of `folder`, given relative to `root`, as one document.
pub(crate) fn folder(root: &Path, folder: &str) -> Result<Document, Problem> {
    let at = SourceLocation { file: folder.to_owned(), path: String::new() };
    let listed = std::fs::read_dir(root.join(folder)).map_err(|error| at.problem(error.to_string()))?;
    let mut names: Vec<String> = listed
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.rsplit_once('.').is_some_and(|(_, end)| end == "yaml") && name != HEAD)
        .collect();
    names.sort();
    names.insert(0, HEAD.to_owned());
    let mut files = BTreeMap::new();
    for name in &names {
        files.insert(name.clone(), parsed(root, &format!("{folder}/{name}"))?);
    }
    let mut whole = Whole::default();
    for name in &names {
        let file = format!("{folder}/{name}");
        let mut content = files[name].clone();
        refer(&mut content, &files, name, &SourceLocation { file: file.clone(), path: String::new() })?;
        whole.take(&file, content, name == HEAD)?;
    }
    Ok(Document::of_parts(folder, Value::Mapping(whole.content), whole.origins))
}

#[derive(Default)]
struct Whole {
    content: Mapping,
    origins: Vec<Origin>,
}

impl Whole {
    fn take(&mut self, file: &str, content: Value, head: bool) -> Result<(), Problem> {
        let at = SourceLocation { file: file.to_owned(), path: String::new() };
        let Value::Mapping(content) = content else { return Err(at.problem("must be a mapping")) };
        for (key, value) in content {
            let name = text(&key, &at)?;
            let at = at.at(name);
            match name {
                "paths" | "components" => self.two_levels(file, key, value, &at)?,
                "tags" => self.tags(file, value, &at)?,
                COLLECTIONS => self.collections(file, key, value, &at)?,
                _ if head => {
                    self.origins.push(Origin::same(name, file));
                    self.content.insert(key, value);
                }
                _ => {
                    let known = OF_A_PART.join(", ");
                    return Err(at.problem(format!("is only allowed in {HEAD}; allowed here are {known}")));
                }
            }
        }
        Ok(())
    }

    /// Merges paths with their methods, or components with their kinds; duplicates on the second level are errors.
    fn two_levels(
        &mut self,
        file: &str,
        key: Value,
        value: Value,
        at: &SourceLocation,
    ) -> Result<(), Problem> {
        let top = text(&key, at)?.to_owned();
        let Value::Mapping(groups) = value else { return Err(at.problem("must be a mapping")) };
        let all = self.content.entry(key).or_insert_with(|| Value::Mapping(Mapping::new()));
        let Value::Mapping(all) = all else { return Err(at.problem("must be a mapping")) };
        for (group, members) in groups {
            let name = text(&group, at)?.to_owned();
            let at = at.at(&name);
            let Value::Mapping(members) = members else { return Err(at.problem("must be a mapping")) };
            let known = all.entry(group).or_insert_with(|| Value::Mapping(Mapping::new()));
            let Value::Mapping(known) = known else { return Err(at.problem("must be a mapping")) };
            if known.is_empty() {
                self.origins.push(Origin::same(&format!("{top}.{name}"), file));
            }
            for (member, value) in members {
                let path = format!("{top}.{name}.{}", text(&member, &at)?);
                if known.contains_key(&member) {
                    let other = self.origins.iter().find(|origin| origin.is(&path));
                    let other = other.map_or_else(String::new, |origin| format!(", in {}", origin.file()));
                    return Err(at.problem(format!("`{}` is already defined{other}", text(&member, &at)?)));
                }
                self.origins.push(Origin::same(&path, file));
                known.insert(member, value);
            }
        }
        Ok(())
    }

    fn collections(
        &mut self,
        file: &str,
        key: Value,
        value: Value,
        at: &SourceLocation,
    ) -> Result<(), Problem> {
        let Value::Mapping(collections) = value else { return Err(at.problem("must be a mapping")) };
        let all = self.content.entry(key).or_insert_with(|| Value::Mapping(Mapping::new()));
        let Value::Mapping(all) = all else { return Err(at.problem("must be a mapping")) };
        for (name, value) in collections {
            let path = format!("{COLLECTIONS}.{}", text(&name, at)?);
            if all.contains_key(&name) {
                return Err(at.at(text(&name, at)?).problem("is already defined"));
            }
            self.origins.push(Origin::same(&path, file));
            all.insert(name, value);
        }
        Ok(())
    }

    fn tags(&mut self, file: &str, value: Value, at: &SourceLocation) -> Result<(), Problem> {
        let Value::Sequence(tags) = value else { return Err(at.problem("must be a list")) };
        let all = self.content.entry("tags".into()).or_insert_with(|| Value::Sequence(Vec::new()));
        let Value::Sequence(all) = all else { return Err(at.problem("must be a list")) };
        for (own, tag) in tags.into_iter().enumerate() {
            self.origins.push(Origin::new(&format!("tags[{}]", all.len()), file, &format!("tags[{own}]")));
            all.push(tag);
        }
        Ok(())
    }
}

fn text<'v>(key: &'v Value, at: &SourceLocation) -> Result<&'v str, Problem> {
    key.as_str().ok_or_else(|| at.problem("has a key that is not text"))
}

/// Rewrites every reference to one into the bundle, and reports those without a target.
fn refer(
    node: &mut Value,
    files: &BTreeMap<String, Value>,
    own: &str,
    at: &SourceLocation,
) -> Result<(), Problem> {
    match node {
        Value::Mapping(mapping) => {
            for (key, value) in mapping {
                let name = key.as_str().unwrap_or_default();
                let at = at.at(name);
                match value {
                    Value::String(reference) if name == "$ref" => {
                        *reference = into_whole(reference, files, own, &at)?;
                    }
                    value => refer(value, files, own, &at)?,
                }
            }
        }
        Value::Sequence(entries) => {
            for (index, entry) in entries.iter_mut().enumerate() {
                let at = SourceLocation { file: at.file.clone(), path: format!("{}[{index}]", at.path) };
                refer(entry, files, own, &at)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn into_whole(
    reference: &str,
    files: &BTreeMap<String, Value>,
    own: &str,
    at: &SourceLocation,
) -> Result<String, Problem> {
    let unknown = |reason: &str| at.problem(format!("`{reference}` {reason}"));
    let (file, pointer) = reference.split_once("#/").ok_or_else(|| unknown("has no path after `#/`"))?;
    let file = if file.is_empty() { own } else { file };
    let mut found = files.get(file).ok_or_else(|| unknown("names no file in this folder"))?;
    for step in pointer.split('/') {
        let step = step.replace("~1", "/").replace("~0", "~");
        found = found.get(&*step).ok_or_else(|| unknown(&format!("is not in {file}")))?;
    }
    Ok(format!("#/{pointer}"))
}
