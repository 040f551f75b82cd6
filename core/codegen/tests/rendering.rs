//! Tests of what the small documents are rendered to.

mod common;

use std::path::Path;

use common::Repository;
use mspkit_codegen::output::{HEADER, Rendered};

fn rendered(name: &str) -> Vec<Rendered> {
    match mspkit_codegen::generate(&Repository::new(name).root) {
        Ok(rendered) => rendered,
        Err(failure) => panic!("{failure}"),
    }
}

fn text(rendered: &[Rendered], file: &str) -> String {
    let found = rendered.iter().find(|rendered| rendered.file == file);
    found.unwrap_or_else(|| panic!("{file} is not rendered")).text.clone()
}

/// Asserts that lines stand one after the other, whatever their indentation.
fn assert_lines(text: &str, wanted: &[&str]) {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let found = lines.windows(wanted.len()).any(|window| window == wanted);
    assert!(found, "{wanted:#?}\nis not in\n{text}");
}

#[test]
fn rendering_is_deterministic() {
    assert_eq!(rendered("twice-1"), rendered("twice-2"));
}

#[test]
fn every_file_has_the_header() {
    for rendered in rendered("header")
        .into_iter()
        .filter(|rendered| Path::new(&rendered.file).extension().is_none_or(|end| end != "md"))
    {
        if rendered.file.ends_with("manifest.json") {
            continue;
        }
        if rendered.text.starts_with('{') {
            assert_eq!(rendered.text.lines().nth(1), Some(format!("  \"about\": \"{HEADER}\",").as_str()));
            continue;
        }
        let comment = if rendered.file.starts_with("bindings-python/") { "#" } else { "//" };
        let first = format!("{comment} {HEADER}");
        assert_eq!(rendered.text.lines().next(), Some(first.as_str()), "{}", rendered.file);
        assert!(rendered.text.ends_with('\n') && !rendered.text.contains(" \n"), "{}", rendered.file);
    }
}

#[test]
fn the_operation_table_is_sorted_and_indexed() {
    let text = text(&rendered("table"), "core/src/generated/operations.rs");
    let ids: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("id: ")).collect();
    // The ids of services' words for their pages and envelopes stand in the table, too.
    let ids: Vec<&str> = ids.into_iter().filter(|id| id.contains('.')).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(ids, sorted);
    assert_eq!(ids.len(), 5);
    assert_lines(&text, &["/// `wiv.cases.search`", "pub(crate) const WIV_CASES_SEARCH: usize = 4;"]);
    assert_lines(
        &text,
        &[
            "limit: Limit { group: \"GET /api/orgs\", cap: 5 },",
            "model: Some(&schema::ncentral::ORG),",
            "id_fields: &[\"orgId\"],",
        ],
    );
}

#[test]
fn path_parameters_are_in_path_order_and_required_ones_before_optional_ones() {
    let table = text(&rendered("order"), "core/src/generated/operations.rs");
    let position =
        |name: &str| table.find(&format!("name: \"{name}\"")).unwrap_or_else(|| panic!("no {name}"));
    assert!(position("org_id") < position("part_id"), "the document declares them the other way round");
    assert!(position("org_name") < position("external_id"), "likewise");
    assert!(position("date_range") < position("customer_id"), "the body before the query");
    assert!(table.contains("page_number\""), "where to begin is for the caller to say");
    assert!(!table.contains("name: \"start_page_key\""), "internal parameters are not shown");
}

#[test]
fn models_have_the_vendors_names_beside_ours() {
    let models = text(&rendered("models"), "core/src/generated/ncentral/models.rs");
    assert_lines(
        &models,
        &[
            "pub struct Org {",
            "/// Its id.",
            "pub org_id: Id => \"orgId\",",
            "/// A field whose name is a word of Rust.",
            "pub r#type: String => \"type\",",
            "/// How it is.",
            "pub state: OrgState => \"state\",",
            "/// Its parts.",
            "pub parts: Vec<Part> => \"parts\",",
        ],
    );
    assert_lines(&models, &["pub secret: Secret => \"secret\","]);
    assert_lines(&models, &["/// The vendor's `UP`.", "Up => \"UP\","]);
}

