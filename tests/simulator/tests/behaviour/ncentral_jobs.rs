//! N-central: scheduled tasks and reports, which end after some reads of their state or some time.

use std::time::Duration;

use mspkit_sim::Simulator;
use serde_json::{Value, json};

use crate::wire::{Client, simulator};

const DIRECT: &str = "/api/scheduled-tasks/direct";
const TASKS: &str = "/api/devices/987654321/scheduled-tasks";
const COMPARE: &str = "/api/report/patch-comparison";

fn data(client: &Client, path: &str) -> Value {
    client.get(path).expect(200).json()["data"].clone()
}

fn script(name: &str) -> Value {
    json!({
        "name": name, "itemId": 2001, "taskType": "Script", "customerId": 100, "deviceId": 987_654_321,
        "credential": {"type": "LocalSystem"},
    })
}

/// Runs a script, and returns the path of its task.
fn run(client: &Client, name: &str) -> String {
    let task = client.post(DIRECT, &script(name)).expect(201).json();
    format!("/api/scheduled-tasks/{}", task["taskId"].as_u64().unwrap())
}

fn states(client: &Client, task: &str) -> Value {
    client.get(&format!("{task}/status")).expect(200).json()["statusCounts"].clone()
}

fn details(client: &Client, task: &str) -> Value {
    data(client, &format!("{task}/status/details"))
}

#[test]
fn a_script_is_run_and_its_outcome_comes_later() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let task = run(&client, "Check 7f3a");
    assert_eq!(details(&client, &task), json!([]));
    let pending = details(&client, &task);
    assert_eq!((&pending[0]["status"], &pending[0]["output"]), (&json!("In Progress"), &Value::Null));
    let done = details(&client, &task);
    let device = data(&client, "/api/devices/987654321");
    let wanted = json!([{
        "taskId": task.rsplit_once('/').unwrap().1, "deviceId": "987654321", "deviceName": device["longName"],
        "taskName": "Check 7f3a", "status": "Success", "message": "Successful execution on remote device.",
        "output": format!("Script 2001 ran on {}.", device["longName"].as_str().unwrap()),
        "outputFileName": null,
    }]);
    assert_eq!(done, wanted);
    assert_eq!(details(&client, &task), wanted);
    assert_eq!(states(&client, &task), json!({"Completed": 1}));
    assert!(sim.state()["scheduled_task_results"].as_array().unwrap().contains(&done[0]));
}

#[test]
fn a_task_has_a_part_on_its_device() {
    let sim = simulator(json!({"ids": "number"}));
    let client = Client::ncentral(&sim);
    let task = run(&client, "Check 7f3a");
    let whole = client.get(&task).expect(200).json();
    let id = whole["taskId"].as_u64().unwrap();
    assert_eq!((&whole["parentId"], &whole["itemId"]), (&Value::Null, &json!(2001)));
    assert_eq!((&whole["customerId"], &whole["soId"]), (&json!(100), &json!(50)));
    let part = client.get(&format!("/api/scheduled-tasks/{}", id + 1)).expect(200).json();
    assert_eq!((&part["taskId"], &part["parentId"]), (&json!(id + 1), &json!(id)));
    assert_eq!((&part["name"], &part["deviceIds"]), (&json!("Check 7f3a"), &json!(["987654321"])));
    let listed = data(&client, TASKS);
    let last = listed.as_array().unwrap().last().unwrap();
    assert_eq!(*last, json!({"taskId": id + 1, "taskName": "Check 7f3a", "status": "In Pending"}));
    assert_eq!(states(&client, &format!("/api/scheduled-tasks/{}", id + 1)), json!({"In Progress": 1}));
    let refused = client.get(&format!("/api/scheduled-tasks/{}/status/details", id + 1)).expect(400).json();
    assert!(refused["message"].as_str().unwrap().contains("device level"), "{refused}");
    for missing in
        ["/api/scheduled-tasks/5", "/api/scheduled-tasks/5/status", "/api/scheduled-tasks/5/status/details"]
    {
        client.get(missing).expect(404);
    }
    client.get("/api/scheduled-tasks/none").expect(400);
    client.get("/api/devices/5/scheduled-tasks").expect(404);
}

