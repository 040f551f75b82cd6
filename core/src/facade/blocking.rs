//! The same three clients for programs without a runtime: every call blocks the calling thread.
//!
//! All of them share one runtime, which is driven by the threads that wait for calls, and by one background thread while
//! pages are read ahead. Nothing else runs between calls, and a call that waits for a slot also drives the calls that
//! occupy it. Threads may share a client. These clients return an error inside an async program; use the async ones there.

mod pager;
mod raw;

use std::sync::{Arc, OnceLock};
use std::thread::Builder as Thread;

use tokio::runtime::{Builder as RuntimeBuilder, Handle, Runtime};

use crate::base::error::{Error, ErrorKind, Result};
use crate::engine::background::BackgroundDriver;
use crate::engine::core::Core;
use crate::engine::response::Meta;
use crate::facade::call_builder::{self, CallSpec, call_methods, paging_options};
use crate::facade::client::{Client, client_methods, sealed};
use crate::facade::model::FromResponse;
use crate::table::Service;

pub use crate::facade::call_builder::{Page, Partition, Response};
pub use pager::RawPager;
pub use raw::{RawList, RawRequest};

/// The runtime of every blocking client. It is never dropped: connections in pools belong to it.
static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// Drives pages that are read ahead.
static BACKGROUND: OnceLock<BackgroundDriver> = OnceLock::new();

/// A core with the runtime that drives it.
#[derive(Debug, Clone)]
pub(crate) struct Driven {
    core: Core,
    runtime: &'static Runtime,
}

impl Driven {
    fn new(core: Core) -> Result<Self> {
        if let Some(runtime) = RUNTIME.get() {
            return Ok(Self::over(core, runtime));
        }
        let built = RuntimeBuilder::new_current_thread().enable_all().build().map_err(|error| {
            Error::new(ErrorKind::Internal, format!("the runtime could not be created: {error}"))
                .with_source(Arc::new(error))
        })?;
        Ok(Self::over(core, RUNTIME.get_or_init(|| built)))
    }

    fn over(core: Core, runtime: &'static Runtime) -> Self {
        let background = BACKGROUND.get_or_init(|| {
            let spawn = |run| Thread::new().name("mspkit".to_owned()).spawn(run);
            BackgroundDriver::new(spawn, |future| {
                runtime.block_on(future);
                true
            })
        });
        // If no thread can be started, pages that are read ahead only advance while a call waits.
        Self { core: core.with_keep_alive(|| background.keep_alive().ok()), runtime }
    }

    fn wait<T>(&self, future: impl Future<Output = Result<T>>) -> Result<T> {
        refuse_inside_async()?;
        self.runtime.block_on(future)
    }
}

/// Waiting here would block the runtime that the caller runs on.
fn refuse_inside_async() -> Result<()> {
    if Handle::try_current().is_ok() {
        let message = "a blocking client was used inside an async program; use the async client there";
        return Err(Error::new(ErrorKind::InvalidRequest, message));
    }
    Ok(())
}

macro_rules! client {
    ($(#[$meta:meta])* $Name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub struct $Name {
            driven: Driven,
        }

        impl sealed::Sealed for $Name {
            fn from_core(core: Core) -> Result<Self> {
                Ok(Self { driven: Driven::new(core)? })
            }

            fn call<T: FromResponse>(&self, spec: CallSpec) -> Call<'_, T> {
                Call::new(&self.driven, spec)
            }

            fn list<T: FromResponse>(&self, spec: CallSpec) -> List<'_, T> {
                List::new(&self.driven, spec)
            }
        }

        impl Client for $Name {
            type Call<'c, T: FromResponse> = Call<'c, T>;
            type List<'c, T: FromResponse> = List<'c, T>;

            const SERVICE: Service = Service::$Name;
        }

        impl $Name {
            client_methods!(driven.core);

            /// A request to an endpoint that mspkit does not have, with credentials, limits and retries.
            pub fn request(&self, method: &str, path: &str) -> RawRequest<'_> {
                let call = call_builder::RawRequest::new(&self.driven.core, method, path);
                RawRequest { driven: &self.driven, call }
            }

            /// A list that mspkit does not have, read page by page like the service's other lists. The method is GET, or POST
            /// for searches; requests are repeated like reads.
            pub fn paginate(&self, method: &str, path: &str) -> RawList<'_> {
                let list = call_builder::RawList::new(&self.driven.core, method, path);
                RawList { driven: &self.driven, list }
            }

            /// Reads a partition of a list; nothing is sent yet.
            ///
            /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) is the first item if the partition is one of another
            /// server.
            pub fn read_partition<T: FromResponse>(&self, partition: &Partition<T>) -> Items<T> {
                Items { driven: self.driven.clone(), items: partition.items(&self.driven.core) }
            }

            fn with_core(&self, core: Core) -> Self {
                Self { driven: Driven { core, runtime: self.driven.runtime } }
            }
        }
    };
}

