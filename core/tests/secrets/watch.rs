//! Everything that a program can observe: events and spans of every level, from this crate and its dependencies.

use std::fmt::Write as _;
use std::sync::{Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::planted;

static RECORDED: Mutex<String> = Mutex::new(String::new());

/// Records every field of every event and span.
struct Watcher;

struct Fields;

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(RECORDED.lock().unwrap(), " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Watcher {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        note(span.metadata().name());
        span.record(&mut Fields);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        note(event.metadata().name());
        event.record(&mut Fields);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Starts recording, for the whole process.
pub(crate) fn begin() {
    static BEGIN: Once = Once::new();
    BEGIN.call_once(|| tracing::subscriber::set_global_default(Watcher).unwrap());
}

/// Records an event of a hook.
pub(crate) fn note(line: &str) {
    let mut recorded = RECORDED.lock().unwrap();
    recorded.push('\n');
    recorded.push_str(line);
}

/// Fails if anything that was recorded so far contains a secret.
pub(crate) fn end() {
    let recorded = RECORDED.lock().unwrap().clone();
    assert!(recorded.contains("operation="), "nothing was watched");
    planted::unseen("what is logged", &recorded);
}
