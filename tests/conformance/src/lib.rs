//! The one judge of the conformance cases: it reads them, runs the simulator, lets the program of a language make the
//! calls, and compares the outcomes. `README.md` beside the cases defines their format and the program's.

mod case;
mod documented;
mod matching;
mod outcome;
mod pool;
mod program;
mod report;
mod requests;
mod run;
mod variables;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};

pub use case::{Case, Suite};
pub use documented::documented;
pub use matching::Mismatch;

/// Runs the conformance cases through a program, and proves that they detect a sabotaged simulator.
#[derive(Debug, Parser)]
#[command(name = "mspkit-conformance", version)]
pub struct Arguments {
    /// Only cases with this text in their name or in the name of their file; may be repeated.
    #[arg(long, value_name = "TEXT")]
    pub only: Vec<String>,
    /// Only through clients of this kind.
    #[arg(long)]
    pub mode: Option<Mode>,
    /// How many cases run at the same time, each with its own program and simulator.
    #[arg(long, default_value_t = 8)]
    pub workers: usize,
    /// Seconds that a case may take.
    #[arg(long, default_value_t = 30.0)]
    pub limit: f64,
    /// Run what fails once more, a case at a time: for emulators, in which a short time may be over too early.
    #[arg(long)]
    pub again: bool,
    /// Skip the proof that the cases detect sabotage; implied by `--only`.
    #[arg(long)]
    pub without_proof: bool,
    /// Show the duration of the slowest cases.
    #[arg(long)]
    pub slowest: bool,
    /// The folder of the cases.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR")))]
    pub cases: PathBuf,
    /// The program and its arguments, after `--`.
    #[arg(last = true, required = true)]
    pub program: Vec<String>,
}

/// The two kinds of clients that every language has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Mode {
    /// Calls are awaited; in C they are submitted to a queue.
    Async,
    /// Calls block.
    Blocking,
}

impl Mode {
    const ALL: [Self; 2] = [Self::Async, Self::Blocking];

    fn name(self) -> &'static str {
        match self {
            Self::Async => "async",
            Self::Blocking => "blocking",
        }
    }
}

/// How the simulator is sabotaged.
const SABOTAGES: [&str; 3] = ["wrong_field", "lost_item", "extra_request"];

impl Arguments {
    /// Runs the cases and prints the outcomes. The exit code says whether all passed.
    pub fn run(&self) -> ExitCode {
        match self.judged() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(why) => {
                report::line(&format!("conformance: {why}"));
                ExitCode::from(2)
            }
        }
    }

    fn judged(&self) -> Result<bool, String> {
        let mut suite = Suite::load(&self.cases)?;
        if suite.cases.len() != suite.expected {
            return Err(format!(
                "manifest.json names {} cases, and there are {}",
                suite.expected,
                suite.cases.len()
            ));
        }
        if !self.only.is_empty() {
            suite.cases.retain(|case| self.only.iter().any(|text| case.is_named(text)));
            if suite.cases.is_empty() {
                return Err(format!("no case is named {}", self.only.join(" or ")));
            }
        }
        let limit = Duration::try_from_secs_f64(self.limit).map_err(|error| format!("--limit: {error}"))?;
        let modes: Vec<Mode> =
            Mode::ALL.into_iter().filter(|mode| self.mode.is_none_or(|one| one == *mode)).collect();
        let mut pool = pool::Pool::start(self.workers, &self.program, limit)?;
        let mut good = true;
        let mut verdicts = pool.run(&suite.cases, &modes, "none", usize::MAX)?;
        if self.again {
            pool.again(&mut verdicts);
        }
        for mode in &modes {
            good &= report::verdict(*mode, &verdicts, suite.cases.len());
        }
        if self.slowest {
            report::slowest(&verdicts);
        }
        if good && self.only.is_empty() && !self.without_proof {
            for mode in &modes {
                for kind in SABOTAGES {
                    let verdicts = pool.run(&suite.cases, &[*mode], kind, 1)?;
                    good &= report::proof(*mode, kind, &verdicts);
                }
            }
        }
        for why in pool.finish() {
            good = false;
            report::line(&format!("FAILED at the end: {why}"));
        }
        Ok(good)
    }
}
