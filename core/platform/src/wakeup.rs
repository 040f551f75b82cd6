//! Wakes an event loop with a descriptor that is readable while raised: an eventfd on Linux, elsewhere a pair of sockets.

use std::os::fd::{AsFd, AsRawFd};

#[cfg(target_os = "linux")]
mod system {
    use nix::sys::eventfd::{EfdFlags, EventFd};

    pub(super) type Pair = EventFd;

    pub(super) fn pair() -> std::io::Result<Pair> {
        Ok(EventFd::from_value_and_flags(0, EfdFlags::EFD_NONBLOCK | EfdFlags::EFD_CLOEXEC)?)
    }

    pub(super) fn write(pair: &Pair) {
        let _ = pair.write(1);
    }

    pub(super) fn read(pair: &Pair) {
        let _ = pair.read();
    }

    pub(super) fn reader(pair: &Pair) -> &EventFd {
        pair
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    pub(super) type Pair = (UnixStream, UnixStream);

    pub(super) fn pair() -> std::io::Result<Pair> {
        let (reader, writer) = UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        writer.set_nonblocking(true)?;
        Ok((reader, writer))
    }

    pub(super) fn write(pair: &Pair) {
        let _ = (&pair.1).write(&[1]);
    }

    pub(super) fn read(pair: &Pair) {
        let _ = (&pair.0).read(&mut [0; 64]);
    }

    pub(super) fn reader(pair: &Pair) -> &UnixStream {
        &pair.0
    }
}

/// A descriptor that is readable while raised. Raising it can only fail if the counter is full, and then it is raised.
pub struct Wakeup(system::Pair);

impl Wakeup {
    /// A descriptor that is not raised.
    ///
    /// # Errors
    /// The system's error when it has no descriptor.
    pub fn new() -> std::io::Result<Self> {
        system::pair().map(Self)
    }

    /// Makes it readable.
    pub fn raise(&self) {
        system::write(&self.0);
    }

    /// Makes it not readable.
    pub fn lower(&self) {
        system::read(&self.0);
    }

    /// The number of the descriptor; it is closed with this value.
    pub fn fileno(&self) -> i32 {
        system::reader(&self.0).as_fd().as_raw_fd()
    }
}

#[cfg(test)]
mod tests {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

    use super::*;

    #[test]
    fn it_is_readable_while_it_is_raised() {
        let wakeup = Wakeup::new().unwrap();
        let readable = || {
            let mut waited = [PollFd::new(system::reader(&wakeup.0).as_fd(), PollFlags::POLLIN)];
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
