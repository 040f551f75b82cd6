//! Killed at any moment, started again: the end is as if nothing had happened, and nothing is there twice.
//!
//! This program is the child, too: with `child` as its first argument it applies a file. Where a child is killed is chosen by
//! a seed, as a number of lines in its journal or of creates that the server has received. `MSPKIT_KILLS` is the number of
//! rounds, 10 by default.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a panic fails the test; it prints like a test")]

#[path = "../support/mod.rs"]
mod support;

mod child;
mod disk;
mod several;

use std::path::Path;
use std::time::{Duration, Instant};

use child::Child;
use mspkit_sim::Simulator;
use serde_json::{Value, json};

/// How long a child may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);
const CUSTOMERS: usize = 20;
/// How often the children of a round are killed.
const KILLS: usize = 3;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("child") => return child::run(&arguments[1..]),
        // A test runner asks for the names of the tests, or runs only some.
        Some("--list") => return println!("killed: test"),
        _ => {}
    }
    let rounds: u64 = std::env::var("MSPKIT_KILLS").map_or(10, |count| count.parse().unwrap());
    let mut sum = Sum::default();
    for seed in 0..rounds {
        round(seed, &mut sum);
    }
    println!(
        "{rounds} rounds: {} children were killed, {} ended by themselves before the last",
        sum.killed, sum.early
    );
    assert!(sum.killed as u64 >= rounds, "hardly any child was killed");
    several::one_works_and_the_others_are_refused();
    #[cfg(unix)]
    {
        disk::a_full_disk_stops_everything();
        disk::an_attempt_that_was_sent_is_never_not_started();
    }
    println!("killed: ok");
}

#[derive(Default)]
struct Sum {
    killed: usize,
    early: usize,
}

/// The document: customers, some with a site.
pub(crate) fn document(customers: usize) -> String {
    let person = "contact_first_name: Ada, contact_last_name: Lovelace";
    let row = |at: usize| {
        let sites = if at.is_multiple_of(4) {
            format!(", sites: [{{site_name: Site {at}, {person}}}]")
        } else {
            String::new()
        };
        format!("  - {{customer_name: Café {at}, {person}{sites}}}\n")
    };
    format!("service_orgs:\n- so_id: 50\n  customers:\n{}", (0..customers).map(row).collect::<String>())
}

/// What goes wrong on the server: creates whose response is lost, late or refused for a moment, and lists that fail.
fn faults(rng: &mut fastrand::Rng) -> Value {
    let mut rules = Vec::new();
    for (path, most) in [
        ("POST /api/service-orgs/{x}/customers", 12),
        ("POST /api/customers/{x}/sites", 4),
        ("GET /api/service-orgs/{x}/customers", 30),
    ] {
        for nth in (1..=most).filter(|_| rng.f64() < 0.3).collect::<Vec<_>>() {
            let fault = match rng.u32(0..6) {
                0 | 1 => json!({"kind": "commit_close"}),
                2 => json!({"kind": "commit_reset"}),
                3 => json!({"kind": "delay", "ms": rng.u64(1..150)}),
                4 => json!({"kind": "status", "status": 429, "retry_after": 0}),
                _ => json!({"kind": "close"}),
            };
            rules.push(json!({"match": path, "nth": [nth], "fault": fault}));
        }
    }
    json!({"seed": rng.u64(..), "rules": rules})
}

fn round(seed: u64, sum: &mut Sum) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let simulator = support::simulator(json!({"service_orgs": 1, "customers": 1, "sites": 0, "seed": seed}));
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    std::fs::write(folder.path().join("new.yaml"), document(CUSTOMERS)).unwrap();
    simulator.control("faults", &faults(&mut rng)).unwrap();
    for _ in 0..KILLS {
        let by_lines = rng.bool();
        let more = rng.usize(1..if by_lines { 40 } else { 14 });
        let (lines, creates) = (lines(&journal) + more, creates(&simulator) + more as u64);
        let mut child = Child::start(&simulator, folder.path(), 1.5);
        let there =
            || if by_lines { self::lines(&journal) >= lines } else { self::creates(&simulator) >= creates };
        if child.kill_when(there) {
            sum.killed += 1;
        } else {
            sum.early += 1;
        }
        readable(&journal, seed);
    }
    // Faults may still fail rows or the reading of a list; each attempt uses some of them up.
    let begun = Instant::now();
    let report = loop {
        assert!(begun.elapsed() < LIMIT, "seed {seed}: never ended well");
        match Child::start(&simulator, folder.path(), 1.5).end() {
            Ok(report) if report["ok"] == true => break report,
            Ok(_) | Err(_) => readable(&journal, seed),
        }
    };
    let mut wanted: Vec<String> = (0..CUSTOMERS).map(|at| format!("Café {at}")).collect();
    wanted.sort();
    let made: Vec<String> = support::names(&simulator, "customers", "customerName");
    let made: Vec<String> = made.into_iter().filter(|name| name.starts_with("Café ")).collect();
    assert_eq!(made, wanted, "seed {seed}");
    let sites = support::names(&simulator, "sites", "siteName");
    let sites = sites.iter().filter(|name| name.starts_with("Site ")).count();
    assert_eq!(sites, CUSTOMERS.div_ceil(4), "seed {seed}");
    assert_eq!(report["outcomes"].as_array().unwrap().len(), 1 + CUSTOMERS + CUSTOMERS.div_ceil(4));
    assert!(
        report["outcomes"].as_array().unwrap().iter().all(|row| row["id"].is_string()),
        "seed {seed}: {report}"
    );
}

fn creates(simulator: &Simulator) -> u64 {
    let count = |name: &str| simulator.count(name).received;
    count("ncentral.service_orgs.create_customer") + count("ncentral.customers.create_site")
}

fn lines(journal: &Path) -> usize {
    std::fs::read(journal).map_or(0, |text| text.split(|byte| *byte == b'\n').count() - 1)
}

/// Every line that has its line break is a whole one.
fn readable(journal: &Path, seed: u64) {
    let text = std::fs::read_to_string(journal).unwrap_or_default();
    for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        let line: Result<Value, _> = serde_json::from_str(line);
        assert!(line.is_ok_and(|line| line["event"].is_string()), "seed {seed}: {text}");
    }
}
