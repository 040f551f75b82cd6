//! Operations as data: the rows of the table that everything else reads.
//!
//! The rows are in `generated/operations.rs`, rendered from the documents in `core/api`. Nothing below a facade knows an
//! endpoint by name: the call engine, the pager and the retry policy read these fields.

use http::Method;

use self::dialect::Envelope;
use self::schema::{Enumeration, Model};

pub(crate) mod dialect;
mod json;
pub(crate) mod options;
pub mod schema;

/// One of the three vendors' services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// N-able N-central.
    NCentral,
    /// Cloudmore.
    Cloudmore,
    /// Wiv.
    Wiv,
}

/// An endpoint of a vendor, as data.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The id that bindings call it by: `service.resource.method`, such as `ncentral.service_orgs.get`.
    pub id: &'static str,
    /// The service it belongs to.
    pub service: Service,
    /// Its resource in every client, in snake case.
    pub resource: &'static str,
    /// The method name in every client, in snake case.
    pub name: &'static str,
    /// One sentence on what it does.
    pub summary: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template, with `{wireName}` for each path parameter.
    pub path: &'static str,
    /// The parameters, path parameters first and in path order.
    pub params: &'static [Param],
    /// The body of the request.
    pub body: BodyKind,
    /// Whether the call is refused without any field of the body.
    pub at_least_one: bool,
    /// The credential that it is sent with.
    pub auth: Auth,
    /// How its responses are paged.
    pub paging: Paging,
    /// What a successful response contains.
    pub answer: Answer,
    /// What may be sent again, and when.
    pub retry: RetryClass,
    /// Whether a 500 counts as a transient error; false if the vendor sends 500 for a permanent state.
    pub retry_500: bool,
    /// The in-flight limit it shares.
    pub limit: Limit,
    /// Wire names whose values are ids: numbers there become strings, so that ids compare equal everywhere.
    pub id_fields: &'static [&'static str],
    /// The model of the object, or of each item of the list.
    pub model: Option<&'static Model>,
    /// How to find the outcome of a write whose response was lost.
    pub outcome_check: Option<&'static str>,
    /// The first version of the server that is known to have it.
    pub since: Option<&'static str>,
    /// How far the vendor has released it.
    pub stage: Stage,
    /// Whether the vendor advises against it.
    pub deprecated: bool,
    /// Hints for errors, by status.
    pub hints: &'static [(u16, &'static str)],
    /// How it waits, if it requests another operation's endpoint until that has a final state.
    pub wait: Option<&'static Wait>,
    /// What is read for each row of the list, if it is another operation's list with more in each row.
    pub join: Option<&'static Join>,
    /// How it finds an object, if it calls another operation only where there is none.
    pub ensure: Option<&'static Ensure>,
}

/// How to wait for a final state.
#[derive(Debug)]
#[non_exhaustive]
pub struct Wait {
    /// The wire name of the member that has the state.
    pub state: &'static str,
    /// The states that are a success; if there are none, all that are neither pending nor failed.
    pub done: &'static [&'static str],
    /// The states that are not final; if there are none, all others.
    pub pending: &'static [&'static str],
    /// The states that are a failure.
    pub failed: &'static [&'static str],
    /// The member with the reason of a failure.
    pub message: Option<&'static str>,
    /// The member of the result for the rows of a list, of which each has a state.
    pub rows: Option<&'static str>,
    /// How many times a 404 counts as not ready.
    pub missing: u32,
    /// The first and the longest time between two requests, in seconds.
    pub interval: (u64, u64),
    /// The operation and the member with the id to wait for, if the one that was given is refused.
    pub parent: Option<(&'static str, &'static str)>,
}

/// What is read for each row of a list.
#[derive(Debug)]
#[non_exhaustive]
pub struct Join {
    /// The id of the list that is read for each row.
    pub operation: &'static str,
    /// The parameter of it that names the row.
    pub param: &'static str,
    /// The wire name of the member that its rows become.
    pub into: &'static str,
}

/// How to find an object by what is sent to create it. Fields have the vendor's names.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ensure {
    /// The id of the operation that creates.
    pub create: &'static str,
    /// The id of the list that is searched.
    pub find: &'static str,
    /// The name of each path parameter of the list, and the create's parameter that it takes.
    pub scope: &'static [(&'static str, &'static str)],
    /// What must be the same.
    pub key: &'static [KeyField],
    /// The fields that are compared in an object that exists: of the create, and of the list's items.
    pub compared: &'static [(&'static str, &'static str)],
    /// The list's parameter that takes a row filter.
    pub filter: Option<&'static str>,
    /// The parameter with the rows, if it is for many objects.
    pub rows: Option<&'static str>,
    /// The list's parameter for the size of a page, and its value.
    pub page_size: Option<(&'static str, u32)>,
}

