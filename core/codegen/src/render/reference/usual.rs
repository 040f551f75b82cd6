//! The errors that several operations of a page share, which it describes once.

use std::collections::BTreeMap;

use super::raised::Raised;

/// The errors by status that more than one of these operations can raise. If there are several of a status, it is the most frequent.
pub(super) fn of<'a>(operations: impl Iterator<Item = &'a [Raised]>) -> Vec<Raised> {
    let mut times: BTreeMap<&Raised, usize> = BTreeMap::new();
    for error in operations.flatten() {
        *times.entry(error).or_default() += 1;
    }
    let mut frequent: BTreeMap<u16, (usize, &Raised)> = BTreeMap::new();
    for (error, times) in times.into_iter().filter(|(_, times)| *times > 1) {
        let Some(status) = error.status else { continue };
        let known = frequent.entry(status).or_insert((times, error));
        if times > known.0 {
            *known = (times, error);
        }
    }
    frequent.into_values().map(|(_, error)| error.clone()).collect()
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
