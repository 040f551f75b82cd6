//! What callers can set, as data: the row of the table of options.
//!
//! The rows themselves stand in `generated/options.rs`, rendered from `core/api/options.yaml`.

use crate::base::error::Error;
use crate::table::Service;

pub(crate) use crate::generated::options::{CALL, CLIENT, PAGING, defaults};

/// An option, by its name in the core.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) is: Is,
    /// The service whose clients have it; all of them when not given.
    pub(crate) of: Option<Service>,
    /// Whether it belongs to the connection or the identity of a client, so that calls cannot change it.
    pub(crate) fixed: bool,
    /// The variables of the environment that it comes from.
    pub(crate) env: &'static [(Service, &'static str)],
    /// What stands in for it where the environment does not give it either.
    pub(crate) else_from: &'static [(Service, &'static str)],
    /// What it is to a user who has not given it.
    pub(crate) what: &'static str,
}

/// What an option may be.
pub(crate) enum Is {
    Text,
    /// Text, or a whole number that stands for it.
    Id,
    Flag,
    /// A whole number within these.
    Count {
        least: u64,
        most: u64,
    },
    /// A length of time; zero where that means something.
    Time {
        zero: bool,
    },
    OneOf(&'static [&'static str]),
    /// An object of texts.
    Texts,
    Object,
}

/// Where an option of a service's clients comes from when it is not given.
pub(crate) struct Source {
    pub(crate) name: &'static str,
    pub(crate) variable: &'static str,
    /// What stands in for it where the environment does not give it either.
    pub(crate) otherwise: Option<&'static str>,
    what: &'static str,
}

impl Source {
    /// Where the option comes from; nothing where that is not the environment.
    pub(crate) fn of(name: &str, service: Service) -> Option<Self> {
        let row = CLIENT.iter().find(|row| row.name == name)?;
        let find = |values: &'static [(Service, &'static str)]| {
            values.iter().find(|(of, _)| *of == service).map(|(_, value)| *value)
        };
        let variable = find(row.env)?;
        Some(Self { name: row.name, variable, otherwise: find(row.else_from), what: row.what })
    }

    /// The error for an option that neither the caller nor the environment gives.
    pub(crate) fn missing(&self) -> Error {
        Error::required(self.name, &format!("{}, as an argument or in {}", self.what, self.variable))
    }
}
