//! Calls and lists as the typed API hands them out: they are sent when awaited, and take options until then.

mod call;
mod free;
mod list;
mod options;
mod reading;

pub use self::call::{Call, Response};
pub use self::free::FreeRequest;
pub use self::list::List;
pub(crate) use self::options::{call_options, insert, paging_options, said_methods};
pub use self::reading::{Items, Page, Pages};
use std::borrow::Cow;
use std::fmt;

use crate::engine::request::CallOptions;
use crate::facade::model::Id;
use crate::facade::params::Parameters;
use crate::table::Operation;

/// What a call says before it is sent: operation, parameters, options.
#[derive(Clone)]
pub struct Said {
    operation: &'static Operation,
    members: Vec<(Cow<'static, str>, String)>,
    pub(crate) options: CallOptions,
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.members.iter().map(|(name, _)| &**name).collect();
        let (id, options) = (self.operation.id, &self.options);
        f.debug_struct("Said")
            .field("operation", &id)
            .field("given", &names)
            .field("options", options)
            .finish()
    }
}

impl Said {
    pub(crate) fn new(operation: &'static Operation) -> Self {
        Self { operation, members: Vec::new(), options: CallOptions::default() }
    }

    /// With an id of the path.
    pub(crate) fn id(mut self, name: &'static str, id: impl Into<Id>) -> Self {
        self.set_id(name, &id.into());
        self
    }

    pub(crate) fn set_id(&mut self, name: &'static str, id: &Id) {
        self.members.push((name.into(), serde_json::Value::from(id.as_str()).to_string()));
    }

    /// With what is not in the path.
    pub(crate) fn add(mut self, params: &impl Parameters) -> Self {
        let members = params.members();
        self.members.extend(members.iter().map(|(name, json)| (name.clone(), json.to_owned())));
        if let Some(name) = members.unknown() {
            self.options.unwritable = Some(format!("null({name})"));
        }
        self
    }

    fn params(&self) -> Vec<u8> {
        crate::wire::raw::compose(self.members.iter().map(|(name, json)| (&**name, json.as_str())))
            .into_bytes()
    }
}
