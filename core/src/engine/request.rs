//! From parameters and options to one request that is ready to send.
//!
//! Parameters are the bytes of one JSON object. JSON was chosen over a typed map because every language makes it in one
//! step, nested values keep their exact text (numbers of any size, the order of fields), and the body is composed of
//! slices of it without building values. All checks happen here; later steps do not validate again.

mod build;
mod options;
mod params;
pub(crate) mod parts;

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use crate::base::error::Result;
use crate::base::secret::Secret;
use crate::base::spelling::Spelling;
use crate::table::{Answer, BodyKind, Ensure, Operation, Paging, Param, ParamLocation};
use crate::wire::raw;

use parts::join;

pub use options::CallOptions;

/// A request ready to send, apart from credentials.
#[derive(Clone)]
pub(crate) struct HttpRequest {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// Secret parameters of this call.
    pub(crate) secrets: Vec<Secret>,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpRequest({} {})", self.method, self.url.path())
    }
}

/// The fields of a JSON body, as raw text by wire name.
pub(crate) type Fields = Vec<(String, String)>;

/// What a request outside the table has of its own.
#[derive(Debug, Clone)]
pub(crate) struct Outside {
    pub(crate) method: Method,
    pub(crate) group: String,
    pub(crate) cap: u32,
}

/// The parts of a request, from which the pager makes the request of each page.
#[derive(Clone)]
pub(crate) struct RequestTemplate {
    pub(crate) operation: &'static Operation,
    path: String,
    /// The encoded length of each parameter in the path.
    path_lengths: Vec<(&'static str, usize)>,
    /// The parameters in the path by their names for the caller, as raw JSON.
    path_params: Fields,
    pub(crate) query: Vec<(String, String)>,
    headers: HeaderMap,
    pub(crate) fields: Fields,
    secrets: Vec<Secret>,
    spelling: Spelling,
    /// Its method and limit, if the table does not have it.
    outside: Option<Outside>,
}

impl fmt::Debug for RequestTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestTemplate({})", self.operation.id)
    }
}

impl RequestTemplate {
    /// Checks parameters against the operation's table.
    pub(crate) fn new(
        operation: &'static Operation,
        params: &[u8],
        options: &CallOptions,
        spelling: Spelling,
        stand_in: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        Self::build(operation, params, options, spelling, stand_in, &|param| param.required)
            .map_err(|error| error.with_operation(operation.id))
    }

    /// The same for looking for an object only: what does not identify it is not required.
    pub(crate) fn to_find(
        operation: &'static Operation,
        ensure: &Ensure,
        params: &[u8],
        options: &CallOptions,
        spelling: Spelling,
        stand_in: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        let needed = |param: &Param| {
            let identifies = ensure.key.iter().any(|key| key.params.contains(&param.wire));
            let places = param.location == ParamLocation::Path || Some(param.wire) == ensure.rows;
            param.required && (places || identifies)
        };
        Self::build(operation, params, options, spelling, stand_in, &needed)
            .map_err(|error| error.with_operation(operation.id))
    }

    /// The request of a list outside the table: its path below the client's address, its query and the fields of its body.
    pub(crate) fn outside(
        operation: &'static Operation,
        http: HttpRequest,
        (path, query, fields): (String, Vec<(String, String)>, Fields),
        spelling: Spelling,
        outside: Outside,
    ) -> Self {
        Self {
            operation,
            path,
            path_lengths: Vec::new(),
            path_params: Vec::new(),
            query,
            headers: http.headers,
            fields,
            secrets: http.secrets,
            spelling,
            outside: Some(outside),
        }
    }

    /// The same request as one of another operation that has the same parameters.
    pub(crate) fn as_operation(&self, operation: &'static Operation) -> Self {
        Self { operation, ..self.clone() }
    }

    /// The request of one row of this one: of an operation with the same path, with these fields as its body.
    pub(crate) fn of_row(&self, operation: &'static Operation, fields: Fields) -> Self {
        let secret = |wire: &str| operation.params.iter().any(|param| param.wire == wire && param.secret);
        let text = |raw: &str| serde_json::from_str::<String>(raw).unwrap_or_else(|_| raw.to_owned());
        // Only its own: each row would otherwise hold those of all.
        let secrets = if operation.params.iter().any(|param| param.kind.has_secrets()) {
            self.secrets.clone()
        } else {
            fields.iter().filter(|(wire, _)| secret(wire)).map(|(_, raw)| Secret::from(text(raw))).collect()
        };
        Self { operation, fields, secrets, ..self.without_fields() }
    }

