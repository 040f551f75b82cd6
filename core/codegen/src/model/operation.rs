//! Operations: their parameters, and what the core needs to send them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::load::NaturalKey;
use crate::model::{Ensure, Examples, Simulation};
use crate::problem::SourceLocation;

/// An endpoint.
#[derive(Debug, Clone, Serialize)]
pub struct Operation {
    /// `service.resource.method`.
    pub id: String,
    /// The first part of the id.
    pub service: String,
    /// The second part of the id.
    pub resource: String,
    /// The third part of the id.
    pub name: String,
    /// One sentence on what it does.
    pub summary: String,
    /// Further documentation.
    pub doc: String,
    /// The vendor's page about it.
    pub page: Option<Page>,
    /// The HTTP method in capitals.
    pub method: String,
    /// The path template, with `{wireName}` for each path parameter.
    pub path: String,
    /// Its parameters in the order of the table.
    pub params: Vec<Param>,
    /// The name of the type of the parameters outside the path.
    pub params_type: Option<String>,
    /// The kind of body.
    pub body: Body,
    /// Whether the call is refused without any field of the body.
    pub at_least_one: bool,
    /// The credential it is sent with.
    pub auth: Auth,
    /// How its responses are paged.
    pub paging: Paging,
    /// What a successful response contains.
    pub answer: Answer,
    /// What may be sent again.
    pub retry: Retry,
    /// Whether a 500 counts as a transient error.
    pub retry_500: bool,
    /// The in-flight limit.
    pub limit: Limit,
    /// How to find the outcome of a write whose response was lost.
    pub outcome_check: Option<String>,
    /// The first version of the server that has it.
    pub since: Option<String>,
    /// How far the vendor has released it.
    pub stage: Stage,
    /// Whether the vendor advises against it.
    pub deprecated: bool,
    /// Hints for errors, by status.
    pub hints: BTreeMap<u16, String>,
    /// How it waits, if it requests another operation's endpoint until that has a final state.
    pub wait: Option<Wait>,
    /// What is read for each row of the list, if it is another operation's list with more in each row.
    pub join: Option<Join>,
    /// How it finds an object, if it calls another operation only where there is none.
    pub ensure: Option<Ensure>,
    /// What identifies an object that it creates.
    #[serde(skip)]
    pub natural_key: Option<NaturalKey>,
    /// Wire names of the ids in the response.
    pub id_fields: Vec<String>,
    /// The documented error responses, sorted by status.
    pub errors: Vec<ErrorAnswer>,
    /// The examples in the document.
    #[serde(skip)]
    pub examples: Examples,
    /// How the simulator's generic store serves it; `None` if the simulator has a handler for it.
    #[serde(skip)]
    pub simulation: Option<Simulation>,
    /// Its location in the document.
    #[serde(skip)]
    pub source: SourceLocation,
}

/// How far the vendor has released an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// For everyone.
    Released,
    /// The vendor may still change it.
    Preview,
    /// Not all documents of the vendor have it.
    Experimental,
}

impl Operation {
    /// Whether it uses the endpoint of another operation.
    pub fn derived(&self) -> bool {
        self.wait.is_some() || self.join.is_some() || self.ensure.is_some()
    }
}

/// How to wait for a final state.
#[derive(Debug, Clone, Serialize)]
pub struct Wait {
    /// The wire name of the member that has the state.
    pub state: String,
    /// The states that are a success; if there are none, all that are neither pending nor failed.
    pub done: Vec<String>,
    /// The states that are not final; if there are none, all others.
    pub pending: Vec<String>,
    /// The states that are a failure.
    pub failed: Vec<String>,
    /// The member with the reason of a failure.
    pub message: Option<String>,
    /// The member of the result for the rows of a list, of which each has a state.
    pub rows: Option<String>,
    /// How many times a 404 counts as not ready.
    pub missing: u32,
    /// The first and the longest time between two requests, in seconds.
    pub interval: (i64, i64),
    /// Where the id to wait for is, if this one is refused.
    pub parent: Option<Parent>,
}

/// The operation that has the id of a parent.
#[derive(Debug, Clone, Serialize)]
pub struct Parent {
    /// Its id.
    pub operation: String,
    /// The wire name of the member.
    pub field: String,
}

