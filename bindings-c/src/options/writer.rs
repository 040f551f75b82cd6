//! From the option structs to the core's options: one JSON object of what was given, under the names of C.

use std::sync::Arc;

use mspkit::{CallOptions, Config, PagingOptions, Spelling};
use serde_json::{Map, Value};

use super::{NOT_GIVEN, mspkit_call_options, mspkit_client_options, mspkit_paging_options, read};
use crate::abi::{MSPKIT_DEFAULT, MSPKIT_E_NULL, MSPKIT_E_RANGE};
use crate::cancel::{Cancel, mspkit_cancel_token};
use crate::failure::Failure;
use crate::text::{mspkit_pair, mspkit_str};

/// A longer array has a length that was not set.
const MOST_ENTRIES: usize = 1 << 16;

/// A JSON object of options under construction.
pub(crate) struct OptionsWriter(Map<String, Value>);

impl OptionsWriter {
    /// Begins with the caller's JSON.
    ///
    /// # Safety
    /// As for [`mspkit_str::read`].
    pub(crate) unsafe fn from(json: mspkit_str) -> Result<Self, Failure> {
        // SAFETY: the caller's promise is this one's.
        let Some(text) = (unsafe { json.read_text("json")? }) else { return Ok(Self(Map::new())) };
        match serde_json::from_str(text) {
            Ok(Value::Object(members)) => Ok(Self(members)),
            // The parser's message could quote a credential.
            _ => Err(Failure::invalid("json", "must be one JSON object of options")),
        }
    }

    fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// # Safety
    /// As for [`mspkit_str::read`].
    pub(crate) unsafe fn text(&mut self, name: &str, text: mspkit_str) -> Result<(), Failure> {
        // SAFETY: the caller's promise is this one's.
        if let Some(text) = unsafe { text.read_text(name)? } {
            self.set(name, text);
        }
        Ok(())
    }

    pub(crate) fn number(&mut self, name: &str, number: i64) -> Result<(), Failure> {
        match number {
            NOT_GIVEN => {}
            number if number >= 0 => self.set(name, number),
            number => return Err(range(name, number, "0 or more, or MSPKIT_DEFAULT")),
        }
        Ok(())
    }

    pub(crate) fn choice(&mut self, name: &str, choice: i32) -> Result<(), Failure> {
        match choice {
            MSPKIT_DEFAULT => {}
            0 | 1 => self.set(name, choice == 1),
            choice => return Err(range(name, choice.into(), "true, false or MSPKIT_DEFAULT")),
        }
        Ok(())
    }

    /// The object in a text.
    ///
    /// # Safety
    /// As for [`mspkit_str::read`].
    pub(crate) unsafe fn object(&mut self, name: &str, text: mspkit_str) -> Result<(), Failure> {
        // SAFETY: the caller's promise is this one's.
        if let Some(text) = unsafe { text.read_text(name)? } {
            let object = serde_json::from_str::<Map<String, Value>>(text);
            self.set(name, object.map_err(|_| Failure::invalid(name, "must be one JSON object"))?);
        }
        Ok(())
    }

    /// Pairs as an object.
    ///
    /// # Safety
    /// As for [`entries`], and as for [`mspkit_str::read`] for each.
    pub(crate) unsafe fn pairs(
        &mut self,
        name: &str,
        given: *const mspkit_pair,
        count: usize,
    ) -> Result<(), Failure> {
        // SAFETY: the caller's promise is this one's.
        unsafe {
            let given = entries(name, given, count)?;
            if !given.is_empty() {
                self.set(name, pairs(name, given)?);
            }
        }
        Ok(())
    }

    pub(crate) fn into_json(self) -> Vec<u8> {
        Value::Object(self.0).to_string().into_bytes()
    }
}

