//! What changed between two exports of one list, row by row, by the field that identifies a row.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::difference::Json;
use crate::error::{Error, Result, describe};
use crate::report::csv;
use crate::rows::{Fields, Rows, text_of};

/// The options of [`diff`] by their names.
pub const DIFF_OPTIONS: &[&str] = &["by", "ignore"];

/// What changed, in the order of the rows. Each old row is in `gone`, `changed` or `unidentified`, or has not changed, and each
/// new row in `added`, `changed` or `unidentified`, or has not changed.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Changes {
    /// How many rows there are of each kind.
    pub summary: ChangesSummary,
    /// The rows that are new.
    pub added: Vec<Placed>,
    /// The rows that are no longer there.
    pub gone: Vec<Placed>,
    /// The rows with other values.
    pub changed: Vec<Changed>,
    /// The rows that cannot be compared, the old ones first.
    pub unidentified: Vec<Unidentified>,
    #[serde(skip)]
    by: String,
}

/// How many rows there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct ChangesSummary {
    /// The old rows.
    pub old: usize,
    /// The new rows.
    pub new: usize,
    /// The rows that are new.
    pub added: usize,
    /// The rows that are no longer there.
    pub gone: usize,
    /// The rows with other values.
    pub changed: usize,
    /// The rows without other values.
    pub unchanged: usize,
    /// The rows of both lists that cannot be compared.
    pub unidentified: usize,
}

/// A row of one of the lists.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Placed {
    /// Its id.
    pub id: String,
    /// Its place in the list, from 0.
    pub row: usize,
    #[serde(skip)]
    json: Json,
}

/// A row that is in both lists with other values.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// Its id.
    pub id: String,
    /// Its place in the old list, from 0.
    pub old: usize,
    /// Its place in the new list, from 0.
    pub new: usize,
    /// The fields with other values, in the order of their names.
    pub fields: Vec<FieldChange>,
}

/// A field with another value.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct FieldChange {
    /// Its name; `address.city` is a field of a nested object.
    pub field: String,
    /// The old value; null if there was none.
    pub old: Json,
    /// The new value; null if there is none.
    pub new: Json,
}

/// A row that cannot be compared.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Unidentified {
    /// `old` or `new`.
    pub side: &'static str,
    /// Its place in the list, from 0.
    pub row: usize,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// `no_id`, or `repeated_id` if one of the lists has several rows with the id.
    pub reason: &'static str,
}

