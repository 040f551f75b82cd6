//! Python's plain data to JSON: what arguments of calls nearly always are.
//!
//! What is not of exactly these types is written by Python's own encoder, so that there is one answer to what can be sent.

use std::fmt::Write;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyInt, PyList, PyString};

/// Deeper data is left to Python, which knows what to say of data that contains itself.
const MAX_DEPTH: usize = 32;

/// The JSON of plain data; nothing if something in it is of another type. Members of the outermost object that are
/// `left_out` itself are not written.
#[pyfunction]
#[pyo3(signature = (value, left_out = None, /))]
pub(crate) fn encode<'py>(
    value: &Bound<'py, PyAny>,
    left_out: Option<&Bound<'py, PyAny>>,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let mut json = String::with_capacity(64);
    let plain = write(&mut json, value, left_out, 0)?;
    Ok(plain.then(|| PyBytes::new(value.py(), json.as_bytes())))
}

/// Writes a value and says whether it could.
fn write(
    json: &mut String,
    value: &Bound<'_, PyAny>,
    left_out: Option<&Bound<'_, PyAny>>,
    depth: usize,
) -> PyResult<bool> {
    if depth > MAX_DEPTH {
        return Ok(false);
    }
    if let Ok(text) = value.cast_exact::<PyString>() {
        return Ok(write_text(json, text));
    }
    if value.is_none() {
        json.push_str("null");
        return Ok(true);
    }
    if let Ok(truth) = value.cast_exact::<PyBool>() {
        json.push_str(if truth.is_true() { "true" } else { "false" });
        return Ok(true);
    }
    if value.is_exact_instance_of::<PyInt>() {
        let Ok(number) = value.extract::<i64>() else { return Ok(false) };
        return Ok(write!(json, "{number}").is_ok());
    }
    if let Ok(list) = value.cast_exact::<PyList>() {
        json.push('[');
        for (at, entry) in list.iter().enumerate() {
            if at > 0 {
                json.push(',');
            }
            if !write(json, &entry, None, depth + 1)? {
                return Ok(false);
            }
        }
        json.push(']');
        return Ok(true);
    }
    let Ok(dict) = value.cast_exact::<PyDict>() else { return Ok(false) };
    json.push('{');
    let empty = json.len();
    for (name, value) in dict {
        if left_out.is_some_and(|left_out| value.is(left_out)) {
            continue;
        }
        if json.len() > empty {
            json.push(',');
        }
        let Ok(name) = name.cast_exact::<PyString>() else { return Ok(false) };
        if !write_text(json, name) {
            return Ok(false);
        }
        json.push(':');
        if !write(json, &value, None, depth + 1)? {
            return Ok(false);
        }
    }
    json.push('}');
    Ok(true)
}

/// Writes text in ASCII, as Python does, if it is Unicode at all.
fn write_text(json: &mut String, text: &Bound<'_, PyString>) -> bool {
    let Ok(text) = text.to_str() else { return false };
    json.push('"');
    let ordinary = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if text.bytes().all(ordinary) {
        json.push_str(text);
    } else {
        for letter in text.chars() {
            match letter {
                '"' => json.push_str("\\\""),
                '\\' => json.push_str("\\\\"),
                ' '..='~' => json.push(letter),
                _ => {
                    for unit in letter.encode_utf16(&mut [0; 2]) {
                        let _ = write!(json, "\\u{unit:04x}");
                    }
                }
            }
        }
    }
    json.push('"');
    true
}
