//! Where the async calls of one JavaScript thread complete.
//!
//! The runtime's threads push what has completed and wake the thread once; it drains. `armed` says that waking is under
//! way: it is lowered *before* the queue is taken, so that what comes in between wakes again. The function that wakes
//! does not hold the process; TypeScript holds it while calls are pending.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use napi::Status;
use napi::bindgen_prelude::{Array, Env, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use tokio::task::AbortHandle;

use crate::crossing::{Crossing, Entry, PLACES};
use crate::failure::Failure;
use crate::runtime;
use crate::watch::Watch;

/// Wakes the thread. Weak: alone it holds no process.
type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

struct Shared {
    queue: Mutex<Vec<(u32, Queued)>>,
    armed: AtomicBool,
    wake: Wake,
    tasks: Mutex<HashMap<u32, Task>>,
}

enum Queued {
    Entry(Entry),
    /// There are events to be taken.
    Seen(Arc<Watch>),
}

/// A call in flight.
struct Task {
    handle: AbortHandle,
    watch: Arc<Watch>,
}

impl Task {
    /// Drops the call: its request ends and its slot is free.
    fn cancel(self) {
        self.watch.tell(None);
        self.handle.abort();
    }
}

impl Shared {
    fn push(&self, id: u32, queued: Queued) {
        lock(&self.queue).push((id, queued));
        if !self.armed.swap(true, Ordering::AcqRel) {
            // Refused when the JavaScript thread is ending; then nobody waits any more.
            self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    fn take(&self) -> Vec<(u32, Queued)> {
        self.armed.store(false, Ordering::Release);
        // The queue's own lock orders this after every push that found the flag raised.
        std::mem::take(&mut *lock(&self.queue))
    }
}

/// A call's place in a port.
#[derive(Clone)]
pub(crate) struct Target {
    shared: Arc<Shared>,
    id: u32,
}

impl Target {
    /// Says that there are events to be seen.
    pub(crate) fn events(&self, watch: Arc<Watch>) {
        self.shared.push(self.id, Queued::Seen(watch));
    }
}

/// Where the async calls of one JavaScript thread complete.
#[napi]
pub struct Port {
    shared: Arc<Shared>,
}

#[napi]
impl Port {
    /// A port whose thread is woken by calling `wake`.
    #[napi(constructor, catch_unwind)]
    pub fn new(wake: Function<'_, (), ()>) -> napi::Result<Self> {
        let wake = wake.build_threadsafe_function::<()>().weak::<true>().build()?;
        let armed = AtomicBool::new(false);
        let shared = Shared { queue: Mutex::default(), armed, wake, tasks: Mutex::default() };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// What has completed or happened since, five places each: id, kind, text, meta, marker.
    #[napi(catch_unwind)]
    pub fn drain<'env>(&self, env: &'env Env) -> napi::Result<Array<'env>> {
        let taken = self.shared.take();
        let mut entries = Vec::with_capacity(taken.len());
        for (id, queued) in taken {
            let entry = match queued {
                Queued::Seen(watch) if lock(&self.shared.tasks).contains_key(&id) => {
                    watch.take().map(Entry::Events)
                }
                Queued::Seen(_) => None,
                // Nobody waits any more for what was cancelled.
                Queued::Entry(entry) => lock(&self.shared.tasks).remove(&id).map(|_| entry),
            };
            entries.extend(entry.map(|entry| (id, entry)));
        }
        let places = u32::try_from(entries.len()).unwrap_or(u32::MAX) * (PLACES + 1);
        let mut array = env.create_array(places)?;
        for (at, (id, entry)) in (0..).step_by(PLACES as usize + 1).zip(entries) {
            array.set(at, id)?;
            entry.write(*env, &mut array, at + 1)?;
        }
        Ok(array)
    }

    /// Drops a call: its request ends and its slot is free. What has completed already is not heard of either.
    #[napi(catch_unwind)]
    pub fn cancel(&self, id: u32) {
        if let Some(task) = lock(&self.shared.tasks).remove(&id) {
            task.cancel();
        }
    }

    /// Panics inside a call, for the test that shows that the call fails and nothing else does.
    #[napi(catch_unwind)]
    #[allow(clippy::panic, reason = "it is what is tested")]
    pub fn submit_panic(&self, id: u32, message: String) -> napi::Result<()> {
        self.submit(id, &Watch::new(0), async move { panic!("{message}") })
    }
}

impl Port {
    /// Starts a call whose outcome the thread will drain under this id.
    pub(crate) fn submit(
        &self,
        id: u32,
        watch: &Arc<Watch>,
        call: impl Future<Output = Result<Crossing, Failure>> + Send + 'static,
    ) -> napi::Result<()> {
        let runtime = runtime::asynchronous()?;
        let (completed, watched) = (self.shared.clone(), watch.clone());
        let call = async move {
            let entry = Entry::of(AssertUnwindSafe(call).catch_unwind().await);
            watched.tell(None);
            completed.push(id, Queued::Entry(entry));
        };
        watch.tell(Some(Target { shared: self.shared.clone(), id }));
        let task = Task { handle: runtime.spawn(call).abort_handle(), watch: watch.clone() };
        lock(&self.shared.tasks).insert(id, task);
        Ok(())
    }
}

impl Drop for Port {
    /// Its JavaScript thread has ended.
    fn drop(&mut self) {
        for (_, task) in lock(&self.shared.tasks).drain() {
            task.cancel();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
