//! Unknown fields of a response: kept unchanged.

use serde::ser::SerializeMap;
use serde_json::value::RawValue;

use super::{Json, Unreadable};

/// Fields of a response that are not in its model, unchanged.
#[derive(Clone, Default)]
pub(crate) struct Extra(Vec<(Box<str>, Box<RawValue>)>);

impl Extra {
    pub(crate) fn keep(&mut self, name: &str, value: &str) -> Result<(), Unreadable> {
        let value =
            RawValue::from_string(value.to_owned()).map_err(|_| Unreadable::new("JSON that is too deep"))?;
        self.0.push((name.into(), value));
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
