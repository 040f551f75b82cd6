//! The scan compared with a JSON parser, and its errors.

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::*;

fn scanned(text: &str) -> Result<&str, Broken> {
    let mut scan = Scan::new(text);
    let value = scan.value()?;
    scan.end()?;
    Ok(&text[value])
}

/// Texts that are JSON, or nearly.
fn nearly_json() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just("\""),
        Just("\\"),
        Just(" "),
        Just("\"a\""),
        Just("\"\\n\""),
        Just("\"\\u00e5\""),
        Just("\"\\u12\""),
        Just("\"å\u{1f600}\""),
        Just("\u{1}"),
        Just("\"\u{1}\""),
        Just("0"),
        Just("-"),
        Just("12"),
        Just("01"),
        Just("1.5"),
        Just("1."),
        Just("2e+7"),
        Just("e"),
        Just("."),
        Just("true"),
        Just("fals"),
        Just("null"),
        Just("\n\t\r"),
        Just("\u{b}"),
        Just("\"a\":"),
        Just("[1,2]"),
        Just("{\"x\":1}"),
        Just("\"a longer text without anything special\""),
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

/// Any value, nested a little.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(2000)))]

    #[test]
    fn accepts_what_a_parser_accepts(text in nearly_json()) {
        let parsed = serde_json::from_str::<IgnoredAny>(&text);
        prop_assert_eq!(scanned(&text).is_ok(), parsed.is_ok(), "{:?}: {:?}", text, parsed);
    }

    #[test]
    fn skips_whole_values(value in value(), before in "[ \n]{0,3}", after in "[ \t]{0,3}") {
        for json in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let text = format!("{before}{json}{after}");
            prop_assert_eq!(scanned(&text), Ok(&*json));
        }
    }

    #[test]
    fn finds_the_first_byte_that_is_not_ordinary(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let plain = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\') || *byte < b' ');
        prop_assert_eq!(ordinary(&bytes), plain.unwrap_or(bytes.len()));
    }
}

#[test]
fn members_and_entries_are_in_order() {
    let text = r#" { "a" : [1, {"b":2}], "c\u0064": "x" , "":null } "#;
    let (mut found, mut scan) = (Vec::new(), Scan::new(text));
    scan.object(|scan, name| {
        let value = scan.value()?;
        found.push((name.into_owned(), scan.slice(value)));
        Ok(())
    })
    .unwrap();
    scan.end().unwrap();
    let expected = [("a", r#"[1, {"b":2}]"#), ("cd", r#""x""#), ("", "null")];
    assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn depth_has_a_limit_and_needs_no_stack() {
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let limit = MAX_DEPTH as usize;
    assert!(scanned(&nested(limit)).is_ok());
    assert_eq!(scanned(&nested(limit + 1)), Err(Broken::TooDeep));
    assert_eq!(scanned(&"[{\"a\":".repeat(1_000_000)), Err(Broken::TooDeep));
    assert!(scanned(&json!({"wide": vec![json!([]); 500], "text": "[".repeat(500)}).to_string()).is_ok());
}

#[test]
fn errors_have_the_expected_token_and_position() {
    let message = |text: &str| scanned(text).unwrap_err().to_string();
    assert_eq!(message(""), "expected a value at byte 0");
    assert_eq!(message("[1"), "expected `,` or a closing bracket at byte 2");
    assert_eq!(message("{\"a\" 1}"), "expected `:` at byte 5");
    assert_eq!(message("1 2"), "expected the end at byte 2");
}
