//! A descriptor that is readable while it is raised: an eventfd, or a pair of sockets where there is none.

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

/// A descriptor that is readable while it is raised. Raising it cannot fail in a way that matters: a counter that is
/// full is raised already.
pub(crate) struct Signal(system::Pair);

impl Signal {
    pub(crate) fn new() -> std::io::Result<Self> {
        system::pair().map(Self)
    }

    pub(crate) fn raise(&self) {
        system::write(&self.0);
    }

    pub(crate) fn lower(&self) {
        system::read(&self.0);
    }

    pub(crate) fn fileno(&self) -> i32 {
        system::reader(&self.0).as_fd().as_raw_fd()
    }
}
