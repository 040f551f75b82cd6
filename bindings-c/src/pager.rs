//! Pagers: a list read item by item or page by page, one step at a time, blocking or through a queue.
//!
//! The state of a step is taken out of the pager while it runs, and returned however it ends, so a cancelled step loses
//! nothing and a second step at the same time is refused.

use std::ffi::c_void;
use std::sync::{Arc, Mutex};

use mspkit::{CallOptions, Core, PagingOptions, RawPager};

use crate::abi::{MSPKIT_DONE, MSPKIT_OK, mspkit_status};
use crate::arena::Arena;
use crate::call::Into;
use crate::cancel::Cancel;
use crate::client::mspkit_client;
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::guard::{borrow, guard, output, quietly, release};
use crate::item::mspkit_item;
use crate::layout::{Table, mspkit_descriptor};
use crate::lock;
use crate::options::{self, mspkit_call_options, mspkit_paging_options};
use crate::page::mspkit_page;
use crate::params;
use crate::queue::{Outcome, mspkit_operation, mspkit_queue};
use crate::response::{meta, mspkit_meta};
use crate::runtime::Runtime;
use crate::task;
use crate::text::mspkit_str;

mod reading;

use reading::{Shared, Step, item, ready};

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
    fn ends(&self) -> task::Ends {
        let [token, client] = self.ends.clone();
        [Some(self.freed.clone()), token, client]
    }

    /// Takes a step; the item lent before becomes invalid.
    fn step(&self) -> Result<Step, Failure> {
        let step = self.shared.step()?;
        *lock(&self.lent) = Lent::default();
        Ok(step)
    }

    /// Runs a step while the caller waits.
    fn wait<T, W>(&self, step: Step, work: impl FnOnce(Step) -> W) -> Result<T, Failure>
    where
        W: Future<Output = Result<T, Failure>>,
    {
        let token = step.reading.as_ref().map(RawPager::resume_token).unwrap_or_default();
        task::wait(&self.runtime, self.ends(), work(step))
            .map_err(|failure| failure.with_resume_token(&token))
    }

    /// Submits a step.
    ///
    /// # Safety
    /// The pointers are NULL or valid as the exported functions require.
    unsafe fn submit<W>(&self, into: Into, work: impl FnOnce(Step) -> W) -> Result<mspkit_status, Failure>
    where
        W: Future<Output = Result<Outcome, Failure>> + Send + 'static,
    {
        // SAFETY: the caller says so.
        let queue = unsafe { borrow("queue", into.queue)? };
        let step = self.step()?;
        let token = step.reading.as_ref().map(RawPager::resume_token).unwrap_or_default();
        let freed = self.freed.clone();
        let [own, client] = self.ends.clone();
        let work = work(step);
        // Freeing the pager ends its step, and so does freeing its client.
        let work = async move {
            tokio::select! {
                biased;
                failure = freed.wait() => Err(failure),
                outcome = work => outcome,
            }
        };
        // SAFETY: the caller says so.
        unsafe {
            queue.submit_with(&self.runtime, [own, client], into.user_data, into.operation, work, token)?;
        }
        Ok(MSPKIT_OK)
    }

    /// The next item, lent until the next step.
    ///
    /// # Safety
    /// `into` is writable.
    unsafe fn next(
        &self,
        wanted: Option<u64>,
        into: *mut *const mspkit_item,
    ) -> Result<mspkit_status, Failure> {
        let step = self.step()?;
        // An item that is available needs no trip through the runtime.
        let ready = step.reading.as_ref().and_then(|pager| ready(pager, self.shared.table));
        let next = match ready {
            Some(ready) => ready.map(Some)?,
            None => {
                self.wait(step, |step| step.work(async |pager, table| item(pager, table, wanted).await))?
            }
        };
        let Some(next) = next else { return Ok(MSPKIT_DONE) };
        let next = Box::new(next);
        // SAFETY: the caller says so.
        unsafe { into.write(&raw const *next) };
        lock(&self.lent).item = Some(next);
        Ok(MSPKIT_OK)
    }

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

/// Reads the next item.
///
/// `item` receives it; it belongs to the pager and is valid until the next step, or until the pager is freed. Returns
/// `MSPKIT_DONE` at the end of the list. Blocks if a page has to be requested. Fails with any code; the error has a
/// resume token, and the step may be made again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_next(
    pager: *mut mspkit_pager,
    item: *mut *const mspkit_item,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            let pager = borrow("pager", pager.cast_const())?;
            output("item", item)?;
            pager.next(None, item)
        })
    }
}

