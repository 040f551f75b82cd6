//! Bodies: the one that goes out tells when it does, the one that comes back is bounded.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use ::http::HeaderMap;
use ::http::header::CONTENT_ENCODING;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use super::fault::fault;
use super::{Fault, FaultKind, Sent};

/// How much room is made for a body before any of it has come.
const FIRST_ROOM: usize = 1 << 20;

/// A request body that marks its request as sent when the connection asks for it.
///
/// hyper asks whether a body ends, and then for the body, while it writes the head of the request into the buffer of a
/// connection that is ready: not earlier, so that everything before is known not to have been sent.
pub(super) struct Outgoing {
    left: Option<Bytes>,
    sent: Sent,
}

impl Outgoing {
    /// `None` has no length on the wire, where `Some` of no bytes has one of zero.
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

/// reqwest leaves the header in place where it did not decompress: only gzip was asked for.
pub(super) fn refuse_encoding(headers: &HeaderMap) -> Result<(), Fault> {
    for value in headers.get_all(CONTENT_ENCODING) {
        let name = String::from_utf8_lossy(value.as_bytes());
        if !name.is_empty() && !name.eq_ignore_ascii_case("identity") {
            let reason = format!("the content encoding {name:?} was not asked for");
            return Err(Fault::new(FaultKind::Malformed, reason));
        }
    }
    Ok(())
}

/// Reads a body to its end, at most `limit` bytes of it after decompression.
///
/// Compressed bytes that decompress to nothing are not counted; they end when the caller gives up. Of a gzip body in
/// several members only the first may come through (<https://github.com/tower-rs/tower-http/issues/737>).
pub(super) async fn read(mut answer: reqwest::Response, limit: usize) -> Result<Bytes, Fault> {
    let announced = answer.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(too_large(limit));
    }
    // A body in one piece, as most are, needs no copy.
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    let mut length = 0;
    while let Some(piece) = answer.chunk().await.map_err(|error| fault(error, None))? {
        length += piece.len();
        if length > limit {
            return Err(too_large(limit));
        }
        if length == piece.len() {
            first = piece;
            continue;
        }
        if whole.is_empty() {
            let room = usize::try_from(announced).unwrap_or(FIRST_ROOM).min(FIRST_ROOM);
            whole.reserve(room.max(length));
            whole.extend_from_slice(&first);
        }
        whole.extend_from_slice(&piece);
        // What is only decompressed never waits for the network.
        tokio::task::coop::consume_budget().await;
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

fn too_large(limit: usize) -> Fault {
    Fault::new(FaultKind::TooLarge, format!("its body has more than {limit} bytes, see max_body_bytes"))
}
