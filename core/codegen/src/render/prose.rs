//! Sentences about parameters that the documentation of all languages shares.

use minijinja::Environment;
use minijinja::value::Serde;

use crate::model::{Kind, Param};

pub(super) fn register(environment: &mut Environment<'_>) {
    environment.add_filter("kind_note", |param: Serde<Param>| kind_note(&param.0));
    environment.add_filter("default_note", |param: Serde<Param>| default_note(&param.0));
    environment.add_filter("limits", |param: Serde<Param>| limits(&param.0));
    environment.add_filter("sentence", sentence);
    environment.add_filter("shown", |params: Serde<Vec<Param>>| shown(&params.0).map(Serde));
    environment.add_filter("compact", |value: Serde<serde_json::Value>| value.0.to_string());
}

/// The first sentence of a text.
pub(super) fn sentence(text: &str) -> String {
    let text = super::doc::flow(text);
    text.find(". ").map_or_else(|| text.clone(), |end| text[..=end].to_owned())
}

/// What a parameter may be, in a few words.
pub(super) fn kind_note(param: &Param) -> String {
    note(&param.kind)
}

fn note(kind: &Kind) -> String {
    match kind {
        Kind::Id => "id".to_owned(),
        Kind::Guid => "GUID".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::NonBlank => "text, not blank".to_owned(),
        Kind::Int { min, max } => match (min, max.filter(|max| *max < i64::from(i32::MAX))) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            (Some(min), None) => format!("{min} or more"),
            (None, Some(max)) => format!("up to {max}"),
            (None, None) => "whole number".to_owned(),
        },
        Kind::Number { min, max } => match (min, max) {
            (Some(min), Some(max)) => format!("number from {min} to {max}"),
            (Some(min), None) => format!("number, {min} or more"),
            (None, Some(max)) => format!("number up to {max}"),
            (None, None) => "number".to_owned(),
        },
        Kind::Bool => "true or false".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::DateTime => "date and time with its offset".to_owned(),
        Kind::DateRange => "two dates".to_owned(),
        Kind::HttpUrl => "`http` or `https` URL".to_owned(),
        Kind::Country => "two letters of ISO 3166-1".to_owned(),
        Kind::Currency => "three letters of ISO 4217".to_owned(),
        Kind::OneOf { values, any_case } => {
            let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            let case = if *any_case { " in any case" } else { "" };
            format!("{}{case}", values.join(" or "))
        }
        Kind::IntOneOf { values } => {
            values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" or ")
        }
        Kind::TextList => "list of texts".to_owned(),
        Kind::List { of } => match of.as_ref() {
            Kind::Id => "list of ids".to_owned(),
            Kind::Guid => "list of GUIDs".to_owned(),
            Kind::Text | Kind::NonBlank => "list of texts".to_owned(),
            Kind::Int { min: None, max: None } => "list of whole numbers".to_owned(),
            Kind::Any => "list".to_owned(),
            Kind::Object | Kind::Input { .. } => "list of objects".to_owned(),
            of => format!("list, each {}", note(of)),
        },
        Kind::Input { .. } => "object".to_owned(),
        Kind::Object => "JSON object".to_owned(),
        Kind::Any => "any JSON".to_owned(),
    }
}

/// The default of a parameter, in a few words; empty if there is none.
pub(super) fn default_note(param: &Param) -> String {
    match (&param.from_option, &param.default) {
        (Some(_), _) => "by default the client's".to_owned(),
        (None, Some(default)) => format!("by default `{default}`"),
        (None, None) => String::new(),
    }
}

/// The limits of a parameter as a sentence; empty if there are none.
pub(super) fn limits(param: &Param) -> String {
    match &param.kind {
        Kind::Int { min: None, max: None } | Kind::Number { min: None, max: None } => String::new(),
        Kind::Int { .. } => format!("A whole number, {}.", kind_note(param)),
        Kind::Number { .. } => format!("A {}.", kind_note(param)),
        Kind::OneOf { .. } | Kind::IntOneOf { .. } => format!("One of {}.", kind_note(param)),
        _ => String::new(),
    }
}

/// The optional parameter that an example uses: preferably a scalar.
fn shown(params: &[Param]) -> Option<Param> {
    let optional = || params.iter().filter(|param| param.named() && !param.required);
    let plain = |param: &&Param| param.kind != Kind::DateRange && !param.kind.nested();
    optional().find(plain).or_else(|| optional().next()).cloned()
}
