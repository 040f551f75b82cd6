//! The table of operations as JSON, for bindings and for tests that compare clients with it.

use std::fmt::Debug;

use serde_json::{Value, json};

use super::{Operation, Paging, Param, Service};

impl Operation {
    /// Every operation with its parameters, as the JSON of an array of objects in snake case.
    ///
    /// ```
    /// assert!(mspkit::Operation::table().contains(r#""id":"ncentral.customers.list""#));
    /// ```
    pub fn table() -> String {
        Value::from(Self::all().iter().map(row).collect::<Vec<_>>()).to_string()
    }
}

impl Service {
    /// The service with this name, as ids of operations begin with it, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "ncentral" => Some(Self::NCentral),
            "cloudmore" => Some(Self::Cloudmore),
            "wiv" => Some(Self::Wiv),
            _ => None,
        }
    }
}

impl Service {
    /// Its name, as ids of operations begin with it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NCentral => "ncentral",
            Self::Cloudmore => "cloudmore",
            Self::Wiv => "wiv",
        }
    }
}

fn row(operation: &Operation) -> Value {
    json!({
        "id": operation.id,
        "resource": operation.resource,
        "name": operation.name,
        "summary": operation.summary,
        "method": operation.method.as_str(),
        "path": operation.path,
        "list": operation.paging != Paging::None,
        "paging": name(&operation.paging),
        "answer": name(&operation.answer),
        "params": operation.params.iter().map(param).collect::<Vec<_>>(),
    })
}

fn param(param: &Param) -> Value {
    json!({
        "name": param.name,
        "wire": param.wire,
        "location": name(&param.location),
        "kind": name(&param.kind),
        "required": param.required,
        "secret": param.secret,
        "from_option": param.from_option,
    })
}

/// The name of an enum variant in snake case, from its `Debug` form.
fn name(shown: &impl Debug) -> String {
    let shown = format!("{shown:?}");
    let mut name = String::new();
    for letter in shown.chars().take_while(char::is_ascii_alphanumeric) {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Kind;

    #[test]
    fn variant_names_are_in_snake_case_and_without_fields() {
        assert_eq!(name(&Paging::PageNumber), "page_number");
        assert_eq!(name(&Kind::Int { min: 1, max: 2 }), "int");
        assert_eq!(name(&Kind::OneOf { values: &["A"], any_case: false }), "one_of");
    }

    #[test]
    fn every_operation_is_a_row_with_its_parameters() {
        let table: Vec<Value> = serde_json::from_str(&Operation::table()).unwrap();
        assert_eq!(table.len(), Operation::all().len());
        for (row, operation) in table.iter().zip(Operation::all()) {
            assert_eq!(row["id"], operation.id);
            assert_eq!(row["list"], row["paging"] != "none");
            let names = row["params"].as_array().unwrap().iter().map(|param| &param["name"]);
            assert!(names.eq(operation.params.iter().map(|param| param.name)), "{row}");
        }
    }

    #[test]
    fn services_are_named_as_in_ids() {
        for operation in Operation::all() {
            let service = operation.id.split('.').next().unwrap();
            assert_eq!(Service::named(service), Some(operation.service));
            assert_eq!(operation.service.name(), service);
        }
        assert_eq!(Service::named("NCentral"), None);
    }
}
