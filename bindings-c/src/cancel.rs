//! Cancel tokens: a flag that any thread may raise, and that any number of calls watch.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use tokio::sync::Notify;

use crate::abi::{MSPKIT_E_CANCELLED, MSPKIT_E_CLOSED, MSPKIT_OK, mspkit_status};
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::guard::{borrow, guard, output, quietly, release};

/// The value of the flag: the number of a status.
const NOT_RAISED: i32 = MSPKIT_OK as i32;
const CLOSED: i32 = MSPKIT_E_CLOSED as i32;

/// A flag that is raised once, with the status that the calls watching it fail with.
#[derive(Default)]
pub(crate) struct Cancel {
    code: AtomicI32,
    raised: Notify,
}

impl Cancel {
    /// Ends the calls that watch it as cancelled.
    pub(crate) fn cancel(&self) {
        self.raise(MSPKIT_E_CANCELLED);
    }

    /// Ends the calls that watch it because their owner is gone.
    pub(crate) fn close(&self) {
        self.raise(MSPKIT_E_CLOSED);
    }

    fn raise(&self, code: mspkit_status) {
        let _ =
            self.code.compare_exchange(MSPKIT_OK as i32, code as i32, Ordering::AcqRel, Ordering::Acquire);
        self.raised.notify_waiters();
    }

    fn failure(&self) -> Option<Failure> {
        match self.code.load(Ordering::Acquire) {
            NOT_RAISED => None,
            CLOSED => Some(Failure::closed()),
            _ => Some(Failure::cancelled()),
        }
    }

    /// Waits until it is raised.
    pub(crate) async fn wait(&self) -> Failure {
        loop {
            let mut raised = std::pin::pin!(self.raised.notified());
            // Listens before looking, so that a flag raised in between is not missed.
            raised.as_mut().enable();
            if let Some(failure) = self.failure() {
                return failure;
            }
            raised.await;
        }
    }
}

/// Cancels calls from another thread. Pass it to calls in their options; one token serves any number of calls, one
/// after another or at the same time. Freed by the caller; calls that still watch it are not affected by that.
pub struct mspkit_cancel_token {
    shared: Arc<Cancel>,
}

impl mspkit_cancel_token {
    pub(crate) fn shared(&self) -> Arc<Cancel> {
        self.shared.clone()
    }
}

/// Makes a cancel token that is not cancelled.
///
/// `token` receives it; free it with `mspkit_cancel_token_free`. Thread-safe. Fails with `MSPKIT_E_NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_cancel_token_new(
    token: *mut *mut mspkit_cancel_token,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or places that can be written to; NULL is looked for.
    unsafe {
        guard(error, || {
            output("token", token)?;
            let made = mspkit_cancel_token { shared: Arc::default() };
            token.write(Box::into_raw(Box::new(made)));
            Ok(MSPKIT_OK)
        })
    }
}

/// Cancels every call that watches the token, now or later: they fail with `MSPKIT_E_CANCELLED`. Does not wait for
/// them. A write that was sent may have been carried out.
///
/// Thread-safe. It takes locks, so a signal handler must not call it; let the handler wake a thread that does. Fails
/// with `MSPKIT_E_NULL`. Cancelling twice is not an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_cancel_token_cancel(token: *const mspkit_cancel_token) -> mspkit_status {
    // SAFETY: the caller passes NULL or a token that was not freed.
    unsafe {
        guard(std::ptr::null_mut(), || {
            borrow("token", token)?.shared.cancel();
            Ok(MSPKIT_OK)
        })
    }
}

/// Whether the token was cancelled; false for NULL. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_cancel_token_is_cancelled(token: *const mspkit_cancel_token) -> bool {
    // SAFETY: the caller passes NULL or a token that was not freed.
    unsafe { token.as_ref() }
        .is_some_and(|token| quietly(false, || token.shared.code.load(Ordering::Acquire) != NOT_RAISED))
}

/// Frees a token; calls that watch it continue. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_cancel_token_free(token: *mut mspkit_cancel_token) {
    // SAFETY: the caller passes NULL or a token that was given out and is not used again.
    unsafe { release(token) };
}
