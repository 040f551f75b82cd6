//! Brings members of a response under the names of the schema table, and removes values that mean that a field is not set.
//!
//! Only models that have such fields are rewritten, so that every reader, in every language, sees one form.

use bytes::Bytes;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::table::Kind;
use crate::table::dialect::Envelope;
use crate::table::schema::{Field, Model};
use crate::wire::raw;

/// The response with the members of `model` rewritten, where it is an object or a list of them, bare or in its envelope.
/// Text that cannot be read is returned unchanged; its reader reports it.
pub(crate) fn rewritten(body: &Bytes, envelope: Option<&Envelope>, model: Option<&Model>) -> Bytes {
    let Some(model) = model.filter(|model| model.rewritten) else { return body.clone() };
    let text = std::str::from_utf8(body).ok().map(str::trim);
    text.and_then(|text| whole(text, envelope, model)).map_or_else(|| body.clone(), Bytes::from)
}

fn whole(text: &str, envelope: Option<&Envelope>, model: &Model) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let inside =
        envelope.filter(|it| raw::member(text, it.data).is_some_and(|data| data.starts_with(['{', '['])));
    match inside {
        Some(envelope) if text.starts_with('{') => {
            let members = members(text)?;
            object(
                &mut out,
                members.iter().map(|(name, value)| (name.as_str(), *value)),
                |out, name, value| {
                    if name == envelope.data { one_or_many(out, value, model) } else { copied(out, value) }
                },
            )?;
        }
        _ => one_or_many(&mut out, text, model)?,
    }
    Some(out)
}

fn one_or_many(out: &mut String, text: &str, model: &Model) -> Option<()> {
    if text.starts_with('[') {
        list(out, text, |out, entry| fields(out, entry, model))
    } else {
        fields(out, text, model)
    }
}

#[allow(clippy::unnecessary_wraps, reason = "has the form of the functions that read")]
fn copied(out: &mut String, text: &str) -> Option<()> {
    out.push_str(text);
    Some(())
}

fn value(out: &mut String, text: &str, kind: Kind) -> Option<()> {
    match kind {
        Kind::Model { of } if of.rewritten => fields(out, text, of),
        Kind::List { of } if text.starts_with('[') => list(out, text, |out, entry| value(out, entry, *of)),
        _ => copied(out, text),
    }
}

fn list(out: &mut String, text: &str, mut entry: impl FnMut(&mut String, &str) -> Option<()>) -> Option<()> {
    let entries: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    out.push('[');
    for (at, item) in entries.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        entry(out, item.get())?;
    }
    out.push(']');
    Some(())
}

/// Writes an object of a model; anything else is copied.
fn fields(out: &mut String, text: &str, model: &Model) -> Option<()> {
    if !text.starts_with('{') {
        return copied(out, text);
    }
    let members = members(text)?;
    let field_of = |name: &str| model.fields.iter().find(|field| takes(field, name, &members));
    // Null under the own name would be a second member of that name.
    let replaced = |name: &str| {
        let own = model.fields.iter().find(|field| field.wire == name && !field.rules.other_names.is_empty());
        own.is_some_and(|field| !takes(field, name, &members))
    };
    let named = members.iter().filter(|(name, _)| !replaced(name)).map(|(name, value)| {
        let field = field_of(name);
        (field.map_or(name.as_str(), |field| field.wire), (field, *value))
    });
    object(out, named, |out, _, (field, text)| match field {
        Some(field) if means_nothing(field, text) => copied(out, "null"),
        Some(field) => value(out, text, field.kind),
        None => copied(out, text),
    })
}

/// Whether a value says that the field is not set. Servers send ids as numbers and as text.
fn means_nothing(field: &Field, text: &str) -> bool {
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    field.rules.none.contains(&bare)
}

