//! One call at a time for the same object, in the whole process.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

use crate::base::per_process::PerProcess;

/// How many objects are remembered before those that no call needs are dropped.
const MANY: usize = 256;

/// How long it is remembered when a create was settled: as long as a list that was read before may be in use.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// What is known of an object besides what the server says.
#[derive(Debug, Default)]
struct Known {
    /// Until when a create that an earlier call sent may still be carried out; `None` if none may.
    uncertain: Option<Instant>,
    /// When the outcome of the last create was known, or given up.
    settled: Option<Instant>,
}

/// Not a hash table, whose entries are found by a pointer into its middle: a program for leaks would report them.
static OBJECTS: LazyLock<PerProcess<BTreeMap<String, Arc<Mutex<Known>>>>> = LazyLock::new(PerProcess::new);

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

    /// Whether a create may have been carried out after this time, so that a list that was read from then on may lack the
    /// object: one that was sent before, and took its time, too.
    pub(super) fn changed_since(&self, time: Instant) -> bool {
        [self.0.settled, self.0.uncertain].into_iter().flatten().any(|last| last >= time)
    }

    /// From here on a create may be carried out, even if this call is dropped.
    pub(super) fn create_sent(&mut self, until: Instant) {
        self.0.uncertain = Some(until);
    }

    /// The outcome is known, or nothing more will come of it.
    pub(super) fn settled(&mut self) {
        if self.0.uncertain.take().is_some() {
            self.0.settled = Some(Instant::now());
        }
    }
}

fn is_needed(lock: &Arc<Mutex<Known>>) -> bool {
    let Ok(known) = lock.try_lock() else { return true };
    let now = Instant::now();
    let changes = [known.uncertain, known.settled];
    Arc::strong_count(lock) > 1 || changes.into_iter().flatten().any(|last| now < last + REMEMBERED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_list_that_was_read_while_a_create_was_under_way_may_lack_the_object() {
        let begun = Instant::now();
        let mut lock = ObjectLock::acquire("an object of this test".to_owned()).await;
        assert!(!lock.changed_since(begun));
        lock.create_sent(begun + Duration::from_secs(60));
        tokio::time::advance(Duration::from_secs(1)).await;
        let meanwhile = Instant::now();
        tokio::time::advance(Duration::from_secs(1)).await;
        lock.settled();
        assert!(lock.changed_since(begun) && lock.changed_since(meanwhile));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!lock.changed_since(Instant::now()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_create_of_a_dropped_call_may_be_carried_out_until_its_time_is_over() {
        let until = Instant::now() + Duration::from_secs(60);
        let mut lock = ObjectLock::acquire("another object of this test".to_owned()).await;
        lock.create_sent(until);
        drop(lock);
        let lock = ObjectLock::acquire("another object of this test".to_owned()).await;
        assert_eq!(lock.uncertain(), Some(until));
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(lock.uncertain().is_none() && lock.changed_since(until));
        assert!(!lock.changed_since(Instant::now()));
    }
}
