//! Tolerant reading of single values.
//!
//! Scalars are converted to the expected type: numbers to ids or text, text to numbers. Each function reads the next value,
//! and returns `None` if the server sent null.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use super::{KnownNames, Unreadable};
use crate::wire::raw::Scan;

/// A scalar as the server sent it.
enum Form<'a> {
    Text(Cow<'a, str>),
    /// Its source text.
    Number(&'a str),
    Bool(bool),
}

impl fmt::Display for Form<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The text may be a secret.
            Self::Text(_) => f.write_str("a text"),
            Self::Number(number) => f.write_str(number),
            Self::Bool(flag) => flag.fmt(f),
        }
    }
}

impl<'a> Form<'a> {
    #[inline]
    fn into_text(self) -> Cow<'a, str> {
        match self {
            Form::Text(text) => text,
            Form::Bool(flag) => flag.to_string().into(),
            Form::Number(number) => number_as_text(number),
        }
    }
}

/// Whole numbers stay exact whatever their size; others are normalised, so `1.50` becomes `1.5`.
#[cold]
fn number_as_text(number: &str) -> Cow<'_, str> {
    match number.parse::<f64>() {
        Ok(float) if !is_whole(number) => float.to_string().into(),
        _ => number.into(),
    }
}

/// Whether a number is written without fraction and exponent.
fn is_whole(number: &str) -> bool {
    number.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit())
}

/// Reads a scalar; `read` converts it, or returns it if it cannot be converted to what is `expected`.
#[inline]
fn scalar<'a, T>(
    scan: &mut Scan<'a>,
    expected: &str,
    read: impl FnOnce(Form<'a>) -> Result<T, Form<'a>>,
) -> Result<Option<T>, Unreadable> {
    let form = match scan.peek() {
        Some(b'"') => Form::Text(scan.text()?),
        Some(b'{' | b'[') => return Err(misplaced(scan, expected)),
        _ => {
            let value = scan.value()?;
            match scan.slice(value) {
                "null" => return Ok(None),
                "true" => Form::Bool(true),
                "false" => Form::Bool(false),
                number => Form::Number(number),
            }
        }
    };
    read(form).map(Some).map_err(|form| Unreadable::new(format!("{form} where {expected} belongs")))
}

/// The error for a value of another type.
#[cold]
pub(crate) fn misplaced(scan: &mut Scan<'_>, expected: &str) -> Unreadable {
    let found = match scan.peek() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        _ => match scan.value() {
            Ok(value) => scan.slice(value),
            Err(broken) => return broken.into(),
        },
    };
    Unreadable::new(format!("{found} where {expected} belongs"))
}

/// Reads a text, or a scalar that can be converted to one.
#[inline]
pub(crate) fn text<'a>(scan: &mut Scan<'a>) -> Result<Option<Cow<'a, str>>, Unreadable> {
    scalar(scan, "text", |form| Ok(form.into_text()))
}

/// Reads the text of an id.
#[inline]
pub(crate) fn id<'a>(scan: &mut Scan<'a>) -> Result<Option<Cow<'a, str>>, Unreadable> {
    scalar(scan, "an id", |form| match form {
        Form::Bool(_) => Err(form),
        form => Ok(form.into_text()),
    })
}

/// Reads a whole number.
pub(crate) fn integer(scan: &mut Scan<'_>) -> Result<Option<i64>, Unreadable> {
    scalar(scan, "a whole number", |form| {
        let number = match &form {
            Form::Number(number) if is_whole(number) => number.parse().ok(),
            // Exact for every whole number that a double can hold exactly.
            Form::Number(number) => number
                .parse::<f64>()
                .ok()
                .filter(|float| float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0)
                .and_then(|float| format!("{float:.0}").parse().ok()),
            Form::Text(text) => text.trim().parse().ok(),
            Form::Bool(_) => None,
        };
        number.ok_or(form)
    })
}

