//! What a catalog wants before something is bought from it.

use mspkit::{CallOptions, Core, Error, ErrorKind};
use serde_json::{Value, json};

use crate::step::{Failure, Step, spelled};

/// Reads the entry of the catalog, and says why it must not be bought so.
///
/// # Errors
/// Those of reading it; one that is not there is a reason.
pub(crate) async fn objection(
    core: &Core,
    entry: &str,
    step: &Step,
    organization: &str,
) -> Result<Option<Failure>, Error> {
    let params = spelled(core, &json!({"organization_id": organization, "service_id": step.name}));
    let entry = match core.call(entry, params.as_bytes(), &CallOptions::default()).await {
        Ok(entry) => entry,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let message = format!("{} is not in the E-Store of this organization", step.name);
            return Ok(Some(Failure::new(ErrorKind::NotFound, message)));
        }
        Err(error) => return Err(error),
    };
    let entry: Value = match serde_json::from_slice(&entry.json) {
        Ok(entry) => entry,
        Err(error) => {
            let message = format!("the E-Store's response cannot be read ({error})");
            return Ok(Some(Failure::new(ErrorKind::Decode, message)));
        }
    };
    let missing: Vec<String> = entry["customProperties"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|property| property["mandatory"] == true && property["appliesToOrganizations"] != false)
        .filter(|property| blank(&property["defaultValue"]))
        .filter(|property| !given(step, &property["propertyId"]))
        .map(|property| format!("{} ({})", shown(&property["propertyId"]), shown(&property["name"])))
        .collect();
    if missing.is_empty() {
        return Ok(None);
    }
    let message = format!("custom_properties_data: values are required of {}", missing.join(", "));
    Ok(Some(Failure::new(ErrorKind::InvalidRequest, message)))
}

fn given(step: &Step, id: &Value) -> bool {
    let data = step.arguments.get("custom_properties_data").and_then(Value::as_array);
    data.into_iter().flatten().any(|one| shown(&one["id"]) == shown(id) && !blank(&one["value"]))
}

fn blank(value: &Value) -> bool {
    shown(value).trim().is_empty()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
