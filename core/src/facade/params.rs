//! Parameters of the typed API: a struct for each operation, whose `new` takes the required ones.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::ser::{Error as _, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::facade::model::Json;

/// Parameters as raw JSON by name, ready for the boundary.
#[derive(Clone, Default)]
pub(crate) struct Params {
    given: Vec<(Cow<'static, str>, String, bool)>,
    /// A name passed to `null` that is not a parameter.
    unknown: Option<String>,
    /// A value that is not an object, as JSON; it is refused when the call is made.
    misplaced: Option<String>,
}

impl Params {
    pub(crate) fn set(&mut self, name: &'static str, value: &impl Serialize, secret: bool) {
        // Cannot fail for what the setters take: texts, numbers, and values that are JSON already.
        let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
        self.insert(name.into(), json, secret);
    }

    fn insert(&mut self, name: Cow<'static, str>, json: String, secret: bool) {
        self.given.retain(|(known, ..)| *known != name);
        self.given.push((name, json, secret));
    }

    /// Sets a parameter to nested objects: one object, or a list of them.
    pub(crate) fn set_inputs(&mut self, name: &'static str, inputs: &[Params], alone: bool) {
        let unknown = inputs.iter().find_map(Params::unknown).map(str::to_owned);
        self.unknown = unknown.or(self.unknown.take());
        let secret = inputs.iter().any(|input| input.given.iter().any(|(.., secret)| *secret));
        match inputs {
            [one] if alone => self.set(name, one, secret),
            many => self.set(name, &many, secret),
        }
    }

    pub(crate) fn set_member(&mut self, name: String, value: &Json) {
        self.insert(name.into(), value.to_string(), false);
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

impl From<Json> for Params {
    fn from(value: Json) -> Self {
        let mut params = Self::default();
        match value {
            Json::Object(object) => {
                object.into_iter().for_each(|(name, value)| params.set_member(name, &value));
            }
            other => params.misplaced = Some(other.to_string()),
        }
        params
    }
}

impl Serialize for Params {
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

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, json, secret) in &self.given {
            map.entry(name, &format_args!("{}", if *secret { crate::base::secret::MASK } else { json }));
        }
        map.finish()
    }
}

/// The parameters of a call outside its path.
pub(crate) trait Parameters {
    fn params(&self) -> &Params;
}

/// The argument type of a parameter of a kind.
macro_rules! param_type {
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

/// Sets a parameter.
macro_rules! set {
    ($params:expr, $name:ident, text) => {
        $params.set($crate::facade::params::plain(stringify!($name)), &$name.into(), false)
    };
    ($params:expr, $name:ident, secret) => {
        $params.set($crate::facade::params::plain(stringify!($name)), &$name.into(), true)
    };
    ($params:expr, $name:ident, id) => {
        $params.set($crate::facade::params::plain(stringify!($name)), &$name.into(), false)
    };
    ($params:expr, $name:ident, json) => {
        $params.set($crate::facade::params::plain(stringify!($name)), &$name.into(), false)
    };
    ($params:expr, $name:ident, text_list) => {{
        let texts: Vec<String> = $name.into_iter().map(Into::into).collect();
        $params.set($crate::facade::params::plain(stringify!($name)), &texts, false)
    }};
    ($params:expr, $name:ident, [text]) => {
        set!($params, $name, text_list)
    };
    ($params:expr, $name:ident, [id]) => {{
        let ids: Vec<$crate::facade::model::Id> = $name.into_iter().map(Into::into).collect();
        $params.set($crate::facade::params::plain(stringify!($name)), &ids, false)
    }};
    ($params:expr, $name:ident, {$Input:ident}) => {{
        let input: $Input = $name.into();
        $params.set_inputs($crate::facade::params::plain(stringify!($name)), &[input.params], true)
    }};
    ($params:expr, $name:ident, [{$Input:ident}]) => {{
        let inputs: Vec<_> = $name.into_iter().map(|input| Into::<$Input>::into(input).params).collect();
        $params.set_inputs($crate::facade::params::plain(stringify!($name)), &inputs, false)
    }};
    ($params:expr, $name:ident, [$plain:ident]) => {{
        let values: Vec<_> = $name.into_iter().collect();
        $params.set($crate::facade::params::plain(stringify!($name)), &values, false)
    }};
    ($params:expr, $name:ident, $plain:ident) => {
        $params.set($crate::facade::params::plain(stringify!($name)), &$name, false)
    };
}

/// A name as in the operation table, without the `r#` of keywords.
pub(crate) fn plain(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// Parameter structs with `new` for required parameters and a setter for each optional one.
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
            pub(crate) params: $crate::facade::params::Params,
        }

        impl $Name {
            /// Takes the required parameters; the optional ones have setters.
            $(
                #[doc = ""]
                #[doc = concat!("`", stringify!($required), "`:")]
                $(#[$required_meta])*
            )*
            #[allow(clippy::new_without_default, reason = "the default is added where nothing is required")]
            #[allow(clippy::too_many_arguments, reason = "each is required by the vendor")]
            pub fn new($( $required: param_type!($required_kind) ),*) -> Self {
                #[allow(unused_mut, reason = "there may be nothing required")]
                let mut params = $crate::facade::params::Params::default();
                $( set!(params, $required, $required_kind); )*
                Self { params }
            }

            $(
                $(#[$optional_meta])*
                pub fn $optional(mut self, $optional: param_type!($optional_kind)) -> Self {
                    set!(self.params, $optional, $optional_kind);
                    self
                }
            )*

            /// Sends null for an optional body field, which differs from not sending it. An unknown name is refused when
            /// the call is made.
            #[allow(unused_mut, unused_variables, reason = "there may be nothing optional")]
            pub fn null(mut self, name: &str) -> Self {
                $( if name == $crate::facade::params::plain(stringify!($optional)) {
                    self.params.set($crate::facade::params::plain(stringify!($optional)), &(), false);
                    return self;
                } )*
                self.params.set_unknown(name);
                self
            }
        }

        impl $crate::facade::params::Parameters for $Name {
            fn params(&self) -> &$crate::facade::params::Params {
                &self.params
            }
        }

        impl std::fmt::Debug for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($Name)).field(&self.params).finish()
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

/// Nested objects of a request: built like parameters, or from JSON.
macro_rules! input {
    ($(#[$meta:meta])* pub struct $Name:ident { $($params:tt)* }) => {
        params! {
            $(#[$meta])*
            pub struct $Name { $($params)* }
        }

        impl $Name {
            /// Adds a member by the vendor's name, or replaces it.
            pub fn with(mut self, name: impl Into<String>, value: impl Into<$crate::facade::model::Json>) -> Self {
                self.params.set_member(name.into(), &value.into());
                self
            }
        }

        /// The members of a JSON object, by their names here or by the vendor's.
        impl From<$crate::facade::model::Json> for $Name {
            fn from(value: $crate::facade::model::Json) -> Self {
                Self { params: value.into() }
            }
        }
    };
}
