//! Python values to JSON: the arguments and options of calls.
//!
//! Plain data is by far the most common and is tried first. Anything else is converted by its protocol: an object with
//! `__index__` is an integer, one with `isoformat` a text. A value that cannot be sent is refused by the name of its
//! argument, and secrets never become Python values on the way.

use std::borrow::Cow;
use std::fmt::Write;

use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PyMapping, PyMemoryView,
    PySet, PyString, PyTuple, PyType,
};

use crate::failure::Failure;
use crate::item::Item;

/// Deeper data most likely contains itself; the core reads no deeper either.
const MAX_DEPTH: usize = 128;
/// Longer paths are cut after so many parts.
const LONGEST_PLACE: usize = 80;
/// Longer values are cut.
const LONGEST_GIVEN: usize = 40;

/// The JSON of an object of arguments, without those that are `UNSET`. Bytes are JSON already.
pub(crate) fn arguments<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
    static UNSET: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if let Ok(json) = value.cast::<PyBytes>() {
        return Ok(json.as_bytes().into());
    }
    let unset = UNSET.import(value.py(), "mspkit._types", "UNSET")?;
    let value = revealed(value)?;
    let mut json = String::with_capacity(64);
    match object(&mut json, value.cast()?, Some(unset), 0) {
        Ok(()) => Ok(json.into_bytes().into()),
        Err(refused) => Err(refused.raise(value.py(), "")),
    }
}

/// The JSON of one argument of this name.
pub(crate) fn argument(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<u8>> {
    let mut json = String::with_capacity(64);
    match write(&mut json, value, 0) {
        Ok(()) => Ok(json.into_bytes()),
        Err(unsent) => Err(unsent.raise(value.py(), name)),
    }
}

/// An argument that must be text.
pub(crate) fn text(value: &Bound<'_, PyAny>, name: &str) -> PyResult<String> {
    let value = &revealed(value)?;
    let refuse = |given: &str| Failure::refused(name, given, "must be text").raise(value.py());
    match value.cast::<PyString>() {
        Ok(text) => Ok(text.to_str().map_err(|_| refuse(BROKEN_TEXT))?.to_owned()),
        Err(_) => Err(refuse(&given(value))),
    }
}

/// The error for an argument that is refused in Python.
#[pyfunction]
#[pyo3(signature = (argument, value, allowed, /))]
pub(crate) fn refused<'py>(argument: &str, value: &Bound<'py, PyAny>, allowed: &str) -> Bound<'py, PyAny> {
    let py = value.py();
    let given = if value.is_none() { "nothing".to_owned() } else { given(value) };
    Failure::refused(argument, &given, allowed).raise(py).into_value(py).into_bound(py).into_any()
}

/// The JSON of a value, for tests and outside of calls.
#[pyfunction]
#[pyo3(signature = (value, /))]
pub(crate) fn encode<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    let json =
        if value.is_instance_of::<PyDict>() { arguments(value)? } else { argument(value, "value")?.into() };
    Ok(PyBytes::new(value.py(), &json))
}

const BROKEN_TEXT: &str = "text with half a surrogate pair";

/// Why something cannot be sent.
enum Unsent {
    /// It cannot be represented in JSON: its path, innermost part last, and its type.
    Refused { place: String, given: Cow<'static, str> },
    /// Python raised an exception, such as KeyboardInterrupt.
    Raised(PyErr),
}

impl Unsent {
    fn new(given: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused { place: String::new(), given: given.into() }
    }

    /// The same, seen from the container.
    fn within(self, part: &str) -> Self {
        match self {
            Self::Refused { place, given } => {
                let rest = if place.len() > LONGEST_PLACE { "…" } else { &place };
                Self::Refused { place: format!("[{part}]{rest}"), given }
            }
            raised @ Self::Raised(_) => raised,
        }
    }

