//! Cloudmore's E-Store and the services that organizations have taken from it.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::options::Options;
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

/// A property that an organization fills in when it takes a service.
#[derive(Debug, Clone)]
pub(crate) struct Property {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    kind: &'static str,
    default: Option<&'static str>,
    pub(crate) mandatory: bool,
    pub(crate) allowed: &'static [&'static str],
}

const PROPERTIES: &[Property] = &[
    Property {
        id: "adminFirstName",
        name: "Organization Admin First Name",
        kind: "TextBox",
        default: None,
        mandatory: false,
        allowed: &[],
    },
    Property {
        id: "adminLastName",
        name: "Organization Admin Last Name",
        kind: "TextBox",
        default: None,
        mandatory: false,
        allowed: &[],
    },
    Property { id: "domain", name: "Domain", kind: "TextBox", default: None, mandatory: true, allowed: &[] },
    Property {
        id: "plan",
        name: "Plan",
        kind: "DropDown",
        default: Some("Standard"),
        mandatory: false,
        allowed: &["Standard", "Premium"],
    },
];

/// A service in the store.
#[derive(Debug)]
pub(crate) struct StoreService {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) currencies: &'static [&'static str],
    pub(crate) properties: Vec<Property>,
}

/// A service that an organization has.
#[derive(Debug)]
pub(crate) struct OwnedService {
    pub(crate) id: String,
    store_id: String,
    name: String,
    currency: String,
    properties: Vec<Property>,
    pub(crate) data: BTreeMap<String, Value>,
}

#[derive(Debug)]
pub(crate) struct Marketplace {
    rng: Rng,
    store: Vec<StoreService>,
    organizations: BTreeMap<String, Vec<OwnedService>>,
}

impl Marketplace {
    pub(crate) fn seeded(options: &Options) -> Self {
        let mut rng = Rng::with_seed(options.seed ^ 0xc10d);
        let store: Vec<_> = (0..options.estore).map(|index| store_service(&mut rng, index)).collect();
        let known = options.credentials.cloudmore_organization_id.to_ascii_lowercase();
        let mut organizations = BTreeMap::from([(known.clone(), Vec::new())]);
        // Two organizations without services, so that lists can be empty and services can be in the wrong place.
        for _ in 0..2 {
            organizations.insert(names::guid(&mut rng), Vec::new());
        }
        let mut marketplace = Self { rng, store, organizations };
        for index in 0..options.organization_services {
            let Some(service) = marketplace.store.get(index % options.estore.max(1)) else { break };
            let id = service.id.clone();
            let company = names::company(&mut marketplace.rng);
            let data = BTreeMap::from([("domain".to_owned(), Value::from(names::domain(&company)))]);
            marketplace.add(&known, &id, "EUR", data);
        }
        marketplace
    }

    pub(crate) fn has_organization(&self, id: &str) -> bool {
        self.organizations.contains_key(&id.to_ascii_lowercase())
    }

    pub(crate) fn organizations(&self) -> impl Iterator<Item = (&String, &Vec<OwnedService>)> {
        self.organizations.iter()
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

    /// Gives an organization a service of the store, even one that it has already.
    pub(crate) fn add(
        &mut self,
        organization: &str,
        store_id: &str,
        currency: &str,
        data: BTreeMap<String, Value>,
    ) -> Option<&OwnedService> {
        let service = self.store.iter().find(|service| service.id.eq_ignore_ascii_case(store_id))?;
        let services = self.organizations.get_mut(&organization.to_ascii_lowercase())?;
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
    let currencies: &[&str] = &["EUR", "USD", "GBP", "SEK"];
    if index == 0 {
        let properties = PROPERTIES[..3].to_vec();
        return StoreService { id: EXAMPLE.0.to_owned(), name: EXAMPLE.1.to_owned(), currencies, properties };
    }
    let product = PRODUCTS[(index - 1) % PRODUCTS.len()];
    let round = (index - 1) / PRODUCTS.len();
    let name = if round == 0 { product.to_owned() } else { format!("{product} {}", round + 1) };
    // Every third service asks for nothing that is mandatory.
    let properties =
        if index.is_multiple_of(3) { PROPERTIES[3..].to_vec() } else { PROPERTIES[2..].to_vec() };
    StoreService { id: names::guid(rng), name, currencies, properties }
}

fn definitions(properties: &[Property]) -> Vec<Value> {
    let definition = |property: &Property| {
        json!({
            "type": property.kind,
            "propertyId": property.id,
            "name": property.name,
            "defaultValue": property.default,
            "visible": true,
            "mandatory": property.mandatory,
            "allowedValues": property.allowed,
            "appliesToOrganizations": true,
            "appliesToBrokers": false,
            "appliesToSeller": false,
        })
    };
    properties.iter().map(definition).collect()
}

impl StoreService {
    pub(crate) fn line(&self) -> Value {
        json!({"id": self.id, "name": self.name})
    }

    pub(crate) fn detail(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": format!("{} by the Cloud Service Broker", self.name),
            "currencies": self.currencies,
            "customProperties": definitions(&self.properties),
            "customPropertiesData": [],
        })
    }
}

impl OwnedService {
    /// What the service asks to be filled in.
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
            "customProperties": definitions(&self.properties),
            "customPropertiesData": data,
        })
    }
}
