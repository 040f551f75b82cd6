//! The clock by which tokens and scrolls expire and jobs become ready: real time, plus what a test has added.

use std::time::{Duration, Instant};

#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    added: Duration,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), added: Duration::ZERO }
    }

    /// Time since the last reset, as the services see it.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed().saturating_add(self.added)
    }

    /// Real time since the last reset.
    pub(crate) fn real(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.added = self.added.saturating_add(by);
    }
}
