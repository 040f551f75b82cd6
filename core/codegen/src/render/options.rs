//! Options in each language: their documentation and types.

use minijinja::Environment;
use minijinja::value::Serde;
use serde_json::Value as Json;

use crate::model::{Choice, Holds};

use super::doc;

pub(super) fn register(environment: &mut Environment<'_>) {
    environment.add_filter("options_of", |options: Serde<Vec<Choice>>, service: &str| {
        Serde(options.0.into_iter().filter(|option| option.is_of(service)).collect::<Vec<_>>())
    });
    environment.add_filter("options_in", |options: Serde<Vec<Choice>>, language: &str| {
        let here = |option: &Choice| option.only.as_deref().is_none_or(|only| only == language);
        Serde(options.0.into_iter().filter(here).collect::<Vec<_>>())
    });
    environment.add_filter("option_doc", |option: Serde<Choice>, language: &str, service: Option<String>| {
        documentation(&option.0, language, service.as_deref())
    });
    environment
        .add_filter("option_meaning", |option: Serde<Choice>, language: &str| meaning(&option.0, language));
    environment.add_filter("option_default", |option: Serde<Choice>| {
        by_default(&option.0, "docs", None).unwrap_or_default()
    });
    environment.add_filter("grouped", |number: u64| grouped(number, '_'));
    environment.add_filter("option_owner", |title: &str| {
        title.trim_start_matches("N-able ").trim_end_matches(" API").trim_end_matches(" REST").to_owned()
    });
    environment.add_filter("options_by_size", |mut options: Serde<Vec<Choice>>| {
        options.0.sort_by_key(|option| C_TYPES.iter().position(|known| *known == c(option)));
        options
    });
    environment.add_filter("option_c", |option: Serde<Choice>| c(&option.0));
    environment.add_filter("option_c_blank", |option: Serde<Choice>| c_blank(&option.0));
    environment.add_filter("option_c_count", |option: Serde<Choice>| c_count(&option.0));
    environment.add_filter("option_c_set", |option: Serde<Choice>| c_set(&option.0));
    environment.add_filter("option_cpp", |option: Serde<Choice>| cpp(&option.0));
    environment.add_filter("option_cpp_given", |option: Serde<Choice>| cpp_given(&option.0));
    environment.add_filter("option_py", |option: Serde<Choice>| python(&option.0));
    environment.add_filter("option_ts", |option: Serde<Choice>| typescript(&option.0));
    environment.add_filter("option_rust", |option: Serde<Choice>| rust(&option.0));
}

/// The meaning of an option and its default, as one sentence.
fn documentation(option: &Choice, language: &str, service: Option<&str>) -> String {
    let meaning = meaning(option, language);
    let (phrase, more) = meaning.split_once(". ").map_or((meaning.as_str(), None), |(a, b)| (a, Some(b)));
    let mut text = phrase.to_owned();
    if let Some(default) = by_default(option, language, service) {
        text = format!("{text}; {default}");
    }
    if let Some(more) = more {
        text = format!("{text}. {more}");
    }
    let secret = if option.kind == Holds::Secret && language == "c" { " Secret." } else { "" };
    format!("{text}.{secret}")
}

/// The meaning of an option.
fn meaning(option: &Choice, language: &str) -> String {
    let unit = match language {
        "python" => "seconds",
        "typescript" | "c" => "milliseconds",
        _ => "",
    };
    let mut text = doc::flow(&option.doc);
    text = match unit {
        "" => text.replace("{Unit}", "Time").replace(" in {unit}", ""),
        unit => text.replace("{Unit}", &capital(unit)).replace("{unit}", unit),
    };
    if matches!(language, "python" | "typescript") {
        text = as_class(&text);
    }
    text
}

/// An error kind by the name of its class.
fn as_class(text: &str) -> String {
    const KIND: &str = "an error of kind `";
    let Some((before, rest)) = text.split_once(KIND) else { return text.to_owned() };
    let Some((kind, after)) = rest.split_once('`') else { return text.to_owned() };
    format!("{before}a `{kind}Error`{after}")
}

/// The default of an option; `None` if there is none, or it is obvious.
fn by_default(option: &Choice, language: &str, service: Option<&str>) -> Option<String> {
    let of = |given: &Option<String>| match (given.as_deref(), service) {
        (Some(given), Some(service)) => given == service,
        _ => true,
    };
    let variables: Vec<_> =
        option.env.iter().filter(|entry| of(&entry.service)).map(|entry| &entry.value).collect();
    let values: Vec<_> =
        option.default.iter().filter(|entry| of(&entry.service)).map(|entry| &entry.value).collect();
    let value = match (&option.by_default, values.as_slice()) {
        (Some(words), _) if words == "none" => None,
        (Some(words), _) => Some(words.clone()),
        (None, [value]) => Some(literal(option, value, language)),
        _ => None,
    };
    let Some((last, others)) = variables.split_last() else {
        let value = value?;
        let numeric = matches!(option.kind, Holds::Time | Holds::Count | Holds::Flag);
        return Some(match language {
            "docs" => value,
            "c" if numeric => format!("`MSPKIT_DEFAULT`: {value}"),
            "c" => format!("not given: {value}"),
            _ if option.by_default.is_some() => format!("by default {value}"),
            _ => format!("{value} by default"),
        });
    };
    let mut named = others.iter().map(|variable| code(variable)).collect::<Vec<_>>().join(", ");
    if !named.is_empty() {
        named.push_str(" or ");
    }
    let value = value.map(|value| format!(", else {value}")).unwrap_or_default();
    let start = if language == "docs" { "" } else { "else " };
    Some(format!("{start}{named}{}{value}", code(last)))
}

