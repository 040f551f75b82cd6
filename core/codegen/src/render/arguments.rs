//! The arguments of a method: their order and documentation, which Python and TypeScript share.

use minijinja::Environment;
use minijinja::value::Serde;
use serde_json::Value as Json;

use crate::model::{Kind, Param, ParamLocation};

use super::{doc, prose};

pub(super) fn register(environment: &mut Environment<'_>) {
    environment.add_filter("by_position", |params: Serde<Vec<Param>>| Serde(positional(&params.0)));
    environment.add_filter("by_name", |params: Serde<Vec<Param>>| Serde(named(&params.0)));
}

/// The positional arguments: those of the path, unless one of them has a client option as its default.
fn positional(params: &[Param]) -> Vec<Param> {
    let by_name = params.iter().any(|param| param.from_option.is_some());
    params.iter().filter(|param| param.positional() && !by_name).cloned().collect()
}

/// The keyword arguments in order: required ones, then query, body and headers, then those with a client option as their
/// default.
fn named(params: &[Param]) -> Vec<Param> {
    let by_position = positional(params);
    let rank = |param: &Param| match (param.from_option.is_some(), param.required, param.location) {
        (true, _, _) => 4,
        (false, true, _) => 0,
        (false, false, ParamLocation::Path | ParamLocation::Query) => 1,
        (false, false, ParamLocation::Body) => 2,
        (false, false, ParamLocation::Header) => 3,
    };
    let mut named: Vec<Param> = params
        .iter()
        .filter(|param| !param.internal && by_position.iter().all(|other| other.name != param.name))
        .cloned()
        .collect();
    named.sort_by_key(rank);
    named
}

/// The documentation of a parameter: its meaning, what it may be, and its default.
///
/// `literal` writes a value in the language, `range` an object with a start and an end.
pub(super) fn note(param: &Param, literal: fn(&Json) -> String, range: fn(&str, &str) -> String) -> String {
    let text = doc::flow(&param.doc);
    let mut note = text.clone();
    for sentence in [prose::limits(param), form(param, literal, range)] {
        let known = text.contains(&prose::kind_note(param)) || note.contains(&sentence);
        if !sentence.is_empty() && !known {
            note = format!("{note} {sentence}");
        }
    }
    if let (None, Some(default)) = (&param.from_option, &param.default)
        && !param.send_default
    {
        note = format!("{note} `{}` by default.", literal(default));
    }
    note
}

/// The form of a value as a sentence, if its type does not show it.
fn form(param: &Param, literal: fn(&Json) -> String, range: fn(&str, &str) -> String) -> String {
    match (&param.kind, &param.example) {
        (Kind::Guid, _) => "A GUID.".to_owned(),
        (Kind::NonBlank, _) => "Not blank.".to_owned(),
        (Kind::TextList, _) => "A list, or one text with commas.".to_owned(),
        (Kind::DateTime, _) => "With its offset, RFC 3339.".to_owned(),
        (Kind::List { .. } | Kind::Input { .. }, Some(example)) => format!("As in `{}`.", literal(example)),
        (Kind::DateRange, Some(example)) => {
            let day = |end: &str| example.get(end).map(literal).unwrap_or_default();
            format!("As in `{}`.", range(&day("start"), &day("end")))
        }
        _ => String::new(),
    }
}
