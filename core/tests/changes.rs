//! The cases of tests/reconcile/changes.json, which every language runs. `MSPKIT_WRITE_CASES=1` writes what comes out into
//! the file, to be reviewed.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use std::path::PathBuf;

use mspkit::Spelling;
use mspkit::changes::diff_json;
use serde_json::{Value, json};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/reconcile/changes.json")
}

/// What comes of a case, in the form of the file.
fn outcome(case: &Value) -> Value {
    let mut outcome = case.clone();
    let text = |name: &str| case[name].to_string().into_bytes();
    match diff_json(&text("old"), &text("new"), &text("options"), Spelling::Snake) {
        Err(error) => outcome["error"] = json!({"argument": error.argument_name()}),
        Ok(found) => {
            outcome["result"] = serde_json::from_str(&found.to_json()).unwrap();
            if case.get("csv").is_some() {
                outcome["csv"] = found.to_csv(false).into();
            }
            assert_eq!(found.to_csv(true), format!("\u{feff}{}", found.to_csv(false)));
        }
    }
    outcome
}

#[test]
fn every_case_comes_out_as_the_file_says() {
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path()).unwrap()).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() > 20);
    let outcomes: Vec<Value> = cases.iter().map(outcome).collect();
    if std::env::var_os("MSPKIT_WRITE_CASES").is_some() {
        let text = serde_json::to_string_pretty(&json!({"cases": outcomes})).unwrap();
        std::fs::write(path(), text + "\n").unwrap();
        return;
    }
    for (case, outcome) in cases.iter().zip(&outcomes) {
        assert_eq!(outcome, case, "{}", case["name"]);
    }
}
