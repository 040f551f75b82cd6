//! The log: the core's trace events, passed to one callback on a separate thread.
//!
//! Records wait in a bounded queue, so that a slow callback slows nothing down; records that do not fit are counted and
//! the count is reported. The thread blocks every signal, and ends when the callback is removed.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ffi::c_void;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use tracing::Level;

use crate::abi::{MSPKIT_E_BUSY, MSPKIT_E_RANGE, MSPKIT_OK, mspkit_status};
use crate::arena::Arena;
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::guard::guard;
use crate::lock;
use crate::text::mspkit_str;

mod records;

/// Nothing is logged.
pub const MSPKIT_LOG_OFF: i32 = 0;
/// A call was given up.
pub const MSPKIT_LOG_ERROR: i32 = 1;
/// Something is wrong that may make a call fail.
pub const MSPKIT_LOG_WARN: i32 = 2;
/// Retries, restarted lists.
pub const MSPKIT_LOG_INFO: i32 = 3;
/// Every request and every response.
pub const MSPKIT_LOG_DEBUG: i32 = 4;
/// Everything.
pub const MSPKIT_LOG_TRACE: i32 = 5;

/// How many records may wait for the callback.
const ROOM: usize = 4096;

/// A record of the log. It and its texts are valid until the callback returns. Only use it by pointer: it may grow.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_log_record {
    /// `MSPKIT_LOG_ERROR` to `MSPKIT_LOG_TRACE`.
    pub level: i32,
    /// Where it comes from, such as `mspkit::call`.
    pub target: mspkit_str,
    /// What happened, with its fields as `name=value`. Holds no secret.
    pub message: mspkit_str,
}

/// The callback of `mspkit_log_set`. It is called on a thread of mspkit that blocks every signal, one record at a time
/// and in order. It may be slow, and may call any function except `mspkit_log_set` and `mspkit_runtime_free`. It must
/// not throw and not leave by `longjmp`.
pub type mspkit_log_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, record: *const mspkit_log_record)>;

/// A queued record.
struct Record {
    level: Level,
    target: String,
    message: String,
}

/// The current level.
static WANTED: AtomicI32 = AtomicI32::new(MSPKIT_LOG_OFF);
static WAITING: Mutex<Waiting> = Mutex::new(Waiting { records: VecDeque::new(), lost: 0, ending: false });
static WAKE: Condvar = Condvar::new();
static WRITER: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);

thread_local! {
    /// Whether this thread is the one that calls the callback.
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

struct Waiting {
    records: VecDeque<Record>,
    lost: u64,
    ending: bool,
}

fn number(level: Level) -> i32 {
    match level {
        Level::ERROR => MSPKIT_LOG_ERROR,
        Level::WARN => MSPKIT_LOG_WARN,
        Level::INFO => MSPKIT_LOG_INFO,
        Level::DEBUG => MSPKIT_LOG_DEBUG,
        _ => MSPKIT_LOG_TRACE,
    }
}

fn wanted(level: Level) -> bool {
    number(level) <= WANTED.load(Ordering::Relaxed)
}

fn push(record: Record) {
    let mut waiting = lock(&WAITING);
    if waiting.records.len() < ROOM {
        waiting.records.push_back(record);
    } else {
        waiting.lost += 1;
    }
    drop(waiting);
    WAKE.notify_one();
}

/// The next record; none once the callback is to be removed and everything was delivered.
fn next() -> Option<Record> {
    let mut waiting = lock(&WAITING);
    loop {
        if let Some(record) = waiting.records.pop_front() {
            return Some(record);
        }
        if waiting.lost > 0 {
            let message =
                format!("{} records were lost: the callback is too slow", std::mem::take(&mut waiting.lost));
            return Some(Record { level: Level::WARN, target: "mspkit::log".to_owned(), message });
        }
        if waiting.ending {
            return None;
        }
        waiting = WAKE.wait(waiting).unwrap_or_else(PoisonError::into_inner);
    }
}

/// The callback with its user data.
struct Sink {
    callback: unsafe extern "C" fn(*mut c_void, *const mspkit_log_record),
    user_data: *mut c_void,
}

// SAFETY: `mspkit_log_set` asks for a callback and data that another thread may use.
unsafe impl Send for Sink {}

impl Sink {
    fn call(&self, record: &Record) {
        let mut arena = Arena::new();
        let c_record = mspkit_log_record {
            level: number(record.level),
            target: arena.text(&record.target),
            message: arena.text(&record.message),
        };
        // SAFETY: the caller of `mspkit_log_set` promises a function of this type; the record outlives the call.
        unsafe { (self.callback)(self.user_data, &raw const c_record) };
    }

    fn run(&self) {
        TELLING.set(true);
        while let Some(record) = next() {
            self.call(&record);
        }
    }
}

/// Sets the callback of the log; NULL, or `MSPKIT_LOG_OFF`, for none. There is one for the whole process.
///
/// `level` is `MSPKIT_LOG_ERROR` to `MSPKIT_LOG_TRACE`: records up to it are delivered. `user_data` is passed to the
/// callback. Before this returns, the previous callback has received everything logged so far, and is never called
/// again. Thread-safe. Fails with `MSPKIT_E_RANGE` for any other level, with `MSPKIT_E_BUSY` if the callback itself
/// calls it, and with `MSPKIT_E_INTERNAL` if the system cannot start a thread; the previous callback is kept then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_log_set(
    callback: mspkit_log_callback,
    user_data: *mut c_void,
    level: i32,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or a place that can be written to.
    unsafe {
        guard(error, || {
            if !(MSPKIT_LOG_OFF..=MSPKIT_LOG_TRACE).contains(&level) {
                let allowed = "must be MSPKIT_LOG_OFF to MSPKIT_LOG_TRACE";
                return Err(Failure::argument(MSPKIT_E_RANGE, "level", Some(&level.to_string()), allowed));
            }
            if TELLING.get() {
                return Err(Failure::own(
                    MSPKIT_E_BUSY,
                    "mspkit_log_set: must not be called from the callback",
                ));
            }
            let mut writer = lock(&WRITER);
            let wanted = callback.filter(|_| level != MSPKIT_LOG_OFF);
            // The thread is started before the previous callback is removed: if that fails, it is kept.
            let next = wanted.map(|callback| begin(Sink { callback, user_data })).transpose()?;
            end(writer.take());
            *writer = next.map(|(thread, start)| {
                WANTED.store(level, Ordering::Relaxed);
                tracing::callsite::rebuild_interest_cache();
                drop(start);
                thread
            });
            Ok(MSPKIT_OK)
        })
    }
}

fn end(writer: Option<JoinHandle<()>>) {
    WANTED.store(MSPKIT_LOG_OFF, Ordering::Relaxed);
    tracing::callsite::rebuild_interest_cache();
    if let Some(writer) = writer {
        lock(&WAITING).ending = true;
        WAKE.notify_one();
        // Only the callback could unwind here, and it must not.
        let _ = writer.join();
        let mut waiting = lock(&WAITING);
        waiting.ending = false;
        waiting.records = VecDeque::new();
    }
}

/// A thread that calls a callback, once the value next to it is dropped.
fn begin(sink: Sink) -> Result<(JoinHandle<()>, Sender<()>), Failure> {
    records::install();
    let (start, started) = channel();
    let thread = mspkit_platform::spawn(move || {
        let _ = started.recv();
        sink.run();
    });
    let thread = thread.map_err(|error| Failure::internal(mspkit_binding::no_thread(&error)))?;
    Ok((thread, start))
}
