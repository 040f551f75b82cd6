//! Whether a value can be read as what the schema table says that it is.

use super::{Unreadable, scalar};
use crate::table::Kind;
use crate::table::schema::Model;
use crate::wire::raw::Scan;

/// Whether a member of a response can be read: as the model's field of that name, or as any JSON where there is none.
pub(crate) fn readable(model: &Model, name: &str, value: &str) -> bool {
    member(model, name, &mut Scan::new(value)).is_ok()
}

fn member(model: &Model, name: &str, scan: &mut Scan<'_>) -> Result<(), Unreadable> {
    let field = model.fields.iter().find(|field| field.wire == name);
    fits(field.map_or(Kind::Any, |field| field.kind), scan)
}

fn fits(kind: Kind, scan: &mut Scan<'_>) -> Result<(), Unreadable> {
    match kind {
        Kind::Id | Kind::Guid => scalar::id(scan).map(drop),
        Kind::Int { .. } | Kind::IntOneOf { .. } => scalar::integer(scan).map(drop),
        Kind::Number { .. } => scalar::number(scan).map(drop),
        Kind::Bool => scalar::flag(scan).map(drop),
        Kind::Model { of } => scalar::object(scan, |name, scan| member(of, name, scan)).map(drop),
        Kind::List { of } => scalar::list(scan, |scan| fits(*of, scan)).map(drop),
        Kind::Any | Kind::Object | Kind::DateRange => scalar::json(scan).map(drop),
        Kind::Text
        | Kind::NonBlank
        | Kind::Date
        | Kind::DateTime
        | Kind::HttpUrl
        | Kind::Country
        | Kind::Currency
        | Kind::OneOf { .. }
        | Kind::Open { .. }
        | Kind::TextList => scalar::text(scan).map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_readable_by_the_kind_of_their_field() {
        let ticket = Model::find("ncentral", "CustomPsaTicket").unwrap();
        for (name, value, expected) in [
            ("psaCustomTicketId", "7", true),
            ("psaCustomTicketId", "true", false),
            ("psaCustomTicketId", "null", true),
            ("unknown", "{\"any\": [1]}", true),
            ("unknown", "{\"any\": [1}", false),
        ] {
            assert_eq!(readable(ticket, name, value), expected, "{name}: {value}");
        }
        let health = Model::find("ncentral", "ServerHealth").unwrap();
        assert!(!readable(health, health.fields[0].wire, "[]"), "a scalar is no list");
    }

    #[test]
    fn nested_models_and_lists_are_read_to_their_ends() {
        let detail = Model::find("cloudmore", "EstoreServiceDetail").unwrap();
        let list = detail.fields.iter().find(|field| matches!(field.kind, Kind::List { .. })).unwrap();
        for (value, expected) in [("[]", true), ("[null, {}]", true), ("{}", false), ("[1]", false)] {
            assert_eq!(readable(detail, list.wire, value), expected, "{}: {value}", list.wire);
        }
    }
}
