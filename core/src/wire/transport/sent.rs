//! Whether a request may have reached its server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that a transport sets as soon as a request may have reached the server.
///
/// The caller keeps a clone, so that it still knows after its own deadline, or after dropping the attempt, whether
/// the request can simply be sent again. A flag belongs to one attempt.
///
/// [`Http`](super::Http) sets it when a ready connection accepts the request, with or without a body, and not while the name
/// is looked up or the connection is made. It is never cleared: what a server sends afterwards, in TLS or in HTTP, does not
/// prove that it has not read the request.
#[derive(Clone, Debug, Default)]
pub struct Sent(Arc<AtomicBool>);

impl Sent {
    /// A flag that is not set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the flag.
    pub fn mark(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether the flag is set: `false` guarantees that the server has seen nothing of the request.
    #[must_use]
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::Sent;

    #[test]
    fn clones_share_one_flag() {
        let kept = Sent::new();
        let given = kept.clone();
        assert!(!kept.get());
        given.mark();
        assert!(kept.get());
    }
}
