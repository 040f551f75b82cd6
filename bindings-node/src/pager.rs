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
use crate::wait::wait;
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
    async fn next(&self) -> Result<Crossing, Failure> {
        let mut turn = Turn { raw: self.raw.lock().await, left: &self.left };
        let page = match turn.raw.as_mut() {
            Some(raw) => raw.next_page().await?,
            None => None,
        };
        let crossing = Crossing::page(page.as_ref());
        if page.is_some() {
            *self.page() = page;
        }
        Ok(crossing)
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

    /// Begins to read the next page, whose items complete in the port as one array; `null` at the end.
    #[napi(catch_unwind)]
    pub fn submit_next(&self, port: &Port, id: u32, watch: u8) -> napi::Result<()> {
        self.watch.want(watch);
        let reading = self.reading.clone();
        port.submit(id, &self.watch, async move { reading.next().await })
    }

    /// Waits for the next page.
    #[napi(catch_unwind)]
    pub fn next_sync<'env>(&self, env: &'env Env, watch: u8) -> napi::Result<Array<'env>> {
        self.watch.want(watch);
        let entry = wait(self.reading.next());
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
