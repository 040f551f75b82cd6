//! Readable JSON: values that fit are on one line, and identifying keys come first.

use serde_json::{Map, Value};

/// Width of a line.
const WIDTH: usize = 220;

/// Keys that come before the others, in this order.
const FIRST: [&str; 21] = [
    "about", "name", "why", "match", "method", "path", "sim", "client", "service", "call", "status",
    "headers", "query", "params", "options", "untyped", "expect", "kind", "steps", "requests", "counts",
];

/// The text of a file.
pub(crate) fn file(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, 0, 0);
    text.push('\n');
    text
}

fn write(text: &mut String, value: &Value, indent: usize, used: usize) {
    let line = value.to_string().len();
    match value {
        Value::Array(items) if !items.is_empty() && indent + used + spaced(value, line) > WIDTH => {
            block(text, indent, ('[', ']'), items.iter().map(|item| (String::new(), item)));
        }
        Value::Object(fields)
            if !fields.is_empty() && (indent == 0 || indent + used + spaced(value, line) > WIDTH) =>
        {
            let fields = ordered(fields);
            block(text, indent, ('{', '}'), fields.into_iter().map(|(key, field)| (named(key), field)));
        }
        other => inline(text, other),
    }
}

fn block<'v>(
    text: &mut String,
    indent: usize,
    (open, close): (char, char),
    entries: impl ExactSizeIterator<Item = (String, &'v Value)>,
) {
    text.push(open);
    let last = entries.len();
    for (at, (name, value)) in entries.enumerate() {
        text.push('\n');
        text.extend(std::iter::repeat_n(' ', indent + 2));
        text.push_str(&name);
        write(text, value, indent + 2, name.len() + 1);
        if at + 1 < last {
            text.push(',');
        }
    }
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', indent));
    text.push(close);
}

fn inline(text: &mut String, value: &Value) {
    let list = |text: &mut String, entries: Vec<(String, &Value)>| {
        for (at, (name, value)) in entries.into_iter().enumerate() {
            text.push_str(if at > 0 { ", " } else { "" });
            text.push_str(&name);
            inline(text, value);
        }
    };
    match value {
        Value::Array(items) => {
            text.push('[');
            list(text, items.iter().map(|item| (String::new(), item)).collect());
            text.push(']');
        }
        Value::Object(fields) => {
            text.push('{');
            list(text, ordered(fields).into_iter().map(|(key, field)| (named(key), field)).collect());
            text.push('}');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

/// The length with a blank after each comma and colon; an upper bound.
fn spaced(value: &Value, compact: usize) -> usize {
    match value {
        Value::Array(items) => compact + items.iter().map(|item| spaced(item, 1)).sum::<usize>(),
        Value::Object(fields) => compact + fields.values().map(|field| 1 + spaced(field, 1)).sum::<usize>(),
        _ => compact,
    }
}

fn named(key: &str) -> String {
    format!("{}: ", Value::from(key))
}

fn ordered(fields: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let mut fields: Vec<_> = fields.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let rank = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
    fields.sort_by_key(|(key, _)| rank(key));
    fields
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::file;

    #[test]
    fn short_values_are_on_one_line_and_identifying_keys_come_first() {
        let value = json!({"zeta": [1, {"b": 1, "name": "a"}], "about": "x"});
        assert_eq!(file(&value), "{\n  \"about\": \"x\",\n  \"zeta\": [1, {\"name\": \"a\", \"b\": 1}]\n}\n");
    }

    #[test]
    fn long_values_are_broken_at_their_outermost_level() {
        let long = "x".repeat(130);
        let text = file(&json!({"list": [{"a": long, "b": [1, 2]}, long]}));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines[1], lines.len()), ("  \"list\": [", 6));
        assert!(lines[2].starts_with("    {\"a\": \"xxx") && lines[2].ends_with("\"b\": [1, 2]},"));
    }
}
