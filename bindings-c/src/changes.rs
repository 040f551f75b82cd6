//! What changed between two lists: rows and options come in as JSON, the result is JSON and CSV.

use std::collections::HashMap;
use std::sync::Mutex;

use mspkit::Spelling;
use mspkit::changes::{Changes, diff_json};

use crate::abi::{MSPKIT_OK, mspkit_status};
use crate::arena::Arena;
use crate::error::mspkit_error;
use crate::guard::{guard, output, quietly, release};
use crate::lock;
use crate::text::mspkit_str;

/// What changed between two lists. Freed by the caller with `mspkit_changes_free`; may be read from several threads at the
/// same time. Everything got from it is valid until it is freed.
pub struct mspkit_changes {
    found: Changes,
    texts: Mutex<Texts>,
}

/// Made on request.
#[derive(Default)]
struct Texts {
    arena: Arena,
    made: HashMap<Kind, mspkit_str>,
}

/// A form of the result.
#[derive(PartialEq, Eq, Hash)]
enum Kind {
    Json,
    Csv(bool),
}

// SAFETY: what is pointed at lies in the arena beside it, which is written to under the lock only.
unsafe impl Send for Texts {}

unsafe fn get(changes: *const mspkit_changes, kind: Kind) -> mspkit_str {
    // SAFETY: the caller passes NULL or a result that was given out and not freed.
    let Some(changes) = (unsafe { changes.as_ref() }) else { return mspkit_str::NONE };
    quietly(mspkit_str::NONE, || {
        let Texts { arena, made } = &mut *lock(&changes.texts);
        *made.entry(kind).or_insert_with_key(|kind| {
            arena.text(&match kind {
                Kind::Json => changes.found.to_json(),
                Kind::Csv(excel) => changes.found.to_csv(*excel),
            })
        })
    })
}

/// Finds what changed between two exports of one list. It computes only, and sends nothing.
///
/// `old_rows` and `new_rows` are JSON lists of objects, such as `mspkit_page_json` has them. `options` is a JSON object:
///
/// - `by` (required): the field that identifies a row; `address.id` is a field of a nested object
/// - `ignore`: a list of fields whose changes do not count
///
/// A missing field is the same as null, and numbers are equal if their digits are. Returns `MSPKIT_E_INVALID_REQUEST` if one
/// of the arguments is wrong; `mspkit_error_argument` names it, and a row as `old[0]` or `new[0]`.
///
/// ```c
/// mspkit_diff(MSPKIT_STR("[{\"id\": 1, \"name\": \"Contoso\"}]"), MSPKIT_STR("[{\"id\": 1, \"name\": \"Contoso Ltd\"}]"),
///             MSPKIT_STR("{\"by\": \"id\"}"), &changes, &error);
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_diff(
    old_rows: mspkit_str,
    new_rows: mspkit_str,
    options: mspkit_str,
    out: *mut *mut mspkit_changes,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller's promises are these.
    unsafe {
        guard(error, || {
            output("out", out)?;
            let (old, new) = (old_rows.required("old_rows")?, new_rows.required("new_rows")?);
            let options = options.required("options")?.as_bytes();
            let found = diff_json(old.as_bytes(), new.as_bytes(), options, Spelling::SnakeMilliseconds)?;
            out.write(Box::into_raw(Box::new(mspkit_changes { found, texts: Mutex::default() })));
            Ok(MSPKIT_OK)
        })
    }
}

/// Everything that was found, as a JSON object: `summary` with the counts, `added`, `gone`, `changed` with the `fields` of
/// each row, and `unidentified`, the rows without an id or with one that is repeated; rows are named by their places in the
/// lists, from 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_changes_json(changes: *const mspkit_changes) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(changes, Kind::Json) }
}

/// A table as CSV (RFC 4180): what changed, the id, the field, and the old and the new value. A changed row has a line for
/// each field; one that is added or gone has a line with the row as JSON. Texts that a spreadsheet would run as a formula begin
/// with `'`. With `excel`, it begins with a byte order mark, by which Excel recognizes UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_changes_csv(changes: *const mspkit_changes, excel: bool) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(changes, Kind::Csv(excel)) }
}

/// Frees a result with everything got from it. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_changes_free(changes: *mut mspkit_changes) {
    // SAFETY: the caller passes NULL or a result that was given out and is not used again.
    unsafe { release(changes) };
}
