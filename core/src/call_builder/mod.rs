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
use std::fmt;

use crate::error::{Error, ErrorKind, Result};
use crate::model::{FromAnswer, Id};
use crate::operation::Operation;
use crate::params::Parameters;
use crate::request::CallOptions;

/// What a call says before it is sent: operation, parameters, options.
#[derive(Clone)]
pub(crate) struct Said {
    operation: &'static Operation,
    members: Vec<(&'static str, String)>,
    pub(crate) options: CallOptions,
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.members.iter().map(|(name, _)| *name).collect();
        let (id, options) = (self.operation.id, &self.options);
        f.debug_struct("Said")
            .field("operation", &id)
            .field("given", &names)
            .field("options", options)
            .finish()
    }
}

impl Said {
    fn new(operation: &'static Operation) -> Self {
        Self { operation, members: Vec::new(), options: CallOptions::default() }
    }

    pub(crate) fn id(&mut self, name: &'static str, id: &Id) {
        self.members.push((name, serde_json::Value::from(id.as_str()).to_string()));
    }

    pub(crate) fn add(&mut self, params: &impl Parameters) {
        let members = params.members();
        self.members.extend(members.iter().map(|(name, json)| (name, json.to_owned())));
        if let Some(name) = members.unknown() {
            self.options.unwritable = Some(format!("null({name})"));
        }
    }

    fn params(&self) -> Vec<u8> {
        crate::request::object(self.members.iter().map(|(name, json)| (*name, json.as_str()))).into_bytes()
    }
}

/// Reads a result; an error names the member that cannot be read.
pub(crate) fn decode<T: FromAnswer>(json: &[u8]) -> Result<T> {
    T::from_answer(json).map_err(|unreadable| {
        let at =
            if unreadable.path().is_empty() { String::new() } else { format!(" at `{}`", unreadable.path()) };
        let reason = unreadable.reason();
        Error::new(ErrorKind::Decode, format!("the answer cannot be read{at}: {reason}"))
    })
}
