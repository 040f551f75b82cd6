//! Filters for Python.

use minijinja::Environment;
use minijinja::value::Serde;
use serde_json::Value as Json;

use crate::model::{Field, Kind, Model, Param, ParamLocation, Shape};
use crate::names;

use super::{arguments, doc, prose};

/// The length that ruff allows a line.
const LINE: usize = 110;
const INDENT: &str = "    ";

pub(super) fn register(environment: &mut Environment<'_>) {
    environment.add_test("using", using);
    environment.add_filter("py_ident", |name: &str| names::python_ident(name));
    environment.add_filter("py_text", text);
    environment.add_filter("py_doc", docstring);
    environment.add_filter("py_block", block);
    environment.add_filter("py_entry", entry);
    environment.add_filter("py_wrap", |text: &str, prefix: &str| doc::wrap(text, prefix));
    environment.add_filter("py_shown", |value: Serde<Json>| shown(&value.0));
    environment.add_filter("py_value", |value: Serde<Json>| literal(&value.0));
    environment.add_filter("py_type", |param: Serde<Param>| parameter(&param.0));
    environment.add_filter("py_member", |param: Serde<Param>| member(&param.0));
    environment.add_filter("py_default", |param: Serde<Param>| default(&param.0));
    environment.add_test("py_optional", |param: Serde<Param>| !default(&param.0).is_empty());
    environment.add_filter("py_unset", |params: Serde<Vec<Param>>| {
        params.0.iter().any(|param| !param.internal && default(param) == "UNSET")
    });
    environment.add_filter("py_call", |arguments: Vec<String>, start: &str, tail: &str| {
        bracketed(&arguments, ("(", ")"), start, tail, "")
    });
    environment.add_filter("py_dict", |members: Vec<String>, start: &str, indent: &str| {
        bracketed(&members, ("{", "}"), start, "", indent)
    });
    environment.add_filter("py_broken", |code: &str, indent: &str, room: usize| broken(code, indent, room));
    environment.add_filter("py_row", row);
    environment.add_filter("py_del", |names: Vec<String>| deletion(&names));
    environment
        .add_filter("py_texts", |texts: Vec<String>| texts.iter().map(|one| text(one)).collect::<Vec<_>>());
    environment.add_filter("py_tuple", |items: Vec<String>| {
        format!("({}{})", items.join(", "), if items.len() == 1 { "," } else { "" })
    });
    environment.add_filter("py_all", |names: Vec<String>| {
        let names: Vec<String> = names.iter().map(|name| text(name)).collect();
        bracketed(&names, ("[", "]"), "__all__ = ", "", "")
    });
    environment.add_filter("py_names", |names: Vec<String>, start: &str| together(&names, start));
    environment.add_filter("py_note", |param: Serde<Param>| note(&param.0));
    environment.add_filter("py_field", |field: Serde<Field>| model_field(&field.0));
    environment.add_filter("py_ordered", |models: Serde<Vec<Model>>| Serde(ordered(&models.0)));
}

/// Whether a name occurs in the code of a text, outside docstrings.
fn using(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.split("\"\"\"").step_by(2).any(|code| code.split(|c| !word(c)).any(|found| found == name))
}

