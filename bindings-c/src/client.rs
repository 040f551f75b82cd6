//! Clients: which service they call, on which runtime, and what freeing them ends.

use std::sync::Arc;

use mspkit::{Core, LimitStatus, Service};

use crate::abi::{MSPKIT_OK, mspkit_status};
use crate::arena::Arena;
use crate::cancel::Cancel;
use crate::error::{at, mspkit_error};
use crate::failure::Failure;
use crate::guard::{borrow, guard, output, quietly, release};
use crate::options::{self, mspkit_client_options};
use crate::runtime::{Runtime, mspkit_runtime};
use crate::text::mspkit_str;

/// A client of one service. Any number of threads may use it at the same time. Freed by the caller with
/// `mspkit_client_free`. The headers of the services have a separate type for each, so that passing a client of another
/// service does not compile.
pub struct mspkit_client {
    pub(crate) core: Core,
    pub(crate) runtime: Arc<Runtime>,
    /// Raised when this handle is freed.
    pub(crate) freed: Arc<Cancel>,
}

/// The state of an endpoint's limit. Only use it by pointer: it may grow.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_limit {
    /// The endpoint, such as `GET /api/customers`.
    pub endpoint: mspkit_str,
    /// How many calls may be in flight now.
    pub cap: u64,
    /// How many calls are in flight.
    pub in_flight: u64,
    /// How many calls wait for a slot.
    pub waiting: u64,
    /// Milliseconds since the last 429; -1 if there was none.
    pub last_429_ms: i64,
}

/// The limits of a client's endpoints at one time. Freed by the caller with `mspkit_limits_free`.
pub struct mspkit_limits {
    limits: Vec<mspkit_limit>,
    _arena: Arena,
}

/// Makes a client of a service: `ncentral`, `cloudmore` or `wiv`. The headers of the services have a type and a function for
/// each.
///
/// `options` may be NULL: then everything is taken from the environment. `client` receives it. Nothing is sent.
/// Thread-safe. Fails with `MSPKIT_E_INVALID_REQUEST`, which names the missing or invalid option, and with the codes
/// for invalid texts, numbers and sizes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_client_new(
    service: mspkit_str,
    options: *const mspkit_client_options,
    client: *mut *mut mspkit_client,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            output("client", client)?;
            let service = service.required("service")?;
            let service = Service::named(service)
                .ok_or_else(|| Failure::invalid("service", "must be ncentral, cloudmore or wiv"))?;
            let given = options::read(options)?;
            let runtime = match given.runtime.as_ref().map(mspkit_runtime::shared) {
                Some(runtime) => runtime,
                None => Runtime::of_process()?,
            };
            let core = runtime.attend(Core::new(service, &options::config(&given)?)?);
            let made = mspkit_client { core, runtime, freed: Arc::default() };
            client.write(Box::into_raw(Box::new(made)));
            Ok(MSPKIT_OK)
        })
    }
}

/// Makes a copy of a client with other options: `timeout_ms`, `attempt_timeout_ms`, `max_retries`, `max_retry_after_ms`
/// and `max_backoff_ms`. Connections, tokens and limits are shared, and so is closing; each is freed separately.
///
/// `copy` receives it. Thread-safe. Fails with `MSPKIT_E_INVALID_REQUEST` for options that belong to the client itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_client_with_options(
    client: *const mspkit_client,
    options: *const mspkit_client_options,
    copy: *mut *mut mspkit_client,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            let client = borrow("client", client)?;
            output("copy", copy)?;
            let given = options::read(options)?;
            if !given.runtime.is_null() {
                return Err(Failure::invalid(
                    "runtime",
                    "belongs to the client itself; create another client",
                ));
            }
            let core = client.core.with_options(&options::config(&given)?)?;
            let made = mspkit_client { core, runtime: client.runtime.clone(), freed: Arc::default() };
            copy.write(Box::into_raw(Box::new(made)));
            Ok(MSPKIT_OK)
        })
    }
}

/// Refuses further calls of the client, of its copies and of their pagers with `MSPKIT_E_CLOSED`. Requests in flight
/// continue; a call that waits for a slot, a token or another attempt ends with that code, too. Closing twice is not an
/// error. Thread-safe. Fails with `MSPKIT_E_NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_client_close(client: *const mspkit_client) -> mspkit_status {
    // SAFETY: the caller passes NULL or a client that was not freed.
    unsafe {
        guard(std::ptr::null_mut(), || {
            borrow("client", client)?.core.close();
            Ok(MSPKIT_OK)
        })
    }
}

/// Frees a client. Submitted calls in flight complete with `MSPKIT_E_CLOSED` in their queue, and so does every further
/// step of its pagers, which may be freed before or after it. NULL is allowed. No other thread may be inside a function
/// that uses the client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_client_free(client: *mut mspkit_client) {
    // SAFETY: the caller passes NULL or a client that was given out and is not used again.
    unsafe {
        let runtime = client.as_ref().map(|client| {
            quietly((), || client.freed.close());
            client.runtime.clone()
        });
        release(client);
        // Its connections are closed by the thread that drives them.
        quietly((), || runtime.iter().for_each(|runtime| runtime.tidy()));
    }
}

/// The current state of the client's limits.
///
/// `limits` receives them; free them with `mspkit_limits_free`. Thread-safe. Fails with `MSPKIT_E_NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_client_limits(
    client: *const mspkit_client,
    limits: *mut *mut mspkit_limits,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            let client = borrow("client", client)?;
            output("limits", limits)?;
            let mut arena = Arena::new();
            let all = client.core.limits();
            let each = all.iter().map(|limit| view(limit, &mut arena)).collect();
            limits.write(Box::into_raw(Box::new(mspkit_limits { limits: each, _arena: arena })));
            Ok(MSPKIT_OK)
        })
    }
}

fn view(limit: &LimitStatus, arena: &mut Arena) -> mspkit_limit {
    mspkit_limit {
        endpoint: arena.text(&limit.endpoint),
        cap: u64::from(limit.cap),
        in_flight: u64::from(limit.in_flight),
        waiting: limit.waiting as u64,
        last_429_ms: limit.last_429.map_or(-1, |ago| i64::try_from(ago.as_millis()).unwrap_or(i64::MAX)),
    }
}

/// How many endpoints there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_limits_count(limits: *const mspkit_limits) -> usize {
    // SAFETY: the caller passes NULL or limits that were not freed.
    unsafe { limits.as_ref() }.map_or(0, |limits| limits.limits.len())
}

/// The state of an endpoint's limit, by index from 0; NULL beyond the last. Valid until `limits` is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_limits_at(limits: *const mspkit_limits, index: usize) -> *const mspkit_limit {
    // SAFETY: the caller passes NULL or limits that were not freed.
    unsafe { limits.as_ref() }.map_or(std::ptr::null(), |limits| at(&limits.limits, index))
}

/// Frees limits. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_limits_free(limits: *mut mspkit_limits) {
    // SAFETY: the caller passes NULL or limits that were given out and are not used again.
    unsafe { release(limits) };
}
