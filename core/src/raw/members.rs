//! The top-level members of an object, without reading what they hold.

use serde::Deserializer;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::Key;

/// The raw value of a top-level member.
pub(crate) fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let mut found = None;
    // The walk ends with an error of its own as soon as the member is found: ids stand first in most items.
    let _ = walk(object, |key, value| {
        let hit = key == name;
        if hit {
            found = Some(value);
        }
        !hit
    });
    found
}

/// All top-level members in order; `each` says whether to go on.
pub(crate) fn walk<'a>(
    object: &'a str,
    mut each: impl FnMut(&str, &'a str) -> bool,
) -> Result<(), serde_json::Error> {
    struct Walk<F>(F);
    impl<'de, F: FnMut(&str, &'de str) -> bool> Visitor<'de> for Walk<&mut F> {
        type Value = ();
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key::<Key<'de>>()? {
                let value: &'de RawValue = map.next_value()?;
                if !(self.0)(&key.0, value.get()) {
                    return Err(serde::de::Error::custom("found"));
                }
            }
            Ok(())
        }
    }
    serde_json::Deserializer::from_str(object).deserialize_map(Walk(&mut each))
}
