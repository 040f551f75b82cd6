//! What everything stands on: errors and their words, secrets and their redaction, text of others made safe to show.

pub(crate) mod error;
pub(crate) mod given;
pub(crate) mod markup;
pub(crate) mod redact;
pub(crate) mod secret;
pub(crate) mod time;
pub(crate) mod visible;
pub(crate) mod words;

/// Locks a mutex; a panic elsewhere does not make what it guards wrong, since no guard lives across a step that can
/// fail halfway.
pub(crate) fn lock<T: ?Sized>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
