//! The calls that the API documents show, from the cases that are rendered from their examples.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    call: Option<String>,
    #[serde(default)]
    params: Map<String, Value>,
}

/// Arguments of successful calls by operation, with what is required and with everything.
///
/// # Errors
/// Which file cannot be read, and why, or that there are no such cases.
pub fn documented() -> Result<BTreeMap<String, Vec<Map<String, Value>>>, String> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/generated"));
    let failed = |path: &Path, why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
    let mut found = BTreeMap::<String, Vec<_>>::new();
    for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let path = entry.map_err(|error| failed(folder, &error))?.path();
        let text = std::fs::read(&path).map_err(|error| failed(&path, &error))?;
        let file: File = serde_json::from_slice(&text).map_err(|error| failed(&path, &error))?;
        for case in file.cases {
            if !case.name.contains(": the documented response 2") && !case.name.ends_with(": every argument")
            {
                continue;
            }
            if let Some(Step { call: Some(call), params }) = case.steps.into_iter().next() {
                found.entry(call).or_default().push(params);
            }
        }
    }
    if found.is_empty() {
        return Err(failed(folder, &"no case shows a documented call"));
    }
    Ok(found)
}
