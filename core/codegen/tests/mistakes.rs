//! Every mistake in a document is reported with file, path and reason.

mod common;

use common::Repository;

/// A change that makes a document invalid, and the report.
struct Mistake {
    name: &'static str,
    document: &'static str,
    old: &'static str,
    new: &'static str,
    problem: &'static str,
}

const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "another word for a verb",
        document: "ncentral.yaml",
        old: "operationId: ncentral.orgs.create",
        new: "operationId: ncentral.orgs.add",
        problem: "core/api/ncentral.yaml: paths./api/orgs.post.operationId: `add` is called `create` everywhere else",
    },
    Mistake {
        name: "the id of a scope that is not in the path",
        document: "ncentral.yaml",
        old: "x-mspkit-paging: page_number\n",
        new: "x-mspkit-paging: page_number\n      x-mspkit-sim: {verb: by_hand, at: orgId}\n",
        problem: "core/api/ncentral.yaml: paths./api/orgs.get.x-mspkit-sim.at: `orgId` is not in the path",
    },
    Mistake {
        name: "a verb of another HTTP method",
        document: "ncentral.yaml",
        old: "operationId: ncentral.orgs.create",
        new: "operationId: ncentral.orgs.update_all",
        problem: "core/api/ncentral.yaml: paths./api/orgs.post.operationId: `update` is for PATCH, and this is POST",
    },
    Mistake {
        name: "a collection of an unknown model",
        document: "ncentral.yaml",
        old: "x-mspkit-service: ncentral\n",
        new: "x-mspkit-service: ncentral\nx-mspkit-collections: {orgs: {description: D., model: Orgs, id: orgId}}\n",
        problem: "core/api/ncentral.yaml: x-mspkit-collections.orgs.model: is not in components.schemas",
    },
    Mistake {
        name: "an assumed field of an unknown type",
        document: "ncentral.yaml",
        old: "x-mspkit-service: ncentral\n",
        new: "x-mspkit-service: ncentral\nx-mspkit-collections: {orgs: {description: D., model: Org, id: orgId, extra: {size: big}}}\n",
        problem: "core/api/ncentral.yaml: x-mspkit-collections.orgs.extra.size: must be one of string, boolean, integer, number, array, object, uuid, date, date-time",
    },
    Mistake {
        name: "an assumed field that the model has",
        document: "ncentral.yaml",
        old: "x-mspkit-service: ncentral\n",
        new: "x-mspkit-service: ncentral\nx-mspkit-collections: {orgs: {description: D., model: Org, id: orgId, extra: {orgId: string}}}\n",
        problem: "core/api/ncentral.yaml: x-mspkit-collections.orgs.extra.orgId: `orgId` is a field of the model",
    },
    Mistake {
        name: "a collection whose id is no field",
        document: "ncentral.yaml",
        old: "x-mspkit-service: ncentral\n",
        new: "x-mspkit-service: ncentral\nx-mspkit-collections: {orgs: {description: D., model: Org, id: id}}\n",
        problem: "core/api/ncentral.yaml: x-mspkit-collections.orgs.id: `id` is not a field of the model",
    },
    Mistake {
        name: "a collection under nothing",
        document: "ncentral.yaml",
        old: "x-mspkit-service: ncentral\n",
        new: "x-mspkit-service: ncentral\nx-mspkit-collections:\n  orgs: {description: D., model: Org, id: orgId, parent: {field: type, collection: x}}\n",
        problem: "core/api/ncentral.yaml: x-mspkit-collections.orgs.parent.collection: `x` must be an earlier stored collection",
    },
    Mistake {
        name: "a value of a field that there is not",
        document: "ncentral.yaml",
        old: "x-mspkit-service: ncentral\n",
        new: "x-mspkit-service: ncentral\nx-mspkit-collections:\n  orgs: {description: D., model: Org, id: orgId, kinds: [{color: red}]}\n",
        problem: "core/api/ncentral.yaml: x-mspkit-collections.orgs.kinds[0].color: `color` is not a field of the model",
    },
    Mistake {
        name: "a row of a collection that there is not",
        document: "ncentral.yaml",
        old: "x-mspkit-service: ncentral\n",
        new: "x-mspkit-service: ncentral\nx-mspkit-collections:\n  orgs: {description: D., model: Org, id: orgId, pick: {type: kinds.type}}\n",
        problem: "core/api/ncentral.yaml: x-mspkit-collections.orgs.pick.type: is not `collection.field` of a stored collection",
    },
    Mistake {
        name: "a number of rows that is none",
        document: "ncentral.yaml",
        old: "x-mspkit-service: ncentral\n",
        new: "x-mspkit-service: ncentral\nx-mspkit-collections:\n  orgs: {description: D., model: Org, each: some}\n",
        problem: "core/api/ncentral.yaml: x-mspkit-collections.orgs.each: must be `one`, or the smallest and the largest number",
    },
    Mistake {
        name: "an unknown collection",
        document: "ncentral.yaml",
        old: "x-mspkit-paging: page_number\n",
        new: "x-mspkit-paging: page_number\n      x-mspkit-sim: {verb: list, collection: orgs}\n",
        problem: "core/api/ncentral.yaml: paths./api/orgs.get.x-mspkit-sim.collection: `orgs` is not a stored collection of x-mspkit-collections",
    },
    Mistake {
        name: "an unknown verb of the simulator",
        document: "ncentral.yaml",
        old: "x-mspkit-paging: page_number\n",
        new: "x-mspkit-paging: page_number\n      x-mspkit-sim: {verb: look}\n",
        problem: "core/api/ncentral.yaml: paths./api/orgs.get.x-mspkit-sim.verb: `look` is unknown; known are list, get, create",
    },
    Mistake {
        name: "hand-written code for a scope that is not there",
        document: "ncentral.yaml",
        old: "x-mspkit-paging: page_number\n",
        new: "x-mspkit-paging: page_number\n      x-mspkit-sim: {verb: by_hand, scope: orgs}\n",
        problem: "core/api/ncentral.yaml: paths./api/orgs.get.x-mspkit-sim.scope: `orgs` is not a stored collection of x-mspkit-collections",
    },
    Mistake {
        name: "an example that is not there",
        document: "ncentral.yaml",
        old: "x-mspkit-paging: page_number\n",
        new: "x-mspkit-paging: page_number\n      x-mspkit-sim: {verb: example}\n",
        problem: "core/api/ncentral.yaml: paths./api/orgs.get.x-mspkit-sim: the operation has no example of a success",
    },
    Mistake {
        name: "no YAML",
        document: "wiv.yaml",
        old: "openapi: 3.1.0",
        new: "openapi: [3.1.0",
        problem: "core/api/wiv.yaml: line 2: ",
    },
    Mistake {
        name: "a key twice",
        document: "wiv.yaml",
        old: "      x-mspkit-retry: scroll\n",
        new: "      x-mspkit-retry: scroll\n      x-mspkit-retry: scroll\n",
        problem: "core/api/wiv.yaml: line 17: paths./cases/search.post: duplicate entry with key \"x-mspkit-retry\"",
    },
    Mistake {
        name: "an option without a unit of counting",
        document: "options.yaml",
        old: "  - name: pool_max_idle\n    kind: count\n    type: usize\n",
        new: "  - name: pool_max_idle\n    kind: count\n",
        problem: "core/api/options.yaml: client[25]: `pool_max_idle`: `type` must be its integer type",
    },
    Mistake {
        name: "an option with a key that nothing reads",
        document: "options.yaml",
        old: "    scroll: true\n",
        new: "    scrolls: true\n",
        problem: "core/api/options.yaml: paging[4].scrolls: unknown key; the keys of an option are ",
    },
    Mistake {
        name: "an option twice",
        document: "options.yaml",
        old: "  - name: attempt_timeout\n",
        new: "  - name: timeout\n",
        problem: "core/api/options.yaml: client[11]: `timeout` is listed twice",
    },
    Mistake {
        name: "another service's document",
        document: "wiv.yaml",
        old: "x-mspkit-service: wiv",
        new: "x-mspkit-service: ncentral",
        problem: "core/api/wiv.yaml: x-mspkit-service: must be `wiv` in this file",
    },
    Mistake {
        name: "an unknown retry class",
        document: "ncentral.yaml",
        old: "x-mspkit-retry: create",
        new: "x-mspkit-retry: always",
        problem: "core/api/ncentral.yaml: paths./api/orgs.post.x-mspkit-retry: `always` is unknown; known are read, create, \
               idempotent_write, credential_check, scroll",
    },
    Mistake {
        name: "a field that every model has",
        document: "cloudmore.yaml",
        old: "id: {type: string, format: mspkit-id, description: Its id.}",
        new: "id: {type: string, format: mspkit-id, description: Its id.}\n        isSet: {type: boolean, description: Whether it is set.}",
        problem: "core/api/cloudmore.yaml: components.schemas.Service.properties.isSet: every model has a `is_set` already; give \
               another `x-mspkit-name`",
    },
    Mistake {
        name: "no limit",
        document: "cloudmore.yaml",
        old: "      x-mspkit-limit: {cap: 10}\n",
        new: "",
        problem: "core/api/cloudmore.yaml: paths./api/resellers/{resellerId}/services.get: `x-mspkit-limit` is missing",
    },
    Mistake {
        name: "a limit of nothing",
        document: "cloudmore.yaml",
        old: "{cap: 10}",
        new: "{cap: 0}",
        problem: "core/api/cloudmore.yaml: paths./api/resellers/{resellerId}/services.get.x-mspkit-limit.cap: must be from 1 to 1000",
    },
    Mistake {
        name: "an unknown schema",
        document: "wiv.yaml",
        old: "model: Case,",
        new: "model: Chase,",
        problem: "core/api/wiv.yaml: paths./cases/search.post.x-mspkit-answer: the schema `Chase` is not in components.schemas",
    },
    Mistake {
        name: "an unknown id",
        document: "wiv.yaml",
        old: "id: case_id}",
        new: "id: caseId}",
        problem: "core/api/wiv.yaml: paths./cases/search.post.x-mspkit-answer.id: `Case` has no property `caseId`",
    },
    Mistake {
        name: "a path parameter that is not declared",
        document: "ncentral.yaml",
        old: "/api/orgs/{orgId}/parts/{partId}:",
        new: "/api/orgs/{orgId}/parts/{partId}/pieces/{pieceId}:",
        problem: "core/api/ncentral.yaml: paths./api/orgs/{orgId}/parts/{partId}/pieces/{pieceId}.get: the path parameter \
               `pieceId` is not declared",
    },
    Mistake {
        name: "a path parameter that does not occur",
        document: "ncentral.yaml",
        old: "/parts/{partId}:",
        new: "/parts:",
        problem: "core/api/ncentral.yaml: paths./api/orgs/{orgId}/parts.get.parameters[0]: `partId` does not occur in the path",
    },
    Mistake {
        name: "an operationId twice",
        document: "ncentral.yaml",
        old: "operationId: ncentral.orgs.part",
        new: "operationId: ncentral.orgs.list",
        problem: "core/api/ncentral.yaml: paths./api/orgs/{orgId}/parts/{partId}.get: the operationId `ncentral.orgs.list` is \
               already used at core/api/ncentral.yaml: paths./api/orgs.get",
    },
    Mistake {
        name: "an operationId of another form",
        document: "ncentral.yaml",
        old: "operationId: ncentral.orgs.part",
        new: "operationId: getPart",
        problem: "core/api/ncentral.yaml: paths./api/orgs/{orgId}/parts/{partId}.get.operationId: must be of the form \
               service.resource.method",
    },
    Mistake {
        name: "an unknown key of ours",
        document: "ncentral.yaml",
        old: "x-mspkit-retry: create",
        new: "x-mspkit-retry: create\n      x-mspkit-retries: 3",
        problem: "core/api/ncentral.yaml: paths./api/orgs.post.x-mspkit-retries: unknown key; allowed here are x-mspkit-retry,",
    },
    Mistake {
        name: "a key of ours where it means nothing",
        document: "wiv.yaml",
        old: "x-mspkit-kind: date_range",
        new: "x-mspkit-paging: scroll",
        problem: "core/api/wiv.yaml: paths./cases/search.post.requestBody.content.application/json.schema.properties.\
               date_range.x-mspkit-paging: unknown key; allowed here are x-mspkit-name,",
    },
    Mistake {
        name: "two names that become the same",
        document: "ncentral.yaml",
        old: "externalId: {",
        new: "org_name: {",
        problem: "core/api/ncentral.yaml: paths./api/orgs.post.requestBody.content.application/json.schema.properties.org_name: \
               the parameter name `org_name` is already used",
    },
    Mistake {
        name: "a name that is a keyword",
        document: "ncentral.yaml",
        old: "externalId: {",
        new: "from: {",
        problem: "schema.properties.from: `from` is a word of Python; give another `x-mspkit-name`",
    },
    Mistake {
        name: "a name that camel case cannot hold",
        document: "ncentral.yaml",
        old: "externalId: {",
        new: "external_1: {",
        problem: "schema.properties.external_1: `external_1` cannot be converted to camel case and back; \
               give another `x-mspkit-name`",
    },
    Mistake {
        name: "no name for the parameters' type",
        document: "ncentral.yaml",
        old: "      x-mspkit-params: ListOrgs\n",
        new: "",
        problem: "core/api/ncentral.yaml: paths./api/orgs.get: `x-mspkit-params` must name the parameters' type",
    },
    Mistake {
        name: "two types of a service of one name",
        document: "ncentral.yaml",
        old: "x-mspkit-params: CreateOrg",
        new: "x-mspkit-params: ListOrgs",
        problem: "core/api/ncentral.yaml: paths./api/orgs.get: the type name `ListOrgs` is already used at \
               core/api/ncentral.yaml: paths./api/orgs.post",
    },
    Mistake {
        name: "a list that is not paged",
        document: "cloudmore.yaml",
        old: "      x-mspkit-paging: array\n",
        new: "",
        problem: "services.get: `x-mspkit-paging` must say how the list is paged",
    },
    Mistake {
        name: "pages that the service has no words for",
        document: "cloudmore.yaml",
        old: "x-mspkit-paging: array",
        new: "x-mspkit-paging: page_number",
        problem: "services.get.x-mspkit-paging: needs `pages` in `x-mspkit-dialect`",
    },
    Mistake {
        name: "pages without a page number",
        document: "ncentral.yaml",
        old: "  pages: {number: pageNumber, size: pageSize}",
        new: "  pages: {number: page, size: pageSize}",
        problem: "orgs.get.x-mspkit-paging: needs the query parameter `page` with the first page",
    },
    Mistake {
        name: "a word of a dialect that there is not",
        document: "wiv.yaml",
        old: "  envelope: {data: data, next-key: next_page_key}",
        new: "  envelope: {data: data, next_key: next_page_key}",
        problem: "x-mspkit-dialect.envelope.next_key: unknown key; allowed here are data, total-items",
    },
    Mistake {
        name: "links of which none leads on",
        document: "ncentral.yaml",
        old: ", next-link: nextPage}",
        new: "}",
        problem: "x-mspkit-dialect.envelope: `links` and `next-link` require each other",
    },
    Mistake {
        name: "a create nobody can look up",
        document: "ncentral.yaml",
        old: "      x-mspkit-outcome-check: List the organizations and look for the name.\n",
        new: "",
        problem: "core/api/ncentral.yaml: paths./api/orgs.post: `x-mspkit-natural-key` or `x-mspkit-outcome-check` must say how to find",
    },
    Mistake {
        name: "a GET that creates",
        document: "cloudmore.yaml",
        old: "x-mspkit-retry: read",
        new: "x-mspkit-retry: idempotent_write",
        problem: "services.get.x-mspkit-retry: a GET is a read",
    },
    Mistake {
        name: "a scheme that is not declared",
        document: "wiv.yaml",
        old: "  - apiKey: []",
        new: "  - accessToken: []",
        problem: "core/api/wiv.yaml: security[0].accessToken: is not declared in components.securitySchemes",
    },
    Mistake {
        name: "an example out of bounds",
        document: "ncentral.yaml",
        old: "example: 200",
        new: "example: 2000",
        problem: "core/api/ncentral.yaml: paths./api/orgs.get.parameters[1]: the example 2000 does not match the schema",
    },
    Mistake {
        name: "no example",
        document: "ncentral.yaml",
        old: "          example: 200\n",
        new: "",
        problem: "core/api/ncentral.yaml: paths./api/orgs.get.parameters[1]: an example is missing",
    },
    Mistake {
        name: "a reference to nothing",
        document: "ncentral.yaml",
        old: "#/components/responses/NotFound",
        new: "#/components/responses/Gone",
        problem: "core/api/ncentral.yaml: paths./api/orgs.get.responses.404.$ref: `#/components/responses/Gone` is not in this \
               document",
    },
    Mistake {
        name: "a cookie",
        document: "wiv.yaml",
        old: "in: query",
        new: "in: cookie",
        problem: "core/api/wiv.yaml: paths./cases/search.post.parameters[0].in: `cookie` is unknown; known are path, query, header",
    },
    Mistake {
        name: "an unknown client option",
        document: "cloudmore.yaml",
        old: "x-mspkit-from-option: reseller_id",
        new: "x-mspkit-from-option: broker",
        problem: "services.get.parameters[0]: the client option `broker` is unknown; known are reseller_id",
    },
    Mistake {
        name: "a field that nobody described",
        document: "ncentral.yaml",
        old: "format: mspkit-id, description: Its id.}\n        secret",
        new: "format: mspkit-id}\n        secret",
        problem: "core/api/ncentral.yaml: components.schemas.Part.properties.partId: `description` is missing",
    },
    Mistake {
        name: "a resource that nobody described",
        document: "wiv.yaml",
        old: "  - {name: cases, description: Cases of the tests.}",
        new: "  []",
        problem: "core/api/wiv.yaml: `tags` has no entry that describes the resource `cases`",
    },
    Mistake {
        name: "an open enumeration without a name",
        document: "ncentral.yaml",
        old: " x-mspkit-enum-name: OrgState,",
        new: "",
        problem: "components.schemas.Org.properties.state: `x-mspkit-open-enum` needs `x-mspkit-enum-name`",
    },
    Mistake {
        name: "a code twice",
        document: "errors.yaml",
        old: "code: -4",
        new: "code: -3",
        problem: "core/api/errors.yaml: kinds[3]: the code `-3` is already used at core/api/errors.yaml: kinds[2]",
    },
    Mistake {
        name: "a code that means success",
        document: "errors.yaml",
        old: "code: -4",
        new: "code: 4",
        problem: "core/api/errors.yaml: kinds[3].code: must be a negative 32-bit number",
    },
    Mistake {
        name: "a status that no kind stands for",
        document: "errors.yaml",
        old: "status: 400",
        new: "status: 409",
        problem: "core/api/ncentral.yaml: paths./api/orgs.post.responses.418: no error kind has this status",
    },
];

