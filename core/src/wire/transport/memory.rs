//! A transport without a network, for tests and benchmarks.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Attempt, Request, Response, Transport, TransportError};

/// Responds to requests from a closure, and counts them.
///
/// A request counts as sent when the closure marks it or returns a response. A closure that simulates a failed connection
/// returns an error without marking [`Request::sent`].
///
/// ```
/// use mspkit::transport::{Memory, Response};
///
/// let transport = Memory::new(|_request| async { Ok(Response::new(http::StatusCode::OK, "{}")) });
/// assert_eq!(transport.requests(), 0);
/// ```
pub struct Memory {
    handler: Box<dyn Fn(Request) -> Attempt<'static> + Send + Sync>,
    requests: AtomicUsize,
    answers: AtomicUsize,
}

impl Memory {
    /// A transport that returns the responses of `handler`.
    pub fn new<H, F>(handler: H) -> Self
    where
        H: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Response, TransportError>> + Send + 'static,
    {
        Self {
            handler: Box::new(move |request| Box::pin(handler(request))),
            requests: AtomicUsize::new(0),
            answers: AtomicUsize::new(0),
        }
    }

    /// How many requests were sent.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// How many of them have a response or an error; the others are in flight or were dropped.
    pub fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }
}

impl Transport for Memory {
    fn send(&self, request: Request) -> Attempt<'_> {
        Box::pin(async move {
            self.requests.fetch_add(1, Ordering::Relaxed);
            let sent = request.sent.clone();
            let response = (self.handler)(request).await;
            if response.is_ok() {
                sent.mark();
            }
            self.answers.fetch_add(1, Ordering::Relaxed);
            response
        })
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("requests", &self.requests())
            .field("answers", &self.answers())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, StatusCode};
    use url::Url;

    use super::super::TransportErrorKind;
    use super::*;

    fn request() -> Request {
        Request::new(Method::GET, Url::parse("http://localhost/").unwrap())
    }

    #[tokio::test]
    async fn a_response_marks_the_request_as_sent_and_counts() {
        let transport = Memory::new(|request: Request| async move {
            Ok(Response::new(StatusCode::OK, request.url.path().to_owned()))
        });
        let request = request();
        let sent = request.sent.clone();
        assert_eq!(transport.send(request).await.unwrap().body, "/");
        assert!(sent.get());
        assert_eq!((transport.requests(), transport.answers()), (1, 1));
    }

    #[tokio::test]
    async fn an_error_leaves_the_mark_to_the_closure() {
        let transport =
            Memory::new(|_| async { Err(TransportError::new(TransportErrorKind::Connect, "no network")) });
        let request = request();
        let sent = request.sent.clone();
        assert_eq!(transport.send(request).await.unwrap_err().kind, TransportErrorKind::Connect);
        assert!(!sent.get());
    }

    #[tokio::test]
    async fn a_dropped_attempt_is_not_counted_as_a_response() {
        let transport = Memory::new(|_| std::future::pending());
        assert!(futures_util::FutureExt::now_or_never(transport.send(request())).is_none());
        assert_eq!((transport.requests(), transport.answers()), (1, 0));
    }
}
