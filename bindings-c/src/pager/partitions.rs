//! Dividing a list into partitions that other processes read.

use std::ffi::c_void;
use std::sync::Mutex;

use mspkit::{RawPager, RawPartition, Spelling};

use super::mspkit_pager;
use crate::abi::{MSPKIT_OK, mspkit_status};
use crate::arena::Arena;
use crate::call::Into;
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::guard::{borrow, guard, output, quietly, release};
use crate::lock;
use crate::queue::{Outcome, mspkit_operation, mspkit_queue};
use crate::text::mspkit_str;

/// Partitions of a list. Freed by the caller with `mspkit_partitions_free`; may be read from several threads at the same
/// time.
pub struct mspkit_partitions {
    parts: Vec<RawPartition>,
    arena: Mutex<Arena>,
}

impl mspkit_partitions {
    async fn of(pager: &RawPager, n: i64) -> Result<Box<Self>, Failure> {
        let count = RawPartition::count_from_json(n.to_string().as_bytes(), Spelling::SnakeMilliseconds)?;
        let parts = pager.partitions(count).await?;
        Ok(Box::new(Self { parts, arena: Mutex::default() }))
    }
}

/// Divides the rest of the list into at most `n` partitions that other processes read, each on its own, together everything
/// once.
///
/// One page is requested. A list with fewer pages has fewer partitions, and one without page numbers or a total has one. The
/// last partition ends with the list, so it has the rows that were added meanwhile. Unless the list has a `concurrency`, the
/// partitions together stay within the endpoint's limit if at most that many are read at a time. The pager itself reads
/// nothing.
///
/// `partitions` receives them; free it with `mspkit_partitions_free`. Blocks. Fails with any code, and with
/// `MSPKIT_E_INVALID_REQUEST` for an `n` below 1 and if the list has a `limit`, secret parameters or extra headers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_partitions(
    pager: *mut mspkit_pager,
    n: i64,
    partitions: *mut *mut mspkit_partitions,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            let pager = borrow("pager", pager.cast_const())?;
            output("partitions", partitions)?;
            let step = pager.step()?;
            let made = pager
                .wait(step, |step| step.work(async move |pager, _| mspkit_partitions::of(pager, n).await))?;
            partitions.write(Box::into_raw(made));
            Ok(MSPKIT_OK)
        })
    }
}

/// Submits a step like `mspkit_pager_partitions`. The completion has partitions.
///
/// `user_data` is returned in the completion. `operation_id` receives a number for `mspkit_queue_cancel`, and may be
/// NULL. A cancelled step may be made again. Does not block. Fails, without a completion, with `MSPKIT_E_BUSY` while a
/// step is in flight, and with `MSPKIT_E_CLOSED` for a closed queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_partitions_submit(
    pager: *mut mspkit_pager,
    n: i64,
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
                step.work(async move |pager, _| {
                    Ok(Outcome::Partitions(mspkit_partitions::of(pager, n).await?))
                })
            })
        })
    }
}

/// How many partitions there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_partitions_count(partitions: *const mspkit_partitions) -> usize {
    // SAFETY: the caller passes NULL or partitions that were given out and not freed.
    unsafe { partitions.as_ref() }.map_or(0, |partitions| partitions.parts.len())
}

/// A partition as JSON text, for `mspkit_read_partition` in any process. It has no secrets. `data` is NULL where there is
/// no such partition. Valid until the partitions are freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_partitions_json(
    partitions: *const mspkit_partitions,
    at: usize,
) -> mspkit_str {
    // SAFETY: the caller passes NULL or partitions that were given out and not freed.
    let Some(partitions) = (unsafe { partitions.as_ref() }) else { return mspkit_str::NONE };
    quietly(mspkit_str::NONE, || {
        let part = partitions.parts.get(at).map(RawPartition::to_json);
        lock(&partitions.arena).optional(part.as_deref())
    })
}

/// Frees partitions with everything got from them. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_partitions_free(partitions: *mut mspkit_partitions) {
    // SAFETY: the caller passes NULL or partitions that were given out and are not used again.
    unsafe { release(partitions) };
}
