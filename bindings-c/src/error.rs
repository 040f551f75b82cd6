//! Errors: why a call failed, read through functions, so that they can grow compatibly.

use mspkit::Error;

use crate::abi::{MSPKIT_E_INVALID_REQUEST, MSPKIT_OK, default_message, failure_of, mspkit_status};
use crate::arena::Arena;
use crate::failure::{Failure, described};
use crate::guard::{quietly, release};
use crate::response::pairs;
use crate::text::{mspkit_pair, mspkit_str};

/// Why a function failed. Freed by the caller with `mspkit_error_free`; may be read from several threads at the same
/// time. Texts and structs got from it are valid until it is freed.
pub struct mspkit_error {
    code: mspkit_status,
    status: i32,
    retryable: bool,
    retry_after_ms: i64,
    total: i64,
    missing: i64,
    kind: mspkit_str,
    message: mspkit_str,
    reason: mspkit_str,
    operation: mspkit_str,
    argument: mspkit_str,
    given: mspkit_str,
    allowed: mspkit_str,
    method: mspkit_str,
    path: mspkit_str,
    server: mspkit_str,
    server_code: mspkit_str,
    request_id: mspkit_str,
    server_error_id: mspkit_str,
    resume_token: mspkit_str,
    matches: mspkit_str,
    differences: mspkit_str,
    body: mspkit_str,
    json: mspkit_str,
    field_errors: Vec<mspkit_field_error>,
    attempts: Vec<mspkit_attempt>,
    headers: Vec<mspkit_pair>,
    _arena: Arena,
}

// SAFETY: its texts lie in its own arena and are not written to any more.
unsafe impl Send for mspkit_error {}
// SAFETY: as above.
unsafe impl Sync for mspkit_error {}

/// What the server reported about one field of a request. Only use it by pointer: it may grow.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_field_error {
    /// The field in the vendor's spelling; empty if the server named none.
    pub field: mspkit_str,
    /// The vendor's code, such as `InvalidValue`; `data` is NULL if there is none.
    pub code: mspkit_str,
    /// What is wrong with it.
    pub message: mspkit_str,
}

/// One attempt of a call. Only use it by pointer: it may grow.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_attempt {
    /// The HTTP status of the response; 0 if there was none.
    pub status: i32,
    /// Why there was no response; `data` is NULL if there was one.
    pub cause: mspkit_str,
    /// Microseconds before it was sent: queue, token and back-off.
    pub waited_us: i64,
    /// Microseconds from sending to the end of the response.
    pub took_us: i64,
}

