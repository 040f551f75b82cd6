//! The table that the demo prints: a row for each step, with its cost.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A number that hooks count up.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicU64>);

impl Counter {
    pub(crate) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Default)]
pub(crate) struct Report {
    requests: Counter,
    retries: Counter,
    rows: RefCell<Vec<Row>>,
}

struct Row {
    name: &'static str,
    result: String,
    requests: u64,
    retries: u64,
    took: Duration,
}

/// A running step.
pub(crate) struct Step<'r> {
    report: &'r Report,
    name: &'static str,
    requests: u64,
    retries: u64,
    began: Instant,
}

impl Step<'_> {
    pub(crate) fn done(&self, result: impl Into<String>) {
        self.report.rows.borrow_mut().push(Row {
            name: self.name,
            result: result.into(),
            requests: self.report.requests.get() - self.requests,
            retries: self.report.retries.get() - self.retries,
            took: self.began.elapsed(),
        });
    }
}

impl Report {
    pub(crate) fn requests(&self) -> Counter {
        self.requests.clone()
    }

    pub(crate) fn retries(&self) -> Counter {
        self.retries.clone()
    }

    pub(crate) fn step(&self, name: &'static str) -> Step<'_> {
        let (requests, retries) = (self.requests.get(), self.retries.get());
        Step { report: self, name, requests, retries, began: Instant::now() }
    }

    pub(crate) fn skipped(&self, name: &'static str, why: &str) {
        self.step(name).done(format!("skipped: {why}"));
    }

    pub(crate) fn print(&self) {
        let rows = self.rows.borrow();
        let width = |cell: fn(&Row) -> &str| {
            rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or_default()
        };
        let (name, result) = (width(|row| row.name), width(|row| &row.result).max(6));
        println!("\n{:name$}  {:result$}  requests  retries      time", "step", "result");
        for row in rows.iter() {
            let time = format!("{:.1} ms", row.took.as_secs_f64() * 1e3);
            println!(
                "{:name$}  {:result$}  {:>8}  {:>7}  {time:>8}",
                row.name, row.result, row.requests, row.retries
            );
        }
        let total: Duration = rows.iter().map(|row| row.took).sum();
        let (requests, retries) = (self.requests.get(), self.retries.get());
        println!(
            "\n{} steps, {requests} requests, {retries} retries, {:.2} s",
            rows.len(),
            total.as_secs_f64()
        );
    }
}
