//! Patch comparison reports: jobs, whose content is counted from the Windows devices of the simulator.

use std::collections::BTreeMap;

use fastrand::Rng;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::errors;
use crate::answer::Answer;
use crate::jobs::{JobState, PATCH_REPORT};
use crate::request::Call;
use crate::services::{Problem, Service};
use crate::state::State;
use crate::state::names;

/// The first report of a test; the one before is there from the beginning.
const FIRST: u64 = 123_457;

/// How many devices are counted, so that a report does not block the simulator for seconds.
const DEVICES: usize = 10_000;

/// Patches that are known for each device.
const PATCHES: usize = 6;

/// The filters of a report, with the values that the server knows.
const FILTERS: [(&str, &[&str]); 3] = [
    (
        "installStatuses",
        &["Aborted", "Failed", "In Progress", "Installed", "Installed With Errors", "Not Installed"],
    ),
    (
        "patchApprovals",
        &["Approved for Install", "Approved for Removal", "Declined", "Not Approved", "No Approval"],
    ),
    (
        "patchCategories",
        &[
            "Critical Updates",
            "Update Rollups",
            "Updates",
            "Feature Packs",
            "Definition Updates",
            "Security Updates",
            "Service Packs",
            "Drivers",
            "Tools",
            "Third Party",
            "Upgrades",
            "Applications",
        ],
    ),
];

pub(super) fn request_patch_comparison(state: &mut State, call: &Call<'_>) -> Answer {
    let body = call.object().unwrap_or_default();
    let mut problems = Vec::new();
    if !body.get("startDate").and_then(Value::as_str).is_some_and(is_date_or_time) {
        let message = "startDate must be a date (YYYY-MM-DD) or a time in UTC";
        problems.push(Problem::new("startDate", message));
    }
    for (filter, known) in FILTERS {
        let given = body.get(filter).and_then(Value::as_array).into_iter().flatten();
        for unknown in given.filter(|value| !value.as_str().is_some_and(|value| known.contains(&value))) {
            problems.push(Problem::new(filter, format!("{filter} has the unknown value {unknown}")));
        }
    }
    if !problems.is_empty() {
        return errors::invalid("Patch Comparison Report", &problems, call);
    }
    let id = (FIRST + state.jobs.begun()).to_string();
    state.jobs.begin(PATCH_REPORT, &id, Value::Object(body), state.clock.now(), &state.options);
    // The response to the request is no read: it is finished only if there is nothing to wait for.
    match state.jobs.get_mut(PATCH_REPORT, &id).map(|job| job.state(state.clock.now())) {
        Some(seen) => shown(state, &id, seen).committed(),
        None => errors::plain(StatusCode::NOT_FOUND, call),
    }
}

pub(super) fn get(state: &mut State, call: &Call<'_>) -> Answer {
    let id = call.param(0);
    let digits = id.strip_prefix('-').unwrap_or(id);
    if !(1..=10).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Service::NCentral.bad_id("reportId", id, call);
    }
    let now = state.clock.now();
    match state.jobs.get_mut(PATCH_REPORT, id).map(|job| job.poll(now)) {
        Some(seen) => shown(state, id, seen),
        None => errors::not_found(&format!("Report not found: '{id}'."), call),
    }
}

/// A report in this state. It has no envelope, whatever the options say.
fn shown(state: &mut State, id: &str, seen: JobState) -> Answer {
    let (status, message) = match seen {
        JobState::Pending => ("IN_PROGRESS", ""),
        JobState::Done => ("COMPLETED", ""),
        JobState::Failed => ("FAILED", "The report could not be prepared."),
        JobState::Aborted => ("ABORTED", "The report was aborted."),
    };
    let data = if seen == JobState::Done { content(state, id) } else { Value::Null };
    let number = id.parse::<i64>().ok();
    Answer::ok(&json!({"reportId": number, "reportStatus": status, "message": message, "data": data}))
}

/// What a finished report has, counted once.
fn content(state: &mut State, id: &str) -> Value {
    let Some(job) = state.jobs.get_mut(PATCH_REPORT, id) else { return Value::Null };
    if let Some(result) = &job.result {
        return result.clone();
    }
    let asked = job.about.clone();
    let counted = counted(state, &asked);
    if let Some(job) = state.jobs.get_mut(PATCH_REPORT, id) {
        job.result = Some(counted.clone());
    }
    counted
}

