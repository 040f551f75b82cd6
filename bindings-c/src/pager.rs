//! Pagers: a list read item by item or page by page, one step at a time, blocking or through a queue.
//!
//! What a step works on is taken out of the pager for as long as it runs, and comes back however it ends, so a step that
//! is cancelled loses nothing and a second one at the same time is refused.

use std::ffi::{c_char, c_void};
use std::sync::{Arc, Mutex};

use crate::abi::{MSPKIT_DONE, MSPKIT_OK};
use crate::answer::{meta, mspkit_meta};
use crate::arena::Arena;
use crate::call::Into;
use crate::cancel::Cancel;
use crate::client::mspkit_client;
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::generated::readers;
use crate::guard::{borrow, guard, output, quietly, release};
use crate::item::mspkit_item;
use crate::lock;
use crate::options::{self, mspkit_call_options, mspkit_paging_options};
use crate::page::mspkit_page;
use crate::params::Params;
use crate::queue::{Outcome, mspkit_operation, mspkit_queue};
use crate::runtime::Runtime;
use crate::task;
use crate::text::{self, mspkit_str};

mod reading;

use reading::{Reading, Shared, Step};

/// Reads a list. One thread at a time may use it. Yours to free with `mspkit_pager_free`, before or after its client.
///
/// After a failure the same step may be made again: nothing is left out by that.
pub struct mspkit_pager {
    shared: Arc<Shared>,
    runtime: Arc<Runtime>,
    /// The caller's token and the end of the client.
    ends: [Option<Arc<Cancel>>; 2],
    /// Raised when the pager is freed.
    freed: Arc<Cancel>,
    /// What was lent out since the last step.
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

    /// Takes a step; what was lent out before ends with that.
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
        let token = step.reading.as_ref().map(|reading| reading.resume_token()).unwrap_or_default();
        task::wait(&self.runtime, self.ends(), work(step))
            .map_err(|failure| failure.with_resume_token(&token))
    }

    /// Submits a step.
    ///
    /// # Safety
    /// The pointers are NULL or what the exported functions ask for.
    unsafe fn submit<W>(&self, into: Into, work: impl FnOnce(Step) -> W) -> Result<i32, Failure>
    where
        W: Future<Output = Result<Outcome, Failure>> + Send + 'static,
    {
        // SAFETY: the caller says so.
        let queue = unsafe { borrow("queue", into.queue)? };
        let step = self.step()?;
        let token = step.reading.as_ref().map(|reading| reading.resume_token()).unwrap_or_default();
        let freed = self.freed.clone();
        let [own, client] = self.ends.clone();
        let work = work(step);
        // Freeing the pager ends its step, as the end of its client does.
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

    fn resume_token(&self) -> mspkit_str {
        let token = lock(&self.shared.reading).as_ref().map(|reading| reading.resume_token());
        lock(&self.lent).arena.optional(token.as_deref())
    }
}

/// Makes a pager of an operation of the table.
///
/// # Safety
/// The pointers are NULL or what the exported functions ask for.
pub(crate) unsafe fn list(
    client: *const mspkit_client,
    operation: &str,
    paging: *const mspkit_paging_options,
    options: *const mspkit_call_options,
    pager: *mut *mut mspkit_pager,
    error: *mut *mut mspkit_error,
    write: impl FnOnce(&mut Params) -> Result<(), Failure>,
) -> i32 {
    // SAFETY: the caller says so.
    unsafe {
        guard(error, || {
            let mut params = Params::new();
            write(&mut params)?;
            begin(client, operation, &params.into_json(), paging, options, pager)
        })
    }
}

/// # Safety
/// The pointers are NULL or what the exported functions ask for.
unsafe fn begin(
    client: *const mspkit_client,
    operation: &str,
    params: &[u8],
    paging: *const mspkit_paging_options,
    options: *const mspkit_call_options,
    pager: *mut *mut mspkit_pager,
) -> Result<i32, Failure> {
    // SAFETY: the caller says so; NULL is looked for.
    unsafe {
        let client = borrow("client", client)?;
        output("pager", pager)?;
        let paging = options::paging(paging)?;
        let (options, token) = options::call(options)?;
        let raw = client.core.pager(operation, params, &paging, &options)?;
        let reading = Mutex::new(Some(Box::new(Reading { raw, page: None })));
        let made = mspkit_pager {
            shared: Arc::new(Shared { reader: readers::of(operation), reading }),
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
/// `paging` and `options` may be NULL. `pager` gets it; free it with `mspkit_pager_free`. Nothing is sent. Thread-safe.
/// Fails with `MSPKIT_E_INVALID_REQUEST` for wrong parameters or a resume token of another list, and with the codes for
/// wrong texts, numbers and sizes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_list(
    client: *const mspkit_client,
    operation: *const c_char,
    operation_len: usize,
    params: *const c_char,
    params_len: usize,
    paging: *const mspkit_paging_options,
    options: *const mspkit_call_options,
    pager: *mut *mut mspkit_pager,
    error: *mut *mut mspkit_error,
) -> i32 {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        guard(error, || {
            let operation = text::text("operation", operation, operation_len)?;
            let params = if params.is_null() { "" } else { text::text("params", params, params_len)? };
            begin(client, operation, params.as_bytes(), paging, options, pager)
        })
    }
}

/// Reads the next item.
///
/// `item` gets it; it belongs to the pager and lives until the next step, or until the pager is freed. Gives
/// `MSPKIT_DONE` at the end of the list. Blocks when a page has to be asked for. Fails with any code; the error says where
/// to resume, and the step may be made again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_next(
    pager: *mut mspkit_pager,
    item: *mut *const mspkit_item,
    error: *mut *mut mspkit_error,
) -> i32 {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            let pager = borrow("pager", pager.cast_const())?;
            output("item", item)?;
            let mut step = pager.step()?;
            // An item that is already here costs no trip through the runtime.
            let ready = step.reading.as_mut().and_then(|reading| reading.ready(pager.shared.reader));
            let next = match ready {
                Some(ready) => ready.map(Some)?,
                None => {
                    pager.wait(step, |step| step.work(async |reading, reader| reading.item(reader).await))?
                }
            };
            let Some(next) = next else { return Ok(MSPKIT_DONE) };
            let next = Box::new(next);
            item.write(&raw const *next);
            lock(&pager.lent).item = Some(next);
            Ok(MSPKIT_OK)
        })
    }
}

