//! What a server prepares or does after it has responded: reports, scripts, submitted lists. A job is pending for some
//! reads of its state, and for some time of the simulator's clock, as the options say when it begins.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::options::{JobResult, Options};

/// What N-central's patch reports are among jobs.
pub(crate) const PATCH_REPORT: &str = "ncentral.patch_report";

/// What the runs of N-central's scripts are among jobs.
pub(crate) const TASK: &str = "ncentral.task";

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobState {
    Pending,
    Done,
    Failed,
    Aborted,
}

#[derive(Debug)]
pub(crate) struct Job {
    /// What was asked for.
    pub(crate) about: Value,
    /// What it has produced, for those who want to keep it.
    pub(crate) result: Option<Value>,
    /// How many reads have seen it pending.
    pub(crate) reads: u64,
    polls: u64,
    /// When it is ready, by the simulator's clock.
    ready: Duration,
    end: JobState,
}

impl Job {
    /// How far it is, without counting this as a read.
    pub(crate) fn state(&self, now: Duration) -> JobState {
        if self.reads < self.polls || now < self.ready { JobState::Pending } else { self.end }
    }

    /// How far it is, for somebody who asks.
    pub(crate) fn poll(&mut self, now: Duration) -> JobState {
        let state = self.state(now);
        if state == JobState::Pending {
            self.reads += 1;
        }
        state
    }
}

/// The jobs of all services by kind and id.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    jobs: HashMap<&'static str, HashMap<String, Job>>,
    begun: u64,
}

impl Jobs {
    /// Those that are there from the beginning: one report, which is ready.
    pub(crate) fn seeded() -> Self {
        let about = json!({"startDate": "2025-01-01"});
        let job = Job { about, result: None, reads: 0, polls: 0, ready: Duration::ZERO, end: JobState::Done };
        let reports = HashMap::from([("123456".to_owned(), job)]);
        Self { jobs: HashMap::from([(PATCH_REPORT, reports)]), begun: 0 }
    }

    /// How many jobs have begun.
    pub(crate) fn begun(&self) -> u64 {
        self.begun
    }

    /// Begins a job.
    pub(crate) fn begin(
        &mut self,
        kind: &'static str,
        id: &str,
        about: Value,
        now: Duration,
        options: &Options,
    ) -> &mut Job {
        self.begun += 1;
        let end = match options.job_result {
            JobResult::Success => JobState::Done,
            JobResult::Failed => JobState::Failed,
            JobResult::Aborted => JobState::Aborted,
            JobResult::Random => {
                let ends = [JobState::Done, JobState::Failed, JobState::Aborted];
                ends[fastrand::Rng::with_seed(options.seed ^ (self.begun << 32)).usize(..ends.len())]
            }
        };
        let ready = now.saturating_add(Duration::from_secs(options.job_seconds));
        let job = Job { about, result: None, reads: 0, polls: options.job_polls, ready, end };
        self.jobs.entry(kind).or_default().entry(id.to_owned()).insert_entry(job).into_mut()
    }

    pub(crate) fn get_mut(&mut self, kind: &str, id: &str) -> Option<&mut Job> {
        self.jobs.get_mut(kind)?.get_mut(id)
    }

    /// Forgets all jobs of a kind.
    pub(crate) fn forget(&mut self, kind: &str) {
        self.jobs.remove(kind);
    }
}

#[cfg(test)]
mod tests {
    use super::JobState::{Aborted, Done, Failed, Pending};
    use super::*;

    const LATER: Duration = Duration::from_secs(60);

    fn begin(jobs: &mut Jobs, id: &str, text: &str) {
        let options: Options = serde_json::from_str(text).unwrap();
        jobs.begin("k", id, Value::Null, Duration::ZERO, &options);
    }

    fn poll(jobs: &mut Jobs, id: &str, now: Duration) -> JobState {
        jobs.get_mut("k", id).unwrap().poll(now)
    }

    #[test]
    fn a_job_is_pending_for_some_reads_and_some_time() {
        let mut jobs = Jobs::default();
        begin(&mut jobs, "reads", r#"{"job_polls":1}"#);
        begin(&mut jobs, "time", r#"{"job_polls":0,"job_seconds":60,"job_result":"failed"}"#);
        begin(&mut jobs, "both", r#"{"job_polls":1,"job_seconds":60,"job_result":"aborted"}"#);
        let seen = |jobs: &mut Jobs, now| ["reads", "time", "both"].map(|id| poll(jobs, id, now));
        assert_eq!(seen(&mut jobs, Duration::ZERO), [Pending, Pending, Pending]);
        assert_eq!(seen(&mut jobs, Duration::ZERO), [Done, Pending, Pending]);
        assert_eq!(seen(&mut jobs, LATER), [Done, Failed, Aborted]);
    }

    #[test]
    fn random_ends_follow_from_the_seed() {
        let ends = |seed: u64| {
            let mut jobs = Jobs::default();
            let text = format!(r#"{{"job_polls":0,"job_result":"random","seed":{seed}}}"#);
            (0..60)
                .map(|at| {
                    begin(&mut jobs, &at.to_string(), &text);
                    poll(&mut jobs, &at.to_string(), LATER)
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(ends(7), ends(7));
        assert_ne!(ends(7), ends(8));
        for end in [Done, Failed, Aborted] {
            assert!(ends(7).contains(&end), "{end:?}");
        }
    }

    #[test]
    fn jobs_of_one_kind_are_forgotten() {
        let mut jobs = Jobs::seeded();
        begin(&mut jobs, "1", "{}");
        jobs.forget("k");
        assert!(jobs.get_mut("k", "1").is_none() && jobs.get_mut(PATCH_REPORT, "123456").is_some());
    }
}
