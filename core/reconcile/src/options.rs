//! What is compared, and how: the options of a reconciliation, from Rust or from JSON.

use serde_json::value::RawValue;

use crate::error::{Error, Result, describe, quote};
use crate::mapping::Mapping;

/// The names of all options.
pub const OPTIONS: &[&str] = &[
    "left_key",
    "right_key",
    "by",
    "left_id",
    "right_id",
    "mapping",
    "mapping_file",
    "threshold",
    "one_to_one",
    "compare",
    "left_title",
    "right_title",
];

/// What a key is, which decides how its values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Ids: equal as texts, without blanks around them; the number 7 is the text "7".
    Id,
    /// Domains, addresses or e-mail addresses: of the same domain. Public mail services count as no domain.
    Domain,
    /// Names: equal without case, accents, punctuation, blanks and legal form, or similar.
    Name,
}

impl Kind {
    /// Every kind, the strongest evidence first.
    pub const ALL: [Self; 3] = [Self::Id, Self::Domain, Self::Name];

    /// The word for it: `id`, `domain` or `name`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Domain => "domain",
            Self::Name => "name",
        }
    }
}

/// A field of the left rows and the field of the right rows that it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What the values are.
    pub kind: Kind,
    /// The field of the left rows; `address.city` is a field of a nested object.
    pub left: String,
    /// The field of the right rows.
    pub right: String,
}

/// What is compared, and how.
///
/// ```
/// use mspkit_reconcile::{Kind, Options, reconcile};
///
/// let options = Options::new().key(Kind::Name, "customerName", "name").compare("devices", "quantity");
/// let left = br#"[{"customerName": "Contoso Ltd", "devices": 7}]"#;
/// let right = br#"[{"name": "CONTOSO", "quantity": "8"}]"#;
/// let found = reconcile(left, right, &options)?;
/// assert_eq!((found.matched()[0].left, found.matched()[0].right), (0, 0));
/// assert_eq!(found.matched()[0].differences[0].right.to_string(), "\"8\"");
/// # Ok::<(), mspkit_reconcile::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    pub(crate) keys: Vec<Key>,
    pub(crate) left_id: Option<String>,
    pub(crate) right_id: Option<String>,
    pub(crate) mapping: Mapping,
    pub(crate) threshold: f64,
    pub(crate) one_to_one: bool,
    pub(crate) compare: Vec<(String, String)>,
    pub(crate) left_title: String,
    pub(crate) right_title: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            left_id: None,
            right_id: None,
            mapping: Mapping::default(),
            threshold: 0.9,
            one_to_one: true,
            compare: Vec::new(),
            left_title: "left".to_owned(),
            right_title: "right".to_owned(),
        }
    }
}

impl Options {
    /// Options without a key; [`key`](Self::key) adds one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key: rows match if these fields do. Of several keys, ids count before domains and domains before names.
    #[must_use]
    pub fn key(mut self, kind: Kind, left: impl Into<String>, right: impl Into<String>) -> Self {
        self.keys.push(Key { kind, left: left.into(), right: right.into() });
        self
    }

    /// The fields by which a mapping names the rows of either side; by default those of the first key.
    #[must_use]
    pub fn ids(mut self, left: impl Into<String>, right: impl Into<String>) -> Self {
        (self.left_id, self.right_id) = (Some(left.into()), Some(right.into()));
        self
    }

    /// Decisions of a person, which count before any key.
    #[must_use]
    pub fn mapping(mut self, mapping: Mapping) -> Self {
        self.mapping = mapping;
        self
    }

    /// The least score of similar names, from 0 to 1 (equal names only); 0.9 by default.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// Whether a right row matches one left row at most, which is the default; otherwise it may match several.
    #[must_use]
    pub fn one_to_one(mut self, one_to_one: bool) -> Self {
        self.one_to_one = one_to_one;
        self
    }

    /// Compares these fields of rows that match.
    #[must_use]
    pub fn compare(mut self, left: impl Into<String>, right: impl Into<String>) -> Self {
        self.compare.push((left.into(), right.into()));
        self
    }

    /// What the sides are called in reports; `left` and `right` by default.
    #[must_use]
    pub fn titles(mut self, left: impl Into<String>, right: impl Into<String>) -> Self {
        (self.left_title, self.right_title) = (left.into(), right.into());
        self
    }

    /// Options from a JSON object, whose members are [`OPTIONS`].
    ///
    /// - `left_key`, `right_key`: a field, or a list of fields of which each is compared with the other side's at the same
    ///   place
    /// - `by`: what the keys are, `name` (the default), `domain` or `id`; a list says it for each
    /// - `left_id`, `right_id`: the field by which a mapping names a row
    /// - `mapping`: CSV or JSON as text, or a list of objects with `left`, `right` and `never`, or an object of left to right
    /// - `mapping_file`: the path of a file with CSV or JSON
    /// - `threshold`, `one_to_one`, `left_title`, `right_title`
    /// - `compare`: a list of fields, or of pairs of a left and a right field
    pub fn from_json(json: &[u8]) -> Result<Self> {
        let members: Vec<(String, Box<RawValue>)> =
            members(json).ok_or_else(|| Error::new("options", "something else", "must be a JSON object"))?;
        Self::from_members(members.iter().map(|(name, value)| (name.as_str(), value.get())))
    }

