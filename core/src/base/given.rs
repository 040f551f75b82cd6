//! What errors show of what was given.

/// A text in quotation marks, with what cannot be seen in it escaped.
pub(crate) fn quote(text: &str) -> String {
    format!("{text:?}")
}

/// What was given, by its JSON. A text may be a secret in the wrong place, so it is not told.
pub(crate) fn told(raw: &str) -> String {
    match raw.as_bytes().first() {
        Some(b'"') => "a text".to_owned(),
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        _ => short(raw),
    }
}

/// A value as an error shows it.
pub(crate) fn short(raw: &str) -> String {
    match raw.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", &raw[..at]),
        None => raw.to_owned(),
    }
}
