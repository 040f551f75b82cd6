//! How things are written in C, and in the Rust that C is made from.

use minijinja::Environment;
use minijinja::value::Serde;

use crate::model::{Api, Field, Kind, Param, Shape, Spot};
use crate::names;

use super::doc;
use super::prose;

pub(super) fn register(environment: &mut Environment<'_>) {
    environment.add_filter("c_function", |id: minijinja::Value| function(&id));
    environment.add_filter("c_model", |name: &str| format!("mspkit_{}", names::snake(name)));
    environment.add_filter("c_doc", |text: &str| plain(text));
    environment.add_filter("c_words", |text: &str| words(text));
    environment.add_filter("c_note", |param: Serde<Param>| note(&param.0));
    environment.add_filter("c_type", |param: Serde<Param>| parameter(&param.0));
    environment.add_filter("c_blank", |param: Serde<Param>| blank(&param.0));
    environment.add_filter("c_write", |param: Serde<Param>| write(&param.0));
    environment.add_filter("c_positional", |params: Serde<Vec<Param>>| {
        Serde(params.0.into_iter().filter(Param::positional).collect::<Vec<_>>())
    });
    environment.add_filter("c_named", |params: Serde<Vec<Param>>| Serde(named(params.0)));
    environment.add_filter("c_kinds", |params: Serde<Vec<Param>>| {
        let date = params.0.iter().any(|param| param.kind == Kind::DateRange);
        if date { "date_range" } else { "" }
    });
    environment.add_filter("c_view_type", |shape: Serde<Shape>| view_type(&shape.0));
    environment.add_filter("cpp_type", |shape: Serde<Shape>| cpp_type(&shape.0));
    environment.add_filter("cpp_param", |param: Serde<Param>| cpp_param(&param.0));
    environment
        .add_filter("c_view_value", |field: Serde<Field>, service: &str| view_value(&field.0, service));
}

/// The documents with models whose names are unique over all services, as the views of C are called: one that an earlier
/// service has too carries its service's name.
pub(super) fn with_unique_names(api: &Api) -> Api {
    let mut api = api.clone();
    let known = api.models.clone();
    let taken = |service: &str, name: &str| {
        let first = known.iter().find(|model| model.name == name);
        first.is_some_and(|model| model.service != service)
    };
    let unique = |service: &str, name: &mut String| {
        if taken(service, name) {
            *name = format!("{}{name}", names::pascal(service));
        }
    };
    for model in &mut api.models {
        unique(&model.service, &mut model.name);
        for field in &mut model.fields {
            rename(&mut field.shape, &|name| unique(&model.service, name));
        }
    }
    for operation in &mut api.operations {
        if let Some(name) = &mut operation.answer.model {
            unique(&operation.service, name);
        }
    }
    api
}

fn rename(shape: &mut Shape, unique: &dyn Fn(&mut String)) {
    match shape {
        Shape::Model { name } => unique(name),
        Shape::List { of } => rename(of, unique),
        _ => {}
    }
}

/// The name of an operation's function.
fn function(operation: &minijinja::Value) -> Result<String, minijinja::Error> {
    let id = operation.get_attr("id")?;
    Ok(format!("mspkit_{}", id.as_str().unwrap_or_default().replace('.', "_")))
}

/// Text as it may stand in a comment of C: nothing in it ends the comment.
fn plain(markdown: &str) -> String {
    markdown.replace("*/", "* /")
}

/// A sentence as a few words: without its end.
fn words(text: &str) -> String {
    text.trim().trim_end_matches('.').replace('`', "")
}

/// What does not stand in the path, what is required first, then what a client's option stands in for.
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

