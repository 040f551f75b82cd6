//! The options of clients, calls and lists.

use serde::{Deserialize, Serialize};

/// All options.
#[derive(Debug, Clone, Serialize)]
pub struct Options {
    /// Of clients.
    pub client: Vec<Choice>,
    /// Of calls.
    pub call: Vec<Choice>,
    /// Of lists.
    pub paging: Vec<Choice>,
}

/// One option.
#[allow(clippy::struct_excessive_bools, reason = "each is a key of the table")]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Choice {
    /// Its name in snake case.
    pub name: String,
    /// Its name in JavaScript.
    pub node: String,
    /// Its name in C.
    pub c: String,
    /// Its kind.
    pub kind: Holds,
    /// The lowest number allowed.
    pub least: u64,
    /// Whether its number may use the whole range of its type.
    pub large: bool,
    /// Whether a time of 0 is allowed.
    pub zero: bool,
    /// The allowed values.
    pub values: Vec<String>,
    /// The type of its number, of the enumeration of `values`, or of a hook.
    #[serde(rename = "type")]
    pub type_name: Option<String>,
    /// The services whose clients have it; all of them when empty.
    pub services: Vec<String>,
    /// Whether calls and `with_options` cannot change it.
    pub fixed: bool,
    /// The services whose constructor takes it by position.
    pub first: Vec<String>,
    /// Whether it may be the path of a file.
    pub file: bool,
    /// Whether the `credentials` function may return it.
    pub credential: bool,
    /// The only language that has it.
    pub only: Option<String>,
    /// Whether only lists with a cursor on the server have it.
    pub scroll: bool,
    /// The environment variables that it is read from, each with its service.
    pub env: Vec<OfService>,
    /// The defaults, each with its service.
    pub default: Vec<OfService>,
    /// The default as text.
    pub by_default: Option<String>,
    /// What it is, in the error for users who have not set it.
    pub what: Option<String>,
    /// What it means.
    pub doc: String,
}

/// The kind of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// Text.
    Text,
    /// Text that is not shown.
    Secret,
    /// An address, which may hold a secret by mistake.
    Url,
    /// Text, or a whole number.
    Id,
    /// True or false.
    Flag,
    /// A whole number.
    Count,
    /// A length of time.
    Time,
    /// One of a few texts.
    OneOf,
    /// An object of texts.
    Texts,
    /// An object of values for a query.
    Query,
    /// An object.
    Object,
    /// A function of the caller.
    Hook,
}

/// A value for the clients of one service, or of all.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfService {
    /// The service; all of them when not given.
    pub service: Option<String>,
    /// The value.
    pub value: serde_json::Value,
}

impl Choice {
    /// Whether a client of this service has it.
    pub fn is_of(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|of| of == service)
    }
}
