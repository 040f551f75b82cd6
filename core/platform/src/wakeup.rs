//! Wakes an event loop with a descriptor that is readable while raised: an eventfd on Linux, elsewhere a pair of sockets.

#[cfg(target_os = "linux")]
#[path = "wakeup/linux.rs"]
mod system;

#[cfg(all(unix, not(target_os = "linux")))]
#[path = "wakeup/unix.rs"]
mod system;

#[cfg(windows)]
#[path = "wakeup/windows.rs"]
mod system;

/// A descriptor that is readable while raised. What it is raised for has to be there before, and is looked at after it is
/// lowered: raising at the same time may have no effect.
pub struct Wakeup(system::System);

impl Wakeup {
    /// A descriptor that is not raised.
    ///
    /// # Errors
    /// The system's error when it has no descriptor.
    pub fn new() -> std::io::Result<Self> {
        system::System::new().map(Self)
    }

    /// Makes it readable.
    pub fn raise(&self) {
        self.0.raise();
    }

    /// Makes it not readable.
    pub fn lower(&self) {
        self.0.lower();
    }

    /// The number of the descriptor, on Windows of the socket; it is closed with this value.
    pub fn fileno(&self) -> i32 {
        self.0.fileno()
    }

    /// On Windows the handle of an event that is set while raised, which is closed with this value. NULL on other systems.
    pub fn handle(&self) -> *mut std::ffi::c_void {
        self.0.handle()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::fd::BorrowedFd;

    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

    use super::*;

    #[test]
    #[allow(unsafe_code, reason = "the descriptor is known by its number")]
    fn it_is_readable_while_it_is_raised() {
        let wakeup = Wakeup::new().unwrap();
        let readable = || {
            // SAFETY: it is open as long as the wakeup.
            let descriptor = unsafe { BorrowedFd::borrow_raw(wakeup.fileno()) };
            let mut waited = [PollFd::new(descriptor, PollFlags::POLLIN)];
            poll(&mut waited, PollTimeout::ZERO).unwrap() == 1
        };
        assert!(!readable());
        wakeup.raise();
        wakeup.raise();
        assert!(readable() && wakeup.fileno() >= 0);
        wakeup.lower();
        assert!(!readable());
    }
}

#[cfg(all(test, windows))]
mod tests {
    use windows_sys::Win32::Foundation::{WAIT_OBJECT_0, WAIT_TIMEOUT};
    use windows_sys::Win32::Networking::WinSock::{POLLRDNORM, WSAPOLLFD, WSAPoll};
    use windows_sys::Win32::System::Threading::WaitForSingleObject;

    use super::*;

    #[test]
    #[allow(unsafe_code, reason = "the event is waited for as a program would")]
    fn it_is_set_while_it_is_raised() {
        let wakeup = Wakeup::new().unwrap();
        // SAFETY: the handle is open as long as the wakeup.
        let waited = || unsafe { WaitForSingleObject(wakeup.handle(), 0) };
        assert_eq!(waited(), WAIT_TIMEOUT);
        wakeup.raise();
        wakeup.raise();
        assert_eq!(waited(), WAIT_OBJECT_0);
        wakeup.lower();
        assert_eq!(waited(), WAIT_TIMEOUT);
    }

    #[test]
    #[allow(unsafe_code, reason = "the socket is known by its number")]
    fn it_is_readable_each_time_it_is_raised() {
        let wakeup = Wakeup::new().unwrap();
        for round in 0..2000 {
            wakeup.raise();
            let mut waited =
                WSAPOLLFD { fd: usize::try_from(wakeup.fileno()).unwrap(), events: POLLRDNORM, revents: 0 };
            // SAFETY: the socket is open as long as the wakeup, and there is one entry.
            assert_eq!(unsafe { WSAPoll(&raw mut waited, 1, 5000) }, 1, "round {round}");
            wakeup.lower();
        }
    }
}
