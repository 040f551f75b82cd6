//! The regular expressions of the documents: anchors, sets, groups, alternatives, looking ahead, and counts.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

use serde::Deserialize;

/// A regular expression, as `pattern` has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern {
    source: String,
    choices: Vec<Vec<Part>>,
}

/// A step, and how often it can occur.
#[derive(Debug, Clone)]
struct Part {
    step: Step,
    least: usize,
    most: usize,
}

#[derive(Debug, Clone)]
enum Step {
    Start,
    End,
    /// One character in these ranges, or outside of them.
    Set(Vec<(char, char)>, bool),
    Group(Vec<Vec<Part>>),
    /// What must follow, without being used up.
    Ahead(Vec<Vec<Part>>),
}

impl fmt::Display for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.source)
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(source: String) -> Result<Self, String> {
        let mut left = source.chars().peekable();
        let choices = parse(&mut left).filter(|_| left.peek().is_none());
        let choices =
            choices.ok_or_else(|| format!("the pattern {source} has a form that is not known here"))?;
        Ok(Self { source, choices })
    }
}

impl Pattern {
    /// Whether it occurs in a text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text: Vec<_> = text.chars().collect();
        (0..=text.len()).any(|from| any(&self.choices, &text, from, &mut |_| true))
    }
}

/// The alternatives until the end of the text or of a group.
fn parse(left: &mut Peekable<Chars<'_>>) -> Option<Vec<Vec<Part>>> {
    let (mut choices, mut parts) = (Vec::new(), Vec::new());
    while let Some(letter) = left.next_if(|letter| *letter != ')') {
        if letter == '|' {
            choices.push(std::mem::take(&mut parts));
            continue;
        }
        let step = match letter {
            '^' => Step::Start,
            '$' => Step::End,
            '.' => Step::Set(vec![('\n', '\n'), ('\r', '\r')], false),
            '[' => set(left)?,
            '\\' => Step::Set(class(left.next()?), true),
            '(' => group(left)?,
            '*' | '+' | '?' | '{' => return None,
            plain => Step::Set(vec![(plain, plain)], true),
        };
        let (least, most) = counts(left)?;
        parts.push(Part { step, least, most });
    }
    choices.push(parts);
    Some(choices)
}

fn group(left: &mut Peekable<Chars<'_>>) -> Option<Step> {
    let kind = if left.next_if_eq(&'?').is_some() { left.next() } else { None };
    let choices = parse(left)?;
    left.next_if_eq(&')')?;
    match kind {
        None | Some(':') => Some(Step::Group(choices)),
        Some('=') => Some(Step::Ahead(choices)),
        Some(_) => None,
    }
}

fn set(left: &mut Peekable<Chars<'_>>) -> Option<Step> {
    let inside = left.next_if_eq(&'^').is_none();
    let mut ranges = Vec::new();
    loop {
        match left.next()? {
            ']' => return Some(Step::Set(ranges, inside)),
            '\\' => ranges.extend(class(left.next()?)),
            first if left.next_if_eq(&'-').is_some() => match left.peek() {
                // At the end it means itself.
                Some(']') => ranges.extend([(first, first), ('-', '-')]),
                _ => ranges.push((first, left.next()?)),
            },
            one => ranges.push((one, one)),
        }
    }
}

/// The characters that a letter after a backslash means.
fn class(letter: char) -> Vec<(char, char)> {
    const SPACES: [(char, char); 4] =
        [('\t', '\r'), (' ', ' '), ('\u{a0}', '\u{a0}'), ('\u{2000}', '\u{200a}')];
    match letter {
        'd' => vec![('0', '9')],
        's' => SPACES.to_vec(),
        'S' => {
            let mut gaps = vec![('\0', '\u{8}'), ('\u{e}', '\u{1f}'), ('!', '\u{9f}')];
            gaps.extend([('\u{a1}', '\u{1fff}'), ('\u{200b}', char::MAX)]);
            gaps
        }
        plain => vec![(plain, plain)],
    }
}

