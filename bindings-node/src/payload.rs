//! What crosses to JavaScript: the text of a response or page, and its metadata as a second text, which is parsed only
//! on request.

use std::any::Any;
use std::borrow::Cow;

use http::HeaderMap;
use mspkit::{Answer, Meta, Operation, RawPage, RawResponse};
use mspkit_binding::Event;
pub(crate) use mspkit_binding::milliseconds;
use napi::bindgen_prelude::{Array, Env};
use serde::Serialize;

use crate::bigint;
use crate::events::events_json;
use crate::failure::{Failure, panicked};
use crate::text::Text;

/// The kinds of an entry; `ts/native.ts` has the same numbers.
const FAILED: u32 = 0;
const DONE: u32 = 1;
const EVENTS: u32 = 2;

/// One response or page as texts.
pub(crate) struct Payload {
    /// The JSON of the result, or of the array of items.
    text: Text,
    /// Status, headers, ids and times, and the facts of a page.
    meta: String,
    /// The prefix in the text that marks integers too large for JavaScript numbers.
    marker: Option<String>,
    /// Runs when JavaScript receives it.
    taken: Option<Box<dyn FnOnce() + Send>>,
}

/// The outcome of a call.
pub(crate) enum Entry {
    Failed(Failure),
    Done(Box<Payload>),
    /// The events of a call, as a JSON array.
    Events(String),
}

/// How many elements of an array an entry takes.
pub(crate) const PLACES: u32 = 4;

impl Entry {
    /// The outcome of a call; a panic is a failure.
    pub(crate) fn of(outcome: Result<Result<Payload, Failure>, Box<dyn Any + Send>>) -> Self {
        match outcome {
            Ok(Ok(payload)) => Self::Done(Box::new(payload)),
            Ok(Err(failure)) => Self::Failed(failure),
            Err(payload) => Self::Failed(panicked(payload.as_ref())),
        }
    }

    /// Writes kind, text, meta and marker into an array.
    pub(crate) fn write(self, env: Env, array: &mut Array<'_>, at: u32) -> napi::Result<()> {
        match self {
            Self::Failed(failure) => {
                array.set(at, FAILED)?;
                array.set(at + 1, failure.to_json())
            }
            Self::Done(payload) => {
                let Payload { text, meta, marker, taken } = *payload;
                array.set(at, DONE)?;
                if let Some(taken) = taken {
                    taken();
                }
                text.write(env, array, at + 1)?;
                array.set(at + 2, meta)?;
                marker.map_or(Ok(()), |marker| array.set(at + 3, marker))
            }
            Self::Events(events) => {
                array.set(at, EVENTS)?;
                array.set(at + 1, events)
            }
        }
    }

    /// An array with this entry only, followed by the events of the call.
    pub(crate) fn alone(self, env: &Env, events: Vec<Event>) -> napi::Result<Array<'_>> {
        let mut array = env.create_array(PLACES + 1)?;
        self.write(*env, &mut array, 0)?;
        if let Some(events) = events_json(events) {
            array.set(PLACES, events)?;
        }
        Ok(array)
    }
}

impl Payload {
    /// The result of an operation: JSON, or the bytes of a body that is not JSON.
    pub(crate) fn result(operation: &str, answer: &RawResponse) -> Self {
        if Operation::find(operation).is_some_and(|known| known.answer == Answer::Raw) {
            let (text, meta) = (Text::bytes(&answer.body), json(&Known::of(&answer.meta)));
            return Self { text, meta, marker: None, taken: None };
        }
        let mut payload = Self::new(answer.json.len(), json(&Known::of(&answer.meta)));
        payload.push(&answer.json);
        payload
    }

    /// The body of a response, unchanged; the caller knows its format.
    pub(crate) fn body(answer: &RawResponse) -> Self {
        let meta = json(&Known::of(&answer.meta));
        Self { text: Text::any(&answer.body), meta, marker: None, taken: None }
    }

    /// A text of mspkit's own that is JSON; there is no response.
    pub(crate) fn own(json: &str) -> Self {
        Self { text: Text::any(json.as_bytes()), meta: "{}".to_owned(), marker: None, taken: None }
    }

    /// The end of a list, passed as `null`, with the metadata of its last page.
    pub(crate) fn end(page: Option<&RawPage>) -> Self {
        let meta =
            page.map_or_else(String::new, |page| json(&Known { total: page.total, ..Known::of(&page.meta) }));
        Self { text: Text::any(b"null"), meta, marker: None, taken: None }
    }

    /// JSON of mspkit's own, with the metadata of a page.
    pub(crate) fn with_meta(json: &str, page: Option<&RawPage>) -> Self {
        Self { text: Text::any(json.as_bytes()), ..Self::end(page) }
    }

    /// Bytes, with the metadata of a page.
    pub(crate) fn binary(bytes: Vec<u8>, page: Option<&RawPage>) -> Self {
        Self { text: Text::binary(bytes), ..Self::end(page) }
    }

    /// A page, or a part of one: its items as one array.
    pub(crate) fn page(page: &RawPage) -> Self {
        let known = Known {
            total: page.total,
            number: page.number,
            resume_token: Some(page.resume_token(page.len())),
            ..Known::of(&page.meta)
        };
        let length = page.items().map(|item| item.len() + 1).sum::<usize>() + 2;
        let mut payload = Self::new(length, json(&known));
        payload.text.push(b"[");
        for (at, item) in page.items().enumerate() {
            if at > 0 {
                payload.text.push(b",");
            }
            payload.push(item);
        }
        payload.text.push(b"]");
        payload
    }

    fn new(length: usize, meta: String) -> Self {
        Self { text: Text::json(length), meta, marker: None, taken: None }
    }

    /// Runs something on JavaScript's thread when it receives this; not if nobody waits for it any more.
    pub(crate) fn when_taken(mut self, taken: impl FnOnce() + Send + 'static) -> Self {
        self.taken = Some(Box::new(taken));
        self
    }

    /// Adds JSON and marks its large integers.
    fn push(&mut self, json: &[u8]) {
        let mut copied = 0;
        for (begin, end) in bigint::large_integers(json) {
            let marker = self.marker.get_or_insert_with(bigint::marker);
            self.text.push(&json[copied..begin]);
            self.text.push(b"\"");
            self.text.push(marker.as_bytes());
            self.text.push(&json[begin..end]);
            self.text.push(b"\"");
            copied = end;
        }
        self.text.push(&json[copied..]);
    }
}

/// The metadata of a response.
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

/// Headers as pairs of lower-case name and value.
pub(crate) fn pairs(headers: &HeaderMap) -> Vec<(&str, Cow<'_, str>)> {
    headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()))).collect()
}

/// The JSON of a value of our own, which always serializes.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| unreachable!("own data always serializes: {error}"))
}
