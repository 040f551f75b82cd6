//! Filters for Rust.

use minijinja::Environment;
use minijinja::value::Serde;
use serde_json::Value as Json;

use crate::model::{Condition, Field, Kind, Param, Rules, Shape};
use crate::names;

pub(super) fn register(environment: &mut Environment<'_>) {
    environment.add_filter("rust_ident", |name: &str| names::rust_ident(name));
    environment.add_filter("rust_text", |text: &str| format!("{text:?}"));
    environment.add_filter("rust_option", |text: Option<String>| {
        text.map_or_else(|| "None".to_owned(), |text| format!("Some({text:?})"))
    });
    environment.add_filter("rust_kind", |kind: Serde<Kind>| kind_row(&kind.0));
    environment.add_filter("rust_rules", |rules: Serde<Rules>| rules_row(&rules.0));
    environment.add_filter("rust_setter", |param: Serde<Param>| setter(&param.0));
    environment.add_filter("rust_reader", |param: Serde<Param>| reader(&param.0));
    environment.add_filter("rust_field_kind", |field: Serde<Field>| shape_row(&field.0.shape));
    environment.add_filter("rust_type", |shape: Serde<Shape>| shape_type(&shape.0));
    environment.add_filter("rust_plain", |shape: Serde<Shape>| plain(&shape.0));
    environment.add_filter("rust_example", |param: Serde<Param>| example(&param.0));
    environment.add_filter("rust_ids", |params: Serde<Vec<Param>>| params.0.iter().any(Param::positional));
    environment.add_filter("rustdoc", rustdoc);
}

/// The kind of a parameter, as `crate::table::Kind`.
fn kind_row(kind: &Kind) -> String {
    match kind {
        Kind::Int { min, max } => {
            let bound = |bound: &Option<i64>, none: &str| bound.map_or_else(|| none.to_owned(), grouped);
            format!("Kind::Int {{ min: {}, max: {} }}", bound(min, "i64::MIN"), bound(max, "i64::MAX"))
        }
        Kind::OneOf { values, any_case } => {
            format!("Kind::OneOf {{ values: &{values:?}, any_case: {any_case} }}")
        }
        Kind::IntOneOf { values } => {
            let values: Vec<String> = values.iter().copied().map(grouped).collect();
            format!("Kind::IntOneOf {{ values: &[{}] }}", values.join(", "))
        }
        Kind::Number { min, max } => {
            let bound = |bound: &Option<serde_json::Number>, none: &str| {
                bound
                    .as_ref()
                    .and_then(serde_json::Number::as_f64)
                    .map_or_else(|| none.to_owned(), |n| format!("{n:?}"))
            };
            let (min, max) = (bound(min, "f64::NEG_INFINITY"), bound(max, "f64::INFINITY"));
            format!("Kind::Number {{ min: {min}, max: {max} }}")
        }
        Kind::List { of } => format!("Kind::List {{ of: &{} }}", kind_row(of)),
        Kind::Input { name, .. } => format!("Kind::Model {{ of: &schema::{} }}", names::screaming(name)),
        plain => format!("Kind::{plain:?}"),
    }
}

/// The kind of a model's field, as `crate::table::Kind`.
fn shape_row(shape: &Shape) -> String {
    match shape {
        Shape::Id => "Kind::Id".to_owned(),
        Shape::Text | Shape::Secret => "Kind::Text".to_owned(),
        Shape::Integer => kind_row(&Kind::Int { min: None, max: None }),
        Shape::Number => kind_row(&Kind::Number { min: None, max: None }),
        Shape::Bool => "Kind::Bool".to_owned(),
        Shape::Json => "Kind::Any".to_owned(),
        Shape::Model { name } => format!("Kind::Model {{ of: &{} }}", names::screaming(name)),
        Shape::Enum { name } => format!("Kind::Open {{ of: &{} }}", names::screaming(name)),
        Shape::List { of } => format!("Kind::List {{ of: &{} }}", shape_row(of)),
    }
}

/// Rules as `crate::table::Rules`; empty if there are none.
fn rules_row(rules: &Rules) -> String {
    let mut parts = Vec::new();
    let mut part = |name: &str, value: String| parts.push(format!("{name}: {value}, "));
    let (fewest, most) = rules.items;
    for (name, size) in [("min_items", fewest), ("max_items", most), ("max_length", rules.max_length)] {
        if let Some(size) = size {
            part(name, grouped(i64::try_from(size).unwrap_or(i64::MAX)));
        }
    }
    for (name, flag) in [
        ("as_text", rules.as_text),
        ("as_number", rules.as_number),
        ("bearer", rules.bearer),
        ("send_default", rules.send_default),
    ] {
        if flag {
            part(name, "true".to_owned());
        }
    }
    if let Some(field) = &rules.default_from {
        part("default_from", format!("Some({field:?})"));
    }
    for (name, texts) in [("other_names", &rules.other_names), ("none", &rules.none)] {
        if !texts.is_empty() {
            part(name, format!("&{texts:?}"));
        }
    }
    for (name, condition) in [("only_with", &rules.only_with), ("secret_when", &rules.secret_when)] {
        if let Some(Condition { field, values }) = condition {
            part(name, format!("Some(crate::table::Condition {{ field: {field:?}, values: &{values:?} }})"));
        }
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!("crate::table::Rules {{ {}..crate::table::Rules::NONE }}", parts.concat())
    }
}

/// A number with separators, as clippy requires: `2_147_483_647`.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digits.len() > 4 {
            text.push('_');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// The kind of a parameter for `params!`: a word, a type in braces, or one of these in brackets for a list.
