//! Filters for C and C++.

use minijinja::Environment;
use minijinja::value::Serde;

use crate::model::{ErrorAnswer, Field, Kind, Model, Param, ParamLocation, Shape};
use crate::names;

use super::doc;
use super::prose;

pub(super) fn register(environment: &mut Environment<'_>) {
    environment.add_filter("c_function", |id: minijinja::Value| function(&id));
    environment.add_filter("c_doc", |text: &str| plain(text));
    environment.add_filter("c_words", |text: &str| words(text));
    environment.add_filter("c_note", |param: Serde<Param>| note(&param.0));
    environment.add_filter("c_declared", |param: Serde<Param>| declared(&param.0));
    environment.add_filter("c_param_kind", |param: Serde<Param>| param_kind(&param.0.kind));
    environment.add_filter("c_argument", |name: &str| argument(name));
    environment.add_filter("c_positional", |params: Serde<Vec<Param>>| {
        Serde(params.0.into_iter().filter(Param::positional).collect::<Vec<_>>())
    });
    environment.add_filter("c_named", |params: Serde<Vec<Param>>| Serde(named(params.0)));
    environment.add_filter("c_models", |models: Serde<Vec<Model>>, roots: Vec<Option<String>>| {
        Serde(reached(&models.0, &roots))
    });
    environment.add_filter("c_shared", |errors: Serde<Vec<Vec<ErrorAnswer>>>| Serde(shared(errors.0)));
    environment.add_filter("c_view", |name: &str, service: &str| view(name, service));
    environment.add_filter("c_member", |field: Serde<Field>, service: &str| member(&field.0, service));
    environment.add_filter("c_field_kind", |shape: Serde<Shape>| field_kind(&shape.0));
    environment.add_filter("c_field_layout", |shape: Serde<Shape>, service: &str| layout(&shape.0, service));
    environment.add_filter("c_column", |text: &str, width: usize| format!("{text:width$}"));
    environment.add_filter("cpp_ident", |name: &str| names::cpp_ident(name));
    environment.add_filter("cpp_type", |shape: Serde<Shape>| cpp_type(&shape.0));
    environment.add_filter("cpp_param", |param: Serde<Param>| cpp_param(&param.0));
}

/// The name of an operation's function.
fn function(operation: &minijinja::Value) -> Result<String, minijinja::Error> {
    let id = operation.get_attr("id")?;
    Ok(format!("mspkit_{}", id.as_str().unwrap_or_default().replace('.', "_")))
}

/// Text for a C comment: nothing in it ends the comment.
fn plain(markdown: &str) -> String {
    markdown.replace("*/", "* /")
}

/// A sentence without its full stop.
fn words(text: &str) -> String {
    text.trim().trim_end_matches('.').replace('`', "")
}

/// What every function has of its own, or names in its body, in C or C++.
const OWN: &[&str] = &[
    "arguments",
    "call",
    "call_options",
    "client",
    "detail",
    "error",
    "given",
    "got",
    "held",
    "id",
    "number",
    "operation_id",
    "options",
    "paged",
    "pager",
    "paging",
    "paging_options",
    "params",
    "queue",
    "response",
    "result",
    "to",
    "user_data",
    "view",
    "why",
];

/// The name of a path parameter as an argument.
fn argument(name: &str) -> String {
    if OWN.contains(&name) { format!("{name}_") } else { names::cpp_ident(name) }
}

/// The parameters outside the path: required ones first, those with a client option as their default last.
fn named(params: Vec<Param>) -> Vec<Param> {
    let rank = |param: &Param| match (param.from_option.is_some(), param.required) {
        (true, _) => 2,
        (false, true) => 0,
        (false, false) => 1,
    };
    let mut named: Vec<Param> =
        params.into_iter().filter(|param| !param.internal && !param.positional()).collect();
    named.sort_by_key(rank);
    named
}

/// The documentation of a parameter: its meaning, what it may be, and its default.
fn note(param: &Param) -> String {
    let required = if param.location == ParamLocation::Path && param.from_option.is_none() {
        ""
    } else if param.required && param.from_option.is_none() {
        "required"
    } else {
        "optional"
    };
    let kind = match &param.kind {
        Kind::List { .. } => format!("{}, as the text of a JSON array", prose::kind_note(param)),
        Kind::Object | Kind::Input { .. } => "text of a JSON object".to_owned(),
        Kind::Any => format!("{}, as JSON text", prose::kind_note(param)),
        Kind::Int { .. } | Kind::IntOneOf { .. } | Kind::Number { .. } | Kind::Bool
            if required == "optional" =>
        {
            format!("{}; `MSPKIT_DEFAULT`: not given", prose::kind_note(param))
        }
        Kind::Int { .. } | Kind::IntOneOf { .. } | Kind::Number { .. } | Kind::Bool => {
            format!("{}; `MSPKIT_DEFAULT` until it is set", prose::kind_note(param))
        }
        _ => prose::kind_note(param),
    };
    let secret = if param.secret { "secret" } else { "" };
    let parts: Vec<String> = [required.to_owned(), kind, secret.to_owned(), prose::default_note(param)]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    format!("{} ({})", doc::flow(&param.doc), parts.join(", "))
}

/// The declaration of a field of a parameter struct.
fn declared(param: &Param) -> String {
    let name = &param.name;
    match param.kind {
        Kind::Int { .. } | Kind::IntOneOf { .. } => format!("int64_t {name};"),
        Kind::Number { .. } => format!("double {name};"),
        Kind::Bool => format!("int32_t {name};"),
        Kind::DateRange => format!("mspkit_date_range {name};"),
        Kind::TextList => format!("const mspkit_str *{name};"),
        _ => format!("mspkit_str {name};"),
    }
}

