//! Names of members that are likely to come in an order that is known, as servers mostly write them.

/// The names that an object's members probably have, in the order in which they probably come.
#[derive(Debug, Clone)]
pub struct KnownNames(pub(super) Vec<(&'static str, String)>);

impl KnownNames {
    /// These names.
    pub fn new(names: impl IntoIterator<Item = &'static str>) -> Self {
        // As they stand in a text without white space.
        let written = |name: &'static str| (name, format!("{}:", serde_json::Value::from(name)));
        Self(names.into_iter().map(written).collect())
    }
}
