//! The top-level members of an object, without parsing their values.

use super::scan::{Broken, Scan};

/// The raw value of a top-level member.
pub(crate) fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let mut found = None;
    let walked = walk(object, |key, value| {
        if key == name {
            found = Some(value);
        }
    });
    walked.ok().and(found)
}

/// All top-level members in order.
pub(crate) fn walk<'a>(object: &'a str, mut each: impl FnMut(&str, &'a str)) -> Result<(), Broken> {
    let mut scan = Scan::new(object);
    scan.object(|scan, name| {
        let value = scan.value()?;
        each(&name, scan.slice(value));
        Ok(())
    })?;
    scan.end().map(drop)
}

/// A JSON object of members whose values are JSON already.
pub(crate) fn compose<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::from("{");
    for (name, raw) in fields {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&serde_json::Value::from(name).to_string());
        text.push(':');
        text.push_str(raw);
    }
    text.push('}');
    text
}
