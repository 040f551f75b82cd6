//! Tests of the rendered parts of pages.

mod common;

use common::Repository;

#[test]
fn the_page_of_operations_names_each_in_every_language() {
    let repository = Repository::new("pages");
    repository.change(
        "ncentral.yaml",
        "x-mspkit-answer: {kind: created, model: Org, id: orgId}",
        "x-mspkit-answer: {kind: created, model: Org, id: orgId}\n      x-mspkit-since: '2025.4'\n      x-mspkit-stage: preview",
    );
    let rendered = match mspkit_codegen::generate(&repository.root) {
        Ok(rendered) => rendered,
        Err(failure) => panic!("{failure}"),
    };
    let page = rendered.iter().find(|rendered| rendered.file == "docs/operations.md");
    let page = page.map(|page| page.text.as_str()).unwrap_or_default();
    for line in [
        "### ncentral.orgs",
        "Organizations of the tests.",
        "| what it does | Python | HTTP | retry | list | in flight | since |",
        "| Creates an organization, preview | `client.orgs.create(…)` | `POST /api/orgs` | create |  | 5 | 2025.4 |",
        "| Gets a part | `client.orgs.part(org_id, part_id)` | `GET /api/orgs/{orgId}/parts/{partId}` | read |  | 5 |  |",
        "| `client.orgs.part(orgId, partId)` | `client.orgs().part(org_id, part_id)` | `mspkit_ncentral_orgs_part` |",
        "| `client.orgs.create({…})` | `client.orgs().create(CreateOrg::new(…))` | `mspkit_ncentral_orgs_create` |",
        "| what it does | Python | HTTP | retry | list | in flight |",
        "| Searches the cases | `client.cases.search(…)` | `POST /cases/search` | scroll | scroll | 5 |",
    ] {
        assert!(page.lines().any(|other| other == line), "{line}\nis not in\n{page}");
    }
}
