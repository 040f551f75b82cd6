//! The spelling of messages in each language: the case of names and the unit of times.
//!
//! Names and times are marked where a message is written, by [`Name`], [`Time`] and [`UNIT`] in a `format!`, and spelled
//! when the message is read. The marks are noncharacters of Unicode, which ordinary text does not contain; foreign text
//! that does is spelled differently at worst.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::generated::option_words::{NAMED_IN_CAMEL, TIMES};

const OPEN: char = '\u{fdd0}';
const CLOSE: char = '\u{fdd1}';

/// How a language spells the names of arguments and the unit of times, in options and in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Spelling {
    /// `page_size`, and seconds: Rust and Python.
    #[default]
    Snake,
    /// `pageSize`, and milliseconds: JavaScript.
    Camel,
    /// `page_size`, and milliseconds, with the suffix `_ms` for options that are times: C.
    SnakeMilliseconds,
}

impl Spelling {
    /// The name of an option, a parameter or an operation, by its name in the core.
    pub fn name(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::Camel => match NAMED_IN_CAMEL.iter().find(|(known, _)| *known == name) {
                Some((_, own)) => Cow::Borrowed(own),
                None => camel(name),
            },
            Self::SnakeMilliseconds if TIMES.contains(&name) => format!("{name}_ms").into(),
            Self::Snake | Self::SnakeMilliseconds => name.into(),
        }
    }

    fn counts_milliseconds(self) -> bool {
        self != Self::Snake
    }

    /// A number of this language's unit, as seconds.
    pub(crate) fn seconds(self, number: f64) -> f64 {
        if self.counts_milliseconds() { number / 1000.0 } else { number }
    }

    /// A time with its unit, exact enough for a person.
    fn time(self, time: Duration) -> String {
        let (number, unit) = if self.counts_milliseconds() {
            (time.as_secs_f64() * 1000.0, "ms")
        } else {
            (time.as_secs_f64(), "s")
        };
        // Below one second, a single decimal would round 5 ms to zero; milliseconds need none.
        let decimals = if number != 0.0 && number < 1.0 { 3 } else { usize::from(unit == "s") };
        format!("{number:.decimals$} {unit}")
    }

    /// A marked text in this spelling.
    pub(crate) fn render(self, marked: &str) -> String {
        let mut text = String::with_capacity(marked.len());
        let mut rest = marked;
        while let Some((before, marked)) = rest.split_once(OPEN) {
            text.push_str(before);
            let (piece, after) = marked.split_once(CLOSE).unwrap_or((marked, ""));
            self.render_piece(piece, &mut text);
            rest = after;
        }
        text.push_str(rest);
        text
    }

    fn render_piece(self, piece: &str, text: &mut String) {
        let (kind, content) = piece.split_at(piece.chars().next().map_or(0, char::len_utf8));
        match (kind, content.parse()) {
            ("n", _) => text.push_str(&self.name(content)),
            ("t", Ok(micros)) => text.push_str(&self.time(Duration::from_micros(micros))),
            ("u", _) => text.push_str(if self.counts_milliseconds() { "milliseconds" } else { "seconds" }),
            _ => text.push_str(piece),
        }
    }
}

fn camel(name: &str) -> Cow<'_, str> {
    if !name.contains('_') {
        return name.into();
    }
    let mut text = String::with_capacity(name.len());
    let mut letters = name.chars();
    while let Some(letter) = letters.next() {
        match (letter, letters.clone().next()) {
            ('_', Some(next)) if next.is_ascii_lowercase() || next.is_ascii_digit() => {
                text.push(next.to_ascii_uppercase());
                letters.next();
            }
            _ => text.push(letter),
        }
    }
    text.into()
}

/// The name of an option, a parameter or an operation, in a message.
pub(crate) struct Name<'n>(pub(crate) &'n str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OPEN}n{}{CLOSE}", self.0)
    }
}

/// A time, in a message.
pub(crate) struct Time(pub(crate) Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OPEN}t{}{CLOSE}", self.0.as_micros())
    }
}

/// The unit of times, in a message: `seconds` or `milliseconds`.
pub(crate) const UNIT: &str = "\u{fdd0}u\u{fdd1}";

/// Marks the names in backticks in a text of mspkit's own, such as `service_orgs.list`.
pub(crate) fn with_names(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { format!("`{}`", Name(part)) } else { part.to_owned() }).collect()
}

/// A marked text, and the text in its language's spelling.
#[derive(Clone, Default)]
pub(crate) struct Phrase {
    marked: String,
    text: String,
}

