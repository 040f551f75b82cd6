//! All that a program can watch: events and spans of every level, from this crate and those under it.

use std::fmt::Write as _;
use std::sync::{Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::planted;

static TOLD: Mutex<String> = Mutex::new(String::new());

/// Writes down every field of every event and span.
struct Watcher;

struct Fields;

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(TOLD.lock().unwrap(), " {field}={value:?}").unwrap();
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

/// Begins to watch, for the whole process.
pub(crate) fn begin() {
    static BEGIN: Once = Once::new();
    BEGIN.call_once(|| tracing::subscriber::set_global_default(Watcher).unwrap());
}

/// Writes down what a hook was told.
pub(crate) fn note(line: &str) {
    let mut told = TOLD.lock().unwrap();
    told.push('\n');
    told.push_str(line);
}

/// Fails when anything that was told so far shows a secret.
pub(crate) fn end() {
    let told = TOLD.lock().unwrap().clone();
    assert!(told.contains("operation="), "nothing was watched");
    planted::unseen("what is logged", &told);
}