fn micros(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

impl mspkit_error {
    pub(crate) fn new(failure: &Failure) -> Self {
        let mut arena = Arena::new();
        let (code, kind) = (failure.code(), arena.text(failure.kind().name()));
        let json = arena.text(&described(failure));
        let own = |arena: &mut Arena, message: &str, token: Option<&str>| Self {
            code,
            status: 0,
            retryable: false,
            retry_after_ms: -1,
            total: -1,
            missing: -1,
            kind,
            message: arena.text(message),
            reason: arena.text(message),
            operation: mspkit_str::NONE,
            argument: mspkit_str::NONE,
            given: mspkit_str::NONE,
            allowed: mspkit_str::NONE,
            method: mspkit_str::NONE,
            path: mspkit_str::NONE,
            server: mspkit_str::NONE,
            server_code: mspkit_str::NONE,
            request_id: mspkit_str::NONE,
            server_error_id: mspkit_str::NONE,
            resume_token: arena.optional(token),
            matches: mspkit_str::NONE,
            differences: mspkit_str::NONE,
            body: mspkit_str::NONE,
            json,
            field_errors: Vec::new(),
            attempts: Vec::new(),
            headers: Vec::new(),
            _arena: Arena::new(),
        };
        let made = match failure {
            Failure::Own { message, resume_token, .. } => own(&mut arena, message, resume_token.as_deref()),
            Failure::Core(error) | Failure::Refused { error, .. } => Self {
                status: error.status().map_or(0, i32::from),
                retryable: error.retryable(),
                retry_after_ms: error.retry_after().map_or(-1, |wait| {
                    // Rounded up: a caller that waits this long must not be too early.
                    i64::try_from(wait.as_micros().div_ceil(1000)).unwrap_or(i64::MAX)
                }),
                total: known(error.total()),
                missing: known(error.missing()),
                reason: arena.text(error.message()),
                operation: arena.optional(error.operation()),
                argument: arena.optional(error.argument_name()),
                given: arena.optional(error.given()),
                allowed: arena.optional(error.allowed()),
                method: arena.optional(error.method()),
                path: arena.optional(error.path()),
                server: arena.optional(error.server()),
                server_code: arena.optional(error.code()),
                request_id: arena.optional(error.request_id()),
                server_error_id: arena.optional(error.server_error_id()),
                matches: list(&mspkit_binding::matches(error), &mut arena),
                differences: list(&mspkit_binding::differences(error), &mut arena),
                body: if error.body().is_empty() { mspkit_str::NONE } else { arena.bytes(error.body()) },
                field_errors: field_errors(error, &mut arena),
                attempts: attempts(error, &mut arena),
                headers: pairs(error.headers(), &mut arena),
                ..own(&mut arena, &error.to_string(), error.resume_token())
            },
        };
        Self { _arena: arena, ..made }
    }
}

/// A JSON list, or nothing if it is empty.
fn list(json: &str, arena: &mut Arena) -> mspkit_str {
    arena.optional(Some(json).filter(|json| *json != "[]"))
}

fn known(number: Option<u64>) -> i64 {
    number.map_or(-1, |number| i64::try_from(number).unwrap_or(i64::MAX))
}

fn field_errors(error: &Error, arena: &mut Arena) -> Vec<mspkit_field_error> {
    let each = error.field_errors().iter().map(|field| mspkit_field_error {
        field: arena.text(&field.field),
        code: arena.optional(field.code.as_deref()),
        message: arena.text(&field.message),
    });
    each.collect()
}

fn attempts(error: &Error, arena: &mut Arena) -> Vec<mspkit_attempt> {
    let each = error.attempts().iter().map(|attempt| mspkit_attempt {
        status: attempt.status.map_or(0, i32::from),
        cause: arena.optional(attempt.cause.as_deref()),
        waited_us: micros(attempt.waited),
        took_us: micros(attempt.took),
    });
    each.collect()
}

/// The guard of getters: NULL, and a panic, return the empty value.
unsafe fn get<T>(error: *const mspkit_error, nothing: T, read: impl FnOnce(&mspkit_error) -> T) -> T {
    // SAFETY: the caller passes NULL or an error that was given out and not freed.
    match unsafe { error.as_ref() } {
        Some(error) => quietly(nothing, || read(error)),
        None => nothing,
    }
}

/// The status that the failed function returned, such as `MSPKIT_E_NOT_FOUND`; `MSPKIT_OK` for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_code(error: *const mspkit_error) -> mspkit_status {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, MSPKIT_OK, |error| error.code) }
}

/// The kind in the table that all languages share, such as `NotFound`. The C library's own codes are of the kind
/// `InvalidRequest`, a panic is `Internal`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_kind(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.kind) }
}

/// The whole message, written for people: operation, status, what happened, what to do, ids. Holds no secret.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_message(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.message) }
}

/// What happened, without operation, status and ids.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_reason(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.reason) }
}

/// The operation that failed, such as `ncentral.customers.list`; `data` is NULL if there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_operation(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.operation) }
}

/// The invalid argument, by its name in C; `data` is NULL if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_argument(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.argument) }
}

/// The value that was passed for it, unless it may be a secret; `data` is NULL if it is not known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_given(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.given) }
}

/// The values that are allowed for it; `data` is NULL if no argument is invalid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_allowed(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.allowed) }
}

/// The HTTP method of the request; `data` is NULL if there was no request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_method(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.method) }
}

/// The path of the request, without the query; `data` is NULL if there was no request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_path(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.path) }
}

/// The server of the request, as scheme, host and port; `data` is NULL if there was no request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_server(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.server) }
}

/// The HTTP status of the last response; 0 if there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_status(error: *const mspkit_error) -> i32 {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, 0, |error| error.status) }
}

/// The vendor's error code, such as `InvalidValue`; `data` is NULL if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_server_code(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.server_code) }
}

