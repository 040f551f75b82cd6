//! Completion queues: where submitted calls end, each exactly once, and a descriptor that is readable when there are
//! completions.

use std::ffi::c_void;
use std::sync::Arc;
use std::time::Duration;

use crate::abi::{MSPKIT_DONE, MSPKIT_E_CLOSED, MSPKIT_EMPTY, MSPKIT_OK, mspkit_status};
use crate::cancel::Cancel;
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::guard::{borrow, guard, output, quietly, release};
use crate::item::mspkit_item;
use crate::options::{self, LARGEST};
use crate::page::mspkit_page;
use crate::pager::mspkit_partitions;
use crate::response::mspkit_response;
use crate::runtime::Runtime;
use crate::task;

mod shared;

use shared::{Completed, Next, Shared, UserData};

pub(crate) use shared::Written;

/// Where submitted calls complete. Any number of threads may use it at the same time. Freed by the caller with
/// `mspkit_queue_free`, before or after clients and pagers.
pub struct mspkit_queue {
    shared: Arc<Shared>,
}

/// The number of a submitted call; unique in its queue, never 0.
pub type mspkit_operation = u64;

/// How a submitted call ended. Its content is owned by the caller: `mspkit_completion_clear` frees all of it. Exactly
/// one of `response`, `item`, `page`, `partitions` and `error` is set; none for `MSPKIT_DONE`, and for a file that was
/// written, whose rows are counted by `rows`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_completion {
    /// Set by `mspkit_completion_init()`.
    pub struct_size: usize,
    /// The number of the submitted call.
    pub operation: mspkit_operation,
    /// What was passed to the submitting function.
    pub user_data: *mut c_void,
    /// `MSPKIT_OK`; `MSPKIT_DONE` for a pager's step at the end of the list; otherwise the code of `error`.
    pub status: mspkit_status,
    /// The result of a call.
    pub response: *mut mspkit_response,
    /// The item of a pager's step.
    pub item: *mut mspkit_item,
    /// The page of a pager's step.
    pub page: *mut mspkit_page,
    /// Why it failed.
    pub error: *mut mspkit_error,
    /// The partitions of a list.
    pub partitions: *mut mspkit_partitions,
    /// How many rows were written to a file; -1 for everything else.
    pub rows: i64,
}

/// Makes an empty `mspkit_completion`; `mspkit_completion_init()` is the same in C and C++.
///
/// `struct_size` is `sizeof(mspkit_completion)`, in the header that the program is compiled with. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_completion_init_into(completion: *mut mspkit_completion, struct_size: usize) {
    if completion.is_null() || !(size_of::<usize>()..=LARGEST).contains(&struct_size) {
        return;
    }
    // SAFETY: the caller passes a struct of that size; zeroes are an empty one.
    unsafe {
        completion.cast::<u8>().write_bytes(0, struct_size);
        completion.cast::<usize>().write(struct_size);
    }
}

/// The outcome of a submitted call.
pub(crate) enum Outcome {
    Response(Box<mspkit_response>),
    Item(Box<mspkit_item>),
    Page(Box<mspkit_page>),
    Partitions(Box<mspkit_partitions>),
    /// A file was written, with this many rows.
    Rows(u64),
    /// A list has ended.
    Done,
}

impl mspkit_queue {
    /// Starts work that completes here.
    ///
    /// # Safety
    /// `operation` is NULL or writable.
    pub(crate) unsafe fn submit<W>(
        &self,
        runtime: &Runtime,
        ends: [Option<Arc<Cancel>>; 2],
        user_data: *mut c_void,
        operation: *mut mspkit_operation,
        work: W,
    ) -> Result<(), Failure>
    where
        W: Future<Output = Result<Outcome, Failure>> + Send + 'static,
    {
        // SAFETY: the caller's promise is this one's.
        unsafe { self.submit_with(runtime, ends, user_data, operation, work, String::new()).map(drop) }
    }

    /// Same as [`Self::submit`], for work whose failure has a resume token. Returns the number.
    ///
    /// # Safety
    /// `operation` is NULL or writable.
    pub(crate) unsafe fn submit_with<W>(
        &self,
        runtime: &Runtime,
        [token, client]: [Option<Arc<Cancel>>; 2],
        user_data: *mut c_void,
        operation: *mut mspkit_operation,
        work: W,
        resume_token: String,
    ) -> Result<mspkit_operation, Failure>
    where
        W: Future<Output = Result<Outcome, Failure>> + Send + 'static,
    {
        // A number is only taken when nothing can fail any more: every number completes.
        let place = task::Place::on(runtime)?;
        let cancel = Arc::<Cancel>::default();
        let refused = || Failure::own(MSPKIT_E_CLOSED, "queue: the queue is closed");
        let number = self.shared.begin(cancel.clone()).ok_or_else(refused)?;
        if !operation.is_null() {
            // Before it starts: the thread that reads the queue may want to look it up.
            // SAFETY: guaranteed by the caller.
            unsafe { operation.write(number) };
        }
        let (shared, user_data) = (self.shared.clone(), UserData(user_data));
        place.start([Some(cancel), token, client], work, move |outcome| {
            let outcome = if resume_token.is_empty() {
                outcome
            } else {
                outcome.map_err(|failure| failure.with_resume_token(&resume_token))
            };
            shared.complete(number, user_data, outcome);
        });
        Ok(number)
    }