/// What is read for each row.
#[derive(Debug, Clone, Serialize)]
pub struct Join {
    /// The list that is read for each row.
    pub operation: String,
    /// The parameter of it that names the row.
    pub param: String,
    /// The wire name of the member that its rows become.
    pub into: String,
}

/// A page of the vendor's documentation.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    /// The title of the page.
    pub title: String,
    /// Its address.
    pub url: String,
}

/// A parameter.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is one key of the document")]
pub struct Param {
    /// The name users write, in snake case.
    pub name: String,
    /// The vendor's name.
    pub wire: String,
    /// What it means.
    pub doc: String,
    /// Its location in the request.
    pub location: ParamLocation,
    /// What it may be.
    pub kind: Kind,
    /// Whether the call is refused without it.
    pub required: bool,
    /// Whether it is kept out of errors and logs.
    pub secret: bool,
    /// Whether null may be sent.
    pub nullable: bool,
    /// Whether the core sets it and users never see it.
    pub internal: bool,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The default, of the server or as sent.
    pub default: Option<serde_json::Value>,
    /// Whether the default is sent.
    pub send_default: bool,
    /// The client option that is its default.
    pub from_option: Option<String>,
    /// What else there is to check or to send.
    pub rules: Rules,
    /// An example value.
    pub example: Option<serde_json::Value>,
    /// Its location in the document.
    #[serde(skip)]
    pub source: SourceLocation,
}

impl Param {
    /// Whether callers pass it in the path.
    pub fn positional(&self) -> bool {
        self.location == ParamLocation::Path && self.from_option.is_none()
    }

    /// Whether callers pass it as one of the operation's named parameters.
    pub fn named(&self) -> bool {
        self.location != ParamLocation::Path && !self.internal
    }
}

/// What a document says of a parameter or a field besides its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is one key of the document")]
pub struct Rules {
    /// The fewest and the most entries of a list.
    pub items: (Option<usize>, Option<usize>),
    /// The most characters of a text.
    pub max_length: Option<usize>,
    /// Whether true and false are sent as text.
    pub as_text: bool,
    /// Whether an id is sent as a number, also those of a list.
    pub as_number: bool,
    /// Whether a header is sent as a bearer token.
    pub bearer: bool,
    /// Whether the default of a field of a nested object is sent.
    pub send_default: bool,
    /// The field of the same object whose value is sent by default.
    pub default_from: Option<String>,
    /// The parameter that must have one of these values for this one to be allowed.
    pub only_with: Option<Condition>,
    /// Other names under which servers send a field.
    pub other_names: Vec<String>,
    /// The JSON of values that mean that a field is not set.
    pub none: Vec<String>,
    /// The field of the same object that makes this one a secret with one of these values.
    pub secret_when: Option<Condition>,
}

/// Values of another field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Its wire name.
    pub field: String,
    /// The values.
    pub values: Vec<String>,
}

/// The location of a parameter in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamLocation {
    /// A segment of the path.
    Path,
    /// The query string.
    Query,
    /// A header.
    Header,
    /// A field of the JSON body.
    Body,
}

/// What a parameter may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Kind {
    /// A string or an integer.
    Id,
    /// A GUID.
    Guid,
    /// Any string.
    Text,
    /// A string that is not blank.
    NonBlank,
    /// A whole number.
    Int {
        /// Smallest allowed.
        min: Option<i64>,
        /// Largest allowed.
        max: Option<i64>,
    },
    /// True or false.
    Bool,
    /// A number.
    Number {
        /// Smallest allowed.
        min: Option<serde_json::Number>,
        /// Largest allowed.
        max: Option<serde_json::Number>,
    },
    /// A calendar date.
    Date,
    /// A date and a time with its offset.
    DateTime,
    /// Two dates.
    DateRange,
    /// An absolute URL.
    HttpUrl,
    /// A country's two letters.
    Country,
    /// A currency's three letters.
    Currency,
    /// One of a closed set.
    OneOf {
        /// The set.
        values: Vec<String>,
        /// Whether case is ignored.
        any_case: bool,
    },
    /// One of a closed set of whole numbers.
    IntOneOf {
        /// The set.
        values: Vec<i64>,
    },
    /// A list of strings, sent as one text.
    TextList,
    /// A JSON array.
    List {
        /// The kind of its entries.
        of: Box<Kind>,
    },
    /// An object whose members are known.
    Input {
        /// The name of its type.
        name: String,
        /// Whether other members are allowed as well.
        open: bool,
    },
    /// A JSON object without known members.
    Object,
    /// Any JSON.
    Any,
}