#[test]
fn params_name_their_operation_and_their_limits() {
    let files = rendered("params");
    let params = text(&files, "core/src/generated/ncentral/orgs.rs");
    assert_lines(
        &params,
        &[
            "required {",
            "/// The name.",
            "org_name: text,",
            "}",
            "optional {",
            "/// An id of your own.",
            "external_id: text,",
        ],
    );
    assert_lines(&params, &["/// Items per page. A whole number, 1 to 1000.", "page_size: int,"]);
    let cases = text(&files, "core/src/generated/wiv/cases.rs");
    assert!(cases.contains("/// Parameters of [`Cases::search`]."), "{cases}");
}

#[test]
fn methods_are_documented() {
    let files = rendered("methods");
    let methods = text(&files, "core/src/generated/ncentral/orgs.rs");
    for wanted in [
        "/// `GET /api/orgs`. Sent with an access token",
        "/// Page by page. See \\[ID=x\\] and \\<JWT\\> at <https://example.com>.",
        "/// - `params`: optional `page_number`, `page_size`. See [`ListOrgs`].",
        "/// - [Those of every call](crate::ncentral#errors).",
        "the request was sent, but its outcome",
        "/// - [`BadRequest`](crate::ErrorKind::BadRequest), 418: Refused in an odd way.",
        "/// let params = mspkit::ncentral::ListOrgs::new().page_number(2);",
        "/// while let Some(org) = orgs.next().await {",
        "/// let org = client.orgs().part(\"50\", \"7\").await?;",
        "pub fn create(&self, params: CreateOrg) -> C::Call<'c, Org> {",
        "pub fn list(&self, params: ListOrgs) -> C::List<'c, Org> {",
        "pub struct Orgs as orgs of NCentral",
    ] {
        assert!(methods.contains(wanted), "{wanted}\nis not in\n{methods}");
    }
    let module = text(&files, "core/src/generated/ncentral/mod.rs");
    for wanted in ["pub use self::orgs::*;", "404: There is no such organization."] {
        assert!(module.contains(wanted), "{wanted}\nis not in\n{module}");
    }
    assert!(!methods.contains("404: There is no such"), "errors that are referred to stand once: {methods}");
    let cloudmore = text(&files, "core/src/generated/cloudmore/services.rs");
    assert!(
        cloudmore.contains("pub fn list(&self) -> C::List<'c, Service> {"),
        "the reseller is a client option"
    );
}

#[test]
fn a_header_has_its_contents_at_the_top_and_a_table_beside_each_struct() {
    let files = rendered("headers");
    let header = text(&files, "bindings-c/include/mspkit/ncentral.h");
    for wanted in [
        " *   orgs              create, list, part\n",
        "MSPKIT_FIELD(mspkit_ncentral_orgs_list_params, page_size, \"page_size\", MSPKIT_FIELD_INT, NULL),",
        "static const mspkit_layout mspkit_ncentral_org_layout = MSPKIT_LAYOUT(mspkit_ncentral_org_view, ",
        "static inline mspkit_status mspkit_ncentral_orgs_part(const mspkit_ncentral *client, mspkit_str org_id, mspkit_str part_id, ",
    ] {
        assert!(header.contains(wanted), "{wanted}\nis not in\n{header}");
    }
    let library: Vec<_> = files.iter().filter(|file| file.file.starts_with("bindings-c/src")).collect();
    assert!(
        !library.is_empty() && library.iter().all(|file| !file.text.contains("orgs")),
        "it knows no operation"
    );
}

#[test]
fn the_simulator_and_the_runners_know_every_operation() {
    let files = rendered("others");
    let routes = text(&files, "tests/simulator/src/generated.rs");
    let dispatch = text(&files, "core/tests/generated/dispatch.rs");
    for id in [
        "cloudmore.services.list",
        "ncentral.orgs.create",
        "ncentral.orgs.list",
        "ncentral.orgs.part",
        "wiv.cases.search",
    ] {
        assert_eq!(routes.matches(&format!("\"{id}\"")).count(), 1, "{id}");
        assert_eq!(dispatch.matches(&format!("\"{id}\"")).count(), 2, "{id}: async and blocking");
    }
}

