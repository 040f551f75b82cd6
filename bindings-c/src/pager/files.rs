//! Writing a list to a file.

use std::ffi::c_void;
use std::path::Path;

use mspkit::Spelling;
use mspkit_data::{Format, RowWriter, write_file};

use super::mspkit_pager;
use crate::abi::{MSPKIT_OK, mspkit_status};
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::guard::{borrow, guard};
use crate::text::mspkit_str;

/// Called with the caller's `user_data`, the rows that were written, and how many the list has; -1 if the server reports no
/// count.
pub type mspkit_progress_fn = Option<unsafe extern "C" fn(user_data: *mut c_void, rows: u64, total: i64)>;

/// Where progress is reported.
struct Reported(unsafe extern "C" fn(*mut c_void, u64, i64), *mut c_void);

// SAFETY: it is called on the thread that waits, which the caller has passed it on.
unsafe impl Send for Reported {}

unsafe fn write(
    format: Format,
    pager: *mut mspkit_pager,
    path: mspkit_str,
    options: mspkit_str,
    (progress, user_data): (mspkit_progress_fn, *mut c_void),
    rows: *mut u64,
) -> Result<mspkit_status, Failure> {
    // SAFETY: the caller says so; NULL is looked for.
    unsafe {
        let pager = borrow("pager", pager.cast_const())?;
        let path = path.required("path")?.to_owned();
        let options = options.read_text("options")?.unwrap_or("{}").to_owned();
        let reported = progress.map(|progress| Reported(progress, user_data));
        let step = pager.step()?;
        let written = pager.wait(step, |step| {
            step.work(async move |pager, _| {
                let reported = reported;
                let spelling = Spelling::SnakeMilliseconds;
                let writer = RowWriter::from_json(format, pager.operation(), options.as_bytes(), spelling)?;
                let written = write_file(pager, None, Path::new(&path), writer, |progress| {
                    if let Some(Reported(report, user_data)) = &reported {
                        let total =
                            progress.total.map_or(-1, |total| i64::try_from(total).unwrap_or(i64::MAX));
                        // SAFETY: the caller's function, with the caller's data.
                        report(*user_data, progress.rows, total);
                    }
                });
                Ok(written.await?)
            })
        })?;
        if !rows.is_null() {
            rows.write(written);
        }
        Ok(MSPKIT_OK)
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
    unsafe { guard(error, || write(Format::Csv, pager, path, options, (progress, user_data), rows)) }
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
    unsafe { guard(error, || write(Format::JsonLines, pager, path, options, (progress, user_data), rows)) }
}