/// Whether the member of this name holds the field: its own name, or the first of its other names that is present.
fn takes(field: &Field, name: &str, members: &[(String, &str)]) -> bool {
    let is_given = |wanted: &str| members.iter().any(|(name, value)| name == wanted && *value != "null");
    if field.wire == name {
        return is_given(name) || !field.rules.other_names.iter().any(|other| is_given(other));
    }
    let first = field.rules.other_names.iter().find(|other| is_given(other));
    first == Some(&name) && !is_given(field.wire)
}

fn members(text: &str) -> Option<Vec<(String, &str)>> {
    let mut members = Vec::new();
    raw::walk(text, |name, value| members.push((name.to_owned(), value))).ok()?;
    Some(members)
}

fn object<'a, V>(
    out: &mut String,
    members: impl Iterator<Item = (&'a str, V)>,
    mut write: impl FnMut(&mut String, &str, V) -> Option<()>,
) -> Option<()> {
    out.push('{');
    for (at, (name, value)) in members.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&Value::from(name).to_string());
        out.push(':');
        write(out, name, value)?;
    }
    out.push('}');
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Rules;

    const PLAIN: Field = Field {
        name: "",
        wire: "",
        kind: Kind::Text,
        required: false,
        nullable: true,
        secret: false,
        deprecated: false,
        default: None,
        rules: Rules::NONE,
        #[cfg(feature = "docs")]
        doc: "",
    };

    static MAPPING: Model = Model {
        service: "",
        name: "Mapping",
        fields: &[
            Field {
                name: "company_id",
                wire: "companyId",
                kind: Kind::Id,
                rules: Rules { other_names: &["psaCustomerId", "customerId"], none: &["-1"], ..Rules::NONE },
                ..PLAIN
            },
            Field {
                name: "parts",
                wire: "parts",
                kind: Kind::List { of: &Kind::Model { of: &MAPPING } },
                ..PLAIN
            },
        ],
        open: true,
        rewritten: true,
        #[cfg(feature = "docs")]
        doc: "",
    };

    fn read(text: &str) -> String {
        let envelope = crate::table::Service::NCentral.dialect().envelope.as_ref();
        let bytes = rewritten(&Bytes::copy_from_slice(text.as_bytes()), envelope, Some(&MAPPING));
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn the_first_name_that_is_present_counts() {
        assert_eq!(read(r#"{"customerId":2,"psaCustomerId":1}"#), r#"{"customerId":2,"companyId":1}"#);
        assert_eq!(read(r#"{"companyId":3,"psaCustomerId":1}"#), r#"{"companyId":3,"psaCustomerId":1}"#);
        assert_eq!(read(r#"{"companyId":null,"customerId":2}"#), r#"{"companyId":2}"#);
        assert_eq!(read(r#"{"companyId":null}"#), r#"{"companyId":null}"#);
    }

    #[test]
    fn values_that_mean_nothing_become_null() {
        assert_eq!(read(r#"{"psaCustomerId":-1,"other":-1}"#), r#"{"companyId":null,"other":-1}"#);
        assert_eq!(read(r#"{"companyId":"-1"}"#), r#"{"companyId":null}"#);
        assert_eq!(read(r#"{"companyId":"-10"}"#), r#"{"companyId":"-10"}"#);
    }

    #[test]
    fn lists_envelopes_and_nested_models_are_rewritten() {
        let bare = r#"[{"customerId":1},null,5]"#;
        assert_eq!(read(bare), r#"[{"companyId":1},null,5]"#);
        let inside = format!(r#"{{"data": {bare}, "customerId": 9}}"#);
        assert_eq!(read(&inside), r#"{"data":[{"companyId":1},null,5],"customerId":9}"#);
        assert_eq!(read(r#"{"parts":[{"customerId":-1}]}"#), r#"{"parts":[{"companyId":null}]}"#);
    }

    #[test]
    fn unreadable_text_is_returned_unchanged() {
        for text in ["", "{", "[{]", "<html>", "null"] {
            assert_eq!(read(text), text);
        }
    }
}
