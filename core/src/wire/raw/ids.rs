//! Ids are always text, whether the server sent numbers or strings, so that they compare equal everywhere.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use super::scan::{Broken, Scan};

/// The ids that were found while a body is read.
#[derive(Debug)]
pub(super) struct Ids<'a> {
    /// The member that is an item's own id.
    own: &'a str,
    /// All members that are ids.
    fields: &'a [&'a str],
    /// The numeric ids.
    numbers: Vec<Number>,
    /// The members of the previous item: those of the next one nearly always have the same text and order.
    layout: Vec<Member<'a>>,
}

/// A numeric id.
#[derive(Debug)]
struct Number {
    at: Range<usize>,
    /// The digits of a whole number that was sent with a fraction or an exponent.
    plain: Option<Box<str>>,
}

/// A member of an item.
#[derive(Debug)]
struct Member<'a> {
    /// The source text of its name, from quote to colon.
    written: &'a str,
    is_own: bool,
    is_id: bool,
}

/// The ranges of an item and its id, which is empty if the item has none, and the index of its row. Small, since a page may
/// have many: bodies that do not fit are refused before they are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    begin: u32,
    end: u32,
    id_begin: u32,
    id_end: u32,
    row: u32,
}

fn small(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl<'a> Ids<'a> {
    pub(super) fn new(own: &'a str, fields: &'a [&'a str]) -> Self {
        Self { own, fields, numbers: Vec::new(), layout: Vec::with_capacity(32) }
    }

    /// Forgets the ids so far.
    pub(super) fn forget(&mut self) {
        self.numbers.clear();
    }

    /// Reads one item of any type.
    pub(super) fn entry(&mut self, scan: &mut Scan<'a>, row: usize) -> Result<Entry, Broken> {
        if scan.peek() != Some(b'{') {
            return Ok(Entry::new(&scan.value()?, &(0..0), row));
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
            let number = if is_id { scan.slice(value.clone()) } else { "" };
            if is_number(number) {
                self.numbers.push(Number { at: value, plain: whole(number) });
            }
            at += 1;
            Ok(())
        })?;
        Ok(Entry::new(&bytes, &id, row))
    }

    /// Reads the name of a member that differs from the previous item's.
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

    /// The body with numeric ids quoted; updates the ranges of `entries`. Without numeric ids, the usual case, nothing is
    /// copied.
    pub(super) fn into_text(self, body: &Bytes, entries: &mut [Entry]) -> Bytes {
        if self.numbers.is_empty() {
            return body.clone();
        }
        let mut text = Vec::with_capacity(body.len() + 2 * self.numbers.len());
        let mut copied = 0;
        for Number { at, plain } in &self.numbers {
            text.extend_from_slice(&body[copied..at.start]);
            text.push(b'"');
            text.extend_from_slice(plain.as_ref().map_or(&body[at.clone()], |plain| plain.as_bytes()));
            text.push(b'"');
            copied = at.end;
        }
        text.extend_from_slice(&body[copied..]);
        // Positions are requested in order, so the numbers before each of them are counted once.
        let (mut before, mut more, mut less) = (0, 0, 0);
        let mut moved = |at: u32| {
            for number in self.numbers[before..].iter().take_while(|number| number.at.end <= at as usize) {
                before += 1;
                more += 2 + number.plain.as_ref().map_or(number.at.len(), |plain| plain.len());
                less += number.at.len();
            }
            small(at as usize + more - less)
        };
        for entry in entries {
            let begin = moved(entry.begin);
            if entry.id_begin < entry.id_end {
                (entry.id_begin, entry.id_end) = (moved(entry.id_begin), moved(entry.id_end));
            }
            (entry.begin, entry.end) = (begin, moved(entry.end));
        }
        text.into()
    }
}

impl Entry {
    fn new(bytes: &Range<usize>, id: &Range<usize>, row: usize) -> Self {
        let [begin, end, id_begin, id_end, row] = [bytes.start, bytes.end, id.start, id.end, row].map(small);
        Self { begin, end, id_begin, id_end, row }
    }

    /// The range of the item.
    pub(crate) fn bytes(&self) -> Range<usize> {
        self.begin as usize..self.end as usize
    }

    /// The range of its id.
    pub(super) fn id_range(&self) -> Range<usize> {
        self.id_begin as usize..self.id_end as usize
    }

    /// The index of the item's row in its page, from 0.
    pub(crate) fn row(&self) -> usize {
        self.row as usize
    }

    /// The item's own id, if it identifies the item: blank, zero and negative ids are placeholders.
    pub(crate) fn identity<'a>(&self, buffer: &'a [u8]) -> Option<Cow<'a, str>> {
        self.id(buffer).filter(|id| {
            let nothing = |byte: u8| matches!(byte, b'0' | b'-' | b'.') || byte.is_ascii_whitespace();
            let placeholder =
                id.bytes().all(nothing) || (id.starts_with('-') && is_number(id) && id.len() < 3);
            !placeholder && !id.trim().is_empty()
        })
    }

    /// The text of the item's own id, from a string or a number.
    pub(crate) fn id<'a>(&self, buffer: &'a [u8]) -> Option<Cow<'a, str>> {
        let raw = std::str::from_utf8(buffer.get(self.id_range())?).ok()?;
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

