//! Foreign text made safe to show in one line: control characters, terminal escapes and marks of writing direction are
//! escaped, so that no server can forge a line of a log or control a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with its hidden characters escaped.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if is_hidden(c) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Whether a character controls its display, or is invisible. The joiners of emoji and of Persian are not hidden.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        let evil = "bad\nCRITICAL root forged\r\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}gnp.exe\u{0}\u{9b}1m";
        let shown =
            "bad\\nCRITICAL root forged\\r\\u{1b}[2J\\u{1b}]0;owned\\u{7}\\u{202e}gnp.exe\\u{0}\\u{9b}1m";
        assert_eq!(escaped(evil), shown);
    }

    #[test]
    fn ordinary_text_is_unchanged() {
        for text in ["Café Ünïcode", "👩‍👩‍👧", "می‌خواهم", "שלום", "日本語 a\u{a0}b"]
        {
            assert!(matches!(escaped(text), Cow::Borrowed(_)), "{text}");
        }
    }
}
