//! What crosses to JavaScript: the text of an answer or a page, and what is known of it as a second text that is only
//! parsed when somebody asks.

use std::borrow::Cow;
use std::time::Duration;

use http::HeaderMap;
use mspkit::{Meta, RawPage, RawResponse};
use napi::bindgen_prelude::{Array, Env};
use serde::Serialize;

use crate::big;
use crate::failure::Failure;
use crate::text::Text;

/// How an entry is to be taken; `ts/native.ts` says the same.
const FAILED: u32 = 0;
const DONE: u32 = 1;
const EVENTS: u32 = 2;

/// One answer or page as texts.
pub(crate) struct Crossing {
    /// The JSON of the result, or of the array of items.
    text: Text,
    /// Status, headers, ids and times, and of a page what it says of itself.
    meta: String,
    /// What stands before digits in the text where an integer is too large for JavaScript's numbers.
    marker: Option<String>,
}

/// What a call came to.
pub(crate) enum Entry {
    Failed(Failure),
    Done(Box<Crossing>),
    /// What was seen of a call, as the JSON of an array.
    Events(String),
}

/// How many places of an array an entry takes.
pub(crate) const PLACES: u32 = 4;

impl Entry {
    /// Writes kind, text, meta and marker into an array.
    pub(crate) fn write(self, array: &mut Array<'_>, at: u32) -> napi::Result<()> {
        match self {
            Self::Failed(failure) => {
                array.set(at, FAILED)?;
                array.set(at + 1, failure.to_json())
            }
            Self::Done(crossing) => {
                array.set(at, DONE)?;
                crossing.text.write(array, at + 1)?;
                array.set(at + 2, crossing.meta)?;
                crossing.marker.map_or(Ok(()), |marker| array.set(at + 3, marker))
            }
            Self::Events(events) => {
                array.set(at, EVENTS)?;
                array.set(at + 1, events)
            }
        }
    }

    /// An array of its own, with the events that were seen on the way behind it.
    pub(crate) fn alone(self, env: &Env, events: Option<String>) -> napi::Result<Array<'_>> {
        let mut array = env.create_array(PLACES + 1)?;
        self.write(&mut array, 0)?;
        if let Some(events) = events {
            array.set(PLACES, events)?;
        }
        Ok(array)
    }
}

impl Crossing {
    /// The result of an operation.
    pub(crate) fn result(answer: &RawResponse) -> Self {
        Self::new(lossy(&answer.json), json(&Known::of(&answer.meta)))
    }

    /// The body of an answer as it came; whoever asked for it knows what it is.
    pub(crate) fn body(answer: &RawResponse) -> Self {
        Self { text: Text::any(lossy(&answer.body)), meta: json(&Known::of(&answer.meta)), marker: None }
    }

    /// A page: its items as one array. At the end of a list there is none, and `null` crosses.
    pub(crate) fn page(page: Option<&RawPage>) -> Self {
        let Some(page) = page else {
            return Self { text: Text::json("null".to_owned()), meta: String::new(), marker: None };
        };
        let mut text = Vec::with_capacity(page.items().map(|item| item.len() + 1).sum::<usize>() + 2);
        for item in page.items() {
            text.push(if text.is_empty() { b'[' } else { b',' });
            text.extend_from_slice(item);
        }
        text.extend_from_slice(if text.is_empty() { b"[]" } else { b"]" });
        let known = Known {
            total: page.total,
            number: page.number,
            resume_token: Some(page.resume_token(page.len())),
            ..Known::of(&page.meta)
        };
        Self::new(String::from_utf8(text).unwrap_or_else(|broken| lossy(broken.as_bytes())), json(&known))
    }

    fn new(text: String, meta: String) -> Self {
        match big::mark(&text) {
            Some((text, marker)) => Self { text: Text::json(text), meta, marker: Some(marker) },
            None => Self { text: Text::json(text), meta, marker: None },
        }
    }
}

/// What is known of an answer besides its content.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Known<'a> {
    status: u16,
    headers: Vec<(&'a str, Cow<'a, str>)>,
    request_id: &'a str,
    attempts: usize,
    elapsed: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resume_token: Option<String>,
}

impl<'a> Known<'a> {
    fn of(meta: &'a Meta) -> Self {
        Self {
            status: meta.status,
            headers: pairs(&meta.headers),
            request_id: &meta.request_id,
            attempts: meta.attempts,
            elapsed: milliseconds(meta.elapsed),
            total: None,
            number: None,
            resume_token: None,
        }
    }
}

/// Headers as pairs of lower-case name and text.
pub(crate) fn pairs(headers: &HeaderMap) -> Vec<(&str, Cow<'_, str>)> {
    headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()))).collect()
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The JSON of something of ours, whose names and values are all writable.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| unreachable!("own data is writable: {error}"))
}

/// The core has looked at the text already, so nothing is lost; a body may be anything.
fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