impl Kind {
    /// Whether it contains other values, so that it is only allowed in a JSON body.
    pub fn nested(&self) -> bool {
        matches!(self, Kind::List { .. } | Kind::Input { .. } | Kind::Object | Kind::Any)
    }
}

/// A nested object of a request.
#[derive(Debug, Clone, Serialize)]
pub struct Input {
    /// The name of its type in every language: that of its schema with the suffix `Input`.
    pub name: String,
    /// Its service.
    pub service: String,
    /// What it is.
    pub doc: String,
    /// Its members in the document's order.
    pub fields: Vec<Param>,
    /// Whether other members are allowed as well.
    pub open: bool,
    /// Its location in the document.
    #[serde(skip)]
    pub source: SourceLocation,
}

/// The body of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Nothing.
    None,
    /// A JSON object of the body parameters.
    Json,
    /// The JSON of the only body parameter.
    Value,
    /// The refresh token as plain text.
    RefreshToken,
}

/// The credential that a request is sent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// None.
    None,
    /// The user's long-lived token.
    UserToken,
    /// A token that the core obtains.
    AccessToken,
    /// A key in a header.
    ApiKey,
}

/// How responses are paged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// Not at all.
    None,
    /// By page numbers.
    PageNumber,
    /// By a cursor of the server.
    Scroll,
    /// One response is the whole list.
    Array,
}

/// What a successful response contains.
#[derive(Debug, Clone, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is one key of the document")]
pub struct Answer {
    /// Its kind.
    pub kind: AnswerKind,
    /// The model of the object, or of a list's items.
    pub model: Option<String>,
    /// Wire name of the id of the object, or of a list's items.
    pub id: Option<String>,
    /// Whether it may be under `data`.
    pub envelope: bool,
    /// Whether a bare object counts as a list of one.
    pub or_object: bool,
    /// Whether the object is the only entry of a list.
    pub in_list: bool,
    /// Whether an empty object means that there is no such object.
    pub empty_is_not_found: bool,
    /// Whether the rows are the only list among the members of the response.
    pub only_list: bool,
    /// Whether any last segment of `Location` is the id, not only a GUID.
    pub any_id: bool,
}

/// The kinds of successful responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// A page of items.
    List,
    /// An object.
    Object,
    /// A created object.
    Created,
    /// A created object that only `Location` may name.
    Located,
    /// Nothing.
    Empty,
    /// Whether it was carried out.
    Success,
    /// The body, unchanged.
    Raw,
    /// Tokens, which the client keeps.
    Tokens,
    /// The end of the session.
    LoggedOut,
}

impl AnswerKind {
    /// Whether the response has a model.
    pub fn has_model(self) -> bool {
        !matches!(self, AnswerKind::Empty | AnswerKind::Success | AnswerKind::Raw | AnswerKind::LoggedOut)
    }

    /// Whether the response has an id; items of lists may have none.
    pub fn has_id(self) -> bool {
        matches!(self, AnswerKind::List | AnswerKind::Created | AnswerKind::Located)
    }
}

/// What may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// It changes nothing.
    Read,
    /// It creates something.
    Create,
    /// A write that is harmless to repeat.
    IdempotentWrite,
    /// A check of credentials.
    CredentialCheck,
    /// A search that opens a scroll.
    Scroll,
}

/// An in-flight limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// Operations of the same group share the limit.
    pub group: String,
    /// How many may be in flight.
    pub cap: i64,
}

/// A documented error response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Its error kind.
    pub kind: String,
    /// When it happens.
    pub doc: String,
    /// Whether it is described once for the service and referred to here.
    pub shared: bool,
}
