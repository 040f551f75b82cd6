//! Content codings: gzip, which is requested, and others that some servers and proxies send anyway.
//!
//! Names are compared without case, and `x-gzip` is gzip (RFC 9110, 8.4.1).

use std::error::Error as StdError;
use std::fmt;
use std::io::{self, Write as _};

use ::http::HeaderMap;
use ::http::header::CONTENT_ENCODING;
use flate2::write::GzDecoder;
use flate2::{Decompress, FlushDecompress, Status};

use super::{TransportError, TransportErrorKind};

type BoxError = Box<dyn StdError + Send + Sync>;

/// The size of the output buffer of deflate.
const ROOM: usize = 16 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    Deflate,
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        })
    }
}

/// The coding of a response, or an error that names an unsupported one.
pub(super) fn of(headers: &HeaderMap) -> Result<Coding, TransportError> {
    let codings: Vec<String> = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity")
        .collect();
    match codings.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Ok(Coding::Identity),
        ["gzip" | "x-gzip"] => Ok(Coding::Gzip),
        ["deflate" | "x-deflate"] => Ok(Coding::Deflate),
        _ => {
            let reason = format!(
                "its body is in the content coding {:?}, which was not requested",
                codings.join(", ")
            );
            Err(TransportError::new(TransportErrorKind::Coding, reason))
        }
    }
}

/// The decoded body is larger than allowed.
#[derive(Debug)]
pub(super) struct Overflow;

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is larger than allowed")
    }
}

impl StdError for Overflow {}

/// Decodes a body, portion by portion.
pub(super) struct Decoder {
    limit: usize,
    state: State,
}

enum State {
    /// No data yet: an empty body may have any coding.
    Empty(Coding),
    Gzip(Box<Gzip>),
    Deflate(Box<Deflate>),
}

impl Decoder {
    pub(super) fn new(coding: Coding, limit: usize) -> Self {
        Self { limit, state: State::Empty(coding) }
    }

    /// What was decoded before an error is kept; see [`Decoder::so_far`].
    pub(super) fn feed(&mut self, portion: &[u8]) -> Result<(), BoxError> {
        let Some(first) = portion.first() else { return Ok(()) };
        if let State::Empty(coding) = self.state {
            self.state = match coding {
                Coding::Deflate => State::Deflate(Box::new(Deflate::new(*first))),
                Coding::Gzip | Coding::Identity => State::Gzip(Box::default()),
            };
        }
        match &mut self.state {
            State::Gzip(gzip) => gzip.feed(portion)?,
            State::Deflate(deflate) => deflate.feed(portion, self.limit)?,
            State::Empty(_) => {}
        }
        if self.length() > self.limit { Err(Overflow.into()) } else { Ok(()) }
    }

    pub(super) fn length(&self) -> usize {
        match &self.state {
            State::Empty(_) => 0,
            State::Gzip(gzip) => gzip.member.get_ref().len(),
            State::Deflate(deflate) => deflate.out.len(),
        }
    }

    /// What was decoded so far, up to the limit.
    pub(super) fn so_far(self) -> Vec<u8> {
        let mut text = match self.state {
            State::Empty(_) => Vec::new(),
            State::Gzip(mut gzip) => std::mem::take(gzip.member.get_mut()),
            State::Deflate(deflate) => deflate.out,
        };
        text.truncate(self.limit);
        text
    }

    /// The decoded body, if it is complete.
    pub(super) fn finish(self) -> Result<Vec<u8>, BoxError> {
        match self.state {
            State::Empty(_) => Ok(Vec::new()),
            State::Gzip(gzip) => Ok(gzip.member.finish()?),
            State::Deflate(deflate) if deflate.ended => Ok(deflate.out),
            State::Deflate(_) => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
        }
    }
}

/// A body of one or more members, as gzip files may have them.
struct Gzip {
    member: GzDecoder<Vec<u8>>,
    /// Only zeros may follow, with which some programs pad a block.
    padding: bool,
}

impl Default for Gzip {
    fn default() -> Self {
        Self { member: GzDecoder::new(Vec::new()), padding: false }
    }
}

impl Gzip {
    fn feed(&mut self, mut portion: &[u8]) -> io::Result<()> {
        while !portion.is_empty() && !self.padding {
            let taken = self.member.write(portion)?;
            portion = &portion[taken..];
            if taken == 0 {
                // The member has ended: its checksum is verified by `finish`.
                self.padding = portion[0] == 0;
                if !self.padding {
                    let member = std::mem::replace(&mut self.member, GzDecoder::new(Vec::new()));
                    self.member = GzDecoder::new(member.finish()?);
                }
            }
        }
        if portion.iter().any(|byte| *byte != 0) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "something follows its end"));
        }
        Ok(())
    }
}

