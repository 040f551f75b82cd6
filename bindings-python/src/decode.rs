//! From JSON to plain Python data, in one pass over a slice of a response.
//!
//! Without an intermediate Rust value: integers of any size stay exact, and field names, which repeat from item to
//! item, are made once. The core has validated the slice; a remaining mistake is an error, never a panic.

use std::sync::Mutex;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyNone, PyString};

use crate::failure::Failure;

/// The maximum nesting that the core accepts in responses, the item's own level included.
const MAX_DEPTH: usize = 129;

/// Why bytes cannot be read.
pub(crate) enum Unread {
    /// They are not JSON, and why.
    Broken(String),
    /// Python raised an exception.
    Raised(PyErr),
}

impl From<PyErr> for Unread {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

impl Unread {
    /// The error, worded by the caller, who knows the source of the bytes.
    pub(crate) fn raise(self, py: Python<'_>, about: impl FnOnce(&str) -> Failure) -> PyErr {
        match self {
            Self::Broken(reason) => about(&reason).raise(py),
            Self::Raised(error) => error,
        }
    }
}

/// Reads JSON as plain data.
#[pyfunction]
#[pyo3(signature = (json, /))]
pub(crate) fn decode<'py>(py: Python<'py>, json: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    checked(py, json).map_err(|unread| unread.raise(py, |reason| Failure::undecodable(reason)))
}

/// Reads JSON that was not validated yet: the reader alone is lenient.
pub(crate) fn checked<'py>(py: Python<'py>, json: &[u8]) -> Result<Bound<'py, PyAny>, Unread> {
    if serde_json::from_slice::<serde::de::IgnoredAny>(json).is_err() && std::str::from_utf8(json).is_ok() {
        return Err(Unread::Broken("the response is not valid JSON".to_owned()));
    }
    value(py, json)
}

/// Reads one JSON value that fills the slice.
pub(crate) fn value<'py>(py: Python<'py>, json: &[u8]) -> Result<Bound<'py, PyAny>, Unread> {
    let broken = |reason: &str| Unread::Broken(format!("the response is not valid JSON: {reason}"));
    let text = std::str::from_utf8(json).map_err(|_| broken("it is not UTF-8 text"))?;
    let mut reader = Reader::new(py, text);
    reader.skip_space();
    let read = reader.value().and_then(|value| {
        reader.skip_space();
        if reader.at == text.len() { Ok(value) } else { Err(Broken::Json) }
    });
    read.map_err(|error| match error {
        Broken::Json => broken(&format!("unexpected data at byte {}", reader.at)),
        Broken::Python(error) => Unread::Raised(error),
    })
}

/// The string that begins with this quote, if it contains no escapes.
pub(crate) fn string<'py>(py: Python<'py>, json: &[u8]) -> Option<Bound<'py, PyString>> {
    let inside = json.get(1..)?;
    let end = memchr::memchr2(b'"', b'\\', inside)?;
    if inside[end] == b'\\' {
        return None;
    }
    Some(PyString::new(py, std::str::from_utf8(&inside[..end]).ok()?))
}

/// The content of a JSON string, given with its quotes. Half a surrogate pair, as left by servers that cut texts in
/// UTF-16, becomes U+FFFD.
pub(crate) fn unescaped(quoted: &str) -> Option<String> {
    if let Ok(text) = serde_json::from_str::<String>(quoted) {
        return Some(text);
    }
    let half = |at: usize| {
        let digits = quoted.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok().filter(|unit| (0xd800..0xe000).contains(unit))
    };
    let mut mended = String::with_capacity(quoted.len());
    let mut at = 0;
    while let Some(found) = quoted.get(at..)?.find('\\') {
        mended.push_str(&quoted[at..at + found]);
        at += found;
        let width = match (half(at), half(at + 6)) {
            (Some(..0xdc00), Some(0xdc00..)) => 12,
            (Some(_), _) => {
                mended.push('\u{fffd}');
                at += 6;
                continue;
            }
            (None, _) => 2,
        };
        mended.push_str(quoted.get(at..at + width)?);
        at += width;
    }
    mended.push_str(&quoted[at..]);
    serde_json::from_str(&mended).ok()
}

