//! Calls: of an operation by its id, and of endpoints that mspkit does not know; blocking, or submitted to a queue.

use std::ffi::c_void;
use std::sync::Arc;

use mspkit::{CallOptions, Core};

use crate::abi::{MSPKIT_OK, mspkit_status};
use crate::cancel::Cancel;
use crate::client::mspkit_client;
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::guard::{borrow, guard, output};
use crate::layout::{Table, mspkit_descriptor};
use crate::options::{self, mspkit_call_options};
use crate::params;
use crate::queue::{Outcome, mspkit_operation, mspkit_queue};
use crate::response::mspkit_response;
use crate::task;
use crate::text::mspkit_str;
use crate::view::View;

/// What a call sends.
enum CallTarget {
    Operation { id: String, params: Vec<u8>, view: Option<Table> },
    Request { method: String, path: String, body: Option<String> },
}

/// A call that is ready to be made.
struct Ready {
    core: Core,
    what: CallTarget,
    options: CallOptions,
}

impl Ready {
    async fn make(self) -> Result<mspkit_response, Failure> {
        let Self { core, what, options } = self;
        match what {
            CallTarget::Operation { id, params, view: None } => {
                Ok(mspkit_response::new(core.call(&id, &params, &options).await?, None))
            }
            CallTarget::Operation { id, params, view: Some(table) } => {
                let read = core.call_read(&id, &params, &options, |json| View::read(json, table));
                let (view, raw) = read.await?;
                Ok(mspkit_response::new(raw, Some(view)))
            }
            CallTarget::Request { method, path, body } => {
                let body = body.as_deref().map(str::as_bytes);
                Ok(mspkit_response::new(core.request(&method, &path, body, &options).await?, None))
            }
        }
    }
}

/// Makes a call and waits for its result.
///
/// # Safety
/// The pointers are NULL or valid as the exported functions require.
unsafe fn wait(
    client: *const mspkit_client,
    options: *const mspkit_call_options,
    response: *mut *mut mspkit_response,
    error: *mut *mut mspkit_error,
    what: impl FnOnce() -> Result<CallTarget, Failure>,
) -> mspkit_status {
    // SAFETY: the caller says so; NULL is looked for.
    unsafe {
        guard(error, || {
            let client = borrow("client", client)?;
            output("response", response)?;
            let (options, token) = options::call(options)?;
            let ready = Ready { core: client.core.clone(), what: what()?, options };
            let ends = [None, token, Some(client.freed.clone())];
            let made = task::wait(&client.runtime, ends, ready.make())?;
            response.write(Box::into_raw(Box::new(made)));
            Ok(MSPKIT_OK)
        })
    }
}

