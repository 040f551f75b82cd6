//! A pair of loopback sockets, for event loops that wait for sockets, and an event, for those that wait for handles.

#![allow(unsafe_code, reason = "the event is Windows' own object")]

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::windows::io::{AsRawHandle, AsRawSocket, FromRawHandle, OwnedHandle};
use std::sync::atomic::{AtomicBool, Ordering};

use windows_sys::Win32::System::Threading::{CreateEventW, ResetEvent, SetEvent};

/// How many connections of other programs are refused before the pair is given up.
const STRANGERS: usize = 16;

pub(super) struct System {
    reader: TcpStream,
    writer: TcpStream,
    event: OwnedHandle,
    /// Whether a byte was or is being written since `lower`, so that few are ever unread.
    raised: AtomicBool,
}

impl System {
    pub(super) fn new() -> Result<Self> {
        let (reader, writer) = pair()?;
        reader.set_nonblocking(true)?;
        writer.set_nodelay(true)?;
        // SAFETY: neither attributes nor a name are given: a manual-reset event that is not set.
        let event = unsafe { CreateEventW(std::ptr::null(), 1, 0, std::ptr::null()) };
        if event.is_null() {
            return Err(Error::last_os_error());
        }
        // SAFETY: the handle was just created, and nothing else owns it.
        let event = unsafe { OwnedHandle::from_raw_handle(event) };
        Ok(Self { reader, writer, event, raised: AtomicBool::new(false) })
    }

    pub(super) fn raise(&self) {
        if self.raised.swap(true, Ordering::AcqRel) {
            return;
        }
        // It may wait: a buffer can be full of bytes that were read and not acknowledged yet. If the connection is broken, its
        // reader sees that.
        let _ = (&self.writer).write_all(&[1]);
        // SAFETY: the event lives as long as this value.
        unsafe { SetEvent(self.event.as_raw_handle()) };
    }

    pub(super) fn lower(&self) {
        // SAFETY: the event lives as long as this value.
        unsafe { ResetEvent(self.event.as_raw_handle()) };
        let mut read = [0; 64];
        while (&self.reader).read(&mut read).is_ok_and(|length| length == read.len()) {}
        // Last: a byte that is read must not leave it raised.
        self.raised.store(false, Ordering::Release);
    }

    /// Windows' handles, sockets among them, have 32 significant bits.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "no significant bit is lost"
    )]
    pub(super) fn fileno(&self) -> i32 {
        self.reader.as_raw_socket() as i32
    }

    pub(super) fn handle(&self) -> *mut std::ffi::c_void {
        self.event.as_raw_handle()
    }
}

/// Two connected sockets. Any program of the machine can connect to the listener, so the peer is checked.
fn pair() -> Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let writer = TcpStream::connect(listener.local_addr()?)?;
    let own = writer.local_addr()?;
    for _ in 0..STRANGERS {
        let (reader, peer) = listener.accept()?;
        if peer == own {
            return Ok((reader, writer));
        }
    }
    Err(Error::new(ErrorKind::ConnectionRefused, "other programs connected to the event loop's socket"))
}