#[test]
fn what_the_simulator_serves_and_the_cases_follow_from_the_document() {
    let repository = Repository::new("simulated");
    let collections = "x-mspkit-service: ncentral\nx-mspkit-collections:\n  orgs: {description: Orgs., count: 4, \
                       model: Org, id: orgId, first: 50, always: {state: UP}}\n";
    repository.change("ncentral.yaml", "x-mspkit-service: ncentral\n", collections);
    repository.change(
        "ncentral.yaml",
        "x-mspkit-paging: page_number\n",
        "x-mspkit-paging: page_number\n      x-mspkit-sim: {verb: list, collection: orgs}\n",
    );
    let example = "'200': {description: A page., content: {application/json: {example: {data: [{orgId: 7}], totalItems: 1}}}}";
    repository.change("ncentral.yaml", "'200': {description: A page.}", example);
    let files = match mspkit_codegen::generate(&repository.root) {
        Ok(files) => files,
        Err(failure) => panic!("{failure}"),
    };
    let table: serde_json::Value =
        serde_json::from_str(&text(&files, "tests/simulator/src/generated.json")).unwrap();
    assert_eq!(table["collections"][0]["fields"][0]["name"], "orgId");
    assert_eq!(table["served"][0]["operation"], "ncentral.orgs.list");
    assert!(text(&files, "tests/simulator/src/generated.rs").contains("orgs = 4, \"Initial number."));
    assert!(text(&files, "bindings-python/python/mspkit/_simulated.py").contains("    orgs: int\n"));
    assert!(text(&files, "bindings-node/ts/generated/simulated.ts").contains("  readonly orgs?: number;\n"));
    let cases: serde_json::Value =
        serde_json::from_str(&text(&files, "tests/conformance/generated/ncentral.orgs.json")).unwrap();
    let case = |what: &str| {
        let name = format!("ncentral.orgs.list: {what}");
        let found = cases["cases"].as_array().into_iter().flatten().find(|case| case["name"] == *name);
        found.unwrap_or_else(|| panic!("no {name}")).clone()
    };
    let documented = case("the documented response 200");
    assert_eq!(documented["steps"][0]["expect"]["items"], serde_json::json!([{"orgId": "7"}]));
    assert_eq!(
        case("every argument")["requests"][0]["query"],
        serde_json::json!({"pageNumber": "2", "pageSize": "200"})
    );
    assert_eq!(case("every documented refusal")["steps"][0]["expect"]["error"]["kind"], "NotFound");
    assert_eq!(case("the simulator's data")["steps"][0]["expect"]["count"], 4);
    let manifest: serde_json::Value =
        serde_json::from_str(&text(&files, "tests/conformance/manifest.json")).unwrap();
    assert_eq!(manifest["cases"].as_u64(), Some(counted(&files)), "only rendered cases are there");
}

/// The cases in all rendered files.
fn counted(files: &[Rendered]) -> u64 {
    let cases = files.iter().filter(|file| file.file.starts_with("tests/conformance/generated/"));
    cases.map(|file| file.text.matches("\"why\": ").count() as u64).sum()
}

#[test]
fn python_has_both_clients_side_by_side() {
    let files = rendered("python");
    let module = text(&files, "bindings-python/python/mspkit/ncentral/_orgs.py");
    for wanted in [
        "__all__ = [\"AsyncOrgs\", \"Orgs\", \"OrgsCreateParams\", \"OrgsListParams\"]",
        "from mspkit.ncentral._models import Org\n",
        "    def part(self, org_id: Id, part_id: Id, **options: Unpack[CallOptions]) -> Org:",
        "        external_id: str | Unset | None = UNSET,\n        **options: Unpack[CallOptions],\n    ) -> Org:",
        "        **options: Unpack[ListOptions],\n    ) -> Pager[Org]:",
        "            page_size: Items per page. A whole number, 1 to 1000. `50` by default.",
        "            BadRequestError: 418: Refused in an odd way.",
        "            >>> for org in client.orgs.list(page_number=2):",
        "        return self._client._call(\"ncentral.orgs.part\", Org, {\"org_id\": org_id, \"part_id\": part_id}, options)",
        "    @listed(Orgs.list)\n    def list(self) -> None:",
        "    @awaited(Orgs.part)\n    def part(self) -> None:",
    ] {
        assert!(module.contains(wanted), "{wanted}\nis not in\n{module}");
    }
    assert!(!module.contains("404: There is no such"), "errors that are referred to stand once: {module}");
    let package = text(&files, "bindings-python/python/mspkit/ncentral/__init__.py");
    for wanted in [
        "- `NotFoundError`: 404: There is no such organization.",
        "    from mspkit.ncentral._orgs import *",
        "_orgs=\"AsyncOrgs Orgs OrgsCreateParams OrgsListParams\",",
    ] {
        assert!(package.contains(wanted), "{wanted}\nis not in\n{package}");
    }
    let client = text(&files, "bindings-python/python/mspkit/_ncentral.py");
    for wanted in ["class AsyncNCentral(AsyncClient):", "    def orgs(self) -> ncentral.AsyncOrgs:"] {
        assert!(client.contains(wanted), "{wanted}\nis not in\n{client}");
    }
    let cloudmore = text(&files, "bindings-python/python/mspkit/cloudmore/_services.py");
    assert!(
        cloudmore.contains("*, reseller_id: str | None = None, **options: Unpack[ListOptions]"),
        "{cloudmore}"
    );
    let wiv = text(&files, "bindings-python/python/mspkit/wiv/_cases.py");
    assert_lines(&wiv, &["customer_id: Id | None = None,", "date_range: Mapping[str, str] | None = None,"]);
    assert!(wiv.contains("**options: Unpack[ScrollOptions],"), "{wiv}");
}