/// Submits a call to a queue.
///
/// # Safety
/// The pointers are NULL or valid as the exported functions require.
unsafe fn submit(
    client: *const mspkit_client,
    options: *const mspkit_call_options,
    into: Into,
    error: *mut *mut mspkit_error,
    what: impl FnOnce() -> Result<CallTarget, Failure>,
) -> mspkit_status {
    // SAFETY: the caller says so; NULL is looked for.
    unsafe {
        guard(error, || {
            let client = borrow("client", client)?;
            let queue = borrow("queue", into.queue)?;
            let (options, token) = options::call(options)?;
            let ready = Ready { core: client.core.clone(), what: what()?, options };
            let work = async move { Ok(Outcome::Response(Box::new(ready.make().await?))) };
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

/// # Safety
/// As for [`mspkit_str::read`].
unsafe fn by_id(operation: mspkit_str, params: mspkit_str) -> Result<CallTarget, Failure> {
    // SAFETY: the caller says so.
    unsafe {
        let id = operation.required("operation")?.to_owned();
        let params = params.read_text("params")?.unwrap_or_default().as_bytes().to_vec();
        Ok(CallTarget::Operation { id, params, view: None })
    }
}

/// # Safety
/// As for [`params::read`].
unsafe fn typed(
    operation: *const mspkit_descriptor,
    arguments: *const mspkit_str,
    params: *const c_void,
) -> Result<CallTarget, Failure> {
    // SAFETY: the caller says so.
    let call = unsafe { params::read(operation, arguments, params)? };
    Ok(CallTarget::Operation { id: call.operation.to_owned(), params: call.params, view: call.view })
}

/// # Safety
/// As for [`mspkit_str::read`].
unsafe fn free_request(
    method: mspkit_str,
    path: mspkit_str,
    body: mspkit_str,
) -> Result<CallTarget, Failure> {
    // SAFETY: the caller says so.
    unsafe {
        let method = method.required("method")?.to_owned();
        let path = path.required("path")?.to_owned();
        let body = body.read_text("body")?.map(str::to_owned);
        Ok(CallTarget::Request { method, path, body })
    }
}

/// Calls an operation by its id, with its parameters as JSON, for programs that choose operations at run time.
/// Everything else calls the operation's own function.
///
/// `operation` is an id such as `ncentral.customers.get`, `params` a JSON object of its parameters by their names in
/// the table, not given for none; each is copied. `options` may be NULL. `response` receives the result:
/// `mspkit_response_get` and `mspkit_response_json` read it, and so does the view of the operation's own function. Blocks.
/// Thread-safe. Fails with any code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_call(
    client: *const mspkit_client,
    operation: mspkit_str,
    params: mspkit_str,
    options: *const mspkit_call_options,
    response: *mut *mut mspkit_response,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller's promise is this one's.
    unsafe { wait(client, options, response, error, || by_id(operation, params)) }
}

/// Submits a call like `mspkit_call`. The completion has a response.
///
/// `user_data` is returned in the completion. `operation_id` receives a number for `mspkit_queue_cancel`, and may be
/// NULL. Does not block. Thread-safe. Fails, without a completion, for invalid arguments, and with `MSPKIT_E_CLOSED`
/// for a closed queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_call_submit(
    client: *const mspkit_client,
    operation: mspkit_str,
    params: mspkit_str,
    options: *const mspkit_call_options,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    let into = Into { queue, user_data, operation: operation_id };
    // SAFETY: the caller's promise is this one's.
    unsafe { submit(client, options, into, error, || by_id(operation, params)) }
}

/// Calls an operation as the headers of the services describe it: their functions call this one.
///
/// `arguments` are the path parameters that the descriptor names, NULL for none; `params` is NULL or the struct of its
/// other parameters, initialised by the struct's `_init()`; both are copied. `options` may be NULL. `response` receives
/// the result, read as the descriptor's view: a result that cannot be read is an error. Blocks. Thread-safe. Fails with
/// any code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_typed_call(
    client: *const mspkit_client,
    operation: *const mspkit_descriptor,
    arguments: *const mspkit_str,
    params: *const c_void,
    options: *const mspkit_call_options,
    response: *mut *mut mspkit_response,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller's promise is this one's.
    unsafe { wait(client, options, response, error, || typed(operation, arguments, params)) }
}

/// Submits a call like `mspkit_typed_call`. The completion has a response.
///
/// `user_data` is returned in the completion. `operation_id` receives a number for `mspkit_queue_cancel`, and may be
/// NULL. Does not block. Thread-safe. Fails, without a completion, for invalid pointers, texts, sizes and options, and
/// with `MSPKIT_E_CLOSED` for a closed queue; every other failure, including a parameter that the operation does not
/// have, is reported by the completion.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_typed_call_submit(
    client: *const mspkit_client,
    operation: *const mspkit_descriptor,
    arguments: *const mspkit_str,
    params: *const c_void,
    options: *const mspkit_call_options,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    let into = Into { queue, user_data, operation: operation_id };
    // SAFETY: the caller's promise is this one's.
    unsafe { submit(client, options, into, error, || typed(operation, arguments, params)) }
}

/// Sends a request to an endpoint that mspkit does not know, with credentials, limits and retries.
///
/// `path` begins with `/`, or is an absolute URL of the client's own server; it is sent unchanged, or refused. `body`
/// is JSON text, not given for none. Query and headers are `extra_query` and `extra_headers` of `options`, which may be
/// NULL. GET, HEAD and OPTIONS are retried on transient errors, other methods are not. `response` receives the response:
/// `mspkit_response_json` and `mspkit_response_body` return its body. Blocks. Thread-safe. Fails with any code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_request(
    client: *const mspkit_client,
    method: mspkit_str,
    path: mspkit_str,
    body: mspkit_str,
    options: *const mspkit_call_options,
    response: *mut *mut mspkit_response,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller's promise is this one's.
    unsafe { wait(client, options, response, error, || free_request(method, path, body)) }
}

/// Submits a request like `mspkit_request`. The completion has a response.
///
/// `user_data` is returned in the completion. `operation_id` receives a number for `mspkit_queue_cancel`, and may be
/// NULL. Does not block. Thread-safe. Fails, without a completion, for invalid arguments, and with `MSPKIT_E_CLOSED`
/// for a closed queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_request_submit(
    client: *const mspkit_client,
    method: mspkit_str,
    path: mspkit_str,
    body: mspkit_str,
    options: *const mspkit_call_options,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    let into = Into { queue, user_data, operation: operation_id };
    // SAFETY: the caller's promise is this one's.
    unsafe { submit(client, options, into, error, || free_request(method, path, body)) }
}
