//! Calls: of an operation by its id, and of endpoints that mspkit does not know; blocking, or submitted to a queue.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use mspkit::{CallOptions, Core};

use crate::abi::MSPKIT_OK;
use crate::answer::mspkit_answer;
use crate::cancel::Cancel;
use crate::client::mspkit_client;
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::generated::readers;
use crate::guard::{borrow, guard, output};
use crate::item::View;
use crate::options::{self, mspkit_call_options};
use crate::params::Params;
use crate::queue::{Outcome, mspkit_operation, mspkit_queue};
use crate::task;
use crate::text;

/// What a call sends.
enum What {
    Operation { id: String, params: Vec<u8> },
    Request { method: String, path: String, body: Option<String> },
}

/// A call that is ready to be made.
struct Ready {
    core: Core,
    what: What,
    options: CallOptions,
}

impl Ready {
    async fn make(self) -> Result<mspkit_answer, Failure> {
        let Self { core, what, options } = self;
        match what {
            What::Operation { id, params } => {
                Ok((readers::of(&id).call)(&core, &id, &params, &options).await?)
            }
            What::Request { method, path, body } => {
                let body = body.as_deref().map(str::as_bytes);
                let raw = core.request(&method, &path, body, &options).await?;
                let view = View::plain(&raw.json);
                Ok(mspkit_answer::new(&raw, view))
            }
        }
    }
}

/// Makes a call and waits for its answer.
///
/// # Safety
/// The pointers are NULL or what the exported functions ask for.
unsafe fn wait(
    client: *const mspkit_client,
    options: *const mspkit_call_options,
    answer: *mut *mut mspkit_answer,
    error: *mut *mut mspkit_error,
    what: impl FnOnce() -> Result<What, Failure>,
) -> i32 {
    // SAFETY: the caller says so; NULL is looked for.
    unsafe {
        guard(error, || {
            let client = borrow("client", client)?;
            output("answer", answer)?;
            let (options, token) = options::call(options)?;
            let ready = Ready { core: client.core.clone(), what: what()?, options };
            let ends = [None, token, Some(client.freed.clone())];
            let made = task::wait(&client.runtime, ends, ready.make())?;
            answer.write(Box::into_raw(Box::new(made)));
            Ok(MSPKIT_OK)
        })
    }
}

/// Submits a call to a queue.
///
/// # Safety
/// The pointers are NULL or what the exported functions ask for.
unsafe fn submit(
    client: *const mspkit_client,
    options: *const mspkit_call_options,
    into: Into,
    error: *mut *mut mspkit_error,
    what: impl FnOnce() -> Result<What, Failure>,
) -> i32 {
    // SAFETY: the caller says so; NULL is looked for.
    unsafe {
        guard(error, || {
            let client = borrow("client", client)?;
            let queue = borrow("queue", into.queue)?;
            let (options, token) = options::call(options)?;
            let ready = Ready { core: client.core.clone(), what: what()?, options };
            let work = async move { Ok(Outcome::Answer(Box::new(ready.make().await?))) };
            let ends: [Option<Arc<Cancel>>; 2] = [token, Some(client.freed.clone())];
            queue.submit(&client.runtime, ends, into.user_data, into.operation, work)?;
            Ok(MSPKIT_OK)
        })
    }
}

/// Where the outcome of a call goes.
#[derive(Clone, Copy)]
pub(crate) struct Into {
    pub(crate) queue: *const mspkit_queue,
    pub(crate) user_data: *mut c_void,
    pub(crate) operation: *mut mspkit_operation,
}

/// Calls an operation of the table with parameters that `write` writes.
///
/// # Safety
/// The pointers are NULL or what the exported functions ask for.
pub(crate) unsafe fn call(
    client: *const mspkit_client,
    operation: &str,
    options: *const mspkit_call_options,
    answer: *mut *mut mspkit_answer,
    error: *mut *mut mspkit_error,
    write: impl FnOnce(&mut Params) -> Result<(), Failure>,
) -> i32 {
    // SAFETY: the caller says so.
    unsafe { wait(client, options, answer, error, || written(operation, write)) }
}

/// As [`call`], submitted to a queue.
///
/// # Safety
/// The pointers are NULL or what the exported functions ask for.
pub(crate) unsafe fn call_submit(
    client: *const mspkit_client,
    operation: &str,
    options: *const mspkit_call_options,
    into: Into,
    error: *mut *mut mspkit_error,
    write: impl FnOnce(&mut Params) -> Result<(), Failure>,
) -> i32 {
    // SAFETY: the caller says so.
    unsafe { submit(client, options, into, error, || written(operation, write)) }
}

