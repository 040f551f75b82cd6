//! Pagers: a list read item by item or page by page, one step at a time. Opening one, what is known of its list, its end.
//!
//! The state of a step is taken out of the pager while it runs, and returned however it ends, so a cancelled step loses
//! nothing and a second step at the same time is refused.

use std::ffi::c_void;
use std::sync::{Arc, Mutex};

use mspkit::{CallOptions, Core, PagingOptions, RawPager, RawPartition};

use crate::abi::{MSPKIT_OK, mspkit_status};
use crate::arena::Arena;
use crate::cancel::Cancel;
use crate::client::mspkit_client;
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::guard::{borrow, guard, output, quietly, release};
use crate::item::mspkit_item;
use crate::layout::{Table, mspkit_descriptor};
use crate::lock;
use crate::options::{self, mspkit_call_options, mspkit_paging_options};
use crate::params;
use crate::response::{meta, mspkit_meta};
use crate::runtime::Runtime;
use crate::text::mspkit_str;

mod arrow;
mod files;
mod partitions;
mod reading;
mod steps;

use reading::Shared;

pub(crate) use partitions::mspkit_partitions;

/// Reads a list. One thread at a time may use it. Freed by the caller with `mspkit_pager_free`, before or after its
/// client.
///
/// After a failure the same step may be made again: no item is skipped by that. An item that cannot be read is named by
/// the failure, and the next step continues after it.
pub struct mspkit_pager {
    shared: Arc<Shared>,
    runtime: Arc<Runtime>,
    /// The caller's token and the end of the client.
    ends: [Option<Arc<Cancel>>; 2],
    /// Raised when the pager is freed.
    freed: Arc<Cancel>,
    /// The item lent since the last step.
    lent: Mutex<Lent>,
}

#[derive(Default)]
struct Lent {
    arena: Arena,
    item: Option<Box<mspkit_item>>,
}

impl mspkit_pager {
    fn resume_token(&self) -> mspkit_str {
        let token = lock(&self.shared.reading).as_ref().map(RawPager::resume_token);
        lock(&self.lent).arena.optional(token.as_deref())
    }
}

/// Makes a pager.
///
/// # Safety
/// The pointers are NULL or valid as the exported functions require.
unsafe fn begin(
    client: *const mspkit_client,
    table: Option<Table>,
    paging: *const mspkit_paging_options,
    options: *const mspkit_call_options,
    pager: *mut *mut mspkit_pager,
    open: impl FnOnce(&Core, &PagingOptions, &CallOptions) -> mspkit::Result<RawPager>,
) -> Result<mspkit_status, Failure> {
    // SAFETY: the caller says so; NULL is looked for.
    unsafe {
        let client = borrow("client", client)?;
        output("pager", pager)?;
        let paging = options::paging(paging)?;
        let (options, token) = options::call(options)?;
        let raw = open(&client.core, &paging, &options)?;
        let reading = Mutex::new(Some(raw));
        let made = mspkit_pager {
            shared: Arc::new(Shared { table, reading }),
            runtime: client.runtime.clone(),
            ends: [token, Some(client.freed.clone())],
            freed: Arc::default(),
            lent: Mutex::default(),
        };
        pager.write(Box::into_raw(Box::new(made)));
        Ok(MSPKIT_OK)
    }
}

/// Makes a pager over a list operation by its id, with its parameters as JSON; see `mspkit_call`.
///
/// `paging` and `options` may be NULL. `pager` receives it; free it with `mspkit_pager_free`. Nothing is sent.
/// Thread-safe. Fails with `MSPKIT_E_INVALID_REQUEST` for invalid parameters or a resume token of another list, and
/// with the codes for invalid texts, numbers and sizes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_list(
    client: *const mspkit_client,
    operation: mspkit_str,
    params: mspkit_str,
    paging: *const mspkit_paging_options,
    options: *const mspkit_call_options,
    pager: *mut *mut mspkit_pager,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        guard(error, || {
            let id = operation.required("operation")?;
            let params = params.read_text("params")?.unwrap_or_default();
            begin(client, None, paging, options, pager, |core, paging, options| {
                core.pager(id, params.as_bytes(), paging, options)
            })
        })
    }
}

/// Makes a pager over a list operation as the headers of the services do; see `mspkit_typed_call`. Its items are read
/// as the descriptor's view; an item that cannot be read fails the step that reaches it.
///
/// `paging` and `options` may be NULL. `pager` receives it; free it with `mspkit_pager_free`. Nothing is sent.
/// Thread-safe. Fails with `MSPKIT_E_INVALID_REQUEST` for invalid parameters or a resume token of another list, and
/// with the codes for invalid texts, numbers and sizes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_typed_list(
    client: *const mspkit_client,
    operation: *const mspkit_descriptor,
    arguments: *const mspkit_str,
    params: *const c_void,
    paging: *const mspkit_paging_options,
    options: *const mspkit_call_options,
    pager: *mut *mut mspkit_pager,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        guard(error, || {
            let call = params::read(operation, arguments, params)?;
            begin(client, call.view, paging, options, pager, |core, paging, options| {
                core.pager(call.operation, &call.params, paging, options)
            })
        })
    }
}

