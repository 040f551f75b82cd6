//! A pair of sockets.

use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

pub(super) struct System {
    reader: UnixStream,
    writer: UnixStream,
}

impl System {
    pub(super) fn new() -> std::io::Result<Self> {
        let (reader, writer) = UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        writer.set_nonblocking(true)?;
        Ok(Self { reader, writer })
    }

    pub(super) fn raise(&self) {
        let _ = (&self.writer).write(&[1]);
    }

    pub(super) fn lower(&self) {
        let _ = (&self.reader).read(&mut [0; 64]);
    }

    pub(super) fn fileno(&self) -> i32 {
        self.reader.as_raw_fd()
    }
    #[allow(clippy::unused_self, reason = "Windows has one")]
    pub(super) fn handle(&self) -> *mut std::ffi::c_void {
        std::ptr::null_mut()
    }
}
