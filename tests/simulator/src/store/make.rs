//! Rows whose values follow from their position: kinds, values with words in braces, and fields of other rows.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Map, Number, Value, json};

use super::Store;
use super::schema::{Field, Schema};
use super::seed;
use super::spec::Spec;
use super::view::View;
use crate::state::names::{self, Contact};

/// The key of a kind that is chosen more often than others.
const WEIGHT: &str = "weight";

/// The position of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    /// The number of the row in its collection.
    pub(super) index: usize,
    /// The number of its kind, among rows with the same parent.
    pub(super) kind: usize,
    /// The number of the row among those that pick in turn.
    pub(super) turn: usize,
    pub(super) id: &'p str,
    pub(super) parent: &'p str,
}

/// The values of the stored fields, in the order of the table; `given` are those that are known.
pub(super) fn made(
    store: &Store,
    rng: &mut Rng,
    spec: &Spec,
    place: &Place<'_>,
    given: &Map<String, Value>,
) -> Box<[Value]> {
    let mut known = given.clone();
    if let Some(row) = spec.across.as_ref().and_then(|across| store.view(across, place.id)) {
        // What a row has of its own is not that of the definition.
        let is_own = |field: &Field| {
            let written = spec.kinds.iter().chain([&spec.values]).filter_map(|kind| kind.get(&field.name));
            !field.schema.allows("array") && written.into_iter().any(is_open)
        };
        for field in spec.stored().filter(|field| !is_own(field)) {
            if let Some(value) = row.value(&field.name) {
                known.entry(field.name.clone()).or_insert(value);
            }
        }
    }
    for (field, value) in picked(store, rng, spec, (place, &known)) {
        known.entry(field).or_insert(value);
    }
    known.entry(spec.id.clone()).or_insert_with(|| place.id.into());
    let kind = kind((store, rng), spec, place, &known);
    let mut writer = Writer { store, rng, spec, kind, place: *place, known, person: None, now: 0 };
    let fields: Vec<_> = spec.stored().collect();
    fields.into_iter().map(|field| writer.field(field)).collect()
}

/// Fields of rows of other collections: of those whose ids are known, or of any.
fn picked(
    store: &Store,
    rng: &mut Rng,
    spec: &Spec,
    (place, known): (&Place<'_>, &Map<String, Value>),
) -> Vec<(String, Value)> {
    let mut rows = BTreeMap::new();
    let mut found = Vec::new();
    for (field, source) in &spec.pick {
        let row = rows.entry(source.collection.as_str()).or_insert_with(|| {
            let named = store.named_by(spec, &source.collection, known);
            named.or_else(|| {
                if spec.in_turn {
                    store.in_turn(spec, &source.collection, place)
                } else {
                    store.any(rng, &source.collection, place.parent)
                }
            })
        });
        let value = row.as_ref().and_then(|row| row.value(&source.field)).unwrap_or_default();
        let is_list =
            spec.field(field).is_some_and(|field| field.schema.types.iter().any(|kind| kind == "array"));
        found.push((field.clone(), if is_list { json!([value]) } else { value }));
    }
    found
}

/// The values that occur together in this row: those that fit what is known, each first once and then at random.
fn kind<'s>(
    (store, rng): (&Store, &mut Rng),
    spec: &'s Spec,
    place: &Place<'_>,
    known: &Map<String, Value>,
) -> Option<&'s Map<String, Value>> {
    let fits = |kind: &&Map<String, Value>| {
        kind.iter().all(|(field, value)| match field.split_once('.') {
            Some((above, field)) => {
                let above = store.ancestor(spec, place.parent, above);
                above.and_then(|above| above.value(field)).as_ref() == Some(value)
            }
            None => known.get(field).is_none_or(|known| known == value || is_open(value)),
        })
    };
    let all: Vec<_> = spec.kinds.iter().filter(fits).collect();
    if all.is_empty() {
        return None;
    }
    // The conditions of the first that fits are the narrowest.
    let has_conditions = all[0].keys().any(|field| field.contains('.'));
    if spec.is_held() || place.kind < all.len() {
        return Some(all[if has_conditions { 0 } else { place.kind % all.len() }]);
    }
    let weight = |kind: &Map<String, Value>| kind.get(WEIGHT).and_then(Value::as_u64).unwrap_or(1);
    let mut left = rng.u64(..all.iter().map(|kind| weight(kind)).sum::<u64>().max(1));
    all.into_iter().find(|kind| {
        let here = weight(kind);
        let is_it = left < here;
        left = left.saturating_sub(here);
        is_it
    })
}

/// Whether a value has to be made from words or chosen from a list.
fn is_open(value: &Value) -> bool {
    value.is_array() || value.as_str().is_some_and(|text| text.contains('{'))
}

