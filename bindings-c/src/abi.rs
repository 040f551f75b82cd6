//! Versions, status codes, and the table of operations: what a program can ask the library about itself.

use std::ffi::{CStr, c_char};
use std::sync::OnceLock;

use mspkit::Operation;

use crate::arena::Arena;
use crate::generated::codes;
use crate::guard::quietly;
use crate::text::mspkit_str;

/// The binary interface that this header describes. It is raised when a program that was built before no longer works
/// with the library; fields and functions that are added do not raise it. It stands in the name of the shared library.
pub const MSPKIT_ABI_VERSION: i32 = 1;
/// First number of the version that this header belongs to.
pub const MSPKIT_VERSION_MAJOR: i32 = 0;
/// Second number of the version that this header belongs to.
pub const MSPKIT_VERSION_MINOR: i32 = 1;
/// Third number of the version that this header belongs to.
pub const MSPKIT_VERSION_PATCH: i32 = 0;

/// Success.
pub const MSPKIT_OK: i32 = 0;
/// There is nothing more: the list has ended, or the closed queue has given out everything.
pub const MSPKIT_DONE: i32 = 1;
/// Nothing was completed within the time that was given.
pub const MSPKIT_EMPTY: i32 = 2;

/// A pointer that has to be given is NULL. The message names it.
pub const MSPKIT_E_NULL: i32 = -101;
/// A text is not UTF-8. The message names it and says from which byte on.
pub const MSPKIT_E_UTF8: i32 = -102;
/// A text holds a NUL, where no text may have one. The message names it and says where.
pub const MSPKIT_E_NUL_BYTE: i32 = -103;
/// A `struct_size` is not that of any version of the struct: it was not set by the struct's `_init()`, or the struct sets
/// what this library does not know yet.
pub const MSPKIT_E_STRUCT_SIZE: i32 = -104;
/// A number is outside of what it may be. The message names it.
pub const MSPKIT_E_RANGE: i32 = -105;
/// A pager has a step in flight, or a function was called from where it must not be.
pub const MSPKIT_E_BUSY: i32 = -106;
/// Something inside mspkit panicked, which it never should. Report it, with the message.
pub const MSPKIT_E_PANIC: i32 = -107;

/// What was asked for is not what is there: another model, or a page where an answer is.
pub const MSPKIT_E_TYPE: i32 = -108;

/// A field was not sent.
pub const MSPKIT_ABSENT: i32 = 0;
/// A field was sent as null.
pub const MSPKIT_NULL: i32 = 1;
/// A field was sent with a value.
pub const MSPKIT_PRESENT: i32 = 2;

/// A number, or a yes or no, that is not given: what stands in for it is said where it is used. The initialisers set it.
pub const MSPKIT_DEFAULT: i32 = -2_147_483_648;

const _: () = {
    assert!(MSPKIT_VERSION_MAJOR == number(env!("CARGO_PKG_VERSION_MAJOR")));
    assert!(MSPKIT_VERSION_MINOR == number(env!("CARGO_PKG_VERSION_MINOR")));
    assert!(MSPKIT_VERSION_PATCH == number(env!("CARGO_PKG_VERSION_PATCH")));
};

/// The number that digits say, while the library is compiled.
const fn number(digits: &str) -> i32 {
    let (digits, mut number, mut at) = (digits.as_bytes(), 0, 0);
    while at < digits.len() {
        number = number * 10 + (digits[at] - b'0') as i32;
        at += 1;
    }
    number
}

/// The library's own codes with what `mspkit_strerror` says of them.
const OWN: &[(i32, &CStr)] = &[
    (MSPKIT_OK, c"success"),
    (MSPKIT_DONE, c"there is nothing more"),
    (MSPKIT_EMPTY, c"nothing was completed within the time"),
    (MSPKIT_E_NULL, c"a pointer that has to be given is NULL"),
    (MSPKIT_E_UTF8, c"a text is not UTF-8"),
    (MSPKIT_E_NUL_BYTE, c"a text holds a NUL"),
    (MSPKIT_E_STRUCT_SIZE, c"a struct_size is not that of any version of the struct"),
    (MSPKIT_E_RANGE, c"a number is outside of what it may be"),
    (MSPKIT_E_BUSY, c"what was called is in use already"),
    (MSPKIT_E_PANIC, c"something inside mspkit panicked"),
    (MSPKIT_E_TYPE, c"what was asked for is not what is there"),
];

/// The binary interface of the library that is loaded; compare it with `MSPKIT_ABI_VERSION`.
///
/// Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn mspkit_abi_version() -> i32 {
    MSPKIT_ABI_VERSION
}

/// The version of the library that is loaded, such as `0.1.0`; never freed. Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn mspkit_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// What a status means, in a few words; never NULL, never freed. Says so of a number that is no status. Thread-safe.
#[unsafe(no_mangle)]
pub extern "C" fn mspkit_strerror(code: i32) -> *const c_char {
    words(code).unwrap_or(c"no status of mspkit").as_ptr()
}

fn words(code: i32) -> Option<&'static CStr> {
    let found = OWN.iter().chain(codes::KINDS).find(|(known, _)| *known == code);
    found.map(|(_, text)| *text)
}

/// Whether it is a code that functions fail with.
pub(crate) fn is_failure(code: i32) -> bool {
    code < MSPKIT_OK && words(code).is_some()
}

/// What is said of a code where nothing else is.
pub(crate) fn said(code: i32) -> String {
    words(code).map_or_else(String::new, |text| text.to_string_lossy().into_owned())
}

/// The operations that this library knows, as a JSON array: id, names, parameters, path and paging of each. It lives as
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

/// A text of the arena beside it.
struct Kept(mspkit_str);

// SAFETY: what it points at is not written to any more.
unsafe impl Send for Kept {}
// SAFETY: as above.
unsafe impl Sync for Kept {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_its_own_and_has_words() {
        let all: Vec<_> = OWN.iter().chain(codes::KINDS).collect();
        for (at, (code, text)) in all.iter().enumerate() {
            assert!(!text.is_empty());
            assert!(all[..at].iter().all(|(other, _)| other != code), "{code} twice");
        }
        for kind in mspkit::ErrorKind::ALL {
            assert!(codes::KINDS.iter().any(|(code, _)| *code == kind.code()), "{kind:?}");
        }
    }
}
