//! Tests of the reference: each operation has its entry, and links lead to headings that exist.
#![allow(clippy::unwrap_used, reason = "a test whose files cannot be rendered has failed")]

mod common;

use common::Repository;
use mspkit_codegen::output::Rendered;

fn rendered(name: &str, changes: &[(&str, &str, &str)]) -> Vec<Rendered> {
    let repository = Repository::new(name);
    for (document, old, new) in changes {
        repository.change(document, old, new);
    }
    match mspkit_codegen::reference(&repository.root) {
        Ok(rendered) => rendered,
        Err(failure) => panic!("{failure}"),
    }
}

fn text<'a>(files: &'a [Rendered], file: &str) -> &'a str {
    files.iter().find(|rendered| rendered.file == file).map(|rendered| rendered.text.as_str()).unwrap()
}

#[test]
fn an_entry_has_the_call_in_each_language_and_what_it_takes_and_gives() {
    let create = "x-mspkit-answer: {kind: created, model: Org, id: orgId}";
    let preview = format!("{create}\n      x-mspkit-since: '2025.4'\n      x-mspkit-stage: preview");
    let files = rendered("reference-entry", &[("ncentral.yaml", create, &preview)]);
    let page = text(&files, "ncentral.orgs.md");
    for wanted in [
        "# ncentral.orgs\n\nOrganizations of the tests.\n",
        " in C, where `NULL` stands for parameters and options that are not given.\n",
        "| operation | what it does | HTTP |\n|---|---|---|\n| [list](#list) | Lists the organizations",
        "| [create](#create) | Creates an organization | `POST /api/orgs` |\n",
        "\n## create\n\nCreates an organization.\n\nWith its name.\n",
        "- **HTTP**: `POST /api/orgs`. Sent with an access token",
        "- **Result**: [Org](#org).\n",
        "- **Retry**: create. Never sent again once it may have arrived.\n",
        "- **In flight**: at most 5 [at once](../limits.md).\n",
        "- **Since**: 2025.4.",
        "- **Preview**: the vendor may still change it.\n",
        "[Python](../python/mspkit/ncentral.html#Orgs.create), ",
        "[Rust](../rust/mspkit/ncentral/struct.Orgs.html#method.create)\n",
        "```python\norg = client.orgs.create(org_name=\"Contoso\", external_id=\"A-1\")\nprint(org.org_id)\n```",
        "```ts\nconst org = await client.orgs.create({ orgName: \"Contoso\", externalId: \"A-1\" });\n",
        "mspkit_ncentral_orgs_create_params params = mspkit_ncentral_orgs_create_params_init();\nparams.org_name = MSPKIT_STR(\"Contoso\");\n",
        "mspkit_status status = mspkit_ncentral_orgs_create(client, &params, NULL, &response, &error);\n",
        "mspkit::ncentral::orgs_create_params params;\nparams.org_name = \"Contoso\";\n",
        "const auto org = client.orgs().create(params);\n",
        "```rust\nlet params = mspkit::ncentral::CreateOrg::new(\"Contoso\").external_id(\"A-1\");\n",
        "| `org_name` | text, not blank | required | `orgName`, body | The name. |\n",
        "| `external_id` | text |  | `externalId`, body | An id of your own. May be null. |\n",
        "| `OutcomeUnknown` |  | The request was sent, but its outcome is unknown. List the organizations and look for the name. |\n",
        "| `BadRequest` | 418 | Refused in an odd way. |\n",
        "- **Result**: A list, each [Org](#org), read in numbered [pages](../lists.md).\n",
        "Page by page. See \\[ID=x\\] and \\<JWT\\> at <https://example.com>.\n",
        "| `page_size` | 1 to 1000 | `50` | `pageSize`, query | Items per page. |\n",
        "| `NotFound` | 404 | There is no such organization. |\n",
        "\n### Org\n\nAn organization.\n",
        "| `state` | text | `state` | How it is. Known values: `UP`, `DOWN`. |\n",
        "| `parts` | list, each [Part](#part-1) | `parts` | Its parts. |\n",
        "| `secret` | secret | `secret` | A secret. |\n",
    ] {
        assert!(page.contains(wanted), "{wanted}\nis not in\n{page}");
    }
}

#[test]
fn every_operation_is_in_the_index_and_on_its_page() {
    let files = rendered("reference-index", &[]);
    let index: serde_json::Value = serde_json::from_str(text(&files, "index.json")).unwrap();
    let operations = index["operations"].as_array().unwrap();
    let ids: Vec<&str> = operations.iter().map(|one| one["id"].as_str().unwrap()).collect();
    let wanted = [
        "ncentral.orgs.list",
        "ncentral.orgs.create",
        "ncentral.orgs.part",
        "cloudmore.services.list",
        "wiv.cases.search",
    ];
    assert_eq!(ids, wanted);
    for one in operations {
        let page = text(&files, one["page"].as_str().unwrap());
        let heading = format!("\n## {}\n", one["name"].as_str().unwrap());
        assert_eq!(page.matches(&heading).count(), 1, "{heading}");
    }
    assert_eq!(operations[4]["retry"], "scroll");
    assert_eq!(operations[1]["path"], "/api/orgs");
    assert_eq!(operations[1]["in_flight"], 5);
    assert_eq!(index["services"][0]["title"], "N-central");
    assert!(index["services"][0]["shared"].is_null(), "one group uses all of its types");
}

#[test]
fn a_type_of_several_groups_is_once_on_a_page_that_all_of_them_link_to() {
    let second = "  - {name: parts, description: Parts of the tests.}\npaths:\n";
    let moved = "operationId: ncentral.parts.get";
    let changes = [
        ("ncentral.yaml", "paths:\n", second),
        ("ncentral.yaml", "operationId: ncentral.orgs.part", moved),
        ("ncentral.yaml", "Page by page.", "Page by page. See `parts.get` and `Org`."),
    ];
    let files = rendered("reference-shared", &changes);
    let headings = files.iter().map(|file| file.text.matches("\n### Org\n").count());
    assert_eq!(headings.sum::<usize>(), 1);
    assert!(text(&files, "ncentral.types.md").contains("\n### Org\n"));
    let page = text(&files, "ncentral.orgs.md");
    assert!(
        page.contains("See [`parts.get`](ncentral.parts.md#get) and [`Org`](ncentral.types.md#org)."),
        "{page}"
    );
    assert!(text(&files, "ncentral.parts.md").contains("- **Result**: [Org](ncentral.types.md#org).\n"));
}
