//! What changed between two lists: rows and options come in as JSON, the result is JSON and CSV.

use mspkit::Spelling;
use mspkit::changes::{Changes, diff_json};

use crate::abi::{MSPKIT_OK, mspkit_status};
use crate::computed::{Computed, Written};
use crate::error::mspkit_error;
use crate::guard::{guard, output, release};
use crate::text::mspkit_str;

/// What changed between two lists. Freed by the caller with `mspkit_changes_free`; may be read from several threads at the
/// same time. Everything got from it is valid until it is freed.
pub struct mspkit_changes(Computed<Changes>);

/// A form of the result.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum Form {
    Json,
    Csv(bool),
}

impl Written for Changes {
    type Form = Form;

    fn write(&self, form: &Form) -> String {
        match form {
            Form::Json => self.to_json(),
            Form::Csv(excel) => self.to_csv(*excel),
        }
    }
}

unsafe fn get(changes: *const mspkit_changes, form: Form) -> mspkit_str {
    // SAFETY: the caller passes NULL or a result that was given out and not freed.
    unsafe { changes.as_ref() }.map_or(mspkit_str::NONE, |changes| changes.0.text(form))
}

/// Finds what changed between two exports of one list. It computes only, and sends nothing.
///
/// `old_rows` and `new_rows` are JSON lists of objects, such as `mspkit_page_json` has them. `options` is a JSON object:
///
/// - `by` (required): the field that identifies a row; `address.id` is a field of a nested object
/// - `ignore`: a list of fields whose changes do not count
///
/// A missing field is the same as null, and numbers are equal if their digits are. Returns `MSPKIT_E_INVALID_REQUEST` if one
/// of the arguments is wrong; `mspkit_error_argument` names it, and a row as `old_rows[0]` or `new_rows[0]`.
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
            out.write(Box::into_raw(Box::new(mspkit_changes(Computed::new(found)))));
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
    unsafe { get(changes, Form::Json) }
}

/// A table as CSV (RFC 4180): what changed, the id, the field, and the old and the new value. A changed row has a line for
/// each field; one that is added or gone has a line with the row as JSON. Texts that a spreadsheet would run as a formula begin
/// with `'`. With `excel`, it begins with a byte order mark, by which Excel recognizes UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_changes_csv(changes: *const mspkit_changes, excel: bool) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(changes, Form::Csv(excel)) }
}

/// Frees a result with everything got from it. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_changes_free(changes: *mut mspkit_changes) {
    // SAFETY: the caller passes NULL or a result that was given out and is not used again.
    unsafe { release(changes) };
}
