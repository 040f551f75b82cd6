//! Text across the boundary: pointer and length in, pointer and length out, NUL-terminated as well.

use std::ffi::{CStr, c_char};

use crate::abi::{MSPKIT_E_NUL_BYTE, MSPKIT_E_RANGE, MSPKIT_E_UTF8};
use crate::failure::Failure;

/// The length of a text that ends at its first NUL.
///
/// cbindgen:ignore
pub(crate) const MSPKIT_NTS: usize = usize::MAX;

/// The length that means JSON null.
///
/// cbindgen:ignore
pub(crate) const MSPKIT_NULL_LEN: usize = usize::MAX - 1;

/// A text of UTF-8 bytes.
///
/// In arguments: `MSPKIT_STR("100")` makes one from a literal, `mspkit_nts()` from a NUL-terminated text,
/// `mspkit_null()` one that is sent as JSON null. `data` NULL means not given; `len` is the number of bytes, or
/// `MSPKIT_NTS` for a text that ends at its first NUL. The bytes are copied before the function returns.
///
/// In results: the bytes belong to the handle that the text was got from and are valid until that is freed. A NUL
/// follows them, which `len` does not count. `data` is NULL if there is no such text.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct mspkit_str {
    /// The first byte, or NULL.
    pub data: *const c_char,
    /// The number of bytes.
    pub len: usize,
}

/// Bytes of a response. Unlike in texts, no NUL follows them: use `len`. Never grows.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct mspkit_bytes {
    /// The first byte, or NULL.
    pub data: *const c_char,
    /// The number of bytes.
    pub len: usize,
}

/// A name with its value, such as a header. Never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_pair {
    /// The name.
    pub name: mspkit_str,
    /// The value.
    pub value: mspkit_str,
}

/// A range of days, both included. Never grows.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct mspkit_date_range {
    /// The first day, `YYYY-MM-DD`; not given if the range is not given.
    pub start: mspkit_str,
    /// The last day, `YYYY-MM-DD`.
    pub end: mspkit_str,
}

impl mspkit_str {
    /// No text.
    pub(crate) const NONE: Self = Self { data: std::ptr::null(), len: 0 };

    /// The text that the caller passed under this name; none if it was not given.
    ///
    /// # Safety
    /// `data` is NULL or points to `len` bytes that do not change before `'a` ends, or to a NUL-terminated text.
    pub(crate) unsafe fn read<'a>(self, name: &str) -> Result<Option<Given<'a>>, Failure> {
        if self.data.is_null() {
            return Ok((self.len == MSPKIT_NULL_LEN).then_some(Given::Null));
        }
        // SAFETY: the caller's promise is this one's.
        unsafe { text(name, self.data, self.len) }.map(|text| Some(Given::Text(text)))
    }

    /// Same as [`Self::read`], for a required text.
    ///
    /// # Safety
    /// As for [`Self::read`].
    pub(crate) unsafe fn required<'a>(self, name: &str) -> Result<&'a str, Failure> {
        // SAFETY: the caller's promise is this one's.
        unsafe { text(name, self.data, self.len) }
    }

    /// Same as [`Self::read`], for a text that cannot be null.
    ///
    /// # Safety
    /// As for [`Self::read`].
    pub(crate) unsafe fn read_text<'a>(self, name: &str) -> Result<Option<&'a str>, Failure> {
        // SAFETY: the caller's promise is this one's.
        match unsafe { self.read(name)? } {
            None | Some(Given::Null) => Ok(None),
            Some(Given::Text(text)) => Ok(Some(text)),
        }
    }
}

/// The value of a given text.
#[derive(Clone, Copy)]
pub(crate) enum Given<'a> {
    /// JSON null.
    Null,
    /// A text.
    Text(&'a str),
}

/// A required text. Its value is never quoted in errors: it may be a secret.
///
/// # Safety
/// `data` is NULL or points to `len` bytes that do not change before `'a` ends, or to a NUL-terminated text.
unsafe fn text<'a>(name: &str, data: *const c_char, len: usize) -> Result<&'a str, Failure> {
    if data.is_null() {
        return Err(Failure::null(name));
    }
    let bytes = if len == MSPKIT_NTS {
        // SAFETY: with this length the caller promises a NUL-terminated text.
        unsafe { CStr::from_ptr(data) }.to_bytes()
    } else if isize::try_from(len).is_err() {
        let given = format!("a length of {len}");
        return Err(Failure::argument(MSPKIT_E_RANGE, name, Some(&given), "is too large"));
    } else {
        // SAFETY: the caller promises `len` bytes, which is no more than a slice may have.
        unsafe { std::slice::from_raw_parts(data.cast::<u8>(), len) }
    };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Failure::argument(MSPKIT_E_UTF8, name, None, &format!("is not UTF-8 from byte {at} on"))
    })?;
    if let Some(at) = text.bytes().position(|byte| byte == 0) {
        let allowed = format!("contains a NUL at byte {at}");
        return Err(Failure::argument(MSPKIT_E_NUL_BYTE, name, None, &allowed));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::MSPKIT_E_NULL;

    fn read(bytes: &[u8]) -> Result<&str, crate::abi::mspkit_status> {
        // SAFETY: pointer and length are those of a slice.
        unsafe { text("name", bytes.as_ptr().cast(), bytes.len()) }.map_err(|failure| failure.code())
    }

    #[test]
    fn texts_are_read_by_length_and_to_their_nul() {
        assert_eq!(read(b"caf\xc3\xa9"), Ok("café"));
        assert_eq!(read(b""), Ok(""));
        // SAFETY: a C string with the length that says so.
        let by_nul = unsafe { text("name", c"abc".as_ptr(), MSPKIT_NTS) };
        assert_eq!(by_nul.map_err(|failure| failure.code()), Ok("abc"));
    }

    #[test]
    fn an_invalid_text_has_its_own_code() {
        assert_eq!(read(b"a\xff"), Err(MSPKIT_E_UTF8));
        assert_eq!(read(b"a\0b"), Err(MSPKIT_E_NUL_BYTE));
        // SAFETY: NULL is looked for, and such a length is refused before it is used.
        let [null, long] =
            unsafe { [text("name", std::ptr::null(), 3), text("name", c"a".as_ptr(), usize::MAX / 2 + 9)] };
        assert_eq!(null.map_err(|failure| failure.code()), Err(MSPKIT_E_NULL));
        assert_eq!(long.map_err(|failure| failure.code()), Err(MSPKIT_E_RANGE));
    }
}
