//! What a step of a pager works on. It is taken out of the pager for as long as the step runs, and comes back however that
//! ends.

use std::sync::{Arc, Mutex};

use mspkit::{RawPage, RawPager};

use crate::abi::MSPKIT_E_BUSY;
use crate::failure::Failure;
use crate::item::mspkit_item;
use crate::lock;
use crate::page::mspkit_page;
use crate::reader::Reader;

/// What a pager and its step share.
pub(super) struct Shared {
    pub(super) reader: &'static Reader,
    /// Not there while a step works on it.
    pub(super) reading: Mutex<Option<Box<Reading>>>,
}

/// How far a list was read.
pub(super) struct Reading {
    pub(super) raw: RawPager,
    /// The page whose items are given out one by one, and how many were.
    pub(super) page: Option<(Arc<RawPage>, usize)>,
}

/// A step: what it works on goes back when it ends.
pub(super) struct Step {
    shared: Arc<Shared>,
    pub(super) reading: Option<Box<Reading>>,
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
            None => Err(Failure::own(MSPKIT_E_BUSY, "pager: a step of it is in flight already")),
        }
    }
}

impl Reading {
    pub(super) fn resume_token(&self) -> String {
        match &self.page {
            Some((page, taken)) => page.resume_token(*taken),
            None => self.raw.resume_token(),
        }
    }

    /// The page that still has items to give out.
    fn unfinished(&self) -> Option<(Arc<RawPage>, usize)> {
        self.page.clone().filter(|(page, taken)| *taken < page.len())
    }

    /// The next item of the page that is here.
    pub(super) fn ready(&mut self, reader: &Reader) -> Option<Result<mspkit_item, Failure>> {
        let (page, taken) = self.unfinished()?;
        Some(match (reader.item)(&page, taken) {
            Ok(view) => {
                self.page = Some((page, taken + 1));
                Ok(mspkit_item::new(view))
            }
            Err(error) => Err(error.into()),
        })
    }

    pub(super) async fn item(&mut self, reader: &Reader) -> Result<Option<mspkit_item>, Failure> {
        loop {
            if let Some(ready) = self.ready(reader) {
                return ready.map(Some);
            }
            match self.raw.next_page().await? {
                Some(page) => self.page = Some((Arc::new(page), 0)),
                None => return Ok(None),
            }
        }
    }

    pub(super) async fn page(&mut self, reader: &Reader) -> Result<Option<mspkit_page>, Failure> {
        let (page, taken) = match self.unfinished() {
            Some(unfinished) => unfinished,
            None => match self.raw.next_page().await? {
                Some(page) => {
                    let page = Arc::new(page);
                    self.page = Some((page.clone(), 0));
                    (page, 0)
                }
                None => return Ok(None),
            },
        };
        let made = mspkit_page::new(page.clone(), taken, reader)?;
        self.page = Some((page.clone(), page.len()));
        Ok(Some(made))
    }
}

impl Step {
    /// Does something with what the step works on; a failure says where to resume.
    pub(super) async fn work<T>(
        mut self,
        work: impl AsyncFnOnce(&mut Reading, &Reader) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let reader = self.shared.reader;
        match &mut self.reading {
            Some(reading) => work(reading, reader).await,
            None => Err(Failure::internal("a step has nothing to work on")),
        }
    }
}
