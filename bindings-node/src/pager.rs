//! A list on its way to JavaScript, page by page. The page in hand stays here too, to say where reading goes on behind
//! any of its items.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mspkit::{RawPage, RawPager};
use napi::bindgen_prelude::{Array, Env};
use napi_derive::napi;

use crate::crossing::Crossing;
use crate::failure::Failure;
use crate::port::Port;
use crate::runtime;
use crate::wait::{at_once, wait};
use crate::watch::Watch;

/// Reads a list page by page.
#[napi]
pub struct Pager {
    reading: Arc<Reading>,
    watch: Arc<Watch>,
    beginning: String,
    asynchronous: bool,
}

struct Reading {
    /// The runtime's own lock, since it is held while waiting. Nothing once the list was left.
    raw: tokio::sync::Mutex<Option<RawPager>>,
    /// The page that JavaScript has taken last.
    page: Mutex<Option<RawPage>>,
    left: AtomicBool,
}

/// The turn of one read. When the list was left meanwhile, what is being read ahead ends with it.
struct Turn<'r> {
    raw: tokio::sync::MutexGuard<'r, Option<RawPager>>,
    left: &'r AtomicBool,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.left.load(Ordering::Acquire) {
            *self.raw = None;
        }
    }
}

impl Reading {
    async fn next(self: Arc<Self>) -> Result<Crossing, Failure> {
        let mut turn = Turn { raw: self.raw.lock().await, left: &self.left };
        let page = match turn.raw.as_mut() {
            Some(raw) => raw.next_page().await?,
            None => None,
        };
        drop(turn);
        let crossing = Crossing::page(page.as_ref());
        Ok(match page {
            Some(page) => crossing.when_taken(move || *self.page() = Some(page)),
            None => crossing,
        })
    }

    fn page(&self) -> MutexGuard<'_, Option<RawPage>> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pager {
    pub(crate) fn new(raw: RawPager, watch: Arc<Watch>, asynchronous: bool) -> Self {
        let beginning = raw.resume_token();
        let reading = Reading {
            raw: tokio::sync::Mutex::new(Some(raw)),
            page: Mutex::default(),
            left: AtomicBool::new(false),
        };
        Self { reading: Arc::new(reading), watch, beginning, asynchronous }
    }
}

#[napi]
impl Pager {
    /// Where reading goes on after so many items of the page in hand.
    #[napi(catch_unwind)]
    pub fn resume_token(&self, consumed: u32) -> String {
        match &*self.reading.page() {
            Some(page) => page.resume_token(consumed as usize),
            None => self.beginning.clone(),
        }
    }

    /// Gives the next page if it is there already; else it completes in the port. Its items are one array, which is
    /// `null` at the end.
    #[napi(catch_unwind)]
    pub fn submit_next<'env>(
        &self,
        env: &'env Env,
        port: &Port,
        id: u32,
        watch: u8,
    ) -> napi::Result<Option<Array<'env>>> {
        self.watch.want(watch);
        let mut next = Box::pin(self.reading.clone().next());
        // Two threads need not be woken for a page that was read ahead.
        if let Some(entry) = at_once(&mut next)? {
            return entry.alone(env, self.watch.take()).map(Some);
        }
        port.submit(id, &self.watch, next)?;
        Ok(None)
    }

    /// Waits for the next page.
    #[napi(catch_unwind)]
    pub fn next_sync<'env>(&self, env: &'env Env, watch: u8) -> napi::Result<Array<'env>> {
        self.watch.want(watch);
        let entry = wait(self.reading.clone().next());
        entry.alone(env, self.watch.take())
    }

    /// Drops what is being read ahead. Nothing more is read.
    #[napi(catch_unwind)]
    pub fn leave(&self) {
        self.reading.left.store(true, Ordering::Release);
        // Held only by a read that is in flight, which sees the flag when its turn ends.
        if let Ok(mut raw) = self.reading.raw.try_lock() {
            *raw = None;
        }
        if !self.asynchronous {
            runtime::settle();
        }
    }
}
