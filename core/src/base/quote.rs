//! How errors show given values.

/// A text in quotation marks, with invisible characters escaped.
pub(crate) fn quote(text: &str) -> String {
    format!("{text:?}")
}

/// Describes a value by its JSON. A text may be a secret in the wrong place, so it is not shown.
pub(crate) fn describe(raw: &str) -> String {
    match raw.as_bytes().first() {
        Some(b'"') => "a text".to_owned(),
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        _ => truncated(raw),
    }
}

/// The beginning of a value.
pub(crate) fn truncated(raw: &str) -> String {
    match raw.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", &raw[..at]),
        None => raw.to_owned(),
    }
}
