//! The number of conformance cases, both written by hand and rendered.

use std::path::Path;

use serde_json::{Value, json};

use crate::output::Rendered;
use crate::problem::Failure;
use crate::render::{cases, json};

/// The entries of the folder without hand-written cases.
const OTHERS: [&str; 3] = ["manifest.json", "case.schema.json", "generated"];

/// The manifest of the cases in the folder under `root` and of the rendered ones.
pub(crate) fn of(root: &Path, generated: &[Rendered]) -> Result<Rendered, Failure> {
    let rendered = generated.iter().map(|one| count(&one.text)).sum::<usize>();
    let cases = written(&root.join(cases::FOLDER))? + rendered;
    let file = format!("{}/manifest.json", cases::FOLDER);
    Ok(Rendered { file, text: json::file(&json!({"cases": cases})) })
}

/// The number of hand-written cases in a folder; a missing folder has none.
fn written(folder: &Path) -> Result<usize, Failure> {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let counts = OTHERS.iter().all(|other| entry.file_name() != *other);
        if counts && path.is_dir() {
            sum += written(&path)?;
        } else if counts && path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).map_err(|error| Failure::File {
                file: path.to_string_lossy().into_owned(),
                reason: error.to_string(),
            })?;
            sum += count(&text);
        }
    }
    Ok(sum)
}

/// The number of cases in a file; invalid files are reported by the checks of the cases.
fn count(text: &str) -> usize {
    let file: Value = serde_json::from_str(text).unwrap_or_default();
    file["cases"].as_array().map_or(0, Vec::len)
}