fn setter(param: &Param) -> String {
    match kind_word(&param.kind) {
        word if param.secret && word == "text" => "secret".to_owned(),
        word => word,
    }
}

fn kind_word(kind: &Kind) -> String {
    match kind {
        Kind::Id | Kind::Guid => "id".to_owned(),
        Kind::Int { .. } | Kind::IntOneOf { .. } => "int".to_owned(),
        Kind::Number { .. } => "number".to_owned(),
        Kind::Bool => "flag".to_owned(),
        Kind::DateRange => "date_range".to_owned(),
        Kind::TextList => "text_list".to_owned(),
        Kind::Input { name, .. } => format!("{{{name}}}"),
        Kind::List { of } if listed(of) => format!("[{}]", kind_word(of)),
        Kind::List { .. } | Kind::Object | Kind::Any => "json".to_owned(),
        _ => "text".to_owned(),
    }
}

/// Whether lists of a kind have a type of their own.
fn listed(of: &Kind) -> bool {
    !matches!(of, Kind::List { .. } | Kind::Object | Kind::Any | Kind::DateRange | Kind::TextList)
}

/// The function with which the conformance program reads a parameter of a case.
fn reader(param: &Param) -> String {
    match &param.kind {
        Kind::Input { .. } => "json".to_owned(),
        Kind::List { of } if matches!(**of, Kind::Input { .. }) => "jsons".to_owned(),
        Kind::List { of } if listed(of) => format!("{}s", kind_word(of)),
        kind => kind_word(kind),
    }
}

fn shape_type(shape: &Shape) -> String {
    match shape {
        Shape::Id => "Id".to_owned(),
        Shape::Text => "String".to_owned(),
        Shape::Integer => "i64".to_owned(),
        Shape::Number => "f64".to_owned(),
        Shape::Bool => "bool".to_owned(),
        Shape::Secret => "Secret".to_owned(),
        Shape::Json => "Json".to_owned(),
        Shape::Model { name } | Shape::Enum { name } => name.clone(),
        Shape::List { of } => format!("Vec<{}>", shape_type(of)),
    }
}

/// What a required field is lent as, and the method of `Option` that lends it.
fn plain(shape: &Shape) -> String {
    match shape {
        Shape::Text => "&str => as_deref".to_owned(),
        other => format!("&{} => as_ref", shape_type(other)),
    }
}

/// A parameter's example as an expression.
fn example(param: &Param) -> String {
    let value = param.example.clone().unwrap_or(Json::Null);
    match (&param.kind, &value) {
        (Kind::List { of }, Json::Array(entries)) if listed(of) => {
            let entry = |entry: &Json| {
                example(&Param { kind: (**of).clone(), example: Some(entry.clone()), ..param.clone() })
            };
            format!("[{}]", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        (Kind::List { .. } | Kind::Input { .. } | Kind::Object | Kind::Any, value) => {
            format!("serde_json::json!({})", spaced(value))
        }
        (Kind::Number { .. }, value) => format!("{:?}", value.as_f64().unwrap_or_default()),
        (Kind::DateRange, value) => {
            let date = |key: &str| value.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
            format!("mspkit::DateRange::new({:?}, {:?})", date("start"), date("end"))
        }
        (Kind::TextList, Json::String(text)) => {
            format!("{:?}", text.split(',').map(str::trim).collect::<Vec<_>>())
        }
        (Kind::TextList, Json::Array(_)) => spaced(&value),
        (Kind::Int { .. } | Kind::IntOneOf { .. }, Json::Number(number)) => {
            number.as_i64().map_or_else(|| number.to_string(), grouped)
        }
        (Kind::Id | Kind::Guid, Json::Number(number)) => format!("{:?}", number.to_string()),
        (_, value) => value.to_string(),
    }
}

/// JSON on one line, with spaces.
fn spaced(value: &Json) -> String {
    match value {
        Json::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| format!("{key:?}: {}", spaced(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        plain => plain.to_string(),
    }
}

/// Markdown for rustdoc: no brackets that look like links, no angle brackets that look like tags, no bare addresses. Text
/// in backticks is unchanged.
pub(super) fn rustdoc(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split('`').enumerate() {
        if at > 0 {
            out.push('`');
        }
        if at % 2 == 1 {
            out.push_str(part);
            continue;
        }
        let mut rest = part;
        while let Some(c) = rest.chars().next() {
            let link = rest
                .find("](")
                .filter(|_| c == '[')
                .and_then(|middle| Some(middle + rest[middle..].find(')')? + 1));
            let address = rest.starts_with("https://") || rest.starts_with("http://");
            let taken = if let Some(end) = link {
                out.push_str(&rest[..end]);
                end
            } else if address {
                let end =
                    rest.find(|c: char| c.is_whitespace() || ",;)>\"".contains(c)).unwrap_or(rest.len());
                let end = rest[..end].trim_end_matches(['.', ':']).len();
                out.extend(["<", &rest[..end], ">"]);
                end
            } else {
                if "[]<>".contains(c) {
                    out.push('\\');
                }
                out.push(c);
                c.len_utf8()
            };
            rest = &rest[taken..];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_made_safe_for_rustdoc() {
        assert_eq!(rustdoc("`[ID=abcd]` and [ID=x] <JWT>"), "`[ID=abcd]` and \\[ID=x\\] \\<JWT\\>");
        assert_eq!(
            rustdoc("[page](https://a.example/x) or https://b.example."),
            "[page](https://a.example/x) or <https://b.example>."
        );
    }

    #[test]
    fn long_numbers_are_grouped() {
        assert_eq!(grouped(1000), "1000");
        assert_eq!(grouped(-2_147_483_648), "-2_147_483_648");
    }
}
