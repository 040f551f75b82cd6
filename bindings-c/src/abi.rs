//! Versions, status codes, and the operation table: what a program can query about the library.

use std::ffi::{CStr, c_char};
use std::sync::OnceLock;

use mspkit::{ErrorKind, Operation};

use crate::arena::Arena;
use crate::generated::codes::STATUSES;
pub(crate) use crate::generated::codes::mspkit_status::{self, *};
use crate::guard::quietly;
use crate::text::mspkit_str;

/// The binary interface that this header describes. It is raised when programs built for the previous one no longer
/// work with the library; added fields and functions do not raise it. It is part of the shared library's name.
pub const MSPKIT_ABI_VERSION: i32 = 1;
/// Major version of this header.
pub const MSPKIT_VERSION_MAJOR: i32 = 0;
/// Minor version of this header.
pub const MSPKIT_VERSION_MINOR: i32 = 1;
/// Patch version of this header.
pub const MSPKIT_VERSION_PATCH: i32 = 0;

/// A field was not sent.
pub const MSPKIT_ABSENT: i32 = 0;
/// A field was sent as null.
pub const MSPKIT_NULL: i32 = 1;
/// A field was sent with a value.
pub const MSPKIT_PRESENT: i32 = 2;

/// A number or boolean that is not given; the default is documented with each. Set by the initialisers.
pub const MSPKIT_DEFAULT: i32 = -2_147_483_648;

const _: () = {
    assert!(MSPKIT_VERSION_MAJOR == number(env!("CARGO_PKG_VERSION_MAJOR")));
    assert!(MSPKIT_VERSION_MINOR == number(env!("CARGO_PKG_VERSION_MINOR")));
    assert!(MSPKIT_VERSION_PATCH == number(env!("CARGO_PKG_VERSION_PATCH")));
};

/// The number in a string of digits, at compile time.
const fn number(digits: &str) -> i32 {
    let (digits, mut number, mut at) = (digits.as_bytes(), 0, 0);
    while at < digits.len() {
        number = number * 10 + (digits[at] - b'0') as i32;
        at += 1;
    }
    number
}

/// The binary interface of the loaded library; compare it with `MSPKIT_ABI_VERSION`.
///
/// Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn mspkit_abi_version() -> i32 {
    MSPKIT_ABI_VERSION
}

/// The version of the loaded library, such as `0.1.0`; never freed. Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn mspkit_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// What a status means, in a few words; never NULL, never freed. An unknown number has a text too. Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn mspkit_strerror(code: i32) -> *const c_char {
    words(code).unwrap_or(c"unknown status").as_ptr()
}

fn words(code: i32) -> Option<&'static CStr> {
    STATUSES.iter().find(|(known, _)| *known as i32 == code).map(|(_, text)| *text)
}

/// The status of this number, if functions fail with it.
pub(crate) fn failure_of(code: i32) -> Option<mspkit_status> {
    let known = STATUSES.iter().map(|(status, _)| *status);
    known.filter(|status| (*status as i32) < MSPKIT_OK as i32).find(|status| *status as i32 == code)
}

/// The status of a kind of error.
pub(crate) fn status_of(kind: ErrorKind) -> mspkit_status {
    failure_of(kind.code()).unwrap_or(MSPKIT_E_INTERNAL)
}

/// The default message of a status.
pub(crate) fn default_message(status: mspkit_status) -> String {
    words(status as i32).map_or_else(String::new, |text| text.to_string_lossy().into_owned())
}

/// The operations that this library knows, as a JSON array: id, names, parameters, path and paging of each. Valid as
/// long as the library. Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn mspkit_operations_json() -> mspkit_str {
    quietly(mspkit_str::NONE, || {
        static TABLE: OnceLock<(Arena, Kept)> = OnceLock::new();
        TABLE
            .get_or_init(|| {
                let mut arena = Arena::new();
                let kept = Kept(arena.text(&Operation::table()));
                (arena, kept)
            })
            .1
            .0
    })
}

/// A text in the arena next to it.
struct Kept(mspkit_str);

// SAFETY: what it points at is not written to any more.
unsafe impl Send for Kept {}
// SAFETY: as above.
unsafe impl Sync for Kept {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_unique_and_has_a_message() {
        for (at, (status, text)) in STATUSES.iter().enumerate() {
            assert!(!text.is_empty());
            assert!(STATUSES[..at].iter().all(|(other, _)| other != status), "{status:?} twice");
        }
        for kind in ErrorKind::ALL {
            assert_eq!(status_of(*kind) as i32, kind.code());
        }
    }
}
