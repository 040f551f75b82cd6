//! Errors of the bindings themselves, and the causes of errors of the core.

use std::any::Any;
use std::error::Error;

/// The message of calls on a closed client.
pub const CLOSED: &str = "the client is closed; create a new one";

/// The message for a panic.
pub fn panicked(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let message = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or_default();
    format!("internal error in mspkit: {message}")
}

/// The message if the system does not allow a runtime.
pub fn no_runtime(error: &std::io::Error) -> String {
    format!("cannot create a runtime: {error}")
}

/// The message if the system does not allow a thread.
pub fn no_thread(error: &std::io::Error) -> String {
    format!("cannot start a thread: {error}")
}

/// The causes of an error, outermost first; system errors with their numbers.
pub fn causes<'e>(
    error: &'e (dyn Error + 'static),
) -> impl Iterator<Item = (Option<i32>, &'e (dyn Error + 'static))> {
    std::iter::successors(error.source(), |cause| (*cause).source())
        .map(|cause| (cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error), cause))
}

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::io;

    use super::*;

    #[derive(Debug)]
    struct Outer(io::Error);

    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("outer")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn a_panic_message_is_shown_if_it_is_text() {
        let begin = "internal error in mspkit: ";
        assert_eq!(panicked(&"a literal"), format!("{begin}a literal"));
        assert_eq!(panicked(&"made".to_owned()), format!("{begin}made"));
        assert_eq!(panicked(&7), begin);
    }

    #[test]
    fn causes_have_the_numbers_of_the_system() {
        let error = Outer(io::Error::other(Outer(io::Error::from_raw_os_error(111))));
        let numbers: Vec<_> = causes(&error).map(|(number, _)| number).collect();
        assert_eq!(numbers, [None, Some(111)]);
    }
}