/// Reads the next item like `mspkit_pager_next`, for a caller who wants only this one for now: no page is read ahead
/// for it. The rest of the page stays available.
///
/// `item` receives it; it belongs to the pager and is valid until the next step, or until the pager is freed. Returns
/// `MSPKIT_DONE` if there is none. Blocks if a page has to be requested. Fails with any code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_first(
    pager: *mut mspkit_pager,
    item: *mut *const mspkit_item,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            let pager = borrow("pager", pager.cast_const())?;
            output("item", item)?;
            pager.next(Some(1), item)
        })
    }
}

/// Reads the next page, or the rest of a page whose items were read one by one.
///
/// `page` receives it; free it with `mspkit_page_free`. Returns `MSPKIT_DONE` at the end of the list. Blocks. Fails
/// with any code; the error has a resume token, and the step may be made again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_next_page(
    pager: *mut mspkit_pager,
    page: *mut *mut mspkit_page,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            let pager = borrow("pager", pager.cast_const())?;
            output("page", page)?;
            let step = pager.step()?;
            let next =
                pager.wait(step, |step| step.work(async |pager, table| reading::page(pager, table).await))?;
            let Some(next) = next else { return Ok(MSPKIT_DONE) };
            page.write(Box::into_raw(Box::new(next)));
            Ok(MSPKIT_OK)
        })
    }
}

/// Reads all remaining items, or the next `most` of them, as one page; `MSPKIT_DEFAULT`: all. The rest of a page whose
/// items were read one by one comes first.
///
/// `page` receives them, and is empty if none are left; free it with `mspkit_page_free`. All of them are in memory
/// then. Blocks. Fails with any code, and with `MSPKIT_E_RANGE` for another negative number; no item counts as returned
/// then, and the step may be made again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_collect(
    pager: *mut mspkit_pager,
    most: i64,
    page: *mut *mut mspkit_page,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            let pager = borrow("pager", pager.cast_const())?;
            output("page", page)?;
            let most = options::count("most", most)?;
            let step = pager.step()?;
            let made = pager.wait(step, |step| {
                step.work(async |pager, table| reading::collect(pager, table, most).await)
            })?;
            page.write(Box::into_raw(Box::new(made)));
            Ok(MSPKIT_OK)
        })
    }
}

/// Submits a step like `mspkit_pager_next`. The completion has an item, or the status `MSPKIT_DONE`.
///
/// `user_data` is returned in the completion. `operation_id` receives a number for `mspkit_queue_cancel`, and may be
/// NULL. A cancelled step may be made again. Does not block. Fails, without a completion, with `MSPKIT_E_BUSY` while a
/// step is in flight, and with `MSPKIT_E_CLOSED` for a closed queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_next_submit(
    pager: *mut mspkit_pager,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    let into = Into { queue, user_data, operation: operation_id };
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            borrow("pager", pager.cast_const())?.submit(into, |step| {
                step.work(async |pager, table| {
                    let item = item(pager, table, None).await?;
                    Ok(item.map_or(Outcome::Done, |item| Outcome::Item(Box::new(item))))
                })
            })
        })
    }
}

/// Submits a step like `mspkit_pager_next_page`. The completion has a page, or the status `MSPKIT_DONE`.
///
/// `user_data` is returned in the completion. `operation_id` receives a number for `mspkit_queue_cancel`, and may be
/// NULL. A cancelled step may be made again. Does not block. Fails, without a completion, with `MSPKIT_E_BUSY` while a
/// step is in flight, and with `MSPKIT_E_CLOSED` for a closed queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_next_page_submit(
    pager: *mut mspkit_pager,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    let into = Into { queue, user_data, operation: operation_id };
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            borrow("pager", pager.cast_const())?.submit(into, |step| {
                step.work(async |pager, table| {
                    let page = reading::page(pager, table).await?;
                    Ok(page.map_or(Outcome::Done, |page| Outcome::Page(Box::new(page))))
                })
            })
        })
    }
}

/// Submits a step like `mspkit_pager_collect`. The completion has a page.
///
/// `user_data` is returned in the completion. `operation_id` receives a number for `mspkit_queue_cancel`, and may be
/// NULL. A cancelled step has returned no item, and may be made again. Does not block. Fails, without a completion,
/// with `MSPKIT_E_RANGE` for an invalid number, with `MSPKIT_E_BUSY` while a step is in flight, and with
/// `MSPKIT_E_CLOSED` for a closed queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_collect_submit(
    pager: *mut mspkit_pager,
    most: i64,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    let into = Into { queue, user_data, operation: operation_id };
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            let pager = borrow("pager", pager.cast_const())?;
            let most = options::count("most", most)?;
            pager.submit(into, |step| {
                step.work(async move |pager, table| {
                    let page = reading::collect(pager, table, most).await?;
                    Ok(Outcome::Page(Box::new(page)))
                })
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
