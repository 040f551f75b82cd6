//! The base of all layers: errors and their spelling, credentials as users paste them, secrets and their redaction, foreign text made safe to show.

pub(crate) mod error;
pub(crate) mod markup;
pub(crate) mod pasted;
pub(crate) mod per_process;
pub(crate) mod quote;
pub(crate) mod redact;
pub(crate) mod secret;
pub(crate) mod spelling;
pub(crate) mod time;
pub(crate) mod visible;

/// Locks a mutex. Poisoning is ignored: no lock is held across a step that can panic halfway through a change.
pub(crate) fn lock<T: ?Sized>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
