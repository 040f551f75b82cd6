//! The thread that drives what nobody waits for, where a runtime has no threads of its own.
//!
//! Such a runtime is driven by whoever waits for a call, which spares a call the way to another thread and back. What
//! goes on beside it, pages that are read ahead above all, would stand still between calls: so it is driven here for as
//! long as it is in flight. The thread is made when it is first needed, and sleeps otherwise.

use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use crate::base::lock;

/// Turns that connections get to learn that they were given up, and to close.
const TURNS: usize = 16;

/// Blocks on a future in the runtime; false when the runtime has ended.
type Drive = dyn Fn(BoxFuture<'_, ()>) -> bool + Send + Sync;
/// Starts a thread.
type Spawn = fn(Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>>;

/// Drives a runtime while something is in flight.
pub struct Helper {
    state: Arc<State>,
    drive: Arc<Drive>,
    spawn: Spawn,
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
pub struct InFlight(Arc<State>);

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
    /// A helper that starts its thread with `spawn`, and blocks on a future in its runtime with `drive`, which tells
    /// whether the runtime is still there.
    pub fn new(spawn: Spawn, drive: impl Fn(BoxFuture<'_, ()>) -> bool + Send + Sync + 'static) -> Self {
        Self { state: Arc::default(), drive: Arc::new(drive), spawn, thread: Mutex::default() }
    }

    /// Drives until what it returns is dropped.
    ///
    /// # Errors
    /// The system's, when it gives no thread.
    pub fn in_flight(&self) -> io::Result<InFlight> {
        self.begin()?;
        let mut work = lock(&self.state.work);
        work.in_flight += 1;
        if work.in_flight == 1 {
            self.state.begun.notify_one();
        }
        Ok(InFlight(self.state.clone()))
    }

    /// Sees that connections which were given up are closed, though nobody may wait for anything any more. Without a
    /// thread they are closed at the next call.
    pub fn tidy(&self) {
        if self.begin().is_ok() {
            lock(&self.state.work).untidy = true;
            self.state.begun.notify_one();
        }
    }

    /// Leaves the thread alone, which a forked child does not have.
    pub fn abandon(&self) {
        if let Ok(mut thread) = self.thread.try_lock() {
            std::mem::forget(thread.take());
        }
    }

    /// Ends the thread, if there is one, and waits for that.
    pub fn end(&self) {
        lock(&self.state.work).ended = true;
        self.state.begun.notify_one();
        self.state.changed.notify_one();
        let thread = lock(&self.thread).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }

    fn begin(&self) -> io::Result<()> {
        let mut thread = lock(&self.thread);
        if thread.is_none() {
            let (state, drive) = (self.state.clone(), self.drive.clone());
            *thread = Some((self.spawn)(Box::new(move || state.run(&*drive)))?);
        }
        Ok(())
    }
}

impl fmt::Debug for Helper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Helper").finish_non_exhaustive()
    }
}

impl State {
    fn run(&self, drive: &Drive) {
        while self.awaken() && drive(self.driven().boxed()) {}
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

    async fn driven(&self) {
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

/// Who sees that pages are driven which are read ahead, if anybody.
#[derive(Clone, Default)]
pub(crate) struct Attendant(Option<Arc<dyn Fn() -> Option<InFlight> + Send + Sync>>);

impl Attendant {
    pub(crate) fn new(attend: impl Fn() -> Option<InFlight> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(attend)))
    }

    pub(crate) fn attend(&self) -> Option<InFlight> {
        self.0.as_ref().and_then(|attend| attend())
    }
}

impl fmt::Debug for Attendant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Attendant" } else { "None" })
    }
}
