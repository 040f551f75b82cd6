//! Parameters as the typed API takes them: a struct for each operation, whose required parts go into `new`.

use std::fmt;

use serde::Serialize;

pub use crate::facade::model::DateRange;
pub use crate::generated::params::*;

/// Parameters as raw JSON by name, ready for the boundary.
#[derive(Clone, Default)]
pub(crate) struct Members {
    given: Vec<(&'static str, String, bool)>,
    /// A name that `null` was called with and that is no parameter.
    unknown: Option<String>,
}

impl Members {
    pub(crate) fn set(&mut self, name: &'static str, value: &impl Serialize, secret: bool) {
        // Everything that the setters take is written without fail: texts, numbers, and values that are JSON already.
        let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
        self.given.retain(|(known, ..)| *known != name);
        self.given.push((name, json, secret));
    }

    pub(crate) fn set_unknown(&mut self, name: &str) {
        self.unknown = Some(name.to_owned());
    }

    pub(crate) fn unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.given.iter().map(|(name, json, _)| (*name, json.as_str()))
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, json, secret) in &self.given {
            map.entry(name, &format_args!("{}", if *secret { crate::base::secret::MASK } else { json }));
        }
        map.finish()
    }
}

/// What a call takes besides the ids in its path.
pub(crate) trait Parameters {
    fn members(&self) -> &Members;
}

/// The type in which a parameter of a kind is given.
macro_rules! given {
    (text) => { impl Into<String> };
    (secret) => { impl Into<$crate::facade::model::Secret> };
    (id) => { impl Into<$crate::facade::model::Id> };
    (int) => { i64 };
    (flag) => { bool };
    (json) => { impl Into<$crate::facade::model::Json> };
    (date_range) => { $crate::facade::model::DateRange };
    (text_list) => { impl IntoIterator<Item = impl Into<String>> };
}

/// Puts a given parameter among the members.
macro_rules! put {
    ($members:expr, $name:ident, text) => {
        $members.set($crate::facade::params::plain(stringify!($name)), &$name.into(), false)
    };
    ($members:expr, $name:ident, secret) => {
        $members.set($crate::facade::params::plain(stringify!($name)), &$name.into(), true)
    };
    ($members:expr, $name:ident, id) => {
        $members.set($crate::facade::params::plain(stringify!($name)), &$name.into(), false)
    };
    ($members:expr, $name:ident, json) => {
        $members.set($crate::facade::params::plain(stringify!($name)), &$name.into(), false)
    };
    ($members:expr, $name:ident, text_list) => {{
        let texts: Vec<String> = $name.into_iter().map(Into::into).collect();
        $members.set($crate::facade::params::plain(stringify!($name)), &texts, false)
    }};
    ($members:expr, $name:ident, $plain:ident) => {
        $members.set($crate::facade::params::plain(stringify!($name)), &$name, false)
    };
}

/// A name as the operation table has it, where it is a keyword here.
pub(crate) fn plain(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// Parameter structs with `new` for what is required and a setter for each of the rest.
macro_rules! params {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            required { $( $(#[$required_meta:meta])* $required:ident: $required_kind:ident ),* $(,)? }
            optional { $( $(#[$optional_meta:meta])* $optional:ident: $optional_kind:ident ),* $(,)? }
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone)]
        #[must_use]
        pub struct $Name {
            members: $crate::facade::params::Members,
        }

        impl $Name {
            /// Takes what is required; the rest has setters.
            $(
                #[doc = ""]
                #[doc = concat!("`", stringify!($required), "`:")]
                $(#[$required_meta])*
            )*
            #[allow(clippy::new_without_default, reason = "the default is added where nothing is required")]
            pub fn new($( $required: given!($required_kind) ),*) -> Self {
                #[allow(unused_mut, reason = "there may be nothing required")]
                let mut members = $crate::facade::params::Members::default();
                $( put!(members, $required, $required_kind); )*
                Self { members }
            }

            $(
                $(#[$optional_meta])*
                pub fn $optional(mut self, $optional: given!($optional_kind)) -> Self {
                    put!(self.members, $optional, $optional_kind);
                    self
                }
            )*

            /// Sends null for an optional body field: a value of its own, other than not sending it. A name that is none
            /// of the optional ones is refused when the call is made.
            #[allow(unused_mut, unused_variables, reason = "there may be nothing optional")]
            pub fn null(mut self, name: &str) -> Self {
                $( if name == $crate::facade::params::plain(stringify!($optional)) {
                    self.members.set($crate::facade::params::plain(stringify!($optional)), &(), false);
                    return self;
                } )*
                self.members.set_unknown(name);
                self
            }
        }

        impl $crate::facade::params::Parameters for $Name {
            fn members(&self) -> &$crate::facade::params::Members {
                &self.members
            }
        }

        impl std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($Name)).field(&self.members).finish()
            }
        }

        params!(@default $Name { $($required)* });
    };
    (@default $Name:ident { }) => {
        impl Default for $Name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@default $Name:ident { $($required:ident)+ }) => {};
}
