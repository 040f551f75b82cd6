//! From parameters and options to one request that is ready to send.
//!
//! Parameters are the bytes of one JSON object. JSON was chosen over a typed map because every language makes it in one
//! step, nested values keep their exact text (numbers of any size, the order of fields), and the body is composed of
//! slices of it without building values. All checks happen here; later steps do not validate again.

mod params;
pub(crate) mod parts;

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::value::RawValue;
use url::Url;

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::quote::quote;
use crate::base::secret::Secret;
use crate::base::spelling::{Name, Spelling};
use crate::engine::check::{self, ParamValue};
use crate::engine::config::options;
use crate::engine::encode;
use crate::table::{Answer, BodyKind, Ensure, Operation, Paging, Param, ParamLocation};
use crate::wire::raw;

use params::read_params;
use parts::{add_headers, add_query, check_length, header_value, internal, join, query_length};

pub use crate::generated::config::CallOptions;

impl CallOptions {
    /// The options that a JSON object describes.
    ///
    /// # Errors
    /// `InvalidRequest` when it is not an object of known options.
    pub fn from_json(options: &[u8]) -> Result<Self> {
        Self::from_json_in(options, Spelling::default())
    }

    /// The options that a JSON object describes in the spelling of a language.
    ///
    /// # Errors
    /// `InvalidRequest` when it is not an object of known options.
    pub fn from_json_in(options: &[u8], spelling: Spelling) -> Result<Self> {
        options::read("call options", options::CALL, options, spelling, None)
    }

    /// The names of all options, in the spelling of a language.
    pub fn names(spelling: Spelling) -> Vec<String> {
        options::CALL.iter().map(|row| spelling.name(row.name).into_owned()).collect()
    }

