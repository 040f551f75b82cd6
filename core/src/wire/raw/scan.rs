//! Finds the parts of a JSON text in one pass, without building values.
//!
//! Invalid JSON and JSON that is nested too deep are refused, so later readers can rely on the slices. The positions of
//! unpaired surrogates are recorded: one text that was truncated in the middle of a character is no reason to refuse a page,
//! and [`mended`] replaces them so that every parser accepts the page.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;

/// No vendor nests deeper; recursive parsers in other languages may fail beyond it.
pub(crate) const MAX_DEPTH: u32 = 128;

/// No page has so many rows. Rows can be tiny, but what is recorded for each of them adds up.
pub(crate) const MAX_ENTRIES: usize = 1_000_000;

/// Why a text is not valid, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Invalid JSON: what was expected at this byte.
    Expected(&'static str, usize),
    /// Nested too deep.
    TooDeep,
    /// A list with too many entries.
    TooMany,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected(what, at) => write!(f, "expected {what} at byte {at}"),
            Self::TooDeep => write!(f, "nested deeper than {MAX_DEPTH} levels"),
            Self::TooMany => write!(f, "it has more than {MAX_ENTRIES} rows"),
        }
    }
}

/// A cursor in a JSON text.
#[derive(Debug)]
pub(crate) struct Scan<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    /// Whether the next quote always ends a string, because there are no backslashes and control characters anywhere.
    simple: bool,
    /// The positions of escaped unpaired surrogates.
    halves: Vec<usize>,
}

impl<'a> Scan<'a> {
    /// A cursor at the beginning of a text, after white space.
    pub(crate) fn new(text: &'a str) -> Self {
        let simple = is_simple(text.as_bytes());
        let mut scan = Self { text, at: 0, depth: 0, simple, halves: Vec::new() };
        scan.space();
        scan
    }

    /// The first byte of the next value.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Refuses anything but white space after the last value. Returns the positions for [`mended`].
    pub(crate) fn end(mut self) -> Result<Vec<usize>, Broken> {
        self.space();
        if self.at == self.text.len() { Ok(self.halves) } else { self.expected("the end") }
    }

    /// The text of a slice.
    pub(crate) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// Skips a value of any kind, and returns its range.
    #[inline]
    pub(crate) fn value(&mut self) -> Result<Range<usize>, Broken> {
        let begin = self.at;
        match self.peek() {
            Some(b'"') => self.string().map(drop)?,
            Some(b'{' | b'[') => self.nested()?,
            _ => self.scalar()?,
        }
        Ok(begin..self.at)
    }

    /// Reads an object: `member` is called with the scan at each member's name, and must skip name and value.
    #[inline]
    pub(crate) fn members<E: From<Broken>>(
        &mut self,
        mut member: impl FnMut(&mut Self) -> Result<(), E>,
    ) -> Result<Range<usize>, E> {
        let begin = self.at;
        self.open(b'{', "an object")?;
        if !self.take(b'}') {
            loop {
                member(self)?;
                if self.closes(b'}', "`,` or `}`")? {
                    break;
                }
            }
        }
        self.depth -= 1;
        Ok(begin..self.at)
    }

