//! The state of a pager's step. It is taken out of the pager while the step runs, and returned however that ends. The
//! core knows what was read and what is left.

use std::sync::{Arc, Mutex};

use mspkit::{Mark, RawPager};

use crate::abi::MSPKIT_E_BUSY;
use crate::failure::Failure;
use crate::item::mspkit_item;
use crate::layout::Table;
use crate::lock;
use crate::page::mspkit_page;

/// What a pager and its step share.
pub(super) struct Shared {
    /// The type of its items, if known.
    pub(super) table: Option<Table>,
    /// None while a step has it.
    pub(super) reading: Mutex<Option<RawPager>>,
}

/// A step: its state is returned when it ends.
pub(super) struct Step {
    shared: Arc<Shared>,
    pub(super) reading: Option<RawPager>,
}

impl Drop for Step {
    fn drop(&mut self) {
        *lock(&self.shared.reading) = self.reading.take();
    }
}

impl Shared {
    pub(super) fn step(self: &Arc<Self>) -> Result<Step, Failure> {
        match lock(&self.reading).take() {
            Some(reading) => Ok(Step { shared: self.clone(), reading: Some(reading) }),
            None => Err(Failure::own(MSPKIT_E_BUSY, "pager: a step is already in flight")),
        }
    }
}

/// The next item of the current page, if there is one. An item that cannot be read counts as returned.
pub(super) fn ready(pager: &RawPager, table: Option<Table>) -> Option<Result<mspkit_item, Failure>> {
    let hand = pager.current_page()?;
    let at = hand.next()?;
    Some(mspkit_item::read(hand.page(), at, table).map_err(Failure::from))
}

/// The next item; `wanted` is how many the caller is going to take from now on, if known.
pub(super) async fn item(
    pager: &RawPager,
    table: Option<Table>,
    wanted: Option<u64>,
) -> Result<Option<mspkit_item>, Failure> {
    loop {
        if let Some(ready) = ready(pager, table) {
            return ready.map(Some);
        }
        if pager.fill(wanted).await?.is_none() {
            return Ok(None);
        }
    }
}

/// The rest of the current page, or the next page. An item that cannot be read is a separate failure, between the items
/// before and after it.
pub(super) async fn page(pager: &RawPager, table: Option<Table>) -> Result<Option<mspkit_page>, Failure> {
    let Some(hand) = pager.fill(None).await? else {
        // An empty list has one page.
        let empty = pager.next_page().await?;
        return Ok(empty.map(|page| mspkit_page::new(vec![page], Vec::new())));
    };
    let (page, items) = hand.read_rest(|page, at| mspkit_item::read(page, at, table))?;
    Ok(Some(mspkit_page::new(vec![page], items)))
}

/// Returns to the position where the step began, unless it is done.
struct Undo<'a> {
    pager: &'a RawPager,
    mark: Option<Mark>,
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        if let Some(mark) = self.mark.take() {
            self.pager.reset(mark);
        }
    }
}

/// All remaining items, or this many of them, as one page. If it fails, or is dropped, no item counts as returned.
pub(super) async fn collect(
    pager: &RawPager,
    table: Option<Table>,
    most: Option<u64>,
) -> Result<mspkit_page, Failure> {
    let mut undo = Undo { pager, mark: Some(pager.mark()) };
    let parts = pager.collect_pages(most).await?;
    let items: Result<Vec<_>, _> = parts
        .iter()
        .flat_map(|part| (0..part.len()).map(move |at| mspkit_item::read(part, at, table)))
        .collect();
    // The token of the item's own error leads past it, where nothing was read yet.
    let token = undo.mark.as_ref().map(Mark::resume_token).unwrap_or_default();
    let items = items.map_err(|error| Failure::from(error.with_resume_token(token)))?;
    undo.mark = None;
    Ok(mspkit_page::new(parts, items))
}

impl Step {
    /// Runs a function on the state.
    pub(super) async fn work<T>(
        self,
        work: impl AsyncFnOnce(&RawPager, Option<Table>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        match &self.reading {
            Some(reading) => work(reading, self.shared.table).await,
            None => Err(Failure::internal("a step has no state")),
        }
    }
}
