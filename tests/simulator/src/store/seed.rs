//! Plausible values: people and addresses if the fields are those of an organization, otherwise values like the
//! documents' examples.

use fastrand::Rng;
use serde_json::{Value, json};

use super::schema::{Field, Schema};
use super::spec::Spec;
use crate::state::names;

/// Names for the sites of a customer, in order.
const PREMISES: [&str; 5] = ["Headquarters", "Office", "Warehouse", "Branch", "Depot"];

/// The position of an organization.
pub(super) struct Place<'p> {
    pub(super) index: usize,
    /// The name of its parent.
    pub(super) above: Option<&'p str>,
    /// Whether it can have no children.
    pub(super) is_leaf: bool,
    /// How many siblings exist already.
    pub(super) before: usize,
}

/// The values of the stored fields, in the order of the table.
pub(super) fn cells(rng: &mut Rng, spec: &Spec, place: &Place<'_>, name: Option<&str>) -> Box<[Value]> {
    if spec.is_organization() {
        return organization(rng, spec, place, name);
    }
    let made = |field: &Field| match name.filter(|_| spec.title.as_deref() == Some(&field.name)) {
        Some(name) => name.into(),
        None if spec.title.as_deref() == Some(&field.name) => named(rng, &field.schema, place.index),
        None => plausible(rng, &field.schema, place.index),
    };
    spec.stored().map(made).collect()
}

/// An organization with a contact.
fn organization(rng: &mut Rng, spec: &Spec, place: &Place<'_>, name: Option<&str>) -> Box<[Value]> {
    // The contacts of a part are those of the whole.
    let part = place.above.filter(|_| place.is_leaf);
    let company = match (part, place.above) {
        (Some(whole), _) => whole.to_owned(),
        (None, None) => format!("{} IT Services", names::company(rng)),
        (None, Some(_)) => names::company(rng),
    };
    let contact = match name {
        Some(name) if part.is_none() => names::contact(rng, name),
        _ => names::contact(rng, &company),
    };
    let own = match part {
        Some(_) => format!("{} {}", contact.city, PREMISES[place.before % PREMISES.len()]),
        None => company,
    };
    let initials: String = spec.name.split('_').filter_map(|word| word.chars().next()).collect();
    let value = |field: &Field| match field.name.as_str() {
        title if spec.title.as_deref() == Some(title) => json!(name.unwrap_or(&own)),
        "externalId" => json!(format!("{}-{:05}", initials.to_ascii_uppercase(), place.index + 1)),
        "phone" => json!(contact.phone),
        "contactTitle" => json!(contact.title),
        "contactFirstName" => json!(contact.first),
        "contactLastName" => json!(contact.last),
        "contactEmail" => json!(contact.email),
        "contactPhone" => json!(contact.direct),
        "contactPhoneExt" => json!(contact.extension),
        "contactDepartment" => json!(contact.department),
        "street1" => json!(contact.street),
        "street2" => json!(contact.suite),
        "city" => json!(contact.city),
        "stateProv" => json!(contact.state),
        "country" => json!(contact.country),
        "postalCode" => json!(contact.postal),
        _ => Value::Null,
    };
    spec.stored().map(value).collect()
}

/// A name; the first one is that of the document.
pub(super) fn named(rng: &mut Rng, schema: &Schema, index: usize) -> Value {
    match schema.shown().next() {
        Some(shown) if index == 0 => shown.clone(),
        _ => names::company(rng).into(),
    }
}

/// A value like the document's examples; the first row has exactly those.
pub(super) fn plausible(rng: &mut Rng, schema: &Schema, index: usize) -> Value {
    let step = u64::try_from(index).unwrap_or_default();
    if let Some(values) = schema.values.as_ref().or(schema.known.as_ref())
        && !values.is_empty()
        && index > 0
    {
        return values[rng.usize(..values.len())].clone();
    }
    let shown: Vec<_> = schema.shown().collect();
    let Some(example) = shown.get(index % shown.len().max(1)) else {
        return empty(rng, schema, index);
    };
    match example {
        _ if index < shown.len() => (*example).clone(),
        Value::Bool(_) => rng.bool().into(),
        Value::Number(number) => match (number.as_u64(), number.as_f64()) {
            (Some(whole), _) => bounded(schema, whole + step).into(),
            (None, Some(part)) => json!(part + f64::from(rng.u16(..1000)) / 10.0),
            (None, None) => (*example).clone(),
        },
        Value::String(text) => match schema.format.as_deref() {
            Some("uuid") => names::guid(rng).into(),
            Some("date" | "date-time") => later(text, step).into(),
            _ if text.contains('@') => text.replacen('@', &format!("{index}@"), 1).into(),
            _ if text.ends_with(|last: char| last.is_ascii_digit()) => {
                let (prefix, number) = number_of(example);
                format!("{prefix}{}", number + step).into()
            }
            _ => (*example).clone(),
        },
        other => (*other).clone(),
    }
}

/// A value of a schema without examples.
fn empty(rng: &mut Rng, schema: &Schema, index: usize) -> Value {
    let properties =
        schema.properties.iter().map(|(name, schema)| (name.clone(), plausible(rng, schema, index)));
    match schema.types.first().map(String::as_str) {
        _ if schema.allows("null") && !schema.types.is_empty() => Value::Null,
        Some("array") => json!([]),
        Some("object") => Value::Object(properties.collect()),
        Some("boolean") => false.into(),
        Some("integer" | "number") => bounded(schema, 1).into(),
        Some("string") => format!("text {}", index + 1).into(),
        _ => Value::Null,
    }
}

/// The number, or the largest allowed one.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounds in documents are small integers"
)]
fn bounded(schema: &Schema, number: u64) -> u64 {
    let largest = schema.maximum.filter(|most| *most >= 0.0).map_or(u64::MAX, |most| most as u64);
    number.min(largest)
}

/// The same time of day, some days later in the same month.
fn later(text: &str, days: u64) -> String {
    match (text.get(..8), text.get(8..10).and_then(|day| day.parse::<u64>().ok()), text.get(10..)) {
        (Some(month), Some(day), Some(rest)) => format!("{month}{:02}{rest}", (day + days - 1) % 28 + 1),
        _ => text.to_owned(),
    }
}

/// The text before a number at the end, and the number; 1 if there is none.
pub(super) fn number_of(value: &Value) -> (String, u64) {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count().min(15);
    let (prefix, number) = text.split_at(text.len() - digits);
    (prefix.to_owned(), number.parse().unwrap_or(1))
}

/// The number of the first id.
pub(super) fn first_number(spec: &Spec) -> u64 {
    if spec.first_guid().is_some() {
        return 0;
    }
    spec.first.as_ref().map_or(1, |first| number_of(first).1)
}

/// An id that is no plain number: a GUID, or the prefix of the first one with another number.
pub(super) fn text_id(rng: &mut Rng, spec: &Spec, number: usize) -> String {
    if spec.field(&spec.id).is_some_and(|field| field.schema.format.as_deref() == Some("uuid")) {
        return names::guid(rng);
    }
    let Some(first) = &spec.first else { return number.to_string() };
    let (prefix, least) = number_of(first);
    let width = first.as_str().map_or(0, |text| text.len() - prefix.len());
    format!("{prefix}{:0width$}", least + u64::try_from(number).unwrap_or_default())
}