    /// Reads an object: `member` is called with each name and the scan at its value, which it must skip.
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, Cow<'a, str>) -> Result<(), Broken>,
    ) -> Result<Range<usize>, Broken> {
        self.members(|scan| {
            let (name, _) = scan.name()?;
            member(scan, name)
        })
    }

    /// Reads a list: `entry` is called with the scan at each entry, which it must skip.
    pub(crate) fn list<E: From<Broken>>(
        &mut self,
        mut entry: impl FnMut(&mut Self) -> Result<(), E>,
    ) -> Result<Range<usize>, E> {
        let begin = self.at;
        self.open(b'[', "a list")?;
        if !self.take(b']') {
            loop {
                entry(self)?;
                if self.closes(b']', "`,` or `]`")? {
                    break;
                }
            }
        }
        self.depth -= 1;
        Ok(begin..self.at)
    }

    /// Calls `read` with the nesting depth reset: items count their own levels.
    pub(crate) fn apart<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::take(&mut self.depth);
        let read = read(self);
        self.depth = outer;
        read
    }

    fn open(&mut self, bracket: u8, what: &'static str) -> Result<(), Broken> {
        if !self.take(bracket) {
            return self.expected(what);
        }
        if self.depth == MAX_DEPTH {
            return Err(Broken::TooDeep);
        }
        self.depth += 1;
        self.space();
        Ok(())
    }

    /// After a value: whether the closing bracket follows; otherwise a comma must follow.
    #[inline]
    fn closes(&mut self, bracket: u8, what: &'static str) -> Result<bool, Broken> {
        self.space();
        let next = self.peek();
        if next != Some(b',') && next != Some(bracket) {
            return self.expected(what);
        }
        self.at += 1;
        if next == Some(bracket) {
            return Ok(true);
        }
        self.space();
        Ok(false)
    }

    /// Reads a text.
    #[inline]
    pub(crate) fn text(&mut self) -> Result<Cow<'a, str>, Broken> {
        let begin = self.at;
        if self.peek() != Some(b'"') {
            return self.expected("a text");
        }
        if self.string()? {
            return Ok(Cow::Borrowed(self.slice(begin + 1..self.at - 1)));
        }
        let read = serde_json::from_str(self.slice(begin..self.at));
        read.map(Cow::Owned).map_err(|_| Broken::Expected("both halves of a surrogate in the text", begin))
    }

    /// Skips a member's name up to its value; also returns the source text, including the colon.
    pub(crate) fn name(&mut self) -> Result<(Cow<'a, str>, &'a str), Broken> {
        let begin = self.at;
        if self.peek() != Some(b'"') {
            return self.expected("a name");
        }
        let plain = self.string()?;
        let end = self.at;
        self.space();
        if !self.take(b':') {
            return self.expected("`:`");
        }
        let written = self.slice(begin..self.at);
        self.space();
        if plain {
            return Ok((Cow::Borrowed(self.slice(begin + 1..end - 1)), written));
        }
        // A name with an unpaired surrogate matches no field; it is kept as written.
        let quoted = self.slice(begin..end);
        Ok((serde_json::from_str(quoted).map_or(Cow::Borrowed(quoted), Cow::Owned), written))
    }

    /// Skips a member's name as [`Scan::name`] does, if its source text is `written`.
    #[inline]
    pub(crate) fn follows(&mut self, written: &str) -> bool {
        let found = self.text.as_bytes()[self.at..].starts_with(written.as_bytes());
        if found {
            self.at += written.len();
            self.space();
        }
        found
    }

    /// Steps over an object or a list without calling itself: what nests deep costs no stack.
    fn nested(&mut self) -> Result<(), Broken> {
        // A bit for each level, the innermost lowest: whether it is an object.
        let (mut objects, outer) = (0u128, self.depth);
        loop {
            match self.peek() {
                Some(bracket @ (b'{' | b'[')) => {
                    self.open(bracket, "")?;
                    let object = bracket == b'{';
                    objects = objects << 1 | u128::from(object);
                    if self.peek() != Some(bracket + 2) {
                        if object {
                            self.name()?;
                        }
                        continue;
                    }
                    self.at += 1;
                    self.depth -= 1;
                    objects >>= 1;
                }
                _ => self.scalar()?,
            }
            while self.depth > outer {
                let object = objects & 1 == 1;
                if self.closes(if object { b'}' } else { b']' }, "`,` or a closing bracket")? {
                    self.depth -= 1;
                    objects >>= 1;
                    continue;
                }
                if object {
                    self.name()?;
                }
                break;
            }
            if self.depth == outer {
                return Ok(());
            }
        }
    }

    fn scalar(&mut self) -> Result<(), Broken> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            _ => self.expected("a value"),
        }
    }

    fn word(&mut self, word: &'static str) -> Result<(), Broken> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return self.expected(word);
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Result<(), Broken> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Broken> {
        let begin = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > begin { Ok(()) } else { self.expected("a digit") }
    }

    /// Skips a string from its quote on; returns whether it has no escapes.
    #[inline]
    fn string(&mut self) -> Result<bool, Broken> {
        self.at += 1;
        if !self.simple {
            return self.string_of_any_kind();
        }
        let rest = &self.text.as_bytes()[self.at..];
        let length = first(rest, |word| zeros(word ^ (ONES * u64::from(b'"'))), |byte| byte == b'"');
        self.at += length + 1;
        if length < rest.len() { Ok(true) } else { self.expected("`\"`") }
    }

    fn string_of_any_kind(&mut self) -> Result<bool, Broken> {
        let mut plain = true;
        loop {
            self.at += ordinary(&self.text.as_bytes()[self.at..]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(plain);
                }
                Some(b'\\') => self.escape()?,
                Some(_) => return self.expected("no control character"),
                None => return self.expected("`\"`"),
            }
            plain = false;
        }
    }

    fn escape(&mut self) -> Result<(), Broken> {
        let rest = &self.text.as_bytes()[self.at..];
        let length = match rest {
            [_, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [_, b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) => {
                let pair =
                    is_half(rest, b"89abAB") && is_half(rest.get(6..).unwrap_or_default(), b"cdefCDEF");
                if !pair && is_half(rest, b"89abcdefABCDEF") {
                    self.halves.push(self.at);
                }
                if pair { 12 } else { 6 }
            }
            _ => return self.expected("an escape"),
        };
        self.at += length;
        Ok(())
    }

    #[inline]
    fn space(&mut self) {
        // Most servers write none.
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek().filter(|byte| *byte <= b' ') {
            self.at += 1;
        }
    }

    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    #[cold]
    fn expected<T>(&self, what: &'static str) -> Result<T, Broken> {
        Err(Broken::Expected(what, self.at))
    }
}

