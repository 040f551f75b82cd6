//! Words and links of the reference's pages.

use std::collections::BTreeMap;

use minijinja::Environment;
use minijinja::value::Serde;

use crate::model::{Api, Condition, Field, Kind, Param, ParamLocation, Retry, Shape};
use crate::render::{doc, prose, rust};

use super::places::{self, Places};

/// The file and the anchor of every operation and type, by service and name. Operations are called as `group.name`.
struct Links(BTreeMap<(String, String), (String, String)>);

impl Links {
    fn of(api: &Api) -> Links {
        let mut links = BTreeMap::new();
        for operation in &api.operations {
            let name = format!("{}.{}", operation.resource, operation.name);
            let to = (places::page(&operation.service, &operation.resource), operation.name.clone());
            links.insert((operation.service.clone(), name), to);
        }
        for service in &api.services {
            let places = Places::of(api, service);
            let models = api.models.iter().map(|it| (&it.service, &it.name));
            let inputs = api.inputs.iter().map(|it| (&it.service, &it.name));
            for (_, name) in models.chain(inputs).filter(|(of, _)| **of == service.id) {
                let Some(page) = places.of_type(name) else { continue };
                let anchor = name.to_lowercase();
                // Operations come first, and a second heading of the same text is numbered.
                let taken = api
                    .operations
                    .iter()
                    .any(|it| it.name == anchor && page == places::page(&it.service, &it.resource));
                let anchor = if taken { format!("{anchor}-1") } else { anchor };
                links.insert((service.id.clone(), name.clone()), (page.to_owned(), anchor));
            }
        }
        Links(links)
    }

    /// A link to what is called this way, or only its name if there is nothing of that name.
    fn to(&self, shown: &str, name: &str, service: &str, from: &str) -> String {
        match self.0.get(&(service.to_owned(), name.to_owned())) {
            Some((page, anchor)) if page == from => format!("[{shown}](#{anchor})"),
            Some((page, anchor)) => format!("[{shown}]({page}#{anchor})"),
            None => shown.to_owned(),
        }
    }

    /// A text in which operations and types that it names between backticks are links.
    fn text(&self, text: &str, service: &str, from: &str) -> String {
        let safe = rust::rustdoc(text);
        let spans = safe.split('`').enumerate().map(|(at, span)| match at % 2 {
            1 => self.to(&format!("`{span}`"), span, service, from),
            _ => span.to_owned(),
        });
        spans.collect()
    }

    /// What a parameter may be.
    fn kind(&self, param: &Param, service: &str, from: &str) -> String {
        match &param.kind {
            Kind::Input { name, .. } => self.to(name, name, service, from),
            Kind::List { of } => match of.as_ref() {
                Kind::Input { name, .. } => format!("list of {}", self.to(name, name, service, from)),
                _ => prose::kind_note(param),
            },
            _ => prose::kind_note(param),
        }
    }

    /// What a field holds.
    fn shape(&self, shape: &Shape, service: &str, from: &str) -> String {
        match shape {
            Shape::Id => "id".to_owned(),
            Shape::Text | Shape::Enum { .. } => "text".to_owned(),
            Shape::Integer => "whole number".to_owned(),
            Shape::Number => "number".to_owned(),
            Shape::Bool => "true or false".to_owned(),
            Shape::Secret => "secret".to_owned(),
            Shape::Json => "any JSON".to_owned(),
            Shape::Model { name } => self.to(name, name, service, from),
            Shape::List { of } => format!("list, each {}", self.shape(of, service, from)),
        }
    }
}

