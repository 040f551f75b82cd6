//! The port: where the async calls of one event loop complete.
//!
//! The runtime's threads push completions and wake the loop once; the loop's thread takes them. `armed` means that a wakeup
//! is pending: it is cleared *before* the queue is taken, so that a completion in between wakes the loop again.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::lock;
use crate::watch::{Event, EventCollector};

/// The port of one event loop. `T` is the outcome of a call.
pub struct Port<T> {
    queue: Mutex<Vec<(u64, Queued<T>)>>,
    armed: AtomicBool,
    wake: Box<dyn Fn() + Send + Sync>,
    tasks: Mutex<HashMap<u64, Task<T>>>,
}

enum Queued<T> {
    Done(T),
    /// The call has events.
    Seen(Arc<EventCollector<T>>),
}

/// An entry of a port.
#[derive(Debug, PartialEq)]
pub enum PortEvent<T> {
    /// The call is complete.
    Done(T),
    /// The call has events.
    Events(Vec<Event>),
}

/// A call in flight.
struct Task<T> {
    handle: AbortHandle,
    watch: Arc<EventCollector<T>>,
    /// Stops it with an outcome.
    stop: Option<oneshot::Sender<()>>,
}

impl<T: Send + 'static> Task<T> {
    /// Drops the call. Later events are kept for the next reader of the list.
    fn cancel(self) {
        self.watch.set_target(None);
        self.handle.abort();
    }
}

/// A call's entry in a port.
pub(crate) struct Target<T> {
    port: Arc<Port<T>>,
    id: u64,
}

impl<T> Target<T> {
    /// Queues an entry for new events.
    pub(crate) fn events(&self, watch: Arc<EventCollector<T>>) {
        self.port.push(self.id, Queued::Seen(watch));
    }
}

impl<T> Port<T> {
    fn push(&self, id: u64, queued: Queued<T>) {
        lock(&self.queue).push((id, queued));
        self.wake();
    }

    /// Wakes the loop, unless a wakeup is pending.
    pub fn wake(&self) {
        if !self.armed.swap(true, Ordering::AcqRel) {
            (self.wake)();
        }
    }
}

impl<T: Send + 'static> Port<T> {
    /// A port whose loop is woken by `wake`, from any thread, and then [takes](Self::take).
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            queue: Mutex::default(),
            armed: AtomicBool::new(false),
            wake: Box::new(wake),
            tasks: Mutex::default(),
        })
    }

    /// Starts a call, which must not panic, on the loop's thread. Its outcome is taken with this id.
    pub fn submit(
        self: &Arc<Self>,
        id: u64,
        runtime: &Runtime,
        watch: &Arc<EventCollector<T>>,
        call: impl Future<Output = T> + Send + 'static,
    ) {
        self.start(id, runtime, watch, call, None);
    }

    /// Starts a call that can also be [stopped](Self::stop): then it is dropped, and `stopped` returns its outcome.
    pub fn submit_stoppable(
        self: &Arc<Self>,
        id: u64,
        runtime: &Runtime,
        watch: &Arc<EventCollector<T>>,
        call: impl Future<Output = T> + Send + 'static,
        stopped: impl FnOnce() -> T + Send + 'static,
    ) {
        let (stop, stopping) = oneshot::channel();
        let call = async move {
            let mut call = Box::pin(call);
            tokio::select! {
                // The outcome takes precedence over a stop.
                biased;
                outcome = &mut call => return outcome,
                Ok(()) = stopping => {}
            }
            drop(call);
            stopped()
        };
        self.start(id, runtime, watch, call, Some(stop));
    }

    fn start(
        self: &Arc<Self>,
        id: u64,
        runtime: &Runtime,
        watch: &Arc<EventCollector<T>>,
        call: impl Future<Output = T> + Send + 'static,
        stop: Option<oneshot::Sender<()>>,
    ) {
        let (completed, watched) = (self.clone(), watch.clone());
        let call = async move {
            let outcome = call.await;
            watched.set_target(None);
            completed.push(id, Queued::Done(outcome));
        };
        watch.set_target(Some(Target { port: self.clone(), id }));
        let task = Task { handle: runtime.spawn(call).abort_handle(), watch: watch.clone(), stop };
        lock(&self.tasks).insert(id, task);
    }

    /// The completions and events since the last time. Cancelled calls have none.
    pub fn take(&self) -> Vec<(u64, PortEvent<T>)> {
        self.armed.store(false, Ordering::Release);
        // The queue's lock orders this after every push that found the flag set.
        let taken = std::mem::take(&mut *lock(&self.queue));
        let event = |(id, queued)| match queued {
            Queued::Done(outcome) => lock(&self.tasks).remove(&id).map(|_| (id, PortEvent::Done(outcome))),
            Queued::Seen(_) if !lock(&self.tasks).contains_key(&id) => None,
            Queued::Seen(watch) => Some(watch.take())
                .filter(|events| !events.is_empty())
                .map(|events| (id, PortEvent::Events(events))),
        };
        taken.into_iter().filter_map(event).collect()
    }

    /// Stops a call: its request ends and its slot is free. Its outcome is taken as usual.
    pub fn stop(&self, id: u64) {
        let stop = lock(&self.tasks).get_mut(&id).and_then(|task| task.stop.take());
        if let Some(stop) = stop {
            // It may have ended just now.
            let _ = stop.send(());
        }
    }

    /// Cancels a call: its request ends and its slot is free. A completion that was not taken yet is dropped.
    pub fn cancel(&self, id: u64) {
        let task = lock(&self.tasks).remove(&id);
        if let Some(task) = task {
            task.cancel();
        }
    }

    /// Drops every call that is in flight.
    pub fn cancel_all(&self) {
        let tasks = std::mem::take(&mut *lock(&self.tasks));
        for task in tasks.into_values() {
            task.cancel();
        }
    }
}

