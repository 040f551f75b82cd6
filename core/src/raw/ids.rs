//! Ids are text, whatever they came as, so that they compare equal everywhere.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use super::scan::{Broken, Scan};

/// What is noted of ids while a body is read.
#[derive(Debug)]
pub(super) struct Ids<'a> {
    /// The member that is an item's own id.
    own: &'a str,
    /// All members that are ids.
    fields: &'a [&'a str],
    /// Where ids stand that came as numbers.
    numbers: Vec<Range<usize>>,
    /// The members of the item before: those of the next one are nearly always written just so, in the same order.
    layout: Vec<Member<'a>>,
}

/// A member of an item.
#[derive(Debug)]
struct Member<'a> {
    /// Its name as it stands in the text, from quote to colon.
    written: &'a str,
    is_own: bool,
    is_id: bool,
}

/// An item of a list, and the id in it; that one is empty where the item has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) bytes: Range<usize>,
    pub(crate) id: Range<usize>,
}

impl<'a> Ids<'a> {
    pub(super) fn new(own: &'a str, fields: &'a [&'a str]) -> Self {
        Self { own, fields, numbers: Vec::new(), layout: Vec::with_capacity(32) }
    }

    /// Forgets what was noted.
    pub(super) fn forget(&mut self) {
        self.numbers.clear();
    }

    /// Reads one item, whatever it is.
    pub(super) fn entry(&mut self, scan: &mut Scan<'a>) -> Result<Entry, Broken> {
        if scan.peek() != Some(b'{') {
            return Ok(Entry { bytes: scan.value()?, id: 0..0 });
        }
        let (mut id, mut at) = (0..0, 0);
        let bytes = scan.members(|scan| {
            let (is_own, is_id) = match self.layout.get(at) {
                Some(known) if scan.follows(known.written) => (known.is_own, known.is_id),
                _ => self.learn(scan, at)?,
            };
            let value = scan.value()?;
            if is_own {
                id = value.clone();
            }
            if is_id && is_number(scan.slice(value.clone())) {
                self.numbers.push(value);
            }
            at += 1;
            Ok(())
        })?;
        Ok(Entry { bytes, id })
    }

    /// Reads the name of a member that is not where it was in the item before.
    fn learn(&mut self, scan: &mut Scan<'a>, at: usize) -> Result<(bool, bool), Broken> {
        let (name, written) = scan.name()?;
        let member = Member { written, is_own: name == self.own, is_id: self.fields.contains(&&*name) };
        let roles = (member.is_own, member.is_id);
        match self.layout.get_mut(at) {
            Some(known) => *known = member,
            None => self.layout.push(member),
        }
        Ok(roles)
    }

    /// The body with what was noted put into quotes, and where `entries` stand in it then. Without numbers, the usual
    /// case, nothing is copied.
    pub(super) fn into_text(self, body: &Bytes, entries: &mut [Entry]) -> Bytes {
        if self.numbers.is_empty() {
            return body.clone();
        }
        let mut text = Vec::with_capacity(body.len() + 2 * self.numbers.len());
        let mut copied = 0;
        for number in &self.numbers {
            text.extend_from_slice(&body[copied..number.start]);
            text.push(b'"');
            text.extend_from_slice(&body[number.clone()]);
            text.push(b'"');
            copied = number.end;
        }
        text.extend_from_slice(&body[copied..]);
        // Every place is asked for in order, so the numbers before it are counted once.
        let mut before = 0;
        let mut moved = |at: usize| {
            before += self.numbers[before..].iter().take_while(|number| number.end <= at).count();
            at + 2 * before
        };
        for Entry { bytes, id } in entries {
            let begin = moved(bytes.start);
            if id.start < id.end {
                *id = moved(id.start)..moved(id.end);
            }
            *bytes = begin..moved(bytes.end);
        }
        text.into()
    }
}

impl Entry {
    /// The text of the item's own id, from a string or a number.
    pub(crate) fn id<'a>(&self, buffer: &'a [u8]) -> Option<Cow<'a, str>> {
        let raw = std::str::from_utf8(buffer.get(self.id.clone())?).ok()?;
        match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
            Some(_) => serde_json::from_str(raw).ok().map(Cow::Owned),
            None => is_number(raw).then_some(Cow::Borrowed(raw)),
        }
    }
}

fn is_number(raw: &str) -> bool {
    raw.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}
