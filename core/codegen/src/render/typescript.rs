//! Filters for TypeScript.

use minijinja::Environment;
use minijinja::value::Serde;
use serde_json::Value as Json;

use crate::model::{Field, Kind, Model, Param, ParamLocation, Shape};
use crate::names;

use super::{arguments, doc};

/// The line length in Biome's configuration.
const LINE: usize = 110;
/// The length of a line of an example.
const EXAMPLE: usize = 92;

pub(super) fn register(environment: &mut Environment<'_>) {
    environment.add_test("ts_using", using);
    environment.add_filter("ts_text", text);
    environment.add_filter("ts_here", here);
    environment.add_filter("ts_imports", imports);
    environment.add_filter("ts_doc", block);
    environment.add_filter("ts_tag", tag);
    environment.add_filter("ts_variable", variable);
    environment.add_filter("ts_value", |value: Serde<Json>| literal(&value.0));
    environment.add_filter("ts_type", |param: Serde<Param>| parameter(&param.0));
    environment.add_filter("ts_member", |param: Serde<Param>, mark: &str| member(&param.0, mark));
    environment.add_filter("ts_optional", |param: Serde<Param>| optional(&param.0));
    environment.add_filter("ts_note", |param: Serde<Param>| note(&param.0));
    environment.add_filter("ts_field", |field: Serde<Field>| model_field(&field.0));
    environment.add_filter("ts_row", |field: Serde<Field>| row(&field.0));
    environment.add_filter("ts_required", |model: Serde<Model>| required(&model.0));
    environment.add_filter("ts_check", |model: Serde<Model>| check(&model.0));
    environment.add_filter("ts_call", |arguments: Vec<String>, start: &str, tail: &str| {
        call(&arguments, start, tail)
    });
    environment.add_filter(
        "ts_example",
        |values: Vec<String>, members: Vec<String>, start: &str, tail: &str| {
            example(&values, &members, start, tail)
        },
    );
}

/// Whether a name occurs in the code of a text, outside comments.
fn using(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let code = text.split("/**").map(|part| part.split_once("*/").map_or(part, |(_, code)| code));
    code.flat_map(|code| code.split(|c| !word(c))).any(|found| found == name)
}

/// The variable of an example that holds a model.
fn variable(model: &str) -> String {
    let name = names::camel(model);
    if names::reserved_in_typescript(&name) { "item".to_owned() } else { name }
}

/// A string as Biome formats it: in double quotes, unless they would have to be escaped.
fn text(text: &str) -> String {
    let double = Json::from(text).to_string();
    if text.contains('"') && !text.contains(['\'', '\\']) { format!("'{text}'") } else { double }
}

/// JSON as an expression on one line.
fn literal(value: &Json) -> String {
    match value {
        Json::String(value) => text(value),
        Json::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{}: {}", key(name), literal(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        plain => plain.to_string(),
    }
}

/// A property's name, in quotes where it needs them.
fn key(name: &str) -> String {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let plain = name.chars().all(letter) && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain && !name.is_empty() { name.to_owned() } else { text(name) }
}

/// Names in the order in which the linter wants them imported: letter by letter, a capital before its small letter.
fn imports(mut names: Vec<String>) -> Vec<String> {
    names.sort_by_key(|name| {
        name.chars().map(|c| (c.to_ascii_lowercase(), c.is_ascii_lowercase())).collect::<Vec<_>>()
    });
    names
}

/// A text for TypeScript comments: quoted names become camel case, and nothing in it ends the comment.
fn here(markdown: &str) -> String {
    let snake = |span: &str| {
        span.contains('_')
            && span.starts_with(|c: char| c.is_ascii_lowercase())
            && span.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.')
    };
    let spans = markdown.split('`').enumerate().map(|(at, span)| match at % 2 {
        1 if snake(span) => span.split('.').map(names::camel).collect::<Vec<_>>().join("."),
        _ => span.to_owned(),
    });
    spans.collect::<Vec<_>>().join("`").replace("*/", "*\\/")
}

/// A documentation comment, on one line if it fits.
fn block(markdown: &str, indent: &str) -> String {
    let text = here(markdown);
    let line = format!("{indent}/** {} */", doc::flow(&text));
    if !text.trim().contains("\n\n") && !text.contains("```") && line.chars().count() <= LINE {
        return line;
    }
    format!("{indent}/**\n{}\n{indent} */", doc::wrap(&text, &format!("{indent} * ")))
}

/// A tag of a documentation comment; its later lines are indented.
fn tag(markdown: &str, indent: &str) -> String {
    let wrapped = doc::wrap(&doc::flow(&here(markdown)), &format!("{indent} *   "));
    wrapped.replacen(&format!("{indent} *   "), &format!("{indent} * "), 1)
}

/// The type of a parameter.
fn parameter(param: &Param) -> String {
    alternatives(param).join(" | ")
}

