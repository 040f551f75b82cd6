//! Bodies: the one that goes out tells when it does, the one that comes back is decompressed and bounded.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use ::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use ::http::{HeaderMap, StatusCode};
use bytes::{Bytes, BytesMut};
use flate2::write::MultiGzDecoder;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::http::fault;
use super::{Fault, FaultKind, Sent};

/// How much room is made for a body before any of it has come.
const FIRST_ROOM: usize = 1 << 20;

/// How much is decompressed before other tasks get a turn.
const STEP: usize = 16 << 10;

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

/// Reads a body to its end, at most `limit` bytes of it, compressed and decompressed.
pub(super) async fn read(
    status: StatusCode,
    headers: &mut HeaderMap,
    mut body: Incoming,
    limit: usize,
) -> Result<Bytes, Fault> {
    let announced = body.size_hint().exact();
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    let gzip = is_gzip(headers)?;
    let Some(first) = next(&mut body).await? else {
        // Without a length, an end before the first byte may be a connection that broke.
        let framed = headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING);
        if gzip && !framed && !bodyless(status) {
            return Err(malformed("the gzip body is empty"));
        }
        return Ok(Bytes::new());
    };
    if gzip {
        let body = gunzip(first, body, limit).await?;
        headers.remove(CONTENT_ENCODING);
        headers.remove(CONTENT_LENGTH);
        return Ok(body);
    }
    if announced == Some(first.len() as u64) {
        // The whole body in one piece needs no copy; asking once more lets the connection go back to the pool.
        return match next(&mut body).await? {
            None => Ok(first),
            Some(_) => Err(malformed("the body is longer than announced")),
        };
    }
    let room = announced.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let mut whole = BytesMut::with_capacity(room.min(FIRST_ROOM).max(first.len()));
    let mut piece = Some(first);
    while let Some(bytes) = piece {
        if bytes.len() > limit - whole.len() {
            return Err(too_large(limit));
        }
        whole.extend_from_slice(&bytes);
        piece = next(&mut body).await?;
    }
    Ok(whole.freeze())
}

async fn next(body: &mut Incoming) -> Result<Option<Bytes>, Fault> {
    loop {
        match poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
            None => return Ok(None),
            Some(Err(error)) => return Err(fault(&error)),
            // Trailers hold nothing that is wanted.
            Some(Ok(frame)) => match frame.into_data() {
                Ok(bytes) if !bytes.is_empty() => return Ok(Some(bytes)),
                _ => {}
            },
        }
    }
}

async fn gunzip(first: Bytes, mut body: Incoming, limit: usize) -> Result<Bytes, Fault> {
    let mut decoder = MultiGzDecoder::new(Bounded { bytes: Vec::new(), limit, full: false });
    let mut compressed = 0;
    let mut piece = Some(first);
    while let Some(bytes) = piece {
        // Compressed bytes count too: a stream of empty blocks grows to nothing for ever.
        compressed += bytes.len();
        if compressed > limit {
            return Err(too_large(limit));
        }
        for step in bytes.chunks(STEP) {
            if let Err(error) = decoder.write_all(step) {
                let full = decoder.get_ref().full;
                return Err(if full { too_large(limit) } else { broken(&error) });
            }
            tokio::task::coop::consume_budget().await;
        }
        piece = next(&mut body).await?;
    }
    match decoder.try_finish() {
        Ok(()) => Ok(std::mem::take(&mut decoder.get_mut().bytes).into()),
        Err(_) if decoder.get_ref().full => Err(too_large(limit)),
        Err(error) => Err(broken(&error)),
    }
}

/// Takes bytes up to a limit.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
    full: bool,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if more.len() > self.limit - self.bytes.len() {
            self.full = true;
            return Err(io::Error::other("full"));
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether the body is compressed; only gzip was asked for, so anything else cannot be read.
fn is_gzip(headers: &HeaderMap) -> Result<bool, Fault> {
    let mut gzip = false;
    for value in headers.get_all(CONTENT_ENCODING) {
        let names = value.to_str().map_err(|_| malformed("the content encoding is not text"))?;
        for name in names.split(',').map(str::trim) {
            if (name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip")) && !gzip {
                gzip = true;
            } else if !name.is_empty() && !name.eq_ignore_ascii_case("identity") {
                return Err(malformed(&format!("the content encoding {name:?} was not asked for")));
            }
        }
    }
    Ok(gzip)
}

fn bodyless(status: StatusCode) -> bool {
    matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

fn too_large(limit: usize) -> Fault {
    Fault::new(FaultKind::TooLarge, format!("its body has more than {limit} bytes, see max_body_bytes"))
}

fn malformed(reason: &str) -> Fault {
    Fault::new(FaultKind::Malformed, reason)
}

fn broken(error: &io::Error) -> Fault {
    malformed(&format!("the gzip body is broken or cut off: {error}"))
}
