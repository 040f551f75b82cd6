//! Natural keys: what is rendered from one, and every mistake in one is reported with its path and reason.

mod common;

use common::Repository;

const KEY: &str = "x-mspkit-natural-key";
const CHECK: &str = "      x-mspkit-outcome-check: List the organizations and look for the name.\n";
const GOOD: &str = "{find: orgs.list, match: {type: [externalId, orgName]}}";

/// What is wrong with a row, the row, where that is reported below the row, and how.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    (
        "a list that there is not",
        "{find: orgs.all, match: {type: orgName}}",
        ".find",
        "there is no operation `ncentral.orgs.all`",
    ),
    (
        "what is no list",
        "{find: orgs.part, match: {type: orgName}}",
        ".find",
        "`ncentral.orgs.part` is not a list",
    ),
    (
        "a field that rows do not have",
        "{find: orgs.list, match: {name: orgName}}",
        ".match.name",
        "`Org` has no field `name`",
    ),
    (
        "a field that is a list",
        "{find: orgs.list, match: {parts: orgName}}",
        ".match.parts",
        "must be a text, a whole number or an id",
    ),
    (
        "a field that is not sent",
        "{find: orgs.list, match: {type: name}}",
        ".match.type",
        "`ncentral.orgs.create` sends no field `name`",
    ),
    (
        "a field that may be left out",
        "{find: orgs.list, match: {type: externalId}}",
        ".match.type",
        "one of these fields must be required",
    ),
    ("no field", "{find: orgs.list, match: {}}", "", "`match` names no field"),
    (
        "a scope that the list does not have",
        "{find: orgs.list, match: {type: orgName}, scope: {partId: orgName}}",
        ".scope",
        "`ncentral.orgs.list` has no parameter `partId`",
    ),
    (
        "another name of a field that is not sent",
        "{find: orgs.list, match: {type: orgName}, names: {name: type}}",
        ".names",
        "`ncentral.orgs.create` sends no `name`, or `Org` has no `type`",
    ),
    (
        "a filter that the list does not take",
        "{find: orgs.list, match: {type: orgName}, filter: select}",
        ".filter",
        "`ncentral.orgs.list` has no query parameter `select`",
    ),
    (
        "a word that there is not",
        "{find: orgs.list, match: {type: orgName}, fold: true}",
        ".fold",
        "unknown key; allowed here are find, match, scope, names, filter",
    ),
];

fn reported(repository: &Repository) -> String {
    mspkit_codegen::generate(&repository.root).err().map_or_else(String::new, |failure| failure.to_string())
}

#[test]
fn every_mistake_is_reported_with_path_and_reason() {
    let mut missed = Vec::new();
    for (at, (name, row, path, reason)) in MISTAKES.iter().enumerate() {
        let repository = Repository::new(&format!("key-{at}"));
        repository.change("ncentral.yaml", CHECK, &format!("      {KEY}: {row}\n"));
        let problem = format!("core/api/ncentral.yaml: paths./api/orgs.post.{KEY}{path}: {reason}");
        let reported = reported(&repository);
        if !reported.contains(&problem) {
            missed.push(format!("{name}:\n{reported}\nshould say\n{problem}\n"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_key_is_for_creates_and_says_where_to_look() {
    let repository = Repository::new("key-of-a-read");
    let paging = "      x-mspkit-paging: page_number\n";
    repository.change("ncentral.yaml", paging, &format!("{paging}      {KEY}: {GOOD}\n"));
    let problem = format!("paths./api/orgs.get.{KEY}: is only allowed for an operation that creates");
    assert!(reported(&repository).contains(&problem), "{}", reported(&repository));
    let repository = Repository::new("key-and-check");
    repository.change("ncentral.yaml", CHECK, &format!("{CHECK}      {KEY}: {GOOD}\n"));
    let problem = format!("paths./api/orgs.post.x-mspkit-outcome-check: `{KEY}` says it already");
    assert!(reported(&repository).contains(&problem), "{}", reported(&repository));
}

#[test]
fn an_operation_and_its_words_follow_from_a_key() {
    let repository = Repository::new("key");
    repository.change("ncentral.yaml", CHECK, &format!("      {KEY}: {GOOD}\n"));
    let rendered = mspkit_codegen::generate(&repository.root).unwrap();
    let text = |file: &str| {
        let found = rendered.iter().find(|rendered| rendered.file == file);
        found.map_or_else(|| panic!("{file} is not rendered"), |rendered| rendered.text.as_str())
    };
    let table = text("core/src/generated/operations.rs");
    for row in [
        "id: \"ncentral.orgs.ensure\"",
        "create: \"ncentral.orgs.create\"",
        "find: \"ncentral.orgs.list\"",
        "params: &[\"externalId\", \"orgName\"]",
        "page_size: Some((\"page_size\", 500))",
        "Look for the `external_id` or `org_name` that was sent in `orgs.list`, or call `orgs.ensure`",
    ] {
        assert!(table.contains(row), "{row}");
    }
    let python = text("bindings-python/python/mspkit/ncentral/_orgs.py");
    for words in ["Finds or creates an organization.", ") -> EnsuredOrg:", "external_id: str"] {
        assert!(python.contains(words), "{words}");
    }
    assert!(text("bindings-python/python/mspkit/ncentral/_models.py").contains("class Difference(Model):"));
}
