//! One call at a time for the same object, in the whole process.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

use crate::base::per_process::PerProcess;

/// How many objects are remembered before those that no call needs are dropped.
const MANY: usize = 256;

/// Until when a create that an earlier call sent may still be carried out; `None` if none may.
type Uncertain = Option<Instant>;

static OBJECTS: LazyLock<PerProcess<HashMap<String, Arc<Mutex<Uncertain>>>>> = LazyLock::new(PerProcess::new);

/// The right to look for an object and to create it.
pub(super) struct Turn(OwnedMutexGuard<Uncertain>);

impl Turn {
    /// Waits until no other call has the turn of this object.
    pub(super) async fn take(object: String) -> Self {
        let turn = {
            let mut objects = OBJECTS.lock();
            if objects.len() >= MANY {
                objects.retain(|_, turn| is_needed(turn));
            }
            objects.entry(object).or_default().clone()
        };
        Self(turn.lock_owned().await)
    }

    /// How long to look for the object before creating it, if an earlier call may have done so.
    pub(super) fn uncertain(&self) -> Uncertain {
        self.0.filter(|until| *until > Instant::now())
    }

    /// From here on a create may be carried out, even if this call is dropped.
    pub(super) fn begin(&mut self, until: Instant) {
        *self.0 = Some(until);
    }

    /// The outcome is known, or nothing more will come of it.
    pub(super) fn end(&mut self) {
        *self.0 = None;
    }
}

fn is_needed(turn: &Arc<Mutex<Uncertain>>) -> bool {
    Arc::strong_count(turn) > 1
        || turn.try_lock().map_or(true, |until| until.is_some_and(|until| until > Instant::now()))
}
