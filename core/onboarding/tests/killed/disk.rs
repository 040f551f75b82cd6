//! A disk that is full, by the limit that the system puts on a process's files.

use std::process::Command;

use serde_json::json;

use crate::child::{Child, arguments};
use crate::{CUSTOMERS, creates, document, support};

/// Without room nothing is sent at all; when it runs out in the middle, nothing more is.
pub(crate) fn a_full_disk_stops_everything() {
    let simulator = support::simulator(json!({"service_orgs": 1, "customers": 1, "sites": 0}));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("new.yaml"), document(CUSTOMERS)).unwrap();
    let limited = |blocks: usize| {
        // The shell counts in blocks of 512 bytes; without the signal, a write beyond the limit is an error.
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script, "sh"]).arg(std::env::current_exe().unwrap());
        Child::spawn(command.args(arguments(&simulator, folder.path(), 1.5))).end()
    };
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