#[test]
fn tasks_of_the_seed_have_ended() {
    let sim = simulator(json!({"envelope": "data"}));
    let client = Client::ncentral(&sim);
    let listed = data(&client, TASKS);
    assert_eq!(listed[0]["taskId"], "1985976");
    assert_eq!((&listed[0]["status"], &listed[1]["status"]), (&json!("Completed"), &json!("Failed")));
    assert_eq!(data(&client, "/api/scheduled-tasks/1985976")["parentId"], "1985975");
    assert_eq!(data(&client, "/api/scheduled-tasks/1985975")["name"], listed[0]["taskName"]);
    assert_eq!(data(&client, "/api/scheduled-tasks/1985975/status")["statusCounts"], json!({"Completed": 1}));
    assert_eq!(details(&client, "/api/scheduled-tasks/1985977")[0]["status"], "Failed");
    // Every device lists its own, by ids that are found again.
    let mut all = 0;
    for device in client.get("/api/devices?pageSize=100").expect(200).json()["data"].as_array().unwrap() {
        let id = device["deviceId"].as_str().unwrap();
        for task in data(&client, &format!("/api/devices/{id}/scheduled-tasks")).as_array().unwrap() {
            let found = data(&client, &format!("/api/scheduled-tasks/{}", task["taskId"].as_str().unwrap()));
            assert_eq!((&found["deviceIds"], &found["customerId"]), (&json!([id]), &device["customerId"]));
            all += 1;
        }
    }
    assert_eq!(all, sim.state()["scheduled_tasks"].as_array().unwrap().len());
    let direct = client.post(DIRECT, &script("Check 7f3a")).expect(201).json();
    let id = direct["data"]["taskId"].as_u64().unwrap();
    assert_eq!(direct["_links"]["task"], format!("/api/scheduled-tasks/{{{id}}}"));
}

#[test]
fn scripts_that_may_not_run_are_refused() {
    let sim = simulator(json!({"disabled_scripts": [2002]}));
    let client = Client::ncentral(&sim);
    let with = |field: &str, value: Value| {
        let mut body = script("Check 7f3a");
        body[field] = value;
        client.post(DIRECT, &body)
    };
    for item in [json!(1999), json!("2002")] {
        let message = with("itemId", item).expect(403).json()["message"].clone();
        assert!(message.as_str().unwrap().contains("ScriptNotRunnableException"), "{message}");
    }
    with("deviceId", json!(5)).expect(404);
    with("customerId", json!(5)).expect(404);
    let refused = with("customerId", json!(101)).expect(400).json();
    assert_eq!(refused["errors"][0]["field"], "customerId");
    with("taskType", json!("Automation Policy")).expect(400);
    with("credential", json!({"username": "a"})).expect(400);
    with("name", json!(" ")).expect(400);
    client.post(DIRECT, &json!({})).expect(400);
    assert_eq!(data(&client, TASKS).as_array().unwrap().len(), 2);
    run(&client, "Check 7f3a");
    let refused = client.post(DIRECT, &script("Check 7f3a")).expect(400).json();
    assert_eq!(refused["errors"][0]["field"], "name");
    assert_eq!(sim.count("ncentral.scheduled_tasks.run_direct").committed, 1);
}

#[test]
fn the_options_say_when_and_how_a_task_ends() {
    let sim = simulator(json!({"job_polls": 0, "job_seconds": 60, "job_result": "failed"}));
    let client = Client::ncentral(&sim);
    let task = run(&client, "Check 1");
    for _ in 0..5 {
        assert_ne!(states(&client, &task), json!({"Failed": 1}));
    }
    sim.advance(Duration::from_secs(60));
    assert_eq!(states(&client, &task), json!({"Failed": 1}));
    let done = details(&client, &task);
    assert_eq!(done[0]["output"], "Script 2001 ended with exit code 1.");
    sim.control("options", &json!({"job_seconds": 0, "job_result": "aborted"})).unwrap();
    let aborted = run(&client, "Check 2");
    let done = details(&client, &aborted);
    assert_eq!(
        (&done[0]["status"], &done[0]["message"]),
        (&json!("Failed"), &json!("The task was aborted."))
    );
    // A list of tasks reads their state as well.
    sim.control("options", &json!({"job_polls": 1, "job_result": "success"})).unwrap();
    run(&client, "Check 3");
    let last = || data(&client, TASKS).as_array().unwrap().last().unwrap()["status"].clone();
    assert_eq!([last(), last(), last()], ["In Pending", "Completed", "Completed"]);
}