/// Deflate with the zlib header, as specified, or without it, as some servers send it.
struct Deflate {
    inflate: Decompress,
    out: Vec<u8>,
    ended: bool,
}

impl Deflate {
    /// The low half of zlib's first byte is 8. Bare deflate with that byte would begin with a stored block and padding.
    fn new(first: u8) -> Self {
        Self { inflate: Decompress::new(first & 0x0f == 8), out: Vec::new(), ended: false }
    }

    fn feed(&mut self, mut portion: &[u8], limit: usize) -> Result<(), BoxError> {
        let mut room = [0; ROOM];
        while !self.ended && self.out.len() <= limit {
            let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self.inflate.decompress(portion, &mut room, FlushDecompress::None)?;
            let read = usize::try_from(self.inflate.total_in() - read)?;
            let written = usize::try_from(self.inflate.total_out() - written)?;
            self.out.extend_from_slice(&room[..written]);
            portion = &portion[read..];
            self.ended = status == Status::StreamEnd;
            if written < ROOM && (portion.is_empty() || read == 0) {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn coded(coding: &str) -> Result<Coding, String> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, coding.parse().unwrap());
        of(&headers).map_err(|error| error.to_string())
    }

    #[test]
    fn names_are_compared_without_case() {
        for name in ["gzip", "GZIP", "x-gzip", "X-GZip", " gzip ", "identity, gzip", "gzip,"] {
            assert_eq!(coded(name), Ok(Coding::Gzip), "{name}");
        }
        for name in ["deflate", "x-deflate", "Deflate"] {
            assert_eq!(coded(name), Ok(Coding::Deflate), "{name}");
        }
        for name in ["", "identity", "Identity, identity"] {
            assert_eq!(coded(name), Ok(Coding::Identity), "{name}");
        }
        for name in ["br", "zstd", "gzip, gzip", "deflate, gzip", "utf-8"] {
            assert!(coded(name).unwrap_err().contains(name), "{name}");
        }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn bare(text: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn decode(coding: Coding, body: &[u8], size: usize) -> Result<Vec<u8>, String> {
        let mut decoder = Decoder::new(coding, 1 << 20);
        for portion in body.chunks(size) {
            decoder.feed(portion).map_err(|error| error.to_string())?;
        }
        decoder.finish().map_err(|error| error.to_string())
    }

    #[test]
    fn any_split_into_portions_decodes_to_the_text() {
        let text = b"one, two, three; ".repeat(100);
        let members = [gzip(b"one, "), gzip(b""), gzip(&text)].concat();
        let padded = [gzip(&text), vec![0; 40]].concat();
        for size in [1, 2, 3, 7, 64, 10_000] {
            assert_eq!(decode(Coding::Gzip, &gzip(&text), size).unwrap(), text);
            assert_eq!(decode(Coding::Gzip, &members, size).unwrap(), [b"one, ", &text[..]].concat());
            assert_eq!(decode(Coding::Gzip, &padded, size).unwrap(), text);
            assert_eq!(decode(Coding::Deflate, &zlib(&text), size).unwrap(), text);
            assert_eq!(decode(Coding::Deflate, &bare(&text), size).unwrap(), text);
        }
    }

    #[test]
    fn every_truncation_is_noticed() {
        let text = b"one, two, three; ".repeat(20);
        let two = [gzip(b"one"), gzip(&text)].concat();
        let first = gzip(b"one").len();
        for end in (1..two.len()).filter(|end| *end != first) {
            decode(Coding::Gzip, &two[..end], 64).unwrap_err();
        }
        for body in [zlib(&text), bare(&text)] {
            for end in 1..body.len() {
                decode(Coding::Deflate, &body[..end], 64).unwrap_err();
            }
        }
    }

    #[test]
    fn data_after_the_end_is_an_error() {
        let body = [gzip(b"one"), b"<html>".to_vec()].concat();
        decode(Coding::Gzip, &body, 64).unwrap_err();
        let body = [gzip(b"one"), vec![0, 0, 1]].concat();
        decode(Coding::Gzip, &body, 64).unwrap_err();
    }

    #[test]
    fn oversized_bodies_stop_early_and_keep_their_beginning() {
        let text = vec![b'a'; 1 << 20];
        for (coding, body) in [(Coding::Gzip, gzip(&text)), (Coding::Deflate, zlib(&text))] {
            let mut decoder = Decoder::new(coding, 1000);
            let stopped = body.chunks(100).map(|portion| decoder.feed(portion)).find(Result::is_err);
            assert!(stopped.unwrap().unwrap_err().is::<Overflow>());
            assert!(decoder.length() < 300_000);
            assert_eq!(decoder.so_far(), [b'a'; 1000]);
        }
    }
}
