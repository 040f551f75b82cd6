//! From the documents to the model: one document per service, of one file or several, and the table of error kinds.

mod derived;
mod dialect;
mod errors;
mod examples;
mod extensions;
mod inputs;
mod natural_key;
mod operation;
mod options;
mod param;
mod rules;
mod schema;
mod served;
mod simulated;

use std::path::Path;

pub use self::natural_key::NaturalKey;

use crate::model::{Api, Collection, ErrorAnswer, Operation, Resource, Service};
use crate::names;
use crate::node::{Document, Node};
use crate::problem::{Problem, Problems};

/// Where the documents are: for each service a folder of files, or one file.
pub const FOLDER: &str = "core/api";

/// The services: id, and class of the client.
pub(crate) const SERVICES: [(&str, &str); 3] =
    [("cloudmore", "Cloudmore"), ("ncentral", "NCentral"), ("wiv", "Wiv")];

/// What the operations need of the rest of the document.
pub(crate) struct Context<'d> {
    pub(crate) document: Node<'d>,
    pub(crate) service: &'static str,
    pub(crate) dialect: &'d crate::model::Dialect,
    pub(crate) error_kinds: &'d [crate::model::ErrorKind],
    pub(crate) collections: &'d [Collection],
}

/// Reads every document under `root`; reports all problems at once.
pub fn api(root: &Path) -> Result<Api, Vec<Problem>> {
    let mut problems = Problems::default();
    let error_kinds = errors::table(root, &mut problems);
    let mut api = Api {
        services: Vec::new(),
        operations: Vec::new(),
        models: Vec::new(),
        inputs: Vec::new(),
        enums: Vec::new(),
        error_kinds,
        options: options::table(root, &mut problems),
        collections: Vec::new(),
    };
    for (id, class) in SERVICES {
        let read = Document::service(root, &format!("{FOLDER}/{id}"));
        let Some(document) = problems.keep(read) else { continue };
        extensions::check(&document.node(), &mut problems);
        let mut operations = Vec::new();
        let mut shapes = schema::Shapes::of(id);
        let collections = problems.keep(simulated::collections(&document.node(), id)).unwrap_or_default();
        let known = (&api.error_kinds[..], &collections[..]);
        let service = service(&document, (id, class), known, &mut operations, &mut shapes, &mut problems);
        api.collections.extend(collections);
        api.services.extend(problems.keep(service));
        api.operations.append(&mut operations);
        let (mut models, mut enums, mut inputs) = shapes.finish();
        api.models.append(&mut models);
        api.enums.append(&mut enums);
        api.inputs.append(&mut inputs);
    }
    api.operations.sort_by(|a, b| (&a.id, &a.source).cmp(&(&b.id, &b.source)));
    let problems = problems.sorted();
    if problems.is_empty() { Ok(api) } else { Err(problems) }
}

fn service(
    document: &Document,
    (id, class): (&'static str, &str),
    (error_kinds, collections): (&[crate::model::ErrorKind], &[Collection]),
    operations: &mut Vec<Operation>,
    shapes: &mut schema::Shapes,
    problems: &mut Problems,
) -> Result<Service, Problem> {
    let root = document.node();
    let named = root.need("x-mspkit-service")?;
    if named.text()? != id {
        return Err(named.problem(format!("must be `{id}` in this file")));
    }
    let dialect = dialect::read(&root.need("x-mspkit-dialect")?)?;
    let context =
        Context { document: root.clone(), service: id, dialect: &dialect, error_kinds, collections };
    for (path, item) in root.need("paths")?.entries()? {
        operations.extend(operation::all_of(&context, &path, &item, shapes, problems));
    }
    natural_key::derive(operations, shapes, &root.source(), problems);
    let info = root.need("info")?;
    Ok(Service {
        id: id.to_owned(),
        class: class.to_owned(),
        title: info.need("title")?.text()?.to_owned(),
        doc: info.need("description")?.text()?.to_owned(),
        base_url: base_url(&root)?,
        resources: resources(&root, operations)?,
        dialect: dialect.clone(),
        errors: shared_errors(operations),
    })
}

/// The error responses that operations refer to, without duplicates.
fn shared_errors(operations: &[Operation]) -> Vec<ErrorAnswer> {
    let mut errors: Vec<ErrorAnswer> = Vec::new();
    for error in operations.iter().flat_map(|operation| &operation.errors).filter(|error| error.shared) {
        if !errors.iter().any(|known| (known.status, &known.doc) == (error.status, &error.doc)) {
            errors.push(error.clone());
        }
    }
    errors.sort_by(|a, b| (a.status, &a.doc).cmp(&(b.status, &b.doc)));
    errors
}

/// The address of the first server, its variables replaced by their defaults.
fn base_url(root: &Node<'_>) -> Result<String, Problem> {
    let servers = root.need("servers")?;
    let servers = servers.items()?;
    let first = servers.first().ok_or_else(|| root.problem("`servers` names no server"))?;
    let mut url = first.need("url")?.text()?.to_owned();
    for (name, variable) in first.entries_of("variables")? {
        url = url.replace(&format!("{{{name}}}"), variable.need("default")?.text()?);
    }
    Ok(url)
}

/// The resources that the operations name, each described by the tag of its name.
fn resources(root: &Node<'_>, operations: &[Operation]) -> Result<Vec<Resource>, Problem> {
    let mut resources: Vec<Resource> = Vec::new();
    if let Some(tags) = root.get("tags") {
        for tag in tags.items()? {
            let name = tag.need("name")?.text()?;
            if !operations.iter().any(|operation| operation.resource == name) {
                return Err(tag.problem(format!("`{name}` is not the resource of any operation")));
            }
            let doc = tag.need("description")?.text()?.to_owned();
            resources.push(Resource { name: name.to_owned(), doc, source: tag.source() });
        }
    }
    for operation in operations {
        if !resources.iter().any(|resource| resource.name == operation.resource) {
            let reason = format!("`tags` has no entry that describes the resource `{}`", operation.resource);
            return Err(root.problem(reason));
        }
    }
    resources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(resources)
}

/// The name for users: `x-mspkit-name`, or the vendor's name in snake case.
pub(crate) fn user_name(wire: &str, given: Option<&Node<'_>>) -> Result<String, Problem> {
    let Some(given) = given else { return Ok(names::snake(wire)) };
    let name = given.text()?;
    if names::is_snake(name) {
        Ok(name.to_owned())
    } else {
        Err(given.problem(format!("`{name}` is not snake case")))
    }
}
