//! Tolerant reading of single fields.
//!
//! Scalars are converted to the type of the field: numbers to ids or text, text to numbers.

use std::borrow::Cow;
use std::fmt;

use super::{Id, Json, Secret, Unreadable};
use crate::wire::raw::{Broken, Scan};

/// A type of fields, which can be read from whatever a server may send for it.
pub(crate) trait Field: Sized {
    /// Reads the next value; `None` if the server sent null.
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable>;
}

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
    fn into_text(self) -> Cow<'a, str> {
        match self {
            Form::Text(text) => text,
            Form::Bool(flag) => flag.to_string().into(),
            // Whole numbers stay exact whatever their size; others are normalised, so `1.50` becomes `1.5`.
            Form::Number(number) => match number.parse::<f64>() {
                Ok(float) if !is_whole(number) => float.to_string().into(),
                _ => number.into(),
            },
        }
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

impl Field for String {
    #[inline]
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        Ok(text(scan)?.map(Cow::into_owned))
    }
}

impl Field for Id {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        Ok(id(scan)?.map(|text| Id(text.into_owned())))
    }
}

impl Field for Secret {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        Ok(String::read(scan)?.map(Secret::from))
    }
}

impl Field for i64 {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
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
}

impl Field for f64 {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        scalar(scan, "a number", |form| {
            let number = match &form {
                Form::Number(number) => number.parse::<f64>().ok().filter(|float| float.is_finite()),
                Form::Text(text) => text.trim().parse().ok(),
                Form::Bool(_) => None,
            };
            number.ok_or(form)
        })
    }
}

impl Field for bool {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
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
}

impl Field for Json {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        let value = scan.value()?;
        let read = serde_json::from_str::<Json>(scan.slice(value));
        let value =
            read.map_err(|_| Unreadable::new("JSON that is too deep, or a number that is too large"))?;
        Ok((!value.is_null()).then_some(value))
    }
}

impl<T: Field> Field for Vec<T> {
    fn read(scan: &mut Scan<'_>) -> Result<Option<Self>, Unreadable> {
        match scan.peek() {
            Some(b'[') => {}
            Some(b'n') => return scan.value().map(|_| None).map_err(Unreadable::from),
            _ => return Err(misplaced(scan, "a list")),
        }
        let (mut entries, mut index) = (Vec::new(), 0);
        scan.list(|scan| {
            // Nulls among entries are dropped.
            entries.extend(T::read(scan).map_err(|error| error.in_entry(index))?);
            index += 1;
            Ok::<_, Unreadable>(())
        })?;
        Ok(Some(entries))
    }
}

/// Reads a whole text as one value.
pub(crate) fn whole<T: Field>(text: &str) -> Result<T, Unreadable> {
    let mut scan = Scan::new(text);
    let read = T::read(&mut scan)?;
    scan.end().map_err(|broken: Broken| Unreadable::from(broken))?;
    read.ok_or_else(|| Unreadable::new("null where a value belongs"))
}
