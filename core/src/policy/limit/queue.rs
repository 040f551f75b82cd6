//! Who waits for a slot, in order. Whoever leaves takes itself out, so an entry is always somebody who waits.

use std::collections::BTreeMap;

use tokio::sync::oneshot;

use super::Permit;

/// Keys are places: smaller ones stand further in front.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: BTreeMap<i64, oneshot::Sender<Permit>>,
    /// The places before the first and behind the last one that were ever given.
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

    /// A place at one of the ends.
    pub(super) fn join(&mut self, front: bool) -> (i64, oneshot::Receiver<Permit>) {
        let (sender, slot) = oneshot::channel();
        let place = if front {
            self.front -= 1;
            self.front
        } else {
            self.back += 1;
            self.back
        };
        self.waiting.insert(place, sender);
        (place, slot)
    }

    /// Takes out who stands first.
    pub(super) fn next(&mut self) -> Option<oneshot::Sender<Permit>> {
        self.waiting.pop_first().map(|(_, waiter)| waiter)
    }

    /// Takes out who stands at a place, if it got no slot meanwhile.
    pub(super) fn leave(&mut self, place: i64) -> Option<oneshot::Sender<Permit>> {
        self.waiting.remove(&place)
    }
}