client! {
    /// N-able N-central, blocking: organization units, devices, users, scheduled tasks and PSA tickets of one server.
    NCentral
}

client! {
    /// Cloudmore, blocking: organizations, their services, subscriptions and bills, and what a seller offers.
    Cloudmore
}

client! {
    /// Wiv, blocking: MSP customers, cases and workflows.
    Wiv
}

/// A call that is ready to be sent.
#[derive(Debug, Clone)]
#[must_use = "a call is sent by `send`"]
pub struct Call<'c, T> {
    driven: &'c Driven,
    call: call_builder::Call<'c, T>,
}

impl<'c, T: FromResponse> Call<'c, T> {
    fn new(driven: &'c Driven, spec: CallSpec) -> Self {
        Self { driven, call: call_builder::Call::new(&driven.core, spec) }
    }

    call_methods!(call.spec);

    /// Sends the call and waits for its result.
    ///
    /// # Errors
    /// See the method that made the call.
    pub fn send(self) -> Result<T> {
        self.driven.wait(self.call.send())
    }

    /// Sends the call and returns status, headers, ids and times along with the result.
    ///
    /// # Errors
    /// See the method that made the call.
    pub fn with_response(self) -> Result<Response<T>> {
        self.driven.wait(self.call.with_response())
    }
}

/// A list that is ready to be read, by item or by page.
#[derive(Debug, Clone)]
#[must_use = "a list is read through items, pages or collect"]
pub struct List<'c, T> {
    driven: &'c Driven,
    list: call_builder::List<'c, T>,
}

impl<'c, T: FromResponse> List<'c, T> {
    fn new(driven: &'c Driven, spec: CallSpec) -> Self {
        Self { driven, list: call_builder::List::new(&driven.core, spec) }
    }

    call_methods!(list.spec);

    paging_options!(list.paging);

    /// The items, one after another.
    pub fn items(self) -> Items<T> {
        Items { driven: self.driven.clone(), items: self.list.items() }
    }

    /// The pages, one after another.
    pub fn pages(self) -> Pages<T> {
        Pages { driven: self.driven.clone(), pages: self.list.pages() }
    }

    /// The list with rows that are not read yet, for programs that make something else of them, such as tables.
    ///
    /// # Errors
    /// `InvalidRequest` for invalid parameters and options.
    pub fn pager(self) -> Result<RawPager> {
        Ok(RawPager { driven: self.driven.clone(), pager: self.list.pager()? })
    }

    /// The first item, or `None`; nothing is read ahead. [`Items::first`] keeps the others for later.
    ///
    /// # Errors
    /// See the method that made the list.
    pub fn first(self) -> Result<Option<T>> {
        self.driven.wait(self.list.first())
    }

    /// Divides the list into at most `n` partitions that other processes read, each on its own, together everything once.
    ///
    /// One page is requested. A list with fewer pages has fewer partitions, and one without page numbers or a total has one.
    /// The last partition ends with the list, so it has the rows that were added meanwhile. Unless
    /// [`concurrency`](Self::concurrency) was set, together they stay within the endpoint's limit if at most that many are
    /// read at a time.
    ///
    /// # Errors
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if `n` is 0 or the list has a limit, secret parameters or extra
    /// headers; those of reading a page.
    pub fn partitions(self, n: u64) -> Result<Vec<Partition<T>>> {
        self.driven.wait(self.list.partitions(n))
    }

