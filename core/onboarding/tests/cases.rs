//! Documents and what becomes of them: `cases.json`, which the other languages read too, and `tests/spec/onboarding.py`, which
//! compares the JSON Schema with it.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod support;

use std::fmt::Write as _;
use std::path::Path;

use mspkit_onboarding::{Format, Plan, Spec, schema, table};
use serde_json::{Value, json};
use support::{clients, simulator};

fn cases() -> Vec<Value> {
    serde_json::from_str(include_str!("cases.json")).unwrap()
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap()
}

fn spec(case: &Value) -> Result<Spec, mspkit::Error> {
    let format = Format::named(text(case, "format")).unwrap();
    Spec::parse(text(case, "text").as_bytes(), format, "file")
}

#[test]
fn mistakes_are_named_with_line_and_field() {
    for case in cases() {
        let Some(errors) = case["errors"].as_array() else { continue };
        let error = spec(&case).unwrap_err();
        let found = error.field_errors();
        assert_eq!(found.len(), errors.len(), "{}: {error}", case["name"]);
        for (found, wanted) in found.iter().zip(errors) {
            let place = format!("file:{}: ", wanted[0]);
            assert_eq!(found.field, wanted[1], "{}: {error}", case["name"]);
            assert!(found.message.starts_with(&place), "{}: {} at {place}", case["name"], found.message);
            assert!(
                found.message.contains(wanted[2].as_str().unwrap()),
                "{}: {}",
                case["name"],
                found.message
            );
            assert!(error.to_string().contains(&found.message), "{error}");
        }
    }
}

#[tokio::test]
async fn documents_become_plans() {
    let simulator = simulator(json!({"service_orgs": 1, "customers": 1}));
    let clients = clients(&simulator);
    let mut digests: Vec<(String, String)> = Vec::new();
    for case in cases() {
        let Some(steps) = case["steps"].as_array() else { continue };
        let spec = spec(&case).unwrap();
        if let Some(same) = case["same_as"].as_str() {
            let same = digests.iter().find(|(name, _)| name == same).unwrap();
            assert_eq!(same.1, spec.digest(), "{}", case["name"]);
        }
        digests.push((text(&case, "name").to_owned(), spec.digest()));
        let plan = Plan::of(&spec, &clients).await.unwrap();
        let found: Vec<Value> =
            plan.steps().iter().map(|step| json!([step.path, step.kind, step.action])).collect();
        assert_eq!(&found, steps, "{}", case["name"]);
    }
}

#[test]
fn the_schema_in_the_repository_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("onboarding.schema.json");
    if std::env::var_os("MSPKIT_WRITE").is_some() {
        std::fs::write(&path, schema()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == schema(), "{} is out of date; `make schema` writes it", path.display());
}

#[test]
fn the_table_in_the_repository_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/onboarding.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let begin = page.find("| list | below |").unwrap();
    let end = begin + page[begin..].find("\n\n").unwrap() + 1;
    if std::env::var_os("MSPKIT_WRITE").is_some() {
        std::fs::write(&path, format!("{}{}{}", &page[..begin], table(), &page[end..])).unwrap();
        return;
    }
    assert!(page[begin..end] == table(), "{} is out of date; `make schema` writes it", path.display());
}

#[test]
fn other_encodings_are_refused() {
    for content in [&b"\xff\xfes\0"[..], b"so_id,customer_name\n50,Caf\xe9\n"] {
        let error = Spec::parse(content, Format::Csv, "file").unwrap_err();
        assert!(error.to_string().contains("must be UTF-8"), "{error}");
    }
}

#[test]
fn a_file_is_found_by_its_ending_and_a_text_needs_a_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.yml");
    std::fs::write(&path, "devices: [{device_id: 7}]").unwrap();
    assert_eq!(Spec::load(&path).unwrap().len(), 1);
    let shown = path.display().to_string();
    assert_eq!(Spec::open(&shown, None).unwrap().len(), 1);
    assert_eq!(Spec::open("{\"devices\": [{\"device_id\": 7}]}", None).unwrap().len(), 1);
    let error = Spec::open("devices:\n- device_id: 7\n", None).unwrap_err().to_string();
    assert!(error.starts_with("format: is required"), "{error}");
    for (path, reason) in [("none.yaml", "must be a file that can be read"), ("none.txt", "must end in")] {
        let error = Spec::load(folder.path().join(path)).unwrap_err().to_string();
        assert!(error.starts_with("spec: ") && error.contains(reason), "{error}");
    }
}

#[test]
fn deep_and_endless_documents_are_refused() {
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for format in [Format::Yaml, Format::Json, Format::Toml] {
        let text = if format == Format::Toml { format!("a = {deep}") } else { deep.clone() };
        assert!(Spec::parse(text.as_bytes(), format, "file").is_err());
    }
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..12 {
        let before = format!("*a{}, ", at - 1).repeat(9);
        writeln!(bomb, "a{at}: &a{at} [{before}]").unwrap();
    }
    let error = Spec::parse(bomb.as_bytes(), Format::Yaml, "file").unwrap_err().to_string();
    assert!(error.contains("more than"), "{error}");
}