/// A string as ruff formats it: in double quotes, unless they would have to be escaped.
fn text(text: &str) -> String {
    let quote = if text.contains('"') && !text.contains('\'') { '\'' } else { '"' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// JSON as a Python expression on one line.
fn literal(value: &Json) -> String {
    match value {
        Json::Null => "None".to_owned(),
        Json::Bool(flag) => if *flag { "True" } else { "False" }.to_owned(),
        Json::Number(number) => number.to_string(),
        Json::String(value) => text(value),
        Json::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| format!("{}: {}", text(key), literal(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A value as Python's `repr` shows it.
fn shown(value: &Json) -> String {
    match value {
        Json::String(value) if !value.contains(['\'', '"', '\\', '\n']) => format!("'{value}'"),
        plain => literal(plain),
    }
}

/// Markdown for a docstring, wrapped into lines with `prefix`, except on the first line.
fn docstring(markdown: &str, prefix: &str) -> String {
    doc::wrap(&escaped(markdown), prefix).trim_start().to_owned()
}

fn escaped(markdown: &str) -> String {
    markdown.replace('\\', "\\\\").replace("\"\"\"", "'''")
}

/// A whole docstring with `prefix`. If the first paragraph has several lines, its first sentence gets a line of its own;
/// so do the closing quotes of a docstring of several lines.
fn block(markdown: &str, prefix: &str) -> String {
    // The opening quotes take room too.
    let quoted = |markdown: &str| doc::wrap(&format!("\"\"\"{}", escaped(markdown)), prefix);
    let (first, rest) = markdown.trim().split_once("\n\n").unwrap_or((markdown.trim(), ""));
    let sentence = prose::sentence(first);
    let text = match doc::flow(first).strip_prefix(&sentence) {
        Some(more) if !more.is_empty() && quoted(first).contains('\n') => {
            quoted(&format!("{sentence}\n\n{}\n\n{rest}", more.trim()))
        }
        _ => quoted(markdown.trim()),
    };
    let end = if text.contains('\n') { format!("\n{prefix}") } else { String::new() };
    format!("{text}{end}\"\"\"")
}

/// An entry of a section such as `Args`: its later lines are indented further than its first.
fn entry(markdown: &str, prefix: &str) -> String {
    format!("{prefix}{}", docstring(&doc::flow(markdown), &format!("{prefix}    ")))
}

/// The annotation of a parameter.
fn parameter(param: &Param) -> String {
    let base = kind_type(&param.kind);
    match default(param).as_str() {
        "UNSET" => format!("{base} | Unset | None"),
        "None" => format!("{base} | None"),
        _ => base,
    }
}

/// A parameter in the signature of a method, broken as by ruff if it is too long for a line.
fn argument(written: &str, indent: &str) -> String {
    let line = format!("{indent}{written},");
    if line.chars().count() <= LINE || !written.contains(": ") {
        return line;
    }
    let parts = alternatives(&format!("{written},"));
    parts.iter().map(|part| broken(part, indent, LINE)).collect::<Vec<_>>().join("\n")
}

/// A member of a `TypedDict`, broken as by ruff if it is too long for a line.
fn row(written: &str) -> String {
    let line = format!("{INDENT}{written}");
    let parts = alternatives(written);
    match written.split_once(": ") {
        Some((name, annotation)) if line.chars().count() > LINE && parts.len() > 1 => {
            let indent = INDENT.repeat(2);
            let inner = format!("{indent}{annotation}");
            let inner = if inner.chars().count() <= LINE {
                inner
            } else {
                let parts = alternatives(annotation);
                parts.iter().map(|part| broken(part, &indent, LINE)).collect::<Vec<_>>().join("\n")
            };
            format!("{INDENT}{name}: (\n{inner}\n{INDENT})")
        }
        _ => broken(written, INDENT, LINE),
    }
}

/// An annotation and what precedes it, split before each `|` outside brackets.
fn alternatives(written: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for word in written.split(' ') {
        if word == "|" && depth == 0 {
            parts.push("| ".to_owned());
            continue;
        }
        depth += word.matches('[').count();
        depth -= word.matches(']').count();
        if let Some(part) = parts.last_mut() {
            let space = if part.is_empty() || part.ends_with("| ") { "" } else { " " };
            part.extend([space, word]);
        }
    }
    parts
}

/// Code on one line if that has room after `indent`; otherwise the items of its last brackets get lines of their own, as
/// by ruff.
fn broken(code: &str, indent: &str, room: usize) -> String {
    let line = format!("{indent}{code}");
    if line.chars().count() <= room {
        return line;
    }
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    let (mut brackets, mut commas) = (None, Vec::new());
    for (at, c) in code.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => {
                if depth == 0 {
                    brackets = Some((at + 1, at + 1));
                    commas.clear();
                }
                depth += 1;
            }
            (None, ')' | ']' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    brackets = brackets.map(|(start, _)| (start, at));
                }
            }
            (None, ',') if depth == 1 => commas.push(at),
            _ => {}
        }
    }
    let Some((start, end)) = brackets.filter(|(start, end)| start < end) else { return line };
    let starts = std::iter::once(start).chain(commas.iter().map(|at| at + 1));
    let ends = commas.iter().copied().chain([end]);
    let inner = format!("{indent}{INDENT}");
    let items = starts.zip(ends).map(|(start, end)| code[start..end].trim()).filter(|item| !item.is_empty());
    let items = items.map(|item| broken(&format!("{item},"), &inner, room) + "\n").collect::<String>();
    format!("{indent}{}\n{items}{indent}{}", &code[..start], &code[end..])
}

/// The statement that ends the lives of arguments.
fn deletion(names: &[String]) -> String {
    let indent = INDENT.repeat(2);
    let line = format!("{indent}del {}", names.join(", "));
    if line.chars().count() <= LINE {
        return line;
    }
    let names = names.iter().map(|name| format!("{indent}{INDENT}{name},\n"));
    format!("{indent}del (\n{}{indent})", names.collect::<String>())
}

/// The annotation of a member of a nested object, whose optional members can be omitted.
fn member(param: &Param) -> String {
    let null = if param.nullable || !param.required && param.kind != Kind::Any { " | None" } else { "" };
    format!("{}{null}", kind_type(&param.kind))
}

fn kind_type(kind: &Kind) -> String {
    match kind {
        Kind::Id => "Id".to_owned(),
        Kind::Guid
        | Kind::Text
        | Kind::NonBlank
        | Kind::HttpUrl
        | Kind::Country
        | Kind::Currency
        | Kind::OneOf { any_case: true, .. } => "str".to_owned(),
        Kind::Date => "str | dt.date".to_owned(),
        Kind::DateTime => "str | dt.datetime".to_owned(),
        Kind::OneOf { values, .. } => {
            format!("Literal[{}]", values.iter().map(|value| text(value)).collect::<Vec<_>>().join(", "))
        }
        Kind::IntOneOf { values } => {
            format!("Literal[{}]", values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
        Kind::Int { .. } => "int".to_owned(),
        Kind::Number { .. } => "float".to_owned(),
        Kind::Bool => "bool".to_owned(),
        Kind::DateRange => "Mapping[str, str]".to_owned(),
        Kind::TextList => "str | Sequence[str]".to_owned(),
        Kind::List { of } => format!("Sequence[{}]", kind_type(of)),
        Kind::Input { name, open: true } => format!("{name} | Mapping[str, Any] | Model"),
        Kind::Input { name, open: false } => format!("{name} | Model"),
        Kind::Object => "Mapping[str, Any] | Model".to_owned(),
        Kind::Any => "Any".to_owned(),
    }
}

/// The default of an argument; empty for a required one. If null can be sent, `None` is null, and omission has a value of
/// its own.
fn default(param: &Param) -> String {
    let null =
        param.nullable || param.location == ParamLocation::Body && matches!(param.kind, Kind::List { .. });
    match (param.required && param.from_option.is_none(), null) {
        (true, _) => "",
        (false, true) => "UNSET",
        (false, false) => "None",
    }
    .to_owned()
}

/// Items in brackets: on one line if they fit, else each on a line of its own with a trailing comma. `outer` is the
/// indentation of the line with `start`, if that is written elsewhere.
fn bracketed(items: &[String], (open, close): (&str, &str), start: &str, tail: &str, outer: &str) -> String {
    let line = format!("{start}{open}{}{close}{tail}", items.join(", "));
    // The line may be followed by a comma.
    let room = LINE - outer.len() - usize::from(!outer.is_empty());
    if line.chars().count() <= room && !line.contains('\n') {
        return line;
    }
    let own: String = start.chars().take_while(|c| *c == ' ').collect();
    let indent = format!("{outer}{own}");
    let items = items.iter().map(|item| argument(item, &format!("{indent}{INDENT}")) + "\n");
    format!("{start}{open}\n{}{indent}{close}{tail}", items.collect::<String>())
}

/// A keyword argument with names separated by blanks, on several lines if it is long.
fn together(names: &[String], start: &str) -> String {
    let line = format!("{start}=\"{}\",", names.join(" "));
    if line.chars().count() <= LINE {
        return line;
    }
    let own: String = start.chars().take_while(|c| *c == ' ').collect();
    let indent = format!("{own}{INDENT}");
    let line = format!("{indent}\"{}\"", names.join(" "));
    if line.chars().count() <= LINE {
        return format!("{start}=(\n{line}\n{own}),");
    }
    let lines = doc::wrap(&names.join(" "), &indent);
    let last = lines.lines().count() - 1;
    let lines = lines.lines().enumerate().map(|(at, line)| {
        let blank = if at < last { " " } else { "" };
        format!("{indent}\"{}{blank}\"\n", line.trim())
    });
    format!("{start}=(\n{}{}),", lines.collect::<String>(), own)
}

/// The documentation of a parameter: its meaning, what it may be, and its default.
fn note(param: &Param) -> String {
    arguments::note(param, literal, |start, end| format!("{{\"start\": {start}, \"end\": {end}}}"))
}

/// A model's field, with its annotation and its value.
fn model_field(field: &Field) -> String {
    let wire = text(&field.wire);
    let required = if field.required { ", required=True" } else { "" };
    let value = match &field.shape {
        Shape::Model { name } => format!("model({name}, {wire}{required})"),
        Shape::List { of } => match of.as_ref() {
            Shape::Model { name } => format!("many({name}, {wire})"),
            plain => format!("many({}, {wire})", text(shape_kind(plain))),
        },
        plain => format!("field({wire}, {}{required})", text(shape_kind(plain))),
    };
    let null = if field.required || field.shape == Shape::Json { "" } else { " | None" };
    let line =
        format!("{}: Field[{}{null}] = {value}", names::python_ident(&field.name), shape_type(&field.shape));
    match line.split_once(" = ").and_then(|(start, value)| Some((start, value.split_once('(')?))) {
        Some((start, (call, arguments))) if INDENT.len() + line.len() > LINE => {
            let arguments = arguments.trim_end_matches(')');
            format!("{start} = {call}(\n{INDENT}{INDENT}{arguments}\n{INDENT})")
        }
        _ => line,
    }
}

/// The kind of a field, as a word for the base of the models.
fn shape_kind(shape: &Shape) -> &'static str {
    match shape {
        Shape::Id => "id",
        Shape::Text | Shape::Enum { .. } => "text",
        Shape::Integer => "integer",
        Shape::Number => "number",
        Shape::Bool => "bool",
        Shape::Secret => "secret",
        Shape::Json | Shape::Model { .. } | Shape::List { .. } => "json",
    }
}

/// The annotation of a field that is present.
fn shape_type(shape: &Shape) -> String {
    match shape {
        Shape::Id | Shape::Text | Shape::Enum { .. } => "str".to_owned(),
        Shape::Secret => "Secret".to_owned(),
        Shape::Integer => "int".to_owned(),
        Shape::Number => "float".to_owned(),
        Shape::Bool => "bool".to_owned(),
        Shape::Json => "Any".to_owned(),
        Shape::Model { name } => name.clone(),
        Shape::List { of } => format!("tuple[{}, ...]", shape_type(of)),
    }
}

/// The models in an order in which each comes after those that it contains.
fn ordered(models: &[Model]) -> Vec<Model> {
    fn parts(shape: &Shape) -> Option<&str> {
        match shape {
            Shape::Model { name } => Some(name),
            Shape::List { of } => parts(of),
            _ => None,
        }
    }
    fn visit(model: &Model, models: &[Model], done: &mut Vec<Model>, begun: &mut Vec<String>) {
        if begun.contains(&model.name) {
            return;
        }
        begun.push(model.name.clone());
        for name in model.fields.iter().filter_map(|field| parts(&field.shape)) {
            if let Some(part) = models.iter().find(|other| other.name == name) {
                visit(part, models, done, begun);
            }
        }
        done.push(model.clone());
    }
    let (mut done, mut begun) = (Vec::new(), Vec::new());
    for model in models {
        visit(model, models, &mut done, &mut begun);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_as_by_ruff() {
        assert_eq!(text("a"), "\"a\"");
        assert_eq!(text("say \"a\""), "'say \"a\"'");
        assert_eq!(text("it's \"a\"\n"), "\"it's \\\"a\\\"\\n\"");
    }

    #[test]
    fn json_becomes_python() {
        let value = serde_json::json!({"a": [true, null, 1, "x"]});
        assert_eq!(literal(&value), "{\"a\": [True, None, 1, \"x\"]}");
    }

    #[test]
    fn long_code_is_broken_as_by_ruff() {
        let code = "f(a=[{\"x, (\": 1, \"y\": [2, 3]}], b=4)";
        assert_eq!(broken(code, "  ", 80), format!("  {code}"));
        let wanted = "f(\n    a=[\n        {\n            \"x, (\": 1,\n            \"y\": [2, 3],\n        }\n    ],\n    b=4,\n)";
        assert_eq!(broken(code, "", 26).replace("},\n    ]", "}\n    ]"), wanted);
        let values = format!("Literal[{}]", ["\"value\""; 14].join(", "));
        let values_broken = format!("Literal[\n{}]", "    \"value\",\n".repeat(14));
        assert_eq!(
            argument(&format!("a: {values} | None = None"), ""),
            format!("a: {values_broken}\n| None = None,")
        );
        assert!(row(&format!("a: {values} | None")).starts_with("    a: (\n        Literal["));
        assert_eq!(deletion(&["a".to_owned(), "b".to_owned()]), "        del a, b");
        assert!(deletion(&vec!["argument".to_owned(); 14]).contains("del (\n            argument,\n"));
    }

    #[test]
    fn a_docstring_has_room_for_its_quotes() {
        let text = block(&format!("{}end.", "word ".repeat(20)), "    ");
        assert!(text.lines().all(|line| line.len() <= LINE), "{text}");
        let text = block(&format!("{}end. And more.", "word ".repeat(19)), "    ");
        assert!(text.lines().all(|line| line.len() <= LINE), "{text}");
        let text = block(&format!("{}end.\n\nMore.", "word ".repeat(30)), "    ");
        assert!(!text.contains("\n\n\n"), "{text}");
    }

    #[test]
    fn docstrings_are_safe_and_hang() {
        assert_eq!(docstring("a \\ b", "  "), "a \\\\ b");
        let long = entry(&"word ".repeat(30), "        ");
        assert!(long.starts_with("        word") && long.contains("\n            word"), "{long}");
    }
}
