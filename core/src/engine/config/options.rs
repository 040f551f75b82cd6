//! Options as callers write them: one JSON object, checked against the table of options, so that errors have the name of
//! the option, the given value and what is allowed.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::quote;
use crate::base::spelling::{Spelling, UNIT};
use crate::base::time::LONGEST;
use crate::engine::check;
use crate::table::Service;

use crate::table::options::OptionKind;
pub(crate) use crate::table::options::{CALL, CLIENT, PAGING, Row, Source, defaults};

/// Whether an option does not belong to the clients of another service only.
pub(crate) fn belongs(name: &str, service: Service) -> bool {
    CLIENT.iter().find(|row| row.name == name).and_then(|row| row.of).is_none_or(|of| of == service)
}

/// Whether calls cannot change an option of a client.
pub(crate) fn is_fixed(name: &str) -> bool {
    CLIENT.iter().any(|row| row.name == name && row.fixed)
}

/// Refuses the options of another service's clients.
pub(crate) fn refuse_foreign(name: &str, service: Service) -> Result<()> {
    match CLIENT.iter().find(|row| row.name == name).and_then(|row| row.of) {
        Some(of) if of != service => {
            let allowed =
                format!("is an option of {} clients, and this is one of {}", of.title(), service.title());
            Err(Error::argument(name, "a value", &allowed))
        }
        _ => Ok(()),
    }
}

/// Reads options from a JSON object. Errors show no given text: it may be a credential in the wrong place.
pub(crate) fn read<T: DeserializeOwned>(
    what: &str,
    rows: &[Row],
    json: &[u8],
    spelling: Spelling,
    service: Option<Service>,
) -> Result<T> {
    let bad = || {
        Error::new(ErrorKind::InvalidRequest, format!("{what}: must be one JSON object")).spelled(spelling)
    };
    let text = std::str::from_utf8(json).map_err(|_| bad())?;
    let given: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(|_| bad())?;
    let mut members = Vec::with_capacity(given.len());
    for (written, raw) in &given {
        let Some(row) = rows.iter().find(|row| spelling.name(row.name) == *written) else {
            let known = rows.iter().map(|row| row.name);
            let known = known.filter(|name| service.is_none_or(|service| belongs(name, service)));
            return Err(Error::unknown(written, "an option", known, spelling));
        };
        if let Some(service) = service {
            refuse_foreign(row.name, service).map_err(|error| error.spelled(spelling))?;
        }
        if raw.get() != "null" {
            members
                .push((row.name, row.value(raw.get(), spelling).map_err(|error| error.spelled(spelling))?));
        }
    }
    let object = crate::wire::raw::compose(members.iter().map(|(name, raw)| (*name, raw.as_str())));
    // Everything was checked before. A parser's message could quote given values.
    serde_json::from_str(&object).map_err(|_| bad())
}

impl Row {
    /// The value in the form that the core's own types expect.
    fn value(&self, raw: &str, spelling: Spelling) -> Result<String> {
        let refuse = |allowed: &str| Err(Error::argument(self.name, &quote::describe(raw), allowed));
        match &self.kind {
            OptionKind::Text | OptionKind::Id if is_text(raw) => Ok(raw.to_owned()),
            OptionKind::Text => refuse("must be text"),
            OptionKind::Id => match check::whole(raw) {
                Some(whole) => Ok(format!("\"{whole}\"")),
                None => refuse("must be text or a whole number"),
            },
            OptionKind::Flag if matches!(raw, "true" | "false") => Ok(raw.to_owned()),
            OptionKind::Flag => refuse("must be true or false"),
            OptionKind::Count { least, most } => {
                // A whole number that is not negative and does not fit counts as the largest.
                let number = check::whole(raw).filter(|whole| !whole.starts_with('-'));
                match number.map(|whole| whole.parse().unwrap_or(u64::MAX).min(*most)) {
                    Some(number) if number >= *least => Ok(number.to_string()),
                    _ => refuse(&format!("must be a whole number, {least} or more")),
                }
            }
            OptionKind::Time { zero } => match raw.parse::<f64>() {
                Ok(number) if number.is_finite() && (number > 0.0 || (*zero && number == 0.0)) => {
                    Ok(spelling.seconds(number).min(LONGEST.as_secs_f64()).to_string())
                }
                _ if *zero => refuse(&format!("must be a number of {UNIT}, 0 or more")),
                _ => refuse(&format!("must be a number of {UNIT} more than 0")),
            },
            OptionKind::OneOf(values) => {
                if values.iter().any(|value| {
                    raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(*value)
                }) {
                    return Ok(raw.to_owned());
                }
                refuse(&format!("must be one of {}", values.join(", ")))
            }
            OptionKind::Texts => {
                let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(raw) else {
                    return refuse("must be an object");
                };
                for (name, raw) in &members {
                    if !is_text(raw.get()) {
                        let argument = format!("{}[{name}]", self.name);
                        return Err(Error::argument(&argument, &quote::describe(raw.get()), "must be text"));
                    }
                }
                Ok(raw.to_owned())
            }
            OptionKind::Object if serde_json::from_str::<BTreeMap<String, &RawValue>>(raw).is_ok() => {
                Ok(raw.to_owned())
            }
            OptionKind::Object => refuse("must be an object"),
        }
    }
}

/// Whether it is Unicode text, without unpaired surrogates.
fn is_text(raw: &str) -> bool {
    raw.starts_with('"') && serde_json::from_str::<String>(raw).is_ok()
}
