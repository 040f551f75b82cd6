//! The redactor: removes the secrets of a client from foreign text, such as a response that echoes a password, in any
//! encoding of each letter.
//!
//! It is only used for failed responses and reads no more of them than is kept, so its cost is bounded.

mod spelling;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use bytes::Bytes;

use self::spelling::{Front, cost, is_lost, may_escape, other_case, units};
use crate::base::secret::{MASK, Secret};
use crate::base::visible;

/// Shorter secrets are not searched for: masking each `a` would hide everything else.
const SHORTEST_REDACTED: usize = 4;
/// Shorter secrets are not searched for in base64 and hexadecimal text, where they would match by chance.
const SHORTEST_ENCODED: usize = 8;
/// This much of a longer secret is enough to recognise it: responses are truncated, and texts are wrapped.
const ENOUGH: usize = 48;
/// The most that the search in one text may cost, in compared letters; the rest of a text that costs more is masked.
const BUDGET: usize = 1 << 21;

/// Removes known secrets from foreign text.
#[derive(Clone)]
pub(crate) struct Redactor {
    needles: Vec<Arc<Needle>>,
    /// The bytes that some needle may begin with.
    begins: [bool; 256],
}

struct Needle {
    letters: Box<[char]>,
    /// Whether only a part of an encoded text is known, so that the whole run around it is masked.
    whole_run: bool,
    /// Whether case is ignored, because the secret is not an ordinary word.
    any_case: bool,
}

impl Default for Redactor {
    fn default() -> Self {
        Self { needles: Vec::new(), begins: [false; 256] }
    }
}

impl Redactor {
    pub(crate) fn add(&mut self, secret: &Secret) {
        let text = secret.reveal();
        if text.len() < SHORTEST_REDACTED {
            return;
        }
        let before = self.needles.len();
        self.search_for(text, false);
        if self.needles.len() == before || text.len() < SHORTEST_ENCODED {
            return;
        }
        let some = &text.as_bytes()[..text.len().min(ENOUGH)];
        let (lower, upper) = hexadecimal(some);
        self.search_for(&lower, true);
        self.search_for(&upper, true);
        // In base64 a text has three forms, depending on its offset in a group of three bytes.
        for shift in 0..3 {
            let mut shifted = vec![0; shift];
            shifted.extend_from_slice(some);
            let whole = shifted.len() / 3 * 3;
            let own = [0, 2, 3][shift];
            for engine in [&STANDARD, &URL_SAFE] {
                let encoded = engine.encode(&shifted[..whole]);
                self.search_for(encoded.get(own..).unwrap_or_default(), true);
            }
        }
    }

    fn search_for(&mut self, text: &str, whole_run: bool) {
        let letters: Box<[char]> = text.chars().collect();
        if self.needles.iter().any(|known| known.letters == letters) {
            return;
        }
        let Some(first) = letters.first().copied() else { return };
        let no_word = letters.len() >= SHORTEST_ENCODED && letters.iter().any(|c| !c.is_alphabetic());
        let any_case = no_word && !whole_run;
        self.begin_with(first);
        if let Some(other) = other_case(first).filter(|_| any_case) {
            self.begin_with(other);
        }
        self.needles.push(Arc::new(Needle { letters, whole_run, any_case }));
    }

    fn begin_with(&mut self, first: char) {
        match u8::try_from(first) {
            Ok(b' ') => {
                self.begins[usize::from(b' ')] = true;
                self.begins[0x80..].fill(true);
            }
            Ok(first) if first.is_ascii() => self.begins[usize::from(first)] = true,
            _ => {
                self.begins[usize::from(b'?')] = true;
                self.begins[0x80..].fill(true);
            }
        }
    }

    /// The text without secrets and control characters.
    pub(crate) fn clean(&self, text: &str) -> String {
        self.cleaned(text, usize::MAX)
    }

    /// The same, truncated. The order matters: half a secret would not be recognised, but is still secret.
    pub(crate) fn clean_to(&self, text: &str, longest: usize) -> String {
        // A character has up to four bytes.
        let cleaned = self.cleaned(text, longest.saturating_mul(4).saturating_add(4));
        match cleaned.char_indices().nth(longest) {
            Some((at, _)) => format!("{}…", &cleaned[..at]),
            None => cleaned,
        }
    }

