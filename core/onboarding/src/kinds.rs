//! The kinds of things that a file can name, as data: everything else in this crate reads this table.

use mspkit::{Operation, Param, Service};

/// A kind of thing.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Its name.
    pub(crate) name: &'static str,
    /// The member of the document, or of its parent, with the list of them.
    pub(crate) list: &'static str,
    /// How it is made.
    pub(crate) made: Made,
    /// The parameter that takes the parent's id.
    pub(crate) parent: Option<&'static str>,
    /// The field that names it, and tells it from others with the same parent.
    pub(crate) key: Option<&'static str>,
    /// The field with its id, and the vendor's name of it.
    pub(crate) id: Option<(&'static str, &'static str)>,
    /// The operation that reads one by its id, if one that exists already can be named by id only.
    pub(crate) get: Option<&'static str>,
    /// Whether making one costs money.
    pub(crate) costs: bool,
    /// The kinds whose parent it can be.
    pub(crate) children: &'static [&'static str],
    /// Whether it can be named without a parent.
    pub(crate) root: bool,
}

/// How a thing is made.
#[derive(Debug)]
pub(crate) enum Made {
    /// An operation finds or creates it; the second one takes many rows.
    Ensure { one: &'static str, many: &'static str },
    /// It is bought from a catalog: found or created, if the entry's mandatory properties are given.
    Buy { one: &'static str, many: &'static str, entry: &'static str },
    /// Its value is set if it has another one. `list` reads all of the parent.
    Set { list: &'static str, set: &'static str },
    /// Not at all: it must exist.
    Never,
}

/// Every kind.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "service_org",
        list: "service_orgs",
        made: Made::Ensure { one: "ncentral.service_orgs.ensure", many: "ncentral.service_orgs.ensure_many" },
        parent: None,
        key: Some("so_name"),
        id: Some(("so_id", "soId")),
        get: Some("ncentral.service_orgs.get"),
        costs: false,
        children: &["customer", "user_role", "custom_property"],
        root: true,
    },
    Kind {
        name: "customer",
        list: "customers",
        made: Made::Ensure {
            one: "ncentral.service_orgs.ensure_customer",
            many: "ncentral.service_orgs.ensure_customers",
        },
        parent: Some("so_id"),
        key: Some("customer_name"),
        id: Some(("customer_id", "customerId")),
        get: Some("ncentral.customers.get"),
        costs: false,
        children: &["site", "user_role", "custom_property", "device", "organization"],
        root: true,
    },
    Kind {
        name: "site",
        list: "sites",
        made: Made::Ensure { one: "ncentral.customers.ensure_site", many: "ncentral.customers.ensure_sites" },
        parent: Some("customer_id"),
        key: Some("site_name"),
        id: Some(("site_id", "siteId")),
        get: Some("ncentral.sites.get"),
        costs: false,
        children: &["custom_property", "device"],
        root: true,
    },
    Kind {
        name: "user_role",
        list: "user_roles",
        made: Made::Ensure { one: "ncentral.user_roles.ensure", many: "ncentral.user_roles.ensure_many" },
        parent: Some("org_unit_id"),
        key: Some("role_name"),
        id: Some(("user_role_id", "roleId")),
        get: None,
        costs: false,
        children: &[],
        root: false,
    },
    Kind {
        name: "custom_property",
        list: "custom_properties",
        made: Made::Set {
            list: "ncentral.org_units.list_custom_properties",
            set: "ncentral.org_units.set_custom_property",
        },
        parent: Some("org_unit_id"),
        key: Some("property_name"),
        id: Some(("property_id", "propertyId")),
        get: None,
        costs: false,
        children: &[],
        root: false,
    },
    Kind {
        name: "device",
        list: "devices",
        made: Made::Never,
        parent: None,
        key: None,
        id: Some(("device_id", "deviceId")),
        get: Some("ncentral.devices.get"),
        costs: false,
        children: &["device_property"],
        root: true,
    },
    Kind {
        name: "device_property",
        list: "custom_properties",
        made: Made::Set {
            list: "ncentral.devices.list_custom_properties",
            set: "ncentral.devices.set_custom_property",
        },
        parent: Some("device_id"),
        key: Some("property_name"),
        id: Some(("property_id", "propertyId")),
        get: None,
        costs: false,
        children: &[],
        root: false,
    },
    Kind {
        name: "organization",
        list: "organizations",
        made: Made::Ensure {
            one: "cloudmore.organizations.ensure",
            many: "cloudmore.organizations.ensure_many",
        },
        parent: None,
        key: Some("name"),
        id: Some(("organization_id", "id")),
        get: Some("cloudmore.organizations.get"),
        costs: false,
        children: &["service"],
        root: true,
    },
    Kind {
        name: "service",
        list: "services",
        made: Made::Buy {
            one: "cloudmore.services.ensure",
            many: "cloudmore.services.ensure_many",
            entry: "cloudmore.estore.get",
        },
        parent: Some("organization_id"),
        key: Some("id"),
        id: None,
        get: None,
        costs: true,
        children: &[],
        root: false,
    },
];

