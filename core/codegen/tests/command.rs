//! Tests of the command: it writes files, and with `--check` it only compares them.
#![allow(clippy::unwrap_used, reason = "a test that cannot start the command has failed")]

mod common;

use std::process::{Command, Output};

use common::Repository;

fn run(repository: &Repository, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mspkit-codegen"));
    command.args(args).arg("--root").arg(&repository.root).output().unwrap()
}

fn text_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn check_fails_until_the_files_are_written_and_names_those_that_differ() {
    let repository = Repository::new("command-check");
    let missing = run(&repository, &["--check"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        text_of(&missing).contains("core/src/generated/mod.rs: is not up to date"),
        "{}",
        text_of(&missing)
    );
    assert!(!repository.root.join("core/src").exists(), "a check writes nothing");

    assert!(run(&repository, &[]).status.success());
    assert!(run(&repository, &["--check"]).status.success());

    let models = repository.root.join("core/src/generated/ncentral/models.rs");
    let text = std::fs::read_to_string(&models).unwrap();
    std::fs::write(&models, text.replace("An organization.", "An organisation.")).unwrap();
    let differs = run(&repository, &["--check"]);
    assert_eq!(differs.status.code(), Some(1));
    let lines: Vec<String> = text_of(&differs).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("core/src/generated/ncentral/models.rs: is not up to date"), "{lines:?}");
}

#[test]
fn a_generated_file_that_is_no_longer_rendered_is_removed() {
    let repository = Repository::new("command-leftover");
    assert!(run(&repository, &[]).status.success());
    let mine = repository.root.join("core/src/generated/notes.rs");
    std::fs::write(&mine, "// Written by hand.\n").unwrap();
    let old = repository.root.join("core/src/generated/old.rs");
    std::fs::copy(repository.root.join("core/src/generated/ncentral/models.rs"), &old).unwrap();
    let output = run(&repository, &["--check"]);
    assert!(
        text_of(&output).contains("core/src/generated/old.rs: is not up to date"),
        "{}",
        text_of(&output)
    );
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
        text_of(&output).starts_with("core/api/wiv.yaml: paths./cases/search.post.x-mspkit-retry: "),
        "{}",
        text_of(&output)
    );
    assert!(!repository.root.join("core/src").exists());
}

#[test]
fn an_unknown_argument_is_refused_with_the_usage() {
    let output = Command::new(env!("CARGO_BIN_EXE_mspkit-codegen")).arg("--chek").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output).starts_with("usage: mspkit-codegen"), "{}", text_of(&output));
}

/// Splits the document of a service into a folder: the common parts, and a file for its resource.
fn as_folder(repository: &Repository) {
    let api = repository.root.join("core/api");
    let whole = std::fs::read_to_string(api.join("wiv.yaml")).unwrap();
    let (head, rest) = whole.split_once("tags:\n").unwrap();
    let (resource, components) = rest.split_once("components:\n").unwrap();
    let page = "  responses:\n    Page: {description: A page.}\n";
    let resource =
        resource.replace("{description: A page.}", "{$ref: 'service.yaml#/components/responses/Page'}");
    std::fs::create_dir(api.join("wiv")).unwrap();
    std::fs::write(api.join("wiv/service.yaml"), format!("{head}components:\n{page}{components}")).unwrap();
    std::fs::write(api.join("wiv/cases.yaml"), format!("tags:\n{resource}")).unwrap();
    std::fs::remove_file(api.join("wiv.yaml")).unwrap();
}

#[test]
fn the_files_of_a_folder_are_one_document() {
    let repository = Repository::new("command-folder");
    assert!(run(&repository, &[]).status.success());
    as_folder(&repository);
    let output = run(&repository, &["--check"]);
    assert!(output.status.success(), "{}", text_of(&output));
    let bundle = run(&repository, &["--bundle", "wiv"]);
    let bundle: serde_json::Value = serde_json::from_slice(&bundle.stdout).unwrap();
    let reference = &bundle["paths"]["/cases/search"]["post"]["responses"]["200"]["$ref"];
    assert_eq!(reference, "#/components/responses/Page");
    assert_eq!(bundle["components"]["responses"]["Page"]["description"], "A page.");
}

#[test]
fn the_bundle_has_the_form_on_the_wire() {
    let repository = Repository::new("command-wire");
    let field = "externalId: {type: [string, 'null'], description: An id of your own., examples: [A-1]}";
    let flag = "active: {type: boolean, x-mspkit-send-as: text, description: Is it?, examples: [true]}";
    repository.change("ncentral.yaml", field, &format!("{field}\n                {flag}"));
    let body = "            schema:\n              type: object\n              required: [orgName]";
    repository.change(
        "ncentral.yaml",
        body,
        &format!("            example: {{orgName: A, active: false}}\n{body}"),
    );
    let header = "      parameters:\n        - {name: Authorization, in: header, required: true, x-mspkit-name: token, \
        x-mspkit-bearer: true, description: A token., example: abc, \
        schema: {type: string, minLength: 1, pattern: '^[!-~]+$'}}\n";
    repository.change(
        "ncentral.yaml",
        "      x-mspkit-params: CreateOrg\n",
        &format!("      x-mspkit-params: CreateOrg\n{header}"),
    );
    let bundle = run(&repository, &["--bundle", "ncentral"]);
    assert!(bundle.status.success(), "{}", text_of(&bundle));
    let bundle: serde_json::Value = serde_json::from_slice(&bundle.stdout).unwrap();
    let create = &bundle["paths"]["/api/orgs"]["post"];
    let content = &create["requestBody"]["content"]["application/json"];
    let active = &content["schema"]["properties"]["active"];
    assert_eq!(active["type"], "string");
    assert_eq!(active["enum"], serde_json::json!(["true", "false"]));
    assert_eq!(active["examples"], serde_json::json!(["true"]));
    assert_eq!(content["example"], serde_json::json!({"orgName": "A", "active": "false"}));
    let token = &create["parameters"][0];
    assert_eq!(token["example"], "Bearer abc");
    assert_eq!(token["schema"]["pattern"], "^Bearer [!-~]+$");
    assert_eq!(token["schema"]["minLength"], 8);
    assert_eq!(content["schema"]["properties"]["externalId"]["type"][0], "string");
}

#[test]
fn problems_in_a_folder_name_the_file() {
    let repository = Repository::new("command-folder-wrong");
    as_folder(&repository);
    let report = |old: &str, new: &str| {
        repository.change("wiv/cases.yaml", old, new);
        let output = run(&repository, &["--bundle", "wiv"]);
        let output = if output.status.success() { run(&repository, &["--check"]) } else { output };
        repository.change("wiv/cases.yaml", new, old);
        text_of(&output)
    };
    let assert_report = |expected: String, begin: &str, end: &str| {
        assert!(
            expected.starts_with(&format!("core/api/wiv/cases.yaml: {begin}")) && expected.contains(end),
            "{expected}"
        );
    };
    let retry = report("x-mspkit-retry: scroll", "x-mspkit-retry: now");
    assert_report(retry, "paths./cases/search.post.x-mspkit-retry: ", "`now` is unknown");
    assert_report(
        report("service.yaml#", "shared.yaml#"),
        "paths./cases/search.post.responses.200.$ref: ",
        "names no file",
    );
    assert_report(
        report("responses/Page", "responses/Pages"),
        "paths./cases/search.post",
        "is not in service.yaml",
    );
    assert_report(
        report("tags:\n", "security: []\ntags:\n"),
        "security: ",
        "is only allowed in service.yaml",
    );
}