/// The kind of such a field.
fn param_kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Int { .. } | Kind::IntOneOf { .. } => "INT",
        Kind::Number { .. } => "NUMBER",
        Kind::Bool => "FLAG",
        Kind::DateRange => "DATES",
        Kind::TextList => "TEXTS",
        Kind::List { .. } | Kind::Input { .. } | Kind::Object | Kind::Any => "JSON",
        Kind::Id => "ID",
        _ => "TEXT",
    }
}

/// The prefix of a model's names. Its struct has the suffix `_view`, since an operation may have the model's name.
fn view(name: &str, service: &str) -> String {
    format!("mspkit_{service}_{}", names::snake(name))
}

/// The declaration of a field of a view.
fn member(field: &Field, service: &str) -> String {
    let name = names::cpp_ident(&field.name);
    match &field.shape {
        Shape::Model { name: model } => {
            format!(
                "struct {{\n        const {}_view *view;\n        int32_t presence;\n    }} {name};",
                view(model, service)
            )
        }
        Shape::List { of } => {
            let entry = match of.as_ref() {
                Shape::Model { name } => format!("const {}_view *const *", view(name, service)),
                Shape::Integer => "const int64_t *".to_owned(),
                Shape::Number => "const double *".to_owned(),
                Shape::Bool => "const bool *".to_owned(),
                _ => "const mspkit_str *".to_owned(),
            };
            format!(
                "struct {{\n        {entry}entries;\n        size_t count;\n        int32_t presence;\n    }} {name};"
            )
        }
        Shape::Integer => format!("mspkit_int {name};"),
        Shape::Number => format!("mspkit_number {name};"),
        Shape::Bool => format!("mspkit_flag {name};"),
        _ => format!("mspkit_text {name};"),
    }
}

/// The kind of a field of a view.
fn field_kind(shape: &Shape) -> String {
    let kind = match shape {
        Shape::Id => "ID",
        Shape::Text | Shape::Secret | Shape::Enum { .. } => "TEXT",
        Shape::Integer => "INT",
        Shape::Number => "NUMBER",
        Shape::Bool => "FLAG",
        Shape::Json => "JSON",
        Shape::Model { .. } => "OBJECT",
        Shape::List { of } => match of.as_ref() {
            // A list in a list is JSON: no vendor has one.
            Shape::List { .. } => "JSONS",
            of => return format!("{}S", field_kind(of)),
        },
    };
    kind.to_owned()
}

/// The table of the objects in a field.
fn layout(shape: &Shape, service: &str) -> String {
    match shape {
        Shape::Model { name } => format!("&{}_layout", view(name, service)),
        Shape::List { of } => layout(of, service),
        _ => "NULL".to_owned(),
    }
}

/// The models of responses, each after those that it contains.
fn reached(models: &[Model], roots: &[Option<String>]) -> Vec<Model> {
    let mut found = Vec::new();
    let mut roots: Vec<&String> = roots.iter().flatten().collect();
    roots.sort();
    for root in roots {
        reach(models, root, &mut found);
    }
    found
}

fn reach(models: &[Model], name: &str, found: &mut Vec<Model>) {
    let Some(model) = models.iter().find(|model| model.name == name) else { return };
    if found.iter().any(|known| known.name == name) {
        return;
    }
    for field in &model.fields {
        let mut shape = &field.shape;
        while let Shape::List { of } = shape {
            shape = of;
        }
        if let Shape::Model { name } = shape {
            reach(models, name, found);
        }
    }
    found.push(model.clone());
}

/// The error responses that are described once for a service, by status.
fn shared(operations: Vec<Vec<ErrorAnswer>>) -> Vec<ErrorAnswer> {
    let mut all: Vec<ErrorAnswer> = Vec::new();
    for error in operations.into_iter().flatten().filter(|error| error.shared) {
        if !all.contains(&error) {
            all.push(error);
        }
    }
    all.sort_by_key(|error| error.status);
    all
}

/// The type of a model's field in C++.
fn cpp_type(shape: &Shape) -> String {
    match shape {
        Shape::Id | Shape::Text | Shape::Secret | Shape::Json | Shape::Enum { .. } => {
            "std::string".to_owned()
        }
        Shape::Integer => "std::int64_t".to_owned(),
        Shape::Number => "double".to_owned(),
        Shape::Bool => "bool".to_owned(),
        Shape::Model { name } => name.clone(),
        Shape::List { of } => format!("std::vector<{}>", cpp_type(of)),
    }
}

/// The type of a parameter in C++.
fn cpp_param(param: &Param) -> &'static str {
    match param.kind {
        Kind::Int { .. } | Kind::IntOneOf { .. } => "std::int64_t",
        Kind::Number { .. } => "double",
        Kind::Bool => "bool",
        Kind::DateRange => "std::pair<std::string, std::string>",
        Kind::TextList => "std::vector<std::string>",
        _ => "std::string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_not_ended_by_their_text() {
        assert_eq!(plain("a */ b"), "a * / b");
    }

    #[test]
    fn arguments_differ_from_those_of_every_function() {
        assert_eq!(
            ["operation_id", "delete", "customer_id"].map(argument),
            ["operation_id_", "delete_", "customer_id"]
        );
    }

    fn error(status: u16, shared: bool) -> ErrorAnswer {
        ErrorAnswer { status, kind: "Kind".to_owned(), doc: String::new(), shared }
    }

    #[test]
    fn shared_errors_are_rendered_once() {
        let operations =
            vec![vec![error(404, true), error(400, false)], vec![error(400, true), error(404, true)]];
        assert_eq!(shared(operations), [error(400, true), error(404, true)]);
    }

    #[test]
    fn codes_have_a_short_description() {
        assert_eq!(words("The `server` failed."), "The server failed");
    }
}
