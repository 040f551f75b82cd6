//! A request's place in flight: released exactly once, however the request ends.

use std::sync::Arc;

use crate::log::End;
use crate::server::Shared;

/// The place of one request. Dropping it means that the client disconnected.
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

    /// The complete response is about to be sent.
    pub(crate) fn answered(mut self, status: u16) {
        self.close(Some(status), End::Answered);
    }

    /// The connection is about to break; `status` was sent before, if anything was.
    pub(crate) fn cut(mut self, status: Option<u16>) {
        self.close(status, End::Cut);
    }

    fn close(&mut self, status: Option<u16>, end: End) {
        if std::mem::take(&mut self.open) {
            let mut state = self.shared.state();
            // After a reset the numbers belong to other requests.
            if state.epoch == self.epoch {
                state.log.end(self.slot, self.number, status, end);
            }
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.close(None, End::Dropped);
    }
}