    /// Refuses options of operations that find or create.
    pub(crate) fn refuse_ensuring(&self) -> Result<()> {
        let given = [("settle", self.settle.is_some()), ("on_difference", self.on_difference.is_some())];
        match given.into_iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((name, _)) => {
                Err(Error::argument(name, "a value", "is only for operations that find or create"))
            }
        }
    }

    pub(crate) fn check_written(&self) -> Result<()> {
        match &self.unwritable {
            None => Ok(()),
            Some(what) => {
                Err(Error::argument(what, "a value that has no JSON form", "cannot be serialised as JSON"))
            }
        }
    }
}

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

    fn build(
        operation: &'static Operation,
        params: &[u8],
        options: &CallOptions,
        spelling: Spelling,
        stand_in: &dyn Fn(&str) -> Option<String>,
        needed: &dyn Fn(&Param) -> bool,
    ) -> Result<Self> {
        let given = read_params(operation, params, spelling)?;
        let mut template = Self {
            operation,
            path: operation.path.to_owned(),
            path_lengths: Vec::new(),
            path_params: Vec::new(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            fields: Vec::new(),
            secrets: Vec::new(),
            spelling,
            outside: None,
        };
        for param in operation.params {
            let value =
                given.iter().find(|(name, _)| *name == spelling.name(param.name)).map(|(_, raw)| raw.get());
            // Null counts as not given, except in a body, where vendors distinguish the two.
            let value = value
                .filter(|raw| *raw != "null" || (param.location == ParamLocation::Body && !param.required));
            let fallback = value.is_none().then(|| param.from_option.and_then(stand_in)).flatten();
            let fallback = fallback.map(|text| serde_json::Value::String(text).to_string());
            let from = || {
                let other =
                    operation.params.iter().find(|other| Some(other.wire) == param.rules.default_from)?;
                given.iter().find(|(name, _)| *name == spelling.name(other.name)).map(|(_, raw)| raw.get())
            };
            match value.or(fallback.as_deref()).or(param.default).or_else(from) {
                Some(raw) => template.place(param, raw)?,
                None if needed(param) => {
                    let also = param.from_option.map_or(String::new(), |option| {
                        format!(", as an argument or as the client's {}", Name(option))
                    });
                    return Err(Error::required(
                        param.name,
                        &format!("it {}{also}", check::allowed(param.kind)),
                    ));
                }
                None => {}
            }
        }
        template.check_conditions(&given)?;
        template.add(options)?;
        if operation.at_least_one && template.fields.is_empty() {
            let body = operation.params.iter().filter(|param| param.location == ParamLocation::Body);
            let names: Vec<String> = body.map(|param| Name(param.name).to_string()).collect();
            let message = format!("nothing to change: at least one of {} must be given", names.join(", "));
            return Err(Error::new(ErrorKind::InvalidRequest, message));
        }
        template.check_length()?;
        Ok(template)
    }

    /// Refuses parameters that are only allowed with other values of another one.
    fn check_conditions(&self, given: &[(String, &RawValue)]) -> Result<()> {
        for param in self.operation.params {
            let value = |param: &Param| {
                let name = self.spelling.name(param.name);
                given.iter().find(|(known, _)| *known == name).map(|(_, raw)| raw.get())
            };
            let (Some(condition), Some(raw)) =
                (param.rules.only_with, value(param).filter(|raw| *raw != "null"))
            else {
                continue;
            };
            let other = self.operation.params.iter().find(|other| other.wire == condition.field);
            if let Some(other) =
                other.filter(|other| !check::meets(condition, value(other).or(other.default)))
            {
                let given = check::shown(param.secret, raw);
                return Err(Error::argument(
                    param.name,
                    &given,
                    &check::only_with(condition, &Name(other.name).to_string()),
                ));
            }
        }
        Ok(())
    }

    fn check_length(&self) -> Result<()> {
        let own = |wire: &str| self.operation.params.iter().find(|param| param.wire == wire);
        let name =
            |wire: &str| own(wire).map_or(format!("extra_query[{wire}]"), |param| param.name.to_owned());
        let query = self.query.iter().map(|(wire, value)| (name(wire), query_length(wire, value)));
        check_length(
            query.chain(self.path_lengths.iter().map(|(name, length)| ((*name).to_owned(), *length))),
        )
    }

    fn place(&mut self, param: &'static Param, raw: &str) -> Result<()> {
        let value = if raw == "null" { ParamValue::null() } else { check::value(param, raw, self.spelling)? };
        self.secrets.extend(value.secrets);
        match param.location {
            ParamLocation::Path => {
                if let Some(reason) = encode::refuse_segment(&value.text) {
                    return Err(Error::argument(param.name, &quote(&value.text), reason));
                }
                let slot = format!("{{{}}}", param.wire);
                let segment = encode::segment(&value.text);
                self.path_params.push((self.spelling.name(param.name).into_owned(), raw.to_owned()));
                self.path_lengths.push((param.name, segment.len()));
                self.path = self.path.replace(&slot, &segment);
            }
            ParamLocation::Query => self.query.push((param.wire.to_owned(), value.text)),
            ParamLocation::Header => {
                let name = HeaderName::from_bytes(param.wire.as_bytes()).map_err(internal)?;
                self.headers.insert(name, header_value(param.name, &value.text, param.secret)?);
            }
            ParamLocation::Body => self.fields.push((param.wire.to_owned(), value.json)),
        }
        Ok(())
    }

    fn add(&mut self, options: &CallOptions) -> Result<()> {
        options.check_written()?;
        if options.poll_interval.is_some() && self.operation.wait.is_none() {
            return Err(Error::argument("poll_interval", "a value", "is only for operations that wait"));
        }
        if self.operation.ensure.is_none() {
            options.refuse_ensuring()?;
        }
        add_headers(&mut self.headers, &options.extra_headers)?;
        for (name, raw) in &options.extra_query {
            self.refuse_parameter("extra_query", name)?;
            add_query(&mut self.query, name, raw)?;
        }
        if !options.extra_body.is_empty() && self.operation.body != BodyKind::Json {
            let reason = match self.operation.body {
                BodyKind::Value => "cannot be sent: the body of this operation is not a JSON object",
                _ => "cannot be sent: this operation has no JSON body",
            };
            return Err(Error::argument("extra_body", "fields", reason));
        }
        // The pager sets where a scroll continues.
        if self.operation.paging == Paging::Scroll && options.extra_body.contains_key("start_page_key") {
            return Err(Error::argument(
                "extra_body[start_page_key]",
                "a value",
                "is set by the list itself",
            ));
        }
        for (name, raw) in &options.extra_body {
            self.fields.retain(|(known, _)| known != name);
            self.fields.push((name.clone(), raw.get().to_owned()));
        }
        Ok(())
    }

    /// Refuses parameters of the operation among the extra ones: as parameters they are checked, and may affect more than
    /// the request.
    fn refuse_parameter(&self, option: &str, name: &str) -> Result<()> {
        let same = |other: &str| other.eq_ignore_ascii_case(name);
        match self.operation.params.iter().find(|param| same(param.name) || same(param.wire)) {
            None => Ok(()),
            Some(param) => {
                let allowed = format!("is a parameter of this operation; pass it as {}", Name(param.name));
                Err(Error::argument(&format!("{option}[{name}]"), "a value", &allowed))
            }
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
