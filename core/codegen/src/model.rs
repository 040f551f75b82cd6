//! What the documents say, in no language's words: the types that checks and templates read.

mod dialect;
mod examples;
mod operation;
mod options;
mod simulated;

use serde::{Deserialize, Serialize};

use crate::problem::Place;

pub use dialect::{Dialect, Envelope, PageWords, ScrollWords};
pub use examples::{ExampleResponse, Examples};
pub use operation::{
    Answer, AnswerKind, Auth, Body, ErrorAnswer, Input, Kind, Limit, Operation, Page, Paging, Param, Retry,
    Spot,
};
pub use options::{Choice, Holds, OfService, Options};
pub use simulated::{Collection, CollectionShape, Simulation};

/// Everything.
#[derive(Debug, Clone, Serialize)]
pub struct Api {
    /// The services, sorted by id.
    pub services: Vec<Service>,
    /// The operations of all services, sorted by id.
    pub operations: Vec<Operation>,
    /// The models that answers are made of, sorted by service and name.
    pub models: Vec<Model>,
    /// The objects that are parts of requests, sorted by service and name.
    pub inputs: Vec<Input>,
    /// The enumerations that models use, sorted by service and name.
    pub enums: Vec<OpenEnum>,
    /// The kinds of errors, in the order of their table.
    pub error_kinds: Vec<ErrorKind>,
    /// What callers can set.
    pub options: Options,
    /// What the simulator holds, service by service; what stands under another comes behind it.
    pub collections: Vec<Collection>,
}

/// One vendor's service.
#[derive(Debug, Clone, Serialize)]
pub struct Service {
    /// The first part of its operations' ids: `ncentral`.
    pub id: String,
    /// The name of its client class: `NCentral`.
    pub class: String,
    /// Its title for people.
    pub title: String,
    /// What it is.
    pub doc: String,
    /// The address of its first server.
    pub base_url: String,
    /// Its resources, sorted by name.
    pub resources: Vec<Resource>,
    /// Its words for what all services have.
    pub dialect: Dialect,
    /// The error answers that several operations refer to, sorted by status.
    pub errors: Vec<ErrorAnswer>,
}

/// The operations that stand together under one name of a client.
#[derive(Debug, Clone, Serialize)]
pub struct Resource {
    /// Its name in snake case.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Where it stands in its document.
    #[serde(skip)]
    pub place: Place,
}

/// An object of an answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Model {
    /// The id of its service, in whose namespace it stands.
    pub service: String,
    /// Its name, unique in its service.
    pub name: String,
    /// Where the crate has it: `ncentral::Customer`.
    pub path: String,
    /// What it is.
    pub doc: String,
    /// Its fields in the document's order.
    pub fields: Vec<Field>,
    /// Whether the document says that other members may stand beside them.
    pub open: bool,
    /// Where it stands in its document.
    #[serde(skip)]
    pub place: Place,
}

/// A field of a model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Field {
    /// Its name in snake case.
    pub name: String,
    /// The vendor's name.
    pub wire: String,
    /// What it means.
    pub doc: String,
    /// What it holds.
    pub shape: Shape,
    /// Whether the vendor promises that it is there and not null.
    pub required: bool,
    /// Whether it may be null although it is there.
    pub nullable: bool,
    /// Whether the vendor wants it no longer.
    pub deprecated: bool,
    /// A value to show.
    pub example: Option<serde_json::Value>,
    /// Where it stands in its document.
    #[serde(skip)]
    pub place: Place,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Shape {
    /// An id: a string, whatever was sent.
    Id,
    /// A string.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A string that is kept out of logs.
    Secret,
    /// Anything.
    Json,
    /// Another model.
    Model {
        /// Its name.
        name: String,
    },
    /// An open enumeration.
    Enum {
        /// Its name.
        name: String,
    },
    /// A list.
    List {
        /// What it is a list of.
        of: Box<Shape>,
    },
}

/// Values that a field is known to have; others may come.
#[derive(Debug, Clone, Serialize)]
pub struct OpenEnum {
    /// The id of its service, in whose namespace it stands.
    pub service: String,
    /// Its name, unique in its service.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// The known values as the vendor writes them.
    pub values: Vec<String>,
    /// Where it stands in its document.
    #[serde(skip)]
    pub place: Place,
}

/// A kind of error, the same in every language.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorKind {
    /// Its name.
    pub name: String,
    /// Its number, negative and never reused.
    pub code: i64,
    /// The HTTP status it stands for.
    pub status: Option<u16>,
    /// The Python class.
    pub python: String,
    /// The class of Python's own that it is as well.
    pub python_base: Option<String>,
    /// The Node class.
    pub node: String,
    /// What happened.
    pub doc: String,
    /// What the user can do.
    pub act: String,
    /// Where it stands in its document.
    #[serde(skip)]
    pub place: Place,
}
