//! The events of a call, on their way to `diagnostics_channel`.

use mspkit_binding::{Event, What};
use serde_json::{Value, json};

use crate::crossing::{Entry, milliseconds};

/// The events of one call or list that JavaScript has not received yet; `ts/diagnostics.ts` chooses the kinds.
pub(crate) type Watch = mspkit_binding::Watch<Entry>;

/// Set for a stoppable call: it reports what is known about it when it is stopped.
pub(crate) const ABANDONED: u8 = 8;

/// Events as a JSON array of kind and event; none if there are no events.
pub(crate) fn told(events: Vec<Event>) -> Option<String> {
    let events: Vec<_> = events.into_iter().map(json_of).collect();
    (!events.is_empty()).then(|| Value::from(events).to_string())
}

fn json_of(event: Event) -> Value {
    let number = event.what.number();
    let mut told = match event.what {
        What::Request => json!({}),
        What::Response { status, cause, took } => {
            json!({ "status": status, "cause": cause, "took": milliseconds(took) })
        }
        What::Retry { reason, wait } => json!({ "reason": reason, "wait": milliseconds(wait) }),
    };
    told["operation"] = event.operation.into();
    told["method"] = event.method.into();
    told["path"] = event.path.into();
    told["server"] = event.server.into();
    told["requestId"] = event.request_id.into();
    told["attempt"] = event.attempt.into();
    json!([number, told])
}
