//! Writing a list to a file.

use std::ffi::c_void;
use std::path::Path;
use std::sync::Arc;

use mspkit::{RawPager, Spelling};
use mspkit_data::{Format, Progress, RowWriter, write_file};

use super::mspkit_pager;
use crate::abi::{MSPKIT_OK, mspkit_status};
use crate::call::Into;
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::guard::{borrow, guard};
use crate::lock;
use crate::queue::{Outcome, Written, mspkit_operation, mspkit_queue};
use crate::text::mspkit_str;

/// Called with the caller's `user_data`, the rows that were written, and how many the list has; -1 if the server reports no
/// count.
pub type mspkit_progress_fn = Option<unsafe extern "C" fn(user_data: *mut c_void, rows: u64, total: i64)>;

/// Where progress is reported.
struct Reported(unsafe extern "C" fn(*mut c_void, u64, i64), *mut c_void);

// SAFETY: it is called on the thread that waits, which the caller has passed it on.
unsafe impl Send for Reported {}

impl Reported {
    fn report(&self, (rows, total): (u64, i64)) {
        let Self(call, user_data) = self;
        // SAFETY: the caller's function, with the caller's data.
        unsafe { call(*user_data, rows, total) };
    }
}

/// A file that is to be written.
struct Job {
    format: Format,
    path: String,
    options: String,
}

impl Job {
    /// # Safety
    /// The texts are valid as the exported functions require.
    unsafe fn read(format: Format, path: mspkit_str, options: mspkit_str) -> Result<Self, Failure> {
        // SAFETY: the caller says so.
        unsafe {
            let path = path.required("path")?.to_owned();
            let options = options.read_text("options")?.unwrap_or("{}").to_owned();
            Ok(Self { format, path, options })
        }
    }

    /// Writes it; `progress` gets the rows so far, and how many the list has, -1 if that is not known.
    async fn run(self, pager: &RawPager, mut progress: impl FnMut((u64, i64))) -> Result<u64, Failure> {
        let Self { format, path, options } = self;
        let spelling = Spelling::SnakeMilliseconds;
        let rows = RowWriter::from_json(format, pager.operation(), options.as_bytes(), spelling)?;
        let written = write_file(pager, None, Path::new(&path), rows, |Progress { rows, total, .. }| {
            progress((rows, total.map_or(-1, |total| i64::try_from(total).unwrap_or(i64::MAX))));
        });
        Ok(written.await?)
    }
}

/// # Safety
/// The pointers are NULL or valid as the exported functions require.
unsafe fn write(
    pager: *mut mspkit_pager,
    job: impl FnOnce() -> Result<Job, Failure>,
    (progress, user_data): (mspkit_progress_fn, *mut c_void),
    rows: *mut u64,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller says so; NULL is looked for.
    unsafe {
        guard(error, || {
            let pager = borrow("pager", pager.cast_const())?;
            let job = job()?;
            let reported = progress.map(|progress| Reported(progress, user_data));
            let report = move |written| reported.iter().for_each(|reported| reported.report(written));
            let step = pager.step()?;
            let written =
                pager.wait(step, |step| step.work(async move |pager, _| job.run(pager, report).await))?;
            if !rows.is_null() {
                rows.write(written);
            }
            Ok(MSPKIT_OK)
        })
    }
}

/// # Safety
/// As for [`write`].
unsafe fn submit(
    pager: *mut mspkit_pager,
    job: impl FnOnce() -> Result<Job, Failure>,
    into: Into,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller says so; NULL is looked for.
    unsafe {
        guard(error, || {
            let pager = borrow("pager", pager.cast_const())?;
            let queue = borrow("queue", into.queue)?;
            let job = job()?;
            let so_far = Arc::new(Written::new((0, -1)));
            let noted = so_far.clone();
            let note = move |written| *lock(&noted) = written;
            let number = pager.begin(queue, into, |step| {
                step.work(async move |pager, _| Ok(Outcome::Rows(job.run(pager, note).await?)))
            })?;
            queue.watch(number, so_far);
            Ok(MSPKIT_OK)
        })
    }
}

/// Writes the remaining items to a file as CSV (RFC 4180, UTF-8), page by page.
///
/// Fields of nested objects are columns of their own, named `address.city`; lists are JSON text. Texts that a spreadsheet would
/// run as a formula begin with `'`. `path` is the path of the file, which is complete or not there: until the end, a file of that
/// name stays as it is, and after a failure no item counts as returned. `options` is a JSON object, or not given: `columns`, a
/// list of names in snake case or the vendor's, and `excel`, true for a byte order mark and for ids that Excel would take for
/// numbers and change as `="007"`. `progress` is called after each page with `user_data`, the rows so far, and the total, -1 if
/// the server reports none; it may be NULL, and must not use the pager. `rows` receives the number of rows, and may be NULL.
/// Blocks. Fails with any code, and with `MSPKIT_E_INVALID_REQUEST` for an unknown column and a file that cannot be written; an
/// error of reading or writing has a resume token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_write_csv(
    pager: *mut mspkit_pager,
    path: mspkit_str,
    options: mspkit_str,
    progress: mspkit_progress_fn,
    user_data: *mut c_void,
    rows: *mut u64,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller's promise is this one's.
    unsafe { write(pager, || Job::read(Format::Csv, path, options), (progress, user_data), rows, error) }
}

/// Writes the remaining items to a file as JSON Lines, page by page.
///
/// Each line is an object with the names of fields in snake case, ids as text, and other values as the server sent them. `options`
/// has `columns` only. Everything else is as for `mspkit_pager_write_csv`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_write_jsonl(
    pager: *mut mspkit_pager,
    path: mspkit_str,
    options: mspkit_str,
    progress: mspkit_progress_fn,
    user_data: *mut c_void,
    rows: *mut u64,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        write(pager, || Job::read(Format::JsonLines, path, options), (progress, user_data), rows, error)
    }
}

/// Submits a step like `mspkit_pager_write_csv`. The completion has the number of rows in `rows`.
///
/// `user_data` is returned in the completion. `operation_id` receives a number for `mspkit_queue_cancel` and for
/// `mspkit_queue_progress`, which says how far it is, and may be NULL. A cancelled step has returned no item and leaves no
/// file, and may be made again. Does not block. Fails, without a completion, for invalid texts, with `MSPKIT_E_BUSY` while a
/// step is in flight, and with `MSPKIT_E_CLOSED` for a closed queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_write_csv_submit(
    pager: *mut mspkit_pager,
    path: mspkit_str,
    options: mspkit_str,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    let into = Into { queue, user_data, operation: operation_id };
    // SAFETY: the caller's promise is this one's.
    unsafe { submit(pager, || Job::read(Format::Csv, path, options), into, error) }
}

/// Submits a step like `mspkit_pager_write_jsonl`. Everything else is as for `mspkit_pager_write_csv_submit`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_write_jsonl_submit(
    pager: *mut mspkit_pager,
    path: mspkit_str,
    options: mspkit_str,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    let into = Into { queue, user_data, operation: operation_id };
    // SAFETY: the caller's promise is this one's.
    unsafe { submit(pager, || Job::read(Format::JsonLines, path, options), into, error) }
}