impl<T> fmt::Debug for Port<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Port").field("armed", &self.armed).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
    use std::time::Duration;

    use tokio::runtime::Builder;

    use super::*;

    const EVERYTHING: u8 = 7;
    const LIMIT: Duration = Duration::from_secs(10);

    fn port() -> (Runtime, Arc<Port<u32>>, Receiver<()>) {
        let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let (wake, woken) = channel();
        (runtime, Port::new(move || wake.send(()).unwrap_or_default()), woken)
    }

    #[test]
    fn a_call_wakes_the_loop_and_is_taken_once() {
        let (runtime, port, woken) = port();
        port.submit(1, &runtime, &EventCollector::new(0), async { 41 });
        woken.recv_timeout(LIMIT).unwrap();
        assert_eq!(port.take(), [(1, PortEvent::Done(41))]);
        assert_eq!(port.take(), []);
    }

    #[test]
    fn the_loop_is_woken_once_until_it_takes() {
        let (_runtime, port, woken) = port();
        port.wake();
        port.wake();
        assert_eq!(woken.try_iter().count(), 1);
        assert_eq!(port.take(), []);
        port.wake();
        assert_eq!(woken.try_iter().count(), 1);
    }

    #[test]
    fn cancelled_calls_are_dropped_and_have_no_completion() {
        let (runtime, port, woken) = port();
        let (held, dropped) = channel::<()>();
        port.submit(1, &runtime, &EventCollector::new(0), async move {
            let _held = held;
            pending().await
        });
        port.submit(2, &runtime, &EventCollector::new(0), async { 42 });
        woken.recv_timeout(LIMIT).unwrap();
        port.cancel(1);
        port.cancel(2);
        assert_eq!(dropped.recv_timeout(LIMIT), Err(RecvTimeoutError::Disconnected));
        assert_eq!(port.take(), []);
    }

    #[test]
    fn stopped_calls_are_dropped_and_have_an_outcome() {
        let (runtime, port, woken) = port();
        let (held, dropped) = channel::<()>();
        let call = async move {
            let _held = held;
            pending().await
        };
        // Called after the drop, when everything is known.
        let stopped = move || u32::from(dropped.try_recv() == Err(TryRecvError::Disconnected));
        port.submit_stoppable(1, &runtime, &EventCollector::new(0), call, stopped);
        port.stop(1);
        woken.recv_timeout(LIMIT).unwrap();
        assert_eq!(port.take(), [(1, PortEvent::Done(1))]);
        port.submit_stoppable(2, &runtime, &EventCollector::new(0), async { 42 }, || 0);
        woken.recv_timeout(LIMIT).unwrap();
        port.stop(2);
        port.stop(3);
        assert_eq!(port.take(), [(2, PortEvent::Done(42))]);
    }

    #[test]
    fn every_call_ends_with_its_port() {
        let (runtime, port, _woken) = port();
        let (held, dropped) = channel::<()>();
        for id in 0..3 {
            let held = held.clone();
            port.submit(id, &runtime, &EventCollector::new(0), async move {
                let _held = held;
                pending().await
            });
        }
        drop(held);
        port.cancel_all();
        assert_eq!(dropped.recv_timeout(LIMIT), Err(RecvTimeoutError::Disconnected));
    }

    #[test]
    fn events_are_queued_once_until_they_are_taken() {
        let (runtime, port, woken) = port();
        let watch = EventCollector::new(EVERYTHING);
        watch.note_retry(1);
        port.submit(1, &runtime, &watch, pending());
        watch.note_retry(2);
        woken.recv_timeout(LIMIT).unwrap();
        let taken = port.take();
        let [(1, PortEvent::Events(events))] = &taken[..] else { panic!("{taken:?}") };
        assert_eq!(events.iter().map(|event| event.attempt).collect::<Vec<_>>(), [1, 2]);
        watch.note_retry(3);
        woken.recv_timeout(LIMIT).unwrap();
        port.cancel(1);
        assert_eq!(port.take(), []);
        // The next reader of the list gets it.
        assert_eq!(watch.take().len(), 1);
    }
}
