//! Tests of `compare`: what it finds, and that no file makes it fail in another way than by saying so.
#![allow(clippy::unwrap_used, reason = "a test that cannot start the command has failed")]

mod common;

use std::process::{Command, Output};

use common::Repository;
use serde_json::{Value, json};

/// A vendor's file with one difference of each kind from `documents/ncentral.yaml`.
const VENDOR: &str = include_str!("vendors/openapi.yaml");
/// The same API in Swagger 2.0.
const SWAGGER: &str = include_str!("vendors/swagger.json");

fn compare(repository: &Repository, text: &str, args: &[&str]) -> Output {
    let file = repository.root.join("vendor");
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mspkit-codegen"));
    command.arg("compare").arg(file).args(args).arg("--root").arg(&repository.root).output().unwrap()
}

/// The lines of a comparison, which must have this exit status.
fn lines(output: &Output, status: i32) -> Vec<String> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(status), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text.lines().map(str::to_owned).collect()
}

/// Our document with responses that have schemas.
fn with_schemas(name: &str) -> Repository {
    let repository = Repository::new(name);
    repository.change("ncentral.yaml", "'200': {description: A page.}", OUR_PAGE);
    repository.change("ncentral.yaml", "'201': {description: Created.}", OUR_CREATED);
    repository
}

const OUR_PAGE: &str = "'200':
          description: A page.
          content:
            application/json:
              schema:
                anyOf:
                  - type: object
                    properties:
                      data: {type: array, items: {$ref: '#/components/schemas/Org'}}
                      totalItems: {type: [integer, 'null']}
                  - {type: array, items: {$ref: '#/components/schemas/Org'}}
                  - {$ref: '#/components/schemas/ErrorInSuccess'}";
const OUR_CREATED: &str = "'201':
          description: Created.
          content: {application/json: {schema: {$ref: '#/components/schemas/Org'}}}";

#[test]
fn each_kind_of_difference_is_one_line() {
    let repository = with_schemas("compare-kinds");
    let expected: Vec<&str> = include_str!("vendors/expected.txt").lines().collect();
    assert_eq!(lines(&compare(&repository, VENDOR, &[]), 1), expected);
}

