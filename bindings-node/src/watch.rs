//! What was seen of a call, on its way to `diagnostics_channel`.

use mspkit_binding::{Event, What};
use serde_json::{Value, json};

use crate::crossing::{Entry, milliseconds};

/// The events of one call or list that JavaScript has not seen yet; `ts/diagnostics.ts` says which are wanted.
pub(crate) type Watch = mspkit_binding::Watch<Entry>;

/// Wanted of a call that may be stopped: what there is to say of it then.
pub(crate) const ABANDONED: u8 = 8;

/// Events as the JSON of an array of kind and event; nothing when there are none.
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
