//! The reference of operations for the site of the documentation: a page for each group of a client, one for the types
//! that several groups of a service share, and an index of everything.

mod places;
mod words;

use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use serde::Serialize;
use serde_json::json;

use crate::model::{Api, Input, Model, Operation, Resource, Service, Stage};
use crate::names;
use crate::output::Rendered;
use crate::problem::Failure;

use super::{examples, failure, json, raised, seeded};
use places::Places;

/// The index, which tables and navigation are made of.
pub(crate) const INDEX: &str = "index.json";
const GROUP: &str = "docs/group.md.j2";
const SHARED: &str = "docs/shared.md.j2";

/// An operation as a page shows it.
#[derive(Serialize)]
struct Entry<'a> {
    operation: &'a Operation,
    /// The same with the names of Python, for its example.
    python: &'a Operation,
    /// The same with the names of Node.js.
    node: &'a Operation,
    /// The model of its answer.
    model: Option<&'a Model>,
    raised: Vec<raised::Raised>,
}

/// The types that have their place on a page.
#[derive(Serialize)]
struct Types<'a> {
    models: Vec<&'a Model>,
    inputs: Vec<&'a Input>,
}

/// Every page and the index, by their names in one folder.
pub(crate) fn all(api: &Api) -> Result<Vec<Rendered>, Failure> {
    let mut environment = super::environment().map_err(|error| failure(GROUP, &error))?;
    environment.add_global("seeded", Value::from(Serde(&seeded(api))));
    words::register(&mut environment, api);
    let spelled = [examples::spelled(api, names::snake), examples::spelled(api, names::camel)];
    let mut rendered = Vec::new();
    let mut services = Vec::new();
    for service in &api.services {
        let places = Places::of(api, service);
        let mut groups = Vec::new();
        for resource in &service.resources {
            let page = places::page(&service.id, &resource.name);
            let entries = entries(api, &spelled, service, resource);
            let types = types(api, service, &places, &page);
            let more = context! { resource => Serde(resource), source => resource.source.file.clone(), entries => Serde(&entries), types => Serde(&types) };
            rendered.push(written(&environment, GROUP, (api, service), &page, more)?);
            groups.push(json!({"name": resource.name, "doc": super::doc::flow(&resource.doc), "page": page}));
        }
        let page = places::page(&service.id, places::SHARED);
        let types = types(api, service, &places, &page);
        let shared = !(types.models.is_empty() && types.inputs.is_empty());
        if shared {
            let more = context! { types => Serde(&types) };
            rendered.push(written(&environment, SHARED, (api, service), &page, more)?);
        }
        services.push(json!({
            "id": service.id,
            "title": service.title,
            "groups": groups,
            "shared": shared.then_some(page),
        }));
    }
    let operations: Vec<_> = api.operations.iter().map(row).collect();
    let index = json!({"services": services, "operations": operations});
    rendered.push(Rendered { file: INDEX.to_owned(), text: json::file(&index) });
    Ok(rendered)
}

/// An operation in the index.
fn row(operation: &Operation) -> serde_json::Value {
    json!({
        "id": operation.id,
        "service": operation.service,
        "group": operation.resource,
        "name": operation.name,
        "page": places::page(&operation.service, &operation.resource),
        "what": super::doc::flow(&operation.summary).trim_end_matches('.'),
        "method": operation.method,
        "path": operation.path,
        "retry": words::retry(operation.retry),
        "since": operation.since,
        "stage": match operation.stage {
            Stage::Released => None,
            stage => Some(stage),
        },
        "deprecated": operation.deprecated,
    })
}

fn entries<'a>(
    api: &'a Api,
    [python, node]: &'a [Api; 2],
    service: &Service,
    resource: &Resource,
) -> Vec<Entry<'a>> {
    let spelled = python.operations.iter().zip(&node.operations);
    let all = api.operations.iter().zip(spelled);
    all.filter(|(it, _)| it.service == service.id && it.resource == resource.name)
        .map(|(operation, (python, node))| Entry {
            operation,
            python,
            node,
            model: operation.answer.model.as_ref().and_then(|name| {
                api.models.iter().find(|model| model.service == service.id && model.name == *name)
            }),
            raised: raised::by(operation),
        })
        .collect()
}

fn types<'a>(api: &'a Api, service: &Service, places: &Places, page: &str) -> Types<'a> {
    let here = |name: &str| places.of_type(name) == Some(page);
    Types {
        models: api.models.iter().filter(|it| it.service == service.id && here(&it.name)).collect(),
        inputs: api.inputs.iter().filter(|it| it.service == service.id && here(&it.name)).collect(),
    }
}

fn written(
    environment: &Environment<'_>,
    template: &str,
    (api, service): (&Api, &Service),
    page: &str,
    more: Value,
) -> Result<Rendered, Failure> {
    let own = context! { api => Serde(api), service => Serde(service), page => page };
    let text = environment
        .get_template(template)
        .and_then(|template| template.render(context! { ..more, ..own }))
        .map_err(|error| failure(template, &error))?;
    Ok(Rendered { file: page.to_owned(), text })
}
