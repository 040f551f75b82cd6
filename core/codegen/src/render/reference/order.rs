//! In what order the reference shows services and operations.

use crate::model::{Operation, Service};

/// The services in the order of docs/operations.md, with their titles there; tests/spec/operations.py compares them.
const SERVICES: [(&str, &str); 3] = [("ncentral", "N-central"), ("cloudmore", "Cloudmore"), ("wiv", "Wiv")];

/// The words that begin the names of methods, by what is looked for first.
const VERBS: [&[&str]; 6] =
    [&["list", "search"], &["get"], &["create"], &["ensure"], &["update", "replace", "set"], &["delete"]];

/// The place of a service among the others.
pub(super) fn service(id: &str) -> usize {
    SERVICES.iter().position(|(known, _)| *known == id).unwrap_or(SERVICES.len())
}

/// What pages call a service.
pub(super) fn title(service: &Service) -> &str {
    SERVICES.iter().find(|(id, _)| *id == service.id).map_or(&service.title, |(_, title)| title)
}

/// The place of an operation in its group: first `list`, `get` and so on, then names that say more, by their first word.
pub(super) fn operation(operation: &Operation) -> (bool, usize, &str) {
    named(&operation.name)
}

fn named(name: &str) -> (bool, usize, &str) {
    let verb = name.split('_').next().unwrap_or(name);
    let rank = VERBS.iter().position(|verbs| verbs.contains(&verb)).unwrap_or(VERBS.len());
    (verb != name || rank == VERBS.len(), rank, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_verbs_come_first_and_other_words_last() {
        let mut names = [
            "authenticate",
            "create_site",
            "delete",
            "ensure",
            "get_asset",
            "list_sites",
            "create",
            "get",
            "list",
            "update",
        ];
        names.sort_by_key(|name| named(name));
        let wanted = [
            "list",
            "get",
            "create",
            "ensure",
            "update",
            "delete",
            "list_sites",
            "get_asset",
            "create_site",
            "authenticate",
        ];
        assert_eq!(names, wanted);
    }
}