    fn cleaned(&self, text: &str, longest: usize) -> String {
        let masked = self.masked(text.as_bytes(), longest);
        visible::escaped(&String::from_utf8_lossy(&masked)).into_owned()
    }

    /// A body without secrets, truncated to a number of bytes.
    pub(crate) fn clean_body(&self, body: &Bytes, longest: usize) -> Bytes {
        match self.masked(body, longest) {
            Cow::Borrowed(_) => body.slice(..body.len().min(longest)),
            Cow::Owned(mut cleaned) => {
                cleaned.truncate(longest);
                cleaned.into()
            }
        }
    }

    /// Whether a text contains a secret.
    pub(crate) fn knows(&self, text: &str) -> bool {
        self.next_in(text.as_bytes(), 0, text.len(), &mut BUDGET.clone()).is_some()
    }

    /// The text with masks; after `longest` bytes it may be unmasked.
    fn masked<'t>(&self, text: &'t [u8], longest: usize) -> Cow<'t, [u8]> {
        let mut cleaned: Vec<u8> = Vec::new();
        let (mut at, mut budget) = (0_usize, BUDGET);
        loop {
            let room = longest.saturating_sub(cleaned.len());
            let until = at.saturating_add(room).min(text.len());
            let Some(found) = self.next_in(text, at, until, &mut budget) else { break };
            cleaned.extend_from_slice(&text[at..found.start.max(at)]);
            cleaned.extend_from_slice(MASK.as_bytes());
            at = found.end;
        }
        if at == 0 && cleaned.is_empty() {
            return Cow::Borrowed(text);
        }
        cleaned.extend_from_slice(&text[at..]);
        Cow::Owned(cleaned)
    }

    /// The first secret that begins between `from` and `until`, with all that overlap it.
    fn next_in(&self, text: &[u8], from: usize, until: usize, budget: &mut usize) -> Option<Range<usize>> {
        if self.needles.is_empty() {
            return None;
        }
        let (begin, mut found) = (from..until).find_map(|at| Some((at, self.at(text, at, budget)?)))?;
        let mut inside = begin + 1;
        while inside < found.end {
            if let Some(more) = self.at(text, inside, budget) {
                found = found.start.min(more.start)..found.end.max(more.end);
            }
            inside += 1;
        }
        Some(found.start.max(from)..found.end)
    }

    /// The longest secret that begins here.
    fn at(&self, text: &[u8], at: usize, budget: &mut usize) -> Option<Range<usize>> {
        let byte = text[at];
        if !self.begins[usize::from(byte)] && !may_escape(byte) {
            return None;
        }
        let here = units(text, at);
        *budget = budget.saturating_sub(cost(text, at));
        let is = |first: char| {
            let own = u32::from(first);
            here.iter().any(|(value, _)| {
                value == own || value > 127 && (own > 127 || own == 32) || own > 127 && is_lost(value)
            })
        };
        let may_begin = |needle: &Needle| {
            let first = needle.letters.first().copied();
            first.is_some_and(|c| is(c) || needle.any_case && other_case(c).is_some_and(is))
        };
        let needles = self.needles.iter().filter(|needle| may_begin(needle));
        needles.filter_map(|needle| needle.at(text, at, budget)).max_by_key(|found| found.end)
    }
}

impl Needle {
    fn at(&self, text: &[u8], at: usize, budget: &mut usize) -> Option<Range<usize>> {
        let mut front = Front::at(at);
        let mut passed = 0;
        while passed < self.letters.len()
            && front.spent < *budget
            && front.pass(text, self.letters[passed], self.any_case)
        {
            passed += 1;
        }
        *budget = budget.saturating_sub(front.spent);
        if *budget == 0 {
            return Some(at..text.len());
        }
        if passed < self.letters.len().min(ENOUGH) {
            return None;
        }
        let end = front.furthest();
        if !self.whole_run {
            return Some(at..end);
        }
        let before = text[..at].iter().rev().take_while(|byte| in_run(**byte)).count();
        let behind = text[end..].iter().take_while(|byte| in_run(**byte)).count();
        Some(at - before..end + behind)
    }
}

fn in_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

fn hexadecimal(bytes: &[u8]) -> (String, String) {
    use std::fmt::Write as _;
    let lower = bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    let upper = lower.to_ascii_uppercase();
    (lower, upper)
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} needles)", self.needles.len())
    }
}

#[cfg(test)]
mod tests;