/// Reads a number.
pub(crate) fn number(scan: &mut Scan<'_>) -> Result<Option<f64>, Unreadable> {
    scalar(scan, "a number", |form| {
        let number = match &form {
            Form::Number(number) => number.parse::<f64>().ok().filter(|float| float.is_finite()),
            Form::Text(text) => text.trim().parse().ok(),
            Form::Bool(_) => None,
        };
        number.ok_or(form)
    })
}

/// Reads true or false.
pub(crate) fn flag(scan: &mut Scan<'_>) -> Result<Option<bool>, Unreadable> {
    scalar(scan, "true or false", |form| {
        let flag = match &form {
            Form::Bool(flag) => Some(*flag),
            Form::Text(text) => text.trim().to_ascii_lowercase().parse().ok(),
            Form::Number("0") => Some(false),
            Form::Number("1") => Some(true),
            Form::Number(_) => None,
        };
        flag.ok_or(form)
    })
}

/// Reads any JSON that a program can hold.
pub(crate) fn json(scan: &mut Scan<'_>) -> Result<Option<Value>, Unreadable> {
    let value = scan.value()?;
    let read = serde_json::from_str::<Value>(scan.slice(value));
    let value = read.map_err(|_| Unreadable::new("JSON that is too deep, or a number that is too large"))?;
    Ok((!value.is_null()).then_some(value))
}

/// Reads an object; `member` reads the value of each name. Returns the text of the object.
pub(crate) fn object<'a>(
    scan: &mut Scan<'a>,
    mut member: impl FnMut(&str, &mut Scan<'a>) -> Result<(), Unreadable>,
) -> Result<Option<&'a str>, Unreadable> {
    match scan.peek() {
        Some(b'{') => {}
        Some(b'n') => return Ok(scan.value().map(|_| None)?),
        _ => return Err(misplaced(scan, "an object")),
    }
    let range = scan.members(|scan| {
        let (name, _) = scan.name()?;
        member(&name, scan).map_err(|error| error.in_member(&name))
    })?;
    Ok(Some(scan.slice(range)))
}

/// Reads an object whose members are probably the `known` ones, in that order; `member` reads the value of each, by its
/// index in `known` or else by its name. Returns the text of the object.
#[inline]
pub(crate) fn object_of<'a>(
    scan: &mut Scan<'a>,
    known: &KnownNames,
    mut member: impl FnMut(Result<usize, &str>, &mut Scan<'a>) -> Result<(), Unreadable>,
) -> Result<Option<&'a str>, Unreadable> {
    match scan.peek() {
        Some(b'{') => {}
        Some(b'n') => return Ok(scan.value().map(|_| None)?),
        _ => return Err(misplaced(scan, "an object")),
    }
    let mut likely = 0;
    let range = scan.members(|scan| {
        if let Some((name, written)) = known.0.get(likely)
            && scan.follows(written)
        {
            let at = likely;
            likely += 1;
            return member(Ok(at), scan).map_err(|error| error.in_member(name));
        }
        let (name, _) = scan.name()?;
        let found = known.0.iter().position(|(known, _)| **known == *name);
        likely = found.map_or(likely, |at| at + 1);
        member(found.ok_or(&*name), scan).map_err(|error| error.in_member(&name))
    })?;
    Ok(Some(scan.slice(range)))
}

/// Reads a list; `entry` reads each of its values. Returns the text of the list.
pub(crate) fn list<'a>(
    scan: &mut Scan<'a>,
    mut entry: impl FnMut(&mut Scan<'a>) -> Result<(), Unreadable>,
) -> Result<Option<&'a str>, Unreadable> {
    match scan.peek() {
        Some(b'[') => {}
        Some(b'n') => return Ok(scan.value().map(|_| None)?),
        _ => return Err(misplaced(scan, "a list")),
    }
    let mut index = 0;
    let range = scan.list(|scan| {
        entry(scan).map_err(|error| error.in_entry(index))?;
        index += 1;
        Ok::<_, Unreadable>(())
    })?;
    Ok(Some(scan.slice(range)))
}
