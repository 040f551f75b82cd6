//! The state of a queue: calls in flight, completions, and the descriptor.
//!
//! The descriptor is set and cleared under the queue's own lock, so it is readable exactly while `mspkit_queue_next`
//! would not wait.

use std::collections::{HashMap, VecDeque};
use std::ffi::c_void;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mspkit_platform::Wakeup;

use super::{Outcome, mspkit_operation};
use crate::cancel::Cancel;
use crate::failure::Failure;
use crate::lock;

/// Shared by a queue and the calls that complete in it.
pub(super) struct Shared {
    state: Mutex<State>,
    ready: Condvar,
    wakeup: Wakeup,
}

#[derive(Default)]
struct State {
    done: VecDeque<Completed>,
    in_flight: HashMap<mspkit_operation, Arc<Cancel>>,
    /// How far the calls in flight that write files are.
    written: HashMap<mspkit_operation, Arc<Written>>,
    last: mspkit_operation,
    closed: bool,
    /// The queue was freed.
    freed: bool,
}

/// How far writing a file is: the rows so far, and how many the list has, -1 if that is not known.
pub(crate) type Written = Mutex<(u64, i64)>;

/// A completed call.
pub(super) struct Completed {
    pub(super) operation: mspkit_operation,
    pub(super) user_data: UserData,
    pub(super) outcome: Result<Outcome, Failure>,
}

/// The caller's pointer, which is never dereferenced.
pub(super) struct UserData(pub(super) *mut c_void);

// SAFETY: nothing here reads or writes what it points at.
unsafe impl Send for UserData {}

impl State {
    /// Whether `mspkit_queue_next` would not wait.
    fn has_something(&self) -> bool {
        !self.done.is_empty() || (self.closed && self.in_flight.is_empty())
    }
}

impl Shared {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self { state: Mutex::default(), ready: Condvar::new(), wakeup: Wakeup::new()? })
    }

    pub(super) fn fileno(&self) -> i32 {
        self.wakeup.fileno()
    }

    /// The event of a system that has them.
    pub(super) fn handle(&self) -> *mut c_void {
        self.wakeup.handle()
    }

    /// Adds a call that `cancel` ends, and returns its number; none if the queue is closed.
    pub(super) fn begin(&self, cancel: Arc<Cancel>) -> Option<mspkit_operation> {
        self.change(|state| {
            if state.closed {
                return None;
            }
            state.last += 1;
            state.in_flight.insert(state.last, cancel);
            Some(state.last)
        })
    }

    /// Remembers where a call in flight notes how far it is.
    pub(super) fn watch(&self, operation: mspkit_operation, written: Arc<Written>) {
        let mut state = lock(&self.state);
        // It may have ended since it was begun.
        if state.in_flight.contains_key(&operation) {
            state.written.insert(operation, written);
        }
    }

    /// How far a call is, if it is in flight and writes a file.
    pub(super) fn written(&self, operation: mspkit_operation) -> Option<(u64, i64)> {
        let written = lock(&self.state).written.get(&operation).cloned()?;
        let written = *lock(&written);
        Some(written)
    }

    /// How many calls have not been returned.
    pub(super) fn pending(&self) -> usize {
        let state = lock(&self.state);
        state.in_flight.len() + state.done.len()
    }

    /// Refuses further calls, and ends those in flight.
    pub(super) fn close(&self) {
        self.change(|state| state.closed = true);
        self.cancel_all();
    }

    /// Same as [`Self::close`], if nobody will read the completions.
    pub(super) fn free(&self) {
        let unread = self.change(|state| {
            (state.closed, state.freed) = (true, true);
            std::mem::take(&mut state.done)
        });
        drop(unread);
        self.cancel_all();
    }

    /// Ends a call if it is in flight.
    pub(super) fn cancel(&self, operation: mspkit_operation) {
        let found = lock(&self.state).in_flight.get(&operation).cloned();
        if let Some(cancel) = found {
            cancel.cancel();
        }
    }

    /// Changes the state, and updates the descriptor.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = lock(&self.state);
        let before = state.has_something();
        let result = change(&mut state);
        match (before, state.has_something()) {
            (false, true) => self.wakeup.raise(),
            (true, false) => self.wakeup.lower(),
            _ => {}
        }
        if state.has_something() {
            self.ready.notify_all();
        }
        result
    }

    pub(super) fn complete(
        &self,
        operation: mspkit_operation,
        user_data: UserData,
        outcome: Result<Outcome, Failure>,
    ) {
        // Completions that nobody will read are dropped outside of the lock.
        let dropped = self.change(|state| {
            state.in_flight.remove(&operation);
            state.written.remove(&operation);
            let completed = Completed { operation, user_data, outcome };
            if state.freed {
                return Some(completed);
            }
            state.done.push_back(completed);
            None
        });
        drop(dropped);
    }

    fn cancel_all(&self) {
        let all: Vec<_> = lock(&self.state).in_flight.values().cloned().collect();
        for cancel in all {
            cancel.cancel();
        }
    }

    /// Waits for the next completion, for ever without a timeout.
    pub(super) fn next(&self, timeout: Option<Duration>) -> Next {
        let until = timeout.map(|timeout| Instant::now() + timeout);
        let mut state = lock(&self.state);
        loop {
            if !state.done.is_empty() {
                drop(state);
                // Another thread may have been faster; then it keeps waiting.
                if let Some(completed) = self.change(|state| state.done.pop_front()) {
                    return Next::Completed(completed);
                }
                state = lock(&self.state);
                continue;
            }
            if state.has_something() {
                return Next::Closed;
            }
            state = match until {
                None => self.ready.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let Some(left) =
                        until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
                    else {
                        return Next::Nothing;
                    };
                    self.ready.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

/// The outcome of a wait.
pub(super) enum Next {
    Completed(Completed),
    Closed,
    Nothing,
}
