//! N-central's organization units: service organizations and the customers under them.

use std::collections::{HashMap, HashSet};

use fastrand::Rng;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::options::{IdForm, Options};
use crate::state::load::{self, Said};
use crate::state::names;

/// The fields of every unit that are text or nothing, in the order in which the vendor writes them.
pub(crate) const TEXTS: [&str; 17] = [
    "externalId",
    "externalId2",
    "phone",
    "contactTitle",
    "contactFirstName",
    "contactLastName",
    "contactEmail",
    "contactPhone",
    "contactPhoneExt",
    "contactDepartment",
    "street1",
    "street2",
    "city",
    "stateProv",
    "country",
    "county",
    "postalCode",
];

type Texts = [Option<Box<str>>; TEXTS.len()];

/// The unit above all service organizations.
const ROOT: u64 = 1;
const FIRST_SO: u64 = 50;
const FIRST_CUSTOMER: u64 = 100;
/// Largest id that a test may choose; the ones above are for what is created.
const LARGEST: u64 = 999_999_999;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Level {
    ServiceOrg,
    Customer,
}

/// A service organization or a customer.
#[derive(Debug, Clone)]
pub(crate) struct OrgUnit {
    pub(crate) level: Level,
    pub(crate) id: u64,
    pub(crate) parent: u64,
    pub(crate) name: String,
    texts: Texts,
    children: u64,
}

/// All units; customers and service organizations each in the order of their making.
#[derive(Debug, Default)]
pub(crate) struct OrgUnits {
    service_orgs: Vec<OrgUnit>,
    customers: Vec<OrgUnit>,
    /// Places of the customers of each service organization.
    under: HashMap<u64, Vec<usize>>,
    /// Places by id.
    places: HashMap<u64, (Level, usize)>,
    next_id: u64,
}

impl OrgUnits {
    pub(crate) fn seeded(options: &Options) -> Self {
        let mut units = Self { next_id: FIRST_SO, ..Self::default() };
        let mut rng = Rng::with_seed(options.seed);
        for index in 0..options.service_orgs {
            let (name, texts) = company(&mut rng, Level::ServiceOrg, index, None);
            units.add(Level::ServiceOrg, ROOT, name, texts);
        }
        units.next_id = units.next_id.max(FIRST_CUSTOMER);
        if units.service_orgs.is_empty() {
            return units;
        }
        for index in 0..options.customers {
            let parent = units.service_orgs[index % units.service_orgs.len()].id;
            let (name, texts) = company(&mut rng, Level::Customer, index, None);
            units.add(Level::Customer, parent, name, texts);
        }
        units
    }