#[test]
fn tasks_are_loaded() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let old = run(&client, "Check 1");
    let id = old.rsplit_once('/').unwrap().1;
    let loaded = json!({
        "scheduled_tasks": [{"taskId": id, "deviceId": "987654322", "name": "Mine", "taskName": "Mine"}],
        "scheduled_task_results": [{"taskId": id, "status": "In Progress", "output": null, "message": null}],
    });
    sim.control("state", &loaded).unwrap();
    // Nothing ends what a test has loaded.
    for _ in 0..4 {
        assert_eq!(details(&client, &old)[0]["status"], "In Progress");
    }
    let listed = data(&client, "/api/devices/987654322/scheduled-tasks");
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["taskName"]), (1, &json!("Mine")));
    assert_eq!(data(&client, TASKS), json!([]));
    let next = run(&client, "Check 1");
    assert!(next.rsplit_once('/').unwrap().1.parse::<u64>().unwrap() > id.parse::<u64>().unwrap() + 1);
}

fn compare(client: &Client, body: &Value) -> Value {
    client.post(COMPARE, body).expect(200).json()
}

/// The content of a report that is ready.
fn content(sim: &Simulator, body: &Value) -> Value {
    sim.control("options", &json!({"job_polls": 0})).unwrap();
    let report = compare(&Client::ncentral(sim), body);
    assert_eq!(report["reportStatus"], "COMPLETED");
    report["data"].clone()
}

/// All patches in the two halves of a report.
fn patches(content: &Value) -> (u64, u64) {
    let counts =
        |path: &Value| path.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>();
    let classes = content["deviceClassSummaries"].as_array().unwrap();
    let by_class = classes.iter().map(|class| counts(&class["approvalStatusCounts"])).sum();
    let approvals = content["patchSummaryList"].as_array().unwrap().iter();
    let installs = approvals.flat_map(|approval| approval["patchInstallStatusCounts"].as_array().unwrap());
    let kinds = installs.flat_map(|install| install["patchTypeSummaries"].as_array().unwrap());
    (by_class, kinds.map(|kind| kind["count"].as_u64().unwrap()).sum())
}

#[test]
fn a_report_is_ready_after_some_reads() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let begun = compare(&client, &json!({"startDate": "2025-01-01"}));
    assert_eq!((&begun["reportStatus"], &begun["data"]), (&json!("IN_PROGRESS"), &Value::Null));
    let path = format!("/api/report/{}", begun["reportId"].as_u64().unwrap());
    let read = || client.get(&path).expect(200).json();
    assert_eq!([read(), read()], [begun.clone(), begun.clone()]);
    let ready = read();
    assert_eq!((&ready["reportStatus"], &ready["reportId"]), (&json!("COMPLETED"), &begun["reportId"]));
    assert_eq!(read(), ready);
    let other = compare(&client, &json!({"startDate": "2025-01-01T00:00:00Z"}));
    assert_ne!(other["reportId"], begun["reportId"]);
    let seeded = client.get("/api/report/123456").expect(200).json();
    assert_eq!((&seeded["reportStatus"], &seeded["data"]), (&json!("COMPLETED"), &ready["data"]));
    for missing in ["5", "-42", "0"] {
        client.get(&format!("/api/report/{missing}")).expect(404);
    }
    client.get("/api/report/mine").expect(400);
}

