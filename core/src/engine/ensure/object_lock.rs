//! One call at a time for the same object, in the whole process.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

use crate::base::per_process::PerProcess;

/// How many objects are remembered before those that no call needs are dropped.
const MANY: usize = 256;

/// How long it is remembered that a create was sent: as long as a list that was read before may be in use.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// What is known of an object besides what the server says.
#[derive(Debug, Default)]
struct Known {
    /// Until when a create that an earlier call sent may still be carried out; `None` if none may.
    uncertain: Option<Instant>,
    /// When the last create was sent.
    sent: Option<Instant>,
}

static OBJECTS: LazyLock<PerProcess<HashMap<String, Arc<Mutex<Known>>>>> = LazyLock::new(PerProcess::new);

/// The right to look for an object and to create it.
pub(super) struct ObjectLock(OwnedMutexGuard<Known>);

impl ObjectLock {
    /// Waits until no other call has the lock of this object.
    pub(super) async fn acquire(object: String) -> Self {
        let lock = {
            let mut objects = OBJECTS.lock();
            if objects.len() >= MANY && !objects.contains_key(&object) {
                objects.retain(|_, lock| is_needed(lock));
            }
            objects.entry(object).or_default().clone()
        };
        Self(lock.lock_owned().await)
    }

    /// How long to look for the object before creating it, if an earlier call may have done so.
    pub(super) fn uncertain(&self) -> Option<Instant> {
        self.0.uncertain.filter(|until| *until > Instant::now())
    }

    /// Whether a create was sent after this time, so that a list of then may lack the object.
    pub(super) fn sent_since(&self, time: Instant) -> bool {
        self.0.sent.is_some_and(|sent| sent >= time)
    }

    /// From here on a create may be carried out, even if this call is dropped.
    pub(super) fn create_sent(&mut self, until: Instant) {
        *self.0 = Known { uncertain: Some(until), sent: Some(Instant::now()) };
    }

    /// The outcome is known, or nothing more will come of it.
    pub(super) fn settled(&mut self) {
        self.0.uncertain = None;
    }
}

fn is_needed(lock: &Arc<Mutex<Known>>) -> bool {
    let Ok(known) = lock.try_lock() else { return true };
    let now = Instant::now();
    Arc::strong_count(lock) > 1
        || known.uncertain.is_some_and(|until| until > now)
        || known.sent.is_some_and(|sent| now < sent + REMEMBERED)
}
