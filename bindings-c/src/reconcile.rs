//! Matching two lists: rows and options come in as JSON, the result is JSON and reports.

use mspkit::Spelling;
use mspkit::reconcile::{Reconciliation, TITLE, reconcile_json};

use crate::abi::{MSPKIT_OK, mspkit_status};
use crate::computed::{Computed, Written};
use crate::error::mspkit_error;
use crate::guard::{guard, output, release};
use crate::text::mspkit_str;

/// The result of matching two lists. Freed by the caller with `mspkit_reconciliation_free`; may be read from several
/// threads at the same time. Everything got from it is valid until it is freed.
pub struct mspkit_reconciliation(Computed<Reconciliation>);

/// A form of the result.
#[derive(PartialEq, Eq, Hash)]
pub(crate) enum Form {
    Json,
    Csv(bool),
    Mapping(bool),
    Html(String),
}

impl Written for Reconciliation {
    type Form = Form;

    fn write(&self, form: &Form) -> String {
        match form {
            Form::Json => self.to_json(),
            Form::Csv(excel) => self.to_csv(*excel),
            Form::Mapping(excel) => self.to_mapping(*excel),
            Form::Html(title) => self.to_html(title),
        }
    }
}

unsafe fn get(found: *const mspkit_reconciliation, form: Form) -> mspkit_str {
    // SAFETY: the caller passes NULL or a result that was given out and not freed.
    unsafe { found.as_ref() }.map_or(mspkit_str::NONE, |found| found.0.text(form))
}

/// Matches the rows of two lists: which are the same customer, subscription or device. It computes only, and sends nothing.
///
/// `left` and `right` are JSON lists of objects, such as `mspkit_response_json` has them or another vendor's export.
/// `options` is a JSON object:
///
/// - `left_key`, `right_key` (required): the fields to match by, texts or lists of texts, each with the one at the same
///   place of the other side; `address.city` is a field of a nested object
/// - `by`: what the keys are, `name` (the default), `domain` or `id`, or a list that says it for each
/// - `left_id`, `right_id`: the fields by which a mapping names rows; the first key by default
/// - `mapping`: decisions of a person, which count before any key: CSV or JSON as text, a list of objects with `left`,
///   `right` and `never`, or an object of left to right; `mapping_file`: the path of a file with CSV or JSON
/// - `threshold`: the least score of similar names, from 0 to 1; 0.9 by default
/// - `one_to_one`: whether a right row matches one left row at most; true by default
/// - `compare`: fields whose values are compared: a list of names, or of lists of a left and a right name
/// - `left_title`, `right_title`: what the sides are called in reports
///
/// Returns `MSPKIT_E_INVALID_REQUEST` if one of them is wrong; `mspkit_error_argument` names it.
///
/// ```c
/// mspkit_reconcile(MSPKIT_STR("[{\"name\": \"Contoso Ltd\"}]"), MSPKIT_STR("[{\"name\": \"CONTOSO\"}]"),
///                  MSPKIT_STR("{\"left_key\": \"name\", \"right_key\": \"name\"}"), &found, &error);
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_reconcile(
    left: mspkit_str,
    right: mspkit_str,
    options: mspkit_str,
    out: *mut *mut mspkit_reconciliation,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller's promises are these.
    unsafe {
        guard(error, || {
            output("out", out)?;
            let (left, right) = (left.required("left")?, right.required("right")?);
            let options = options.required("options")?.as_bytes();
            let found =
                reconcile_json(left.as_bytes(), right.as_bytes(), options, Spelling::SnakeMilliseconds)?;
            out.write(Box::into_raw(Box::new(mspkit_reconciliation(Computed::new(found)))));
            Ok(MSPKIT_OK)
        })
    }
}

/// Everything that was found, as a JSON object: `summary` with the counts, `matched`, `only_left`, `only_right`,
/// `ambiguous` and `mapping_problems`; rows are named by their places in the lists, from 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_reconciliation_json(found: *const mspkit_reconciliation) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(found, Form::Json) }
}

/// A table as CSV (RFC 4180): the result, why, the score, `yes` if compared fields differ, and the fields of both sides.
/// Texts that a spreadsheet would run as a formula begin with `'`. With `excel`, it begins with a byte order mark, by which
/// Excel recognizes UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_reconciliation_csv(
    found: *const mspkit_reconciliation,
    excel: bool,
) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(found, Form::Csv(excel)) }
}

/// The mapping as CSV, to be corrected and passed to `mspkit_reconcile` again; `excel` as in `mspkit_reconciliation_csv`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_reconciliation_mapping(
    found: *const mspkit_reconciliation,
    excel: bool,
) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(found, Form::Mapping(excel)) }
}

/// An HTML page with the counts and the same table, to be filtered and sorted: one file that loads nothing. `title` is
/// `Reconciliation` if it is not given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_reconciliation_html(
    found: *const mspkit_reconciliation,
    title: mspkit_str,
) -> mspkit_str {
    // SAFETY: the caller's promises are these.
    unsafe {
        let title = if title.data.is_null() { TITLE } else { title.required("title").unwrap_or(TITLE) };
        get(found, Form::Html(title.to_owned()))
    }
}

/// Frees a result with everything got from it. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_reconciliation_free(found: *mut mspkit_reconciliation) {
    // SAFETY: the caller passes NULL or a result that was given out and is not used again.
    unsafe { release(found) };
}