/// A field of a list's items that identifies them.
#[derive(Debug)]
#[non_exhaustive]
pub struct KeyField {
    /// The field.
    pub field: &'static str,
    /// The fields of the create that it is compared with; the first that is given counts.
    pub params: &'static [&'static str],
}

/// How far a vendor has released an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// For everyone.
    Released,
    /// The vendor may still change it.
    Preview,
    /// Not all documents of the vendor have it.
    Experimental,
}

/// A parameter of an operation.
#[derive(Debug)]
#[non_exhaustive]
pub struct Param {
    /// The name users write, in snake case.
    pub name: &'static str,
    /// The vendor's name.
    pub wire: &'static str,
    /// Its location in the request.
    pub location: ParamLocation,
    /// What it may be.
    pub kind: Kind,
    /// Whether the call is refused without it.
    pub required: bool,
    /// Whether its value is kept out of errors and logs.
    pub secret: bool,
    /// The JSON text that is sent by default.
    pub default: Option<&'static str>,
    /// The client option that is used by default.
    pub from_option: Option<&'static str>,
    /// What else is checked or sent.
    pub rules: Rules,
}

/// What there is to know of a parameter or a field besides its kind.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "each is one key of the document")]
pub struct Rules {
    /// The fewest entries of a list.
    pub min_items: usize,
    /// The most entries of a list.
    pub max_items: usize,
    /// The most characters of a text.
    pub max_length: usize,
    /// Whether true and false are sent as text.
    pub as_text: bool,
    /// Whether an id is sent as a number, also those of a list.
    pub as_number: bool,
    /// Whether a header is sent as a bearer token.
    pub bearer: bool,
    /// Whether the default of a field of a nested object is sent.
    pub send_default: bool,
    /// The wire name of the field of the same object whose value is sent by default.
    pub default_from: Option<&'static str>,
    /// The values of another field with which this one is allowed.
    pub only_with: Option<Condition>,
    /// Other names under which servers send a field.
    pub other_names: &'static [&'static str],
    /// The JSON of values that mean that a field is not set.
    pub none: &'static [&'static str],
    /// The values of another field of the same object that make this one a secret.
    pub secret_when: Option<Condition>,
}

/// Values of another field.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Condition {
    /// The wire name of the field.
    pub field: &'static str,
    /// The values.
    pub values: &'static [&'static str],
}

impl Rules {
    /// No rules.
    pub const NONE: Self = Self {
        min_items: 0,
        max_items: usize::MAX,
        max_length: usize::MAX,
        as_text: false,
        as_number: false,
        bearer: false,
        send_default: false,
        default_from: None,
        only_with: None,
        other_names: &[],
        none: &[],
        secret_when: None,
    };
}

/// The location of a parameter in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParamLocation {
    /// One percent-encoded segment of the path.
    Path,
    /// The query string.
    Query,
    /// A request header.
    Header,
    /// A top-level field of the JSON body.
    Body,
}

/// What a parameter may be; checked before anything is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// A non-empty string or an integer; sent as text.
    Id,
    /// A GUID in the usual hyphenated form.
    Guid,
    /// Any string.
    Text,
    /// A string that holds more than white space.
    NonBlank,
    /// A whole number within the bounds, both inclusive.
    Int {
        /// Smallest allowed.
        min: i64,
        /// Largest allowed.
        max: i64,
    },
    /// A number within the bounds, both inclusive.
    Number {
        /// Smallest allowed.
        min: f64,
        /// Largest allowed.
        max: f64,
    },
    /// True or false.
    Bool,
    /// A calendar date, `YYYY-MM-DD`.
    Date,
    /// A date and a time with its offset, RFC 3339.
    DateTime,
    /// An object `{"start": date, "end": date}`.
    DateRange,
    /// An absolute `http` or `https` URL.
    HttpUrl,
    /// Two letters, ISO 3166-1 alpha-2.
    Country,
    /// Three capital letters, ISO 4217.
    Currency,
    /// One of these, compared without regard to case where the flag is set.
    OneOf {
        /// The allowed values.
        values: &'static [&'static str],
        /// Whether `asc` passes for `ASC`.
        any_case: bool,
    },
    /// One of these whole numbers.
    IntOneOf {
        /// The allowed values.
        values: &'static [i64],
    },
    /// Text with known values, and possibly others. Only fields that a server sends have this kind.
    Open {
        /// The known values.
        of: &'static Enumeration,
    },
    /// A list of strings or comma-separated text; sent comma-separated.
    TextList,
    /// A JSON array.
    List {
        /// The kind of its entries.
        of: &'static Kind,
    },
    /// A JSON object whose members are known.
    Model {
        /// Its model.
        of: &'static Model,
    },
    /// A JSON object without known members.
    Object,
    /// Any JSON.
    Any,
}