    /// Remembers where a submitted call notes how far it is.
    pub(crate) fn watch(&self, operation: mspkit_operation, written: Arc<Written>) {
        self.shared.watch(operation, written);
    }
}

impl Completed {
    fn into_struct(self, struct_size: usize) -> mspkit_completion {
        let mut made = mspkit_completion {
            struct_size,
            operation: self.operation,
            user_data: self.user_data.0,
            status: MSPKIT_OK,
            response: std::ptr::null_mut(),
            item: std::ptr::null_mut(),
            page: std::ptr::null_mut(),
            error: std::ptr::null_mut(),
            partitions: std::ptr::null_mut(),
            rows: -1,
        };
        match self.outcome {
            Ok(Outcome::Response(response)) => made.response = Box::into_raw(response),
            Ok(Outcome::Item(item)) => made.item = Box::into_raw(item),
            Ok(Outcome::Page(page)) => made.page = Box::into_raw(page),
            Ok(Outcome::Partitions(partitions)) => made.partitions = Box::into_raw(partitions),
            Ok(Outcome::Rows(rows)) => made.rows = i64::try_from(rows).unwrap_or(i64::MAX),
            Ok(Outcome::Done) => made.status = MSPKIT_DONE,
            Err(failure) => {
                made.status = failure.code();
                made.error = Box::into_raw(Box::new(mspkit_error::new(&failure)));
            }
        }
        made
    }
}

/// Makes a queue.
///
/// `queue` receives it. Thread-safe. Fails with `MSPKIT_E_NULL`, and with `MSPKIT_E_INTERNAL` if the system has no
/// descriptor left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_queue_new(
    queue: *mut *mut mspkit_queue,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or places that can be written to; NULL is looked for.
    unsafe {
        guard(error, || {
            output("queue", queue)?;
            let shared = Shared::new()
                .map_err(|error| Failure::internal(format!("cannot create a descriptor: {error}")))?;
            let shared = Arc::new(shared);
            queue.write(Box::into_raw(Box::new(mspkit_queue { shared })));
            Ok(MSPKIT_OK)
        })
    }
}

/// The descriptor, readable while `mspkit_queue_next` would return at once: for poll, epoll and event loops,
/// level-triggered. On Windows it is a socket, for select, WSAPoll and event loops. It belongs to the queue: do not
/// read, write or close it. -1 for NULL. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_queue_fd(queue: *const mspkit_queue) -> i32 {
    // SAFETY: the caller passes NULL or a queue that was not freed.
    unsafe { queue.as_ref() }.map_or(-1, |queue| queue.shared.fileno())
}

/// On Windows the handle of an event that is set while `mspkit_queue_next` would return at once: for
/// WaitForSingleObject and WaitForMultipleObjects. It belongs to the queue: do not set, reset or close it. NULL on other
/// systems, and for NULL. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_queue_handle(queue: *const mspkit_queue) -> *mut c_void {
    // SAFETY: the caller passes NULL or a queue that was not freed.
    unsafe { queue.as_ref() }.map_or(std::ptr::null_mut(), |queue| queue.shared.handle())
}

/// Returns the next completion.
///
/// `timeout_ms` is how long it waits: 0 not at all, -1 for ever. `completion` is initialised by
/// `mspkit_completion_init()`, and written to only if there is one. Returns `MSPKIT_OK` with a completion, whatever its
/// status, `MSPKIT_EMPTY` on timeout, and `MSPKIT_DONE` when the queue is closed and empty. Thread-safe; each
/// completion is returned to one thread. Fails with `MSPKIT_E_NULL` and `MSPKIT_E_STRUCT_SIZE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_queue_next(
    queue: *const mspkit_queue,
    timeout_ms: i32,
    completion: *mut mspkit_completion,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            let queue = borrow("queue", queue)?;
            output("completion", completion)?;
            let size = (&raw const (*completion).struct_size).read();
            let own = size_of::<mspkit_completion>();
            if size < own || size > LARGEST || !size.is_multiple_of(align_of::<usize>()) {
                return Err(options::uninitialised("mspkit_completion", size, "which no version has"));
            }
            let timeout = u64::try_from(timeout_ms).ok().map(Duration::from_millis);
            match queue.shared.next(timeout) {
                Next::Completed(completed) => {
                    // Fields that a newer header adds after it are unknown here, and therefore empty.
                    completion.cast::<u8>().write_bytes(0, size);
                    completion.write(completed.into_struct(size));
                    Ok(MSPKIT_OK)
                }
                Next::Closed => Ok(MSPKIT_DONE),
                Next::Nothing => Ok(MSPKIT_EMPTY),
            }
        })
    }
}

