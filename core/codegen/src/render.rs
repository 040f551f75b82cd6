//! Renders the templates: their environment, and the filters that all languages share.

mod arguments;
mod c;
mod c_examples;
mod cases;
mod doc;
mod examples;
mod json;
mod manifest;
mod options;
mod prose;
mod python;
mod raised;
mod reach;
pub(crate) mod reference;
mod rust;
mod simulator;
mod typescript;

use std::collections::BTreeMap;
use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Template, UndefinedBehavior, context, path_loader};

use crate::model::{Api, Operation, ParamLocation, Resource, Service};
use crate::names;
use crate::output::{self, HEADER, Rendered};
use crate::problem::Failure;
use crate::targets::{Language, Scope, TARGETS, Target};

/// The folder of the templates.
const TEMPLATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");

/// Renders every target, sorted by file.
pub fn all(api: &Api, root: &Path) -> Result<Vec<Rendered>, Failure> {
    let mut environment = environment().map_err(|error| failure("", &error))?;
    environment.add_global("seeded", Value::from(Serde(&seeded(api))));
    let snake = examples::spelled(api, names::snake);
    let camel = examples::spelled(api, names::camel);
    let mut rendered = Vec::new();
    for target in TARGETS {
        let api = match target.language {
            Language::Python => &snake,
            Language::TypeScript => &camel,
            Language::Rust | Language::C | Language::Markdown => api,
        };
        let whole = Value::from(Serde(api));
        let mut render = |file: String, more: Value| {
            let context = context! { api => whole.clone(), header => HEADER, ..more };
            rendered.push(one(&environment, target, file, context, root)?);
            Ok::<_, Failure>(())
        };
        match target.scope {
            Scope::Whole => render(target.file.to_owned(), context! {})?,
            Scope::EachService => {
                for service in &api.services {
                    render(target.file.replace("{service}", &service.id), of_service(api, service))?;
                }
            }
            Scope::EachResource => {
                for service in &api.services {
                    for resource in &service.resources {
                        let file = target.file.replace("{service}", &service.id);
                        let more = of_resource(api, service, resource);
                        render(file.replace("{resource}", &resource.name), more)?;
                    }
                }
            }
        }
    }
    let cases = cases::all(api);
    rendered.push(manifest::of(root, &cases)?);
    rendered.extend(cases);
    rendered.push(simulator::table(api));
    rendered.push(reach::table(api));
    rendered.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(rendered)
}

/// The context of a template of one service: everything, and its own operations, models and enumerations.
fn of_service(api: &Api, service: &Service) -> Value {
    let operations: Vec<_> = api.operations.iter().filter(|it| it.service == service.id).collect();
    let models: Vec<_> = api.models.iter().filter(|it| it.service == service.id).collect();
    let enums: Vec<_> = api.enums.iter().filter(|it| it.service == service.id).collect();
    let inputs: Vec<_> = api.inputs.iter().filter(|it| it.service == service.id).collect();
    context! {
        service => Serde(service),
        operations => Serde(operations),
        models => Serde(models),
        enums => Serde(enums),
        inputs => Serde(inputs),
    }
}

/// The context of a template of one resource: its service's, and its own operations.
fn of_resource(api: &Api, service: &Service, resource: &Resource) -> Value {
    let here = |it: &&Operation| it.service == service.id && it.resource == resource.name;
    let operations: Vec<_> = api.operations.iter().filter(here).collect();
    context! { resource => Serde(resource), operations => Serde(operations), ..of_service(api, service) }
}

fn one(
    environment: &Environment<'_>,
    target: &Target,
    file: String,
    context: Value,
    root: &Path,
) -> Result<Rendered, Failure> {
    let template =
        environment.get_template(target.template).map_err(|error| failure(target.template, &error))?;
    let text = match target.language {
        Language::Markdown => page(&template, target, &context, root)?,
        _ => template.render(context).map_err(|error| failure(target.template, &error))?,
    };
    let text = output::finish(target.language, &file, &text, root)?;
    Ok(Rendered { file, text })
}

