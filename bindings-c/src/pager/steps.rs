//! The steps of a pager: the next item, the next page, all that is left; blocking, or submitted to a queue.

use std::ffi::c_void;

use mspkit::RawPager;

use super::reading::{self, Step, item, ready};
use super::{Lent, mspkit_pager};
use crate::abi::{MSPKIT_DONE, MSPKIT_OK, mspkit_status};
use crate::call::Into;
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::guard::{borrow, guard, output};
use crate::item::mspkit_item;
use crate::lock;
use crate::options;
use crate::page::mspkit_page;
use crate::queue::{Outcome, mspkit_operation, mspkit_queue};
use crate::task;

impl mspkit_pager {
    pub(super) fn ends(&self) -> task::Ends {
        let [token, client] = self.ends.clone();
        [Some(self.freed.clone()), token, client]
    }

    /// Takes a step; the item lent before becomes invalid.
    pub(super) fn step(&self) -> Result<Step, Failure> {
        let step = self.shared.step()?;
        *lock(&self.lent) = Lent::default();
        Ok(step)
    }

    /// Runs a step while the caller waits.
    pub(super) fn wait<T, W>(&self, step: Step, work: impl FnOnce(Step) -> W) -> Result<T, Failure>
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
    pub(super) unsafe fn submit<W>(
        &self,
        into: Into,
        work: impl FnOnce(Step) -> W,
    ) -> Result<mspkit_status, Failure>
    where
        W: Future<Output = Result<Outcome, Failure>> + Send + 'static,
    {
        // SAFETY: the caller says so.
        unsafe {
            self.begin(borrow("queue", into.queue)?, into, work)?;
        }
        Ok(MSPKIT_OK)
    }

    /// Submits a step to this queue, and returns its number there.
    ///
    /// # Safety
    /// The pointers are NULL or valid as the exported functions require.
    pub(super) unsafe fn begin<W>(
        &self,
        queue: &mspkit_queue,
        into: Into,
        work: impl FnOnce(Step) -> W,
    ) -> Result<mspkit_operation, Failure>
    where
        W: Future<Output = Result<Outcome, Failure>> + Send + 'static,
    {
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
            queue.submit_with(&self.runtime, [own, client], into.user_data, into.operation, work, token)
        }
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
