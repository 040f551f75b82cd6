//! The options of a simulator at its start and at every reset: how much data it holds and which behaviour of the
//! vendors it shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::credentials::Credentials;

/// The options: the size of each collection that the table counts, and the behaviour of the services.
macro_rules! options {
    ($($name:ident = $count:literal, $doc:literal;)*) => {
        /// How much data the simulator holds and how it behaves. Every field has a default; see [`Options::default`].
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        #[allow(clippy::struct_excessive_bools)] // Independent switches, each a quirk of one vendor.
        pub struct Options {
            /// Seed of names, addresses and ids: the same seed, the same data.
            pub seed: u64,
            $(#[doc = $doc] pub $name: usize,)*
            /// How N-central wraps a single object.
            pub envelope: Envelope,
            /// How N-central wraps a list.
            pub list_envelope: ListEnvelope,
            /// How N-central writes the ids of organization units.
            pub ids: IdForm,
            /// Lifetime of an N-central access token.
            pub access_seconds: u64,
            /// Lifetime of an N-central refresh token.
            pub refresh_seconds: u64,
            /// Lifetime of a Cloudmore token.
            pub token_seconds: u64,
            /// Whether token responses state the lifetime.
            pub send_expiry: bool,
            /// Larger pages are cut to this.
            pub max_page_size: usize,
            /// In-flight caps by `METHOD template`, or `*` for all others; a null cap means none. Operations that are
            /// not named keep N-central's documented caps: 50 for auth, health and server-info, 5 elsewhere. Null
            /// instead of the object disables every cap.
            pub caps: Option<BTreeMap<String, Option<u32>>>,
            /// After how much idle time a Wiv scroll expires.
            pub scroll_idle_seconds: u64,
            /// Whether each page of a scroll has a new scroll id.
            pub scroll_rotates: bool,
            /// How many reads of its state still see a job unfinished.
            pub job_polls: u64,
            /// How many seconds of the simulator's clock a job takes besides.
            pub job_seconds: u64,
            /// How jobs end.
            pub job_result: JobResult,
            /// Ids of scripts that N-central does not run for the API.
            pub disabled_scripts: Vec<u64>,
            /// N-central's password has expired: authenticate works, everything else gets 500.
            pub password_expired: bool,
            /// What N-central returns for a create.
            pub create_returns: CreateReturns,
            /// How Cloudmore returns the id of an added service.
            pub located: Located,
            /// Whether Cloudmore's PUT, PATCH and DELETE respond without a body.
            pub empty_writes: bool,
            /// Whether N-central has a standard PSA integration; without one those calls get 500.
            pub standard_psa: bool,
            /// Operations (`ncentral.users.list`) and resources (`ncentral.users`) that the API user has no permission for.
            pub denied: Vec<String>,
            /// Delay of every response, in flight.
            pub latency_ms: u64,
            /// Whether requests are recorded for `/_sim/requests`; they are counted either way.
            pub log: bool,
            /// The credentials that are accepted; each can be set.
            pub credentials: Credentials,
        }

        impl Default for Options {
            fn default() -> Self {
                Self {
                    seed: 7,
                    $($name: $count,)*
                    envelope: Envelope::Bare,
                    list_envelope: ListEnvelope::Full,
                    ids: IdForm::String,
                    access_seconds: 3600,
                    refresh_seconds: 90_000,
                    token_seconds: 86_400,
                    send_expiry: true,
                    max_page_size: 1000,
                    caps: Some(BTreeMap::new()),
                    scroll_idle_seconds: 300,
                    scroll_rotates: true,
                    job_polls: 2,
                    job_seconds: 0,
                    job_result: JobResult::Success,
                    disabled_scripts: Vec::new(),
                    password_expired: false,
                    create_returns: CreateReturns::Full,
                    located: Located::Header,
                    empty_writes: true,
                    standard_psa: true,
                    denied: Vec::new(),
                    latency_ms: 0,
                    log: true,
                    credentials: Credentials::default(),
                }
            }
        }

        impl Options {
            /// The options for the sizes of collections.
            pub(crate) const COUNTS: &[&str] = &[$(stringify!($name)),*];

            /// The initial size of a collection, if that is an option.
            pub(crate) fn count(&self, collection: &str) -> Option<usize> {
                match collection {
                    $(stringify!($name) => Some(self.$name),)*
                    _ => None,
                }
            }
        }
    };
}

crate::each_count!(options);

/// How N-central wraps a single object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Envelope {
    /// The object itself, as live servers do.
    Bare,
    /// Under `data`, as the vendor's guide shows.
    Data,
}

