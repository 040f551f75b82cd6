//! One side of a reconciliation: the keys of its rows, how a mapping names them, and what reports show.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::domain::domain;
use crate::error::{Error, Result};
use crate::matching::Reason;
use crate::name::{Name, folded};
use crate::options::Kind;
use crate::rows::{Fields, Rows, text_of};

/// The value of a key, in the form that is compared.
#[derive(Debug)]
pub(crate) enum Value {
    Text(String),
    Name(Name),
}

impl Value {
    /// What makes two values equal.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Name(name) => &name.bare,
        }
    }
}

/// A value as reports show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Neither text nor number, or nothing.
    Nothing,
    Text(String),
    /// A number or a truth value, which no program takes for a formula.
    Plain(String),
}

impl Shown {
    fn of(raw: Option<&RawValue>) -> Self {
        match raw.map(RawValue::get) {
            None => Self::Nothing,
            Some(raw) if raw.starts_with('"') => Self::Text(text_of(raw).unwrap_or_default().into_owned()),
            Some(raw) if raw.starts_with(['{', '[']) => Self::Text(raw.to_owned()),
            Some(raw) => Self::Plain(raw.to_owned()),
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Nothing => "",
            Self::Text(text) | Self::Plain(text) => text,
        }
    }
}

/// What is read of the rows of one side.
pub(crate) struct Side {
    rows: usize,
    keys: Vec<(Kind, Vec<Option<Value>>)>,
    /// The value by which a mapping names each row.
    label: Vec<Option<String>>,
    /// The fields that reports show, in order.
    pub(crate) fields: Vec<String>,
    shown: Vec<Vec<Shown>>,
    /// Where the name of a row is among the shown values.
    named_by: usize,
}

impl Side {
    /// Reads the rows of a side. `key_of` is the name of the option with the keys, `side` that of the rows.
    pub(crate) fn read(
        side: &str,
        rows: &Rows<'_>,
        fields: &Fields,
        keys: &[(Kind, &str, usize)],
        label: usize,
    ) -> Result<Self> {
        if rows.len() > 0 && !keys.iter().any(|(_, _, at)| rows.have(*at)) {
            let names: Vec<&str> = keys.iter().map(|(_, name, _)| *name).collect();
            let given = names.join(", ");
            return Err(Error::new(
                format!("{side}_key"),
                given,
                format!("must be in the rows of `{side}`; none has it"),
            ));
        }
        let every = 0..rows.len();
        let mut values = Vec::with_capacity(keys.len());
        for (kind, name, at) in keys {
            let value = |row: usize| match rows.raw(row, *at).map(RawValue::get) {
                None => Ok(None),
                Some(raw) => text_of(raw).map(|text| read(*kind, &text)).ok_or_else(|| {
                    let given = if raw.starts_with('[') { "a list" } else { "an object" };
                    Error::new(format!("{side}[{row}][{name}]"), given, "must be text or a number, as a key")
                }),
            };
            values.push((*kind, every.clone().map(value).collect::<Result<Vec<_>>>()?));
        }
        let text = |row: usize| rows.raw(row, label).and_then(|raw| text_of(raw.get())).map(Cow::into_owned);
        let show = |row: usize| (0..fields.names().len()).map(|at| Shown::of(rows.raw(row, at))).collect();
        let name = keys.iter().find(|(kind, ..)| *kind == Kind::Name).or(keys.first());
        Ok(Self {
            rows: rows.len(),
            keys: values,
            label: every.clone().map(text).map(|text| text.filter(|text| !text.trim().is_empty())).collect(),
            fields: fields.names().to_vec(),
            shown: every.map(show).collect(),
            named_by: name.map_or(label, |(_, _, at)| *at),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// The places of the keys of a kind.
    pub(crate) fn keys_of(&self, kind: Kind) -> Vec<usize> {
        (0..self.keys.len()).filter(|at| self.keys[*at].0 == kind).collect()
    }

    pub(crate) fn value(&self, key: usize, row: u32) -> Option<&Value> {
        self.keys[key].1[row as usize].as_ref()
    }

    pub(crate) fn name(&self, key: usize, row: u32) -> Option<&Name> {
        match self.value(key, row)? {
            Value::Name(name) => Some(name),
            Value::Text(_) => None,
        }
    }

    /// Whether a row has any key.
    pub(crate) fn has_key(&self, row: u32) -> bool {
        self.keys.iter().any(|(_, values)| values[row as usize].is_some())
    }

    /// The value by which a mapping names a row.
    pub(crate) fn label(&self, row: u32) -> &str {
        self.label[row as usize].as_deref().unwrap_or_default().trim()
    }

    /// The name of a row, for people.
    pub(crate) fn title(&self, row: u32) -> &str {
        self.shown[row as usize][self.named_by].text()
    }

    pub(crate) fn shown(&self, row: u32) -> &[Shown] {
        &self.shown[row as usize]
    }

    pub(crate) fn labels(&self) -> Labels<'_> {
        Labels::of(self)
    }
}

fn read(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Id => Some(text.trim()).filter(|id| !id.is_empty()).map(|id| Value::Text(id.to_owned())),
        Kind::Domain => domain(text).map(Value::Text),
        Kind::Name => Name::new(text).map(Value::Name),
    }
}

/// The rows of a side by the values that name them: as they are written, and in the form in which names are compared.
pub(crate) struct Labels<'s> {
    exact: HashMap<&'s str, Vec<u32>>,
    folded: HashMap<String, Vec<u32>>,
}

impl<'s> Labels<'s> {
    fn of(side: &'s Side) -> Self {
        let (mut exact, mut alike): (HashMap<_, Vec<u32>>, HashMap<_, Vec<u32>>) =
            (HashMap::new(), HashMap::new());
        for row in (0_u32..).take(side.len()) {
            let label = side.label(row);
            if !label.is_empty() {
                exact.entry(label).or_default().push(row);
                alike.entry(folded(label)).or_default().push(row);
            }
        }
        Self { exact, folded: alike }
    }

    /// The one row of this name.
    pub(crate) fn row(&self, label: &str) -> Result<u32, Reason> {
        let rows = self.exact.get(label.trim()).or_else(|| self.folded.get(&folded(label)));
        match rows.map(Vec::as_slice) {
            None => Err(Reason::NotFound),
            Some([row]) => Ok(*row),
            Some(_) => Err(Reason::Several),
        }
    }
}