/// A whole number without its fraction and exponent, if it has one of them: programs that store numbers as doubles write 7
/// as `7.0`. `None` for other numbers, and for those too long for an id.
pub(super) fn whole(raw: &str) -> Option<Box<str>> {
    const LONGEST: i32 = 40;
    if !raw.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
        return None;
    }
    let (sign, rest) = raw.strip_prefix('-').map_or(("", raw), |rest| ("-", rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (ahead, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let behind = behind.trim_end_matches('0');
    let digits = format!("{ahead}{behind}");
    let exponent = exponent.parse::<i32>().ok()?.checked_sub(i32::try_from(behind.len()).ok()?)?;
    let significant = digits.trim_start_matches('0');
    let number = match exponent {
        _ if significant.is_empty() => return Some("0".into()),
        0..=LONGEST => format!("{significant}{}", "0".repeat(usize::try_from(exponent).ok()?)),
        _ if exponent > LONGEST => return None,
        _ => {
            let (kept, dropped) = significant.split_at_checked(
                significant.len().checked_sub(usize::try_from(exponent.unsigned_abs()).ok()?)?,
            )?;
            if kept.is_empty() || dropped.bytes().any(|digit| digit != b'0') {
                return None;
            }
            kept.to_owned()
        }
    };
    Some(format!("{sign}{number}").into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fractions_and_exponents_of_whole_numbers_are_removed() {
        for (raw, plain) in [
            ("7.0", "7"),
            ("7e0", "7"),
            ("7E+0", "7"),
            ("70e-1", "7"),
            ("0.7e1", "7"),
            ("1.25e2", "125"),
            ("-7.00", "-7"),
            ("0.0", "0"),
            ("-0e5", "0"),
            ("12345678901234567890.0", "12345678901234567890"),
            ("1e20", "100000000000000000000"),
        ] {
            assert_eq!(whole(raw).as_deref(), Some(plain), "{raw}");
        }
        for raw in ["7", "7.5", "75e-2", "1e400", "1e-400", "1e99999999999", "12345678901234567890"] {
            assert_eq!(whole(raw), None, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_integers(number in any::<i64>(), zeros in 0usize..4, shift in 0u32..6) {
            let fraction = format!("{number}.{}", "0".repeat(zeros + 1));
            prop_assert_eq!(whole(&fraction), Some(number.to_string().into()));
            let shifted = format!("{number}{}e-{shift}", "0".repeat(shift as usize));
            prop_assert_eq!(whole(&shifted), Some(number.to_string().into()));
        }
    }
}
