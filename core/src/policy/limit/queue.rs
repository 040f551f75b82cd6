//! The calls that wait for a slot, in order. A call removes itself when it stops waiting, so every entry is a waiting call.

use std::collections::BTreeMap;

use tokio::sync::oneshot;

use super::Permit;

/// Keys are tickets: lower ones are served first.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: BTreeMap<i64, oneshot::Sender<Permit>>,
    /// The lowest and the highest ticket so far.
    front: i64,
    back: i64,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Joins the queue at one of its ends.
    pub(super) fn join(&mut self, front: bool) -> (i64, oneshot::Receiver<Permit>) {
        let (sender, slot) = oneshot::channel();
        let ticket = if front {
            self.front -= 1;
            self.front
        } else {
            self.back += 1;
            self.back
        };
        self.waiting.insert(ticket, sender);
        (ticket, slot)
    }

    /// Removes the first call.
    pub(super) fn next(&mut self) -> Option<oneshot::Sender<Permit>> {
        self.waiting.pop_first().map(|(_, waiter)| waiter)
    }

    /// Removes the call with this ticket, unless it got a slot in the meantime.
    pub(super) fn leave(&mut self, ticket: i64) -> Option<oneshot::Sender<Permit>> {
        self.waiting.remove(&ticket)
    }
}