    /// All items at once.
    ///
    /// # Errors
    /// See the method that made the list; the error carries the resume token of the start.
    pub fn collect(self) -> Result<Vec<T>> {
        self.driven.wait(self.list.collect())
    }
}

/// The pages of a list. Ends after an error, which carries a resume token; a row that cannot be read does not end it.
#[derive(Debug)]
#[must_use = "nothing is read until it is iterated"]
pub struct Pages<T> {
    driven: Driven,
    pages: call_builder::Pages<T>,
}

impl<T> Pages<T> {
    /// Token to resume after the items returned so far; `None` if the parameters were invalid.
    pub fn resume_token(&self) -> Option<String> {
        self.pages.resume_token()
    }

    /// How many items the list has according to the server, once known.
    pub fn total(&self) -> Option<u64> {
        self.pages.total()
    }

    /// Whether the list is complete: as many rows were received as the server announced. `None` before the end, if a limit
    /// ended it early, and if the server announced nothing.
    pub fn complete(&self) -> Option<bool> {
        self.pages.complete()
    }

    /// How many of the rows that the server announced are missing; known when [`complete`](Self::complete) is.
    pub fn missing(&self) -> Option<u64> {
        self.pages.missing()
    }
}

impl<T: FromResponse> Pages<T> {
    /// The remaining items, one after another.
    pub fn into_items(self) -> Items<T> {
        Items { driven: self.driven, items: self.pages.into_items() }
    }
}

impl<T: FromResponse> Iterator for Pages<T> {
    type Item = Result<Page<T>>;
    fn next(&mut self) -> Option<Self::Item> {
        let pages = &mut self.pages;
        let waited = self.driven.wait(async { Ok(pages.next().await) });
        waited.unwrap_or_else(|refused| self.pages.end().then_some(Err(refused)))
    }
}

/// The items of a list. Ends after an error, which carries a resume token; a row that cannot be read does not end it.
#[derive(Debug)]
#[must_use = "nothing is read until it is iterated"]
pub struct Items<T> {
    driven: Driven,
    items: call_builder::Items<T>,
}

impl<T> Items<T> {
    /// Token to resume after the items returned so far; `None` if the parameters were invalid.
    pub fn resume_token(&self) -> Option<String> {
        self.items.resume_token()
    }

    /// How many items the list has according to the server, once known.
    pub fn total(&self) -> Option<u64> {
        self.items.total()
    }

    /// Whether the list is complete: as many rows were received as the server announced. `None` before the end, if a limit
    /// ended it early, and if the server announced nothing.
    pub fn complete(&self) -> Option<bool> {
        self.items.complete()
    }

    /// How many of the rows that the server announced are missing; known when [`complete`](Self::complete) is.
    pub fn missing(&self) -> Option<u64> {
        self.items.missing()
    }

    /// Status, headers, ids and times of the current page.
    pub fn meta(&self) -> Option<Arc<Meta>> {
        self.items.meta()
    }
}

impl<T: FromResponse> Items<T> {
    /// The next item, without reading pages ahead.
    ///
    /// # Errors
    /// See the method that made the list.
    pub fn first(&mut self) -> Result<Option<T>> {
        self.driven.wait(self.items.first())
    }

    /// The remaining pages; the first is the rest of the current one.
    pub fn into_pages(self) -> Pages<T> {
        Pages { driven: self.driven, pages: self.items.into_pages() }
    }

    /// The remaining items at once, or at most `most` of them. If it fails, none counts as returned.
    ///
    /// # Errors
    /// See the method that made the list; the error carries the resume token of the start of this call.
    pub fn rest(&mut self, most: Option<u64>) -> Result<Vec<T>> {
        self.driven.wait(self.items.rest(most))
    }
}

impl<T: FromResponse> Iterator for Items<T> {
    type Item = Result<T>;
    fn next(&mut self) -> Option<Self::Item> {
        // An available item does not need the runtime.
        if let Some(ready) = self.items.next_ready() {
            return Some(ready);
        }
        let items = &mut self.items;
        let waited = self.driven.wait(async { Ok(items.next().await) });
        waited.unwrap_or_else(|refused| self.items.end().then_some(Err(refused)))
    }
}
