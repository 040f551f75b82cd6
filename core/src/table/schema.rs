//! What objects are made of, as data: the table of models beside that of operations.
//!
//! The rows stand in `generated/schema.rs`, rendered from the documents in `core/api`. Whoever needs the fields of a model
//! at run time (a table's columns, a file's header, a check of what is sent) reads them here, so that there is no second list
//! of them. Documentation is there with the feature `docs` only: programs that show none carry none.

use std::fmt;

use crate::table::Kind;

/// An object that servers send, or that is sent to them as a part of a request.
#[non_exhaustive]
pub struct Model {
    /// The id of its service.
    pub service: &'static str,
    /// Its name in every language.
    pub name: &'static str,
    /// Its fields, in the order of the document.
    pub fields: &'static [Field],
    /// Whether it may hold other members, too.
    pub open: bool,
    /// What it is.
    #[cfg(feature = "docs")]
    pub doc: &'static str,
}

/// A field of a model.
#[derive(Debug)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "each is one word of the document")]
pub struct Field {
    /// Its name in snake case.
    pub name: &'static str,
    /// The vendor's name.
    pub wire: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it is always there.
    pub required: bool,
    /// Whether it may be null although it is always there.
    pub nullable: bool,
    /// Whether its value is kept out of errors and logs.
    pub secret: bool,
    /// Whether the vendor wants it no longer.
    pub deprecated: bool,
    /// JSON text of what the server takes for it when it is not sent.
    pub default: Option<&'static str>,
    /// What it means.
    #[cfg(feature = "docs")]
    pub doc: &'static str,
}

/// Values that a text is known to have; others may come.
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
    // Models may hold themselves, so fields are shown by name.
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

    /// The models that a kind leads to.
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
    fn fields_are_found_by_both_names_and_say_what_they_hold() {
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
    fn all_is_documented() {
        for model in Model::all() {
            assert!(
                !model.doc.is_empty() && model.fields.iter().all(|field| !field.doc.is_empty()),
                "{}",
                model.name
            );
        }
    }
}
