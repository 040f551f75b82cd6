//! Where the async calls of one event loop complete.
//!
//! The runtime's threads push what has completed and wake the loop once; the loop's thread takes it. `armed` says that
//! waking is under way: it is lowered *before* the queue is taken, so that what comes in between wakes again.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::lock;
use crate::watch::{Event, EventCollector};

/// Where the async calls of one event loop complete. `T` is what a call comes to.
pub struct Port<T> {
    queue: Mutex<Vec<(u64, Queued<T>)>>,
    armed: AtomicBool,
    wake: Box<dyn Fn() + Send + Sync>,
    tasks: Mutex<HashMap<u64, Task<T>>>,
}

enum Queued<T> {
    Done(T),
    /// There are events to be taken.
    Seen(Arc<EventCollector<T>>),
}

/// What a port gives of a call.
#[derive(Debug, PartialEq)]
pub enum PortEvent<T> {
    /// It is complete.
    Done(T),
    /// It was seen to do something.
    Events(Vec<Event>),
}

/// A call in flight.
struct Task<T> {
    handle: AbortHandle,
    watch: Arc<EventCollector<T>>,
    /// Ends it with an outcome.
    stop: Option<oneshot::Sender<()>>,
}

impl<T: Send + 'static> Task<T> {
    /// Drops the call. What is seen from here on waits for whoever reads the list on.
    fn cancel(self) {
        self.watch.tell(None);
        self.handle.abort();
    }
}

/// A call's place in a port.
pub(crate) struct Target<T> {
    port: Arc<Port<T>>,
    id: u64,
}

impl<T> Target<T> {
    /// Says that there are events to be seen.
    pub(crate) fn events(&self, watch: Arc<EventCollector<T>>) {
        self.port.push(self.id, Queued::Seen(watch));
    }
}

impl<T> Port<T> {
    fn push(&self, id: u64, queued: Queued<T>) {
        lock(&self.queue).push((id, queued));
        self.wake();
    }

    /// Wakes the loop, if that is not under way.
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

    /// Starts a call, which must not panic, on the thread that takes. Its outcome will be taken under this id.
    pub fn submit(
        self: &Arc<Self>,
        id: u64,
        runtime: &Runtime,
        watch: &Arc<EventCollector<T>>,
        call: impl Future<Output = T> + Send + 'static,
    ) {
        self.start(id, runtime, watch, call, None);
    }

    /// Starts a call that can also be [stopped](Self::stop): then it is dropped, and `stopped` says what it came to.
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
                // What came of it goes before that it was stopped.
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
            watched.tell(None);
            completed.push(id, Queued::Done(outcome));
        };
        watch.tell(Some(Target { port: self.clone(), id }));
        let task = Task { handle: runtime.spawn(call).abort_handle(), watch: watch.clone(), stop };
        lock(&self.tasks).insert(id, task);
    }

    /// What has completed or happened since. What was cancelled is not heard of.
    pub fn take(&self) -> Vec<(u64, PortEvent<T>)> {
        self.armed.store(false, Ordering::Release);
        // The queue's own lock orders this after every push that found the flag raised.
        let taken = std::mem::take(&mut *lock(&self.queue));
        let came = |(id, queued)| match queued {
            Queued::Done(outcome) => lock(&self.tasks).remove(&id).map(|_| (id, PortEvent::Done(outcome))),
            Queued::Seen(_) if !lock(&self.tasks).contains_key(&id) => None,
            Queued::Seen(watch) => Some(watch.take())
                .filter(|events| !events.is_empty())
                .map(|events| (id, PortEvent::Events(events))),
        };
        taken.into_iter().filter_map(came).collect()
    }

    /// Ends a stoppable call: its request ends and its slot is free. What it came to is taken as that of any other.
    pub fn stop(&self, id: u64) {
        let stop = lock(&self.tasks).get_mut(&id).and_then(|task| task.stop.take());
        if let Some(stop) = stop {
            // It may have ended in this moment.
            let _ = stop.send(());
        }
    }

    /// Drops a call: its request ends and its slot is free. What has completed already is not heard of either.
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
        let (tell, woken) = channel();
        (runtime, Port::new(move || tell.send(()).unwrap_or_default()), woken)
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
    fn what_is_cancelled_is_dropped_and_not_heard_of() {
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
    fn what_is_stopped_is_dropped_and_says_what_it_came_to() {
        let (runtime, port, woken) = port();
        let (held, dropped) = channel::<()>();
        let call = async move {
            let _held = held;
            pending().await
        };
        // Said after it was dropped: by then all is known.
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
    fn events_are_told_once_until_they_are_taken() {
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
        // Whoever reads the list on is told of it.
        assert_eq!(watch.take().len(), 1);
    }
}
