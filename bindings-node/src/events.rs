//! The events of a call, on their way to `diagnostics_channel`.

use mspkit_binding::{Event, EventKind};
use serde_json::{Value, json};

use crate::payload::{Entry, milliseconds};

/// The events of one call or list that JavaScript has not received yet; `ts/diagnostics.ts` chooses the kinds.
pub(crate) type EventCollector = mspkit_binding::EventCollector<Entry>;

/// Set for a stoppable call: it reports what is known about it when it is stopped.
pub(crate) const ABANDONED: u8 = 8;

/// Events as a JSON array of kind and event; none if there are no events.
pub(crate) fn events_json(events: Vec<Event>) -> Option<String> {
    let events: Vec<_> = events.into_iter().map(json_of).collect();
    (!events.is_empty()).then(|| Value::from(events).to_string())
}

fn json_of(event: Event) -> Value {
    let number = event.kind.number();
    let mut fields = match event.kind {
        EventKind::Request => json!({}),
        EventKind::Response { status, cause, took } => {
            json!({ "status": status, "cause": cause, "took": milliseconds(took) })
        }
        EventKind::Step(step) => json!({ "step": step }),
        EventKind::Retry { reason, wait } => json!({ "reason": reason, "wait": milliseconds(wait) }),
    };
    fields["operation"] = event.operation.into();
    fields["method"] = event.method.into();
    fields["path"] = event.path.into();
    fields["server"] = event.server.into();
    fields["requestId"] = event.request_id.into();
    fields["attempt"] = event.attempt.into();
    json!([number, fields])
}
