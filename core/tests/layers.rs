//! The layers of the sources: no layer uses a higher one, and within a layer no two modules use each other.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// From the bottom to the top.
const LAYERS: [&str; 6] = ["base", "table", "wire", "policy", "engine", "facade"];

type Graph = BTreeMap<String, BTreeSet<String>>;

/// A module, as `layer::module`; all of the table is one.
fn module(parts: &[&str]) -> String {
    match parts {
        ["table", ..] => "table".to_owned(),
        [layer, module, ..] => format!("{layer}::{module}"),
        _ => parts.join("::"),
    }
}

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// The text of a source without comments and without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Which modules use which, by the paths that begin with `crate::`.
fn graph() -> Graph {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut graph = Graph::new();
    for file in files {
        let path = file.strip_prefix(&root).unwrap().with_extension("");
        let parts: Vec<&str> = path.iter().map(|part| part.to_str().unwrap()).collect();
        if !LAYERS.contains(&parts[0]) {
            continue;
        }
        let own = module(&parts);
        let code = code(&file);
        for (at, _) in code.match_indices("crate::") {
            let used: String =
                code[at + 7..].chars().take_while(|c| c.is_ascii_lowercase() || "_:".contains(*c)).collect();
            let used: Vec<&str> = used.split("::").filter(|part| !part.is_empty()).collect();
            if used.first().is_some_and(|layer| LAYERS.contains(layer)) && module(&used) != own {
                graph.entry(own.clone()).or_default().insert(module(&used));
            }
        }
    }
    graph
}

fn layer(module: &str) -> usize {
    let name = module.split("::").next().unwrap();
    LAYERS.iter().position(|layer| *layer == name).unwrap()
}

#[test]
fn no_layer_uses_a_higher_one() {
    let graph = graph();
    assert!(graph.len() > 20, "the sources were not found");
    for (user, used) in &graph {
        for used in used {
            assert!(layer(used) <= layer(user), "{user} uses {used}");
        }
    }
}

#[test]
fn no_modules_use_each_other() {
    let mut graph = graph();
    // Modules without remaining dependencies are removed; what is left is in cycles.
    loop {
        let free: BTreeSet<String> = graph
            .iter()
            .filter(|(_, used)| used.iter().all(|used| !graph.contains_key(used)))
            .map(|(user, _)| user.clone())
            .collect();
        if free.is_empty() {
            break;
        }
        graph.retain(|user, _| !free.contains(user));
    }
    assert!(graph.is_empty(), "these use each other: {graph:?}");
}