/// The body of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyKind {
    /// Nothing at all.
    None,
    /// A JSON object of the body parameters.
    Json,
    /// The JSON of the only body parameter, if it is given.
    Value,
    /// The refresh token as plain text; only the token endpoint does this.
    RefreshToken,
}

/// The credential that a request is sent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// None.
    None,
    /// The long-lived N-central user token as `Authorization: Bearer`.
    UserToken,
    /// An access token that the core obtains and renews, as `Authorization: Bearer`.
    AccessToken,
    /// The Wiv key as `X-API-Key`.
    ApiKey,
}

/// How the responses of an operation are paged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Paging {
    /// One response with one object.
    None,
    /// The number and the size of a page in the query.
    PageNumber,
    /// A server-side cursor that each continuation advances.
    Scroll,
    /// One response with the whole list.
    Array,
}

/// What a successful response contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// A page of items.
    List {
        /// Wire name of the item's own id; empty if items have none.
        id: &'static str,
        /// Whether the list may be under `data`.
        envelope: bool,
        /// Whether a bare object counts as a list of one.
        or_object: bool,
        /// Whether the rows are the only list among the members of the response.
        only_list: bool,
    },
    /// An object.
    Object {
        /// Whether the object may be under `data`.
        envelope: bool,
        /// Whether the object is the only entry of a list.
        in_list: bool,
        /// Whether an empty object means that there is no such object.
        empty_is_not_found: bool,
    },
    /// A created object; if the server responds with the id only, the fields that were sent complete it.
    Created {
        /// Wire name of the new object's id.
        id: &'static str,
    },
    /// A created object that the server may only name in `Location`.
    Located {
        /// Wire name of the new object's id.
        id: &'static str,
        /// Whether any last segment of it is the id, not only a GUID.
        any_id: bool,
    },
    /// Nothing; any body is ignored.
    Empty,
    /// Nothing, or `{"success": …}`, where false is a failure.
    Success,
    /// The body, unchanged: a file, or text.
    Raw,
    /// New tokens, which the client keeps.
    Tokens,
    /// The end of the session: the tokens that the client keeps are dropped.
    LoggedOut,
}

/// What may be sent again, and when. The rules are in `policy/retry.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryClass {
    /// Changes nothing on the server.
    Read,
    /// Creates something: never sent again once it may have arrived.
    Create,
    /// A write that is harmless to repeat.
    IdempotentWrite,
    /// A check of somebody's credentials: repeating it could lock an account.
    CredentialCheck,
    /// A search that opens a scroll: the first request is a read, each continuation advances the server.
    Scroll,
}

/// The in-flight limit that an operation shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limit {
    /// Operations with the same group on the same host share one limit.
    pub group: &'static str,
    /// The most calls in flight, and the limit to begin with.
    pub cap: u32,
}

impl Kind {
    /// Whether it is an object, or a list of objects, with secret fields.
    pub(crate) fn has_secrets(self) -> bool {
        match self {
            Self::List { of } => of.has_secrets(),
            Self::Model { of } => of.fields.iter().any(|field| field.secret || field.kind.has_secrets()),
            _ => false,
        }
    }
}

impl Service {
    /// Its name for users.
    pub fn title(self) -> &'static str {
        match self {
            Self::NCentral => "N-central",
            Self::Cloudmore => "Cloudmore",
            Self::Wiv => "Wiv",
        }
    }
}

impl Operation {
    /// The envelope of its results, if they may have one.
    pub(crate) fn envelope(&self) -> Option<&'static Envelope> {
        match self.answer {
            Answer::List { envelope: false, .. } | Answer::Object { envelope: false, .. } => None,
            _ => self.service.dialect().envelope.as_ref(),
        }
    }

    /// The operation with this id, if there is one.
    pub fn find(id: &str) -> Option<&'static Operation> {
        Self::all().binary_search_by(|operation| operation.id.cmp(id)).ok().map(|at| &Self::all()[at])
    }

    /// Every operation, sorted by id.
    pub fn all() -> &'static [Operation] {
        crate::generated::OPERATIONS
    }

    /// The parameter that users write as `name`.
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|param| param.name == name)
    }
}
