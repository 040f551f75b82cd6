//! N-central: the Windows services of devices, and what else it lets users do to them.

use serde_json::{Value, json};

use crate::wire::{Client, simulator};

const ACTIONS: &str = "/api/devices/987654321/services/actions";

/// The result of an action.
fn act(client: &Client, action: &str, names: &[&str]) -> Value {
    let body = json!({"serviceNames": names, "action": action});
    client.post(ACTIONS, &body).expect(200).json()["data"].clone()
}

#[test]
fn services_are_stopped_and_started() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let body = json!({"serviceNames": ["Spooler", "W32Time"], "action": "Restart"});
    let reply = client.post(ACTIONS, &body).expect(200).json();
    assert_eq!((&reply["status"], &reply["message"]), (&json!(200), &json!("Done.")));
    let row = json!({
        "serviceName": "Spooler", "serviceStatus": "Running", "displayName": "Print Spooler",
        "actionStatus": "Running", "actionDetails": "Service restarted.",
    });
    assert_eq!((&reply["data"]["overallStatus"], &reply["data"]["services"][0]), (&json!("Completed"), &row));
    let status = |action: &str| {
        let done = act(&client, action, &["spooler"]);
        (done["overallStatus"].clone(), done["services"][0]["serviceStatus"].clone())
    };
    let ended = |overall: &str, status: &str| (json!(overall), json!(status));
    assert_eq!(status("Stop"), ended("Completed", "Stopped"));
    let kept = sim.state()["windows_services"].clone();
    assert_eq!(
        kept[0]["services"].as_array().unwrap().iter().find(|one| one["serviceName"] == "Spooler").unwrap()["serviceStatus"],
        "Stopped"
    );
    assert_eq!(status("Pause"), ended("Failed", "Stopped"));
    assert_eq!(status("Resume"), ended("Failed", "Stopped"));
    assert_eq!(status("Start"), ended("Completed", "Running"));
    assert_eq!(status("Pause"), ended("Completed", "Paused"));
    assert_eq!(status("Resume"), ended("Completed", "Running"));
    assert_eq!(
        act(&client, "Start", &["Spooler"])["services"][0]["actionDetails"],
        "Service is already running."
    );
}

#[test]
fn services_that_do_not_exist_are_in_the_result() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let partly = act(&client, "Stop", &["Spooler", "Nonesuch"]);
    assert_eq!(partly["overallStatus"], "CompletedWithError");
    let missing = json!({
        "serviceName": "Nonesuch", "serviceStatus": null, "displayName": null, "actionStatus": null,
        "actionDetails": "Service not found.",
    });
    assert_eq!(partly["services"][1], missing);
    assert_eq!(act(&client, "Stop", &["Nonesuch"])["overallStatus"], "Failed");
}

#[test]
fn actions_that_make_no_sense_are_refused() {
    let sim = simulator(json!({"devices": 100}));
    let client = Client::ncentral(&sim);
    let many = vec!["Spooler"; 101];
    for body in [
        json!({"serviceNames": [], "action": "Stop"}),
        json!({"serviceNames": ["Spooler", " "], "action": "Stop"}),
        json!({"serviceNames": [""], "action": "Stop"}),
        json!({"serviceNames": many, "action": "Stop"}),
        json!({"serviceNames": ["Spooler"], "action": "Kill"}),
        json!({"serviceNames": ["Spooler"]}),
        json!({"action": "Stop"}),
    ] {
        client.post(ACTIONS, &body).expect(400);
    }
    let body = json!({"serviceNames": ["Spooler"], "action": "Stop"});
    client.post("/api/devices/5/services/actions", &body).expect(404);
    let state = sim.state();
    for device in state["devices"].as_array().unwrap() {
        let path = format!("/api/devices/{}/services/actions", device["deviceId"].as_str().unwrap());
        client.post(&path, &body).expect(if device["osId"] == "winnt" { 200 } else { 409 });
    }
    sim.control(
        "state",
        &json!({"devices": [{"deviceId": 7, "osId": "winnt"}, {"deviceId": 8, "osId": "linux"}]}),
    )
    .unwrap();
    client.post("/api/devices/7/services/actions", &body).expect(200);
    client.post("/api/devices/8/services/actions", &body).expect(409);
}
