//! How a plan is applied.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mspkit::{CallOptions, Error, Result, Spelling};
use serde_json::{Map, Value, json};

use super::Progress;

/// What is called with the progress.
pub(super) type OnStep = dyn Fn(&Progress<'_>) + Send + Sync;

/// How a plan is applied.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct ApplyOptions {
    /// How many rows are in progress at a time, 4 by default; the clients' limits hold besides.
    pub concurrency: Option<usize>,
    /// Whether things that cost money are made. Otherwise a plan with such steps is refused before anything is sent.
    pub allow_cost: bool,
    /// How long an object is looked for whose create may still be carried out, 60 seconds by default.
    pub settle: Option<Duration>,
    /// Called when a row is begun and when it has ended, by the thread that drives the call; it must not block.
    pub on_step: Option<Arc<OnStep>>,
}

impl fmt::Debug for ApplyOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApplyOptions")
            .field("concurrency", &self.concurrency)
            .field("allow_cost", &self.allow_cost)
            .field("settle", &self.settle)
            .finish_non_exhaustive()
    }
}

impl ApplyOptions {
    /// The options that a JSON object describes in the spelling of a language: `concurrency`, `allow_cost` and `settle`, of
    /// which null is the default.
    ///
    /// # Errors
    /// `InvalidRequest` that names the option, what was given and what is allowed.
    pub fn from_json_in(json: &[u8], spelling: Spelling) -> Result<Self> {
        Self::read(json, spelling).map_err(|error| error.spelled(spelling))
    }

    fn read(json: &[u8], spelling: Spelling) -> Result<Self> {
        let given: Map<String, Value> = serde_json::from_slice(json)
            .map_err(|error| Error::invalid("options", None, &format!("must be an object ({error})")))?;
        let mut options = Self::default();
        for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
            let is = |known: &str| spelling.name(known) == *name;
            let refused =
                |name: &str, allowed: &str| Err(Error::invalid(name, Some(&value.to_string()), allowed));
            if is("concurrency") {
                let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
                let Some(count) = count.filter(|count| *count > 0) else {
                    return refused("concurrency", CONCURRENCY_ALLOWED);
                };
                options.concurrency = Some(count);
            } else if is("allow_cost") {
                let Some(allowed) = value.as_bool() else {
                    return refused("allow_cost", "must be true or false");
                };
                options.allow_cost = allowed;
            } else {
                if !is("settle") {
                    return refused(name, "is not an option");
                }
                let settle = json!({(name): value}).to_string();
                options.settle = CallOptions::from_json_in(settle.as_bytes(), spelling)?.settle;
            }
        }
        Ok(options)
    }
}

/// What `concurrency` may be.
pub(super) const CONCURRENCY_ALLOWED: &str = "must be a whole number, 1 or more";
