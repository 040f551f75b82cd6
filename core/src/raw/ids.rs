//! Ids are text, whatever they came as, so that they compare equal everywhere.

use std::ops::Range;

use bytes::Bytes;
use memchr::memmem;

use super::{Cut, member, offset, undecodable, utf8, walk};
use crate::error::Result;

impl Cut {
    /// Turns ids that came as numbers into strings.
    pub(crate) fn with_text_ids(self, id_fields: &[&str]) -> Result<Self> {
        if !may_hold_number_ids(&self.buffer, id_fields) {
            return Ok(self);
        }
        let mut buffer = Vec::with_capacity(self.buffer.len() + self.items.len() * 2 * id_fields.len());
        let mut items = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let start = buffer.len();
            copy_with_text_ids(
                utf8(&self.buffer)?.get(item.clone()).unwrap_or_default(),
                id_fields,
                &mut buffer,
            )?;
            items.push(start..buffer.len());
        }
        Ok(Self { buffer: buffer.into(), items, facts: self.facts })
    }
}

/// One object with its number ids turned into strings.
pub(crate) fn object_with_text_ids(json: Bytes, id_fields: &[&str]) -> Result<Bytes> {
    if !may_hold_number_ids(&json, id_fields) {
        return Ok(json);
    }
    let mut buffer = Vec::with_capacity(json.len() + 2 * id_fields.len());
    copy_with_text_ids(utf8(&json)?, id_fields, &mut buffer)?;
    Ok(buffer.into())
}

/// The text of an item's own id, from a string or a number.
pub(crate) fn id_of(item: &[u8], wire: &str) -> Option<String> {
    let item = std::str::from_utf8(item).ok()?;
    let raw = member(item, wire)?;
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str(raw).ok(),
        b'-' | b'0'..=b'9' => Some(raw.to_owned()),
        _ => None,
    }
}

fn copy_with_text_ids(item: &str, id_fields: &[&str], out: &mut Vec<u8>) -> Result<()> {
    let mut numbers: Vec<Range<usize>> = Vec::new();
    if item.starts_with('{') {
        walk(item, |key, value| {
            if id_fields.contains(&key) && value.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
                numbers.push(offset(item, value));
            }
            true
        })
        .map_err(|error| undecodable(&error.to_string()))?;
    }
    let mut copied = 0;
    for number in numbers {
        out.extend_from_slice(&item.as_bytes()[copied..number.start]);
        out.push(b'"');
        out.extend_from_slice(&item.as_bytes()[number.clone()]);
        out.push(b'"');
        copied = number.end;
    }
    out.extend_from_slice(&item.as_bytes()[copied..]);
    Ok(())
}

/// A search for `"field":` before a digit: far cheaper than reading every item, and it may only err towards reading.
fn may_hold_number_ids(json: &[u8], id_fields: &[&str]) -> bool {
    id_fields.iter().any(|field| {
        let needle = format!("\"{field}\"");
        memmem::find_iter(json, needle.as_bytes()).any(|at| {
            let rest =
                json[at + needle.len()..].iter().find(|byte| !byte.is_ascii_whitespace() && **byte != b':');
            rest.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-')
        })
    })
}
