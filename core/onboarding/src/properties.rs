//! Custom properties: which one a row means, and whether it has the value.

use mspkit::{Core, Error, ErrorKind, OnIncomplete, PagingOptions, RawPager};
use mspkit_reconcile::name::folded;
use serde_json::{Map, Value, json};

use crate::step::{Action, Failure, Step, spelled};

/// A property as the server lists it.
#[derive(Debug, Clone)]
pub(crate) struct Property(Map<String, Value>);

/// Reads the properties of an organization unit or a device.
pub(crate) async fn of(core: &Core, list: &str, parent: (&str, &str)) -> Result<Vec<Property>, Error> {
    let params = spelled(core, &json!({parent.0: parent.1}));
    let mut paging = PagingOptions::default();
    paging.on_incomplete = Some(OnIncomplete::Raise);
    let pager: RawPager = core.pager(list, params.as_bytes(), &paging, &mspkit::CallOptions::default())?;
    let mut properties = Vec::new();
    while let Some(page) = pager.next_page().await? {
        for item in (0..page.len()).filter_map(|at| page.item(at)) {
            if let Ok(Value::Object(property)) = serde_json::from_slice(item) {
                properties.push(Property(property));
            }
        }
    }
    Ok(properties)
}

impl Property {
    fn text(&self, field: &str) -> String {
        match self.0.get(field) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        }
    }
}

/// Compares a row with the properties that there are.
pub(crate) fn compare(step: &mut Step, properties: &[Property]) {
    let (id, key) = (step.of.id_in_result(), "propertyName");
    let by_id = step.of.id_field().and_then(|field| step.arguments.get(field)).is_some();
    let found: Vec<&Property> = if by_id {
        properties.iter().filter(|property| property.text(id) == step.name).collect()
    } else {
        named(&step.name, properties, key)
    };
    match found.as_slice() {
        [property] => {
            let wanted = step.secrets.0.get("value").and_then(Value::as_str).unwrap_or_default();
            step.id = Some(property.text(id));
            if property.text("value") == wanted {
                step.action = Action::Exists;
            } else {
                step.action = Action::Set;
                // The value may be a password, so neither value is shown.
                step.differences = vec![json!({"field": "value"})];
            }
        }
        [] => {
            let names: Vec<String> = properties.iter().map(|property| property.text(key)).collect();
            let advice = match mspkit::meant(&step.name, names.iter().map(Into::into)) {
                Some(meant) => format!("; did you mean {meant}?"),
                None if names.is_empty() => "; there are none".to_owned(),
                None => format!("; there are {}", names.join(", ")),
            };
            let message = format!("{} is not a custom property here{advice}", step.name);
            step.refuse(Action::Blocked, Failure::new(ErrorKind::NotFound, message));
        }
        several => {
            let ids: Vec<String> = several.iter().map(|property| property.text(id)).collect();
            let message =
                format!("{} custom properties have the name {} ({})", ids.len(), step.name, ids.join(", "));
            step.refuse(Action::Ambiguous, Failure::new(ErrorKind::Ambiguous, message));
        }
    }
}

/// The properties of this name: the one that is written alike, or all that are the same to a person.
fn named<'p>(name: &str, properties: &'p [Property], key: &str) -> Vec<&'p Property> {
    let exact: Vec<&Property> = properties.iter().filter(|property| property.text(key) == name).collect();
    if exact.len() == 1 {
        return exact;
    }
    let wanted = folded(name);
    properties.iter().filter(|property| folded(&property.text(key)) == wanted).collect()
}
