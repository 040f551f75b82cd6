//! Percent-encoding: a parameter stays inside its path segment.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The text as one path segment.
pub(crate) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// The reason why a text cannot be a path segment, if any.
///
/// `.` and `..` survive encoding and would be resolved by every URL parser, so they are refused.
pub(crate) fn refuse_segment(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return Some("must not be empty");
    }
    if text == "." || text == ".." {
        return Some("must not be `.` or `..`");
    }
    if text.chars().any(char::is_control) {
        return Some("must not contain control characters");
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_escapes_its_segment(text in "\\PC{1,40}") {
            prop_assume!(refuse_segment(&text).is_none());
            let url = url::Url::parse(&format!("https://host/a/{}/z?q=1", segment(&text))).unwrap();
            let segments: Vec<&str> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 3);
            let decoded = percent_encoding::percent_decode_str(segments[1]).decode_utf8().unwrap();
            prop_assert_eq!(decoded.as_ref(), text.as_str());
            prop_assert_eq!(url.query(), Some("q=1"));
            prop_assert_eq!(url.fragment(), None);
            prop_assert_eq!(url.host_str(), Some("host"));
        }

        #[test]
        fn control_characters_are_refused(before in "[a-z]{0,5}", control in prop::char::range('\0', '\u{1f}'), after in "[a-z]{0,5}") {
            let text = format!("{before}{control}{after}");
            prop_assert!(refuse_segment(&text).is_some());
        }
    }

    #[test]
    fn dot_segments_and_empty_are_refused() {
        for text in ["", ".", ".."] {
            assert!(refuse_segment(text).is_some(), "{text:?}");
        }
        assert!(refuse_segment("...").is_none());
    }
}