#[test]
fn every_mistake_is_reported_with_file_path_and_reason() {
    let mut missed = Vec::new();
    for (at, mistake) in MISTAKES.iter().enumerate() {
        let repository = Repository::new(&format!("mistake-{at}"));
        repository.change(mistake.document, mistake.old, mistake.new);
        let reported =
            mspkit_codegen::generate(&repository.root).err().map_or_else(String::new, |f| f.to_string());
        if !reported.contains(mistake.problem) {
            missed.push(format!("{}:\n{reported}\nshould say\n{}\n", mistake.name, mistake.problem));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn one_run_reports_all_mistakes() {
    let repository = Repository::new("mistakes-together");
    repository.change("wiv.yaml", "x-mspkit-retry: scroll", "x-mspkit-retry: now");
    repository.change("cloudmore.yaml", "      x-mspkit-limit: {cap: 10}\n", "");
    let reported = mspkit_codegen::generate(&repository.root).expect_err("two mistakes").to_string();
    assert!(
        reported.contains("core/api/wiv.yaml: ") && reported.contains("core/api/cloudmore.yaml: "),
        "{reported}"
    );
}

#[test]
fn a_missing_document_is_reported() {
    let repository = Repository::new("mistake-missing");
    std::fs::remove_file(repository.root.join("core/api/wiv.yaml")).unwrap();
    let reported = mspkit_codegen::generate(&repository.root).expect_err("no document").to_string();
    assert!(reported.starts_with("core/api/wiv.yaml: "), "{reported}");
}
