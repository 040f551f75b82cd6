//! What models are made of: tolerant field types, and the macro that turns the generated listing into structs.
//!
//! A field that the server did not send differs from one that it sent as null: both are `None`, and `is_set` tells
//! them apart. Fields that are not known are kept as they came and written again. Scalars are read as what they are
//! meant to be: an id or a text that comes as a number, a number that comes as text.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

pub(crate) use crate::secret::Secret;

/// Any JSON value.
pub type Json = serde_json::Value;

/// An id: always text, whether the server sent a string or a number.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Id(String);

impl Id {
    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&Id> for Id {
    fn from(id: &Id) -> Self {
        id.clone()
    }
}

impl From<String> for Id {
    fn from(text: String) -> Self {
        Self(text)
    }
}

macro_rules! id_from {
    ($($from:ty),*) => {$(
        impl From<$from> for Id {
            fn from(value: $from) -> Self {
                Self(value.to_string())
            }
        }
    )*};
}

id_from!(&str, &String, i32, i64, u32, u64, usize);

impl PartialEq<str> for Id {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Id {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Reads the result of a call from its JSON.
pub trait FromAnswer: Sized {
    /// The result, or why it cannot be read.
    ///
    /// # Errors
    /// The parser's own.
    fn from_answer(json: &[u8]) -> Result<Self, serde_json::Error>;

    /// The path of the member that cannot be read, found by reading again.
    fn broken_path(json: &[u8]) -> Option<String>;
}

impl FromAnswer for () {
    fn from_answer(_: &[u8]) -> Result<Self, serde_json::Error> {
        Ok(())
    }

    fn broken_path(_: &[u8]) -> Option<String> {
        None
    }
}

/// A field's type: read from whatever a server may send for it; nothing for null.
pub trait Field: Sized {
    /// The value, or nothing where the server sent null.
    ///
    /// # Errors
    /// When the value cannot stand for this type.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error>;
}

/// Reads a field inside a map or a list.
pub(crate) struct FieldSeed<T>(PhantomData<T>);

impl<T> FieldSeed<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Field> DeserializeSeed<'de> for FieldSeed<T> {
    type Value = Option<T>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read(deserializer)
    }
}

/// A scalar in whatever form it came.
struct Scalar<T, F>(F, &'static str, PhantomData<T>);

/// The forms that a scalar can come in.
enum Form<'a> {
    Text(&'a str),
    Int(i128),
    Float(f64),
    Bool(bool),
}

impl<T, F: FnOnce(Form<'_>) -> Option<T>> Visitor<'_> for Scalar<T, F> {
    type Value = Option<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }
    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Option<T>, E> {
        let expected = self.1;
        (self.0)(Form::Text(text))
            .map(Some)
            .ok_or_else(|| E::custom(format_args!("a text that is not {expected}")))
    }
    fn visit_bool<E: serde::de::Error>(self, flag: bool) -> Result<Option<T>, E> {
        let expected = self.1;
        (self.0)(Form::Bool(flag))
            .map(Some)
            .ok_or_else(|| E::custom(format_args!("{flag} where {expected} belongs")))
    }
    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Option<T>, E> {
        let expected = self.1;
        let value = (self.0)(Form::Int(number.into()));
        value.map(Some).ok_or_else(|| E::custom(format_args!("{number} where {expected} belongs")))
    }
    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Option<T>, E> {
        let expected = self.1;
        let value = (self.0)(Form::Int(number.into()));
        value.map(Some).ok_or_else(|| E::custom(format_args!("{number} where {expected} belongs")))
    }
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Option<T>, E> {
        let expected = self.1;
        let value = (self.0)(Form::Float(number));
        value.map(Some).ok_or_else(|| E::custom(format_args!("{number} where {expected} belongs")))
    }
}

fn scalar<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &'static str,
    read: impl FnOnce(Form<'_>) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(Scalar(read, expected, PhantomData))
}

fn any_text(form: &Form<'_>) -> String {
    match form {
        Form::Text(text) => (*text).to_owned(),
        Form::Int(number) => number.to_string(),
        Form::Float(number) => number.to_string(),
        Form::Bool(flag) => flag.to_string(),
    }
}

impl Field for String {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, "text", |form| Some(any_text(&form)))
    }
}

impl Field for Id {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, "an id", |form| match form {
            Form::Bool(_) => None,
            form => Some(Id(any_text(&form))),
        })
    }
}

impl Field for Secret {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, "text", |form| Some(Secret::from(any_text(&form))))
    }
}

impl Field for i64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, "a whole number", |form| match form {
            Form::Int(number) => number.try_into().ok(),
            Form::Text(text) => text.trim().parse().ok(),
            // Exact for every whole number that a double can hold exactly.
            Form::Float(number) if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 => {
                format!("{number:.0}").parse().ok()
            }
            _ => None,
        })
    }
}