/// The kind of this name.
pub(crate) fn named(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The kinds that can be at the top of a document.
pub(crate) fn roots() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().filter(|kind| kind.root)
}

impl Kind {
    /// The operation whose arguments are its fields; `None` for what is never made.
    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        Operation::find(self.made.writes()?)
    }

    /// The kinds whose parent it can be.
    pub(crate) fn children(&self) -> impl Iterator<Item = &'static Kind> {
        self.children.iter().filter_map(|name| named(name))
    }

    /// Its fields besides its id: the arguments that neither its parent nor the client gives.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static Param> {
        let params = self.operation().map_or(&[][..], |operation| operation.params);
        params.iter().filter(|param| {
            let by_id = matches!(self.made, Made::Set { .. }) && Some(param.name) == self.id_field();
            Some(param.name) != self.parent && param.from_option.is_none() && !by_id
        })
    }

    /// The field with its id.
    pub(crate) fn id_field(&self) -> Option<&'static str> {
        self.id.map(|(name, _)| name)
    }

    /// The vendor's field with its id in a result.
    pub(crate) fn id_in_result(&self) -> &'static str {
        self.id.map_or("id", |(_, wire)| wire)
    }

    /// Its service, by the client's name.
    pub(crate) fn service(&self) -> Service {
        let operation = self.made.writes().or(self.get).and_then(Operation::find);
        operation.map_or(Service::NCentral, |operation| operation.service)
    }

    /// Whether it is the value of something, which is set and not created.
    pub(crate) fn is_set(&self) -> bool {
        matches!(self.made, Made::Set { .. })
    }
}

impl Made {
    /// The operation that writes.
    fn writes(&self) -> Option<&'static str> {
        match self {
            Self::Ensure { one, .. } | Self::Buy { one, .. } => Some(one),
            Self::Set { set, .. } => Some(set),
            Self::Never => None,
        }
    }
}

/// The kinds as a table in Markdown, for the documentation.
pub fn table() -> String {
    let mut text =
        "| list | below | named by | made by | may cost money |\n|---|---|---|---|---|\n".to_owned();
    for kind in KINDS {
        let parents = KINDS.iter().filter(|parent| parent.children.contains(&kind.name));
        let top = kind.root.then(|| "the top".to_owned());
        let below: Vec<String> =
            top.into_iter().chain(parents.map(|parent| format!("`{}`", parent.list))).collect();
        let id = kind.id_field().filter(|_| kind.get.is_some() || kind.is_set());
        let names: Vec<String> = kind.key.into_iter().chain(id).map(|name| format!("`{name}`")).collect();
        let made =
            kind.made.writes().map_or("never: it must exist".to_owned(), |id| format!("`{}`", short(id)));
        let costs = if kind.costs { "yes" } else { "" };
        let (below, names) = (below.join(", "), names.join(" or "));
        text.extend([&*format!("| `{}` | {below} | {names} | {made} | {costs} |", kind.list), "\n"]);
    }
    text
}

/// The name of an operation, with Cloudmore's before it.
fn short(id: &str) -> String {
    match id.split_once('.') {
        Some(("ncentral", name)) => name.to_owned(),
        Some((_, name)) => format!("Cloudmore's {name}"),
        None => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_table_is_one_of_the_operations() {
        for kind in KINDS {
            let operation = kind.operation();
            let has = |name: &str| operation.is_some_and(|operation| operation.param(name).is_some());
            match &kind.made {
                Made::Ensure { many, .. } | Made::Buy { many, .. } => {
                    let rows =
                        Operation::find(many).and_then(|many| many.ensure).and_then(|ensure| ensure.rows);
                    assert_eq!(rows, Some("rows"), "{}", kind.name);
                    assert!(has(kind.key.unwrap()), "{}", kind.name);
                }
                Made::Set { list, .. } => {
                    let model = Operation::find(list).and_then(|list| list.model).unwrap();
                    assert!(
                        model.field(kind.key.unwrap()).is_some() && has(kind.id.unwrap().0),
                        "{}",
                        kind.name
                    );
                }
                Made::Never => assert!(kind.get.is_some(), "{}", kind.name),
            }
            if let Some(parent) = kind.parent {
                assert!(has(parent), "{}", kind.name);
            }
            if let Some(get) = kind.get {
                let get = Operation::find(get).unwrap();
                assert!(get.param(kind.id.unwrap().0).is_some(), "{}", kind.name);
                assert!(get.model.unwrap().field(kind.id.unwrap().1).is_some(), "{}", kind.name);
            }
            assert_eq!(kind.children().count(), kind.children.len(), "{}", kind.name);
        }
    }
}