#[test]
fn python_models_come_after_those_that_they_contain() {
    let models = text(&rendered("python-models"), "bindings-python/python/mspkit/ncentral/_models.py");
    let position =
        |class: &str| models.find(&format!("class {class}")).unwrap_or_else(|| panic!("no {class}"));
    assert!(position("Part(Model)") < position("Org(Model)"), "{models}");
    for wanted in [
        "    UP: Final = \"UP\"",
        "    state: Field[str | None] = field(\"state\", \"text\")",
        "    parts: Field[tuple[Part, ...] | None] = many(Part, \"parts\")",
        "    secret: Field[Secret | None] = field(\"secret\", \"secret\")",
    ] {
        assert!(models.contains(wanted), "{wanted}\nis not in\n{models}");
    }
}

#[test]
fn python_has_a_class_for_each_kind_of_error() {
    let kinds = text(&rendered("python-kinds"), "bindings-python/python/mspkit/_kinds.py");
    assert!(kinds.contains("class InvalidRequestError(MspError):"), "{kinds}");
    assert!(kinds.contains("class NotFoundError(APIStatusError):"), "{kinds}");
    assert_lines(&kinds, &["\"BadRequest\": BadRequestError,", "\"NotFound\": NotFoundError,"]);
}

#[test]
fn an_option_of_the_table_is_rendered_in_every_language() {
    let files = rendered("options");
    for (file, wanted) in [
        ("core/src/generated/config.rs", "pub pool_idle_timeout: Option<Duration>,"),
        ("core/src/generated/builders.rs", "pub fn pool_idle_timeout(self, pool_idle_timeout: Duration)"),
        ("bindings-python/python/mspkit/_wiv.py", "pool_idle_timeout: float | None = None,"),
        ("bindings-node/ts/generated/options.ts", "readonly poolIdleTimeout?: number | undefined;"),
        ("bindings-c/src/generated/options.rs", "pub pool_idle_timeout_ms: i64,"),
        ("bindings-c/include/mspkit.hpp", "std::optional<milliseconds> pool_idle_timeout = {};"),
        ("docs/connect.md", "| `pool_idle_timeout` | 4 s | Time that an idle connection is kept."),
    ] {
        let text = text(&files, file);
        assert!(text.contains(wanted), "{wanted}\nis not in {file}");
    }
    let python = text(&files, "bindings-python/python/mspkit/_ncentral.py");
    let message = ["Seconds that an idle connection is kept; 4 by default.", "The user's API token (a JWT)"];
    assert!(message.iter().all(|message| python.contains(message)), "{python}");
    assert!(!python.contains("api_key"), "an option of another service");
    let node = text(&files, "bindings-node/ts/generated/options.ts");
    assert_lines(&node, &["base_url: \"baseURL\",", "extra_headers: \"headers\","]);
    assert!(node.contains("Milliseconds that an idle connection is kept; 4,000 by default."), "{node}");
}

#[test]
fn a_page_without_a_mark_is_reported() {
    let repository = Repository::new("options-page");
    std::fs::write(repository.root.join("docs/connect.md"), "# Connect\n").unwrap();
    let failure = mspkit_codegen::generate(&repository.root).unwrap_err().to_string();
    assert!(
        failure.contains("docs/connect.md") && failure.contains("has no part that is rendered"),
        "{failure}"
    );
}

