//! Texts as V8 takes them fastest. It copies texts of one byte a letter and decodes all others letter by letter, on the
//! thread of the event loop; so the few other letters of a JSON text are escaped before, on the runtime's.

use std::fmt::Write;

use napi::bindgen_prelude::{Array, Latin1String};

/// A text on its way to JavaScript.
pub(crate) enum Text {
    Ascii(Latin1String),
    Any(String),
}

impl Text {
    /// A JSON text. Where every eighth byte or more would have to be escaped it stays as it is.
    pub(crate) fn json(text: String) -> Self {
        if text.is_ascii() {
            return Self::any(text);
        }
        if text.bytes().filter(|byte| !byte.is_ascii()).count() > text.len() / 8 {
            return Self::Any(text);
        }
        Self::any(escaped(&text))
    }

    /// Any other text.
    pub(crate) fn any(text: String) -> Self {
        if text.is_ascii() { Self::Ascii(text.into()) } else { Self::Any(text) }
    }

    pub(crate) fn write(self, array: &mut Array<'_>, at: u32) -> napi::Result<()> {
        match self {
            Self::Ascii(text) => array.set(at, text),
            Self::Any(text) => array.set(at, text),
        }
    }
}

/// The JSON with everything but ASCII escaped. Other letters can only stand in strings.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + json.len() / 4);
    let mut rest = json;
    while let Some(at) = rest.bytes().position(|byte| !byte.is_ascii()) {
        let (plain, foreign) = rest.split_at(at);
        text.push_str(plain);
        let mut letters = foreign.chars();
        for unit in letters.next().map(|letter| letter.encode_utf16(&mut [0; 2]).to_vec()).unwrap_or_default()
        {
            // Writing into a string cannot fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
        rest = letters.as_str();
    }
    text.push_str(rest);
    text
}