pub(crate) enum Broken {
    Json,
    Python(PyErr),
}

impl From<PyErr> for Broken {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

/// Reads values of a text one after another.
pub(crate) struct Reader<'a, 'py> {
    py: Python<'py>,
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a, 'py> Reader<'a, 'py> {
    pub(crate) fn new(py: Python<'py>, text: &'a str) -> Self {
        Self { py, text, at: 0, depth: 0 }
    }

    pub(crate) fn py(&self) -> Python<'py> {
        self.py
    }

    /// Where the next byte is.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// Everything that is left.
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Reads an object: `member` reads each name and its value. False as soon as one of them is.
    pub(crate) fn each_member(
        &mut self,
        member: impl FnMut(&mut Self) -> Result<bool, Broken>,
    ) -> Result<bool, Broken> {
        self.each((b'{', b'}'), member)
    }

    /// Reads a list: `entry` reads each entry. False as soon as one of them is.
    pub(crate) fn each_entry(
        &mut self,
        entry: impl FnMut(&mut Self) -> Result<bool, Broken>,
    ) -> Result<bool, Broken> {
        self.each((b'[', b']'), entry)
    }

    fn each(
        &mut self,
        (begin, end): (u8, u8),
        mut one: impl FnMut(&mut Self) -> Result<bool, Broken>,
    ) -> Result<bool, Broken> {
        self.depth += 1;
        if !self.take(begin) || self.depth > MAX_DEPTH {
            return Err(Broken::Json);
        }
        self.skip_space();
        let mut more = !self.take(end);
        while more {
            if !one(self)? {
                return Ok(false);
            }
            self.skip_space();
            more = self.take(b',');
            if !more && !self.take(end) {
                return Err(Broken::Json);
            }
            self.skip_space();
        }
        self.depth -= 1;
        Ok(true)
    }