    /// The exception. The outermost part of the path is the argument itself, unless that has another name.
    fn raise(self, py: Python<'_>, name: &str) -> PyErr {
        match self {
            Self::Refused { place, given } if name.is_empty() => {
                let (argument, rest) = place[1..].split_once(']').unwrap_or((&place, ""));
                Failure::unsendable(&format!("{argument}{rest}"), &given).raise(py)
            }
            Self::Refused { place, given } => {
                Failure::unsendable(&format!("{name}{place}"), &given).raise(py)
            }
            Self::Raised(error) => error,
        }
    }
}

/// The type of a value, for messages; never its content, which may be a secret.
fn given(value: &Bound<'_, PyAny>) -> String {
    match value.get_type().fully_qualified_name() {
        Ok(name) => format!("a value of type {name}"),
        Err(_) => "a value of an unknown type".to_owned(),
    }
}

/// A missing value by its representation: `nan`, `NaT`.
fn shown(value: &Bound<'_, PyAny>) -> String {
    match value.str() {
        Ok(text) => text.to_string_lossy().chars().take(LONGEST_GIVEN).collect(),
        Err(_) => given(value),
    }
}

fn write(json: &mut String, value: &Bound<'_, PyAny>, depth: usize) -> Result<(), Unsent> {
    if let Ok(text) = value.cast_exact::<PyString>() {
        return write_text(json, text);
    }
    if value.is_none() {
        json.push_str("null");
        return Ok(());
    }
    if let Ok(truth) = value.cast_exact::<PyBool>() {
        json.push_str(if truth.is_true() { "true" } else { "false" });
        return Ok(());
    }
    if value.is_instance_of::<PyInt>() {
        return whole(json, value);
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        let number = number.value();
        if !number.is_finite() {
            return Err(Unsent::new(shown(value)));
        }
        json.push_str(&serde_json::Value::from(number).to_string());
        return Ok(());
    }
    if depth >= MAX_DEPTH {
        return Err(Unsent::new("data that is nested too deep"));
    }
    if let Ok(list) = value.cast::<PyList>() {
        return entries(json, list.iter().map(Ok), depth);
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        return object(json, dict, None, depth);
    }
    other(json, value, depth).map_err(|unsent| match unsent {
        // A value whose class raises when it is inspected cannot be sent.
        Unsent::Raised(error) if error.is_instance_of::<PyException>(value.py()) => Unsent::new(given(value)),
        unsent => unsent,
    })
}

impl From<PyErr> for Unsent {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

/// Other objects than plain data, by their protocol.
fn other(json: &mut String, value: &Bound<'_, PyAny>, depth: usize) -> Result<(), Unsent> {
    let py = value.py();
    let further = depth + 1;
    if let Ok(text) = value.cast::<PyString>() {
        return write_text(json, text);
    }
    if value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyByteArray>()
        || value.is_instance_of::<PyMemoryView>()
    {
        return Err(Unsent::new(given(value)));
    }
    if value.is_instance_of::<PyTuple>()
        || value.is_instance_of::<PySet>()
        || value.is_instance_of::<PyFrozenSet>()
    {
        return entries(json, value.try_iter()?, depth);
    }
    if is_hidden(value)? {
        return write(json, &revealed(value)?, further);
    }
    if value.is_instance_of::<Item>() {
        let kwargs = PyDict::new(py);
        kwargs.set_item(intern!(py, "by_wire_name"), true)?;
        return write(json, &value.call_method(intern!(py, "to_dict"), (), Some(&kwargs))?, further);
    }
    if let (Ok(dtype), true) = (value.getattr(intern!(py, "dtype")), value.hasattr(intern!(py, "tolist"))?) {
        return array(json, value, &dtype, further);
    }
    if value.hasattr(intern!(py, "__index__"))? {
        return whole(json, value);
    }
    if value.hasattr(intern!(py, "isoformat"))? {
        // Like NaN, a missing time differs from itself.
        if value.ne(value)? {
            return Err(Unsent::new(shown(value)));
        }
        return write(json, &value.call_method0(intern!(py, "isoformat"))?, further);
    }
    if is_of(value, "decimal", "Decimal")? {
        if !value.call_method0(intern!(py, "is_finite"))?.is_truthy()? {
            return Err(Unsent::new(shown(value)));
        }
        json.push_str(&value.str()?.to_string_lossy());
        return Ok(());
    }
    if is_of(value, "uuid", "UUID")? {
        return write(json, value.str()?.as_any(), further);
    }
    if is_of(value, "enum", "Enum")? {
        return write(json, &value.getattr(intern!(py, "value"))?, further);
    }
    if let Ok(mapping) = value.cast::<PyMapping>() {
        let dict = PyDict::new(py);
        dict.update(mapping)?;
        return object(json, &dict, None, depth);
    }
    if value.is_instance(named(py, &COLLECTION, "collections.abc", "Collection")?.as_any())? {
        return entries(json, value.try_iter()?, depth);
    }
    // A missing value, such as pandas' NA, is recognized by its name.
    let none = value.get_type().name()?.to_string_lossy().starts_with("NA");
    Err(Unsent::new(if none { shown(value) } else { given(value) }))
}

/// Whether it is a Python wrapper around a secret.
fn is_hidden(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    static SECRET: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static HIDDEN: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let (py, of) = (value.py(), value.get_type());
    Ok(of.is(&named(py, &SECRET, "mspkit._types", "Secret")?)
        || of.is(&named(py, &HIDDEN, "mspkit._types", "Hidden")?))
}

/// The content of such a wrapper, or the value itself.
fn revealed<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if is_hidden(value)? { value.getattr(intern!(value.py(), "_text")) } else { Ok(value.clone()) }
}

static COLLECTION: PyOnceLock<Py<PyType>> = PyOnceLock::new();

fn named<'py>(
    py: Python<'py>,
    known: &'static PyOnceLock<Py<PyType>>,
    module: &str,
    name: &str,
) -> PyResult<Bound<'py, PyType>> {
    known.import(py, module, name).cloned()
}

