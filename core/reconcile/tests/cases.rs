//! The cases of tests/reconcile/cases.json, which every language runs. `MSPKIT_WRITE_CASES=1` writes what comes out into the
//! file, to be reviewed.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use std::path::PathBuf;

use mspkit_reconcile::{Error, Options, Reconciliation, TITLE, reconcile};
use serde_json::{Value, json};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/reconcile/cases.json")
}

fn run(case: &Value) -> Result<Reconciliation, Error> {
    let options = Options::from_json(case["options"].to_string().as_bytes())?;
    reconcile(case["left"].to_string().as_bytes(), case["right"].to_string().as_bytes(), &options)
}

/// What comes of a case, in the form of the file.
fn outcome(case: &Value) -> Value {
    let mut outcome = case.clone();
    match run(case) {
        Err(error) => outcome["error"] = json!({"argument": error.argument}),
        Ok(found) => {
            outcome["result"] = serde_json::from_str(&found.to_json()).unwrap();
            if case.get("csv").is_some() {
                outcome["csv"] = found.to_csv(false).into();
            }
            if case.get("mapping_csv").is_some() {
                outcome["mapping_csv"] = found.to_mapping(false).into();
            }
            let page = found.to_html(TITLE);
            let holds = |texts: &str| case.get(texts).and_then(Value::as_array).cloned().unwrap_or_default();
            for text in holds("html_has") {
                assert!(page.contains(text.as_str().unwrap()), "{}: {text} is not in the page", case["name"]);
            }
            for text in holds("html_lacks") {
                assert!(!page.contains(text.as_str().unwrap()), "{}: {text} is in the page", case["name"]);
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
    assert!(cases.len() > 50);
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

#[test]
fn a_mapping_that_was_not_changed_keeps_every_pair() {
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path()).unwrap()).unwrap();
    let mut tried = 0;
    for case in file["cases"].as_array().unwrap() {
        let Ok(first) = run(case) else { continue };
        let mut again = case.clone();
        again["options"]["mapping"] = first.to_mapping(true).into();
        let second = run(&again).unwrap();
        for one in first.matched() {
            let kept =
                second.matched().iter().any(|other| (other.left, other.right) == (one.left, one.right));
            assert!(kept, "{}: {one:?}", case["name"]);
        }
        tried += 1;
    }
    assert!(tried > 30);
}
