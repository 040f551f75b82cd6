//! N-central's organization units: service organizations, the customers under them, and the sites of those.

use std::collections::{HashMap, HashSet};

use fastrand::Rng;
use serde_json::{Map, Value};

use crate::options::{IdForm, Options};
use crate::state::load::{self, Said};
use crate::state::names;
use crate::state::org_unit::{Level, OrgUnit, TEXTS, Texts};

/// The unit above all service organizations.
const ROOT: u64 = 1;
const FIRST_SO: u64 = 50;
const FIRST_CUSTOMER: u64 = 100;
/// Far above the others, whose ids are to be the same whatever the number of sites.
const FIRST_SITE: u64 = 10_000_000;
/// Largest id that a test may choose; the ones above are for what is created.
const LARGEST: u64 = 999_999_999;

/// What the sites of a customer are, one after the other.
const PREMISES: [&str; 5] = ["Headquarters", "Office", "Warehouse", "Branch", "Depot"];

/// All units, those of each level in the order of their making.
#[derive(Debug, Default)]
pub(crate) struct OrgUnits {
    levels: [Vec<OrgUnit>; Level::ALL.len()],
    /// Places of what stands directly under each unit.
    under: HashMap<u64, Vec<usize>>,
    /// Places by id.
    places: HashMap<u64, (Level, usize)>,
    next_id: u64,
}

impl OrgUnits {
    pub(crate) fn seeded(options: &Options) -> Self {
        let mut units = Self::default();
        let mut rng = Rng::with_seed(options.seed);
        let counts = [options.service_orgs, options.customers, options.sites];
        for (level, count) in Level::ALL.into_iter().zip(counts) {
            let mut id = first_id(level).max(units.next_id);
            for index in 0..count {
                let parent = match level.above().map(|above| &units.levels[above as usize]) {
                    None => ROOT,
                    Some(above) if above.is_empty() => break,
                    Some(above) => above[index % above.len()].id,
                };
                let (name, texts) = units.described(&mut rng, level, index, parent, None);
                units.put(OrgUnit { level, id, parent, name, texts, children: 0 });
                id += 1;
            }
            if level != Level::Site {
                units.next_id = id;
            }
        }
        units
    }

    fn put(&mut self, unit: OrgUnit) {
        let OrgUnit { level, id, parent, .. } = unit;
        let list = &mut self.levels[level as usize];
        let place = list.len();
        list.push(unit);
        self.places.insert(id, (level, place));
        if let Some(above) = level.above() {
            self.under.entry(parent).or_default().push(place);
            if let Some((_, place)) = self.places.get(&parent) {
                self.levels[above as usize][*place].children += 1;
            }
        }
    }

