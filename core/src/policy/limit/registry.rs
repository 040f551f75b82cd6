//! All limiters of the process, by origin and group.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Weak};

use super::Limiter;
use crate::base::per_process::PerProcess;

/// Not a hash table, whose entries are found by a pointer into its middle: a program for leaks would report them.
type Registry = BTreeMap<(String, String), Weak<Limiter>>;

/// Limiters live as long as a client that used them.
static LIMITERS: LazyLock<PerProcess<Registry>> = LazyLock::new(PerProcess::new);

/// The limiter of a group on a host.
pub(crate) fn limiter(origin: &str, group: &str, cap: u32) -> Arc<Limiter> {
    let mut registry = LIMITERS.lock();
    let key = (origin.to_owned(), group.to_owned());
    if let Some(limiter) = registry.get(&key).and_then(Weak::upgrade) {
        return limiter;
    }
    registry.retain(|_, limiter| limiter.strong_count() > 0);
    let limiter = Limiter::new(cap);
    registry.insert(key, Arc::downgrade(&limiter));
    limiter
}