    /// The request without its body and its secrets.
    fn without_fields(&self) -> Self {
        Self {
            operation: self.operation,
            path: self.path.clone(),
            path_lengths: self.path_lengths.clone(),
            path_params: self.path_params.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            fields: Vec::new(),
            secrets: Vec::new(),
            spelling: self.spelling,
            outside: None,
        }
    }

    /// The path below the client's address.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The name of a parameter for users, by its wire name.
    pub(crate) fn name_of(&self, wire: &'static str) -> &'static str {
        self.operation.params.iter().find(|param| param.wire == wire).map_or(wire, |param| param.name)
    }

    /// The JSON of a parameter in the path or the body that was given, by its wire name.
    pub(crate) fn raw(&self, wire: &'static str) -> Option<&str> {
        let name = self.spelling.name(self.name_of(wire));
        let path = self.path_params.iter().find(|(known, _)| *known == name);
        let field = || self.fields.iter().find(|(known, _)| known == wire);
        path.or_else(field).map(|(_, raw)| raw.as_str())
    }

    /// The request of another operation with the same parameters in its path.
    pub(crate) fn for_operation(&self, operation: &'static Operation) -> Result<Self> {
        let params = raw::compose(self.path_params.iter().map(|(name, raw)| (name.as_str(), raw.as_str())));
        Self::new(operation, params.as_bytes(), &CallOptions::default(), self.spelling, &|_| None)
    }

    /// The same request with another value of the last parameter in the path.
    pub(crate) fn with_last_path_param(&self, raw: &str) -> Result<Self> {
        let mut other = self.clone();
        if let Some(last) = other.path_params.last_mut() {
            raw.clone_into(&mut last.1);
        }
        other.for_operation(self.operation)
    }

    /// The fields of the body without secrets, if it is an object.
    pub(crate) fn sent(&self) -> Fields {
        let secret = |wire: &str| {
            let param = self.operation.params.iter().find(|param| param.wire == wire);
            param.is_some_and(|param| param.secret || param.kind.has_secrets())
        };
        let fields = self.fields.iter().filter(|(wire, _)| !secret(wire));
        if self.operation.body == BodyKind::Json { fields.cloned().collect() } else { Vec::new() }
    }

    fn method(&self) -> &Method {
        self.outside.as_ref().map_or(&self.operation.method, |outside| &outside.method)
    }

    /// The group and the cap of its limit.
    pub(crate) fn limit(&self) -> (&str, u32) {
        let own = self.operation.limit;
        self.outside.as_ref().map_or((own.group, own.cap), |outside| (&outside.group, outside.cap))
    }

    /// The secret parameters.
    pub(crate) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// The request, with the query parameters and body fields of a page.
    pub(crate) fn finish(
        &self,
        base: &Url,
        page_query: &[(&str, String)],
        page_fields: &[(&str, &str)],
    ) -> HttpRequest {
        let mut url = join(base, &self.path);
        let query: Vec<(&str, &str)> = self
            .query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !page_query.iter().any(|(set, _)| set == name))
            .chain(page_query.iter().map(|(name, value)| (*name, value.as_str())))
            .collect();
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut headers = self.headers.clone();
        let own = self.fields.iter().map(|(name, raw)| (name.as_str(), raw.as_str()));
        let body = match self.operation.body {
            BodyKind::Json if self.outside.is_some() && self.fields.is_empty() && page_fields.is_empty() => {
                None
            }
            BodyKind::Json => Some(raw::compose(own.chain(page_fields.iter().copied()))),
            BodyKind::Value => self.fields.first().map(|(_, raw)| raw.clone()),
            BodyKind::None | BodyKind::RefreshToken => None,
        };
        if body.is_some() {
            headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if self.operation.answer == Answer::Raw {
            headers.insert(http::header::ACCEPT, HeaderValue::from_static("*/*"));
        }
        HttpRequest {
            method: self.method().clone(),
            url,
            headers,
            body: body.map(Bytes::from),
            secrets: self.secrets.clone(),
        }
    }

    /// A hash of the list, which is the same for all its pages.
    pub(crate) fn fingerprint(&self, base: &Url) -> u64 {
        let own = raw::compose(self.fields.iter().map(|(name, raw)| (name.as_str(), raw.as_str())));
        let paging =
            self.operation.service.dialect().pages.filter(|_| self.operation.paging == Paging::PageNumber);
        let number = paging.map(|paging| paging.number);
        let query = self.query.iter().filter(|(name, _)| Some(name.as_str()) != number);
        let query = query.flat_map(|(name, value)| [name.as_str(), value.as_str()]);
        let parts = [self.operation.id, base.as_str(), &self.path, &own];
        // FNV-1a: the hash is part of resume tokens, which outlive the process, so it must never change.
        parts
            .into_iter()
            .chain(query)
            .flat_map(|part| part.bytes().chain([0]))
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}
