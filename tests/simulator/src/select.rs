//! The part of FIQL that N-central's `select` is used with: `field==value` and `field!=value`, joined by `;` (and) and
//! `,` (or), with `*` for any text at either end.

use crate::store::view::{Field, View};

/// A row filter: any of these alternatives, each of which requires all of its tests.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Select(Vec<Vec<Test>>);

#[derive(Debug, PartialEq, Eq)]
struct Test {
    field: String,
    equal: bool,
    value: String,
}

impl Select {
    /// Parses an expression; none if it contains anything unknown.
    pub(crate) fn parse(expression: &str) -> Option<Self> {
        let test = |text: &str| {
            let (at, equal) = match (text.find("=="), text.find("!=")) {
                (Some(at), None) => (at, true),
                (None, Some(at)) => (at, false),
                _ => return None,
            };
            let (field, value) = (&text[..at], &text[at + 2..]);
            let named = !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_alphanumeric());
            named.then(|| Test { field: field.to_owned(), equal, value: value.to_owned() })
        };
        let any = expression.split(',').map(|all| all.split(';').map(test).collect::<Option<Vec<_>>>());
        any.collect::<Option<Vec<_>>>().map(Self)
    }

    /// Whether an expression is malformed whatever FIQL allows: a test compares nothing, or parentheses do not match.
    pub(crate) fn is_broken(expression: &str) -> bool {
        let mut depth = 0_i32;
        for letter in expression.chars() {
            depth += i32::from(letter == '(') - i32::from(letter == ')');
            if depth < 0 {
                return true;
            }
        }
        depth != 0 || expression.split([',', ';']).any(|test| !test.contains('='))
    }

    pub(crate) fn keeps(&self, row: &View<'_>) -> bool {
        self.0.iter().any(|all| all.iter().all(|test| test.holds(row)))
    }
}

impl Test {
    fn holds(&self, row: &View<'_>) -> bool {
        let fits = match row.field(&self.field) {
            Some(Field::Text(text)) => fits(&text, &self.value),
            Some(Field::Number(number)) => fits(&number.to_string(), &self.value),
            Some(Field::Absent) | None => self.value.is_empty(),
        };
        fits == self.equal
    }
}

fn fits(text: &str, wanted: &str) -> bool {
    match (wanted.strip_prefix('*'), wanted.strip_suffix('*')) {
        (Some(""), _) => true,
        (Some(rest), Some(_)) => text.contains(&rest[..rest.len() - 1]),
        (Some(end), None) => text.ends_with(end),
        (None, Some(start)) => text.starts_with(start),
        (None, None) => text == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_read() {
        assert!(Select::parse("customerName==Alder*;city!=Leeds,country==CA").is_some());
        assert!(Select::parse("customerName").is_none());
        assert!(Select::parse("generation=gt=2").is_none());
        assert!(Select::parse("==x").is_none());
    }

    #[test]
    fn a_malformed_expression_is_distinguished() {
        for broken in ["(((", "a==b)", "(a==b", "nonsense", "a==b;;c==d", ")a==b("] {
            assert!(Select::is_broken(broken), "{broken}");
        }
        for known in ["a==b", "(a==b,c!=d);e=gt=2", "name==x;y=#1"] {
            assert!(!Select::is_broken(known), "{known}");
        }
    }

    #[test]
    fn stars_match_any_text() {
        assert!(fits("Alder Labs", "Alder*") && fits("Alder Labs", "*Labs") && fits("Alder Labs", "*der*"));
        assert!(fits("", "*") && !fits("Alder", "alder") && fits("x", "*x*"));
    }
}