/// What changed between two lists of objects, which are JSON: rows are the same if their field `by` is, as text (`7` is
/// `"7"`), without blanks around it. Changes of the fields of `ignore` do not count; `address` means all of a nested object. A missing field is the same as
/// null.
///
/// ```
/// let old = br#"[{"id": 1, "name": "Contoso"}, {"id": 2, "name": "Fabrikam"}]"#;
/// let new = br#"[{"id": 1, "name": "Contoso Ltd"}, {"id": 3, "name": "Litware"}]"#;
/// let changes = mspkit_reconcile::diff(old, new, "id", &[])?;
/// assert_eq!((changes.added[0].row, changes.gone[0].row), (1, 1));
/// assert_eq!(changes.changed[0].fields[0].field, "name");
/// # Ok::<(), mspkit_reconcile::Error>(())
/// ```
///
/// # Errors
/// If one of them is no list of objects, or `by` is empty.
pub fn diff(old: &[u8], new: &[u8], by: &str, ignore: &[String]) -> Result<Changes> {
    if by.is_empty() {
        return Err(Error::new("by", "\"\"", "must be the name of the field that identifies a row"));
    }
    let (old, new) = (Side::read("old", old, by)?, Side::read("new", new, by)?);
    // Ids that are the same may be written differently.
    let ignore: Vec<&str> = ignore.iter().map(String::as_str).chain([by]).collect();
    let mut changes = Changes {
        summary: ChangesSummary { old: old.rows.len(), new: new.rows.len(), ..ChangesSummary::default() },
        added: Vec::new(),
        gone: Vec::new(),
        changed: Vec::new(),
        unidentified: Vec::new(),
        by: by.to_owned(),
    };
    for (side, own, other) in [("old", &old, &new), ("new", &new, &old)] {
        for (row, id) in own.ids.iter().enumerate() {
            let repeats = |id: &String| own.is_repeated(id) || other.is_repeated(id);
            let reason = match id {
                None => "no_id",
                Some(id) if repeats(id) => "repeated_id",
                Some(_) => continue,
            };
            changes.unidentified.push(Unidentified { side, row, id: id.clone(), reason });
        }
    }
    for (row, id) in old.ids.iter().enumerate() {
        if let Some(id) = id.as_ref().filter(|id| old.has_one(id) && !new.places.contains_key(*id)) {
            changes.gone.push(Placed { id: id.clone(), row, json: Json::of(Some(old.rows[row])) });
        }
    }
    for (row, id) in new.ids.iter().enumerate() {
        let Some(id) = id.as_ref().filter(|id| new.has_one(id)) else { continue };
        match old.places.get(id) {
            None => changes.added.push(Placed { id: id.clone(), row, json: Json::of(Some(new.rows[row])) }),
            Some(Place::Several) => {}
            Some(Place::One(before)) => {
                let fields = compared(old.rows[*before], new.rows[row], &ignore);
                if fields.is_empty() {
                    changes.summary.unchanged += 1;
                } else {
                    changes.changed.push(Changed { id: id.clone(), old: *before, new: row, fields });
                }
            }
        }
    }
    let Changes { added, gone, changed, unidentified, .. } = &changes;
    let counts = (added.len(), gone.len(), changed.len(), unidentified.len());
    let summary = &mut changes.summary;
    (summary.added, summary.gone, summary.changed, summary.unidentified) = counts;
    Ok(changes)
}

impl Changes {
    /// Everything as a JSON object: `summary` with the counts, `added`, `gone`, `changed` and `unidentified`; rows are named by
    /// their places in the lists, from 0.
    pub fn to_json(&self) -> String {
        // Everything in it has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// A table as CSV (RFC 4180): `change` is `added`, `gone`, `changed` or `unidentified`, then the id, the field, and the old and
    /// the new value. A changed row has a line for each field; a row that is added or gone has one, with the row as JSON. Texts
    /// that a spreadsheet would run as a formula begin with `'`. With `excel`, it begins with a byte order mark, by which Excel
    /// recognizes UTF-8.
    pub fn to_csv(&self, excel: bool) -> String {
        let mut writer = csv::writer();
        let mut line = |cells: [&str; 5]| csv::add(&mut writer, cells.map(csv::defused));
        line(["change", &self.by, "field", "old", "new"]);
        for one in &self.added {
            line(["added", &one.id, "", "", &one.json.to_string()]);
        }
        for one in &self.gone {
            line(["gone", &one.id, "", &one.json.to_string(), ""]);
        }
        for one in &self.changed {
            for change in &one.fields {
                line(["changed", &one.id, &change.field, &shown(&change.old), &shown(&change.new)]);
            }
        }
        for one in &self.unidentified {
            let id = one.id.as_deref().unwrap_or_default();
            let [old, new] = ["old", "new"].map(|side| if side == one.side { one.reason } else { "" });
            line(["unidentified", id, "", old, new]);
        }
        csv::text_of(writer, excel)
    }
}

/// A value in a cell: a text without quotes, nothing for null.
fn shown(value: &Json) -> String {
    let json = value.to_string();
    match &*json {
        "null" => String::new(),
        _ => text_of(&json).map(Cow::into_owned).unwrap_or(json),
    }
}

/// The rows of one list, and where each id is.
struct Side<'j> {
    rows: Vec<&'j RawValue>,
    ids: Vec<Option<String>>,
    places: HashMap<String, Place>,
}

/// Where an id is.
enum Place {
    One(usize),
    Several,
}

