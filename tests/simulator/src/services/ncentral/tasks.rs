//! Scheduled tasks. The store has a row for each task, and one for what came of it; the part of a task on its device
//! has the next id. How far a task is that was run during a test is a job.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{errors, id_of, number, shown_id};
use crate::answer::Answer;
use crate::jobs::{JobState, TASK};
use crate::options::Envelope;
use crate::request::Call;
use crate::services::{Problem, Service};
use crate::state::State;
use crate::store::view::View;

const TASKS: &str = "scheduled_tasks";
const RESULTS: &str = "scheduled_task_results";

/// Scripts with lower ids are the vendor's, which the API does not run.
const FIRST_SCRIPT: u64 = 2000;

/// The vendor's name of the action in its refusals.
const CONTEXT: &str = "Direct Scheduled Task";

pub(super) fn run_direct(state: &mut State, call: &Call<'_>) -> Answer {
    let body = call.object().unwrap_or_default();
    let (script, device, customer) =
        (id_of(body.get("itemId")), id_of(body.get("deviceId")), id_of(body.get("customerId")));
    let number = script.parse::<u64>().unwrap_or_default();
    if number < FIRST_SCRIPT || state.options.disabled_scripts.contains(&number) {
        let text = format!("ScriptNotRunnableException: Item {script} cannot be run through the API.");
        return errors::error(StatusCode::FORBIDDEN, &text, call);
    }
    let Some(found) = state.store.view("devices", &device) else {
        return errors::not_found(&format!("Device not found: '{device}'."), call);
    };
    if state.store.view("customers", &customer).is_none() {
        return errors::not_found(&format!("Customer not found: '{customer}'."), call);
    }
    let invalid =
        |field: &str, message: String| errors::invalid(CONTEXT, &[Problem::new(field, message)], call);
    if found.value("customerId") != Some(customer.as_str().into()) {
        return invalid("customerId", format!("device {device} does not belong to customer {customer}"));
    }
    let name = body.get("name").cloned().unwrap_or_default();
    // Rows of the seed are made when they are read, and their names have numbers that no caller would choose.
    if state.store.stored(TASKS).any(|row| row.value("name").as_ref() == Some(&name)) {
        return invalid("name", format!("a task with the name {name} exists"));
    }
    let row = json!({
        "name": name, "taskName": name, "itemId": script, "type": body.get("taskType"),
        "deviceIds": [&device], "isReactive": false, "isEnabled": true,
    });
    let Some(id) = state.store.create(TASKS, Some(&device), &object(row)) else {
        return errors::plain(StatusCode::NOT_FOUND, call);
    };
    let begun = json!({"status": "In Progress", "output": null, "message": null, "outputFileName": null});
    state.store.change(RESULTS, (&id, &id), &object(begun));
    state.jobs.begin(TASK, &id, json!({"script": script}), state.clock.now(), &state.options);
    // A create returns a number, whatever the other responses have.
    let task = json!({"taskId": id.parse::<u64>().ok()});
    let answer = match state.options.envelope {
        Envelope::Bare => task,
        // The vendor's link has the braces of a placeholder.
        Envelope::Data => json!({"data": task, "_links": {"task": format!("/api/scheduled-tasks/{{{id}}}")}}),
    };
    Answer::json(StatusCode::CREATED, &answer).committed()
}

pub(super) fn get(state: &mut State, call: &Call<'_>) -> Answer {
    let level = match Level::asked_for(state, call) {
        Ok(level) => level,
        Err(refusal) => return refusal,
    };
    let Some(row) = state.store.view(TASKS, &level.task()) else { return missing(call) };
    let form = state.options.ids;
    let mut task = json!(row.written(form));
    if let Level::Device(parent) = level {
        task["taskId"] = shown_id(parent + 1, form);
        task["parentId"] = shown_id(parent, form);
    }
    Service::NCentral.wrapped(&task, false, &state.options)
}

pub(super) fn get_status(state: &mut State, call: &Call<'_>) -> Answer {
    let task = match Level::asked_for(state, call) {
        Ok(level) => level.task(),
        Err(refusal) => return refusal,
    };
    let word = word(progress(state, &task), state, &task);
    let name = state.store.view(TASKS, &task).and_then(|row| row.value("name"));
    let counts = Map::from_iter([(word, 1.into())]);
    Service::NCentral.wrapped(&json!({"taskName": name, "statusCounts": counts}), false, &state.options)
}