/// Cancels a submitted call by its number. It completes like any other: with `MSPKIT_E_CANCELLED`, or with its outcome
/// if it ended before. Cancelling a call that has ended is not an error. Thread-safe. Fails with `MSPKIT_E_NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_queue_cancel(
    queue: *const mspkit_queue,
    operation: mspkit_operation,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or a queue that was not freed.
    unsafe {
        guard(std::ptr::null_mut(), || {
            let queue = borrow("queue", queue)?;
            queue.shared.cancel(operation);
            Ok(MSPKIT_OK)
        })
    }
}

/// How far writing a submitted file is: for a timer, since nothing of the program runs on threads of mspkit.
///
/// `operation` is the number of a call of `mspkit_pager_write_csv_submit` or `mspkit_pager_write_jsonl_submit`. `rows`
/// receives the number of rows that were written, 0 before the first page, and `total` how many the list has, -1 as long as
/// that is not known; each may be NULL. Returns `MSPKIT_DONE`, and writes nothing, for a call that has ended or writes no
/// file. Does not block. Thread-safe. Fails with `MSPKIT_E_NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_queue_progress(
    queue: *const mspkit_queue,
    operation: mspkit_operation,
    rows: *mut u64,
    total: *mut i64,
) -> mspkit_status {
    // SAFETY: the caller passes NULL, or a queue that was not freed and places that can be written to.
    unsafe {
        guard(std::ptr::null_mut(), || {
            let queue = borrow("queue", queue)?;
            let Some(written) = queue.shared.written(operation) else { return Ok(MSPKIT_DONE) };
            if !rows.is_null() {
                rows.write(written.0);
            }
            if !total.is_null() {
                total.write(written.1);
            }
            Ok(MSPKIT_OK)
        })
    }
}

/// How many submitted calls have not been returned by `mspkit_queue_next`: in flight, or completed and waiting. 0 for
/// NULL. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_queue_pending(queue: *const mspkit_queue) -> usize {
    // SAFETY: the caller passes NULL or a queue that was not freed.
    match unsafe { queue.as_ref() } {
        Some(queue) => quietly(0, || queue.shared.pending()),
        None => 0,
    }
}

/// Refuses further calls and cancels those in flight; their completions can still be read, and after the last of them
/// `mspkit_queue_next` returns `MSPKIT_DONE`. Wakes threads that wait there. Closing twice is not an error.
/// Thread-safe. Fails with `MSPKIT_E_NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_queue_close(queue: *const mspkit_queue) -> mspkit_status {
    // SAFETY: the caller passes NULL or a queue that was not freed.
    unsafe {
        guard(std::ptr::null_mut(), || {
            let queue = borrow("queue", queue)?;
            queue.shared.close();
            Ok(MSPKIT_OK)
        })
    }
}

/// Frees a queue: calls in flight are cancelled, and unread completions are freed. NULL is allowed. No other thread may
/// be inside a function that uses the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_queue_free(queue: *mut mspkit_queue) {
    // SAFETY: the caller passes NULL or a queue that was given out and is not used again.
    unsafe {
        if let Some(queue) = queue.as_ref() {
            quietly((), || queue.shared.free());
        }
        release(queue);
    }
}

/// Frees the content of a completion and makes it empty; it can be used for `mspkit_queue_next` again. NULL is allowed.
/// To keep a part of it, copy the pointer and set it to NULL first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_completion_clear(completion: *mut mspkit_completion) {
    // SAFETY: the caller passes NULL or a completion that was initialised; what it holds was given out and is not used
    // again.
    unsafe {
        if completion.is_null() {
            return;
        }
        // By its address: the status that a program has stored there may be invalid.
        release((&raw mut (*completion).response).replace(std::ptr::null_mut()));
        release((&raw mut (*completion).item).replace(std::ptr::null_mut()));
        release((&raw mut (*completion).page).replace(std::ptr::null_mut()));
        release((&raw mut (*completion).error).replace(std::ptr::null_mut()));
        release((&raw mut (*completion).partitions).replace(std::ptr::null_mut()));
        (&raw mut (*completion).rows).write(0);
        (&raw mut (*completion).operation).write(0);
        (&raw mut (*completion).user_data).write(std::ptr::null_mut());
        (&raw mut (*completion).status).write(MSPKIT_OK);
    }
}
