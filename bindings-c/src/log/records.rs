//! From the core's trace events to log records: events with their fields and those of the call they belong to.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::{Debug, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record as Values};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

use super::{Record, push, wanted};
use crate::lock;

/// Installs the subscriber of the core's events. A Rust program that has set up its own tracing keeps it.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| drop(tracing::subscriber::set_global_default(Records::default())));
}

/// Keeps the fields of open spans, and makes records of events.
#[derive(Default)]
pub(super) struct Records {
    last: AtomicU64,
    open: Mutex<BTreeMap<u64, Span>>,
}

struct Span {
    fields: String,
    handles: usize,
}

thread_local! {
    /// The spans that this thread is in.
    static INSIDE: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Fields as text: the message, then `name=value`.
#[derive(Default)]
struct Fields(String);

impl Fields {
    fn name(&mut self, field: &Field) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        if field.name() != "message" {
            self.0.push_str(field.name());
            self.0.push('=');
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.name(field);
        self.0.push_str(value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.name(field);
        // Writing into a string cannot fail.
        let _ = write!(self.0, "{value:?}");
    }
}

fn ours(metadata: &Metadata<'_>) -> bool {
    metadata.target().split("::").next() == Some("mspkit")
}

impl Subscriber for Records {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if ours(metadata) { Interest::sometimes() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        ours(metadata) && wanted(*metadata.level())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let levels = [
            LevelFilter::TRACE,
            LevelFilter::DEBUG,
            LevelFilter::INFO,
            LevelFilter::WARN,
            LevelFilter::ERROR,
        ];
        let most = levels.into_iter().find(|level| level.into_level().is_some_and(wanted));
        Some(most.unwrap_or(LevelFilter::OFF))
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let mut fields = Fields::default();
        span.record(&mut fields);
        lock(&self.open).insert(id, Span { fields: fields.0, handles: 1 });
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Values<'_>) {
        if let Some(span) = lock(&self.open).get_mut(&span.into_u64()) {
            let mut fields = Fields(std::mem::take(&mut span.fields));
            values.record(&mut fields);
            span.fields = fields.0;
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let inside = INSIDE.with_borrow(|inside| inside.last().copied());
        if let Some(span) = inside.and_then(|id| lock(&self.open).get(&id).map(|span| span.fields.clone())) {
            fields.0.push(' ');
            fields.0.push_str(&span);
        }
        let metadata = event.metadata();
        let (level, target) = (*metadata.level(), metadata.target().to_owned());
        push(Record { level, target, message: fields.0 });
    }

    fn enter(&self, span: &Id) {
        INSIDE.with_borrow_mut(|inside| inside.push(span.into_u64()));
    }

    fn exit(&self, span: &Id) {
        INSIDE.with_borrow_mut(|inside| {
            if let Some(at) = inside.iter().rposition(|id| *id == span.into_u64()) {
                inside.remove(at);
            }
        });
    }

    fn clone_span(&self, span: &Id) -> Id {
        if let Some(span) = lock(&self.open).get_mut(&span.into_u64()) {
            span.handles += 1;
        }
        span.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let mut open = lock(&self.open);
        let Some(span) = open.get_mut(&id.into_u64()) else { return true };
        span.handles -= 1;
        let last = span.handles == 0;
        if last {
            open.remove(&id.into_u64());
        }
        last
    }
}
