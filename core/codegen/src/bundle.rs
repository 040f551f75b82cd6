//! The files of a service as one document: each resource has a file of its own, and what several use stands in another.
//!
//! In a file, `#/…` means the file itself and `shared.yaml#/…` another one beside it. In the whole both are `#/…`, so every
//! reader sees one document; places are still told by the file in which they stand.

use std::collections::BTreeMap;
use std::path::Path;

use serde_yaml_ng::{Mapping, Value};

use crate::node::{Document, Origin, parsed};
use crate::problem::{Place, Problem};

/// The file that says what holds for the service as a whole.
const HEAD: &str = "service.yaml";
/// What other files may say: operations, what they are made of, and what their resources are.
const OF_A_PART: [&str; 3] = ["paths", "components", "tags"];

/// Reads the files of `folder`, given relative to `root`, as one document.
pub(crate) fn folder(root: &Path, folder: &str) -> Result<Document, Problem> {
    let at = Place { file: folder.to_owned(), path: String::new() };
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
        refer(&mut content, &files, name, &Place { file: file.clone(), path: String::new() })?;
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
        let at = Place { file: file.to_owned(), path: String::new() };
        let Value::Mapping(content) = content else { return Err(at.problem("must be a mapping")) };
        for (key, value) in content {
            let name = text(&key, &at)?;
            let at = at.at(name);
            match name {
                "paths" | "components" => self.two_levels(file, key, value, &at)?,
                "tags" => self.tags(file, value, &at)?,
                _ if head => {
                    self.origins.push(Origin::same(name, file));
                    self.content.insert(key, value);
                }
                _ => {
                    let known = OF_A_PART.join(", ");
                    return Err(at.problem(format!("stands in {HEAD} only; here may stand {known}")));
                }
            }
        }
        Ok(())
    }

    /// Paths with their methods, or components with their kinds: each of the second level stands once.
    fn two_levels(&mut self, file: &str, key: Value, value: Value, at: &Place) -> Result<(), Problem> {
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
                    return Err(at.problem(format!("`{}` is there already{other}", text(&member, &at)?)));
                }
                self.origins.push(Origin::same(&path, file));
                known.insert(member, value);
            }
        }
        Ok(())
    }

    fn tags(&mut self, file: &str, value: Value, at: &Place) -> Result<(), Problem> {
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

fn text<'v>(key: &'v Value, at: &Place) -> Result<&'v str, Problem> {
    key.as_str().ok_or_else(|| at.problem("has a key that is not text"))
}

/// Makes every reference one into the whole, and finds those that lead nowhere.
fn refer(node: &mut Value, files: &BTreeMap<String, Value>, own: &str, at: &Place) -> Result<(), Problem> {
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
                let at = Place { file: at.file.clone(), path: format!("{}[{index}]", at.path) };
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
    at: &Place,
) -> Result<String, Problem> {
    let unknown = |reason: &str| at.problem(format!("`{reference}` {reason}"));
    let (file, pointer) = reference.split_once("#/").ok_or_else(|| unknown("names no place, behind `#/`"))?;
    let file = if file.is_empty() { own } else { file };
    let mut found = files.get(file).ok_or_else(|| unknown("names no file of this folder"))?;
    for step in pointer.split('/') {
        let step = step.replace("~1", "/").replace("~0", "~");
        found = found.get(&*step).ok_or_else(|| unknown(&format!("is not in {file}")))?;
    }
    Ok(format!("#/{pointer}"))
}