/// The id that mspkit gave the call and sent as `X-Request-Id`; `data` is NULL if nothing was sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_request_id(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.request_id) }
}

/// The vendor's id of the failure; `data` is NULL if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_server_error_id(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.server_error_id) }
}

/// Whether the same call can be made again safely and may then succeed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_retryable(error: *const mspkit_error) -> bool {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, false, |error| error.retryable) }
}

/// Milliseconds until the endpoint accepts calls again, or until the server wants the next request; -1 if that is not
/// known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_retry_after_ms(error: *const mspkit_error) -> i64 {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, -1, |error| error.retry_after_ms) }
}

/// How many rows the server reports, for a list that is incomplete; -1 for every other failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_total(error: *const mspkit_error) -> i64 {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, -1, |error| error.total) }
}

/// How many of them are missing; -1 for every other failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_missing(error: *const mspkit_error) -> i64 {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, -1, |error| error.missing) }
}

/// The objects that match, of `MSPKIT_E_AMBIGUOUS`, as a JSON list under the vendor's names; `data` is NULL for every other
/// failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_matches(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.matches) }
}

/// The fields with other values, of `MSPKIT_E_DIFFERENCE`, as a JSON list of objects with `field` (the vendor's name), `wanted`
/// and `found`; `data` is NULL for every other failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_differences(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.differences) }
}

/// The token to resume a list with; `data` is NULL if the failure is not that of a list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_resume_token(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.resume_token) }
}

/// The body of the last response, up to 16 KiB, without secrets; any bytes, including NULs. `data` is NULL if there was
/// no response.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_body(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.body) }
}

/// Everything that is known about the failure, as a JSON object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_json(error: *const mspkit_error) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, mspkit_str::NONE, |error| error.json) }
}

/// How many fields the server reported.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_field_error_count(error: *const mspkit_error) -> usize {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, 0, |error| error.field_errors.len()) }
}

/// What the server reported about a field, by index from 0; NULL beyond the last. Valid until the error is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_field_error(
    error: *const mspkit_error,
    index: usize,
) -> *const mspkit_field_error {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, std::ptr::null(), |error| at(&error.field_errors, index)) }
}

/// How many attempts were made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_attempt_count(error: *const mspkit_error) -> usize {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, 0, |error| error.attempts.len()) }
}

/// An attempt, by index from 0; NULL beyond the last. Valid until the error is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_attempt(
    error: *const mspkit_error,
    index: usize,
) -> *const mspkit_attempt {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, std::ptr::null(), |error| at(&error.attempts, index)) }
}

/// How many headers the last response had.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_header_count(error: *const mspkit_error) -> usize {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, 0, |error| error.headers.len()) }
}

/// A header of the last response, by index from 0, its name in lower case; NULL beyond the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_header(error: *const mspkit_error, index: usize) -> *const mspkit_pair {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(error, std::ptr::null(), |error| at(&error.headers, index)) }
}

/// Makes an error, for layers over this header that report their own.
///
/// `code` is a negative code of this header; any other becomes `MSPKIT_E_INVALID_REQUEST`. `message` is copied; if not
/// given, it is the text of `mspkit_strerror`. Free it with `mspkit_error_free`. Thread-safe. NULL only if there is no
/// memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_new(code: i32, message: mspkit_str) -> *mut mspkit_error {
    quietly(std::ptr::null_mut(), || {
        let code = failure_of(code).unwrap_or(MSPKIT_E_INVALID_REQUEST);
        // SAFETY: the caller passes a text as its type describes it.
        let failure = match unsafe { message.read_text("message") } {
            Ok(None) => Failure::own(code, default_message(code)),
            Ok(Some(message)) => Failure::own(code, message),
            Err(failure) => failure,
        };
        Box::into_raw(Box::new(mspkit_error::new(&failure)))
    })
}

/// Frees an error. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_error_free(error: *mut mspkit_error) {
    // SAFETY: the caller passes NULL or an error that was given out and is not used again.
    unsafe { release(error) };
}

/// The address of an entry; NULL beyond the last.
pub(crate) fn at<T>(entries: &[T], index: usize) -> *const T {
    entries.get(index).map_or(std::ptr::null(), std::ptr::from_ref)
}
