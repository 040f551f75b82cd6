//! A list that is passed to JavaScript in parts. The current part is kept here too, for resume tokens after any of its
//! items and for errors of items that cannot be read.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mspkit::{Mark, RawPage, RawPager, RawPartition, Spelling};
use mspkit_data::{Columns, DictOptions, Format, Progress, RowWriter, arrow, write_file};
use napi::bindgen_prelude::{Array, Env};
use napi_derive::napi;
use serde_json::json;

use crate::events::EventCollector;
use crate::failure::Failure;
use crate::payload::{Entry, Payload};
use crate::port::Port;
use crate::runtime;
use crate::wait::{at_once, wait};

/// Reads a list.
#[napi]
pub struct Pager {
    reading: Arc<Reading>,
    watch: Arc<EventCollector>,
    asynchronous: bool,
}

struct Reading {
    raw: RawPager,
    /// The part that JavaScript received last.
    part: Mutex<Option<RawPage>>,
    /// The position that JavaScript may return to, with the part that was current there.
    mark: Mutex<Option<(Mark, Option<RawPage>)>>,
    left: AtomicBool,
}

/// How much is requested.
#[derive(Clone, Copy)]
enum Wanted {
    /// The rest of a page, even if it is the only one and empty.
    Page,
    /// At most this many items; without a number, all of a page.
    Items(Option<u64>),
}

/// Drops what is read ahead if the list is left while a page is being fetched. Declared before the fetch, so that it is
/// dropped after it.
struct Leaving<'r>(&'r Reading);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if self.0.left.load(Ordering::Acquire) {
            self.0.raw.close();
        }
    }
}

impl Reading {
    async fn next(self: Arc<Self>, wanted: Wanted) -> Result<Payload, Failure> {
        let _leaving = Leaving(&self);
        let part = match wanted {
            Wanted::Page => self.raw.next_page().await?,
            Wanted::Items(most) => self.raw.fill(most).await?.map(|hand| {
                let most = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
                hand.page().part(hand.take(most))
            }),
        };
        let Some(part) = part else {
            // An empty list has a response too.
            return Ok(Payload::end(self.raw.current_page().as_ref().map(|hand| hand.page())));
        };
        let payload = Payload::page(&part);
        let reading = self.clone();
        Ok(payload.when_taken(move || *reading.part() = Some(part)))
    }

    /// Writes what is left to a file: of the current part what comes after `consumed` items, then the pages after it.
    async fn write(
        &self,
        consumed: u32,
        form: &str,
        path: &str,
        options: &str,
        watch: &Arc<EventCollector>,
    ) -> Result<Payload, Failure> {
        let operation = self.raw.operation();
        let rows =
            RowWriter::from_json(Format::named(form)?, operation, options.as_bytes(), Spelling::Camel)?;
        let begun = self.part().as_ref().map(|part| part.part(consumed as usize..part.len()));
        let progress = |progress: Progress| {
            watch.step("write", || json!({"rows": progress.rows, "total": progress.total}).to_string());
        };
        let written = write_file(&self.raw, begun.as_ref(), Path::new(path), rows, progress).await?;
        *self.part() = None;
        let last = self.raw.current_page();
        Ok(Payload::with_meta(&written.to_string(), last.as_ref().map(|hand| hand.page())))
    }

    /// Reads what is left as a table: of the current part what comes after `consumed` items, then the pages after it.
    async fn table(&self, consumed: u32, options: &str) -> Result<Payload, Failure> {
        let columns = Columns::from_json(self.raw.operation(), options.as_bytes(), Spelling::Camel);
        let columns = columns.map_err(|error| error.spelled(Spelling::Camel))?;
        let begun = self.part().as_ref().map(|part| part.part(consumed as usize..part.len()));
        let table = arrow::ipc(&self.raw, begun.as_ref(), &columns).await?;
        *self.part() = None;
        let last = self.raw.current_page();
        Ok(Payload::binary(table, last.as_ref().map(|hand| hand.page())))
    }

    async fn partitions(&self, n: &str) -> Result<Payload, Failure> {
        let count = RawPartition::count_from_json(n.as_bytes(), Spelling::Camel)?;
        let parts = self.raw.partitions(count).await?;
        let parts = parts.iter().map(|part| {
            json!({
                "service": part.service(),
                "model": part.model(),
                "operation": part.operation(),
                "firstPage": part.first_page(),
                "lastPage": part.last_page(),
                "json": part.to_json(),
            })
        });
        Ok(Payload::own(&serde_json::Value::from(parts.collect::<Vec<_>>()).to_string()))
    }

