//! The operations of a path.

use std::collections::BTreeMap;

use crate::load::schema::Shapes;
use crate::load::{Context, derived, examples, extensions, natural_key, param, served};
use crate::model::{Answer, AnswerKind, Auth, ErrorAnswer, Limit, Operation, Page, Paging, Retry, Stage};
use crate::names;
use crate::node::Node;
use crate::problem::{Problem, Problems};

const ITEM_KEYS: &[&str] = &["summary", "description", "parameters"];

pub(super) fn all_of(
    context: &Context<'_>,
    path: &str,
    item: &Node<'_>,
    shapes: &mut Shapes,
    problems: &mut Problems,
) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (method, node) in problems.keep(item.entries()).unwrap_or_default() {
        if extensions::METHODS.contains(&method.as_str()) {
            let shared = item.get("parameters");
            let operation = problems.keep(one(context, path, &method, &node, shared.as_ref(), shapes));
            if let Some(operation) = operation {
                operations.extend(
                    problems.keep(derived::all_of(context, &node, &operation, shapes)).into_iter().flatten(),
                );
                operations.push(operation);
            }
        } else if !ITEM_KEYS.contains(&method.as_str()) {
            problems.push(node.problem("is neither a method that mspkit sends nor a key of a path"));
        }
    }
    operations
}

fn one(
    context: &Context<'_>,
    path: &str,
    method: &str,
    node: &Node<'_>,
    shared: Option<&Node<'_>>,
    shapes: &mut Shapes,
) -> Result<Operation, Problem> {
    let id = node.need("operationId")?;
    let (resource, name) = id_parts(context, &id)?;
    let method = method.to_ascii_uppercase();
    let (params, body) = param::all_of(context.service, node, path, shared, &mut shapes.inputs)?;
    let answer = answer(context, node)?;
    let id_fields = match &answer.model {
        Some(model) => shapes.model(&context.document, model, &node.need("x-mspkit-answer")?)?,
        None => Vec::new(),
    };
    let mut operation = Operation {
        id: id.text()?.to_owned(),
        service: context.service.to_owned(),
        resource,
        name,
        summary: node.need("summary")?.text()?.to_owned(),
        doc: doc(node)?,
        page: page(node)?,
        path: path.to_owned(),
        params_type: params_type(node)?,
        body,
        at_least_one: at_least_one(node)?,
        auth: auth(context, node)?,
        paging: paging(node)?,
        retry: retry(node)?,
        retry_500: node.get("x-mspkit-retry-500").map_or(Ok(true), |flag| flag.flag())?,
        limit: limit(node, &method, path)?,
        outcome_check: match node.get("x-mspkit-outcome-check") {
            Some(check) => Some(check.text()?.to_owned()),
            None => None,
        },
        since: since(node)?,
        stage: stage(node)?,
        deprecated: deprecated(node)?,
        hints: hints(node)?,
        wait: None,
        join: None,
        ensure: None,
        natural_key: natural_key::read(context.service, node)?,
        errors: errors(context, node)?,
        examples: examples::of(node)?,
        method,
        params,
        answer,
        id_fields,
        simulation: None,
        source: node.source(),
    };
    operation.simulation = served::operation(node, context.collections, &operation)?;
    Ok(operation)
}

/// The resource and the method of an operation's id.
pub(super) fn id_parts(context: &Context<'_>, id: &Node<'_>) -> Result<(String, String), Problem> {
    let [service, resource, name] = id.text()?.split('.').collect::<Vec<_>>()[..] else {
        return Err(id.problem("must be of the form service.resource.method"));
    };
    if service != context.service {
        return Err(id.problem(format!("must begin with `{}.`", context.service)));
    }
    if !names::is_snake(resource) || !names::is_snake(name) {
        return Err(id.problem("resource and method must be in snake case"));
    }
    Ok((resource.to_owned(), name.to_owned()))
}

/// The description, with the version that is needed and the vendor's reservations.
fn doc(node: &Node<'_>) -> Result<String, Problem> {
    let mut doc = node.need("description")?.text()?.trim_end().to_owned();
    let mut notes = Vec::new();
    match stage(node)? {
        Stage::Released => {}
        Stage::Preview => notes.push("A preview: the vendor may still change it.".to_owned()),
        Stage::Experimental => notes.push(
            "Experimental: not every document of the vendor has it, and a server without it responds with 404 or 405."
                .to_owned(),
        ),
    }
    if deprecated(node)? {
        notes.push("Deprecated by the vendor.".to_owned());
    }
    if let Some(version) = since(node)? {
        notes.push(match version.strip_prefix("after ") {
            Some(version) => format!("Not yet in server version {version}."),
            None => format!("First seen with server version {version}."),
        });
    }
    if !notes.is_empty() {
        doc.push_str("\n\n");
        doc.push_str(&notes.join(" "));
    }
    Ok(doc)
}