impl Field for f64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, "a number", |form| match form {
            Form::Int(number) => number.to_string().parse().ok(),
            Form::Float(number) => Some(number),
            Form::Text(text) => text.trim().parse().ok(),
            Form::Bool(_) => None,
        })
    }
}

impl Field for bool {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        scalar(deserializer, "true or false", |form| match form {
            Form::Bool(flag) => Some(flag),
            Form::Text(text) => text.trim().to_ascii_lowercase().parse().ok(),
            Form::Int(0) => Some(false),
            Form::Int(1) => Some(true),
            _ => None,
        })
    }
}

impl Field for Json {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        let value = Json::deserialize(deserializer)?;
        Ok((!value.is_null()).then_some(value))
    }
}

impl<T: Field> Field for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Field> Visitor<'de> for Entries<T> {
            type Value = Option<Vec<T>>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = seq.next_element_seed(FieldSeed::new())? {
                    // A null among entries stands for nothing.
                    entries.extend(entry);
                }
                Ok(Some(entries))
            }
        }
        deserializer.deserialize_any(Entries(PhantomData))
    }
}

/// Fields of an answer that its model does not know, as they came.
#[derive(Clone, Default)]
pub(crate) struct Extra(Vec<(Box<str>, Box<RawValue>)>);

impl Extra {
    pub(crate) fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        self.0.push((name.into(), map.next_value()?));
        Ok(())
    }

    pub(crate) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.0.iter().try_for_each(|(name, value)| map.serialize_entry(&**name, value))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Json)> {
        self.0.iter().map(|(name, value)| (&**name, serde_json::from_str(value.get()).unwrap_or_default()))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| &**known == name)
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| &**name).collect()
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        let pairs = |extra: &Self| -> std::collections::BTreeMap<String, String> {
            extra.0.iter().map(|(name, value)| (name.to_string(), value.get().to_owned())).collect()
        };
        pairs(self) == pairs(other)
    }
}

/// The error for something that stands where an object belongs.
pub(crate) fn not_an_object<E: serde::de::Error>(what: &str) -> E {
    E::custom(format_args!("{what} where an object belongs"))
}

/// Which member cannot be read.
pub(crate) fn broken_path<T: for<'de> Deserialize<'de>>(json: &[u8]) -> Option<String> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    serde_path_to_error::deserialize::<_, T>(&mut deserializer).err().map(|error| error.path().to_string())
}

/// A range of days, both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DateRange {
    /// The first day, `YYYY-MM-DD`.
    pub start: String,
    /// The last day, `YYYY-MM-DD`.
    pub end: String,
}

impl DateRange {
    /// From `start` to `end`, each `YYYY-MM-DD`.
    pub fn new(start: impl Into<String>, end: impl Into<String>) -> Self {
        Self { start: start.into(), end: end.into() }
    }
}

/// Structs with optional fields, presence, unknown fields, and both directions of serde.
macro_rules! model {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident { $( $(#[$field_meta:meta])* pub $field:ident: $ty:ty => $wire:literal, )* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::struct_field_names, reason = "the vendor's names")]
        pub struct $Name {
            $( $(#[$field_meta])* pub $field: Option<$ty>, )*
            present: u64,
            extra: $crate::model::Extra,
        }

        const _: () = {
            #[allow(non_camel_case_types, dead_code, clippy::upper_case_acronyms)]
            enum At { $($field),* }

            impl $Name {
                /// Whether the server sent the field, null included. Takes the name here or the vendor's.
                pub fn is_set(&self, name: &str) -> bool {
                    $( if name == $wire || name == stringify!($field).trim_start_matches("r#") {
                        return self.$field.is_some() || self.present & (1 << At::$field as u32) != 0;
                    } )*
                    self.extra.has(name)
                }

                /// Fields that the server sent and this version of mspkit does not know.
                pub fn extra(&self) -> impl Iterator<Item = (&str, $crate::model::Json)> {
                    self.extra.iter()
                }
            }

            impl<'de> serde::Deserialize<'de> for $Name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let read = <$Name as $crate::model::Field>::read(deserializer)?;
                    read.ok_or_else(|| $crate::model::not_an_object("null"))
                }
            }

            impl $crate::model::Field for $Name {
                fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                    struct Members;
                    impl<'de> serde::de::Visitor<'de> for Members {
                        type Value = Option<$Name>;
                        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                            f.write_str("an object")
                        }
                        fn visit_unit<E>(self) -> Result<Self::Value, E> {
                            Ok(None)
                        }
                        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                            let mut model = $Name::default();
                            while let Some($crate::model::Key(key)) = map.next_key()? {
                                match &*key {
                                    $( $wire => {
                                        model.present |= 1 << At::$field as u32;
                                        model.$field = map.next_value_seed($crate::model::FieldSeed::new())?;
                                    } )*
                                    other => model.extra.read(other, &mut map)?,
                                }
                            }
                            Ok(Some(model))
                        }
                    }
                    deserializer.deserialize_any(Members)
                }
            }

            impl serde::Serialize for $Name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    use serde::ser::SerializeMap;
                    let mut map = serializer.serialize_map(None)?;
                    $( if self.is_set($wire) {
                        map.serialize_entry($wire, &self.$field)?;
                    } )*
                    self.extra.write(&mut map)?;
                    map.end()
                }
            }

            impl std::fmt::Debug for $Name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    let mut shown = f.debug_struct(stringify!($Name));
                    $( if let Some(value) = &self.$field {
                        shown.field(stringify!($field).trim_start_matches("r#"), value);
                    } )*
                    // Names only: what an unknown field holds may be a secret.
                    let extra = self.extra.names();
                    if !extra.is_empty() {
                        shown.field("extra", &extra);
                    }
                    shown.finish()
                }
            }

            impl $crate::model::FromAnswer for $Name {
                fn from_answer(json: &[u8]) -> Result<Self, serde_json::Error> {
                    serde_json::from_slice(json)
                }

                fn broken_path(json: &[u8]) -> Option<String> {
                    $crate::model::broken_path::<Self>(json)
                }
            }
        };
    };
}