fn counts(left: &mut Peekable<Chars<'_>>) -> Option<(usize, usize)> {
    if left.next_if_eq(&'?').is_some() {
        return Some((0, 1));
    }
    if left.next_if_eq(&'*').is_some() {
        return Some((0, usize::MAX));
    }
    if left.next_if_eq(&'+').is_some() {
        return Some((1, usize::MAX));
    }
    if left.next_if_eq(&'{').is_none() {
        return Some((1, 1));
    }
    let mut text = String::new();
    while let Some(letter) = left.next_if(|letter| *letter != '}') {
        text.push(letter);
    }
    left.next()?;
    match text.split_once(',') {
        None => text.parse().ok().map(|count| (count, count)),
        Some((least, "")) => Some((least.parse().ok()?, usize::MAX)),
        Some((least, most)) => Some((least.parse().ok()?, most.parse().ok()?)),
    }
}

/// Whether one of the alternatives follows from a place on, and then what `rest` wants.
fn any(choices: &[Vec<Part>], text: &[char], at: usize, rest: &mut dyn FnMut(usize) -> bool) -> bool {
    choices.iter().any(|parts| all(parts, text, at, rest))
}

/// Whether all parts follow from a place on, and then what `rest` wants.
fn all(parts: &[Part], text: &[char], at: usize, rest: &mut dyn FnMut(usize) -> bool) -> bool {
    match parts.split_first() {
        None => rest(at),
        Some((part, others)) => repeated(part, 0, text, at, &mut |at| all(others, text, at, rest)),
    }
}

fn repeated(part: &Part, done: usize, text: &[char], at: usize, rest: &mut dyn FnMut(usize) -> bool) -> bool {
    // What uses nothing up would go on for ever.
    let mut again =
        |next: usize| (next > at || done < part.least) && repeated(part, done + 1, text, next, rest);
    done < part.most && once(&part.step, text, at, &mut again) || done >= part.least && rest(at)
}

fn once(step: &Step, text: &[char], at: usize, rest: &mut dyn FnMut(usize) -> bool) -> bool {
    match step {
        Step::Start => at == 0 && rest(at),
        Step::End => at == text.len() && rest(at),
        Step::Set(ranges, inside) => {
            let fits = |letter: &char| ranges.iter().any(|(low, high)| (low..=high).contains(&letter));
            text.get(at).is_some_and(|letter| fits(letter) == *inside) && rest(at + 1)
        }
        Step::Group(choices) => any(choices, text, at, rest),
        Step::Ahead(choices) => any(choices, text, at, &mut |_| true) && rest(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::try_from(pattern.to_owned()).unwrap().matches(text)
    }

    #[test]
    fn a_pattern_means_what_it_does_in_the_documents() {
        let date = r"^(\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2}(\.\d{1,9})?)?)?$";
        let phone = r"^\+?(?=(?:[^0-9]*[0-9]){7,15}[^0-9]*$)[0-9(][0-9\s().-]*[0-9]$";
        for (pattern, good, bad) in [
            (
                date,
                &["", "2027-12-31", "2027-12-31 12:00:00", "2027-12-31 12:00:00.5"][..],
                &["*", "2027-12-31 "][..],
            ),
            (phone, &["+1 (613) 555-0100", "5550100"], &["555010", "+", "5550100a", "1234567890123456"]),
            (r"\S", &["a", " b"], &["", " \t"]),
            ("^https?://.+", &["http://a", "https://b/c"], &["", "https://", "ftp://a"]),
            ("^[A-Za-z0-9](?:[ -]?[A-Za-z0-9]){1,11}$", &["K1A 0B1", "12345"], &["1", "K1A  0B1"]),
            ("^(0[1-9]|1[0-2])$", &["09", "12"], &["00", "13", "1"]),
            (r"^[1-9]\d*$", &["1", "10"], &["0", "1a"]),
        ] {
            for text in good {
                assert!(matches(pattern, text), "{pattern} {text:?}");
            }
            for text in bad {
                assert!(!matches(pattern, text), "{pattern} {text:?}");
            }
        }
    }

    #[test]
    fn what_is_not_known_is_not_read() {
        for pattern in ["(a", "a)", "a{x}", "(?!a)", "[a"] {
            assert!(Pattern::try_from(pattern.to_owned()).is_err(), "{pattern}");
        }
    }
}
