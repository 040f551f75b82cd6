//! The language-neutral model of the documents, which checks and templates read.

mod dialect;
mod ensure;
mod examples;
mod operation;
mod options;
mod simulated;

use serde::{Deserialize, Serialize};

use crate::problem::SourceLocation;

pub use dialect::{Dialect, Envelope, PageWords, ScrollWords};
pub use ensure::{Ensure, KeyField};
pub use examples::{ExampleResponse, Examples};
pub use operation::{
    Answer, AnswerKind, Auth, Body, Condition, ErrorAnswer, Input, Join, Kind, Limit, Operation, Page,
    Paging, Param, ParamLocation, Parent, Retry, Rules, Stage, Wait,
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
    /// The models of responses, sorted by service and name.
    pub models: Vec<Model>,
    /// The nested objects of requests, sorted by service and name.
    pub inputs: Vec<Input>,
    /// The enumerations that models use, sorted by service and name.
    pub enums: Vec<OpenEnum>,
    /// The kinds of errors, in the order of their table.
    pub error_kinds: Vec<ErrorKind>,
    /// The options.
    pub options: Options,
    /// The simulator's collections by service, parents before their children.
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
    /// The names that it uses for what all services have.
    pub dialect: Dialect,
    /// The error responses that several operations refer to, sorted by status.
    pub errors: Vec<ErrorAnswer>,
}

/// A group of operations under one name of a client.
#[derive(Debug, Clone, Serialize)]
pub struct Resource {
    /// Its name in snake case.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// Its location in the document.
    #[serde(skip)]
    pub source: SourceLocation,
}

/// An object in responses.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Model {
    /// The id of its service, whose namespace it is in.
    pub service: String,
    /// Its name, unique in its service.
    pub name: String,
    /// Its path in the crate: `ncentral::Customer`.
    pub path: String,
    /// What it is.
    pub doc: String,
    /// Its fields in the document's order.
    pub fields: Vec<Field>,
    /// Whether the document allows other members as well.
    pub open: bool,
    /// The fields that are secrets because of another one.
    pub hidden: Vec<Hidden>,
    /// Whether a field, also of a nested model, has other names or values that mean that it is not set.
    pub rewritten: bool,
    /// Its location in the document.
    #[serde(skip)]
    pub source: SourceLocation,
}

/// A field that is a secret when another one has a certain value.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hidden {
    /// Its name in snake case.
    pub name: String,
    /// The vendor's name.
    pub wire: String,
    /// The name of the other field in snake case.
    pub by: String,
    /// The vendor's name of it.
    pub by_wire: String,
    /// The values that make this one a secret.
    pub values: Vec<String>,
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
    /// Whether it is always present and not null.
    pub required: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// How else servers send it, and when it is a secret.
    pub rules: Rules,
    /// An example value.
    pub example: Option<serde_json::Value>,
    /// Its location in the document.
    #[serde(skip)]
    pub source: SourceLocation,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Shape {
    /// An id: a string or a number, read as a string.
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
        /// The shape of its entries.
        of: Box<Shape>,
    },
}

/// The known values of a field, which may have others as well.
#[derive(Debug, Clone, Serialize)]
pub struct OpenEnum {
    /// The id of its service, whose namespace it is in.
    pub service: String,
    /// Its name, unique in its service.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// The known values as the vendor writes them.
    pub values: Vec<String>,
    /// Its location in the document.
    #[serde(skip)]
    pub source: SourceLocation,
}

/// A kind of error, the same in every language.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorKind {
    /// Its name.
    pub name: String,
    /// Its number, negative and never reused.
    pub code: i64,
    /// The HTTP status that it is for.
    pub status: Option<u16>,
    /// The Python class.
    pub python: String,
    /// The built-in Python class that it also derives from.
    pub python_base: Option<String>,
    /// The Node class.
    pub node: String,
    /// What happened.
    pub doc: String,
    /// What the user can do.
    pub act: String,
    /// Its location in the document.
    #[serde(skip)]
    pub source: SourceLocation,
}