/// Makes a pager over a list at an endpoint that mspkit does not know, read like the lists that it knows: N-central's by
/// page numbers, Wiv's searches, which are POSTs, by scrolls, Cloudmore's whole, or by page numbers if the query has a page
/// number or size. Requests are retried like other reads.
///
/// `method` is GET, or POST for a search. `path` begins with `/`, or is an absolute URL of the client's own server; it is
/// sent unchanged, or refused. `body` is the text of a JSON object, not given for none. `item_id` is the field that
/// identifies an item; if it is not given, whole items are compared. Query and headers are `extra_query` and `extra_headers`
/// of `options`. `paging` and `options` may be NULL. `pager` receives it; free it with `mspkit_pager_free`. Its items have
/// no view of their own: `mspkit_item_json` and `mspkit_item_get` read them. Nothing is sent. Thread-safe. Fails with
/// `MSPKIT_E_INVALID_REQUEST` for an invalid path, body or paging option or a resume token of another list, and with the
/// codes for invalid texts, numbers and sizes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_paginate(
    client: *const mspkit_client,
    method: mspkit_str,
    path: mspkit_str,
    body: mspkit_str,
    item_id: mspkit_str,
    paging: *const mspkit_paging_options,
    options: *const mspkit_call_options,
    pager: *mut *mut mspkit_pager,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        guard(error, || {
            let (method, path) = (method.required("method")?, path.required("path")?);
            let body = body.read_text("body")?.map(str::as_bytes);
            let item_id = item_id.read_text("item_id")?;
            begin(client, None, paging, options, pager, |core, paging, options| {
                core.paginate(method, path, body, item_id, paging, options)
            })
        })
    }
}

/// Makes a pager over a partition of a list, which `mspkit_pager_partitions` has made in this process or another one.
///
/// `partition` is its JSON text. `resume_token` is that of an earlier pager of the same partition, to continue there; not
/// given for its beginning. `pager` receives it; free it with `mspkit_pager_free`. Its items are read by the functions of
/// the list's items, such as `mspkit_ncentral_customer_of_item`. Nothing is sent. Thread-safe. Fails with
/// `MSPKIT_E_INVALID_REQUEST` if the partition is one of another server, and with the codes for invalid texts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_read_partition(
    client: *const mspkit_client,
    partition: mspkit_str,
    resume_token: mspkit_str,
    pager: *mut *mut mspkit_pager,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        guard(error, || {
            let partition = RawPartition::from_json(partition.required("partition")?.as_bytes())?;
            let resume_token = resume_token.read_text("resume_token")?;
            begin(client, None, std::ptr::null(), std::ptr::null(), pager, |core, _, _| {
                core.read_partition(&partition, resume_token)
            })
        })
    }
}

unsafe fn get<T>(pager: *const mspkit_pager, nothing: T, read: impl FnOnce(&mspkit_pager) -> T) -> T {
    // SAFETY: the caller passes NULL or a pager that was given out and not freed.
    match unsafe { pager.as_ref() } {
        Some(pager) => quietly(nothing, || read(pager)),
        None => nothing,
    }
}

/// Token to resume after the items returned so far. Valid until the next step, or until the pager is freed. `data` is
/// NULL while a step is in flight.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_resume_token(pager: *const mspkit_pager) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(pager, mspkit_str::NONE, mspkit_pager::resume_token) }
}

/// How many items the list has, as reported by the server; -1 before the first page, if it reports no count, and while
/// a step is in flight.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_total(pager: *const mspkit_pager) -> i64 {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        get(pager, -1, |pager| {
            let reading = lock(&pager.shared.reading);
            let total = reading.as_ref().and_then(RawPager::total);
            total.map_or(-1, |total| i64::try_from(total).unwrap_or(i64::MAX))
        })
    }
}

/// Whether the list is complete: once it was read to its end, 1 if as many different rows arrived as the server
/// reported, and 0 if fewer did. -1 before that, if a limit ended it early, if the server reports no count, and while a
/// step is in flight. `on_incomplete` of `mspkit_paging_options` chooses what else happens at the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_complete(pager: *const mspkit_pager) -> i32 {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        get(pager, -1, |pager| {
            let complete = lock(&pager.shared.reading).as_ref().and_then(RawPager::complete);
            complete.map_or(-1, i32::from)
        })
    }
}

/// How many of the rows that the server reported are missing; -1 where `mspkit_pager_complete` is -1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_missing(pager: *const mspkit_pager) -> i64 {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        get(pager, -1, |pager| {
            let missing = lock(&pager.shared.reading).as_ref().and_then(RawPager::missing);
            missing.map_or(-1, |missing| i64::try_from(missing).unwrap_or(i64::MAX))
        })
    }
}

/// Status, headers, ids and times of the last page's response; NULL before there is one, and while a step is in flight.
/// Valid until the next step, or until the pager is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_meta(pager: *const mspkit_pager) -> *const mspkit_meta {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        get(pager, std::ptr::null(), |pager| {
            let reading = lock(&pager.shared.reading);
            let hand = reading.as_ref().and_then(RawPager::current_page);
            hand.map_or(std::ptr::null(), |hand| meta(&hand.page().meta, &mut lock(&pager.lent).arena))
        })
    }
}

/// Frees a pager. A step in flight completes with `MSPKIT_E_CANCELLED` in its queue. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_free(pager: *mut mspkit_pager) {
    // SAFETY: the caller passes NULL or a pager that was given out and is not used again.
    unsafe {
        if let Some(pager) = pager.as_ref() {
            quietly((), || {
                pager.freed.cancel();
                pager.runtime.tidy();
            });
        }
        release(pager);
    }
}