/// Whether a text begins with an escaped surrogate that has one of these as its second digit.
fn is_half(text: &[u8], second: &[u8]) -> bool {
    match text {
        [b'\\', b'u', b'd' | b'D', digit, c, d, ..] => {
            second.contains(digit) && c.is_ascii_hexdigit() && d.is_ascii_hexdigit()
        }
        _ => false,
    }
}

/// A body with U+FFFD instead of unpaired surrogates, which has the same length.
pub(crate) fn mended(body: &Bytes, halves: &[usize]) -> Bytes {
    if halves.is_empty() {
        return body.clone();
    }
    let mut text = body.to_vec();
    for at in halves {
        text[at + 2..at + 6].copy_from_slice(b"fffd");
    }
    text.into()
}

const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = ONES << 7;

/// Marks the bytes of a word that are below a limit. Only the lowest mark is reliable: a borrow may set others above it.
#[inline]
fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGH
}

#[inline]
fn zeros(word: u64) -> u64 {
    below(word, 1)
}

/// How many bytes come before the first marked one. Eight at a time: most texts are too short for a search function to be
/// worth its call.
#[inline]
fn first(bytes: &[u8], marked: impl Fn(u64) -> u64, is: impl Fn(u8) -> bool) -> usize {
    let mut rest = bytes;
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let found = marked(u64::from_le_bytes(*chunk));
        if found != 0 {
            return bytes.len() - rest.len() + found.trailing_zeros() as usize / 8;
        }
        rest = after;
    }
    let at = rest.iter().position(|byte| is(*byte)).unwrap_or(rest.len());
    bytes.len() - rest.len() + at
}

/// How many bytes come before the first quote, backslash or control character.
fn ordinary(bytes: &[u8]) -> usize {
    let marked = |word| {
        let (quote, backslash) = (ONES * u64::from(b'"'), ONES * u64::from(b'\\'));
        zeros(word ^ quote) | zeros(word ^ backslash) | below(word, b' ')
    };
    first(bytes, marked, |byte| matches!(byte, b'"' | b'\\' | 0..b' '))
}

/// In chunks without early exit, which the compiler vectorises.
fn is_simple(bytes: &[u8]) -> bool {
    let odd = |odd, byte: &u8| odd | u8::from(matches!(byte, b'\\' | 0..b' '));
    bytes.chunks(4096).all(|piece| piece.iter().fold(0, odd) == 0)
}

#[cfg(test)]
mod tests;