pub(super) fn register(environment: &mut Environment<'_>, api: &Api) {
    let links = std::sync::Arc::new(Links::of(api));
    let here = links.clone();
    environment
        .add_filter("text", move |text: &str, service: &str, from: &str| here.text(text, service, from));
    let here = links.clone();
    environment
        .add_filter("link", move |name: &str, service: &str, from: &str| here.to(name, name, service, from));
    let here = links.clone();
    environment.add_filter("kind", move |param: Serde<Param>, service: &str, from: &str| {
        cell(&here.kind(&param.0, service, from))
    });
    environment.add_filter("shape", move |field: Serde<Field>, service: &str, from: &str| {
        links.shape(&field.0.shape, service, from)
    });
    environment.add_filter("cell", cell);
    environment.add_filter("given", |param: Serde<Param>| given(&param.0));
    environment.add_filter("sent", |param: Serde<Param>| sent(&param.0));
    environment.add_filter("meaning", |param: Serde<Param>| meaning(&param.0));
    environment.add_filter("script", script);
    environment.add_filter("retry", |class: Serde<Retry>| retry(class.0));
}

/// What a retry class is called.
pub(super) fn retry(class: Retry) -> &'static str {
    match class {
        Retry::Read => "read",
        Retry::Create => "create",
        Retry::IdempotentWrite => "idempotent write",
        Retry::CredentialCheck => "credential check",
        Retry::Scroll => "scroll",
    }
}

/// A text for a cell of a table.
fn cell(text: &str) -> String {
    doc::flow(text).replace('|', "\\|")
}

/// Whether a parameter must be given, or what it is otherwise.
fn given(param: &Param) -> String {
    match (&param.from_option, &param.default) {
        (Some(_), _) => "the client's".to_owned(),
        (None, _) if param.required => "required".to_owned(),
        (None, Some(default)) => format!("`{default}`"),
        (None, None) => String::new(),
    }
}

/// The vendor's name of a parameter, and where it is in the request.
fn sent(param: &Param) -> String {
    let location = match param.location {
        ParamLocation::Path => "path",
        ParamLocation::Query => "query",
        ParamLocation::Header => "header",
        ParamLocation::Body => "body",
    };
    format!("`{}`, {location}", param.wire)
}

/// The meaning of a parameter, with what is checked before it is sent.
fn meaning(param: &Param) -> String {
    let rules = &param.rules;
    let mut all = vec![doc::flow(&param.doc)];
    match rules.items {
        (Some(least), Some(most)) => all.push(format!("{least} to {most} entries.")),
        (Some(least), None) => all.push(format!("{least} or more entries.")),
        (None, Some(most)) => all.push(format!("Up to {most} entries.")),
        (None, None) => {}
    }
    if let Some(most) = rules.max_length {
        all.push(format!("Up to {most} characters."));
    }
    if let Some(field) = &rules.default_from {
        all.push(format!("By default the same as `{field}`."));
    }
    if let Some(Condition { field, values }) = &rules.only_with {
        all.push(format!("Only if `{field}` is `{}`.", values.join("` or `")));
    }
    if param.nullable {
        all.push("May be null.".to_owned());
    }
    if param.secret || rules.secret_when.is_some() {
        all.push("Kept out of errors and logs.".to_owned());
    }
    if param.deprecated {
        all.push("Deprecated by the vendor.".to_owned());
    }
    all.join(" ")
}

/// An example at Python's prompt as a script, which prints what the prompt would show.
fn script(example: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in example.trim().lines() {
        if let Some(more) = line.strip_prefix("... ") {
            lines.push(more.to_owned());
        } else if let Some(statement) = line.strip_prefix(">>> ") {
            let member = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
            let value = statement.contains('.') && statement.chars().all(member);
            lines.push(if value { format!("print({statement})") } else { statement.to_owned() });
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_has_no_prompts_and_prints_what_they_show() {
        let example = ">>> one = client.ones.get(\n...     \"5\",\n... )\n>>> one.one_id\n'5'\n";
        assert_eq!(script(example), "one = client.ones.get(\n    \"5\",\n)\nprint(one.one_id)");
        let list = ">>> for one in client.ones.list():\n...     print(\"one\", one.one_id)\none ...\n";
        assert_eq!(script(list), "for one in client.ones.list():\n    print(\"one\", one.one_id)");
        assert_eq!(script(">>> client.ones.delete(\"5\")\nResponseMeta(...)"), "client.ones.delete(\"5\")");
    }

    #[test]
    fn a_cell_is_one_line_without_bars() {
        assert_eq!(cell("a |\nb"), "a \\| b");
    }
}
