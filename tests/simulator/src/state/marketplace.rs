//! Cloudmore's E-Store and the services that organizations have added from it.

use std::collections::{BTreeMap, HashSet};

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::options::Options;
use crate::state::load::{self, Given};
use crate::state::names;

/// The service of the vendor's own example; always the first in the store.
const EXAMPLE: (&str, &str) =
    ("8806367b-001a-4632-afb4-27a7fad7660c", "Google Workspace (Integrations Guide Service)");

const PRODUCTS: &[&str] = &[
    "Backup for Microsoft 365",
    "Email Security Gateway",
    "Endpoint Protection",
    "Hosted Telephony",
    "Managed Firewall",
    "Password Manager",
    "Remote Monitoring",
    "Security Awareness Training",
    "Virtual Desktop",
    "Web Content Filter",
];

/// A property that an organization fills in when it adds a service.
#[derive(Debug, Clone)]
pub(crate) struct Property {
    pub(crate) id: String,
    pub(crate) name: String,
    kind: String,
    default: Option<String>,
    pub(crate) mandatory: bool,
    pub(crate) allowed: Vec<String>,
}

/// Id, name, type, default, whether it is mandatory, and the allowed values if they are restricted.
type PropertyRow<'a> = (&'a str, &'a str, &'a str, Option<&'a str>, bool, &'a [&'a str]);

const PROPERTIES: [PropertyRow<'static>; 4] = [
    ("adminFirstName", "Organization Admin First Name", "TextBox", None, false, &[]),
    ("adminLastName", "Organization Admin Last Name", "TextBox", None, false, &[]),
    ("domain", "Domain", "TextBox", None, true, &[]),
    ("plan", "Plan", "DropDown", Some("Standard"), false, &["Standard", "Premium"]),
];

const CURRENCIES: [&str; 4] = ["EUR", "USD", "GBP", "SEK"];

/// A service in the store.
#[derive(Debug, Clone)]
pub(crate) struct StoreService {
    pub(crate) id: String,
    pub(crate) name: String,
    /// If it differs from the default of all services.
    description: Option<String>,
    pub(crate) currencies: Vec<String>,
    pub(crate) properties: Vec<Property>,
}

/// A service that an organization has.
#[derive(Debug)]
pub(crate) struct OwnedService {
    pub(crate) id: String,
    /// Its id in the store.
    pub(crate) store_id: String,
    name: String,
    currency: String,
    properties: Vec<Property>,
    pub(crate) data: BTreeMap<String, Value>,
}

#[derive(Debug)]
pub(crate) struct Marketplace {
    rng: Rng,
    store: Vec<StoreService>,
    /// The services of each organization that has some, or had.
    organizations: BTreeMap<String, Vec<OwnedService>>,
}

impl Marketplace {
    /// `sold` are the services that the reseller offers, as id and name.
    pub(crate) fn seeded(options: &Options, sold: &[(String, String)]) -> Self {
        let mut rng = Rng::with_seed(options.seed ^ 0xc10d);
        let mut store: Vec<_> = (0..options.estore).map(|index| store_service(&mut rng, index)).collect();
        for (service, (id, name)) in store.iter_mut().zip(sold) {
            id.clone_into(&mut service.id);
            name.clone_into(&mut service.name);
        }
        // Only one organization has services, so that lists can be empty and services can be in the wrong place.
        let known = options.credentials.cloudmore_organization_id.to_ascii_lowercase();
        let mut marketplace = Self { rng, store, organizations: BTreeMap::new() };
        for index in 0..options.organization_services {
            let Some(service) = marketplace.store.get(index % options.estore.max(1)) else { break };
            let id = service.id.clone();
            let company = names::company(&mut marketplace.rng);
            let data = BTreeMap::from([("domain".to_owned(), Value::from(names::domain(&company)))]);
            marketplace.add(&known, &id, "EUR", data);
        }
        marketplace
    }

    /// Loads data. A store that is not given is kept, and so are the organizations.
    pub(crate) fn loaded(
        &self,
        store: Given<'_>,
        organizations: Option<&Map<String, Value>>,
        options: &Options,
    ) -> Result<Self, String> {
        let mut rng = Rng::with_seed(options.seed ^ 0x10ad);
        let mut made = Self { rng: self.rng.clone(), store: Vec::new(), organizations: BTreeMap::new() };
        match store {
            None => made.store.clone_from(&self.store),
            Some(list) => {
                for (index, given) in list.iter().enumerate() {
                    let path = format!("estore[{index}]");
                    let service = StoreService::loaded(&path, given, &store_service(&mut rng, index))?;
                    if made.in_store(&service.id).is_some() {
                        return Err(format!("{path}.id: {} is there already", service.id));
                    }
                    made.store.push(service);
                }
            }
        }
        let mut taken = HashSet::new();
        for (id, list) in organizations.into_iter().flatten() {
            let path = format!("organization_services.{id}");
            if !names::is_guid(id) {
                return Err(format!("{path}: the id of an organization is a UUID"));
            }
            let list = list.as_array().ok_or_else(|| format!("{path}: must be a list"))?;
            let mut services = Vec::new();
            for (index, given) in list.iter().enumerate() {
                let path = format!("{path}[{index}]");
                let service = OwnedService::loaded(&path, given, &made.store, index, &mut rng)?;
                if !taken.insert(service.id.to_ascii_lowercase()) {
                    return Err(format!("{path}.id: {} is there already", service.id));
                }
                services.push(service);
            }
            made.organizations.insert(id.to_ascii_lowercase(), services);
        }
        Ok(made)
    }

    /// Forgets the services of organizations that no longer exist.
    pub(crate) fn forget_others(&mut self, exists: impl Fn(&str) -> bool) {
        self.organizations.retain(|id, _| exists(id));
    }

    pub(crate) fn store(&self) -> &[StoreService] {
        &self.store
    }

    pub(crate) fn in_store(&self, id: &str) -> Option<&StoreService> {
        self.store.iter().find(|service| service.id.eq_ignore_ascii_case(id))
    }

    pub(crate) fn services(&self, organization: &str) -> &[OwnedService] {
        self.organizations.get(&organization.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn service(&self, organization: &str, id: &str) -> Option<&OwnedService> {
        self.services(organization).iter().find(|service| service.id.eq_ignore_ascii_case(id))
    }

    pub(crate) fn service_mut(&mut self, organization: &str, id: &str) -> Option<&mut OwnedService> {
        let services = self.organizations.get_mut(&organization.to_ascii_lowercase())?;
        services.iter_mut().find(|service| service.id.eq_ignore_ascii_case(id))
    }

    /// Adds a service of the store to an organization, even one that it already has.
    pub(crate) fn add(
        &mut self,
        organization: &str,
        store_id: &str,
        currency: &str,
        data: BTreeMap<String, Value>,
    ) -> Option<&OwnedService> {
        let service = self.store.iter().find(|service| service.id.eq_ignore_ascii_case(store_id))?;
        let services = self.organizations.entry(organization.to_ascii_lowercase()).or_default();
        services.push(OwnedService {
            id: names::guid(&mut self.rng),
            store_id: service.id.clone(),
            name: service.name.clone(),
            currency: currency.to_owned(),
            properties: service.properties.clone(),
            data,
        });
        services.last()
    }

    pub(crate) fn remove(&mut self, organization: &str, id: &str) -> bool {
        let Some(services) = self.organizations.get_mut(&organization.to_ascii_lowercase()) else {
            return false;
        };
        let before = services.len();
        services.retain(|service| !service.id.eq_ignore_ascii_case(id));
        services.len() < before
    }
}

fn store_service(rng: &mut Rng, index: usize) -> StoreService {
    let named = |(id, name): (&str, &str), rows: &[PropertyRow<'_>]| StoreService {
        id: id.to_owned(),
        name: name.to_owned(),
        description: None,
        currencies: CURRENCIES.map(str::to_owned).to_vec(),
        properties: rows.iter().map(Property::from).collect(),
    };
    if index == 0 {
        return named(EXAMPLE, &PROPERTIES[..3]);
    }
    let product = PRODUCTS[(index - 1) % PRODUCTS.len()];
    let round = (index - 1) / PRODUCTS.len();
    let name = if round == 0 { product.to_owned() } else { format!("{product} {}", round + 1) };
    // Every third service has no mandatory properties.
    let rows = if index.is_multiple_of(3) { &PROPERTIES[3..] } else { &PROPERTIES[2..] };
    named((&names::guid(rng), &name), rows)
}

impl From<&PropertyRow<'_>> for Property {
    fn from(&(id, name, kind, default, mandatory, allowed): &PropertyRow<'_>) -> Self {
        let owned = str::to_owned;
        let allowed = allowed.iter().copied().map(owned).collect();
        Self {
            id: owned(id),
            name: owned(name),
            kind: owned(kind),
            default: default.map(owned),
            mandatory,
            allowed,
        }
    }
}

impl Property {
    /// A required text, or the one that was given.
    fn loaded(path: &str, given: &Value) -> Result<Self, String> {
        let id = load::text(&format!("{path}.propertyId"), given.get("propertyId").unwrap_or(&Value::Null))?;
        let default = Self::from(&(id.as_str(), id.as_str(), "TextBox", None, false, &[][..]));
        let filled = load::fill(path, given, &default.definition())?;
        let at = |name: &str| load::text(&format!("{path}.{name}"), &filled[name]);
        Ok(Self {
            id,
            name: at("name")?,
            kind: at("type")?,
            default: filled["defaultValue"].as_str().map(str::to_owned),
            mandatory: filled["mandatory"].as_bool().unwrap_or_default(),
            allowed: load::texts(&format!("{path}.allowedValues"), &filled["allowedValues"])?,
        })
    }

    fn definition(&self) -> Value {
        json!({
            "type": self.kind,
            "propertyId": self.id,
            "name": self.name,
            "defaultValue": self.default,
            "visible": true,
            "mandatory": self.mandatory,
            "allowedValues": self.allowed,
            "appliesToOrganizations": true,
            "appliesToBrokers": false,
            "appliesToSeller": false,
        })
    }
}

impl StoreService {
    /// Values that were given, and the others from `default`.
    fn loaded(path: &str, given: &Value, default: &Self) -> Result<Self, String> {
        let filled = load::fill(path, given, &default.detail())?;
        let at = |name: &str| format!("{path}.{name}");
        let id = load::text(&at("id"), &filled["id"])?;
        if !names::is_guid(&id) {
            return Err(format!("{}: the id of a service is a UUID", at("id")));
        }
        Ok(Self {
            id,
            name: load::text(&at("name"), &filled["name"])?,
            description: given.get("description").and_then(Value::as_str).map(str::to_owned),
            currencies: load::texts(&at("currencies"), &filled["currencies"])?,
            properties: load::each(&at("customProperties"), &filled["customProperties"], Property::loaded)?,
        })
    }

    fn description(&self) -> String {
        self.description.clone().unwrap_or_else(|| format!("{} by the Cloud Service Broker", self.name))
    }

    pub(crate) fn line(&self) -> Value {
        json!({"id": self.id, "name": self.name})
    }

    pub(crate) fn detail(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.description(),
            "currencies": self.currencies,
            "customProperties": self.properties.iter().map(Property::definition).collect::<Vec<_>>(),
            "customPropertiesData": [],
        })
    }
}

