//! One organization unit of N-central: what kind it is, its fields, and how an answer has them.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::options::IdForm;

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

pub(crate) type Texts = [Option<Box<str>>; TEXTS.len()];

/// What kind of unit it is, from the top of the hierarchy down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Level {
    ServiceOrg,
    Customer,
    Site,
}

/// A service organization, a customer or a site.
#[derive(Debug, Clone)]
pub(crate) struct OrgUnit {
    pub(crate) level: Level,
    pub(crate) id: u64,
    pub(crate) parent: u64,
    pub(crate) name: String,
    pub(crate) texts: Texts,
    /// Units directly below it.
    pub(crate) children: u64,
}

impl Level {
    pub(crate) const ALL: [Self; 3] = [Self::ServiceOrg, Self::Customer, Self::Site];

    /// What stands directly above; above a service organization is only the root.
    pub(crate) fn above(self) -> Option<Self> {
        match self {
            Self::ServiceOrg => None,
            Self::Customer => Some(Self::ServiceOrg),
            Self::Site => Some(Self::Customer),
        }
    }

    /// What people call one of them.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::ServiceOrg => "service organization",
            Self::Customer => "customer",
            Self::Site => "site",
        }
    }

    pub(crate) fn id_field(self) -> &'static str {
        match self {
            Self::ServiceOrg => "soId",
            Self::Customer => "customerId",
            Self::Site => "siteId",
        }
    }

    pub(crate) fn name_field(self) -> &'static str {
        match self {
            Self::ServiceOrg => "soName",
            Self::Customer => "customerName",
            Self::Site => "siteName",
        }
    }

    /// What a list of them is called in the state.
    pub(crate) fn list(self) -> &'static str {
        match self {
            Self::ServiceOrg => "service_orgs",
            Self::Customer => "customers",
            Self::Site => "sites",
        }
    }

    fn unit_type(self) -> &'static str {
        match self {
            Self::ServiceOrg => "SO",
            Self::Customer => "CUSTOMER",
            Self::Site => "SITE",
        }
    }

    fn generation(self) -> u8 {
        match self {
            Self::ServiceOrg => 1,
            Self::Customer => 2,
            Self::Site => 3,
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
            // Service organizations do not have the deprecated county.
            if *name != "county" || unit.level != Level::ServiceOrg {
                map.serialize_entry(name, text)?;
            }
        }
        map.serialize_entry("generation", &unit.level.generation())?;
        map.serialize_entry("descendantCount", &unit.children)?;
        if unit.level == Level::ServiceOrg {
            map.serialize_entry("isSystem", &false)?;
            map.serialize_entry("isServiceOrg", &true)?;
        }
        map.end()
    }
}