    fn part(&self) -> MutexGuard<'_, Option<RawPage>> {
        self.part.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn marked(&self) -> MutexGuard<'_, Option<(Mark, Option<RawPage>)>> {
        self.mark.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pager {
    pub(crate) fn new(raw: RawPager, watch: Arc<EventCollector>, asynchronous: bool) -> Self {
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

    /// Whether the list is complete, once everything that crossed was returned; none if that is not known.
    #[napi(catch_unwind)]
    pub fn complete(&self) -> Option<bool> {
        self.reading.raw.complete()
    }

    /// The fields of the warning at the end of the list, once.
    #[napi(catch_unwind)]
    pub fn warning(&self) -> Option<String> {
        self.reading.raw.warning().map(|warning| Failure::from(warning).to_json())
    }

    /// How many rows are missing, if known.
    #[napi(catch_unwind)]
    #[allow(clippy::cast_precision_loss, reason = "no list has as many rows")]
    pub fn missing(&self) -> Option<f64> {
        self.reading.raw.missing().map(|missing| missing as f64)
    }

    /// The fields of the error for an item of the current part that cannot be read.
    #[napi(catch_unwind)]
    pub fn unreadable(&self, at: u32, why: String) -> String {
        match &*self.reading.part() {
            Some(part) => Failure::from(part.unreadable(at as usize, &why)).to_json(),
            None => Failure::internal("no current part of the list").to_json(),
        }
    }

    /// Returns the next part if it is available; otherwise it completes in the port. Its items are one array, which is
    /// `null` at the end. `wanted` is the maximum number of items.
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
        // A page that was read ahead needs no other thread.
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

    /// Starts to write what is left to a file; the text is the number of rows.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments, reason = "avoids an object per call")]
    pub fn submit_write(
        &self,
        port: &Port,
        id: u32,
        watch: u8,
        consumed: u32,
        form: String,
        path: String,
        options: String,
    ) -> napi::Result<()> {
        self.watch.want(watch);
        let (reading, watched) = (self.reading.clone(), self.watch.clone());
        port.submit(id, &self.watch, async move {
            reading.write(consumed, &form, &path, &options, &watched).await
        })
    }

    /// Writes what is left to a file; the text is the number of rows.
    #[napi(catch_unwind)]
    pub fn write_sync<'env>(
        &self,
        env: &'env Env,
        watch: u8,
        consumed: u32,
        form: String,
        path: String,
        options: String,
    ) -> napi::Result<Array<'env>> {
        self.watch.want(watch);
        let entry = wait(self.reading.write(consumed, &form, &path, &options, &self.watch));
        entry.alone(env, self.watch.take())
    }

    /// Starts to read what is left as a table; its bytes complete in the port in place of a text.
    #[napi(catch_unwind)]
    pub fn submit_table(
        &self,
        port: &Port,
        id: u32,
        watch: u8,
        consumed: u32,
        options: String,
    ) -> napi::Result<()> {
        self.watch.want(watch);
        let reading = self.reading.clone();
        port.submit(id, &self.watch, async move { reading.table(consumed, &options).await })
    }

    /// Reads what is left as a table; its bytes are in the place of a text.
    #[napi(catch_unwind)]
    pub fn table_sync<'env>(
        &self,
        env: &'env Env,
        watch: u8,
        consumed: u32,
        options: String,
    ) -> napi::Result<Array<'env>> {
        self.watch.want(watch);
        let entry = wait(self.reading.table(consumed, &options));
        entry.alone(env, self.watch.take())
    }

    /// The fields to read of each row as plain data, by the names of the models; `null` for all. Refuses unknown ones.
    #[napi(catch_unwind)]
    pub fn columns(&self, options: String) -> napi::Result<Option<Vec<String>>> {
        let operation = self.reading.raw.operation();
        let made = DictOptions::from_json(operation, options.as_bytes(), Spelling::Camel);
        let made = made.map_err(|error| Failure::from(error.spelled(Spelling::Camel)))?;
        Ok(made.names(operation, Spelling::Camel))
    }

    /// Starts to divide the list; the partitions are a JSON array.
    #[napi(catch_unwind)]
    pub fn submit_partitions(&self, port: &Port, id: u32, watch: u8, n: String) -> napi::Result<()> {
        self.watch.want(watch);
        let reading = self.reading.clone();
        port.submit(id, &self.watch, async move { reading.partitions(&n).await })
    }

    /// Divides the list; the partitions are a JSON array.
    #[napi(catch_unwind)]
    pub fn partitions_sync<'env>(&self, env: &'env Env, watch: u8, n: String) -> napi::Result<Array<'env>> {
        self.watch.want(watch);
        let entry = wait(self.reading.partitions(&n));
        entry.alone(env, self.watch.take())
    }

    /// Remembers the current position.
    #[napi(catch_unwind)]
    pub fn mark(&self) {
        let mark = (self.reading.raw.mark(), self.reading.part().clone());
        *self.reading.marked() = Some(mark);
    }

    /// Returns to the remembered position: what has crossed since was not returned to the user.
    #[napi(catch_unwind)]
    pub fn back(&self) {
        if let Some((mark, part)) = self.reading.marked().take() {
            self.reading.raw.reset(mark);
            *self.reading.part() = part;
        }
    }

    /// The rest of the current part after `consumed` items, again.
    #[napi(catch_unwind)]
    pub fn again<'env>(&self, env: &'env Env, consumed: u32) -> napi::Result<Array<'env>> {
        let part = self.reading.part().clone();
        let rest = part.map(|part| part.part(consumed as usize..part.len()));
        let payload = rest.map_or_else(|| Payload::end(None), |rest| Payload::page(&rest));
        Entry::Done(Box::new(payload)).alone(env, Vec::new())
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
