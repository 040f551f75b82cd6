//! On which page of the reference a type is: that of the only group that uses it, or the page that groups share.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Api, Kind, Param, Service, Shape};

/// The name of the page that the groups of a service share, in place of a group's.
pub(super) const SHARED: &str = "types";

/// The file of a page.
pub(super) fn page(service: &str, group: &str) -> String {
    format!("{service}.{group}.md")
}

/// The page of each type of a service.
pub(super) struct Places(BTreeMap<String, String>);

impl Places {
    pub(super) fn of(api: &Api, service: &Service) -> Places {
        let mut users: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for operation in api.operations.iter().filter(|operation| operation.service == service.id) {
            let mut found = BTreeSet::new();
            if let Some(name) = &operation.answer.model {
                model(api, &service.id, name, &mut found);
            }
            params(api, &service.id, &operation.params, &mut found);
            for name in found {
                users.entry(name).or_default().insert(&operation.resource);
            }
        }
        let models = api.models.iter().filter(|it| it.service == service.id).map(|it| &it.name);
        let inputs = api.inputs.iter().filter(|it| it.service == service.id).map(|it| &it.name);
        let place = |name: &String| {
            let groups = users.get(name).map(|groups| groups.iter().copied().collect::<Vec<_>>());
            let group = match groups.as_deref() {
                Some([only]) => only,
                _ => SHARED,
            };
            (name.clone(), page(&service.id, group))
        };
        Places(models.chain(inputs).map(place).collect())
    }

    pub(super) fn of_type(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// Notes a model and those in its fields.
fn model(api: &Api, service: &str, name: &str, found: &mut BTreeSet<String>) {
    let known = api.models.iter().find(|model| model.service == service && model.name == name);
    let Some(known) = known.filter(|_| found.insert(name.to_owned())) else { return };
    for field in &known.fields {
        let mut shape = &field.shape;
        while let Shape::List { of } = shape {
            shape = of;
        }
        if let Shape::Model { name } = shape {
            model(api, service, name, found);
        }
    }
}

/// Notes the types of parameters, and those in their fields.
fn params(api: &Api, service: &str, all: &[Param], found: &mut BTreeSet<String>) {
    for param in all.iter().filter(|param| !param.internal) {
        let mut kind = &param.kind;
        while let Kind::List { of } = kind {
            kind = of;
        }
        let Kind::Input { name, .. } = kind else { continue };
        let known = api.inputs.iter().find(|input| input.service == service && input.name == *name);
        if let Some(known) = known.filter(|_| found.insert(name.clone())) {
            params(api, service, &known.fields, found);
        }
    }
}
