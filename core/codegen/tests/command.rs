//! The command: it writes, and with `--check` it only compares.
#![allow(clippy::unwrap_used, reason = "a test that cannot start the command has failed")]

mod common;

use std::process::{Command, Output};

use common::Repository;

fn run(repository: &Repository, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mspkit-codegen"));
    command.args(args).arg("--root").arg(&repository.root).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn check_fails_until_the_files_are_written_and_names_those_that_differ() {
    let repository = Repository::new("command-check");
    let missing = run(&repository, &["--check"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("core/src/generated/mod.rs: differs"), "{}", said(&missing));
    assert!(!repository.root.join("core/src").exists(), "a check writes nothing");

    assert!(run(&repository, &[]).status.success());
    assert!(run(&repository, &["--check"]).status.success());

    let models = repository.root.join("core/src/generated/models.rs");
    let text = std::fs::read_to_string(&models).unwrap();
    std::fs::write(&models, text.replace("An organization.", "An organisation.")).unwrap();
    let differs = run(&repository, &["--check"]);
    assert_eq!(differs.status.code(), Some(1));
    let lines: Vec<String> = said(&differs).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("core/src/generated/models.rs: differs"), "{lines:?}");
}

#[test]
fn a_generated_file_that_nothing_renders_any_more_goes() {
    let repository = Repository::new("command-leftover");
    assert!(run(&repository, &[]).status.success());
    let mine = repository.root.join("core/src/generated/notes.rs");
    std::fs::write(&mine, "// Written by hand.\n").unwrap();
    let old = repository.root.join("core/src/generated/old.rs");
    std::fs::copy(repository.root.join("core/src/generated/models.rs"), &old).unwrap();
    let output = run(&repository, &["--check"]);
    assert!(said(&output).contains("core/src/generated/old.rs: differs"), "{}", said(&output));
    assert!(run(&repository, &[]).status.success());
    assert!(!old.exists() && mine.exists());
}

#[test]
fn a_wrong_document_writes_nothing() {
    let repository = Repository::new("command-wrong");
    repository.change("wiv.yaml", "x-mspkit-retry: scroll", "x-mspkit-retry: now");
    let output = run(&repository, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).starts_with("core/api/wiv.yaml: paths./cases/search.post.x-mspkit-retry: "),
        "{}",
        said(&output)
    );
    assert!(!repository.root.join("core/src").exists());
}

#[test]
fn an_unknown_argument_is_refused_with_the_usage() {
    let output = Command::new(env!("CARGO_BIN_EXE_mspkit-codegen")).arg("--chek").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).starts_with("usage: mspkit-codegen"), "{}", said(&output));
}
