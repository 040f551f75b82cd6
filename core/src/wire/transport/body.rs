//! Bodies: a request's body marks when it is sent, a response's body is limited in size and time.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use ::http::HeaderMap;
use ::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use super::coding::{self, Coding, Decoder, Overflow};
use super::error::while_reading;
use super::{Sent, TransportError, TransportErrorKind};

/// The most memory that is reserved for a body before it arrives.
const FIRST_ROOM: usize = 1 << 20;

/// At most this much is read of an error response: its message is at the beginning.
pub(crate) const LONGEST_REFUSAL: usize = 256 << 10;

/// How much is decoded at a time. Deflate expands it to a thousand times as much at most, so other tasks do not wait long.
const PORTION: usize = 1 << 10;

/// How much is decoded before other tasks may run.
const SLICE: usize = 1 << 18;

/// A request body that marks its request as sent when the connection reads it.
///
/// hyper checks for the end of a body, and reads it, while it writes the head of the request into the buffer of a ready
/// connection. It does not do so earlier, so before that nothing has been sent.
pub(super) struct Outgoing {
    left: Option<Bytes>,
    sent: Sent,
}

impl Outgoing {
    /// `None` sends no length, `Some` of no bytes a length of zero.
    pub(super) fn new(body: Option<Bytes>, sent: Sent) -> Self {
        Self { left: body, sent }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.sent.mark();
        let rest = self.left.take().filter(|bytes| !bytes.is_empty());
        Poll::Ready(rest.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.sent.mark();
        self.left.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.as_ref().map_or(0, Bytes::len) as u64)
    }
}

/// How much of a body is read.
#[derive(Clone, Copy)]
pub(super) enum Limit {
    /// The whole body; a longer one is an error.
    Whole(usize),
    /// The beginning; the rest is not read, and the connection is closed.
    Beginning(usize),
}

impl Limit {
    fn bytes(self) -> usize {
        match self {
            Self::Whole(bytes) | Self::Beginning(bytes) => bytes,
        }
    }
}

/// Reads and decodes a body, and removes its coding from the headers.
pub(super) async fn read<B>(
    mut body: B,
    headers: &mut HeaderMap,
    limit: Limit,
) -> Result<Bytes, TransportError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: StdError + 'static,
{
    let coding = coding::of(headers)?;
    let announced = body.size_hint().exact().unwrap_or(0);
    if let Limit::Whole(bytes) = limit
        && announced > bytes as u64
    {
        return Err(too_large(bytes));
    }
    if coding == Coding::Identity {
        return plain(&mut body, announced, limit).await;
    }
    let text = decoded(&mut body, coding, limit).await?;
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    Ok(text)
}

async fn plain<B>(body: &mut B, announced: u64, limit: Limit) -> Result<Bytes, TransportError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: StdError + 'static,
{
    // A body in one piece, the usual case, is not copied.
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    let mut length = 0;
    while let Some(mut piece) = next(body).await? {
        if piece.is_empty() {
            continue;
        }
        let left = limit.bytes() - length;
        let full = piece.len() > left;
        if full {
            let Limit::Beginning(_) = limit else { return Err(too_large(limit.bytes())) };
            piece.truncate(left);
        }
        length += piece.len();
        if length == piece.len() {
            first = piece;
        } else {
            if whole.is_empty() {
                let room = usize::try_from(announced).unwrap_or(FIRST_ROOM).min(FIRST_ROOM);
                whole.reserve(room.max(length));
                whole.extend_from_slice(&first);
            }
            whole.extend_from_slice(&piece);
        }
        if full {
            break;
        }
        tokio::task::coop::consume_budget().await;
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

async fn decoded<B>(body: &mut B, coding: Coding, limit: Limit) -> Result<Bytes, TransportError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: StdError + 'static,
{
    let mut decoder = Decoder::new(coding, limit.bytes());
    let mut shown = 0;
    while let Some(piece) = next(body).await? {
        for portion in piece.chunks(PORTION) {
            match (decoder.feed(portion), limit) {
                (Ok(()), _) => {}
                (Err(error), _) if !error.is::<Overflow>() => return Err(broken(coding, &*error)),
                (Err(_), Limit::Whole(bytes)) => return Err(too_large(bytes)),
                (Err(_), Limit::Beginning(_)) => return Ok(decoder.so_far().into()),
            }
            // Decoding alone never yields.
            if decoder.length() - shown >= SLICE {
                shown = decoder.length();
                tokio::task::yield_now().await;
            }
        }
        tokio::task::coop::consume_budget().await;
    }
    let mut text = decoder.finish().map_err(|error| broken(coding, &*error))?;
    match limit {
        Limit::Whole(bytes) if text.len() > bytes => return Err(too_large(bytes)),
        Limit::Whole(_) => {}
        Limit::Beginning(bytes) => text.truncate(bytes),
    }
    Ok(text.into())
}

async fn next<B>(body: &mut B) -> Result<Option<Bytes>, TransportError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: StdError + 'static,
{
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            // Trailers are not used.
            Some(Ok(frame)) => {
                if let Ok(piece) = frame.into_data() {
                    return Ok(Some(piece));
                }
            }
            Some(Err(error)) => return Err(while_reading(&error)),
            None => return Ok(None),
        }
    }
}

fn broken(coding: Coding, error: &(dyn StdError + Send + Sync)) -> TransportError {
    TransportError::new(
        TransportErrorKind::Malformed,
        format!("its body is not complete and valid {coding}: {error}"),
    )
}

fn too_large(limit: usize) -> TransportError {
    let reason = format!("its body has more than {limit} bytes; raise `max_body_bytes` to allow more");
    TransportError::new(TransportErrorKind::TooLarge, reason)
}
