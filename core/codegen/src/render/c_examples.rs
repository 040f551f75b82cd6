//! Values of parameters in examples of C and C++.

use minijinja::Environment;
use minijinja::value::Serde;
use serde_json::Value as Json;

use crate::model::{Kind, Param};

pub(super) fn register(environment: &mut Environment<'_>) {
    environment.add_filter("c_id", |param: Serde<Param>| string(&plain(&example(&param.0))));
    environment.add_filter("cpp_id", |param: Serde<Param>| format!("{:?}", plain(&example(&param.0))));
    environment.add_filter("c_given", |param: Serde<Param>| given(&param.0));
    environment.add_filter("cpp_given", |param: Serde<Param>| cpp_given(&param.0));
}

fn example(param: &Param) -> Json {
    param.example.clone().unwrap_or(Json::Null)
}

/// A text as it is, anything else as JSON.
fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn string(text: &str) -> String {
    format!("MSPKIT_STR({text:?})")
}

/// The entries of a list of texts, which an example may have as one text with commas.
fn texts(value: &Json) -> Vec<String> {
    match value {
        Json::Array(items) => items.iter().map(plain).collect(),
        other => plain(other).split(',').map(|text| text.trim().to_owned()).collect(),
    }
}

fn day(value: &Json, end: &str) -> String {
    value.get(end).and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// Statements that set a field of a parameter struct in C to the parameter's example.
fn given(param: &Param) -> Vec<String> {
    let (name, value) = (&param.name, example(param));
    let set = |value: String| vec![format!("params.{name} = {value};")];
    match &param.kind {
        Kind::Int { .. } | Kind::IntOneOf { .. } | Kind::Number { .. } => set(value.to_string()),
        Kind::Bool => set(i32::from(value == Json::Bool(true)).to_string()),
        Kind::DateRange => ["start", "end"]
            .map(|end| format!("params.{name}.{end} = {};", string(&day(&value, end))))
            .to_vec(),
        Kind::TextList => {
            let texts = texts(&value);
            let entries: Vec<String> = texts.iter().map(|text| string(text)).collect();
            vec![
                format!("const mspkit_str {name}[] = {{{}}};", entries.join(", ")),
                format!("params.{name} = {name};"),
                format!("params.{name}_count = {};", texts.len()),
            ]
        }
        _ => set(string(&plain(&value))),
    }
}

/// The statement that does the same in C++.
fn cpp_given(param: &Param) -> String {
    let value = example(param);
    let written = match &param.kind {
        Kind::Int { .. } | Kind::IntOneOf { .. } | Kind::Number { .. } | Kind::Bool => value.to_string(),
        Kind::DateRange => format!("{{{:?}, {:?}}}", day(&value, "start"), day(&value, "end")),
        Kind::TextList => {
            let entries: Vec<String> = texts(&value).iter().map(|text| format!("{text:?}")).collect();
            format!("{{{}}}", entries.join(", "))
        }
        _ => {
            let text = plain(&value);
            // Quotes need no backslash in a raw string.
            if text.contains('"') && !text.contains(")\"") {
                format!("R\"({text})\"")
            } else {
                format!("{text:?}")
            }
        }
    };
    format!("params.{} = {written};", param.name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{ParamLocation, Rules};
    use crate::problem::SourceLocation;

    fn param(kind: Kind, example: Json) -> Param {
        Param {
            name: "one".to_owned(),
            wire: "one".to_owned(),
            doc: String::new(),
            location: ParamLocation::Body,
            kind,
            required: true,
            secret: false,
            nullable: false,
            internal: false,
            deprecated: false,
            default: None,
            send_default: false,
            from_option: None,
            rules: Rules::default(),
            example: Some(example),
            source: SourceLocation::default(),
        }
    }

    #[test]
    fn each_kind_is_set_as_its_field_is_declared() {
        for (kind, example, c, cpp) in [
            (Kind::Id, json!(50), "params.one = MSPKIT_STR(\"50\");", "params.one = \"50\";"),
            (Kind::Bool, json!(true), "params.one = 1;", "params.one = true;"),
            (Kind::Int { min: None, max: None }, json!(3), "params.one = 3;", "params.one = 3;"),
            (
                Kind::Object,
                json!({"a": "b"}),
                r#"params.one = MSPKIT_STR("{\"a\":\"b\"}");"#,
                r#"params.one = R"({"a":"b"})";"#,
            ),
            (
                Kind::DateRange,
                json!({"start": "2026-01-01", "end": "2026-01-31"}),
                "params.one.start = MSPKIT_STR(\"2026-01-01\"); params.one.end = MSPKIT_STR(\"2026-01-31\");",
                "params.one = {\"2026-01-01\", \"2026-01-31\"};",
            ),
            (
                Kind::TextList,
                json!("a, b"),
                "const mspkit_str one[] = {MSPKIT_STR(\"a\"), MSPKIT_STR(\"b\")}; params.one = one; params.one_count = 2;",
                "params.one = {\"a\", \"b\"};",
            ),
        ] {
            let param = param(kind, example);
            assert_eq!((given(&param).join(" ").as_str(), cpp_given(&param).as_str()), (c, cpp));
        }
    }
}
