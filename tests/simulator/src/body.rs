//! The bodies of responses: complete, slow, or cut off.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use crate::ticket::Ticket;

/// The body of a response that is being sent.
pub(crate) enum Body {
    /// All at once.
    Whole(Bytes),
    /// In steps.
    Paced(Box<Paced>),
}

/// A body that is sent in steps and keeps its request's ticket until just before the last of them.
pub(crate) struct Paced {
    rest: Bytes,
    step: usize,
    pause: Option<Pin<Box<Sleep>>>,
    every: Duration,
    /// Bytes after which the connection breaks.
    breaks_after: Option<usize>,
    /// Whether the bytes before the break were flushed.
    flushed: bool,
    ticket: Option<Ticket>,
    status: u16,
}

impl Body {
    pub(crate) fn slow(bytes: Bytes, step: usize, every: Duration, ticket: Ticket, status: u16) -> Self {
        let pause = Some(Box::pin(sleep(every)));
        let ticket = Some(ticket);
        let step = step.max(1);
        let paced =
            Paced { rest: bytes, step, pause, every, breaks_after: None, flushed: true, ticket, status };
        Self::Paced(Box::new(paced))
    }

    pub(crate) fn truncated(bytes: Bytes, after: usize, ticket: Ticket, status: u16) -> Self {
        let paced = Paced {
            rest: bytes,
            step: after.max(1),
            pause: None,
            every: Duration::ZERO,
            breaks_after: Some(after),
            flushed: false,
            ticket: Some(ticket),
            status,
        };
        Self::Paced(Box::new(paced))
    }
}

impl Paced {
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.breaks_after == Some(0) {
            // One poll without a frame lets the server flush what it has before the error drops it.
            if !self.flushed {
                self.flushed = true;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if let Some(ticket) = self.ticket.take() {
                ticket.cut(Some(self.status));
            }
            return Poll::Ready(Some(Err(io::Error::other("cut off by the fault plan"))));
        }
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        if let Some(pause) = &mut self.pause {
            if pause.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            pause.as_mut().reset(Instant::now() + self.every);
        }
        let length = self.step.min(self.rest.len());
        let chunk = self.rest.split_to(length);
        self.breaks_after = self.breaks_after.map(|bytes| bytes.saturating_sub(length));
        if self.rest.is_empty()
            && self.breaks_after.is_none()
            && let Some(ticket) = self.ticket.take()
        {
            ticket.answered(self.status);
        }
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Paced(paced) => paced.poll_step(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Paced(paced) => paced.rest.is_empty() && paced.breaks_after.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Paced(paced) => SizeHint::with_exact(paced.rest.len() as u64),
        }
    }
}
