//! Parameters as the typed API takes them: a struct for each operation, whose required parts go into `new`.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::ser::{Error as _, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::facade::model::Json;

/// Parameters as raw JSON by name, ready for the boundary.
#[derive(Clone, Default)]
pub(crate) struct Members {
    given: Vec<(Cow<'static, str>, String, bool)>,
    /// A name that `null` was called with and that is no parameter.
    unknown: Option<String>,
    /// What was given in place of an object, as JSON; it is refused when the call is made.
    misplaced: Option<String>,
}

impl Members {
    pub(crate) fn set(&mut self, name: &'static str, value: &impl Serialize, secret: bool) {
        // Everything that the setters take is written without fail: texts, numbers, and values that are JSON already.
        let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
        self.put(name.into(), json, secret);
    }

    fn put(&mut self, name: Cow<'static, str>, json: String, secret: bool) {
        self.given.retain(|(known, ..)| *known != name);
        self.given.push((name, json, secret));
    }

    /// Takes objects that are parts of the request, as one value: alone, or a list of them.
    pub(crate) fn set_inputs(&mut self, name: &'static str, inputs: &[Members], alone: bool) {
        let unknown = inputs.iter().find_map(Members::unknown).map(str::to_owned);
        self.unknown = unknown.or(self.unknown.take());
        let secret = inputs.iter().any(|input| input.given.iter().any(|(.., secret)| *secret));
        match inputs {
            [one] if alone => self.set(name, one, secret),
            many => self.set(name, &many, secret),
        }
    }

    pub(crate) fn set_member(&mut self, name: String, value: &Json) {
        self.put(name.into(), value.to_string(), false);
    }

    pub(crate) fn set_unknown(&mut self, name: &str) {
        self.unknown = Some(name.to_owned());
    }

    pub(crate) fn unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Cow<'static, str>, &str)> {
        self.given.iter().map(|(name, json, _)| (name, json.as_str()))
    }
}

impl From<Json> for Members {
    fn from(value: Json) -> Self {
        let mut members = Self::default();
        match value {
            Json::Object(object) => {
                object.into_iter().for_each(|(name, value)| members.set_member(name, &value));
            }
            other => members.misplaced = Some(other.to_string()),
        }
        members
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = |json: &str| RawValue::from_string(json.to_owned()).map_err(S::Error::custom);
        if let Some(json) = &self.misplaced {
            return raw(json)?.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(self.given.len()))?;
        for (name, json, _) in &self.given {
            map.serialize_entry(name, &raw(json)?)?;
        }
        map.end()
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
    (number) => { f64 };
    (json) => { impl Into<$crate::facade::model::Json> };
    ([text]) => { impl IntoIterator<Item = impl Into<String>> };
    ([id]) => { impl IntoIterator<Item = impl Into<$crate::facade::model::Id>> };
    ([int]) => { impl IntoIterator<Item = i64> };
    ([number]) => { impl IntoIterator<Item = f64> };
    ([flag]) => { impl IntoIterator<Item = bool> };
    ({$Input:ident}) => { impl Into<$Input> };
    ([{$Input:ident}]) => { impl IntoIterator<Item = impl Into<$Input>> };
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
    ($members:expr, $name:ident, [text]) => {
        put!($members, $name, text_list)
    };
    ($members:expr, $name:ident, [id]) => {{
        let ids: Vec<$crate::facade::model::Id> = $name.into_iter().map(Into::into).collect();
        $members.set($crate::facade::params::plain(stringify!($name)), &ids, false)
    }};
    ($members:expr, $name:ident, {$Input:ident}) => {{
        let input: $Input = $name.into();
        $members.set_inputs($crate::facade::params::plain(stringify!($name)), &[input.members], true)
    }};
    ($members:expr, $name:ident, [{$Input:ident}]) => {{
        let inputs: Vec<_> = $name.into_iter().map(|input| Into::<$Input>::into(input).members).collect();
        $members.set_inputs($crate::facade::params::plain(stringify!($name)), &inputs, false)
    }};
    ($members:expr, $name:ident, [$plain:ident]) => {{
        let values: Vec<_> = $name.into_iter().collect();
        $members.set($crate::facade::params::plain(stringify!($name)), &values, false)
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
            required { $( $(#[$required_meta:meta])* $required:ident: $required_kind:tt ),* $(,)? }
            optional { $( $(#[$optional_meta:meta])* $optional:ident: $optional_kind:tt ),* $(,)? }
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone)]
        #[must_use]
        pub struct $Name {
            pub(crate) members: $crate::facade::params::Members,
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

/// Objects that are parts of a request: built as parameters are, or made of JSON.
macro_rules! input {
    ($(#[$meta:meta])* pub struct $Name:ident { $($members:tt)* }) => {
        params! {
            $(#[$meta])*
            pub struct $Name { $($members)* }
        }

        impl $Name {
            /// Adds a member by the vendor's name, or replaces it.
            pub fn with(mut self, name: impl Into<String>, value: impl Into<$crate::facade::model::Json>) -> Self {
                self.members.set_member(name.into(), &value.into());
                self
            }
        }

        /// The members of a JSON object, by their names here or by the vendor's.
        impl From<$crate::facade::model::Json> for $Name {
            fn from(value: $crate::facade::model::Json) -> Self {
                Self { members: value.into() }
            }
        }
    };
}
