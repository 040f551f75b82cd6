//! The thread that drives background work where a runtime has no threads of its own.
//!
//! The thread that waits for a call drives such a runtime, which saves a switch to another thread and back. Background
//! work, mainly pages that are read ahead, would pause between calls, so this thread drives it while it is in flight.
//! The thread is started when it is first needed, and sleeps otherwise.

use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use crate::base::lock;

/// How often the runtime yields so that connections notice that they were dropped, and close.
const CLEANUP_YIELDS: usize = 16;

/// Blocks on a future in the runtime; false when the runtime has shut down.
type Drive = dyn Fn(BoxFuture<'_, ()>) -> bool + Send + Sync;
/// Starts a thread.
type Spawn = fn(Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>>;

/// Drives a runtime while something is in flight.
pub struct BackgroundDriver {
    state: Arc<State>,
    drive: Arc<Drive>,
    spawn: Spawn,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    work: Mutex<Work>,
    begun: Condvar,
    /// Notified when work has ended.
    changed: Notify,
}

#[derive(Default)]
struct Work {
    in_flight: usize,
    /// Whether dropped connections have to be closed.
    cleanup: bool,
    ended: bool,
}

/// Keeps the background driver running until it is dropped.
pub struct KeepAlive(Arc<State>);

impl Drop for KeepAlive {
    fn drop(&mut self) {
        let mut work = lock(&self.0.work);
        work.in_flight -= 1;
        if work.in_flight == 0 {
            self.0.changed.notify_one();
        }
    }
}

impl BackgroundDriver {
    /// A driver that starts its thread with `spawn`, and blocks on a future in its runtime with `drive`, which returns
    /// whether the runtime still exists.
    pub fn new(spawn: Spawn, drive: impl Fn(BoxFuture<'_, ()>) -> bool + Send + Sync + 'static) -> Self {
        Self { state: Arc::default(), drive: Arc::new(drive), spawn, thread: Mutex::default() }
    }

    /// Drives the runtime until the returned value is dropped.
    ///
    /// # Errors
    /// The system's error when no thread can be started.
    pub fn keep_alive(&self) -> io::Result<KeepAlive> {
        self.begin()?;
        let mut work = lock(&self.state.work);
        work.in_flight += 1;
        if work.in_flight == 1 {
            self.state.begun.notify_one();
        }
        Ok(KeepAlive(self.state.clone()))
    }

    /// Closes connections whose requests were dropped, even if nothing waits any more. Without a thread they are closed at
    /// the next call.
    pub fn clean_up(&self) {
        if self.begin().is_ok() {
            lock(&self.state.work).cleanup = true;
            self.state.begun.notify_one();
        }
    }

    /// Forgets the thread without joining it: a forked child does not have it.
    pub fn abandon(&self) {
        if let Ok(mut thread) = self.thread.try_lock() {
            std::mem::forget(thread.take());
        }
    }

    /// Stops the thread, if there is one, and joins it.
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

impl fmt::Debug for BackgroundDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackgroundDriver").finish_non_exhaustive()
    }
}

impl State {
    fn run(&self, drive: &Drive) {
        while self.awaken() && drive(self.driven().boxed()) {}
    }

    /// Sleeps until there is something to drive; false once stopped.
    fn awaken(&self) -> bool {
        let mut work = lock(&self.work);
        while work.in_flight == 0 && !work.cleanup && !work.ended {
            work = self.begun.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
        work.cleanup = false;
        !work.ended
    }

    async fn driven(&self) {
        while self.busy() {
            self.changed.notified().await;
        }
        for _ in 0..CLEANUP_YIELDS {
            tokio::task::yield_now().await;
        }
    }

    fn busy(&self) -> bool {
        let work = lock(&self.work);
        work.in_flight > 0 && !work.ended
    }
}

/// Starts the background driver for pages that are read ahead, where the runtime needs one.
#[derive(Clone, Default)]
pub(crate) struct KeepAliveHook(Option<Arc<dyn Fn() -> Option<KeepAlive> + Send + Sync>>);

impl KeepAliveHook {
    pub(crate) fn new(hook: impl Fn() -> Option<KeepAlive> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    pub(crate) fn start(&self) -> Option<KeepAlive> {
        self.0.as_ref().and_then(|hook| hook())
    }
}

impl fmt::Debug for KeepAliveHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "KeepAliveHook" } else { "None" })
    }
}
