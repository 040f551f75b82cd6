//! The clock by which tokens and scrolls expire: real time, and what a test has added to it.

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

    /// Time since the last reset, as it really was.
    pub(crate) fn real(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.added = self.added.saturating_add(by);
    }
}