fn written(operation: &str, write: impl FnOnce(&mut Params) -> Result<(), Failure>) -> Result<What, Failure> {
    let mut params = Params::new();
    write(&mut params)?;
    Ok(What::Operation { id: operation.to_owned(), params: params.into_json() })
}

/// # Safety
/// As for [`text::text`].
unsafe fn by_id(
    operation: *const c_char,
    operation_len: usize,
    params: *const c_char,
    params_len: usize,
) -> Result<What, Failure> {
    // SAFETY: the caller says so.
    unsafe {
        let id = text::text("operation", operation, operation_len)?.to_owned();
        let params = if params.is_null() { "" } else { text::text("params", params, params_len)? };
        Ok(What::Operation { id, params: params.as_bytes().to_vec() })
    }
}

/// # Safety
/// As for [`text::text`].
unsafe fn free_request(
    method: *const c_char,
    method_len: usize,
    path: *const c_char,
    path_len: usize,
    body: *const c_char,
    body_len: usize,
) -> Result<What, Failure> {
    // SAFETY: the caller says so.
    unsafe {
        let method = text::text("method", method, method_len)?.to_owned();
        let path = text::text("path", path, path_len)?.to_owned();
        let body = if body.is_null() { None } else { Some(text::text("body", body, body_len)?.to_owned()) };
        Ok(What::Request { method, path, body })
    }
}

/// Calls an operation by its id, with its parameters as JSON: the way for programs that learn at run time what to call.
/// Everything else calls the operation's own function.
///
/// `operation` is an id such as `ncentral.customers.get`, `params` one JSON object of its parameters by their names in
/// the table, NULL for none; each is copied. `options` may be NULL. `answer` gets the answer, with the same view as that of
/// the operation's own function. Blocks. Thread-safe. Fails with any code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_call(
    client: *const mspkit_client,
    operation: *const c_char,
    operation_len: usize,
    params: *const c_char,
    params_len: usize,
    options: *const mspkit_call_options,
    answer: *mut *mut mspkit_answer,
    error: *mut *mut mspkit_error,
) -> i32 {
    // SAFETY: the caller's promise is this one's.
    unsafe { wait(client, options, answer, error, || by_id(operation, operation_len, params, params_len)) }
}

/// Submits what `mspkit_call` calls. The completion has an answer.
///
/// `user_data` comes back in the completion, unread. `operation_id` gets a number by which `mspkit_queue_cancel` knows the
/// call, and may be NULL. Does not block. Thread-safe. Fails, without a completion, for wrong arguments, and with
/// `MSPKIT_E_CLOSED` for a closed queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_call_submit(
    client: *const mspkit_client,
    operation: *const c_char,
    operation_len: usize,
    params: *const c_char,
    params_len: usize,
    options: *const mspkit_call_options,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> i32 {
    let into = Into { queue, user_data, operation: operation_id };
    // SAFETY: the caller's promise is this one's.
    unsafe { submit(client, options, into, error, || by_id(operation, operation_len, params, params_len)) }
}

/// Sends a request to an endpoint that mspkit does not know, with credentials, limits and retries.
///
/// `path` begins with `/`, or is an absolute URL of the client's own server; it is sent as it is, or refused.
/// `body` is JSON text, NULL for none. Query and headers are `extra_query` and `extra_headers` of `options`, which
/// may be NULL. GET, HEAD and OPTIONS are repeated after a fault, every other method is not. `answer` gets the
/// answer: `mspkit_answer_json` and `mspkit_answer_body` give its body. Blocks. Thread-safe. Fails with any code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_request(
    client: *const mspkit_client,
    method: *const c_char,
    method_len: usize,
    path: *const c_char,
    path_len: usize,
    body: *const c_char,
    body_len: usize,
    options: *const mspkit_call_options,
    answer: *mut *mut mspkit_answer,
    error: *mut *mut mspkit_error,
) -> i32 {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        wait(client, options, answer, error, || {
            free_request(method, method_len, path, path_len, body, body_len)
        })
    }
}

/// Submits what `mspkit_request` sends. The completion has an answer.
///
/// `user_data` comes back in the completion, unread. `operation_id` gets a number by which `mspkit_queue_cancel` knows the
/// request, and may be NULL. Does not block. Thread-safe. Fails, without a completion, for wrong arguments, and with
/// `MSPKIT_E_CLOSED` for a closed queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_request_submit(
    client: *const mspkit_client,
    method: *const c_char,
    method_len: usize,
    path: *const c_char,
    path_len: usize,
    body: *const c_char,
    body_len: usize,
    options: *const mspkit_call_options,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> i32 {
    let into = Into { queue, user_data, operation: operation_id };
    // SAFETY: the caller's promise is this one's.
    unsafe {
        submit(client, options, into, error, || {
            free_request(method, method_len, path, path_len, body, body_len)
        })
    }
}
