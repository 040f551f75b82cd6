//! Option structs, read by their `struct_size`, so that programs and libraries of different versions are compatible.

use crate::abi::{MSPKIT_DEFAULT, MSPKIT_E_STRUCT_SIZE};
use crate::failure::Failure;

mod writer;

pub(crate) use crate::generated::options::{
    mspkit_call_options, mspkit_client_options, mspkit_paging_options,
};
pub(crate) use writer::{OptionsWriter, call, config, count, entries, paging, range};

/// [`MSPKIT_DEFAULT`] in eight bytes.
pub(crate) const NOT_GIVEN: i64 = MSPKIT_DEFAULT as i64;

/// Larger than the struct of any version; a larger size means that it was not initialised.
pub(crate) const LARGEST: usize = 4096;

/// A struct that begins with its size.
///
/// Fields are added at the end and never in the padding of others: a caller's padding is zero, which may be a value.
///
/// # Safety
/// It is `repr(C)`, begins with `struct_size: usize`, and any bytes are a value of it.
pub(crate) unsafe trait Versioned: Copy {
    /// Its name in C.
    const NAME: &str;
    /// The value that its initialiser makes, except for the size: nothing is given.
    const BLANK: Self;
}

/// The struct that the caller passed, with the fields that its version lacks not given; none for NULL.
///
/// # Safety
/// `given` is NULL or points to at least as many bytes as its first field says.
pub(crate) unsafe fn read<T: Versioned>(given: *const T) -> Result<T, Failure> {
    let mut known = T::BLANK;
    if given.is_null() {
        return Ok(known);
    }
    // SAFETY: it begins with its size.
    let size = unsafe { given.cast::<usize>().read() };
    let refuse = |why: &str| Err(uninitialised(T::NAME, size, why));
    if size < size_of::<usize>() || size > LARGEST || !size.is_multiple_of(align_of::<usize>()) {
        return refuse("which no version has");
    }
    let own = size_of::<T>();
    // SAFETY: both have as many bytes, and any of a caller's values is one of the plain fields.
    unsafe {
        std::ptr::from_mut(&mut known).cast::<u8>().copy_from_nonoverlapping(given.cast(), size.min(own));
    }
    if size > own {
        // SAFETY: the caller's struct has that many bytes.
        let more = unsafe { std::slice::from_raw_parts(given.cast::<u8>().add(own), size - own) };
        if more.chunks(4).any(|word| !NOTHING.iter().any(|nothing| word == nothing)) {
            return refuse("and it sets fields unknown to this version of mspkit");
        }
    }
    Ok(known)
}

/// Initialises a struct with nothing given. Fields of a newer header after the known ones become zeroes, which mean not
/// given as well.
///
/// # Safety
/// `into` is NULL or points to `struct_size` writable bytes.
pub(crate) unsafe fn initialise<T: Versioned>(into: *mut T, struct_size: usize) {
    if into.is_null() || !(size_of::<usize>()..=LARGEST).contains(&struct_size) {
        return;
    }
    // Named: a temporary of a generic constant would end with its statement.
    let blank = T::BLANK;
    let blank = std::ptr::from_ref(&blank).cast::<u8>();
    // SAFETY: the caller says so; no more is copied than either has.
    unsafe {
        into.cast::<u8>().write_bytes(0, struct_size);
        into.cast::<u8>().copy_from_nonoverlapping(blank, struct_size.min(size_of::<T>()));
        into.cast::<usize>().write(struct_size);
    }
}

/// A struct whose size says that it was not made by its initialiser.
pub(crate) fn uninitialised(name: &str, size: usize, why: &str) -> Failure {
    let allowed = format!("its struct_size is {size}, {why}; initialise it with {name}_init()");
    Failure::argument(MSPKIT_E_STRUCT_SIZE, name, None, &allowed)
}

/// The values of an unknown field that mean not given: NULL, padding, and `MSPKIT_DEFAULT` in four bytes and in eight.
const NOTHING: [[u8; 4]; 3] = [[0; 4], MSPKIT_DEFAULT.to_ne_bytes(), [0xff; 4]];

#[cfg(test)]
mod tests {
    use std::ptr::addr_of;

    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Small {
        struct_size: usize,
        first: i64,
    }

    #[repr(C)]
    struct Larger {
        known: Small,
        second: i64,
    }

    // SAFETY: plain data that begins with `struct_size`.
    unsafe impl Versioned for Small {
        const NAME: &str = "small";
        const BLANK: Self = Self { struct_size: 0, first: NOT_GIVEN };
    }

    fn larger(struct_size: usize, second: i64) -> Result<i64, crate::abi::mspkit_status> {
        let given = Larger { known: Small { struct_size, first: 7 }, second };
        // SAFETY: the struct is as large as any size that is tried and taken.
        unsafe { read(addr_of!(given).cast::<Small>()) }
            .map(|read| read.first)
            .map_err(|failure| failure.code())
    }

    #[test]
    fn older_and_newer_structs_are_read_and_others_refused() {
        let two_choices = i64::from_ne_bytes([MSPKIT_DEFAULT.to_ne_bytes(); 2].concat().try_into().unwrap());
        assert_eq!(larger(16, 0), Ok(7));
        assert_eq!(larger(8, 0), Ok(NOT_GIVEN), "a field that it does not have yet");
        for nothing in [0, NOT_GIVEN, two_choices] {
            assert_eq!(larger(24, nothing), Ok(7), "a field that is not known, and not set: {nothing}");
        }
        for wrong in [0, 1, 7, 9, 15, 4104, usize::MAX] {
            assert_eq!(larger(wrong, 0), Err(MSPKIT_E_STRUCT_SIZE), "{wrong}");
        }
        for set in [1, 30_000] {
            assert_eq!(larger(24, set), Err(MSPKIT_E_STRUCT_SIZE), "{set}");
        }
    }

    #[test]
    fn a_struct_of_any_version_is_made_with_nothing_given() {
        for size in [8, 16, 24] {
            let mut made = Larger { known: Small { struct_size: 7, first: 7 }, second: 7 };
            // SAFETY: the struct is as large as any size that is tried.
            unsafe { initialise(std::ptr::from_mut(&mut made).cast::<Small>(), size) };
            assert_eq!(made.known.struct_size, size);
            assert_eq!(made.known.first, if size < 16 { 7 } else { NOT_GIVEN });
            assert_eq!(made.second, if size < 24 { 7 } else { 0 });
            // SAFETY: as above.
            assert!(unsafe { read(addr_of!(made).cast::<Small>()) }.is_ok());
        }
    }
}
