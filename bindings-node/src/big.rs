//! Integers beyond 2^53, which `JSON.parse` would round: they cross as marked strings, and TypeScript makes bigints of
//! them. Few answers hold any, so the usual answer is only looked over, a byte in sixteen.

/// The largest integer that JavaScript's numbers hold exactly together with its neighbours has so many digits.
const DIGITS: usize = 16;
const LARGEST: &str = "9007199254740991";

/// The text with its large integers as strings that begin with a marker, and the marker. Nothing, if there are none.
///
/// The marker is drawn anew each time, so that no server can write it.
pub(crate) fn mark(json: &str) -> Option<(String, String)> {
    let found = large_integers(json);
    if found.is_empty() {
        return None;
    }
    let marker = format!("bigint:{:016x}:", fastrand::u64(..));
    let mut text = String::with_capacity(json.len() + found.len() * (marker.len() + 2));
    let mut copied = 0;
    for (begin, end) in found {
        text.push_str(&json[copied..begin]);
        text.push('"');
        text.push_str(&marker);
        text.push_str(&json[begin..end]);
        text.push('"');
        copied = end;
    }
    text.push_str(&json[copied..]);
    Some((text, marker))
}

/// Where integers beyond 2^53 begin and end.
fn large_integers(json: &str) -> Vec<(usize, usize)> {
    if !may_hold(json.as_bytes()) {
        return Vec::new();
    }
    let bytes = json.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at + 1),
            b'-' | b'0'..=b'9' => {
                let end = bytes[at..]
                    .iter()
                    .position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
                    .map_or(bytes.len(), |length| at + length);
                if is_large(&json[at..end]) {
                    found.push((at, end));
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

/// Sixteen digits in a row cover one of every sixteen places.
fn may_hold(bytes: &[u8]) -> bool {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = DIGITS - 1;
    while at < bytes.len() {
        if digit(at) {
            let before = (0..at).rev().take(DIGITS).take_while(|at| digit(*at)).count();
            let behind = (at + 1..).take(DIGITS).take_while(|at| digit(*at)).count();
            if before + 1 + behind >= DIGITS {
                return true;
            }
        }
        at += DIGITS;
    }
    false
}

/// The place behind the quote that ends a string.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn is_large(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits.len() > DIGITS || (digits.len() == DIGITS && digits > LARGEST))
}