    /// The units that a test says. Levels above the first that it says stay; what stands under that is empty where it is not
    /// said too.
    pub(crate) fn said(&self, said: [Said<'_>; Level::ALL.len()], seed: u64) -> Result<Self, String> {
        let mut units = Self::default();
        let mut rng = Rng::with_seed(seed);
        for unit in
            self.levels.iter().zip(said).take_while(|(_, said)| said.is_none()).flat_map(|(level, _)| level)
        {
            units.put(OrgUnit { children: 0, ..unit.clone() });
        }
        let mut taken: HashSet<_> = [0, ROOT].into_iter().chain(units.places.keys().copied()).collect();
        let lists = || Level::ALL.into_iter().zip(said);
        for (level, list) in lists() {
            for (index, said) in list.into_iter().flatten().enumerate() {
                if let Some(id) = said.get(level.id_field()) {
                    let path = format!("{}[{index}].{}", level.list(), level.id_field());
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
        for (level, list) in lists() {
            for (index, said) in list.into_iter().flatten().enumerate() {
                let unit = units.unit(level, index, said, &mut taken, &mut rng)?;
                units.put(unit);
            }
        }
        let counted = units.places.iter().filter(|(_, (level, _))| *level != Level::Site);
        units.next_id = FIRST_CUSTOMER.max(counted.map(|(id, _)| id + 1).max().unwrap_or_default());
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
        let at = |name: &str| format!("{path}.{name}");
        let first = level.above().and_then(|above| self.levels[above as usize].first());
        let parent = match (said.get("parentId"), level.above()) {
            (Some(id), _) => load::id(&at("parentId"), id)?,
            (None, None) => ROOT,
            (None, Some(above)) => {
                first.map(|unit| unit.id).ok_or_else(|| format!("{path}: there is no {}", above.noun()))?
            }
        };
        match level.above() {
            None if parent != ROOT => {
                return Err(format!("{}: {}s stand under {ROOT}", at("parentId"), level.noun()));
            }
            Some(above) if self.get(above, parent).is_none() => {
                return Err(format!("{}: there is no {} {parent}", at("parentId"), above.noun()));
            }
            _ => {}
        }
        let name = said.get(level.name_field()).and_then(Value::as_str);
        let (name, texts) = self.described(rng, level, index, parent, name);
        let id = if said.get(level.id_field()).is_some() {
            0
        } else {
            let first = first_id(level);
            (first..=first + taken.len() as u64).find(|id| taken.insert(*id)).unwrap_or(first)
        };
        let default = OrgUnit { level, id, parent, name, texts, children: 0 };
        let filled = load::fill(&path, said, &default.written(IdForm::String))?;
        let texts = TEXTS.map(|name| filled.get(name).and_then(Value::as_str).map(Into::into));
        let name = load::text(&at(level.name_field()), &filled[level.name_field()])?;
        let id = load::id(&at(level.id_field()), &filled[level.id_field()])?;
        Ok(OrgUnit { level, id, parent, name, texts, children: 0 })
    }

    /// Makes a unit from the body of a create; fields that are not text are passed over.
    pub(crate) fn create(&mut self, level: Level, parent: Option<u64>, body: &Map<String, Value>) -> u64 {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let texts = TEXTS.map(|name| text(name).map(Into::into));
        let name = text(level.name_field()).unwrap_or_default().to_owned();
        while self.places.contains_key(&self.next_id) {
            self.next_id += 1;
        }
        let id = self.next_id;
        self.next_id += 1;
        self.put(OrgUnit { level, id, parent: parent.unwrap_or(ROOT), name, texts, children: 0 });
        id
    }

    pub(crate) fn get(&self, level: Level, id: u64) -> Option<&OrgUnit> {
        let (found, place) = self.places.get(&id)?;
        (*found == level).then(|| &self.levels[level as usize][*place])
    }

    pub(crate) fn all(&self, level: Level) -> Vec<&OrgUnit> {
        self.levels[level as usize].iter().collect()
    }

    /// The units of this level that stand under this one.
    pub(crate) fn under(&self, parent: u64, level: Level) -> Vec<&OrgUnit> {
        let places = self.under.get(&parent).into_iter().flatten();
        places.map(|place| &self.levels[level as usize][*place]).collect()
    }

    /// A unit's name, if it has none yet, and its filled fields.
    fn described(
        &self,
        rng: &mut Rng,
        level: Level,
        index: usize,
        parent: u64,
        name: Option<&str>,
    ) -> (String, Texts) {
        // The people of a site are those of its customer.
        let (prefix, company) = match level {
            Level::ServiceOrg => ("SO", format!("{} IT Services", names::company(rng))),
            Level::Customer => ("C", names::company(rng)),
            Level::Site => {
                ("S", self.get(Level::Customer, parent).map_or_else(String::new, |unit| unit.name.clone()))
            }
        };
        let contact = match name {
            Some(name) if level != Level::Site => names::contact(rng, name),
            _ => names::contact(rng, &company),
        };
        let own = match level {
            Level::Site => {
                let before = self.under.get(&parent).map_or(0, Vec::len);
                format!("{} {}", contact.city, PREMISES[before % PREMISES.len()])
            }
            Level::ServiceOrg | Level::Customer => company,
        };
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
        (name.map_or(own, str::to_owned), texts.map(|text| text.map(String::into_boxed_str)))
    }
}

/// The ids of a level count up from here.
fn first_id(level: Level) -> u64 {
    match level {
        Level::ServiceOrg => FIRST_SO,
        Level::Customer => FIRST_CUSTOMER,
        Level::Site => FIRST_SITE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::org_unit::Field;

    fn seeded(customers: usize) -> OrgUnits {
        OrgUnits::seeded(&Options { customers, ..Options::default() })
    }

    #[test]
    fn customers_are_spread_and_counted() {
        let units = seeded(10);
        let counts: Vec<_> = units.all(Level::ServiceOrg).iter().map(|so| so.children).collect();
        assert_eq!(counts, [4, 3, 3]);
        assert_eq!(units.under(50, Level::Customer).len(), 4);
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
        assert_eq!(units.under(51, Level::Customer).last().unwrap().id, id);
    }

    #[test]
    fn sites_are_spread_and_counted_and_move_no_other_id() {
        let mut units = OrgUnits::seeded(&Options { customers: 2, sites: 5, ..Options::default() });
        let counts: Vec<_> = units.all(Level::Customer).iter().map(|customer| customer.children).collect();
        assert_eq!(counts, [3, 2]);
        let sites = units.under(100, Level::Site);
        assert_eq!(sites.iter().map(|site| site.parent).collect::<Vec<_>>(), [100; 3]);
        assert_eq!(sites.iter().map(|site| site.id - FIRST_SITE).collect::<Vec<_>>(), [0, 2, 4]);
        let customer = units.get(Level::Customer, 100).unwrap();
        let domain = |unit: &OrgUnit| match unit.field("contactEmail") {
            Some(Field::Text(email)) => email.split('@').nth(1).unwrap().to_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(domain(sites[1]), domain(customer));
        assert!(units.get(Level::Customer, sites[0].id).is_none());
        assert_eq!(units.create(Level::Customer, Some(50), &Map::new()), 102);
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