/// A patch of a device: its state of installation, its approval and its category, in the order of the filters.
type Patch = [&'static str; 3];

fn counted(state: &State, asked: &Value) -> Value {
    let wants = |patch: &Patch| {
        FILTERS.iter().zip(patch).all(|((filter, _), value)| {
            let wanted = asked[filter].as_array().filter(|wanted| !wanted.is_empty());
            wanted.is_none_or(|wanted| wanted.iter().any(|wanted| wanted == value))
        })
    };
    let start = asked["startDate"].as_str().and_then(|text| text.get(..10)).unwrap_or_default();
    let mut classes: BTreeMap<String, BTreeMap<&str, u64>> = BTreeMap::new();
    let mut approvals: BTreeMap<&str, BTreeMap<&str, BTreeMap<&str, u64>>> = BTreeMap::new();
    for device in state.store.views("devices").iter().take(DEVICES) {
        let class = device.value("deviceClass");
        let class = class.as_ref().and_then(Value::as_str).unwrap_or_default();
        if !class.contains("Windows") {
            continue;
        }
        let number = device.id().parse::<u64>().unwrap_or_default();
        let patches = patches(state.options.seed, number);
        for (_, patch) in patches.iter().filter(|(day, patch)| day.as_str() >= start && wants(patch)) {
            let [install, approval, category] = *patch;
            *classes.entry(class.to_owned()).or_default().entry(approval).or_default() += 1;
            let installs = approvals.entry(approval).or_default().entry(install).or_default();
            *installs.entry(category).or_default() += 1;
        }
    }
    let classes = classes.iter().map(|(class, counts)| {
        let counts: Map<_, _> = counts.iter().map(|(name, count)| (key(name), (*count).into())).collect();
        json!({"deviceClass": class, "approvalStatusCounts": counts})
    });
    let approvals = approvals.iter().map(|(approval, installs)| {
        let installs = installs.iter().map(|(install, kinds)| {
            let kinds = kinds.iter().map(|(kind, count)| json!({"patchType": key(kind), "count": count}));
            json!({"patchInstallStatus": install, "patchTypeSummaries": kinds.collect::<Vec<_>>()})
        });
        json!({"approvalStatus": approval, "patchInstallStatusCounts": installs.collect::<Vec<_>>()})
    });
    json!({
        "deviceClassSummaries": classes.collect::<Vec<_>>(),
        "patchSummaryList": approvals.collect::<Vec<_>>(),
    })
}

/// The patches of a device, always the same, with the day of each.
fn patches(seed: u64, device: u64) -> Vec<(String, Patch)> {
    let mut rng = Rng::with_seed(seed ^ device.rotate_left(32));
    let made = |_| {
        let [(_, installs), (_, approvals), (_, categories)] = FILTERS;
        let day = names::time(-86_400 * rng.i64(1..365))[..10].to_owned();
        let category = categories[rng.usize(..categories.len())];
        // Most patches are approved and installed; one that is not approved is not installed.
        let approval = if rng.u8(..3) > 0 { approvals[0] } else { approvals[rng.usize(1..approvals.len())] };
        let install = match approval {
            "Approved for Install" if rng.u8(..3) > 0 => "Installed",
            "Approved for Install" => installs[rng.usize(..installs.len())],
            _ => "Not Installed",
        };
        (day, [install, approval, category])
    };
    (0..PATCHES).map(made).collect()
}

/// A name as the server writes it in keys and types: `approvedForInstall`.
fn key(name: &str) -> String {
    if name == "Definition Updates" {
        // The server's own spelling.
        return "definationUpdates".to_owned();
    }
    let mut words = name.split(' ');
    let first = words.next().unwrap_or_default().to_lowercase();
    let rest = words.map(|word| {
        let (initial, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        initial.to_uppercase() + rest
    });
    rest.fold(first, |key, word| key + &word)
}

/// `2025-01-01`, or `2025-01-01T00:00:00Z`, with milliseconds or without.
fn is_date_or_time(text: &str) -> bool {
    let Some((day, time)) = text.split_at_checked(10) else { return false };
    let Some(time) = time.strip_prefix('T').and_then(|time| time.strip_suffix('Z')) else {
        return names::is_day(day) && time.is_empty();
    };
    let (time, part) = time.split_once('.').unwrap_or((time, "000"));
    let digits = |text: &&str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbers: Vec<_> = time.split(':').filter(digits).map(str::parse::<u8>).collect();
    let fits = matches!(numbers.as_slice(), [Ok(..24), Ok(..60), Ok(..60)]) && time.len() == 8;
    names::is_day(day) && fits && part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{is_date_or_time, key};

    #[test]
    fn dates_and_times_begin_a_report() {
        for right in ["2025-01-01", "2024-02-29", "2025-01-01T23:59:59Z", "2025-01-01T00:00:00.123Z"] {
            assert!(is_date_or_time(right), "{right}");
        }
        for wrong in [
            "",
            "yesterday",
            "2025-13-01",
            "2025-02-29",
            "2025-01-01T",
            "2025-01-01T24:00:00Z",
            "2025-01-01T00:00Z",
            "2025-01-01T00:00:00",
            "2025-01-01T00:00:00.1Z",
            "2025-01-01T+1:00:00Z",
            "2025-01-0é",
        ] {
            assert!(!is_date_or_time(wrong), "{wrong}");
        }
    }

    #[test]
    fn keys_have_the_servers_spelling() {
        assert_eq!(key("Approved for Install"), "approvedForInstall");
        assert_eq!([key("No Approval"), key("Drivers")], ["noApproval", "drivers"]);
        assert_eq!(key("Definition Updates"), "definationUpdates");
    }
}
