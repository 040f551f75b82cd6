//! Validates a query by its schema in the document.

use serde_json::{Map, Value};

use super::check;
use super::schema::Field;
use super::targets::Request;
use crate::answer::Answer;
use crate::services::{Problem, Service};

/// What N-central's lists read themselves, with the vendor's words for what is wrong.
const READ_BY_LISTS: [&str; 4] = ["pageNumber", "pageSize", "sortOrder", "select"];

impl Request<'_> {
    /// Refuses a query that is not valid.
    pub(super) fn query(&self) -> Result<(), Answer> {
        let served = self.served;
        let is_ncentral_list = self.service == Service::NCentral && served.paging == "page_number";
        let is_read_later = |field: &Field| is_ncentral_list && READ_BY_LISTS.contains(&field.name.as_str());
        let pairs: Vec<_> = self.call.request.query().collect();
        let (mut values, mut problems) = (Map::new(), Vec::new());
        for field in &served.query {
            let mut given = pairs.iter().filter(|(name, _)| *name == field.name);
            let Some((name, text)) = given.next() else { continue };
            if given.next().is_some() {
                problems.push(Problem::new(name.as_ref(), format!("{name} is given more than once")));
            }
            values.insert(field.name.clone(), value(field, text));
        }
        let checked = served.query.iter().filter(|field| !is_read_later(field));
        problems.extend(check::problems(served, checked, &values, true));
        if problems.is_empty() { Ok(()) } else { Err(self.service.invalid("", &problems, self.call)) }
    }
}

/// A text of a query as the schema's type; a text if it can be one.
fn value(field: &Field, text: &str) -> Value {
    let typed = || serde_json::from_str(text).ok().filter(|value| check::is_of_type(&field.schema, value));
    if field.schema.allows("string") { text.into() } else { typed().unwrap_or_else(|| text.into()) }
}
