//! What is seen of a call while it happens, on its way to `diagnostics_channel`.
//!
//! Events are noted by whichever thread drives the call, only while somebody wants them, and read by JavaScript's.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use mspkit::Hooks;
use serde_json::{Value, json};

use crate::crossing::milliseconds;
use crate::port::Target;

/// Which events are wanted; `ts/diagnostics.ts` says the same.
const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;
const RETRY: u8 = 4;

/// The events of one call or list that JavaScript has not seen yet.
#[derive(Default)]
pub(crate) struct Watch {
    wanted: AtomicU8,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    events: Vec<Value>,
    /// Who is told that there are events; nobody, where a blocking call looks by itself.
    target: Option<Target>,
}

impl Watch {
    pub(crate) fn new(wanted: u8) -> Arc<Self> {
        let watch = Self::default();
        watch.want(wanted);
        Arc::new(watch)
    }

    pub(crate) fn want(&self, wanted: u8) {
        self.wanted.store(wanted, Ordering::Relaxed);
    }

    /// Says who is told of events from here on, and of those that nobody was told of.
    pub(crate) fn tell(self: &Arc<Self>, target: Option<Target>) {
        let mut seen = self.lock();
        if let (false, Some(target)) = (seen.events.is_empty(), &target) {
            target.events(self.clone());
        }
        seen.target = target;
    }

    /// The core with hooks that note what is wanted at the time.
    pub(crate) fn over(self: &Arc<Self>, core: &mspkit::Core) -> mspkit::Core {
        let (request, response, retry) = (self.clone(), self.clone(), self.clone());
        let hooks = Hooks::default()
            .on_request(move |event| {
                request.note(
                    REQUEST,
                    event.operation,
                    event.request_id,
                    event.attempt,
                    || json!({ "method": event.method, "path": event.path }),
                );
            })
            .on_response(move |event| {
                response.note(RESPONSE, event.operation, event.request_id, event.attempt, || {
                    json!({ "status": event.status, "cause": event.cause, "took": milliseconds(event.took) })
                });
            })
            .on_retry(move |event| {
                retry.note(
                    RETRY,
                    event.operation,
                    event.request_id,
                    event.attempt,
                    || json!({ "reason": event.reason, "wait": milliseconds(event.wait) }),
                );
            });
        core.with_hooks(hooks)
    }

    fn note(
        self: &Arc<Self>,
        kind: u8,
        operation: &str,
        request_id: &str,
        attempt: usize,
        what: impl FnOnce() -> Value,
    ) {
        if self.wanted.load(Ordering::Relaxed) & kind == 0 {
            return;
        }
        let mut event = what();
        event["operation"] = operation.into();
        event["requestId"] = request_id.into();
        event["attempt"] = attempt.into();
        let mut seen = self.lock();
        seen.events.push(json!([kind, event]));
        // One message stands for all events until they are taken.
        if let (1, Some(target)) = (seen.events.len(), &seen.target) {
            target.events(self.clone());
        }
    }

    /// The events so far, as the JSON of an array of kind and event.
    pub(crate) fn take(&self) -> Option<String> {
        let events = std::mem::take(&mut self.lock().events);
        (!events.is_empty()).then(|| Value::from(events).to_string())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