/// Writes values with words in braces.
pub(super) struct Writer<'w> {
    pub(super) store: &'w Store,
    pub(super) rng: &'w mut Rng,
    pub(super) spec: &'w Spec,
    pub(super) place: Place<'w>,
    /// The values that occur together in this row.
    pub(super) kind: Option<&'w Map<String, Value>>,
    /// Fields that have their values.
    pub(super) known: Map<String, Value>,
    /// The person of this row.
    pub(super) person: Option<(String, Contact)>,
    /// Seconds since the simulator's clock began.
    pub(super) now: u64,
}

impl Writer<'_> {
    /// The value of a field; other fields can name it before its turn.
    fn field(&mut self, field: &Field) -> Value {
        let name = &field.name;
        if let Some(value) = self.known.get(name) {
            return value.clone();
        }
        // Fields that name each other end here.
        self.known.insert(name.clone(), Value::Null);
        let (kind, spec) = (self.kind, self.spec);
        let value = match kind.and_then(|kind| kind.get(name)).or_else(|| spec.values.get(name)) {
            Some(written) => self.value(written, &field.schema),
            None if spec.title.as_ref() == Some(name) => {
                seed::named(self.rng, &field.schema, self.place.index)
            }
            None => seed::plausible(self.rng, &field.schema, self.place.index),
        };
        self.known.insert(name.clone(), value.clone());
        value
    }

    pub(super) fn value(&mut self, written: &Value, schema: &Schema) -> Value {
        match written {
            Value::String(text) if text.contains('{') => typed(self.text(text), schema),
            Value::Array(choices)
                if !schema.types.is_empty() && !schema.allows("array") && !choices.is_empty() =>
            {
                let chosen = &choices[self.rng.usize(..choices.len())];
                self.value(chosen, schema)
            }
            Value::Array(items) => {
                let each = schema.items.as_deref().cloned().unwrap_or_default();
                let written: Vec<_> = items.iter().map(|item| (item, self.value(item, &each))).collect();
                // A word for something that this row does not have leaves nothing.
                written
                    .into_iter()
                    .filter(|(item, value)| value != "" || *item == "")
                    .map(|(_, value)| value)
                    .collect()
            }
            Value::Object(fields) => {
                let any = Schema::default();
                let write = |(name, value): (&String, &Value)| {
                    (name.clone(), self.value(value, schema.properties.get(name).unwrap_or(&any)))
                };
                Value::Object(fields.iter().map(write).collect())
            }
            other => other.clone(),
        }
    }

    fn text(&mut self, text: &str) -> String {
        let mut written = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((word, after)) = after.split_once('}') else { break };
            written.push_str(before);
            let parts: Vec<_> = word.split(':').collect();
            match self.word(parts[0], &parts[1..]) {
                Some(value) => written.push_str(&value),
                None => written.extend(["{", word, "}"]),
            }
            rest = after;
        }
        written + rest
    }

    /// The text for a word; none if it is no word and no field.
    fn word(&mut self, word: &str, rest: &[&str]) -> Option<String> {
        let number = |at: usize| rest.get(at).and_then(|text| text.parse::<i64>().ok());
        let (low, high) = (number(0).unwrap_or_default(), number(1).unwrap_or_default());
        let width = usize::try_from(low).unwrap_or_default();
        Some(match word {
            "n" => format!("{:0width$}", self.place.index + 1),
            "id" => self.place.id.to_owned(),
            "parent" => self.place.parent.to_owned(),
            "int" => self.rng.i64(low..=high.max(low)).to_string(),
            "part" => format!("{}.{:02}", self.rng.i64(low..=high.max(low)), self.rng.u8(..100)),
            "upper" => self.named(rest.first()?)?.to_uppercase(),
            "hex" => hex(self.rng, width),
            "digits" => (0..width).map(|_| char::from(b'0' + self.rng.u8(..10))).collect(),
            "guid" => names::guid(self.rng),
            "ip" => format!("10.{}.{}.{}", self.rng.u8(..32), self.rng.u8(..64), self.rng.u8(1..255)),
            "mac" => {
                let pairs: Vec<_> = (0..3).map(|_| hex(self.rng, 2).to_uppercase()).collect();
                format!("00:00:5E:{}", pairs.join(":"))
            }
            "date" => names::time(86_400 * self.rng.i64(low..=high.max(low)))[..10].to_owned(),
            "time" => names::time(self.within(low, high)),
            "ms" => ((names::BEGINNING + self.within(low, high)) * 1000).to_string(),
            "now" => names::time(i64::try_from(self.now).unwrap_or_default()),
            "first" | "last" | "email" | "mailbox" | "phone" | "street" | "city" | "state" | "country"
            | "postal" | "title" | "department" | "company" | "domain" | "code" => self.person(word),
            field => self.named(field)?,
        })
    }

    /// A time between two days, in seconds.
    fn within(&mut self, low: i64, high: i64) -> i64 {
        self.rng.i64(86_400 * low..=86_400 * high.max(low))
    }

    /// A field of this row, or `collection.field` of a row above it.
    fn named(&mut self, name: &str) -> Option<String> {
        let spec = self.spec;
        let of_above = |collection: &str, field: &str| {
            let above = self.store.ancestor(spec, self.place.parent, collection);
            above.and_then(|above| above.value(field)).unwrap_or_default()
        };
        let value = match (name.split_once('.'), spec.from.get(name)) {
            (Some((collection, field)), _) => of_above(collection, field),
            (None, Some(source)) => of_above(&source.collection, &source.field),
            (None, None) => match spec.stored().find(|field| field.name == name) {
                Some(field) => self.field(field),
                None => self.known.get(name)?.clone(),
            },
        };
        Some(match value {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        })
    }

    /// Something about the person of this row, who works for the organization above it.
    fn person(&mut self, what: &str) -> String {
        let (company, person) = self.person.take().unwrap_or_else(|| {
            let company = self.store.company(self.spec, self.place.parent);
            let company = company.unwrap_or_else(|| names::company(self.rng));
            let person = names::contact(self.rng, &company);
            (company, person)
        });
        let text = match what {
            "first" => person.first.to_owned(),
            "last" => person.last.to_owned(),
            "email" => person.email.clone(),
            "mailbox" => person.email.split('@').next().unwrap_or_default().to_owned(),
            "phone" => person.phone.clone(),
            "street" => person.street.clone(),
            "city" => person.city.to_owned(),
            "state" => person.state.to_owned(),
            "country" => person.country.to_owned(),
            "postal" => person.postal.to_owned(),
            "title" => person.title.to_owned(),
            "department" => person.department.to_owned(),
            "domain" => names::domain(&company),
            "code" => {
                company.chars().filter(char::is_ascii_alphabetic).take(3).collect::<String>().to_uppercase()
            }
            _ => company.clone(),
        };
        self.person = Some((company, person));
        text
    }
}

