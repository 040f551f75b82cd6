//! The Windows services of devices: each action changes their state, which the store has.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::errors;
use crate::answer::Answer;
use crate::request::Call;
use crate::services::Problem;
use crate::state::State;

/// The most services of one request.
const MOST: usize = 100;

pub(super) fn control_services(state: &mut State, call: &Call<'_>) -> Answer {
    let body = call.object().unwrap_or_default();
    let names: Vec<_> = body
        .get("serviceNames")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let refused =
        |message: &str| errors::invalid("Service Action", &[Problem::new("serviceNames", message)], call);
    if !(1..=MOST).contains(&names.len()) {
        return refused("serviceNames must have 1 to 100 names");
    }
    if names.iter().any(|name| name.trim().is_empty()) {
        return refused("serviceNames must not have a blank name");
    }
    let device = call.param(0);
    let Some(mut services) =
        state.store.view("windows_services", device).and_then(|row| row.value("services"))
    else {
        // The status for devices that cannot be controlled remotely.
        let text = "ConflictException: The device does not run Windows.";
        return errors::error(StatusCode::CONFLICT, text, call);
    };
    let action = body.get("action").and_then(Value::as_str).unwrap_or_default();
    let mut failed = 0;
    let mut rows = Vec::new();
    for name in &names {
        // Windows does not distinguish upper and lower case here.
        let is_it = |service: &&mut Value| {
            service["serviceName"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(name))
        };
        let found = services.as_array_mut().into_iter().flatten().find(is_it);
        let done = found.map(|service| (act(service, action), service));
        rows.push(match done {
            Some((Ok(details), service)) => row(service, service["serviceStatus"].as_str(), details),
            Some((Err(details), service)) => {
                failed += 1;
                row(service, Some("Failed"), details)
            }
            None => {
                failed += 1;
                row(&json!({"serviceName": name}), None, "Service not found.")
            }
        });
    }
    let overall = match failed {
        0 => "Completed",
        all if all == rows.len() => "Failed",
        _ => "CompletedWithError",
    };
    let fields = Map::from_iter([("services".to_owned(), services)]);
    let device = device.to_owned();
    state.store.change("windows_services", (&device, &device), &fields);
    let result = json!({"overallStatus": overall, "services": rows});
    Answer::json(StatusCode::OK, &json!({"status": 200, "message": "Done.", "data": result})).committed()
}

/// Changes the state of a service; returns what the server says about it, as an error if it is not possible.
fn act(service: &mut Value, action: &str) -> Result<&'static str, &'static str> {
    let before = service["serviceStatus"].as_str().unwrap_or_default();
    let (after, details) = match (action, before) {
        ("Start", "Running") => ("Running", "Service is already running."),
        ("Start", "Paused") => return Err("Service is paused."),
        ("Start", _) => ("Running", "Service started."),
        ("Stop", "Stopped") => ("Stopped", "Service is already stopped."),
        ("Stop", _) => ("Stopped", "Service stopped."),
        ("Pause", "Running") => ("Paused", "Service paused."),
        ("Pause", "Paused") => ("Paused", "Service is already paused."),
        ("Pause", _) => return Err("Service is not running."),
        ("Resume", "Paused") => ("Running", "Service resumed."),
        ("Resume", _) => return Err("Service is not paused."),
        _ => ("Running", "Service restarted."),
    };
    service["serviceStatus"] = after.into();
    Ok(details)
}

fn row(service: &Value, status: Option<&str>, details: &str) -> Value {
    json!({
        "serviceName": service["serviceName"], "serviceStatus": service["serviceStatus"],
        "displayName": service["displayName"], "actionStatus": status, "actionDetails": details,
    })
}
