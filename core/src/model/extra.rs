//! Fields of an answer that its model does not know: kept as they came.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Json;

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