/// Reads the next page; where items of a page were read one by one, the rest of it.
///
/// `page` gets it; free it with `mspkit_page_free`. Gives `MSPKIT_DONE` at the end of the list. Blocks. Fails with any
/// code; the error says where to resume, and the step may be made again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_next_page(
    pager: *mut mspkit_pager,
    page: *mut *mut mspkit_page,
    error: *mut *mut mspkit_error,
) -> i32 {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            let pager = borrow("pager", pager.cast_const())?;
            output("page", page)?;
            let step = pager.step()?;
            let next =
                pager.wait(step, |step| step.work(async |reading, reader| reading.page(reader).await))?;
            let Some(next) = next else { return Ok(MSPKIT_DONE) };
            page.write(Box::into_raw(Box::new(next)));
            Ok(MSPKIT_OK)
        })
    }
}

/// Submits what `mspkit_pager_next` does. The completion has an item, or the status `MSPKIT_DONE`.
///
/// `user_data` comes back in the completion, unread. `operation_id` gets a number by which `mspkit_queue_cancel` knows the
/// step, and may be NULL. A step that is cancelled may be made again. Does not block. Fails, without a completion, with
/// `MSPKIT_E_BUSY` while a step is in flight, and with `MSPKIT_E_CLOSED` for a closed queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_next_submit(
    pager: *mut mspkit_pager,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> i32 {
    let into = Into { queue, user_data, operation: operation_id };
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            borrow("pager", pager.cast_const())?.submit(into, |step| {
                step.work(async |reading, reader| {
                    let item = reading.item(reader).await?;
                    Ok(item.map_or(Outcome::Done, |item| Outcome::Item(Box::new(item))))
                })
            })
        })
    }
}

/// Submits what `mspkit_pager_next_page` does. The completion has a page, or the status `MSPKIT_DONE`.
///
/// `user_data` comes back in the completion, unread. `operation_id` gets a number by which `mspkit_queue_cancel` knows the
/// step, and may be NULL. A step that is cancelled may be made again. Does not block. Fails, without a completion, with
/// `MSPKIT_E_BUSY` while a step is in flight, and with `MSPKIT_E_CLOSED` for a closed queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_next_page_submit(
    pager: *mut mspkit_pager,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> i32 {
    let into = Into { queue, user_data, operation: operation_id };
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            borrow("pager", pager.cast_const())?.submit(into, |step| {
                step.work(async |reading, reader| {
                    let page = reading.page(reader).await?;
                    Ok(page.map_or(Outcome::Done, |page| Outcome::Page(Box::new(page))))
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

/// Where reading goes on after what was given out so far. Lives until the next step, or until the pager is freed. `data`
/// NULL while a step is in flight.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_resume_token(pager: *const mspkit_pager) -> mspkit_str {
    // SAFETY: the caller's promise is this one's.
    unsafe { get(pager, mspkit_str::NONE, mspkit_pager::resume_token) }
}

/// How many items the server says the list has; -1 before a page has said so, and while a step is in flight.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_total(pager: *const mspkit_pager) -> i64 {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        get(pager, -1, |pager| {
            let reading = lock(&pager.shared.reading);
            let total = reading.as_ref().and_then(|reading| reading.raw.total());
            total.map_or(-1, |total| i64::try_from(total).unwrap_or(i64::MAX))
        })
    }
}

/// Status, headers, ids and times of the last page's answer; NULL before there is one, and while a step is in flight.
/// Lives until the next step, or until the pager is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_meta(pager: *const mspkit_pager) -> *const mspkit_meta {
    // SAFETY: the caller's promise is this one's.
    unsafe {
        get(pager, std::ptr::null(), |pager| {
            let reading = lock(&pager.shared.reading);
            let page = reading.as_ref().and_then(|reading| reading.page.as_ref());
            page.map_or(std::ptr::null(), |(page, _)| meta(&page.meta, &mut lock(&pager.lent).arena))
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