#[test]
fn swagger_2_is_read_as_openapi_is() {
    let repository = with_schemas("compare-swagger");
    let found = lines(&compare(&repository, SWAGGER, &[]), 1);
    let expected = [
        "field GET /api/orgs response state: only here",
        "field POST /api/orgs body externalId: only here",
        "field POST /api/orgs body orgType: only there",
        "field POST /api/orgs response state: only here",
        "operation GET /api/orgs/{orgId}/parts/{partId}: only here",
        "parameter GET /api/orgs query pageSize: only here",
        "type GET /api/orgs response type: boolean there, string here",
        "type POST /api/orgs response type: boolean there, string here",
        "type POST /api/orgs response: list there, single object here",
        "summary: 9 differences (1 operation, 1 parameter, 4 field, 3 type); 2 operations compared with ncentral",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_field_under_another_known_name_is_the_same() {
    let repository = with_schemas("compare-names");
    let own = "type: {type: [string, 'null'], ";
    repository.change("ncentral.yaml", own, &format!("{own}x-mspkit-other-names: [kind], "));
    let old = SWAGGER.replace("\"type\": {\"type\": \"b", "\"kind\": {\"deprecated\": true, \"type\": \"b");
    let found = lines(&compare(&repository, &old, &[]), 1);
    assert!(
        found.contains(&"type GET /api/orgs response kind: boolean there, string here".to_owned()),
        "{found:#?}"
    );
    assert!(
        found.iter().all(|line| !line.contains("response type") && !line.contains("deprecated")),
        "{found:#?}"
    );
}

#[test]
fn what_is_no_envelope_is_compared_as_an_object() {
    let repository = with_schemas("compare-no-envelope");
    let own = "{kind: list, model: Org, id: orgId}";
    repository.change("ncentral.yaml", own, "{kind: list, model: Org, id: orgId, envelope: false}");
    let vendor =
        json!({"type": "object", "properties": {"data": {"type": "string"}, "state": {"type": "string"}}});
    let found = lines(&compare(&repository, &response(&vendor, &json!({})), &[]), 1);
    assert!(
        found.contains(&"type GET /api/orgs response data: string there, array here".to_owned()),
        "{found:#?}"
    );
    assert!(found.iter().all(|line| !line.contains("envelope")), "{found:#?}");
}

#[test]
fn machines_get_json() {
    let repository = with_schemas("compare-json");
    let output = compare(&repository, VENDOR, &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["service"], "ncentral");
    assert_eq!(report["compared"], 3);
    let all = report["differences"].as_array().unwrap();
    let sum: u64 = report["counts"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(all.len() as u64, sum);
    let wanted = json!({"word": "parameter", "method": "GET", "path": "/api/orgs", "place": "query filter", "what": "only there"});
    assert!(all.contains(&wanted), "{report:#}");
}

#[test]
fn a_document_does_not_differ_from_itself() {
    let own = Repository { root: concat!(env!("CARGO_MANIFEST_DIR"), "/../..").into() };
    let place = Repository::new("compare-itself");
    for (service, class) in [("ncentral", "NCentral"), ("cloudmore", "Cloudmore"), ("wiv", "Wiv")] {
        let file = place.root.join(class);
        std::fs::write(&file, mspkit_codegen::bundle(&own.root, service).unwrap().to_string()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mspkit-codegen"));
        let output = command.arg("compare").arg(&file).arg("--root").arg(&own.root).output().unwrap();
        let found = lines(&output, 0);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with("summary: no differences; "), "{found:?}");
        assert!(found[0].ends_with(&format!("compared with {service}")), "the service is guessed: {found:?}");
    }
}

#[test]
fn only_cloudmore_ignores_the_case_of_paths() {
    let repository = Repository::new("compare-case");
    let api = |path: &str| json!({"openapi": "3.0.0", "paths": {path: {"get": {}}}}).to_string();
    let found = lines(&compare(&repository, &api("/API/ORGS"), &["--service", "ncentral"]), 1);
    assert!(found.contains(&"operation GET /API/ORGS: only there".to_owned()), "{found:#?}");
    let document = std::fs::read_to_string(repository.root.join("core/api/cloudmore.yaml")).unwrap();
    let path = document.lines().find_map(|line| line.strip_prefix("  /")?.strip_suffix(':')).unwrap();
    let upper = api(&format!("/{}", path.to_uppercase()));
    let found = lines(&compare(&repository, &upper, &["--service", "cloudmore"]), 0);
    assert_eq!(found, ["summary: no differences; 1 operation compared with cloudmore"]);
}

/// A response of `GET /api/orgs` with this schema, and these components.
fn response(schema: &Value, schemas: &Value) -> String {
    let content = json!({"application/json": {"schema": schema, "example": {"$ref": 7}}});
    let get = json!({"responses": {"200": {"description": "", "content": content}}});
    json!({"openapi": "3.1.0", "paths": {"/api/orgs": {"get": get}}, "components": {"schemas": schemas}})
        .to_string()
}

#[test]
fn circles_and_references_without_a_target_end() {
    let repository = with_schemas("compare-circles");
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let circles = json!({
        "Self": {"$ref": "#/components/schemas/Self"},
        "Whole": {"allOf": [reference("Whole")], "anyOf": [reference("Whole"), reference("Whole"), reference("Whole")]},
        "Either": {"anyOf": [reference("Either"), reference("Either"), reference("Org")]},
        "Org": {"type": "object", "properties": {"orgId": {"type": "string"}, "parts": {"type": "array", "items": reference("Org")}}},
        "List": {"type": "array", "items": reference("List")},
    });
    for name in ["Self", "Whole", "Either", "Org", "List", "Nowhere"] {
        let found = lines(&compare(&repository, &response(&reference(name), &circles), &[]), 1);
        let noted = found.iter().any(|line| line.contains("has no target"));
        assert_eq!(noted, matches!(name, "Self" | "Nowhere"), "{name}: {found:#?}");
    }
    for odd in [json!("https://vendor.example/schemas.json#/Org"), json!("#/%zz"), json!(7), json!(null)] {
        lines(&compare(&repository, &response(&json!({"$ref": odd}), &circles), &[]), 1);
    }
    let odd = response(
        &json!({"type": 7, "properties": [], "required": {}, "enum": "x", "items": [1], "allOf": 3}),
        &circles,
    );
    lines(&compare(&repository, &odd, &[]), 1);
}

#[test]
fn what_is_no_such_file_is_refused_with_the_reason() {
    let repository = Repository::new("compare-refused");
    for (text, args, reason) in [
        ("", &[][..], "is neither OpenAPI 3 nor Swagger 2.0 with `paths`"),
        ("{", &[], "EOF while parsing an object"),
        ("a: [", &[], "did not find"),
        ("openapi: 4.0.0\npaths: {}", &[], "is neither OpenAPI 3"),
        ("openapi: 3.0.0\npaths: 7", &[], "is neither OpenAPI 3"),
        (
            "openapi: 3.0.0\npaths: {}",
            &[],
            "no path is one of a service here; name the service with --service",
        ),
        (
            "openapi: 3.0.0\npaths: {}",
            &["--service", "acme"],
            "`acme` is no service; there are cloudmore, ncentral, wiv",
        ),
    ] {
        let output = compare(&repository, text, args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{text}: {error}");
        assert!(error.contains(reason), "{text}: {error}");
    }
    // Nothing is the same, but the service was named.
    lines(&compare(&repository, "openapi: 3.0.0\npaths: {}", &["--service", "wiv"]), 1);
    let command =
        |args: &[&str]| Command::new(env!("CARGO_BIN_EXE_mspkit-codegen")).args(args).output().unwrap();
    for args in
        [&["compare"][..], &["compare", "a", "b"], &["compare", "a", "--service"], &["compare", "--jsn", "a"]]
    {
        let output = command(args);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("usage: "));
    }
    assert_eq!(command(&["compare", "/nowhere/vendor.json"]).status.code(), Some(2));
}

#[test]
fn an_example_that_is_no_json_is_read_as_yaml() {
    let repository = with_schemas("compare-nan");
    let text = SWAGGER.replace("\"example\": 1", "\"example\": NaN");
    assert_ne!(text, SWAGGER);
    assert_eq!(lines(&compare(&repository, &text, &[]), 1), lines(&compare(&repository, SWAGGER, &[]), 1),);
}