fn hex(rng: &mut Rng, count: usize) -> String {
    (0..count).map(|_| char::from(b"0123456789abcdef"[rng.usize(..16)])).collect()
}

/// A text as a value of the type that the schema requires.
fn typed(text: String, schema: &Schema) -> Value {
    if schema.allows("string") {
        return text.into();
    }
    let number = || text.parse::<i64>().ok().map(Value::from);
    let part = || text.parse().ok().and_then(Number::from_f64).map(Value::Number);
    number().or_else(part).or_else(|| text.parse::<bool>().ok().map(Value::Bool)).unwrap_or_default()
}

impl Store {
    /// Any row of a collection, with this parent if there are such rows.
    fn any(&self, rng: &mut Rng, name: &str, parent: &str) -> Option<View<'_>> {
        let siblings = if parent.is_empty() { Vec::new() } else { self.views_under(name, parent) };
        let views = if siblings.is_empty() { self.views(name) } else { siblings };
        let at = rng.usize(..views.len().max(1));
        views.into_iter().nth(at)
    }

    /// The next row of a collection, of those with the same parent as this one or with the nearest row above it that
    /// has some.
    fn in_turn(&self, spec: &Spec, name: &str, place: &Place<'_>) -> Option<View<'_>> {
        let mut above = (spec, place.parent.to_owned());
        let mut views = self.views_under(name, place.parent);
        while views.is_empty()
            && let Some(row) = self.parent_of(above.0, &above.1)
        {
            above = (row.own_spec(), row.parent().to_owned());
            views = self.views_under(name, &above.1);
        }
        if views.is_empty() {
            views = self.views(name);
        }
        let at = place.turn % views.len().max(1);
        views.into_iter().nth(at)
    }

    /// The name of the organization to which a row belongs: not of its site, but of the customer.
    fn company(&self, spec: &Spec, parent: &str) -> Option<String> {
        let above = self.parent_of(spec, parent)?;
        let own = || {
            let title = above.spec.title.as_ref().filter(|_| above.spec.is_organization())?;
            above.value(title)?.as_str().map(str::to_owned)
        };
        if above.spec.is_company() {
            return above.value(above.spec.title.as_deref()?)?.as_str().map(str::to_owned);
        }
        if above.spec.is_organization() && !self.is_leaf(above.spec) {
            return own();
        }
        self.company(above.spec, above.parent()).or_else(own)
    }
}
