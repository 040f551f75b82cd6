//! All limiters of the process, by origin and group.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, Weak};

use super::Limiter;
use crate::base::lock;

type Registry = HashMap<(String, String), Weak<Limiter>>;

/// Limiters live as long as a client that used them.
///
/// A forked child inherits the registry as some thread of its parent left it, perhaps locked, with slots that will never
/// be released. It chains a registry of its own to it and touches nothing else.
#[derive(Debug)]
struct Limiters {
    process: u32,
    registry: Mutex<Registry>,
    child: OnceLock<Box<Limiters>>,
}

static LIMITERS: LazyLock<Limiters> = LazyLock::new(Limiters::new);

impl Limiters {
    fn new() -> Self {
        Self { process: std::process::id(), registry: Mutex::default(), child: OnceLock::new() }
    }

    fn of_this_process(&self) -> &Mutex<Registry> {
        let (mut found, process) = (self, std::process::id());
        while found.process != process {
            found = found.child.get_or_init(|| Box::new(Limiters::new()));
        }
        &found.registry
    }
}

/// The limiter of a group on a host.
pub(crate) fn limiter(origin: &str, group: &str, cap: u32) -> Arc<Limiter> {
    let mut registry = lock(LIMITERS.of_this_process());
    let key = (origin.to_owned(), group.to_owned());
    if let Some(limiter) = registry.get(&key).and_then(Weak::upgrade) {
        return limiter;
    }
    registry.retain(|_, limiter| limiter.strong_count() > 0);
    let limiter = Limiter::new(cap);
    registry.insert(key, Arc::downgrade(&limiter));
    limiter
}
