//! The errors that several operations of a page share, which it describes once.

use std::collections::BTreeMap;

use super::raised::Raised;

/// The errors by status that more than one of these operations can raise. If there are several of a status, it is the most frequent.
pub(super) fn of<'a>(operations: impl Iterator<Item = &'a [Raised]>) -> Vec<Raised> {
    let mut times: BTreeMap<u16, BTreeMap<(&str, &str), (usize, &Raised)>> = BTreeMap::new();
    for error in operations.flatten() {
        let Some(status) = error.status else { continue };
        let known = times.entry(status).or_default().entry((&error.kind, &error.when)).or_insert((0, error));
        known.0 += 1;
    }
    let frequent = times.values().filter_map(|errors| errors.values().max_by_key(|(times, _)| *times));
    frequent.filter(|(times, _)| *times > 1).map(|(_, error)| (*error).clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: impl Into<Option<u16>>, when: &str) -> Raised {
        Raised { kind: "Kind".to_owned(), status: status.into(), when: when.to_owned() }
    }

    #[test]
    fn an_error_is_usual_if_it_is_the_most_frequent_of_its_status_and_not_alone() {
        let operations = [
            vec![error(None, "Gone."), error(400, "Refused."), error(404, "No site."), error(500, "Failed.")],
            vec![error(None, "Gone."), error(400, "Refused."), error(404, "No user.")],
            vec![error(400, "Odd."), error(404, "No user.")],
        ];
        let found = of(operations.iter().map(Vec::as_slice));
        assert_eq!(found, [error(400, "Refused."), error(404, "No user.")]);
    }
}
