//! The thread that drives what was submitted, where the runtime has no threads of its own.
//!
//! It sleeps while nothing that was submitted is in flight: then whoever waits for a call drives that call, which spares
//! it the way to another thread and back. All signals are blocked on it.

use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use nix::sys::signal::SigSet;
use tokio::runtime::Runtime as Tokio;
use tokio::sync::Notify;

use crate::lock;

/// Turns that connections get to learn that they were given up, and to close.
const TURNS: usize = 16;

/// A runtime that is there until it has ended. It is read by all who drive it, so that its end waits for them.
pub(crate) type Driven = RwLock<Option<Tokio>>;

pub(crate) struct Helper {
    state: Arc<State>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    work: Mutex<Work>,
    begun: Condvar,
    /// Work has ended.
    changed: Notify,
}

#[derive(Default)]
struct Work {
    in_flight: usize,
    /// Something was given up, which nobody may drive any more.
    untidy: bool,
    ended: bool,
}

/// Keeps the helper driving until it is dropped.
pub(crate) struct InFlight(Arc<State>);

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut work = lock(&self.0.work);
        work.in_flight -= 1;
        if work.in_flight == 0 {
            self.0.changed.notify_one();
        }
    }
}

impl Helper {
    pub(crate) fn start(driven: Arc<Driven>) -> std::io::Result<Self> {
        let state = Arc::<State>::default();
        let own = state.clone();
        // The thread begins with the mask of its maker: there is no time at which a handler could run on it.
        let former = SigSet::all().thread_swap_mask(nix::sys::signal::SigmaskHow::SIG_BLOCK);
        let thread = std::thread::Builder::new().name("mspkit".to_owned()).spawn(move || own.run(&driven));
        if let Ok(former) = former {
            let _ = former.thread_set_mask();
        }
        Ok(Self { state, thread: Mutex::new(Some(thread?)) })
    }

    pub(crate) fn in_flight(&self) -> InFlight {
        let mut work = lock(&self.state.work);
        work.in_flight += 1;
        if work.in_flight == 1 {
            self.state.begun.notify_one();
        }
        InFlight(self.state.clone())
    }

    /// Sees that connections which were given up are closed, though nobody may wait for anything any more.
    pub(crate) fn tidy(&self) {
        lock(&self.state.work).untidy = true;
        self.state.begun.notify_one();
    }

    /// Leaves the thread alone, which a forked child does not have.
    pub(crate) fn abandon(&self) {
        if let Ok(mut thread) = self.thread.try_lock() {
            std::mem::forget(thread.take());
        }
    }

    pub(crate) fn end(&self) {
        lock(&self.state.work).ended = true;
        self.state.begun.notify_one();
        self.state.changed.notify_one();
        let thread = lock(&self.thread).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl State {
    fn run(&self, driven: &Driven) {
        while self.awaken() {
            let driven = driven.read().unwrap_or_else(PoisonError::into_inner);
            let Some(tokio) = &*driven else { return };
            tokio.block_on(self.drive());
        }
    }

    /// Sleeps until there is something to drive; false at the end.
    fn awaken(&self) -> bool {
        let mut work = lock(&self.work);
        while work.in_flight == 0 && !work.untidy && !work.ended {
            work = self.begun.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
        work.untidy = false;
        !work.ended
    }

    async fn drive(&self) {
        while self.busy() {
            self.changed.notified().await;
        }
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
    }

    fn busy(&self) -> bool {
        let work = lock(&self.work);
        work.in_flight > 0 && !work.ended
    }
}