    /// The name of a member, up to its value.
    pub(crate) fn member(&mut self) -> Result<std::borrow::Cow<'a, str>, Broken> {
        let name = self.string()?;
        self.skip_space();
        if !self.take(b':') {
            return Err(Broken::Json);
        }
        self.skip_space();
        Ok(name)
    }

    /// The same, as Python has it.
    pub(crate) fn name(&mut self) -> Result<Bound<'py, PyString>, Broken> {
        let name = self.member()?;
        Ok(names::get(self.py, &name))
    }

    /// The whole number that is here; empty, without reading anything, if there is none.
    pub(crate) fn digits(&mut self) -> &'a str {
        let rest = self.rest();
        let part = |letter: char| !matches!(letter, '0'..='9' | '-' | '+' | '.' | 'e' | 'E');
        let number = &rest[..rest.find(part).unwrap_or(rest.len())];
        if !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return "";
        }
        self.at += number.len();
        number
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(crate) fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn value(&mut self) -> Result<Bound<'py, PyAny>, Broken> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::list),
            Some(b'"') => {
                let text = self.string()?;
                Ok(PyString::new(self.py, &text).into_any())
            }
            Some(b't') => self.word("true", PyBool::new(self.py, true).to_owned().into_any()),
            Some(b'f') => self.word("false", PyBool::new(self.py, false).to_owned().into_any()),
            Some(b'n') => self.word("null", PyNone::get(self.py).to_owned().into_any()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(Broken::Json),
        }
    }

    fn word(&mut self, word: &str, value: Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>, Broken> {
        if !self.text[self.at..].starts_with(word) {
            return Err(Broken::Json);
        }
        self.at += word.len();
        Ok(value)
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Bound<'py, PyAny>, Broken>,
    ) -> Result<Bound<'py, PyAny>, Broken> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Broken::Json);
        }
        self.at += 1;
        self.skip_space();
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Bound<'py, PyAny>, Broken> {
        let dict = PyDict::new(self.py);
        if self.take(b'}') {
            return Ok(dict.into_any());
        }
        loop {
            let name = self.string()?;
            let name = names::get(self.py, &name);
            self.skip_space();
            if !self.take(b':') {
                return Err(Broken::Json);
            }
            self.skip_space();
            dict.set_item(name, self.value()?)?;
            self.skip_space();
            if self.take(b'}') {
                return Ok(dict.into_any());
            }
            if !self.take(b',') {
                return Err(Broken::Json);
            }
            self.skip_space();
        }
    }

    fn list(&mut self) -> Result<Bound<'py, PyAny>, Broken> {
        let list = PyList::empty(self.py);
        if self.take(b']') {
            return Ok(list.into_any());
        }
        loop {
            list.append(self.value()?)?;
            self.skip_space();
            if self.take(b']') {
                return Ok(list.into_any());
            }
            if !self.take(b',') {
                return Err(Broken::Json);
            }
            self.skip_space();
        }
    }

    fn string(&mut self) -> Result<std::borrow::Cow<'a, str>, Broken> {
        if !self.take(b'"') {
            return Err(Broken::Json);
        }
        let begin = self.at;
        let mut plain = true;
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let found = memchr::memchr2(b'"', b'\\', rest).ok_or(Broken::Json)?;
            self.at += found + 1;
            if rest[found] == b'"' {
                break;
            }
            // The character after a backslash never ends the string, and is always a single byte.
            plain = false;
            self.at += 1;
            if self.at > self.text.len() {
                return Err(Broken::Json);
            }
        }
        if plain {
            return Ok(std::borrow::Cow::Borrowed(&self.text[begin..self.at - 1]));
        }
        let quoted = self.text.get(begin - 1..self.at).ok_or(Broken::Json)?;
        unescaped(quoted).map(std::borrow::Cow::Owned).ok_or(Broken::Json)
    }

    fn number(&mut self) -> Result<Bound<'py, PyAny>, Broken> {
        let rest = &self.text[self.at..];
        let end = rest
            .find(|letter: char| !matches!(letter, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'))
            .unwrap_or(rest.len());
        let number = &rest[..end];
        let value = if let Ok(small) = number.parse::<i64>() {
            PyInt::new(self.py, small).into_any()
        } else if number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            self.py.get_type::<PyInt>().call1((number,)).map_err(|_| Broken::Json)?
        } else {
            let float: f64 = number.parse().map_err(|_| Broken::Json)?;
            PyFloat::new(self.py, float).into_any()
        };
        self.at += end;
        Ok(value)
    }
}

/// Field names seen before, so that a list's items share them.
mod names {
    use super::{Bound, Mutex, Py, PyString, Python};

    const SLOTS: usize = 512;
    /// Longer names are rare and not worth caching.
    const LONGEST: usize = 40;

    type Slot = Option<(Box<str>, Py<PyString>)>;

    static NAMES: Mutex<Vec<Slot>> = Mutex::new(Vec::new());

    pub(super) fn get<'py>(py: Python<'py>, name: &str) -> Bound<'py, PyString> {
        if name.len() > LONGEST {
            return PyString::new(py, name);
        }
        let hash = name
            .bytes()
            .fold(0xcbf2_9ce4_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let at = hash as usize % SLOTS;
        // Never blocks: the holder may be making a string, which can run any Python code.
        if let Ok(names) = NAMES.try_lock()
            && let Some(Some((known, made))) = names.get(at)
            && **known == *name
        {
            return made.bind(py).clone();
        }
        let made = PyString::intern(py, name);
        if let Ok(mut names) = NAMES.try_lock() {
            if names.is_empty() {
                names.resize_with(SLOTS, || None);
            }
            let old = names[at].replace((name.into(), made.clone().unbind()));
            drop(names);
            drop(old);
        }
        made
    }
}
