//! An eventfd.

use std::os::fd::{AsFd, AsRawFd};

use nix::sys::eventfd::{EfdFlags, EventFd};

pub(super) struct System(EventFd);

impl System {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self(EventFd::from_value_and_flags(0, EfdFlags::EFD_NONBLOCK | EfdFlags::EFD_CLOEXEC)?))
    }

    pub(super) fn raise(&self) {
        let _ = self.0.write(1);
    }

    pub(super) fn lower(&self) {
        let _ = self.0.read();
    }

    pub(super) fn fileno(&self) -> i32 {
        self.0.as_fd().as_raw_fd()
    }
    #[allow(clippy::unused_self, reason = "Windows has one")]
    pub(super) fn handle(&self) -> *mut std::ffi::c_void {
        std::ptr::null_mut()
    }
}
