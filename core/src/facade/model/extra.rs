//! What a model has besides its fields: unknown fields, unchanged, and the response that it is from.

use std::sync::Arc;

use serde::ser::SerializeMap;
use serde_json::value::RawValue;

use super::{Json, Unreadable};
use crate::base::error::{Error, ErrorKind};
use crate::engine::response::Meta;

/// Fields of a response that are not in its model, unchanged, and the metadata of the response.
#[derive(Clone, Default)]
pub(crate) struct Extra {
    unknown: Vec<(Box<str>, Box<RawValue>)>,
    pub(crate) meta: Option<Arc<Meta>>,
}

impl Extra {
    pub(crate) fn keep(&mut self, name: &str, value: &str) -> Result<(), Unreadable> {
        let value =
            RawValue::from_string(value.to_owned()).map_err(|_| Unreadable::new("JSON that is too deep"))?;
        self.unknown.push((name.into(), value));
        Ok(())
    }

    pub(crate) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.unknown.iter().try_for_each(|(name, value)| map.serialize_entry(&**name, value))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Json)> {
        self.unknown
            .iter()
            .map(|(name, value)| (&**name, serde_json::from_str(value.get()).unwrap_or_default()))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.unknown.iter().any(|(known, _)| &**known == name)
    }

    /// The error for a field that the server should have sent.
    #[cold]
    pub(crate) fn missing(&self, field: &str) -> Error {
        match &self.meta {
            Some(meta) => meta.missing(field),
            None => Error::new(ErrorKind::MissingField, format!("the object has no {field}")),
        }
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.unknown.iter().map(|(name, _)| &**name).collect()
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        let pairs = |extra: &Self| -> std::collections::BTreeMap<String, String> {
            extra.unknown.iter().map(|(name, value)| (name.to_string(), value.get().to_owned())).collect()
        };
        pairs(self) == pairs(other)
    }
}
