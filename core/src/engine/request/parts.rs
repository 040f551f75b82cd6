//! Parts of a request that every call may have: the path below the base address, and the query and headers that the caller adds.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::value::RawValue;
use url::Url;

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::quote::{self, quote};

/// Path and query together, in characters. No server accepts as many, and requests cannot have many more.
const LONGEST_TARGET: usize = 60_000;

/// Refuses a path and query that are too long; the error names the longest part.
pub(crate) fn check_length(parts: impl Iterator<Item = (String, usize)>) -> Result<()> {
    let parts: Vec<_> = parts.collect();
    if parts.iter().map(|(_, length)| length).sum::<usize>() <= LONGEST_TARGET {
        return Ok(());
    }
    let longest = parts.iter().max_by_key(|(_, length)| *length);
    let (name, length) = longest.map_or(("path", 0), |(name, length)| (name.as_str(), *length));
    let allowed = format!("must be shorter: path and query can have {LONGEST_TARGET} characters in total");
    Err(Error::argument(name, &format!("{length} characters"), &allowed))
}

/// The encoded length of a query parameter.
pub(crate) fn query_length(name: &str, value: &str) -> usize {
    let length =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).map(str::len).sum::<usize>();
    length(name) + length(value) + 2
}

/// A path below the base. Only the path is replaced, so the result is always on the same server.
pub(crate) fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url
}

pub(crate) fn add_headers(headers: &mut HeaderMap, extra: &BTreeMap<String, String>) -> Result<()> {
    for (name, value) in extra {
        let argument = format!("extra_headers[{name}]");
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
            Error::argument("extra_headers", &quote(name), "must consist of letters, digits and -")
        })?;
        // The engine sets these: a second credential or a wrong length would break its guarantees.
        let own = [
            "authorization",
            "x-api-key",
            "x-request-id",
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
        ];
        if own.contains(&parsed.as_str()) {
            return Err(Error::argument(&argument, "a value", "is set by the client itself"));
        }
        // A header that a caller adds may be a secret, so it is never quoted.
        headers.insert(parsed, header_value(&argument, value, true)?);
    }
    Ok(())
}

pub(super) fn header_value(argument: &str, text: &str, secret: bool) -> Result<HeaderValue> {
    let refuse = || {
        let given = if secret { "a text with other characters".to_owned() } else { quote(text) };
        Error::argument(argument, &given, "must be visible ASCII text on one line")
    };
    if !text.is_ascii() {
        return Err(refuse());
    }
    let mut value = HeaderValue::from_str(text).map_err(|_| refuse())?;
    value.set_sensitive(secret);
    Ok(value)
}

/// Adds a query parameter. Numbers are sent as written: a parser would round large ones.
pub(crate) fn add_query(query: &mut Vec<(String, String)>, name: &str, raw: &RawValue) -> Result<()> {
    let refuse =
        |given: &str, allowed: &str| Err(Error::argument(&format!("extra_query[{name}]"), given, allowed));
    let entries: Vec<&RawValue> = match raw.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(raw.get()).map_err(internal)?,
        _ => vec![raw],
    };
    for entry in entries {
        let text = entry.get();
        match text.as_bytes().first() {
            Some(b'n') => {}
            Some(b'"') => match serde_json::from_str(text) {
                Ok(text) => query.push((name.to_owned(), text)),
                Err(_) => return refuse("a text", "must be Unicode text, without half a surrogate pair"),
            },
            Some(b'{' | b'[') => {
                return refuse(
                    &quote::describe(text),
                    "must be text, a number, true, false, or a list of these",
                );
            }
            _ => query.push((name.to_owned(), text.to_owned())),
        }
    }
    Ok(())
}

pub(super) fn internal(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Internal, error.to_string())
}