impl Phrase {
    pub(crate) fn new(marked: impl Into<String>, spelling: Spelling) -> Self {
        let marked = marked.into();
        Self { text: spelling.render(&marked), marked }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Changes the text.
    pub(crate) fn change(&mut self, spelling: Spelling, change: impl FnOnce(&str) -> String) {
        *self = Self::new(change(&self.marked), spelling);
    }

    pub(crate) fn respell(&mut self, spelling: Spelling) {
        self.text = spelling.render(&self.marked);
    }
}

/// The known name that an unknown one is most similar to, if any is similar.
///
/// ```
/// let names = ["country", "city"].into_iter().map(Into::into);
/// assert_eq!(mspkit::meant("contry", names).as_deref(), Some("country"));
/// ```
pub fn meant<'n>(written: &str, names: impl Iterator<Item = Cow<'n, str>>) -> Option<Cow<'n, str>> {
    let plain = |name: &str| -> Vec<char> {
        name.chars().filter(|letter| *letter != '_' && *letter != '-').flat_map(char::to_lowercase).collect()
    };
    let written = plain(written);
    // At most one typing error in three letters.
    let allowed = (written.len() / 3).min(2);
    names
        .map(|name| (distance(&written, &plain(&name)), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The edit distance: insertions, deletions, changes and swaps of neighbouring letters.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut next = vec![at + 1];
        for (to, wanted) in other.iter().enumerate() {
            let changed = row[to] + usize::from(letter != wanted);
            let mut least = changed.min(row[to + 1] + 1).min(next[to] + 1);
            if at > 0 && to > 0 && letter == &other[to - 1] && &one[at - 1] == wanted {
                least = least.min(before[to - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_times_are_spelled_for_the_language() {
        let text = format!(
            "{}: no slot within {}; raise {} ({UNIT}), or see `{}`",
            Name("page_size"),
            Time(Duration::from_secs(2)),
            Name("attempt_timeout"),
            Name("service_orgs.list_customers"),
        );
        assert_eq!(
            Spelling::Snake.render(&text),
            "page_size: no slot within 2.0 s; raise attempt_timeout (seconds), or see `service_orgs.list_customers`"
        );
        assert_eq!(
            Spelling::Camel.render(&text),
            "pageSize: no slot within 2000 ms; raise attemptTimeout (milliseconds), or see `serviceOrgs.listCustomers`"
        );
        assert_eq!(
            Spelling::SnakeMilliseconds.render(&text),
            "page_size: no slot within 2000 ms; raise attempt_timeout_ms (milliseconds), or see `service_orgs.list_customers`"
        );
    }

    #[test]
    fn short_times_are_not_rounded_to_zero() {
        let text =
            |spelling: Spelling, micros| spelling.render(&Time(Duration::from_micros(micros)).to_string());
        assert_eq!(text(Spelling::Snake, 5_000), "0.005 s");
        assert_eq!(text(Spelling::Camel, 5_000), "5 ms");
        assert_eq!(text(Spelling::Camel, 40), "0.040 ms");
        assert_eq!(text(Spelling::Snake, 0), "0.0 s");
        assert_eq!(text(Spelling::Snake, 14_830_000), "14.8 s");
    }

    #[test]
    fn marks_in_foreign_text_are_harmless() {
        for text in ["\u{fdd0}", "\u{fdd0}n", "\u{fdd0}tlong\u{fdd1}", "a\u{fdd1}b", "\u{fdd0}é"] {
            let text = Spelling::Camel.render(text);
            assert!(!text.contains(OPEN), "{text:?}");
        }
    }

    #[test]
    fn names_in_backticks_are_spelled() {
        let text =
            with_names("List them (`service_orgs.list`) and look for some_thing, or set `HTTP_PROXY`.");
        assert_eq!(
            Spelling::Camel.render(&text),
            "List them (`serviceOrgs.list`) and look for some_thing, or set `HTTP_PROXY`."
        );
    }

    #[test]
    fn similar_names_are_found_and_others_are_not() {
        let names = || ["baseURL", "timeout", "maxRetries", "jwt"].into_iter().map(Cow::from);
        assert_eq!(meant("baseUrl", names()).as_deref(), Some("baseURL"));
        assert_eq!(meant("base_url", names()).as_deref(), Some("baseURL"));
        assert_eq!(meant("timeuot", names()).as_deref(), Some("timeout"));
        assert_eq!(meant("max_retry", names()).as_deref(), None);
        assert_eq!(meant("maxRetry", names()), None);
        assert_eq!(meant("jw", names()), None);
        assert_eq!(meant("colour", names()), None);
    }
}
