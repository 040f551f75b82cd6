//! The `x-mspkit-` keys of the documents, and where each is allowed.

use crate::node::Node;
use crate::problem::Problems;

const PREFIX: &str = "x-mspkit-";
const DOCUMENT: &[&str] = &["service", "dialect", "collections"];
const OPERATION: &[&str] = &[
    "retry",
    "retry-500",
    "limit",
    "answer",
    "paging",
    "outcome-check",
    "natural-key",
    "params",
    "since",
    "stage",
    "hints",
    "wait",
    "join",
    "sim",
];
const VALUE: &[&str] = &[
    "name",
    "kind",
    "any-case",
    "secret",
    "send-default",
    "from-option",
    "internal",
    "open-enum",
    "enum-name",
    "send-as",
    "bearer",
    "default-from",
    "only-with",
    "other-names",
    "none",
    "secret-when",
];

/// The methods under which a path holds an operation.
pub(super) const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];

/// Refuses `x-mspkit-` keys that are unknown or not allowed at their location.
pub(super) fn check(root: &Node<'_>, problems: &mut Problems) {
    walk(root, &mut Vec::new(), problems);
}

fn allowed(steps: &[String]) -> &'static [&'static str] {
    match steps {
        [] => DOCUMENT,
        [paths, _, method] if paths == "paths" && METHODS.contains(&method.as_str()) => OPERATION,
        _ => VALUE,
    }
}

fn walk(node: &Node<'_>, steps: &mut Vec<String>, problems: &mut Problems) {
    if let Ok(items) = node.items() {
        for (at, item) in items.iter().enumerate() {
            steps.push(at.to_string());
            walk(item, steps, problems);
            steps.pop();
        }
    } else if node.value().is_mapping() {
        let Some(entries) = problems.keep(node.entries()) else { return };
        for (key, value) in entries {
            if let Some(name) = key.strip_prefix(PREFIX) {
                let known = allowed(steps);
                if !known.contains(&name) {
                    let known: Vec<String> = known.iter().map(|name| format!("{PREFIX}{name}")).collect();
                    problems
                        .push(value.problem(format!("unknown key; allowed here are {}", known.join(", "))));
                }
            }
            steps.push(key);
            walk(&value, steps, problems);
            steps.pop();
        }
    }
}