    fn add(&mut self, level: Level, parent: u64, name: String, texts: Texts) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.put(OrgUnit { level, id, parent, name, texts, children: 0 });
        id
    }

    fn put(&mut self, unit: OrgUnit) {
        let OrgUnit { level, id, parent, .. } = unit;
        let list = match level {
            Level::ServiceOrg => &mut self.service_orgs,
            Level::Customer => &mut self.customers,
        };
        let place = list.len();
        list.push(unit);
        self.places.insert(id, (level, place));
        if level == Level::Customer {
            self.under.entry(parent).or_default().push(place);
            if let Some((Level::ServiceOrg, place)) = self.places.get(&parent).copied() {
                self.service_orgs[place].children += 1;
            }
        }
    }

    /// The units that a test says. Service organizations that it does not say stay; customers stay with them.
    pub(crate) fn said(&self, orgs: Said<'_>, customers: Said<'_>, seed: u64) -> Result<Self, String> {
        let mut units = Self::default();
        let mut rng = Rng::with_seed(seed);
        if orgs.is_none() {
            for unit in &self.service_orgs {
                units.put(OrgUnit { children: 0, ..unit.clone() });
            }
        }
        let mut taken: HashSet<_> = [0, ROOT].into_iter().chain(units.places.keys().copied()).collect();
        for (level, list) in [(Level::ServiceOrg, orgs), (Level::Customer, customers)] {
            for (index, said) in list.into_iter().flatten().enumerate() {
                let path = format!("{}[{index}]", level.list());
                if let Some(id) = said.get(level.id_field()) {
                    let path = format!("{path}.{}", level.id_field());
                    let id = load::id(&path, id).and_then(|id| {
                        (id <= LARGEST)
                            .then_some(id)
                            .ok_or_else(|| format!("{path}: {id} is above {LARGEST}"))
                    })?;
                    if !taken.insert(id) {
                        return Err(format!("{path}: {id} is there already"));
                    }
                }
            }
        }
        for (level, list) in [(Level::ServiceOrg, orgs), (Level::Customer, customers)] {
            for (index, said) in list.into_iter().flatten().enumerate() {
                let unit = units.unit(level, index, said, &mut taken, &mut rng)?;
                units.put(unit);
            }
        }
        let highest = taken.into_iter().max().unwrap_or(ROOT);
        units.next_id = FIRST_CUSTOMER.max(highest + 1);
        Ok(units)
    }

    fn unit(
        &self,
        level: Level,
        index: usize,
        said: &Value,
        taken: &mut HashSet<u64>,
        rng: &mut Rng,
    ) -> Result<OrgUnit, String> {
        let path = format!("{}[{index}]", level.list());
        let name = said.get(level.name_field()).and_then(Value::as_str);
        let (name, texts) = company(rng, level, index, name);
        let id = if said.get(level.id_field()).is_some() {
            0
        } else {
            let first = if level == Level::ServiceOrg { FIRST_SO } else { FIRST_CUSTOMER };
            (first..=first + taken.len() as u64).find(|id| taken.insert(*id)).unwrap_or(first)
        };
        let parent = match level {
            Level::ServiceOrg => ROOT,
            Level::Customer => self.service_orgs.first().map_or(0, |unit| unit.id),
        };
        let default = OrgUnit { level, id, parent, name, texts, children: 0 };
        let filled = load::fill(&path, said, &default.written(IdForm::String))?;
        let at = |name: &str| format!("{path}.{name}");
        let number = |name: &str| load::id(&at(name), &filled[name]);
        let parent = number("parentId")?;
        let known = match level {
            Level::ServiceOrg => parent == ROOT,
            Level::Customer => self.get(Level::ServiceOrg, parent).is_some(),
        };
        if !known {
            return Err(match level {
                Level::ServiceOrg => format!("{}: service organizations stand under {ROOT}", at("parentId")),
                Level::Customer if parent == 0 => format!("{path}: there is no service organization"),
                Level::Customer => format!("{}: there is no service organization {parent}", at("parentId")),
            });
        }
        let texts = TEXTS.map(|name| filled.get(name).and_then(Value::as_str).map(Into::into));
        let name = load::text(&at(level.name_field()), &filled[level.name_field()])?;
        Ok(OrgUnit { level, id: number(level.id_field())?, parent, name, texts, children: 0 })
    }

    /// Makes a unit from the body of a create; fields that are not text are passed over.
    pub(crate) fn create(&mut self, level: Level, parent: Option<u64>, body: &Map<String, Value>) -> u64 {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let texts = TEXTS.map(|name| text(name).map(Into::into));
        let name = text(level.name_field()).unwrap_or_default().to_owned();
        self.add(level, parent.unwrap_or(ROOT), name, texts)
    }

    pub(crate) fn get(&self, level: Level, id: u64) -> Option<&OrgUnit> {
        match (level, self.places.get(&id)?) {
            (Level::ServiceOrg, (Level::ServiceOrg, place)) => self.service_orgs.get(*place),
            (Level::Customer, (Level::Customer, place)) => self.customers.get(*place),
            _ => None,
        }
    }

    pub(crate) fn all(&self, level: Level) -> Vec<&OrgUnit> {
        match level {
            Level::ServiceOrg => self.service_orgs.iter().collect(),
            Level::Customer => self.customers.iter().collect(),
        }
    }

    /// The customers of one service organization.
    pub(crate) fn customers_of(&self, so: u64) -> Vec<&OrgUnit> {
        self.under.get(&so).into_iter().flatten().map(|place| &self.customers[*place]).collect()
    }
}

/// A company's name, if it has none yet, and its filled fields.
fn company(rng: &mut Rng, level: Level, index: usize, name: Option<&str>) -> (String, Texts) {
    let (prefix, suffix) = match level {
        Level::ServiceOrg => ("SO", " IT Services"),
        Level::Customer => ("C", ""),
    };
    let company = format!("{}{suffix}", names::company(rng));
    let company = name.map_or(company, str::to_owned);
    let contact = names::contact(rng, &company);
    let texts = [
        Some(format!("{prefix}-{:05}", index + 1)),
        None,
        Some(contact.phone),
        Some(contact.title.to_owned()),
        Some(contact.first.to_owned()),
        Some(contact.last.to_owned()),
        Some(contact.email),
        contact.direct,
        contact.extension,
        Some(contact.department.to_owned()),
        Some(contact.street),
        contact.suite,
        Some(contact.city.to_owned()),
        Some(contact.state.to_owned()),
        Some(contact.country.to_owned()),
        None,
        Some(contact.postal.to_owned()),
    ];
    (company, texts.map(|text| text.map(String::into_boxed_str)))
}