/// How N-central wraps a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListEnvelope {
    /// `data` and `totalItems`.
    Minimal,
    /// `data`, `totalItems`, `pageNumber` and `pageSize`, as the vendor's guide shows.
    Seed,
    /// Everything that has been observed: counts, `_links` and, if there is a reason, `_warning`.
    Full,
    /// Only the array.
    Array,
}

/// How N-central writes the ids of organization units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdForm {
    /// Strings, except in the response to a create, which has a number: as the vendor's guide shows.
    String,
    /// Numbers everywhere.
    Number,
}

/// What N-central returns for a create.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreateReturns {
    /// The whole object.
    Full,
    /// Only its id.
    Id,
}

/// How Cloudmore returns the id of an added service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Located {
    /// No body; `Location` is an absolute URL.
    Header,
    /// The service as the body; no `Location`.
    Body,
    /// No body; `Location` is a path.
    Relative,
    /// Neither body nor `Location`.
    None,
}

/// How jobs end: what a server prepares or does after it has responded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobResult {
    /// All succeed.
    Success,
    /// All fail.
    Failed,
    /// All are aborted.
    Aborted,
    /// Each in one of the three ways, by the seed.
    Random,
}

impl Options {
    /// Whether the service has something that an operation needs.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        name != "standard_psa" || self.standard_psa
    }

    /// The id in a collection that the credentials name.
    pub(crate) fn own_id(&self, collection: &str) -> Option<&str> {
        (collection == "organizations").then_some(self.credentials.cloudmore_organization_id.as_str())
    }

    /// Whether the API user has no permission for an operation.
    pub(crate) fn denies(&self, operation: &str) -> bool {
        let fits = |name: &String| {
            let rest = operation.strip_prefix(name.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.denied.iter().any(fits)
    }

    /// The in-flight cap of a route, if it has one.
    pub(crate) fn cap(&self, operation: &str, method: &str, path: &str) -> Option<u32> {
        let caps = self.caps.as_ref()?;
        if let Some(cap) = caps.get(&format!("{method} {path}")).or_else(|| caps.get("*")) {
            return *cap;
        }
        let mut parts = operation.split('.');
        match (parts.next(), parts.next()) {
            (Some("ncentral"), Some("auth" | "server")) => Some(50),
            (Some("ncentral"), _) => Some(5),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str) -> Options {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn caps_have_documented_defaults() {
        let list = ("ncentral.customers.list", "GET", "/api/customers");
        let cap = |options: &Options| options.cap(list.0, list.1, list.2);
        assert_eq!(cap(&Options::default()), Some(5));
        assert_eq!(Options::default().cap("ncentral.auth.refresh", "POST", "/api/auth/refresh"), Some(50));
        assert_eq!(Options::default().cap("wiv.customers.list", "GET", "/msp/customers"), None);
        assert_eq!(cap(&options(r#"{"caps":{"GET /api/customers":2,"*":9}}"#)), Some(2));
        assert_eq!(cap(&options(r#"{"caps":{"*":9}}"#)), Some(9));
        assert_eq!(cap(&options(r#"{"caps":{"*":null}}"#)), None);
        assert_eq!(cap(&options(r#"{"caps":null}"#)), None);
    }

    #[test]
    fn a_misspelt_option_is_refused() {
        assert!(serde_json::from_str::<Options>(r#"{"customer":3}"#).is_err());
    }
}