/// The alternatives of a parameter's type.
fn alternatives(param: &Param) -> Vec<String> {
    let mut all = match &param.kind {
        Kind::OneOf { any_case: false, values } => values.iter().map(|value| text(value)).collect(),
        kind => vec![kind_type(kind)],
    };
    if all == ["unknown"] {
        return all;
    }
    let list =
        !param.required && param.location == ParamLocation::Body && matches!(param.kind, Kind::List { .. });
    if param.nullable || list {
        all.push("null".to_owned());
    }
    if optional(param) {
        all.push("undefined".to_owned());
    }
    all
}

fn kind_type(kind: &Kind) -> String {
    match kind {
        Kind::Id => "Id".to_owned(),
        Kind::Guid
        | Kind::Text
        | Kind::NonBlank
        // A `Date` could be another day in another time zone.
        | Kind::Date
        | Kind::HttpUrl
        | Kind::Country
        | Kind::Currency
        | Kind::OneOf { any_case: true, .. } => "string".to_owned(),
        Kind::DateTime => "string | Date".to_owned(),
        Kind::OneOf { values, .. } => values.iter().map(|value| text(value)).collect::<Vec<_>>().join(" | "),
        Kind::IntOneOf { values } => {
            values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
        }
        Kind::Int { .. } | Kind::Number { .. } => "number".to_owned(),
        Kind::Bool => "boolean".to_owned(),
        Kind::DateRange => "{ readonly start: string; readonly end: string }".to_owned(),
        Kind::TextList => "string | readonly string[]".to_owned(),
        Kind::List { of } => match kind_type(of) {
            // `Id` is a union, but has a name.
            union if union.contains(" | ") => format!("readonly ({union})[]"),
            held => format!("readonly {held}[]"),
        },
        Kind::Input { name, .. } => name.clone(),
        Kind::Object => "object".to_owned(),
        Kind::Any => "unknown".to_owned(),
    }
}

/// A parameter as a member of an interface; alternatives that do not fit on the line have a line each.
fn member(param: &Param, mark: &str) -> String {
    let (start, all) = (format!("  readonly {}{mark}:", names::camel(&param.name)), alternatives(param));
    let line = format!("{start} {};", all.join(" | "));
    let broken = || format!("{start}\n    | {};", all.join("\n    | "));
    if line.chars().count() <= LINE { line } else { broken() }
}

/// Whether a parameter is optional.
fn optional(param: &Param) -> bool {
    !param.required || param.from_option.is_some()
}

/// The documentation of a parameter: its meaning, what it may be, and its default.
fn note(param: &Param) -> String {
    arguments::note(param, literal, |start, end| format!("{{ start: {start}, end: {end} }}"))
}

/// A model's field, as a member of its interface.
fn model_field(field: &Field) -> String {
    let name = names::camel(&field.name);
    if field.required {
        return format!("readonly {name}: {};", shape_type(&field.shape));
    }
    match shape_type(&field.shape).as_str() {
        "unknown" => format!("readonly {name}?: unknown;"),
        held => format!("readonly {name}?: {held} | null;"),
    }
}

/// The type of a field that is present.
fn shape_type(shape: &Shape) -> String {
    match shape {
        Shape::Id | Shape::Text => "string".to_owned(),
        Shape::Secret => "Secret".to_owned(),
        // Beyond 2^53 it is a bigint, since a number would have other digits.
        Shape::Integer => "number | bigint".to_owned(),
        Shape::Number => "number".to_owned(),
        Shape::Bool => "boolean".to_owned(),
        Shape::Json => "unknown".to_owned(),
        Shape::Model { name } | Shape::Enum { name } => name.clone(),
        Shape::List { of } => match shape_type(of) {
            union if union.contains(" | ") => format!("readonly ({union})[]"),
            held => format!("readonly {held}[]"),
        },
    }
}

/// The kind of a field, as a word for the reader of models; `None` for a model.
fn kind(shape: &Shape) -> Option<&'static str> {
    match shape {
        Shape::Id => Some("id"),
        Shape::Text | Shape::Enum { .. } => Some("text"),
        Shape::Integer => Some("integer"),
        Shape::Number => Some("number"),
        Shape::Bool => Some("bool"),
        Shape::Secret => Some("secret"),
        Shape::Json => Some("json"),
        Shape::Model { .. } | Shape::List { .. } => None,
    }
}

/// The row of a field in the table of its model's reader.
fn row(field: &Field) -> String {
    fn content(shape: &Shape) -> String {
        match (shape, kind(shape)) {
            (Shape::Model { name }, _) => name.clone(),
            (Shape::List { of }, _) => format!("many({})", content(of)),
            (_, word) => text(word.unwrap_or("json")),
        }
    }
    let (name, content) = (names::camel(&field.name), content(&field.shape));
    let content = if name == field.wire { content } else { format!("named({}, {content})", text(&name)) };
    format!("{}: {content},", key(&field.wire))
}

/// The names of the required fields, as a list.
fn required(model: &Model) -> String {
    let required = model.fields.iter().filter(|field| field.required);
    let names: Vec<_> = required.map(|field| text(&names::camel(&field.name))).collect();
    format!("[{}]", names.join(", "))
}