impl<'j> Side<'j> {
    fn read(side: &'static str, json: &'j [u8], by: &str) -> Result<Self> {
        let mut fields = Fields::new();
        let field = fields.add(by);
        let read = Rows::read(side, json, &fields)?;
        let rows: Vec<&RawValue> = serde_json::from_slice(json).map_err(|_| {
            let begin = String::from_utf8_lossy(json);
            Error::new(side, describe(begin.trim_start()), "must be a list of rows, which are objects")
        })?;
        let mut places: HashMap<String, Place> = HashMap::with_capacity(rows.len());
        let mut ids = Vec::with_capacity(rows.len());
        for row in 0..rows.len() {
            let id = read.raw(row, field).and_then(|raw| text_of(raw.get()));
            let id = id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
            if let Some(id) = &id {
                let place = places.entry(id.clone());
                place.and_modify(|place| *place = Place::Several).or_insert(Place::One(row));
            }
            ids.push(id);
        }
        Ok(Self { rows, ids, places })
    }

    fn is_repeated(&self, id: &str) -> bool {
        matches!(self.places.get(id), Some(Place::Several))
    }

    fn has_one(&self, id: &str) -> bool {
        matches!(self.places.get(id), Some(Place::One(_)))
    }
}

/// The fields of two rows that have other values.
fn compared(old: &RawValue, new: &RawValue, ignore: &[&str]) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    // Most rows have not changed, and servers write them in the same way every time.
    if old.get() != new.get() {
        compare(Some(old), Some(new), "", ignore, &mut changes);
    }
    changes
}

fn compare(
    old: Option<&RawValue>,
    new: Option<&RawValue>,
    field: &str,
    ignore: &[&str],
    changes: &mut Vec<FieldChange>,
) {
    if ignore.contains(&field) || is_same(old, new) {
        return;
    }
    let members = [old, new].map(|value| value.map(members));
    match members {
        [Some(Some(old)), Some(Some(new))] => {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                let path = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
                let value = |of: &BTreeMap<String, &'_ RawValue>| {
                    of.get(name).filter(|raw| raw.get() != "null").map(|raw| (*raw).to_owned())
                };
                let (before, after) = (value(&old), value(&new));
                compare(before.as_deref(), after.as_deref(), &path, ignore, changes);
            }
        }
        _ => changes.push(FieldChange { field: field.to_owned(), old: Json::of(old), new: Json::of(new) }),
    }
}

/// The members of an object; `None` for another value.
fn members(value: &RawValue) -> Option<BTreeMap<String, &RawValue>> {
    serde_json::from_str(value.get()).ok()
}

/// Whether two values are the same. Numbers are compared by their digits, which a float would round.
fn is_same(old: Option<&RawValue>, new: Option<&RawValue>) -> bool {
    let (old, new) = match (old.map(RawValue::get), new.map(RawValue::get)) {
        (Some(old), Some(new)) => (old, new),
        (None, None) => return true,
        _ => return false,
    };
    if old == new {
        return true;
    }
    match (old.as_bytes().first(), new.as_bytes().first()) {
        (Some(b'['), Some(b'[')) => {
            let list = |json| serde_json::from_str::<Vec<&RawValue>>(json).unwrap_or_default();
            let (old, new) = (list(old), list(new));
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_same(Some(*old), Some(new)))
        }
        (Some(b'{'), Some(b'{')) => {
            let object = |json| serde_json::from_str::<BTreeMap<String, &RawValue>>(json).unwrap_or_default();
            let (old, new) = (object(old), object(new));
            let given =
                |of: &BTreeMap<String, &RawValue>| of.values().filter(|raw| raw.get() != "null").count();
            let same = |(name, old): (&String, &&RawValue)| {
                old.get() == "null" || is_same(Some(*old), new.get(name).copied())
            };
            given(&old) == given(&new) && old.iter().all(same)
        }
        (Some(b'"'), Some(b'"')) => {
            // The same text may be written with other escapes.
            serde_json::from_str::<String>(old).ok() == serde_json::from_str::<String>(new).ok()
        }
        (Some(b'"' | b'[' | b'{'), _) | (_, Some(b'"' | b'[' | b'{')) => false,
        _ => text_of(old) == text_of(new),
    }
}

#[cfg(test)]
mod tests;
