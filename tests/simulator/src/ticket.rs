//! A request's place in flight: given back exactly once, however the request ends.

use std::sync::Arc;

use crate::log::End;
use crate::server::Shared;

/// The place of one request. Dropping it means that the client went away.
pub(crate) struct Ticket {
    shared: Arc<Shared>,
    epoch: u64,
    slot: usize,
    number: u64,
    open: bool,
}

impl Ticket {
    pub(crate) fn new(shared: Arc<Shared>, epoch: u64, slot: usize, number: u64) -> Self {
        Self { shared, epoch, slot, number, open: true }
    }

    /// The whole answer is about to leave.
    pub(crate) fn answered(mut self, status: u16) {
        self.close(Some(status), End::Answered);
    }

    /// The connection is about to break; `status` has left before, if anything has.
    pub(crate) fn cut(mut self, status: Option<u16>) {
        self.close(status, End::Cut);
    }

    fn close(&mut self, status: Option<u16>, end: End) {
        if std::mem::take(&mut self.open) {
            let mut world = self.shared.world();
            // After a reset the numbers belong to other requests.
            if world.epoch == self.epoch {
                world.log.end(self.slot, self.number, status, end);
            }
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.close(None, End::Dropped);
    }
}