#[test]
fn a_report_counts_the_patches_of_the_devices() {
    let sim = simulator(json!({}));
    let all = content(&sim, &json!({"startDate": "2025-01-01"}));
    let (by_class, by_kind) = patches(&all);
    let state = sim.state();
    let windows = |device: &&Value| device["deviceClass"].as_str().unwrap().contains("Windows");
    let devices: Vec<_> = state["devices"].as_array().unwrap().iter().filter(windows).collect();
    assert_eq!((by_class, by_kind), (6 * devices.len() as u64, by_class));
    for class in all["deviceClassSummaries"].as_array().unwrap() {
        assert!(devices.iter().any(|device| device["deviceClass"] == class["deviceClass"]));
    }
    let approved =
        content(&sim, &json!({"startDate": "2025-01-01", "patchApprovals": ["Approved for Install"]}));
    assert_eq!(approved["patchSummaryList"].as_array().unwrap().len(), 1);
    assert!(patches(&approved).0 < by_class && patches(&approved).0 > 0);
    assert!(patches(&content(&sim, &json!({"startDate": "2025-09-01"}))).0 < by_class);
    let drivers = content(
        &sim,
        &json!({"startDate": "2025-01-01", "patchCategories": ["Drivers"], "installStatuses": []}),
    );
    assert!(
        drivers.to_string().contains(r#""patchType":"drivers""#) && !drivers.to_string().contains("tools")
    );
    sim.control("state", &json!({"devices": []})).unwrap();
    assert_eq!(patches(&content(&sim, &json!({"startDate": "2025-01-01"}))), (0, 0));
}

#[test]
fn reports_that_cannot_be_made_are_refused_or_fail() {
    let sim = simulator(json!({"job_polls": 1, "job_result": "failed"}));
    let client = Client::ncentral(&sim);
    for body in [json!({}), json!({"startDate": "yesterday"}), json!({"startDate": "2025-02-30"})] {
        let refused = client.post(COMPARE, &body).expect(400).json();
        assert_eq!(refused["errors"][0]["field"], "startDate");
    }
    let hats = json!({"startDate": "2025-01-01", "patchCategories": ["Drivers", "Hats"]});
    assert_eq!(client.post(COMPARE, &hats).expect(400).json()["errors"][0]["field"], "patchCategories");
    let end = || {
        let begun = compare(&client, &json!({"startDate": "2025-01-01"}));
        let path = format!("/api/report/{}", begun["reportId"].as_u64().unwrap());
        assert_eq!(client.get(&path).expect(200).json()["reportStatus"], "IN_PROGRESS");
        client.get(&path).expect(200).json()
    };
    let failed = end();
    assert_eq!((&failed["reportStatus"], &failed["data"]), (&json!("FAILED"), &Value::Null));
    assert_eq!(failed["message"], "The report could not be prepared.");
    sim.control("options", &json!({"job_result": "aborted"})).unwrap();
    assert_eq!(end()["reportStatus"], "ABORTED");
    sim.control("options", &json!({"job_result": "random"})).unwrap();
    let ends: std::collections::BTreeSet<_> = (0..40).map(|_| end()["reportStatus"].to_string()).collect();
    assert_eq!(ends.len(), 3);
    sim.reset(mspkit_sim::Options::default());
    Client::ncentral(&sim).get("/api/report/123457").expect(404);
}

#[test]
fn many_devices_have_tasks_that_cost_nothing_until_they_are_read() {
    let sim = simulator(json!({"devices": 100_000, "customers": 200, "sites": 300}));
    let client = Client::ncentral(&sim);
    let last = client.get("/api/devices?pageSize=1000&pageNumber=100").expect(200).json();
    let devices = last["data"].as_array().unwrap().iter();
    let ids: Vec<_> = devices.map(|device| device["deviceId"].as_str().unwrap()).collect();
    let task = ids.iter().find_map(|id| {
        let listed = data(&client, &format!("/api/devices/{id}/scheduled-tasks"));
        Some((id, listed[0]["taskId"].as_str()?.to_owned()))
    });
    let (id, task) = task.unwrap();
    assert_eq!(
        client.get(&format!("/api/scheduled-tasks/{task}")).expect(200).json()["deviceIds"],
        json!([id])
    );
}
