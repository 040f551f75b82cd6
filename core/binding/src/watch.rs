//! The events of a call, until its language reads them.
//!
//! The thread that drives the call records them, only while they are wanted, and a thread of the language reads them.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use mspkit::{Core, Error, Hooks};

use crate::lock;
use crate::port::Target;

/// The kinds of events as bits; the languages use the same numbers.
const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;
const RETRY: u8 = 4;
const STEP: u8 = 16;

/// The unread events of one call or list. `T` is the outcome of calls in its port.
pub struct EventCollector<T> {
    wanted: AtomicU8,
    seen: Mutex<Seen<T>>,
    /// The error of a write that was dropped.
    abandoned: Mutex<Option<Error>>,
}

struct Seen<T> {
    events: Vec<Event>,
    /// Where new events are announced; `None` for blocking calls, which poll.
    target: Option<Target<T>>,
}

/// An event of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The operation.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The server: scheme, host and port.
    pub server: String,
    /// The id of the call.
    pub request_id: String,
    /// Which attempt of the call it was, from 1.
    pub attempt: usize,
    /// What has happened.
    pub kind: EventKind,
}

/// The kind of an event; see the events of the core.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of the core's events")]
pub enum EventKind {
    /// A request is about to be sent.
    Request,
    /// An attempt has ended.
    Response { status: Option<u16>, cause: Option<String>, took: Duration },
    /// Another attempt will be made.
    Retry { reason: String, wait: Duration },
    /// A step of something longer than a call has begun or ended: the JSON that describes it. Such an event has no request.
    Step(String),
}

impl EventKind {
    /// The bit of this kind of event.
    pub fn number(&self) -> u8 {
        match self {
            Self::Request => REQUEST,
            Self::Response { .. } => RESPONSE,
            Self::Retry { .. } => RETRY,
            Self::Step(_) => STEP,
        }
    }
}

impl<T: Send + 'static> EventCollector<T> {
    /// A watch for the events with these bits.
    pub fn new(wanted: u8) -> Arc<Self> {
        let seen = Seen { events: Vec::new(), target: None };
        Arc::new(Self { wanted: AtomicU8::new(wanted), seen: Mutex::new(seen), abandoned: Mutex::default() })
    }

    /// Sets which events are wanted from now on.
    pub fn want(&self, wanted: u8) {
        self.wanted.store(wanted, Ordering::Relaxed);
    }

    /// Sets where events are announced from now on, including those not announced yet.
    pub(crate) fn set_target(self: &Arc<Self>, target: Option<Target<T>>) {
        let mut seen = self.lock();
        if let (false, Some(target)) = (seen.events.is_empty(), &target) {
            target.events(self.clone());
        }
        seen.target = target;
    }

    /// The core with hooks that record the wanted events.
    pub fn over(self: &Arc<Self>, core: &Core) -> Core {
        let (request, response, retry) = (self.clone(), self.clone(), self.clone());
        let abandoned = self.clone();
        let hooks = Hooks::default()
            .on_abandoned(move |error| *lock(&abandoned.abandoned) = Some(error.clone()))
            .on_request(move |event| {
                request.note(REQUEST, || {
                    let target = (event.method, event.path, event.server);
                    seen(event.operation, target, event.request_id, event.attempt, EventKind::Request)
                });
            })
            .on_response(move |event| {
                response.note(RESPONSE, || {
                    let target = (event.method, event.path, event.server);
                    let cause = event.cause.map(str::to_owned);
                    let kind = EventKind::Response { status: event.status, cause, took: event.took };
                    seen(event.operation, target, event.request_id, event.attempt, kind)
                });
            })
            .on_retry(move |event| {
                retry.note(RETRY, || {
                    let target = (event.method, event.path, event.server);
                    let kind = EventKind::Retry { reason: event.reason.to_owned(), wait: event.wait };
                    seen(event.operation, target, event.request_id, event.attempt, kind)
                });
            });
        core.with_hooks(hooks)
    }

    /// Records a step of something longer than a call; `json` describes it.
    pub fn step(self: &Arc<Self>, operation: &str, json: impl FnOnce() -> String) {
        self.note(STEP, || seen(operation, ("", "", ""), "", 0, EventKind::Step(json())));
    }

    fn note(self: &Arc<Self>, number: u8, event: impl FnOnce() -> Event) {
        if self.wanted.load(Ordering::Relaxed) & number == 0 {
            return;
        }
        let event = event();
        let mut seen = self.lock();
        seen.events.push(event);
        // One entry announces all events until they are taken.
        if let (1, Some(target)) = (seen.events.len(), &seen.target) {
            target.events(self.clone());
        }
    }

    /// The error of the call after it was dropped; `None` if it was not a write.
    pub fn abandoned(&self) -> Option<Error> {
        lock(&self.abandoned).take()
    }

    /// The events since the last time.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.lock().events)
    }

    fn lock(&self) -> MutexGuard<'_, Seen<T>> {
        lock(&self.seen)
    }
}

fn seen(
    operation: &str,
    (method, path, server): (&str, &str, &str),
    request_id: &str,
    attempt: usize,
    kind: EventKind,
) -> Event {
    Event {
        operation: operation.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        server: server.to_owned(),
        request_id: request_id.to_owned(),
        attempt,
        kind,
    }
}

impl<T> fmt::Debug for EventCollector<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventCollector").field("wanted", &self.wanted).finish_non_exhaustive()
    }
}

#[cfg(test)]
impl<T: Send + 'static> EventCollector<T> {
    /// Records a retry, as a hook does.
    pub(crate) fn note_retry(self: &Arc<Self>, attempt: usize) {
        let kind = EventKind::Retry { reason: "HTTP 503".to_owned(), wait: Duration::ZERO };
        let target = ("POST", "/v1/cases/search", "https://api.wiv.ai");
        self.note(RETRY, || seen("wiv.cases.search", target, "id", attempt, kind));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_wanted_events_are_recorded_and_each_is_returned_once() {
        let watch: Arc<EventCollector<()>> = EventCollector::new(REQUEST | RESPONSE);
        watch.note_retry(1);
        assert_eq!(watch.take(), []);
        watch.want(RETRY);
        watch.note_retry(2);
        let taken = watch.take();
        assert_eq!(
            taken.iter().map(|event| (event.attempt, event.kind.number())).collect::<Vec<_>>(),
            [(2, RETRY)]
        );
        assert_eq!(watch.take(), []);
    }
}
