//! What stands around a list: its envelope, and what that says of the page and of the whole list.

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::member;
use crate::model::Key;

/// What a page says about itself and the list, as far as it says anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PageFacts {
    pub(crate) total_items: Option<u64>,
    pub(crate) total_pages: Option<u64>,
    pub(crate) page_size: Option<u64>,
    pub(crate) next_link: NextLink,
    /// The whole next-page key of a scroll, as it came.
    pub(crate) next_key: Option<String>,
}

/// What a page's links say of a next one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum NextLink {
    /// There are no links.
    #[default]
    Unsaid,
    /// There are links, and none of them leads on.
    None,
    /// Where the next page is.
    To(String),
}

/// The items of an array, as slices.
pub(super) struct Slices<'a>(pub(super) Vec<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Slices<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = Slices<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list")
            }
            fn visit_unit<E>(self) -> Result<Slices<'de>, E> {
                Ok(Slices(Vec::new()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Slices<'de>, A::Error> {
                let mut items = Vec::with_capacity(64);
                while let Some(item) = seq.next_element::<&'de RawValue>()? {
                    items.push(item.get());
                }
                Ok(Slices(items))
            }
        }
        deserializer.deserialize_any(Items)
    }
}

/// A list with what stands around it.
#[derive(Default)]
pub(super) struct Envelope<'a> {
    pub(super) data: Option<Slices<'a>>,
    pub(super) facts: PageFacts,
}

impl<'de: 'a, 'a> Deserialize<'de> for Envelope<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Envelope<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object around a list")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<'de>, A::Error> {
                let mut found = Envelope::default();
                while let Some(key) = map.next_key::<Key<'de>>()? {
                    match &*key.0 {
                        "data" => found.data = Some(map.next_value()?),
                        "totalItems" => found.facts.total_items = map.next_value_seed(Count)?,
                        "totalPages" => found.facts.total_pages = map.next_value_seed(Count)?,
                        "pageSize" => found.facts.page_size = map.next_value_seed(Count)?,
                        "_links" => found.facts.next_link = next_link(map.next_value()?),
                        "next_page_key" => {
                            let key: &RawValue = map.next_value()?;
                            found.facts.next_key = (key.get() != "null").then(|| key.get().to_owned());
                        }
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(found)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A count that may be a number, a text or nothing.
struct Count;

impl<'de> DeserializeSeed<'de> for Count {
    type Value = Option<u64>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<u64>, D::Error> {
        let raw: &'de RawValue = Deserialize::deserialize(deserializer)?;
        Ok(raw.get().trim_matches('"').trim().parse().ok())
    }
}

fn next_link(links: &RawValue) -> NextLink {
    if !links.get().starts_with('{') {
        return NextLink::Unsaid;
    }
    let link =
        member(links.get(), "nextPage").and_then(|raw| serde_json::from_str::<Option<String>>(raw).ok());
    match link.flatten() {
        Some(link) if !link.is_empty() => NextLink::To(link),
        _ => NextLink::None,
    }
}
