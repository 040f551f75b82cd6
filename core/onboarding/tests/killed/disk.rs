//! A disk that is full, by the limit that the system puts on a process's files.

use std::path::Path;
use std::process::Command;

use mspkit_sim::Simulator;
use serde_json::{Value, json};

use crate::child::{Child, arguments};
use crate::{CUSTOMERS, creates, document, support};

/// A child whose files can have so many blocks of 512 bytes.
fn limited(simulator: &Simulator, folder: &Path, blocks: usize) -> Result<Value, String> {
    // Without the signal, a write beyond the limit is an error.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).arg(std::env::current_exe().unwrap());
    Child::spawn(command.args(arguments(simulator, folder, 1.5))).end()
}

/// Without room nothing is sent at all; when it runs out in the middle, nothing more is.
pub(crate) fn a_full_disk_stops_everything() {
    let simulator = support::simulator(json!({"service_orgs": 1, "customers": 1, "sites": 0}));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("new.yaml"), document(CUSTOMERS)).unwrap();
    let limited = |blocks| limited(&simulator, folder.path(), blocks);
    let reason = limited(2).unwrap_err();
    assert!(reason.starts_with("journal: must be a file that can be written"), "{reason}");
    assert_eq!(simulator.requests(0).len(), 0);
    let report = limited(9).unwrap();
    assert!(
        report["ok"] == false && report["error"]["message"].as_str().unwrap().contains("journal"),
        "{report}"
    );
    let count = |action: &str| report["counts"][action].as_u64().unwrap_or(0);
    assert!(count("created") > 0 && count("not_started") > 0, "{report}");
    let made = creates(&simulator);
    assert!(made < CUSTOMERS as u64, "{made} creates were sent");
    let report = Child::start(&simulator, folder.path(), 1.5).end().unwrap();
    assert!(report["ok"] == true, "{report}");
    let names = support::names(&simulator, "customers", "customerName");
    assert_eq!(names.iter().filter(|name| name.starts_with("Café ")).count(), CUSTOMERS);
    println!("a full disk: refused before anything was sent, and stopped after {made} creates");
}

/// The disk is full between two attempts: the first one may have been carried out, so nobody says that it was not sent.
pub(crate) fn an_attempt_that_was_sent_is_never_not_started() {
    let simulator = support::simulator(json!({"service_orgs": 1, "customers": 1, "sites": 0}));
    let folder = tempfile::tempdir().unwrap();
    // So long that the journal has room for the lines before the first attempt, and not for the one before the second.
    let name = "Location ".repeat(190);
    let name = name.trim();
    let properties = format!("custom_properties: [{{property_name: {name}, value: Quay}}]");
    std::fs::write(folder.path().join("new.yaml"), format!("service_orgs:\n- so_id: 50\n  {properties}\n"))
        .unwrap();
    let list = json!([{"propertyId": 1, "propertyName": name, "propertyType": "TEXT", "value": ""}]);
    let list = json!({"match": "ncentral.org_units.list_custom_properties", "times": 0, "json": {"data": list, "totalItems": 1}});
    let set =
        json!({"match": "ncentral.org_units.set_custom_property", "times": 0, "status": 503, "json": {}});
    simulator.control("script", &json!({"answers": [list, set]})).unwrap();
    let report = limited(&simulator, folder.path(), 9).unwrap();
    let received = simulator.count("ncentral.org_units.set_custom_property").received;
    assert_eq!(received, 1, "{report}");
    assert_eq!(report["outcomes"][1]["action"], "failed", "{report}");
    assert!(report["error"]["message"].as_str().unwrap().contains("journal"), "{report}");
}
