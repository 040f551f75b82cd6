//! GUIDs that look random and tell the number of their row, so that a row is found by its id without making all others.

use fastrand::Rng;

/// The last twelve digits count in this step, modulo 2^48. It is odd, so that no two numbers have the same digits.
const STEP: u64 = 0x9e37_79b9_7f4b;
const MASK: u64 = (1 << 48) - 1;
/// The step's inverse modulo 2^48.
const BACK: u64 = inverse();
/// No collection has more rows.
const MOST: u64 = 1 << 32;

const fn inverse() -> u64 {
    // Newton's method doubles the number of right bits each time.
    let mut found = STEP;
    let mut round = 0;
    while round < 6 {
        found = found.wrapping_mul(2_u64.wrapping_sub(STEP.wrapping_mul(found)));
        round += 1;
    }
    found & MASK
}

/// The GUID with this number; that with number 0 is the first.
pub(super) fn guid(first: &str, salt: u64, number: u64) -> String {
    if number == 0 {
        return first.to_owned();
    }
    let tail = tail(first).wrapping_add(number.wrapping_mul(STEP)) & MASK;
    let mut rng = Rng::with_seed(salt ^ number.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let (a, b, c, d) = (rng.u32(..), rng.u16(..), rng.u16(..0x1000), rng.u16(..0x4000) | 0x8000);
    format!("{a:08x}-{b:04x}-4{c:03x}-{d:04x}-{tail:012x}")
}

/// The number of a GUID; none if it is not one of these.
pub(super) fn number(first: &str, salt: u64, id: &str) -> Option<u64> {
    let number = tail(id).wrapping_sub(tail(first)).wrapping_mul(BACK) & MASK;
    (number < MOST && guid(first, salt, number) == id).then_some(number)
}

/// The last twelve digits.
fn tail(id: &str) -> u64 {
    let digits = id.get(id.len().saturating_sub(12)..).unwrap_or_default();
    u64::from_str_radix(digits, 16).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_tells_its_number() {
        let first = "5f1f6a8e-6d0b-4a38-8f0e-9c3f0f5f7b21";
        for wanted in [0, 1, 2, 77, 1_000_000] {
            let id = guid(first, 7, wanted);
            assert!(crate::state::names::is_guid(&id), "{id}");
            assert_eq!(number(first, 7, &id), Some(wanted));
        }
        assert_eq!(guid(first, 7, 0), first);
        assert_eq!(number(first, 8, &guid(first, 7, 1)), None);
        assert_eq!(number(first, 7, "c1d4f7a2-93be-4c58-8a61-2f4b6e9d0c35"), None);
    }
}
