//! Parallel cases: each worker has its own simulator and program, and takes the next case when it is free.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use mspkit_sim::{Options, Simulator};
use serde_json::json;

use crate::Mode;
use crate::case::Case;
use crate::program::Program;
use crate::report;
use crate::run::{self, Wrong};

/// The result of a case.
#[derive(Debug)]
pub(crate) struct Verdict<'a> {
    pub(crate) case: &'a Case,
    pub(crate) mode: Mode,
    pub(crate) outcome: Result<(), Wrong>,
    pub(crate) took: Duration,
}

/// Workers that are kept for several runs, so that programs are started once.
#[derive(Debug)]
pub(crate) struct Pool {
    workers: Vec<Worker>,
    limit: Duration,
}

#[derive(Debug)]
struct Worker {
    simulator: Simulator,
    program: Program,
}

impl Pool {
    pub(crate) fn start(workers: usize, command: &[String], limit: Duration) -> Result<Self, String> {
        let worker = |_| {
            let simulator = Simulator::spawn(Options::default())
                .map_err(|error| format!("the simulator cannot be started: {error}"))?;
            Ok(Worker { simulator, program: Program::new(command) })
        };
        let workers = (0..workers.max(1)).map(worker).collect::<Result<_, String>>()?;
        Ok(Self { workers, limit })
    }

    /// Runs all cases in all modes, or fewer once `enough` have failed.
    pub(crate) fn run<'a>(
        &mut self,
        cases: &'a [Case],
        modes: &[Mode],
        sabotage: &str,
        enough: usize,
    ) -> Result<Vec<Verdict<'a>>, String> {
        for worker in &self.workers {
            worker
                .simulator
                .control("sabotage", &json!({"kind": sabotage}))
                .map_err(|refused| format!("sabotage: {refused}"))?;
        }
        let jobs: Vec<(&Case, Mode)> =
            modes.iter().flat_map(|mode| cases.iter().map(|case| (case, *mode))).collect();
        let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let verdicts = Mutex::new(Vec::with_capacity(jobs.len()));
        let limit = self.limit;
        std::thread::scope(|scope| {
            for worker in &mut self.workers {
                scope.spawn(|| {
                    while failed.load(Ordering::Relaxed) < enough {
                        let Some(&(case, mode)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) else {
                            break;
                        };
                        let began = Instant::now();
                        let outcome = run::case(case, mode, &worker.simulator, &mut worker.program, limit);
                        failed.fetch_add(usize::from(outcome.is_err()), Ordering::Relaxed);
                        let verdict = Verdict { case, mode, outcome, took: began.elapsed() };
                        verdicts.lock().unwrap_or_else(PoisonError::into_inner).push(verdict);
                    }
                });
            }
        });
        Ok(verdicts.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs the cases that have failed once more, one at a time.
    pub(crate) fn again(&mut self, verdicts: &mut [Verdict<'_>]) {
        let Some(worker) = self.workers.first_mut() else { return };
        for verdict in verdicts.iter_mut().filter(|verdict| verdict.outcome.is_err()) {
            report::first_failure(verdict);
            verdict.outcome =
                run::case(verdict.case, verdict.mode, &worker.simulator, &mut worker.program, self.limit);
        }
    }

    /// Lets all programs end, and returns what went wrong.
    pub(crate) fn finish(&mut self) -> Vec<String> {
        self.workers.iter_mut().filter_map(|worker| worker.program.finish().err()).collect()
    }
}