/// A number argument; none for `MSPKIT_DEFAULT`.
pub(crate) fn count(name: &str, number: i64) -> Result<Option<u64>, Failure> {
    match number {
        NOT_GIVEN => Ok(None),
        number => {
            u64::try_from(number).map(Some).map_err(|_| range(name, number, "0 or more, or MSPKIT_DEFAULT"))
        }
    }
}

pub(crate) fn range(name: &str, given: i64, allowed: &str) -> Failure {
    Failure::argument(MSPKIT_E_RANGE, name, Some(&given.to_string()), &format!("must be {allowed}"))
}

/// The entries of an array that the caller passed.
///
/// # Safety
/// `entries` is NULL or points to `count` of them.
pub(crate) unsafe fn entries<'a, T>(name: &str, entries: *const T, count: usize) -> Result<&'a [T], Failure> {
    if count == 0 {
        return Ok(&[]);
    }
    if entries.is_null() {
        let allowed = format!("must not be NULL when the count is {count}");
        return Err(Failure::argument(MSPKIT_E_NULL, name, None, &allowed));
    }
    if count > MOST_ENTRIES {
        let allowed = format!("must be at most {MOST_ENTRIES} entries");
        return Err(Failure::argument(MSPKIT_E_RANGE, name, Some(&count.to_string()), &allowed));
    }
    // SAFETY: the caller says so.
    Ok(unsafe { std::slice::from_raw_parts(entries, count) })
}

/// The configuration of a client.
///
/// # Safety
/// The struct's pointers are valid as its documentation requires.
pub(crate) unsafe fn config(given: &mspkit_client_options) -> Result<Config, Failure> {
    // SAFETY: the caller says so.
    let json = unsafe { given.serialized()? };
    Ok(Config::from_json_in(&json, Spelling::SnakeMilliseconds, None)?)
}

/// The options of a call, and its cancel token.
///
/// # Safety
/// `given` is NULL or points to a struct whose pointers are valid as its documentation requires.
pub(crate) unsafe fn call(
    given: *const mspkit_call_options,
) -> Result<(CallOptions, Option<Arc<Cancel>>), Failure> {
    if given.is_null() {
        return Ok((CallOptions::default(), None));
    }
    // SAFETY: the caller says so.
    unsafe {
        let given = read(given)?;
        let cancel = given.cancel.as_ref().map(mspkit_cancel_token::shared);
        Ok((CallOptions::from_json_in(&given.serialized()?, Spelling::SnakeMilliseconds)?, cancel))
    }
}

/// Pairs as an object; a name that is repeated has a list of values.
///
/// # Safety
/// As for [`mspkit_str::read`], for each.
unsafe fn pairs(what: &str, pairs: &[mspkit_pair]) -> Result<Map<String, Value>, Failure> {
    let mut members = Map::new();
    for pair in pairs {
        // SAFETY: the caller's promise is this one's.
        let (name, value) = unsafe { (pair.name.read_text(what)?, pair.value.read_text(what)?) };
        let (Some(name), Some(value)) = (name, value) else {
            return Err(Failure::argument(
                MSPKIT_E_NULL,
                what,
                None,
                "must have a name and a value in each entry",
            ));
        };
        match members.get_mut(name) {
            None => {
                members.insert(name.to_owned(), value.into());
            }
            Some(Value::Array(values)) => values.push(value.into()),
            Some(one) => *one = Value::Array(vec![one.take(), value.into()]),
        }
    }
    Ok(members)
}

/// The paging options of a list.
///
/// # Safety
/// `given` is NULL or points to a struct whose pointers are valid as its documentation requires.
pub(crate) unsafe fn paging(given: *const mspkit_paging_options) -> Result<PagingOptions, Failure> {
    if given.is_null() {
        return Ok(PagingOptions::default());
    }
    // SAFETY: the caller says so.
    unsafe {
        let given = read(given)?;
        Ok(PagingOptions::from_json_in(&given.serialized()?, Spelling::SnakeMilliseconds)?)
    }
}