/// Enums that may grow: a value that is not known is kept as text.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $Name:ident { $( $(#[$variant_meta:meta])* $Variant:ident => $wire:literal, )* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $Name {
            $( $(#[$variant_meta])* $Variant, )*
            /// A value that this version of mspkit does not know.
            Other(String),
        }

        impl $Name {
            /// The vendor's text.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$Variant => $wire, )*
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $Name {
            fn from(text: &str) -> Self {
                match text {
                    $( $wire => Self::$Variant, )*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::model::Field for $Name {
            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                Ok(<String as $crate::model::Field>::read(deserializer)?.map(|text| Self::from(text.as_str())))
            }
        }
    };
}

/// The name of a member, borrowed where it holds no escapes.
pub(crate) struct Key<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl<'de> Visitor<'de> for Name {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(name.to_owned())))
            }
        }
        // As a plain string, not a wrapper around one: path tracking looks for keys that are read so.
        deserializer.deserialize_str(Name)
    }
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macros make public types")]
mod tests {
    use super::*;

    open_enum! {
        /// A colour.
        pub enum Colour {
            /// Red.
            Red => "RED",
        }
    }

    model! {
        /// A thing.
        pub struct Thing {
            /// Its id.
            pub thing_id: Id => "thingId",
            /// Its name.
            pub name: String => "name",
            /// Its colour.
            pub colour: Colour => "colour",
            /// How many.
            pub count: i64 => "count",
            /// Whether.
            pub r#type: bool => "type",
            /// Parts.
            pub parts: Vec<Thing> => "parts",
            /// Hidden.
            pub token: Secret => "token",
        }
    }

    fn thing(json: &str) -> Thing {
        Thing::from_answer(json.as_bytes()).unwrap()
    }

    #[test]
    fn absent_differs_from_null_and_both_come_back() {
        let read = thing(r#"{"thingId":7,"name":null}"#);
        assert_eq!(read.thing_id.as_ref().unwrap(), &"7");
        assert!(read.is_set("name") && read.name.is_none());
        assert!(!read.is_set("colour"));
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"thingId":"7","name":null}"#);
    }

    #[test]
    fn unknown_fields_and_values_are_kept_exactly() {
        let json = r#"{"colour":"MAUVE","parts":[{"x":12345678901234567890123}],"big":98765432109876543210,"n":1.50}"#;
        let read = thing(json);
        assert_eq!(read.colour, Some(Colour::Other("MAUVE".into())));
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
        assert!(read.is_set("big"));
        assert_eq!(read.extra().count(), 2);
    }

    #[test]
    fn scalars_are_read_in_any_form() {
        let read = thing(r#"{"name":5,"count":"12","type":"TRUE","thingId":"a"}"#);
        assert_eq!((read.name.as_deref(), read.count, read.r#type), (Some("5"), Some(12), Some(true)));
        assert_eq!(thing(r#"{"count":3.0,"type":0}"#).count, Some(3));
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_path() {
        let json = br#"{"parts":[{},{"count":"many"}]}"#;
        assert!(Thing::from_answer(json).is_err());
        assert_eq!(Thing::broken_path(json).as_deref(), Some("parts[1].count"));
    }

    #[test]
    fn secrets_do_not_show() {
        let read = thing(r#"{"token":"planted","unknown":"planted too"}"#);
        assert!(!format!("{read:?}").contains("planted"));
    }
}