pub(super) fn list_status_details(state: &mut State, call: &Call<'_>) -> Answer {
    let task = match Level::asked_for(state, call) {
        Ok(Level::Task(id)) => id.to_string(),
        Ok(Level::Device(parent)) => {
            let text = format!(
                "BadRequestException: Task {} is at device level; its parent is {parent}.",
                call.param(0)
            );
            return errors::bad_request(&text, call);
        }
        Err(refusal) => return refusal,
    };
    let has_begun = progress(state, &task) != Progress::Unseen && call.page_fault.is_none();
    let result = state.store.view(RESULTS, &task).filter(|_| has_begun);
    let rows: Vec<_> = result.iter().map(|row| row.written(state.options.ids)).collect();
    Service::NCentral.wrapped(&rows, true, &state.options)
}

/// The tasks of a device, by the ids that they have there.
pub(super) fn list_tasks(state: &mut State, call: &Call<'_>) -> Answer {
    let tasks =
        if call.page_fault.is_some() { Vec::new() } else { state.store.views_under(TASKS, call.param(0)) };
    let tasks: Vec<_> = tasks.iter().map(|row| (row.id().to_owned(), row.value("name"))).collect();
    let mut rows = Vec::new();
    for (task, name) in tasks {
        let status = word(progress(state, &task), state, &task);
        let id = shown_id(task.parse::<u64>().unwrap_or_default() + 1, state.options.ids);
        rows.push(json!({"taskId": id, "taskName": name, "status": status}));
    }
    Service::NCentral.wrapped(&rows, true, &state.options)
}

/// A task, or its part on its device.
#[derive(Clone, Copy)]
enum Level {
    Task(u64),
    /// The id of the task above.
    Device(u64),
}

impl Level {
    /// What the id in the path means.
    fn asked_for(state: &State, call: &Call<'_>) -> Result<Self, Answer> {
        let text = call.param(0);
        let id = number(text).ok_or_else(|| Service::NCentral.bad_id("taskId", text, call))?;
        let exists = |id: u64| state.store.view(TASKS, &id.to_string()).is_some();
        if exists(id) {
            Ok(Self::Task(id))
        } else if id > 1 && exists(id - 1) {
            Ok(Self::Device(id - 1))
        } else {
            Err(missing(call))
        }
    }

    /// The id of the task, as the store has it.
    fn task(self) -> String {
        let (Self::Task(id) | Self::Device(id)) = self;
        id.to_string()
    }
}

fn missing(call: &Call<'_>) -> Answer {
    errors::not_found(&format!("Task not found: '{}'.", call.param(0)), call)
}

/// What is known of a task.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Its device has not begun, for all that is known.
    Unseen,
    Begun,
    /// The store has its end, or what a test has loaded.
    Ended,
}

/// How far a task is; this counts as a read of its state.
fn progress(state: &mut State, task: &str) -> Progress {
    let now = state.clock.now();
    let Some(job) = state.jobs.get_mut(TASK, task) else { return Progress::Ended };
    match job.poll(now) {
        JobState::Pending if job.reads == 1 => return Progress::Unseen,
        JobState::Pending => return Progress::Begun,
        end if job.result.is_none() => {
            let script = job.about["script"].as_str().unwrap_or_default().to_owned();
            job.result = Some(Value::Null);
            let device = state.store.view(RESULTS, task).and_then(|row| row.value("deviceName"));
            let device = device.as_ref().and_then(Value::as_str).unwrap_or_default();
            let result = result(end, &script, device);
            state.store.change(RESULTS, (task, task), &object(result));
        }
        _ => {}
    }
    Progress::Ended
}

/// What comes of a script.
fn result(end: JobState, script: &str, device: &str) -> Value {
    match end {
        JobState::Failed => json!({
            "status": "Failed", "output": format!("Script {script} ended with exit code 1."),
            "message": "Failed execution on remote device.",
        }),
        // The details have no word of their own for this.
        JobState::Aborted => json!({"status": "Failed", "output": null, "message": "The task was aborted."}),
        JobState::Pending | JobState::Done => json!({
            "status": "Success", "output": format!("Script {script} ran on {device}."),
            "message": "Successful execution on remote device.",
        }),
    }
}

/// The state of a task as the web interface shows it.
fn word(progress: Progress, state: &State, task: &str) -> String {
    if progress == Progress::Unseen {
        return "In Pending".to_owned();
    }
    let row = state.store.view(RESULTS, task);
    let status = row.as_ref().and_then(|row: &View<'_>| row.value("status"));
    match status.as_ref().and_then(Value::as_str) {
        Some("Success") => "Completed",
        Some(other) => other,
        None => "In Pending",
    }
    .to_owned()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
