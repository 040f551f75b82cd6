//! How a request is put together: every parameter is checked against the operation's table, and placed.

use http::{HeaderMap, HeaderName};
use serde_json::value::RawValue;

use super::params::read_params;
use super::parts::{add_headers, add_query, check_length, header_value, internal, query_length};
use super::{CallOptions, RequestTemplate};
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::quote::quote;
use crate::base::spelling::{Name, Spelling};
use crate::engine::check::{self, ParamValue};
use crate::engine::encode;
use crate::table::{BodyKind, Operation, Paging, Param, ParamLocation};

impl RequestTemplate {
    pub(super) fn build(
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
}