impl OwnedService {
    /// Loads a service. It is the service of the store with the same `serviceId` or `name`, or else any.
    fn loaded(
        path: &str,
        given: &Value,
        store: &[StoreService],
        index: usize,
        rng: &mut Rng,
    ) -> Result<Self, String> {
        let text = |name: &str| given.get(name).and_then(Value::as_str);
        let of = match (text("serviceId"), text("name")) {
            (Some(id), _) => store.iter().find(|service| service.id.eq_ignore_ascii_case(id)),
            (None, Some(name)) => store.iter().find(|service| service.name == name),
            (None, None) => store.get(index % store.len().max(1)),
        };
        let of = of.ok_or_else(|| format!("{path}: the E-Store has no such service"))?;
        let domain = of.properties.iter().find(|property| property.id == "domain");
        let domain = domain.map(|property| (property.id.clone(), names::domain(&names::company(rng)).into()));
        let default = Self {
            id: names::guid(rng),
            store_id: of.id.clone(),
            name: of.name.clone(),
            currency: of.currencies.first().cloned().unwrap_or_else(|| CURRENCIES[0].to_owned()),
            properties: of.properties.clone(),
            data: domain.into_iter().collect(),
        };
        let filled = load::fill(path, given, &default.detail())?;
        let at = |name: &str| format!("{path}.{name}");
        let id = load::text(&at("id"), &filled["id"])?;
        if !names::is_guid(&id) {
            return Err(format!("{}: the id of a service is a UUID", at("id")));
        }
        let pair = |path: &str, given: &Value| {
            let filled = load::fill(path, given, &json!({"id": "", "value": ""}))?;
            Ok((load::text(&format!("{path}.id"), &filled["id"])?, filled["value"].clone()))
        };
        let data = load::each(&at("customPropertiesData"), &filled["customPropertiesData"], pair)?;
        Ok(Self {
            id,
            name: load::text(&at("name"), &filled["name"])?,
            currency: load::text(&at("currencyCode"), &filled["currencyCode"])?,
            properties: load::each(&at("customProperties"), &filled["customProperties"], Property::loaded)?,
            data: data.into_iter().collect(),
            ..default
        })
    }

    /// The properties that the service requires.
    pub(crate) fn properties(&self) -> &[Property] {
        &self.properties
    }

    pub(crate) fn detail(&self) -> Value {
        let data: Vec<_> = self.data.iter().map(|(id, value)| json!({"id": id, "value": value})).collect();
        json!({
            "id": self.id,
            "name": self.name,
            "serviceId": self.store_id,
            "currencyCode": self.currency,
            "status": "Active",
            "customProperties": self.properties.iter().map(Property::definition).collect::<Vec<_>>(),
            "customPropertiesData": data,
        })
    }
}