impl Level {
    pub(crate) fn id_field(self) -> &'static str {
        match self {
            Self::ServiceOrg => "soId",
            Self::Customer => "customerId",
        }
    }

    pub(crate) fn name_field(self) -> &'static str {
        match self {
            Self::ServiceOrg => "soName",
            Self::Customer => "customerName",
        }
    }

    /// What a list of them is called in the state.
    fn list(self) -> &'static str {
        match self {
            Self::ServiceOrg => "service_orgs",
            Self::Customer => "customers",
        }
    }

    fn unit_type(self) -> &'static str {
        match self {
            Self::ServiceOrg => "SO",
            Self::Customer => "CUSTOMER",
        }
    }
}

/// A field's value, for sorting and filtering.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field<'u> {
    Absent,
    Number(u64),
    Text(&'u str),
}

impl OrgUnit {
    /// The field of this name; nothing when there is no such field.
    pub(crate) fn field(&self, name: &str) -> Option<Field<'_>> {
        let at = |index: usize| self.texts[index].as_deref().map_or(Field::Absent, Field::Text);
        Some(match name {
            name if name == self.level.id_field() => Field::Number(self.id),
            name if name == self.level.name_field() => Field::Text(&self.name),
            "parentId" => Field::Number(self.parent),
            "orgUnitType" => Field::Text(self.level.unit_type()),
            "descendantCount" => Field::Number(self.children),
            name => at(TEXTS.iter().position(|text| *text == name)?),
        })
    }

    pub(crate) fn written(&self, ids: IdForm) -> Written<'_> {
        Written { unit: self, ids }
    }
}

/// A unit as it is written in an answer.
pub(crate) struct Written<'u> {
    unit: &'u OrgUnit,
    ids: IdForm,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let unit = self.unit;
        let mut map = serializer.serialize_map(None)?;
        let id = |map: &mut S::SerializeMap, name: &str, id: u64| match self.ids {
            IdForm::String => map.serialize_entry(name, &id.to_string()),
            IdForm::Number => map.serialize_entry(name, &id),
        };
        id(&mut map, unit.level.id_field(), unit.id)?;
        map.serialize_entry(unit.level.name_field(), &unit.name)?;
        map.serialize_entry("orgUnitType", unit.level.unit_type())?;
        id(&mut map, "parentId", unit.parent)?;
        for (name, text) in TEXTS.iter().zip(&unit.texts) {
            // Only customers have the deprecated county.
            if *name != "county" || unit.level == Level::Customer {
                map.serialize_entry(name, text)?;
            }
        }
        match unit.level {
            Level::ServiceOrg => {
                map.serialize_entry("generation", &1)?;
                map.serialize_entry("descendantCount", &unit.children)?;
                map.serialize_entry("isSystem", &false)?;
                map.serialize_entry("isServiceOrg", &true)?;
            }
            Level::Customer => {
                map.serialize_entry("generation", &2)?;
                map.serialize_entry("descendantCount", &unit.children)?;
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeded(customers: usize) -> OrgUnits {
        OrgUnits::seeded(&Options { customers, ..Options::default() })
    }

    #[test]
    fn customers_are_spread_and_counted() {
        let units = seeded(10);
        let counts: Vec<_> = units.all(Level::ServiceOrg).iter().map(|so| so.children).collect();
        assert_eq!(counts, [4, 3, 3]);
        assert_eq!(units.customers_of(50).len(), 4);
        assert_eq!(units.all(Level::Customer)[0].id, 100);
    }

    #[test]
    fn a_created_customer_is_in_the_list_and_counted() {
        let mut units = seeded(3);
        let body = serde_json::json!({"customerName": "Client Corp", "city": null, "phone": "1"});
        let id = units.create(Level::Customer, Some(51), body.as_object().unwrap());
        let customer = units.get(Level::Customer, id).unwrap();
        assert_eq!(customer.field("phone"), Some(Field::Text("1")));
        assert_eq!(customer.field("city"), Some(Field::Absent));
        assert_eq!(customer.field("nothing"), None);
        assert_eq!(units.get(Level::ServiceOrg, 51).unwrap().children, 2);
        assert!(units.get(Level::ServiceOrg, id).is_none());
        assert_eq!(units.customers_of(51).last().unwrap().id, id);
    }

    #[test]
    fn a_customer_has_23_fields_and_about_540_bytes() {
        let units = seeded(10_000);
        let customers: Vec<_> =
            units.all(Level::Customer).iter().map(|unit| unit.written(IdForm::String)).collect();
        let text = serde_json::to_string(&customers).unwrap();
        let parsed: Vec<Map<String, Value>> = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed[0].len(), 23);
        let average = text.len() / parsed.len();
        assert!((530..=550).contains(&average), "{average}");
    }
}
