//! Models as data: their fields, for use at run time.
//!
//! The rows are in `generated/schema.rs`, rendered from the documents in `core/api`. Code that needs the fields of a model at
//! run time (columns of a table, the header of a file, checks of parameters) reads them here, so there is no second list of
//! them. Documentation is only included with the feature `docs`.

use std::fmt;

use crate::table::{Kind, Rules};

/// An object that servers send, or that is part of a request.
#[non_exhaustive]
pub struct Model {
    /// The id of its service.
    pub service: &'static str,
    /// Its name in every language.
    pub name: &'static str,
    /// Its fields, in the order of the document.
    pub fields: &'static [Field],
    /// Whether it may have other members as well.
    pub open: bool,
    /// Whether a field, also of a nested model, has other names or values that mean that it is not set.
    pub rewritten: bool,
    /// What it is.
    #[cfg(feature = "docs")]
    pub doc: &'static str,
}

/// A field of a model.
#[derive(Debug)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "each is one key of the document")]
pub struct Field {
    /// Its name in snake case.
    pub name: &'static str,
    /// The vendor's name.
    pub wire: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it is always present.
    pub required: bool,
    /// Whether it may be null although it is required.
    pub nullable: bool,
    /// Whether its value is kept out of errors and logs.
    pub secret: bool,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The JSON text of the server's default.
    pub default: Option<&'static str>,
    /// What else there is to know.
    pub rules: Rules,
    /// What it means.
    #[cfg(feature = "docs")]
    pub doc: &'static str,
}

/// The known values of a text, which may have others as well.
#[derive(Debug)]
#[non_exhaustive]
pub struct Enumeration {
    /// Its name in every language.
    pub name: &'static str,
    /// The known values, as the vendor writes them.
    pub values: &'static [&'static str],
    /// What it is.
    #[cfg(feature = "docs")]
    pub doc: &'static str,
}

impl Model {
    /// Every model that servers send, sorted by name.
    pub fn all() -> &'static [&'static Model] {
        crate::generated::MODELS
    }

    /// The model of this name, if there is one.
    pub fn find(service: &str, name: &str) -> Option<&'static Model> {
        Self::all().iter().find(|model| model.service == service && model.name == name).copied()
    }

    /// The field that is called `name` here or by the vendor.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name || field.wire == name)
    }
}

impl Enumeration {
    /// Every enumeration, sorted by name.
    pub fn all() -> &'static [&'static Enumeration] {
        crate::generated::ENUMERATIONS
    }
}

impl fmt::Debug for Model {
    // Models may be recursive, so fields are shown by name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
        f.debug_struct("Model").field("name", &self.name).field("fields", &names).finish_non_exhaustive()
    }
}

impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl PartialEq for Enumeration {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Operation;

    /// The model that a kind contains.
    fn part(kind: Kind) -> Option<&'static Model> {
        match kind {
            Kind::Model { of } => Some(of),
            Kind::List { of } => part(*of),
            _ => None,
        }
    }

    #[test]
    fn every_model_that_an_operation_or_a_field_names_is_in_the_table() {
        assert!(Model::all().is_sorted_by_key(|model| (model.service, model.name)));
        let of_operations = Operation::all().iter().filter_map(|operation| operation.model);
        let of_fields =
            Model::all().iter().flat_map(|model| model.fields).filter_map(|field| part(field.kind));
        let mut seen = 0;
        for model in of_operations.chain(of_fields) {
            assert_eq!(Model::find(model.service, model.name), Some(model));
            seen += 1;
        }
        assert!(seen > Operation::all().len() / 2, "{seen}");
    }

    #[test]
    fn fields_are_found_by_both_names_and_have_a_kind() {
        let customer = Model::find("ncentral", "Customer").unwrap();
        let id = customer.field("customer_id").unwrap();
        assert!(
            std::ptr::eq(id, customer.field("customerId").unwrap()) && id.kind == Kind::Id && id.required
        );
        let token = Model::all().iter().flat_map(|model| model.fields).find(|field| field.secret);
        assert_eq!(token.unwrap().kind, Kind::Text);
        let values = Enumeration::all().iter().flat_map(|known| known.values).count();
        assert!(values > 0 && customer.field("nothing").is_none());
    }

    #[cfg(feature = "docs")]
    #[test]
    fn everything_is_documented() {
        for model in Model::all() {
            assert!(
                !model.doc.is_empty() && model.fields.iter().all(|field| !field.doc.is_empty()),
                "{}",
                model.name
            );
        }
    }
}
