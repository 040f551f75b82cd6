//! The reference of operations for the site of the documentation: a page for each group of a client, one for the types
//! that several groups of a service share, and an index of everything.

mod order;
mod places;
mod usual;
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
use raised::Raised;

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
    /// Its errors besides those of the page.
    raised: Vec<Raised>,
    /// The statuses of its errors that the page describes for all.
    usual: Vec<u16>,
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
    let mut known: Vec<&Service> = api.services.iter().collect();
    known.sort_by_key(|service| order::service(&service.id));
    for service in known {
        let places = Places::of(api, service);
        let mut groups = Vec::new();
        for resource in &service.resources {
            let page = places::page(&service.id, &resource.name);
            let mut entries = entries(api, &spelled, service, resource);
            let usual = usual(&mut entries);
            let types = types(api, service, &places, &page);
            let more = context! { resource => Serde(resource), source => resource.source.file.clone(), entries => Serde(&entries), usual => Serde(&usual), types => Serde(&types) };
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
            "title": order::title(service),
            "groups": groups,
            "shared": shared.then_some(page),
        }));
    }
    let mut operations: Vec<&Operation> = api.operations.iter().collect();
    operations.sort_by_key(|it| (order::service(&it.service), &it.resource, order::operation(it)));
    let operations: Vec<_> = operations.into_iter().map(row).collect();
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
        "in_flight": operation.limit.cap,
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
    let mut entries: Vec<_> = all
        .filter(|(it, _)| it.service == service.id && it.resource == resource.name)
        .map(|(operation, (python, node))| Entry {
            operation,
            python,
            node,
            model: operation.answer.model.as_ref().and_then(|name| {
                api.models.iter().find(|model| model.service == service.id && model.name == *name)
            }),
            raised: raised::by(operation),
            usual: Vec::new(),
        })
        .collect();
    entries.sort_by_key(|entry| order::operation(entry.operation));
    entries
}

/// Moves the errors that several entries share out of them.
fn usual(entries: &mut [Entry<'_>]) -> Vec<Raised> {
    let usual = usual::of(entries.iter().map(|entry| entry.raised.as_slice()));
    for entry in entries {
        entry.usual = entry
            .raised
            .extract_if(.., |error| usual.contains(error))
            .filter_map(|error| error.status)
            .collect();
    }
    usual
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
    let own = context! { api => Serde(api), service => Serde(service), title => order::title(service), page => page };
    let text = environment
        .get_template(template)
        .and_then(|template| template.render(context! { ..more, ..own }))
        .map_err(|error| failure(template, &error))?;
    Ok(Rendered { file: page.to_owned(), text })
}
