//! A list on its way to JavaScript, part by part. The part in hand stays here too, to say where reading goes on behind
//! any of its items, and what is wrong with one that cannot be read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mspkit::{Mark, RawPage, RawPager};
use napi::bindgen_prelude::{Array, Env};
use napi_derive::napi;

use crate::crossing::{Crossing, Entry};
use crate::failure::Failure;
use crate::port::Port;
use crate::runtime;
use crate::wait::{at_once, wait};
use crate::watch::Watch;

/// Reads a list.
#[napi]
pub struct Pager {
    reading: Arc<Reading>,
    watch: Arc<Watch>,
    asynchronous: bool,
}

struct Reading {
    raw: RawPager,
    /// What JavaScript has taken last.
    part: Mutex<Option<RawPage>>,
    /// Where JavaScript may want to go back to, with the part that it had in hand there.
    mark: Mutex<Option<(Mark, Option<RawPage>)>>,
    left: AtomicBool,
}

/// How much is asked for.
#[derive(Clone, Copy)]
enum Wanted {
    /// What there is of a page, also when it is the only one and empty.
    Page,
    /// At most so many items; all of a page when not given.
    Items(Option<u64>),
}

/// Drops what is read ahead when the list was left while a page was asked for. Declared before the page is asked for, so
/// that it comes after it.
struct Leaving<'r>(&'r Reading);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if self.0.left.load(Ordering::Acquire) {
            self.0.raw.close();
        }
    }
}

impl Reading {
    async fn next(self: Arc<Self>, wanted: Wanted) -> Result<Crossing, Failure> {
        let _leaving = Leaving(&self);
        let part = match wanted {
            Wanted::Page => self.raw.next_page().await?,
            Wanted::Items(most) => self.raw.fill(most).await?.map(|hand| {
                let most = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
                hand.page().part(hand.take(most))
            }),
        };
        let Some(part) = part else {
            // An empty list has an answer too.
            return Ok(Crossing::end(self.raw.current_page().as_ref().map(|hand| hand.page())));
        };
        let crossing = Crossing::page(&part);
        let reading = self.clone();
        Ok(crossing.when_taken(move || *reading.part() = Some(part)))
    }

    fn part(&self) -> MutexGuard<'_, Option<RawPage>> {
        self.part.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn marked(&self) -> MutexGuard<'_, Option<(Mark, Option<RawPage>)>> {
        self.mark.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pager {
    pub(crate) fn new(raw: RawPager, watch: Arc<Watch>, asynchronous: bool) -> Self {
        let left = AtomicBool::new(false);
        let reading = Reading { raw, part: Mutex::default(), mark: Mutex::default(), left };
        Self { reading: Arc::new(reading), watch, asynchronous }
    }
}

#[napi]
impl Pager {
    /// Token to resume after so many items of the current part.
    #[napi(catch_unwind)]
    pub fn resume_token(&self, consumed: u32) -> String {
        match &*self.reading.part() {
            Some(part) => part.resume_token(consumed as usize),
            None => self.reading.raw.resume_token(),
        }
    }

    /// Whether the list is whole, once all that crossed was given out; nothing where that is not known.
    #[napi(catch_unwind)]
    pub fn complete(&self) -> Option<bool> {
        self.reading.raw.complete()
    }

    /// The fields of what there was to warn of at the end, once.
    #[napi(catch_unwind)]
    pub fn warning(&self) -> Option<String> {
        self.reading.raw.warning().map(|warning| Failure::from(warning).to_json())
    }

    /// How many rows are missing, where that is known.
    #[napi(catch_unwind)]
    #[allow(clippy::cast_precision_loss, reason = "no list has as many rows")]
    pub fn missing(&self) -> Option<f64> {
        self.reading.raw.missing().map(|missing| missing as f64)
    }

    /// The fields of the error for an item of the part in hand that cannot be read.
    #[napi(catch_unwind)]
    pub fn unreadable(&self, at: u32, why: String) -> String {
        match &*self.reading.part() {
            Some(part) => Failure::from(part.unreadable(at as usize, &why)).to_json(),
            None => Failure::internal("no part of the list is in hand").to_json(),
        }
    }

    /// Gives the next part if it is there already; else it completes in the port. Its items are one array, which is
    /// `null` at the end. `wanted` is how many items at most.
    #[napi(catch_unwind)]
    pub fn submit_next<'env>(
        &self,
        env: &'env Env,
        port: &Port,
        id: u32,
        watch: u8,
        page: bool,
        wanted: Option<u32>,
    ) -> napi::Result<Option<Array<'env>>> {
        self.watch.want(watch);
        let mut next = Box::pin(self.reading.clone().next(of(page, wanted)));
        // Two threads need not be woken for a page that was read ahead.
        if let Some(entry) = at_once(&mut next)? {
            return entry.alone(env, self.watch.take()).map(Some);
        }
        port.submit(id, &self.watch, next)?;
        Ok(None)
    }

    /// Waits for the next part.
    #[napi(catch_unwind)]
    pub fn next_sync<'env>(
        &self,
        env: &'env Env,
        watch: u8,
        page: bool,
        wanted: Option<u32>,
    ) -> napi::Result<Array<'env>> {
        self.watch.want(watch);
        let entry = wait(self.reading.clone().next(of(page, wanted)));
        entry.alone(env, self.watch.take())
    }

    /// Remembers where reading is.
    #[napi(catch_unwind)]
    pub fn mark(&self) {
        let mark = (self.reading.raw.mark(), self.reading.part().clone());
        *self.reading.marked() = Some(mark);
    }

    /// Goes back to what was remembered: what crossed since then was not given out.
    #[napi(catch_unwind)]
    pub fn back(&self) {
        if let Some((mark, part)) = self.reading.marked().take() {
            self.reading.raw.reset(mark);
            *self.reading.part() = part;
        }
    }

    /// What of the part in hand comes after so many items, once more.
    #[napi(catch_unwind)]
    pub fn again<'env>(&self, env: &'env Env, consumed: u32) -> napi::Result<Array<'env>> {
        let part = self.reading.part().clone();
        let rest = part.map(|part| part.part(consumed as usize..part.len()));
        let crossing = rest.map_or_else(|| Crossing::end(None), |rest| Crossing::page(&rest));
        Entry::Done(Box::new(crossing)).alone(env, Vec::new())
    }

    /// Drops what is being read ahead. Nothing more is read.
    #[napi(catch_unwind)]
    pub fn leave(&self) {
        self.reading.left.store(true, Ordering::Release);
        self.reading.raw.close();
        if !self.asynchronous {
            runtime::settle();
        }
    }
}

fn of(page: bool, wanted: Option<u32>) -> Wanted {
    if page { Wanted::Page } else { Wanted::Items(wanted.map(u64::from)) }
}
