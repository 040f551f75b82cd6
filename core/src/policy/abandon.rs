//! Writes that their callers abandoned: whether they may have been carried out.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::base::error::{Error, ErrorKind};
use crate::base::lock;
use crate::wire::transport::Sent;

/// What is known of a call's requests while it runs. Only local facts count: what was handed to a connection, and what the
/// retry policy has decided since.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    /// The request in flight.
    current: Mutex<Option<Sent>>,
    /// Whether an earlier one may have been carried out.
    maybe_done: AtomicBool,
    ended: AtomicBool,
}

impl Delivery {
    /// A request is about to be sent.
    pub(crate) fn sending(&self, sent: &Sent) {
        *lock(&self.current) = Some(sent.clone());
    }

    /// A request has ended. `maybe_done` is whether any request so far may have been carried out.
    pub(crate) fn judged(&self, maybe_done: bool) {
        self.maybe_done.store(maybe_done, Ordering::Release);
        *lock(&self.current) = None;
    }

    /// The call has ended by itself.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    /// Whether the call has ended by itself.
    pub(crate) fn is_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Whether the server may have carried something out.
    fn may_be_done(&self) -> bool {
        self.maybe_done.load(Ordering::Acquire) || lock(&self.current).as_ref().is_some_and(Sent::get)
    }

    /// The error for an abandoned write.
    pub(crate) fn error(&self, harmless: bool) -> Error {
        if self.may_be_done() {
            let message = "the call was abandoned after it was sent and before its response arrived";
            return Error::new(ErrorKind::OutcomeUnknown, message).with_retryable(harmless);
        }
        let message = "the call was abandoned before it was sent; nothing was carried out";
        Error::new(ErrorKind::Cancelled, message).with_retryable(true)
    }
}

impl Error {
    /// The error for a write that its caller abandoned before it was started, for bindings whose calls can be cancelled.
    #[must_use]
    pub fn abandoned(operation: &str) -> Self {
        Delivery::default().error(false).with_operation(operation)
    }
}