fn since(node: &Node<'_>) -> Result<Option<String>, Problem> {
    node.get("x-mspkit-since").map(|version| version.text().map(str::to_owned)).transpose()
}

fn stage(node: &Node<'_>) -> Result<Stage, Problem> {
    let Some(given) = node.get("x-mspkit-stage") else { return Ok(Stage::Released) };
    word(&given, &[("preview", Stage::Preview), ("experimental", Stage::Experimental)])
}

fn deprecated(node: &Node<'_>) -> Result<bool, Problem> {
    node.get("deprecated").map_or(Ok(false), |flag| flag.flag())
}

fn hints(node: &Node<'_>) -> Result<BTreeMap<u16, String>, Problem> {
    let mut hints = BTreeMap::new();
    for (status, hint) in node.entries_of("x-mspkit-hints")? {
        let number = status.parse::<u16>().ok().filter(|number| (200..600).contains(number));
        let number = number.ok_or_else(|| hint.problem("must be the hint for an HTTP status"))?;
        hints.insert(number, hint.text()?.trim().trim_end_matches('.').to_owned());
    }
    Ok(hints)
}

fn at_least_one(node: &Node<'_>) -> Result<bool, Problem> {
    let Some(request) = node.get("requestBody") else { return Ok(false) };
    let media = request.follow()?.need("content")?.get("application/json");
    let fewest = media.map(|media| media.need("schema")?.look("minProperties")).transpose()?.flatten();
    Ok(fewest.map(|fewest| fewest.int()).transpose()?.is_some_and(|fewest| fewest > 0))
}

fn page(node: &Node<'_>) -> Result<Option<Page>, Problem> {
    let Some(docs) = node.get("externalDocs") else { return Ok(None) };
    let url = docs.need("url")?;
    if !url.text()?.starts_with("https://") {
        return Err(url.problem("must be an https address"));
    }
    Ok(Some(Page { title: docs.need("description")?.text()?.to_owned(), url: url.text()?.to_owned() }))
}

fn params_type(node: &Node<'_>) -> Result<Option<String>, Problem> {
    let Some(given) = node.get("x-mspkit-params") else { return Ok(None) };
    let name = given.text()?;
    if names::is_pascal(name) {
        Ok(Some(name.to_owned()))
    } else {
        Err(given.problem("must be a type's name in PascalCase"))
    }
}

/// Maps a keyword to its meaning, or reports the known ones.
pub(super) fn word<T: Copy>(node: &Node<'_>, words: &[(&str, T)]) -> Result<T, Problem> {
    let given = node.text()?;
    words.iter().find(|(word, _)| *word == given).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        node.problem(format!("`{given}` is unknown; known are {}", known.join(", ")))
    })
}

fn retry(node: &Node<'_>) -> Result<Retry, Problem> {
    word(
        &node.need("x-mspkit-retry")?,
        &[
            ("read", Retry::Read),
            ("create", Retry::Create),
            ("idempotent_write", Retry::IdempotentWrite),
            ("credential_check", Retry::CredentialCheck),
            ("scroll", Retry::Scroll),
        ],
    )
}

fn paging(node: &Node<'_>) -> Result<Paging, Problem> {
    let Some(given) = node.get("x-mspkit-paging") else { return Ok(Paging::None) };
    word(&given, &[("page_number", Paging::PageNumber), ("scroll", Paging::Scroll), ("array", Paging::Array)])
}

pub(super) fn only_keys(node: &Node<'_>, keys: &[&str]) -> Result<(), Problem> {
    for (key, value) in node.entries()? {
        if !keys.contains(&key.as_str()) {
            return Err(value.problem(format!("unknown key; allowed here are {}", keys.join(", "))));
        }
    }
    Ok(())
}

