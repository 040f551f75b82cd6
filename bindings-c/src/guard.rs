//! The entry and exit of every exported function.
//!
//! A panic must not cross into C, where it would abort the program. So every export runs inside [`guard`], or inside
//! [`quietly`] if it returns no status; so does every drop of a handle. The payload of a panic is dropped inside a
//! second guard, since its drop may panic as well.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::abi::mspkit_status;
use crate::error::mspkit_error;
use crate::failure::Failure;

/// Runs the body of an export and returns its status. `*error` is set to NULL, or to the failure.
///
/// # Safety
/// `error` is NULL or writable.
pub(crate) unsafe fn guard(
    error: *mut *mut mspkit_error,
    body: impl FnOnce() -> Result<mspkit_status, Failure>,
) -> mspkit_status {
    if !error.is_null() {
        // SAFETY: the caller says so.
        unsafe { error.write(std::ptr::null_mut()) };
    }
    let failure = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(status)) => return status,
        Ok(Err(failure)) => failure,
        Err(payload) => Failure::panicked(payload),
    };
    let code = failure.code();
    if !error.is_null() {
        let made = quietly(std::ptr::null_mut(), || Box::into_raw(Box::new(mspkit_error::new(&failure))));
        // SAFETY: as above.
        unsafe { error.write(made) };
    }
    code
}

/// Runs a body without a status; a panic returns `fallback`.
pub(crate) fn quietly<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        drop(Failure::panicked(payload));
        fallback
    })
}

/// The value that a pointer argument points to.
///
/// # Safety
/// `pointer` is NULL or points to a value that is alive and not written to before `'a` ends.
pub(crate) unsafe fn borrow<'a, T>(name: &str, pointer: *const T) -> Result<&'a T, Failure> {
    // SAFETY: the caller says so.
    unsafe { pointer.as_ref() }.ok_or_else(|| Failure::null(name))
}

/// Refuses an output pointer that is NULL.
pub(crate) fn output<T>(name: &str, pointer: *mut T) -> Result<(), Failure> {
    if pointer.is_null() {
        return Err(Failure::null(name));
    }
    Ok(())
}

/// Takes back a handle that was passed out; none for NULL.
///
/// # Safety
/// `handle` is NULL or came from `Box::into_raw` and is not used again.
pub(crate) unsafe fn release<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: the caller says so.
        quietly((), || drop(unsafe { Box::from_raw(handle) }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::{MSPKIT_E_PANIC, MSPKIT_OK};
    use crate::error::{mspkit_error_free, mspkit_error_message};

    struct PanicsWhenDropped;

    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            panic!("once more");
        }
    }

    #[test]
    fn a_panic_becomes_a_code_and_a_message() {
        let mut error = std::ptr::null_mut();
        // SAFETY: `error` is a local; what is freed was made here.
        unsafe {
            assert_eq!(guard(&raw mut error, || panic!("on purpose")), MSPKIT_E_PANIC);
            let message = mspkit_error_message(error);
            let bytes = std::slice::from_raw_parts(message.data.cast::<u8>(), message.len);
            assert!(String::from_utf8_lossy(bytes).contains("on purpose"));
            mspkit_error_free(error);
            assert_eq!(guard(std::ptr::null_mut(), || panic!("unseen")), MSPKIT_E_PANIC);
        }
    }

    #[test]
    fn the_payload_of_a_panic_may_panic_as_well() {
        let body = || std::panic::panic_any(PanicsWhenDropped);
        // SAFETY: there is no error to write to.
        assert_eq!(unsafe { guard(std::ptr::null_mut(), body) }, MSPKIT_E_PANIC);
        assert_eq!(quietly(7, || panic!("quiet")), 7);
        // SAFETY: the handle was just given out.
        unsafe { release(Box::into_raw(Box::new(PanicsWhenDropped))) };
    }

    #[test]
    fn an_error_of_before_is_forgotten() {
        let mut error = std::ptr::dangling_mut();
        // SAFETY: `error` is a local.
        assert_eq!(unsafe { guard(&raw mut error, || Ok(MSPKIT_OK)) }, MSPKIT_OK);
        assert!(error.is_null());
    }
}
