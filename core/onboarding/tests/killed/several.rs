//! Several processes with one journal.

use serde_json::json;

use crate::child::Child;
use crate::{CUSTOMERS, creates, document, support};

/// While one is at work, the others are refused at once; in turn, each goes on where the last one was.
pub(crate) fn one_works_and_the_others_are_refused() {
    let simulator =
        support::simulator(json!({"service_orgs": 1, "customers": 1, "sites": 0, "latency_ms": 100}));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("new.yaml"), document(CUSTOMERS)).unwrap();
    let start = || Child::start(&simulator, folder.path(), 1.5);
    for turn in 1..=2 {
        let mut first = start();
        let others = std::cell::Cell::new(false);
        let begun = creates(&simulator);
        let killed = first.kill_when(|| {
            if creates(&simulator) == begun {
                return false;
            }
            // The first one cannot end meanwhile: it has most of its rows before it.
            for other in [start(), start()] {
                let reason = other.end().unwrap_err();
                assert!(reason.starts_with("journal: must be free: "), "{reason}");
            }
            others.set(true);
            true
        });
        assert!(killed && others.get(), "turn {turn}");
    }
    let report = start().end().unwrap();
    assert!(report["ok"] == true, "{report}");
    let made = support::names(&simulator, "customers", "customerName");
    assert_eq!(made.iter().filter(|name| name.starts_with("Café ")).count(), CUSTOMERS);
    println!("three processes with one journal: one at a time, and together they made each object once");
}