    /// Options from the members of a JSON object: each name, and its value as JSON. Null is the same as nothing.
    pub fn from_members<'m>(members: impl Iterator<Item = (&'m str, &'m str)>) -> Result<Self> {
        let mut options = Self::default();
        let (mut left, mut right, mut by) = (None, None, None);
        let mut mappings = Vec::new();
        for (name, raw) in members {
            if !OPTIONS.contains(&name) {
                return Err(Error::unknown(name));
            }
            if raw == "null" {
                continue;
            }
            match name {
                "left_key" => left = Some(texts(name, raw)?),
                "right_key" => right = Some(texts(name, raw)?),
                "by" => by = Some(texts(name, raw)?),
                "left_id" => options.left_id = Some(text(name, raw)?),
                "right_id" => options.right_id = Some(text(name, raw)?),
                "left_title" => options.left_title = text(name, raw)?,
                "right_title" => options.right_title = text(name, raw)?,
                "mapping" | "mapping_file" => mappings.push((name, raw)),
                "threshold" => {
                    let wrong = || Error::new(name, describe(raw), "must be a number from 0 to 1");
                    options.threshold = serde_json::from_str(raw).map_err(|_| wrong())?;
                }
                "one_to_one" => {
                    let wrong = |_| Error::new(name, describe(raw), "must be true or false");
                    options.one_to_one = serde_json::from_str(raw).map_err(wrong)?;
                }
                _ => options.compare = pairs(name, raw)?,
            }
        }
        options.keys = keys(left, right, by)?;
        match mappings.as_slice() {
            [] => {}
            [("mapping", raw)] => options.mapping = Mapping::from_json("mapping", raw)?,
            [(name, raw)] => options.mapping = Mapping::read(name, &text(name, raw)?)?,
            [..] => {
                return Err(Error::new("mapping_file", "both", "must not be given together with `mapping`"));
            }
        }
        options.check()?;
        Ok(options)
    }

    /// Refuses what only shows when all options are known.
    pub(crate) fn check(&self) -> Result<()> {
        if self.keys.is_empty() {
            return Err(Error::new("left_key", "no field", "must name at least one field"));
        }
        if !(0.0..=1.0).contains(&self.threshold) {
            return Err(Error::new("threshold", self.threshold.to_string(), "must be a number from 0 to 1"));
        }
        Ok(())
    }
}

/// The members of a JSON object.
pub(crate) fn members(json: &[u8]) -> Option<Vec<(String, Box<RawValue>)>> {
    let raw: &RawValue = serde_json::from_slice(json).ok()?;
    // The order of the members does not matter.
    let members: std::collections::BTreeMap<String, Box<RawValue>> = serde_json::from_str(raw.get()).ok()?;
    Some(members.into_iter().collect())
}

fn keys(left: Option<Vec<String>>, right: Option<Vec<String>>, by: Option<Vec<String>>) -> Result<Vec<Key>> {
    let missing = |name: &str| Error::new(name, "nothing", "must name a field of the rows");
    let left = left.ok_or_else(|| missing("left_key"))?;
    let right = right.ok_or_else(|| missing("right_key"))?;
    if left.len() != right.len() {
        let allowed = format!("must name as many fields as `left_key`: {}", left.len());
        return Err(Error::new("right_key", right.len().to_string(), allowed));
    }
    let by = by.unwrap_or_else(|| vec![Kind::Name.word().to_owned()]);
    if by.len() != 1 && by.len() != left.len() {
        let allowed = format!("must be one word, or as many as `left_key` has fields: {}", left.len());
        return Err(Error::new("by", by.len().to_string(), allowed));
    }
    let kinds = by.iter().map(|word| {
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word);
        kind.ok_or_else(|| Error::new("by", quote(word), "must be one of name, domain, id"))
    });
    let kinds = kinds.collect::<Result<Vec<_>>>()?;
    let fields = left.into_iter().zip(right).enumerate();
    Ok(fields.map(|(at, (left, right))| Key { kind: kinds[at % kinds.len()], left, right }).collect())
}

/// A text that is not blank.
fn text(name: &str, raw: &str) -> Result<String> {
    let wrong = || Error::new(name, describe(raw), "must be a text that is not empty");
    let text: String = serde_json::from_str(raw).map_err(|_| wrong())?;
    if text.trim().is_empty() { Err(wrong()) } else { Ok(text) }
}

/// A text, or a list of texts.
fn texts(name: &str, raw: &str) -> Result<Vec<String>> {
    if !raw.starts_with('[') {
        let wrong =
            |error: Error| Error { allowed: Some("must be a text or a list of texts".to_owned()), ..error };
        return Ok(vec![text(name, raw).map_err(wrong)?]);
    }
    let list: Vec<&RawValue> = entries(name, raw)?;
    if list.is_empty() {
        return Err(Error::new(name, "an empty list", "must be a text or a list of texts"));
    }
    list.iter().enumerate().map(|(at, raw)| text(&format!("{name}[{at}]"), raw.get())).collect()
}

/// A list of fields, or of pairs of fields.
fn pairs(name: &str, raw: &str) -> Result<Vec<(String, String)>> {
    if !raw.starts_with('[') {
        return Err(Error::new(
            name,
            describe(raw),
            "must be a list of fields, or of pairs of a left and a right field",
        ));
    }
    let pair = |(at, raw): (usize, &&RawValue)| {
        let name = format!("{name}[{at}]");
        let fields = texts(&name, raw.get())?;
        match fields.as_slice() {
            [left, right] => Ok((left.clone(), right.clone())),
            [both] if !raw.get().starts_with('[') => Ok((both.clone(), both.clone())),
            _ => Err(Error::new(
                name,
                fields.len().to_string(),
                "must be a field, or a left and a right field",
            )),
        }
    };
    entries(name, raw)?.iter().enumerate().map(pair).collect()
}

/// The elements of a JSON list.
fn entries<'r>(name: &str, raw: &'r str) -> Result<Vec<&'r RawValue>> {
    serde_json::from_str(raw).map_err(|_| Error::new(name, describe(raw), "must be JSON"))
}
