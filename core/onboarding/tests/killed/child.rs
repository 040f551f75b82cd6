//! A process that applies the file, and what the test does to it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mspkit_onboarding::{ApplyOptions, Spec, apply};
use mspkit_sim::Simulator;
use serde_json::{Value, json};

use crate::LIMIT;
use crate::support::clients_with;

/// Applies `new.yaml` of a folder: the arguments are the address, the credentials, the folder and `settle` in seconds.
pub(crate) fn run(arguments: &[String]) {
    let [url, credentials, folder, settle] = arguments else { panic!("four arguments") };
    let credentials: Value = serde_json::from_str(credentials).unwrap();
    let hasty = json!({"attempt_timeout": 5, "max_retries": 1, "max_backoff": 0.05});
    let clients = clients_with(url, &credentials, &hasty);
    let folder = Path::new(folder);
    let mut options = ApplyOptions::default();
    options.settle = Some(Duration::from_secs_f64(settle.parse().unwrap()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let applied = runtime.block_on(async {
        apply(&Spec::load(folder.join("new.yaml"))?, &clients, folder.join("journal"), &options).await
    });
    match applied {
        Ok(report) => println!("{}", report.to_json()),
        Err(error) => println!("{}", json!({"refused": error.to_string()})),
    }
}

pub(crate) struct Child(std::process::Child);

impl Child {
    pub(crate) fn start(simulator: &Simulator, folder: &Path, settle: f64) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        Self::spawn(command.args(arguments(simulator, folder, settle)))
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::piped()).spawn().unwrap())
    }

    /// Kills it as soon as something holds; false if it has ended before.
    pub(crate) fn kill_when(&mut self, holds: impl Fn() -> bool) -> bool {
        let begun = Instant::now();
        loop {
            if holds() {
                let running = self.0.try_wait().unwrap().is_none();
                self.kill();
                return running;
            }
            if self.0.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(begun.elapsed() < LIMIT, "a child neither ended nor got where it is killed");
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Waits for its report, or why it was refused.
    pub(crate) fn end(self) -> Result<Value, String> {
        let output = self.0.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let report: Value =
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("{}: {text}", output.status));
        match report["refused"].as_str() {
            Some(reason) => Err(reason.to_owned()),
            None => Ok(report),
        }
    }
}

pub(crate) fn arguments(simulator: &Simulator, folder: &Path, settle: f64) -> [String; 5] {
    let credentials = serde_json::to_string(&simulator.credentials()).unwrap();
    let folder = folder.to_str().unwrap().to_owned();
    ["child".to_owned(), simulator.url().to_owned(), credentials, folder, settle.to_string()]
}