/// The first ids of the simulator, by resource and parameter, so that examples with them work. Parameters of other
/// resources that have the same name mean the same.
fn seeded(api: &Api) -> BTreeMap<String, String> {
    let stored = |name: &str| {
        api.collections.iter().find(|collection| collection.name == name)?.stored.as_ref()?.as_object()
    };
    let first = |operation: &Operation| {
        let name = operation.simulation.as_ref()?.collection.as_ref()?;
        let part = stored(name)?.get("of").and_then(|of| of.get(0)?.as_str()).unwrap_or(name);
        stored(part)?.get("first")?.as_i64()
    };
    let of_path = |operation: &Operation| {
        operation
            .params
            .iter()
            .filter(|param| param.location == ParamLocation::Path)
            .cloned()
            .collect::<Vec<_>>()
    };
    let own = api.operations.iter().filter(|operation| operation.name == "get");
    let own: Vec<_> = own
        .filter_map(|operation| {
            let id = of_path(operation).pop()?;
            Some((operation, id.name, first(operation)?.to_string()))
        })
        .collect();
    let mut seeded = BTreeMap::new();
    for operation in &api.operations {
        for param in of_path(operation) {
            let same = |(other, name, _): &&(&Operation, String, String)| {
                other.service == operation.service && *name == param.name
            };
            let mut known = own.iter().filter(same);
            if let (Some((_, _, id)), None) = (known.next(), known.next()) {
                seeded.insert(format!("{}.{}", operation.resource, param.name), id.clone());
            }
        }
    }
    seeded
        .extend(own.into_iter().map(|(operation, name, id)| (format!("{}.{name}", operation.resource), id)));
    seeded
}

/// Renders the parts of a page between `<!-- rendered: NAME -->` and `<!-- end -->`.
fn page(
    template: &Template<'_, '_>,
    target: &Target,
    context: &Value,
    root: &Path,
) -> Result<String, Failure> {
    const START: &str = "<!-- rendered: ";
    const END: &str = "<!-- end -->";
    let fail = |reason: &str| Failure::File { file: target.file.to_owned(), reason: reason.to_owned() };
    let page = std::fs::read_to_string(root.join(target.file)).map_err(|error| fail(&error.to_string()))?;
    let mut rest = page.as_str();
    let mut out = String::with_capacity(page.len());
    while let Some((before, after)) = rest.split_once(START) {
        let (name, after) = after.split_once(" -->").ok_or_else(|| fail("a mark has no end"))?;
        let (_, after) = after.split_once(END).ok_or_else(|| fail("a rendered part has no end"))?;
        let own = context! { region => name, ..context.clone() };
        let text = template.render(own).map_err(|error| failure(target.template, &error))?;
        if text.trim().is_empty() {
            return Err(fail(&format!("nothing is called `{name}`")));
        }
        out.extend([before, START, name, " -->\n\n", text.trim(), "\n\n", END]);
        rest = after;
    }
    if out.is_empty() {
        return Err(fail("has no part that is rendered"));
    }
    out.push_str(rest);
    Ok(out)
}

fn failure(template: &str, error: &minijinja::Error) -> Failure {
    // `Display` has line and cause; `Debug` would print the whole context as well.
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        reason = format!("{reason}: {cause}");
        source = cause.source();
    }
    Failure::Template { template: template.to_owned(), reason }
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_loader(path_loader(TEMPLATES));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    let syntax =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?;
    environment.set_syntax(syntax);
    for (name, case) in [
        ("snake", names::snake as fn(&str) -> String),
        ("screaming", names::screaming),
        ("pascal", names::pascal),
        ("camel", names::camel),
    ] {
        environment.add_filter(name, move |text: &str| case(text));
    }
    environment.add_filter("wrap", doc::wrap);
    environment.add_filter("flow", doc::flow);
    arguments::register(&mut environment);
    options::register(&mut environment);
    c::register(&mut environment);
    c_examples::register(&mut environment);
    prose::register(&mut environment);
    python::register(&mut environment);
    rust::register(&mut environment);
    typescript::register(&mut environment);
    Ok(environment)
}
