//! Every gate of a process, by origin and group.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, Weak};

use super::Gate;
use crate::base::lock;

type Registry = HashMap<(String, String), Weak<Gate>>;

/// Gates live as long as a client that used them.
///
/// A forked child finds the registry as some thread of its parent left it, perhaps locked, with slots that nobody will
/// ever give back. It begins one of its own behind it and touches nothing else.
#[derive(Debug)]
struct Gates {
    process: u32,
    registry: Mutex<Registry>,
    child: OnceLock<Box<Gates>>,
}

static GATES: LazyLock<Gates> = LazyLock::new(Gates::new);

impl Gates {
    fn new() -> Self {
        Self { process: std::process::id(), registry: Mutex::default(), child: OnceLock::new() }
    }

    fn of_this_process(&self) -> &Mutex<Registry> {
        let (mut found, process) = (self, std::process::id());
        while found.process != process {
            found = found.child.get_or_init(|| Box::new(Gates::new()));
        }
        &found.registry
    }
}

/// The gate of a group on a host.
pub(crate) fn gate(origin: &str, group: &str, cap: u32) -> Arc<Gate> {
    let mut registry = lock(GATES.of_this_process());
    let key = (origin.to_owned(), group.to_owned());
    if let Some(gate) = registry.get(&key).and_then(Weak::upgrade) {
        return gate;
    }
    registry.retain(|_, gate| gate.strong_count() > 0);
    let gate = Gate::new(cap);
    registry.insert(key, Arc::downgrade(&gate));
    gate
}