/// A default in the spelling of the language.
fn literal(option: &Choice, value: &Json, language: &str) -> String {
    match (option.kind, value, language) {
        (Holds::Time, value, "python") => value.to_string(),
        (Holds::Time, value, "typescript" | "c") => {
            grouped(value.as_u64().unwrap_or_default().saturating_mul(1000), ',')
        }
        (Holds::Time, value, _) => format!("{value} s"),
        (_, Json::Bool(true), "python") => "True".to_owned(),
        (_, Json::Bool(false), "python") => "False".to_owned(),
        (_, Json::String(_), _) => code(value),
        _ => value.to_string(),
    }
}

fn code(value: &Json) -> String {
    format!("`{}`", value.as_str().unwrap_or_default())
}

/// A number with a separator before each group of three digits.
fn grouped(number: u64, sign: char) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(sign);
        }
        out.push(digit);
    }
    out
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

fn type_name(option: &Choice) -> &str {
    option.type_name.as_deref().unwrap_or_default()
}

fn quoted(option: &Choice) -> impl Iterator<Item = String> {
    option.values.iter().map(|value| format!("\"{value}\""))
}

fn python(option: &Choice) -> String {
    match option.kind {
        Holds::Text | Holds::Secret | Holds::Url => "str".to_owned(),
        Holds::Id => "Id".to_owned(),
        Holds::Flag => "bool".to_owned(),
        Holds::Count => "int".to_owned(),
        Holds::Time => "float".to_owned(),
        Holds::OneOf => format!("Literal[{}]", quoted(option).collect::<Vec<_>>().join(", ")),
        Holds::Texts => "Mapping[str, str]".to_owned(),
        Holds::Query | Holds::Object => "Mapping[str, Any]".to_owned(),
        Holds::Hook => type_name(option).to_owned(),
    }
}

fn typescript(option: &Choice) -> String {
    match option.kind {
        Holds::Text | Holds::Secret => "string".to_owned(),
        Holds::Url => "string | URL".to_owned(),
        Holds::Id => "Id".to_owned(),
        Holds::Flag => "boolean".to_owned(),
        Holds::Count | Holds::Time => "number".to_owned(),
        Holds::OneOf => quoted(option).collect::<Vec<_>>().join(" | "),
        Holds::Texts => "Readonly<Record<string, string | undefined>> | Headers".to_owned(),
        Holds::Query => "Query".to_owned(),
        Holds::Object => "Readonly<Record<string, unknown>>".to_owned(),
        Holds::Hook => type_name(option).to_owned(),
    }
}

/// The core's type of an option.
fn rust(option: &Choice) -> String {
    match option.kind {
        Holds::Text | Holds::Id => "String".to_owned(),
        Holds::Secret | Holds::Url => "Secret".to_owned(),
        Holds::Flag => "bool".to_owned(),
        Holds::Time => "Duration".to_owned(),
        Holds::Count | Holds::OneOf | Holds::Hook => type_name(option).to_owned(),
        Holds::Texts => "BTreeMap<String, String>".to_owned(),
        Holds::Query | Holds::Object => "BTreeMap<String, Box<RawValue>>".to_owned(),
    }
}

/// The types of C in the order of fields, so that there is no padding; numbers and choices last, where more may be added.
const C_TYPES: [&str; 4] = ["mspkit_str", "*const mspkit_pair", "i64", "i32"];

fn c(option: &Choice) -> &'static str {
    match option.kind {
        Holds::Texts | Holds::Query => C_TYPES[1],
        Holds::Flag => C_TYPES[3],
        Holds::Count if type_name(option) == "u32" => C_TYPES[3],
        Holds::Time | Holds::Count => C_TYPES[2],
        _ => C_TYPES[0],
    }
}

fn c_blank(option: &Choice) -> &'static str {
    match c(option) {
        "i64" => "NOT_GIVEN",
        "i32" => "MSPKIT_DEFAULT",
        "mspkit_str" => "mspkit_str::NONE",
        _ => "std::ptr::null()",
    }
}

/// The field with the length of an array: `extra_headers` → `extra_header_count`.
fn c_count(option: &Choice) -> String {
    format!("{}_count", option.c.trim_end_matches('s'))
}

/// The expression that writes the field to the options.
fn c_set(option: &Choice) -> String {
    let name = &option.c;
    match (option.kind, c(option)) {
        (Holds::Flag, _) => format!("choice(\"{name}\", self.{name})?"),
        (_, "i64") => format!("number(\"{name}\", self.{name})?"),
        (_, "i32") => format!("number(\"{name}\", self.{name}.into())?"),
        (Holds::Texts | Holds::Query, _) => {
            format!("pairs(\"{name}\", self.{name}, self.{})?", c_count(option))
        }
        (Holds::Object, _) => format!("object(\"{name}\", self.{name})?"),
        _ => format!("text(\"{name}\", self.{name})?"),
    }
}

/// The type of a member in C++.
fn cpp(option: &Choice) -> &'static str {
    match (option.kind, c(option)) {
        (Holds::Time, _) => "std::optional<milliseconds>",
        (Holds::Flag, _) => "std::optional<bool>",
        (_, "i64") => "std::optional<std::uint64_t>",
        (_, "i32") => "std::optional<unsigned>",
        (Holds::Texts | Holds::Query, _) => "std::vector<std::pair<std::string, std::string>>",
        _ => "std::optional<std::string>",
    }
}

/// The expression that passes a member of C++ to C; entries are copied into an array first.
fn cpp_given(option: &Choice) -> &'static str {
    match c(option) {
        "i64" => "number<std::int64_t>",
        "i32" => "number<std::int32_t>",
        "mspkit_str" => "given",
        _ => "",
    }
}
