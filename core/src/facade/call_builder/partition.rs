//! A part of a list that another process reads.

use std::fmt;
use std::marker::PhantomData;

use super::{Items, Pages};
use crate::base::error::Result;
use crate::engine::core::Core;
use crate::engine::page::RawPartition;
use crate::facade::model::FromResponse;

/// A part of a list: its operation, arguments and pages, without secrets. Pass its JSON text to another process, which reads
/// it with `client.read_partition`. [`List::partitions`](crate::List::partitions) makes them.
pub struct Partition<T> {
    raw: RawPartition,
    resume_token: Option<String>,
    item: PhantomData<fn() -> T>,
}

impl<T> Clone for Partition<T> {
    fn clone(&self) -> Self {
        Self { raw: self.raw.clone(), resume_token: self.resume_token.clone(), item: PhantomData }
    }
}

impl<T> fmt::Debug for Partition<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partition")
            .field("operation", &self.operation())
            .field("first_page", &self.first_page())
            .field("last_page", &self.last_page())
            .finish_non_exhaustive()
    }
}

impl<T: FromResponse> Partition<T> {
    pub(super) fn new(raw: RawPartition) -> Self {
        Self { raw, resume_token: None, item: PhantomData }
    }

    /// The partition that a JSON text describes, with items of the same type.
    ///
    /// # Errors
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) for another text than one of [`to_json`](Self::to_json).
    pub fn from_json(json: &str) -> Result<Self> {
        RawPartition::from_json(json.as_bytes()).map(Self::new)
    }

    /// The same partition after the items that were read before a failure. A resume token is not part of the JSON text.
    #[must_use]
    pub fn resume_token(self, token: impl Into<String>) -> Self {
        Self { resume_token: Some(token.into()), ..self }
    }

    pub(crate) fn items(&self, core: &Core) -> Items<T> {
        let pager = core.read_partition(&self.raw, self.resume_token.as_deref());
        Items::new(Pages::new(core.operation_id(self.operation()), pager))
    }
}

impl<T> Partition<T> {
    /// It as JSON text.
    pub fn to_json(&self) -> String {
        self.raw.to_json()
    }

    /// The id of the operation.
    pub fn operation(&self) -> &str {
        self.raw.operation()
    }

    /// Its first page, if the pages of the list are numbered.
    pub fn first_page(&self) -> Option<u64> {
        self.raw.first_page()
    }

    /// Its last page; `None` if it ends with the list.
    pub fn last_page(&self) -> Option<u64> {
        self.raw.last_page()
    }
}