/// What a parameter means, what it may be, and what stands in for it.
fn note(param: &Param) -> String {
    let required = if param.spot == Spot::Path && param.from_option.is_none() {
        ""
    } else if param.required && param.from_option.is_none() {
        "required"
    } else {
        "optional"
    };
    let kind = match &param.kind {
        Kind::List { .. } => format!("{}, as the text of a JSON array", prose::kind_note(param)),
        Kind::Object | Kind::Input { .. } => "text of a JSON object".to_owned(),
        Kind::Any | Kind::Number { .. } => format!("{}, as JSON text", prose::kind_note(param)),
        Kind::Int { .. } | Kind::IntOneOf { .. } if required == "optional" => {
            format!("{}; `MSPKIT_DEFAULT`: not given", prose::kind_note(param))
        }
        Kind::Int { .. } | Kind::IntOneOf { .. } => {
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

/// The type of a field in a struct of parameters.
fn parameter(param: &Param) -> &'static str {
    match param.kind {
        Kind::Int { .. } | Kind::IntOneOf { .. } => "i64",
        Kind::DateRange => "mspkit_date_range",
        Kind::TextList => "*const mspkit_str",
        _ => "mspkit_str",
    }
}

/// What stands in such a field that is not given.
fn blank(param: &Param) -> &'static str {
    match param.kind {
        Kind::Int { .. } | Kind::IntOneOf { .. } => "options::NOT_GIVEN",
        Kind::DateRange => "mspkit_date_range::NONE",
        Kind::TextList => "std::ptr::null()",
        _ => "mspkit_str::NONE",
    }
}

/// How a field of such a struct is written into the parameters.
fn write(param: &Param) -> String {
    let name = format!("{:?}", param.name);
    let field = format!("params.{}", names::rust_ident(&param.name));
    match param.kind {
        Kind::Int { .. } | Kind::IntOneOf { .. } => format!("into.int({name}, {field})"),
        Kind::DateRange => format!("into.dates({name}, {field})?"),
        Kind::TextList => format!("into.texts({name}, {field}, {field}_count)?"),
        Kind::List { .. }
        | Kind::Input { .. }
        | Kind::Object
        | Kind::Any
        | Kind::Number { .. }
        | Kind::Bool => format!("into.json({name}, {field})?"),
        _ => format!("into.text({name}, {field})?"),
    }
}

/// The type of a view's field.
fn view_type(shape: &Shape) -> String {
    match shape {
        Shape::Id | Shape::Text | Shape::Secret | Shape::Json | Shape::Enum { .. } => {
            "mspkit_text".to_owned()
        }
        Shape::Integer => "mspkit_int".to_owned(),
        Shape::Number => "mspkit_number".to_owned(),
        Shape::Bool => "mspkit_flag".to_owned(),
        Shape::Model { name } => format!("*const mspkit_{}", names::snake(name)),
        Shape::List { of } => match of.as_ref() {
            Shape::Model { name } => format!("*const *const mspkit_{}", names::snake(name)),
            _ => "*const mspkit_str".to_owned(),
        },
    }
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
        Kind::DateRange => "std::pair<std::string, std::string>",
        Kind::TextList => "std::vector<std::string>",
        _ => "std::string",
    }
}

/// How a view's field is filled from the core's model.
fn view_value(field: &Field, service: &str) -> String {
    let value = format!("self.{}", names::rust_ident(&field.name));
    let set = format!("|| self.is_set({:?})", field.wire);
    match &field.shape {
        Shape::Id => format!("arena.field_text({value}.as_ref().map(mspkit::Id::as_str), {set})"),
        Shape::Enum { name } => {
            format!("arena.field_text({value}.as_ref().map(mspkit::{service}::{name}::as_str), {set})")
        }
        Shape::Text => format!("arena.field_text({value}.as_deref(), {set})"),
        Shape::Secret => format!("arena.field_text({value}.as_ref().map(mspkit::Secret::reveal), {set})"),
        Shape::Json => format!("arena.field_json({value}.as_ref(), {set})"),
        Shape::Integer => format!("int({value}, {set})"),
        Shape::Number => format!("number({value}, {set})"),
        Shape::Bool => format!("flag({value}, {set})"),
        Shape::Model { .. } => format!("arena.field_model({value}.as_ref())"),
        Shape::List { of } => match of.as_ref() {
            Shape::Model { .. } => format!("arena.field_models({value}.as_deref())"),
            Shape::Json => format!("arena.field_jsons({value}.as_deref())"),
            _ => format!("arena.field_texts({value}.as_deref())"),
        },
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
    fn codes_are_told_in_a_few_words() {
        assert_eq!(words("The `server` failed."), "The server failed");
    }
}