fn answer(context: &Context<'_>, node: &Node<'_>) -> Result<Answer, Problem> {
    let given = node.need("x-mspkit-answer")?;
    only_keys(
        &given,
        &["kind", "model", "id", "or-object", "in-list", "empty-is-not-found", "envelope", "rows", "any-id"],
    )?;
    let kind = word(
        &given.need("kind")?,
        &[
            ("list", AnswerKind::List),
            ("object", AnswerKind::Object),
            ("created", AnswerKind::Created),
            ("located", AnswerKind::Located),
            ("empty", AnswerKind::Empty),
            ("success", AnswerKind::Success),
            ("raw", AnswerKind::Raw),
            ("tokens", AnswerKind::Tokens),
            ("logged_out", AnswerKind::LoggedOut),
        ],
    )?;
    let field = |key: &str, wanted: bool| match (given.get(key), wanted) {
        (Some(value), true) => Ok(Some(value.text()?.to_owned())),
        (None, true) if key == "id" && kind == AnswerKind::List => Ok(None),
        (None, true) => Err(given.problem(format!("`{key}` is missing"))),
        (Some(value), false) => Err(value.problem("is not allowed for this kind of answer")),
        (None, false) => Ok(None),
    };
    let (model, id) = (field("model", kind.has_model())?, field("id", kind.has_id())?);
    let flag = |key: &str, of: AnswerKind| match given.get(key) {
        Some(value) if kind != of => Err(value.problem("is not allowed for this kind of answer")),
        Some(value) => value.flag(),
        None => Ok(false),
    };
    let (or_object, in_list) = (flag("or-object", AnswerKind::List)?, flag("in-list", AnswerKind::Object)?);
    let empty_is_not_found = flag("empty-is-not-found", AnswerKind::Object)?;
    let only_list = match given.get("rows") {
        Some(rows) if kind != AnswerKind::List || rows.text() != Ok("only-list") => {
            return Err(rows.problem("only a list can have `only-list` here"));
        }
        rows => rows.is_some(),
    };
    let any_id = flag("any-id", AnswerKind::Located)?;
    let envelope = match given.get("envelope") {
        Some(flag) => flag.flag()?,
        None => context.dialect.envelope.is_some(),
    };
    Ok(Answer { kind, model, id, envelope, or_object, in_list, empty_is_not_found, only_list, any_id })
}

fn limit(node: &Node<'_>, method: &str, path: &str) -> Result<Limit, Problem> {
    let given = node.need("x-mspkit-limit")?;
    only_keys(&given, &["group", "cap"])?;
    let cap = given.need("cap")?;
    let group = match given.get("group") {
        Some(group) => group.text()?.to_owned(),
        None => format!("{method} {path}"),
    };
    match cap.int()? {
        number @ 1..=1000 => Ok(Limit { group, cap: number }),
        _ => Err(cap.problem("must be from 1 to 1000")),
    }
}

fn auth(context: &Context<'_>, node: &Node<'_>) -> Result<Auth, Problem> {
    let Some(security) = node.get("security").or_else(|| context.document.get("security")) else {
        return Err(node.problem("`security` is missing; write `[]` for a call without credentials"));
    };
    let mut schemes = Vec::new();
    for alternative in security.items()? {
        schemes.extend(alternative.entries()?);
    }
    match &schemes[..] {
        [] => Ok(Auth::None),
        [(name, scheme)] => {
            let declared = context.document.get("components").and_then(|all| all.get("securitySchemes"));
            if declared.and_then(|all| all.get(name)).is_none() {
                return Err(scheme.problem("is not declared in components.securitySchemes"));
            }
            match name.as_str() {
                "userToken" => Ok(Auth::UserToken),
                "accessToken" | "oauth" => Ok(Auth::AccessToken),
                "apiKey" => Ok(Auth::ApiKey),
                _ => Err(scheme.problem("is unknown; known are userToken, accessToken, apiKey, oauth")),
            }
        }
        _ => Err(security.problem("an operation is sent with one credential")),
    }
}

fn errors(context: &Context<'_>, node: &Node<'_>) -> Result<Vec<ErrorAnswer>, Problem> {
    let responses = node.need("responses")?;
    let (mut errors, mut success) = (Vec::new(), false);
    for (status, response) in responses.entries()? {
        if status == "default" {
            continue;
        }
        let Some(number) = status.parse::<u16>().ok().filter(|number| (200..600).contains(number)) else {
            return Err(response.problem("must be an HTTP status from 200 to 599, or `default`"));
        };
        let doc =
            response.look("description")?.ok_or_else(|| response.problem("`description` is missing"))?;
        if number >= 400 {
            let kind =
                kind_of(context, number).ok_or_else(|| response.problem("no error kind has this status"))?;
            let shared = response.ref_name().is_some();
            errors.push(ErrorAnswer { status: number, kind, doc: doc.text()?.to_owned(), shared });
        } else {
            success = true;
        }
    }
    if !success {
        return Err(responses.problem("describes no success"));
    }
    errors.sort_by_key(|error| error.status);
    Ok(errors)
}

/// The error kind of a status: its own, or that of 400 or 500.
fn kind_of(context: &Context<'_>, status: u16) -> Option<String> {
    let find = |status| context.error_kinds.iter().find(|kind| kind.status == Some(status));
    let kind = find(status).or_else(|| find(if status >= 500 { 500 } else { 400 }))?;
    Some(kind.name.clone())
}
