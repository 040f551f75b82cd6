//! Calls and lists of the typed API: they are sent when awaited, and take options until then.

mod call;
mod list;
mod options;
mod partition;
mod raw_list;
mod raw_request;
mod reading;

pub use self::call::{Call, Response};
pub use self::list::List;
pub(crate) use self::options::{call_methods, call_options, insert, paging_options};
pub use self::partition::Partition;
pub use self::raw_list::RawList;
pub use self::raw_request::RawRequest;
pub use self::reading::{Items, Page, Pages};
use std::borrow::Cow;
use std::fmt;

use crate::engine::request::CallOptions;
use crate::facade::model::Id;
use crate::facade::params::Parameters;
use crate::table::Operation;

/// A call before it is sent: operation, parameters, options.
#[derive(Clone)]
pub struct CallSpec {
    operation: &'static Operation,
    params: Vec<(Cow<'static, str>, String)>,
    pub(crate) options: CallOptions,
}

impl fmt::Debug for CallSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.params.iter().map(|(name, _)| &**name).collect();
        let (id, options) = (self.operation.id, &self.options);
        f.debug_struct("CallSpec")
            .field("operation", &id)
            .field("given", &names)
            .field("options", options)
            .finish()
    }
}

impl CallSpec {
    pub(crate) fn new(operation: &'static Operation) -> Self {
        Self { operation, params: Vec::new(), options: CallOptions::default() }
    }

    /// Adds an id of the path.
    pub(crate) fn id(mut self, name: &'static str, id: impl Into<Id>) -> Self {
        self.set_id(name, &id.into());
        self
    }

    pub(crate) fn set_id(&mut self, name: &'static str, id: &Id) {
        self.params.push((name.into(), serde_json::Value::from(id.as_str()).to_string()));
    }

    /// Adds the parameters outside the path.
    pub(crate) fn add(mut self, params: &impl Parameters) -> Self {
        let params = params.params();
        self.params.extend(params.iter().map(|(name, json)| (name.clone(), json.to_owned())));
        if let Some(name) = params.unknown() {
            self.options.unwritable = Some(format!("null({name})"));
        }
        self
    }

    fn params(&self) -> Vec<u8> {
        crate::wire::raw::compose(self.params.iter().map(|(name, json)| (&**name, json.as_str())))
            .into_bytes()
    }
}
