//! Where the async calls of one JavaScript thread complete. The wake function does not keep the process alive;
//! TypeScript does while calls are pending.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use mspkit_binding::PortEvent;
use napi::Status;
use napi::bindgen_prelude::{Array, Env, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

use crate::events::{ABANDONED, EventCollector, events_json};
use crate::failure::Failure;
use crate::payload::{Entry, PLACES, Payload};
use crate::runtime;

/// Wakes the thread. Weak: it does not keep the process alive.
type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

/// Where the async calls of one JavaScript thread complete.
#[napi]
pub struct Port {
    shared: Arc<mspkit_binding::Port<Entry>>,
}

#[napi]
impl Port {
    /// A port whose thread is woken by calling `wake`.
    #[napi(constructor, catch_unwind)]
    pub fn new(wake: Function<'_, (), ()>) -> napi::Result<Self> {
        let wake: Wake = wake.build_threadsafe_function::<()>().weak::<true>().build()?;
        let shared = mspkit_binding::Port::new(move || {
            // Refused when the JavaScript thread is shutting down; nobody waits any more then.
            wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        });
        Ok(Self { shared })
    }

    /// What has completed or happened since the last call, five elements each: id, kind, text, meta, marker.
    #[napi(catch_unwind)]
    pub fn drain<'env>(&self, env: &'env Env) -> napi::Result<Array<'env>> {
        let entries = self.shared.take().into_iter().filter_map(|(id, event)| {
            let entry = match event {
                PortEvent::Done(entry) => Some(entry),
                PortEvent::Events(events) => events_json(events).map(Entry::Events),
            };
            Some((u32::try_from(id).ok()?, entry?))
        });
        let entries: Vec<_> = entries.collect();
        let places = u32::try_from(entries.len()).unwrap_or(u32::MAX) * (PLACES + 1);
        let mut array = env.create_array(places)?;
        for (at, (id, entry)) in (0..).step_by(PLACES as usize + 1).zip(entries) {
            array.set(at, id)?;
            entry.write(*env, &mut array, at + 1)?;
        }
        Ok(array)
    }

    /// Drops a call: its request is aborted and its slot is free. A completion that is already queued is dropped too.
    #[napi(catch_unwind)]
    pub fn cancel(&self, id: u32) {
        self.shared.cancel(id.into());
    }

    /// Stops a call that was started as stoppable: its request is aborted and its slot is free. It completes like any
    /// other, with what is known about it.
    #[napi(catch_unwind)]
    pub fn stop(&self, id: u32) {
        self.shared.stop(id.into());
    }
}

#[cfg(feature = "test-hooks")]
#[napi]
impl Port {
    /// Panics inside a call, for the test that only this call fails.
    #[napi(catch_unwind)]
    #[allow(clippy::panic, reason = "the test needs a panic")]
    pub fn submit_panic(&self, id: u32, message: String) -> napi::Result<()> {
        self.submit(id, &EventCollector::new(0), async move { panic!("{message}") })
    }
}

impl Port {
    /// Starts a call whose outcome the thread drains under this id.
    pub(crate) fn submit(
        &self,
        id: u32,
        watch: &Arc<EventCollector>,
        call: impl Future<Output = Result<Payload, Failure>> + Send + 'static,
    ) -> napi::Result<()> {
        let call = async move { Entry::of(AssertUnwindSafe(call).catch_unwind().await) };
        self.shared.submit(id.into(), runtime::asynchronous()?, watch, call);
        Ok(())
    }

    /// Starts a call. A stoppable one can be [stopped](Self::stop) and then fails with what is known about it.
    pub(crate) fn submit_call(
        &self,
        id: u32,
        wanted: u8,
        watch: &Arc<EventCollector>,
        call: impl Future<Output = Result<Payload, Failure>> + Send + 'static,
    ) -> napi::Result<()> {
        if wanted & ABANDONED == 0 {
            return self.submit(id, watch, call);
        }
        let call = async move { Entry::of(AssertUnwindSafe(call).catch_unwind().await) };
        let watched = watch.clone();
        let stopped =
            move || Entry::Failed(watched.abandoned().map_or_else(Failure::cancelled, Failure::from));
        self.shared.submit_stoppable(id.into(), runtime::asynchronous()?, watch, call, stopped);
        Ok(())
    }
}

impl Drop for Port {
    /// Its JavaScript thread has ended.
    fn drop(&mut self) {
        self.shared.cancel_all();
    }
}