/// Whether a value's class is from this module; it cannot be if the module was never imported.
fn is_of(value: &Bound<'_, PyAny>, module: &str, class: &str) -> PyResult<bool> {
    let modules = value.py().import("sys")?.getattr("modules")?;
    let module = modules.cast::<PyDict>()?.get_item(module)?;
    match module.map(|module| module.getattr(class)) {
        Some(Ok(class)) => value.is_instance(&class),
        _ => Ok(false),
    }
}

/// A value of an array library: an array, or one of its scalars.
fn array(
    json: &mut String,
    value: &Bound<'_, PyAny>,
    dtype: &Bound<'_, PyAny>,
    depth: usize,
) -> Result<(), Unsent> {
    let py = value.py();
    let kind = dtype.getattr("kind").and_then(|kind| kind.extract::<String>()).unwrap_or_default();
    if kind == "M" || kind == "m" {
        // Their plain form is a count of nanoseconds; the text is the time.
        let text = value.str()?;
        let one = value.getattr("ndim").and_then(|ndim| ndim.extract::<usize>()).is_ok_and(|ndim| ndim == 0);
        return match text.to_string_lossy() {
            none if one && none == "NaT" => Err(Unsent::new("NaT")),
            _ if one && kind == "M" => write(json, text.as_any(), depth),
            _ => Err(Unsent::new(given(value))),
        };
    }
    let plain = value.call_method0(intern!(py, "tolist"))?;
    if plain.get_type().is(value.get_type()) {
        return Err(Unsent::new(given(value)));
    }
    write(json, &plain, depth)
}

fn whole(json: &mut String, value: &Bound<'_, PyAny>) -> Result<(), Unsent> {
    if let Ok(number) = value.extract::<i64>() {
        let _ = write!(json, "{number}");
        return Ok(());
    }
    let py = value.py();
    let number = py.import("operator")?.call_method1(intern!(py, "index"), (value,))?;
    // An integer may be too long to convert.
    let text = number.str().map_err(|_| Unsent::new("a number that is too large"))?;
    json.push_str(&text.to_string_lossy());
    Ok(())
}

fn entries<'py>(
    json: &mut String,
    entries: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>,
    depth: usize,
) -> Result<(), Unsent> {
    json.push('[');
    for (at, entry) in entries.enumerate() {
        if at > 0 {
            json.push(',');
        }
        write(json, &entry?, depth + 1).map_err(|unsent| unsent.within(&at.to_string()))?;
    }
    json.push(']');
    Ok(())
}

fn object(
    json: &mut String,
    dict: &Bound<'_, PyDict>,
    left_out: Option<&Bound<'_, PyAny>>,
    depth: usize,
) -> Result<(), Unsent> {
    json.push('{');
    let empty = json.len();
    for (name, value) in dict {
        if left_out.is_some_and(|left_out| value.is(left_out)) {
            continue;
        }
        if json.len() > empty {
            json.push(',');
        }
        if let Ok(name) = name.cast::<PyString>() {
            write_text(json, name).map_err(|_| Unsent::new("a name with half a surrogate pair"))?;
        } else if name.is_exact_instance_of::<PyInt>() {
            let _ = write!(json, "\"{}\"", name.str()?.to_string_lossy());
        } else {
            return Err(Unsent::new(format!("a name that is {}", given(&name))));
        }
        json.push(':');
        write(json, &value, depth + 1).map_err(|unsent| {
            unsent.within(&name.str().map_or_else(|_| "?".into(), |name| name.to_string_lossy().into_owned()))
        })?;
    }
    json.push('}');
    Ok(())
}

/// Writes text in ASCII, as Python does, if it is valid Unicode.
fn write_text(json: &mut String, text: &Bound<'_, PyString>) -> Result<(), Unsent> {
    let text = text.to_str().map_err(|_| Unsent::new(BROKEN_TEXT))?;
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
    Ok(())
}
