//! Integers beyond 2^53, which `JSON.parse` would round: they cross as marked strings, and TypeScript makes bigints of
//! them. Few responses contain any, so most are only scanned, one byte in sixteen.

/// How many digits the largest integer has that JavaScript numbers hold exactly.
const DIGITS: usize = 16;
const LARGEST: &[u8] = b"9007199254740991";

/// The prefix of strings that represent large integers. It is random for each response, so that no server can forge it.
pub(crate) fn marker() -> String {
    format!("bigint:{:016x}:", fastrand::u64(..))
}

/// The ranges of integers beyond 2^53.
pub(crate) fn large_integers(bytes: &[u8]) -> Vec<(usize, usize)> {
    if !may_hold(bytes) {
        return Vec::new();
    }
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
                if is_large(&bytes[at..end]) {
                    found.push((at, end));
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

/// A run of sixteen digits covers one of every sixteen positions.
fn may_hold(bytes: &[u8]) -> bool {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = DIGITS - 1;
    while at < bytes.len() {
        if digit(at) {
            let before = (0..at).rev().take(DIGITS).take_while(|at| digit(*at)).count();
            let after = (at + 1..).take(DIGITS).take_while(|at| digit(*at)).count();
            if before + 1 + after >= DIGITS {
                return true;
            }
        }
        at += DIGITS;
    }
    false
}

/// The position after the quote that ends a string.
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

fn is_large(number: &[u8]) -> bool {
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    digits.iter().all(u8::is_ascii_digit)
        && (digits.len() > DIGITS || (digits.len() == DIGITS && digits > LARGEST))
}
