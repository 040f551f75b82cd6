//! Options as data: the rows of the table of options.
//!
//! The rows are in `generated/options.rs`, rendered from `core/api/options.yaml`.

use crate::base::error::Error;
use crate::table::Service;

pub(crate) use crate::generated::options::{CALL, CLIENT, PAGING, defaults};

/// An option, by its name in the core.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) kind: OptionKind,
    /// The only service whose clients have it, if not all of them do.
    pub(crate) of: Option<Service>,
    /// Whether it belongs to the connection or the identity of a client, so that calls cannot change it.
    pub(crate) fixed: bool,
    /// The environment variables that it is read from.
    pub(crate) env: &'static [(Service, &'static str)],
    /// The values that are used if the environment does not set it either.
    pub(crate) fallbacks: &'static [(Service, &'static str)],
    /// What it is, in the error for users who have not set it.
    pub(crate) what: &'static str,
}

/// What an option may be.
pub(crate) enum OptionKind {
    Text,
    /// Text, or a whole number.
    Id,
    Flag,
    /// A whole number within these bounds.
    Count {
        least: u64,
        most: u64,
    },
    /// A duration; `zero` is whether it may be zero.
    Time {
        zero: bool,
    },
    OneOf(&'static [&'static str]),
    /// An object of texts.
    Texts,
    Object,
}

/// Where an option of a service's clients is read from if it is not given.
pub(crate) struct Source {
    pub(crate) name: &'static str,
    pub(crate) variable: &'static str,
    /// The value that is used if the environment does not set it either.
    pub(crate) fallback: Option<&'static str>,
    what: &'static str,
}

impl Source {
    /// Where the option is read from, if the environment can set it.
    pub(crate) fn of(name: &str, service: Service) -> Option<Self> {
        let row = CLIENT.iter().find(|row| row.name == name)?;
        let find = |values: &'static [(Service, &'static str)]| {
            values.iter().find(|(of, _)| *of == service).map(|(_, value)| *value)
        };
        let variable = find(row.env)?;
        Some(Self { name: row.name, variable, fallback: find(row.fallbacks), what: row.what })
    }

    /// The error for an option that neither the caller nor the environment sets.
    pub(crate) fn missing(&self) -> Error {
        Error::required(self.name, &format!("{}, as an argument or in {}", self.what, self.variable))
    }
}