/// The function that checks whether an object needs no conversion: a comparison for every field. `None` if some field
/// always needs conversion.
fn check(model: &Model) -> Option<String> {
    let mut checks = Vec::new();
    for field in &model.fields {
        let test = match field.shape {
            Shape::Id | Shape::Text | Shape::Enum { .. } => "isText",
            Shape::Integer => "isInteger",
            Shape::Number => "isNumber",
            Shape::Bool => "isBool",
            Shape::Json => continue,
            Shape::Secret | Shape::Model { .. } | Shape::List { .. } => return None,
        };
        if field.required {
            checks.push(format!("it.{} != null", field.wire));
        }
        checks.push(format!("{test}(it.{})", field.wire));
    }
    if checks.is_empty() {
        return None;
    }
    let line = format!("  (it) => {},", checks.join(" && "));
    let broken = || format!("  (it) =>\n    {},", checks.join(" &&\n    "));
    Some(if line.chars().count() <= LINE { line } else { broken() })
}

/// A function call: on one line if it fits, else with one argument on each line.
fn call(arguments: &[String], start: &str, tail: &str) -> String {
    let indent: String = start.chars().take_while(|c| *c == ' ').collect();
    let line = format!("{start}({}){tail}", arguments.join(", "));
    if line.chars().count() <= LINE {
        return line;
    }
    let arguments: Vec<String> =
        arguments.iter().map(|argument| format!("{indent}  {argument},\n")).collect();
    format!("{start}(\n{}{indent}){tail}", arguments.concat())
}

/// The call of an example: its values, followed by an object of its members, on several lines if it is long.
fn example(values: &[String], members: &[String], start: &str, tail: &str) -> String {
    let all = |object: String| values.iter().cloned().chain([object]).collect::<Vec<_>>().join(", ");
    if members.is_empty() {
        return format!("{start}({}){tail}", values.join(", "));
    }
    let line = format!("{start}({}){tail}", all(format!("{{ {} }}", members.join(", "))));
    if line.chars().count() <= EXAMPLE {
        return line;
    }
    let members: Vec<String> = members.iter().map(|member| format!("  {member},\n")).collect();
    format!("{start}({}){tail}", all(format!("{{\n{}}}", members.concat())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_as_by_biome() {
        assert_eq!(text("a"), "\"a\"");
        assert_eq!(text("say \"a\""), "'say \"a\"'");
        assert_eq!(text("it's \"a\"\n"), "\"it's \\\"a\\\"\\n\"");
    }

    #[test]
    fn json_becomes_an_expression() {
        let value = serde_json::json!({"a": [true, null, 1, "x"], "b-c": {"d": 2}});
        assert_eq!(literal(&value), "{ a: [true, null, 1, \"x\"], \"b-c\": { d: 2 } }");
    }

    #[test]
    fn variables_are_no_words_of_the_language() {
        assert_eq!(variable("ServiceOrg"), "serviceOrg");
        assert_eq!(variable("Case"), "item");
    }

    #[test]
    fn quoted_names_become_camel_case() {
        assert_eq!(here("see `service_orgs.list`, `_links` and retry_after"), {
            "see `serviceOrgs.list`, `_links` and retry_after"
        });
        assert_eq!(here("`a */ b`"), "`a *\\/ b`");
    }

    #[test]
    fn comments_break_where_they_must() {
        assert_eq!(block("One line.", "  "), "  /** One line. */");
        let long = block(&"word ".repeat(40), "  ");
        assert!(long.starts_with("  /**\n   * word") && long.ends_with("word\n   */"), "{long}");
        let tagged = tag(&format!("@param a - {}", "word ".repeat(40)), "  ");
        assert!(tagged.starts_with("   * @param a") && tagged.contains("\n   *   word"), "{tagged}");
    }

    #[test]
    fn a_name_in_a_comment_is_not_used() {
        assert!(using("/** Id */ let a: Ids;\n/** b */ a = Id;", "Id"));
        assert!(!using("/** Id */ let a: Ids;", "Id"));
    }

    #[test]
    fn calls_break_where_they_must() {
        let arguments = |of: &str| vec![of.to_owned(), "b".to_owned()];
        assert_eq!(call(&arguments("a"), "  f", ";"), "  f(a, b);");
        let long = "a".repeat(LINE);
        assert_eq!(call(&arguments(&long), "  f", ";"), format!("  f(\n    {long},\n    b,\n  );"));
    }

    #[test]
    fn examples_break_inside_their_object() {
        let (short, long) = ("a: 1".to_owned(), format!("a: {}", "1".repeat(EXAMPLE)));
        let id = || vec!["\"50\"".to_owned()];
        assert_eq!(example(&id(), &[], "f", ";"), "f(\"50\");");
        assert_eq!(example(&id(), &[short.clone(), "b".to_owned()], "f", ";"), "f(\"50\", { a: 1, b });");
        let broken = example(&id(), &[short, long.clone()], "f", ";");
        assert_eq!(broken, format!("f(\"50\", {{\n  a: 1,\n  {long},\n}});"));
    }
}