#[test]
fn typescript_has_both_clients_side_by_side() {
    let files = rendered("typescript");
    let module = text(&files, "bindings-node/ts/generated/ncentral/orgs.ts");
    assert_lines(
        &module,
        &[
            "part(orgId: Id, partId: Id, options?: CallOptions): Call<Org> {",
            "return this._call(\"ncentral.orgs.part\", shapes.Org, { orgId, partId }, undefined, options);",
            "}",
        ],
    );
    assert_lines(
        &module,
        &[
            "readonly orgName: string;",
            "/** An id of your own. */",
            "readonly externalId?: string | null | undefined;",
        ],
    );
    for wanted in [
        "import type { Org } from \"./models.js\";\n",
        "export interface OrgsListParams extends Paging {",
        "  /** Items per page. A whole number, 1 to 1000. `50` by default. */\n  readonly pageSize?: number | undefined;",
        "  list(params: OrgsListParams = {}, options?: CallOptions): Pager<Org> {",
        "   * @throws {BadRequestError} 418: Refused in an odd way.",
        "   * for await (const org of client.orgs.list({ pageNumber: 2 })) {",
        "   * const org = await client.orgs.part(\"50\", 7);",
        "export type OrgsSync = Sync<Orgs>;\nexport const OrgsSync = blocking(Orgs);",
    ] {
        assert!(module.contains(wanted), "{wanted}\nis not in\n{module}");
    }
    let client = text(&files, "bindings-node/ts/generated/ncentral/client.ts");
    for wanted in ["export class NCentralSync extends SyncClient {", "  declare readonly orgs: OrgsSync;"] {
        assert!(client.contains(wanted), "{wanted}\nis not in\n{client}");
    }
    let package = text(&files, "bindings-node/ts/generated/ncentral/index.ts");
    for wanted in ["`NotFoundError`: 404: There is no such", "export type * from \"./orgs.js\";"] {
        assert!(package.contains(wanted), "{wanted}\nis not in\n{package}");
    }
    let cloudmore = text(&files, "bindings-node/ts/generated/cloudmore/services.ts");
    assert!(cloudmore.contains("  readonly resellerId?: string | undefined;"), "{cloudmore}");
    let wiv = text(&files, "bindings-node/ts/generated/wiv/cases.ts");
    assert!(wiv.contains("export interface CasesSearchParams extends ScrollPaging {"), "{wiv}");
    assert!(
        wiv.contains("for await (const item of client.cases.search("),
        "`case` is a word of the language: {wiv}"
    );
}

#[test]
fn typescript_models_have_an_interface_and_a_table() {
    let files = rendered("typescript-models");
    let models = text(&files, "bindings-node/ts/generated/ncentral/models.ts");
    for wanted in [
        "export interface Org {",
        "  readonly state?: OrgState | null;",
        "  readonly parts?: readonly Part[] | null;",
        "  readonly secret?: Secret | null;",
        "  UP: \"UP\",",
    ] {
        assert!(models.contains(wanted), "{wanted}\nis not in\n{models}");
    }
    let shapes = text(&files, "bindings-node/ts/generated/ncentral/shapes.ts");
    let cases = text(&files, "bindings-node/ts/generated/wiv/shapes.ts");
    let position =
        |shape: &str| shapes.find(&format!("const {shape} ")).unwrap_or_else(|| panic!("no {shape}"));
    assert!(position("Part") < position("Org"), "{shapes}");
    for wanted in ["  parts: many(Part),", "  state: \"text\",", "  secret: \"secret\","] {
        assert!(shapes.contains(wanted), "{wanted}\nis not in\n{shapes}");
    }
    for wanted in ["    case_id: named(\"caseId\", \"id\"),", "  (it) => isText(it.case_id),"] {
        assert!(cases.contains(wanted), "{wanted}\nis not in\n{cases}");
    }
}

#[test]
fn typescript_has_a_class_for_each_kind_of_error() {
    let kinds = text(&rendered("typescript-kinds"), "bindings-node/ts/generated/kinds.ts");
    assert!(kinds.contains("export class InvalidRequestError extends MspError {"), "{kinds}");
    assert!(kinds.contains("export class NotFoundError extends APIStatusError {"), "{kinds}");
    assert_lines(
        &kinds,
        &["static override readonly kind = \"NotFound\";", "declare readonly kind: \"NotFound\";"],
    );
}

#[test]
fn services_may_have_types_of_one_name() {
    let repository = Repository::new("namespaces");
    repository.change("wiv.yaml", "x-mspkit-params: SearchCases", "x-mspkit-params: ListOrgs");
    let files = match mspkit_codegen::generate(&repository.root) {
        Ok(files) => files,
        Err(failure) => panic!("{failure}"),
    };
    for file in ["core/src/generated/ncentral/orgs.rs", "core/src/generated/wiv/cases.rs"] {
        assert!(text(&files, file).contains("pub struct ListOrgs {"), "{file}");
    }
}
