//! The methods that calls and lists share, async and blocking: options of a call, of paging, and what is said.

use serde::Serialize;
use serde_json::value::to_raw_value;

use crate::engine::request::CallOptions;

/// The options that every kind of call takes.
macro_rules! call_options {
    ($($options:tt)+) => {
        /// The whole call with queueing and retries, in place of the client's timeout.
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.$($options)+.timeout = Some(timeout);
            self
        }

        /// Further attempts after a fault, in place of the client's number. With 0 the request is sent once.
        pub fn max_retries(mut self, retries: u32) -> Self {
            self.$($options)+.max_retries = Some(retries);
            self
        }

        /// Adds a header.
        pub fn extra_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            self.$($options)+.extra_headers.insert(name.into(), value.into());
            self
        }

        /// Adds a query parameter: text, a number, true or false, or a list of these.
        pub fn extra_query(mut self, name: impl Into<String>, value: impl serde::Serialize) -> Self {
            $crate::facade::call_builder::insert(&mut self.$($options)+, "extra_query", name.into(), &value);
            self
        }

        /// Adds a field to the JSON body.
        pub fn extra_body(mut self, name: impl Into<String>, value: impl serde::Serialize) -> Self {
            $crate::facade::call_builder::insert(&mut self.$($options)+, "extra_body", name.into(), &value);
            self
        }

        /// All options at once, in place of those set so far.
        pub fn options(mut self, options: $crate::CallOptions) -> Self {
            self.$($options)+ = options;
            self
        }
    };
}
pub(crate) use call_options;

/// What a call or list of a known operation is told, by path to its [`Said`](super::Said).
macro_rules! said_methods {
    ($($said:tt)+) => {
        $crate::facade::call_builder::call_options!($($said)+.options);

        /// The Cloudmore reseller, in place of the client's; refused by other services' operations.
        pub fn reseller_id(mut self, id: impl Into<$crate::facade::model::Id>) -> Self {
            self.$($said)+.set_id("reseller_id", &id.into());
            self
        }
    };
}
pub(crate) use said_methods;

/// How a list is read, by path to its [`PagingOptions`](crate::PagingOptions).
macro_rules! paging_options {
    ($($paging:tt)+) => {
        /// Items in total, at least 1; all of them when not given.
        pub fn limit(mut self, items: u64) -> Self {
            self.$($paging)+.limit = Some(items);
            self
        }

        /// Pages in flight at the same time, where pages are numbered; never above the endpoint's limit.
        pub fn concurrency(mut self, pages: usize) -> Self {
            self.$($paging)+.concurrency = Some(pages);
            self
        }

        /// Goes on where an earlier reading of the same list stopped.
        pub fn resume_token(mut self, token: impl Into<String>) -> Self {
            self.$($paging)+.resume_token = Some(token.into());
            self
        }

        /// What to do when a page of a scroll is lost; the search is made again by default.
        pub fn on_lost_page(mut self, what: $crate::OnLostPage) -> Self {
            self.$($paging)+.on_lost_page = what;
            self
        }

        /// What to do when fewer rows came than the server said there are. By default one warning is logged; where other
        /// rows came twice in their place, it is an error.
        pub fn on_incomplete(mut self, what: $crate::OnIncomplete) -> Self {
            self.$($paging)+.on_incomplete = Some(what);
            self
        }

        /// All paging options at once, in place of those set so far.
        pub fn paging(mut self, paging: $crate::PagingOptions) -> Self {
            self.$($paging)+ = paging;
            self
        }
    };
}
pub(crate) use paging_options;

/// Adds a value to `extra_query` or `extra_body`.
pub(crate) fn insert(options: &mut CallOptions, to: &'static str, name: String, value: &impl Serialize) {
    match to_raw_value(value) {
        Ok(raw) if to == "extra_query" => drop(options.extra_query.insert(name, raw)),
        Ok(raw) => drop(options.extra_body.insert(name, raw)),
        Err(_) => options.unwritable = Some(format!("{to}[{name}]")),
    }
}
