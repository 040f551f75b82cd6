//! A simulator inside a test: started, controlled and stopped from Rust.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::control;
use crate::credentials::Credentials;
use crate::faults::{FaultPlan, Faults};
use crate::log::{Counts, LoggedRequest};
use crate::options::Options;
use crate::sabotage::Sabotage;
use crate::script::{Playing, Script};
use crate::server::{self, Shared};

/// A running simulator. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    running: Running,
}

#[derive(Debug)]
enum Running {
    /// On the caller's runtime.
    Task(AbortHandle),
    /// On a separate thread and runtime.
    Thread { stop: Option<oneshot::Sender<()>>, thread: Option<JoinHandle<()>> },
}

/// A command that the simulator refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl Simulator {
    /// Starts a simulator on the caller's runtime and on any free loopback port.
    #[allow(clippy::unused_async)] // Only callable where there is a runtime, and says so.
    pub async fn start(options: Options) -> io::Result<Self> {
        Self::start_on(0, options)
    }

    /// Starts a simulator on the current runtime and on this loopback port; 0 for any free port.
    pub fn start_on(port: u16, options: Options) -> io::Result<Self> {
        let (listener, url) = server::bind(port)?;
        let shared = Arc::new(Shared::new(url, options).map_err(io::Error::other)?);
        let served = server::serve(listener, Arc::clone(&shared));
        let running = Running::Task(tokio::spawn(served).abort_handle());
        Ok(Self { shared, running })
    }

    /// Starts a simulator on a separate thread and runtime, for tests that block.
    pub fn spawn(options: Options) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (listener, url) = {
            let _inside = runtime.enter();
            server::bind(0)?
        };
        let shared = Arc::new(Shared::new(url, options).map_err(io::Error::other)?);
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("mspkit-sim".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = server::serve(listener, served) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { shared, running: Running::Thread { stop: Some(stop), thread: Some(thread) } })
    }

    /// The base URL of all three services.
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// The credentials that are accepted.
    pub fn credentials(&self) -> Credentials {
        self.shared.state().options.credentials.clone()
    }

    /// The variables by which clients find this simulator, with all of its credentials.
    pub fn environment(&self) -> Vec<(String, String)> {
        let credentials = serde_json::to_value(self.credentials()).unwrap_or_default();
        let known = credentials.as_object().into_iter().flatten();
        let known = known.filter_map(|(name, value)| Some((name.to_uppercase(), value.as_str()?.to_owned())));
        let urls =
            ["NCENTRAL_URL", "CLOUDMORE_URL", "WIV_URL"].map(|name| (name.to_owned(), self.url().to_owned()));
        known.chain(urls).collect()
    }

    /// Starts over: data, clock, log, script and faults. The sabotage stays.
    pub fn reset(&self, options: Options) {
        self.shared.reset(options);
    }

    /// Replaces the script.
    pub fn script(&self, script: Script) -> Result<(), Refused> {
        script.answers.iter().try_for_each(|answer| answer.check().map_err(Refused))?;
        self.shared.state().script = Playing::new(script);
        Ok(())
    }

    /// Replaces the fault plan.
    pub fn faults(&self, plan: FaultPlan) {
        self.shared.state().faults = Faults::new(plan);
    }

    /// Advances the clock by which tokens and scrolls expire and jobs become ready.
    pub fn advance(&self, by: Duration) {
        self.shared.state().clock.advance(by);
    }

    /// The requests after number `since`; 0 returns everything that the log still has.
    pub fn requests(&self, since: u64) -> Vec<LoggedRequest> {
        self.shared.state().log.render(since).requests
    }

    /// The counts by operation; only operations that were called.
    pub fn counts(&self) -> BTreeMap<String, Counts> {
        self.shared.state().log.counts()
    }

    /// The counts of one operation.
    pub fn count(&self, operation: &str) -> Counts {
        self.counts().remove(operation).unwrap_or_default()
    }

    /// The data of the services, as in `/_sim/state`.
    pub fn state(&self) -> Value {
        self.state_of(|_| true)
    }

    /// The data of some collections. Most rows are made when they are read, so fewer of them take less time.
    pub fn state_of(&self, wanted: impl Fn(&str) -> bool) -> Value {
        control::state_json(&self.shared.state(), wanted)
    }

    /// Starts or stops falsifying.
    pub fn sabotage(&self, sabotage: Sabotage) {
        self.shared.state().sabotage = sabotage;
    }

    /// Carries out a command of the control interface: `control("reset", &json!({"customers": 3}))` does what `POST
    /// /_sim/reset` does with this body.
    pub fn control(&self, command: &str, body: &impl Serialize) -> Result<Value, Refused> {
        let body = serde_json::to_vec(body).map_err(|error| Refused(error.to_string()))?;
        control::command(&self.shared, command, &body).map_err(|(_, message)| Refused(message))
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        match &mut self.running {
            Running::Task(task) => task.abort(),
            Running::Thread { stop, thread } => {
                drop(stop.take());
                if let Some(thread) = thread.take() {
                    // A thread that panicked has reported it already.
                    let _ = thread.join();
                }
            }
        }
    }
}
