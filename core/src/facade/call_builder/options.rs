//! The methods that async and blocking calls and lists share: options of calls and of paging.

use serde::Serialize;
use serde_json::value::to_raw_value;

use crate::engine::request::CallOptions;

/// The options of every kind of call.
macro_rules! call_options {
    ($($options:tt)+) => {
        /// The timeout of the whole call including queueing and retries, instead of the client's.
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.$($options)+.timeout = Some(timeout);
            self
        }

        /// How many times to retry after a transient error, instead of the client's number. With 0 the request is sent once.
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

        /// Time between two requests of an operation that waits, instead of one that grows; refused by other operations.
        pub fn poll_interval(mut self, interval: std::time::Duration) -> Self {
            self.$($options)+.poll_interval = Some(interval);
            self
        }

        /// How long to look for an object after a create whose outcome is unknown; 60 s by default. Only for operations that
        /// find or create.
        pub fn settle(mut self, time: std::time::Duration) -> Self {
            self.$($options)+.settle = Some(time);
            self
        }

        /// What to do when an object exists with other values than those that were given; they are reported by default. Only
        /// for operations that find or create.
        pub fn on_difference(mut self, what: $crate::OnDifference) -> Self {
            self.$($options)+.on_difference = Some(what);
            self
        }

        /// Sets all options at once, and replaces those set so far.
        pub fn options(mut self, options: $crate::CallOptions) -> Self {
            self.$($options)+ = options;
            self
        }
    };
}
pub(crate) use call_options;

/// The options of a call or list of an operation, by path to its [`CallSpec`](super::CallSpec).
macro_rules! call_methods {
    ($($spec:tt)+) => {
        $crate::facade::call_builder::call_options!($($spec)+.options);

        /// The Cloudmore reseller, instead of the client's; refused by other services' operations.
        pub fn reseller_id(mut self, id: impl Into<$crate::facade::model::Id>) -> Self {
            self.$($spec)+.set_id("reseller_id", &id.into());
            self
        }

        /// The Cloudmore seller, instead of the client's; refused by operations that are not at the seller's level.
        pub fn seller_id(mut self, id: impl Into<$crate::facade::model::Id>) -> Self {
            self.$($spec)+.set_id("seller_id", &id.into());
            self
        }
    };
}
pub(crate) use call_methods;

/// The options of paging, by path to the [`PagingOptions`](crate::PagingOptions).
macro_rules! paging_options {
    ($($paging:tt)+) => {
        /// The most items in total, at least 1; all of them by default.
        pub fn limit(mut self, items: u64) -> Self {
            self.$($paging)+.limit = Some(items);
            self
        }

        /// How many pages may be in flight, for numbered pages; never above the endpoint's limit.
        pub fn concurrency(mut self, pages: usize) -> Self {
            self.$($paging)+.concurrency = Some(pages);
            self
        }

        /// Continues where an earlier reading of the same list stopped.
        pub fn resume_token(mut self, token: impl Into<String>) -> Self {
            self.$($paging)+.resume_token = Some(token.into());
            self
        }

        /// What to do when a page of a scroll is lost; the search restarts by default.
        pub fn on_lost_page(mut self, what: $crate::OnLostPage) -> Self {
            self.$($paging)+.on_lost_page = what;
            self
        }

        /// What to do when the list ends with fewer rows than the server announced. By default one warning is logged; if
        /// other rows were received twice instead, it is an error.
        pub fn on_incomplete(mut self, what: $crate::OnIncomplete) -> Self {
            self.$($paging)+.on_incomplete = Some(what);
            self
        }

        /// Sets all paging options at once, and replaces those set so far.
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
